"""Everything in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from remission.texts.english.design import DESIGN
from remission.texts.english.explore import EXPLORE
from remission.texts.english.report import COHORT, REPORT
from remission.texts.english.road import ROAD
from remission.texts.english.validation import VALIDATION

PAGES: Final[tuple[Mapping[str, str], ...]] = (REPORT, ROAD, DESIGN, VALIDATION)
TERMS: Final[Mapping[str, str]] = {}
"""Data speak English already."""

__all__ = ["COHORT", "EXPLORE", "PAGES", "TERMS"]
