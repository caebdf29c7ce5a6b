"""Everything in French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from remission.texts.french.design import DESIGN
from remission.texts.french.explore import EXPLORE
from remission.texts.french.report import COHORT, REPORT
from remission.texts.french.road import ROAD
from remission.texts.french.terms import TERMS
from remission.texts.french.validation import VALIDATION

PAGES: Final[tuple[Mapping[str, str], ...]] = (REPORT, ROAD, DESIGN, VALIDATION)

__all__ = ["COHORT", "EXPLORE", "PAGES", "TERMS"]
