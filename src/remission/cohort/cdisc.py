"""CDISC tables."""

from __future__ import annotations

from collections.abc import Sequence

from remission.cohort.finding import Finding
from remission.cohort.mapping import TableMap
from remission.cohort.sheet import Sheet


def is_cdisc(sheet: Sheet) -> bool:
    return "USUBJID" in sheet.columns


def cdisc_tables(chosen: Sequence[tuple[Sheet, TableMap]]) -> tuple[list[tuple[Sheet, TableMap]], list[Finding]]:
    return list(chosen), []
