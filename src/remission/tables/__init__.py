"""The five tables of a run folder: what every column means, and its Arrow schema.

Left of everything that fills them (the clinic, a cohort) and of everything that reads them.
"""

from __future__ import annotations

from remission.tables.columns import READ_FROM_SCANS, by_central_review
from remission.tables.schema import (
    MOST_TIME_DAY,
    TABLE_NAMES,
    check_columns,
    check_table,
    make_table,
    normalised,
    schema,
)

__all__ = [
    "MOST_TIME_DAY",
    "READ_FROM_SCANS",
    "TABLE_NAMES",
    "by_central_review",
    "check_columns",
    "check_table",
    "make_table",
    "normalised",
    "schema",
]
