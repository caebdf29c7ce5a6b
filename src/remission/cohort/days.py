"""Where each patient's time begins, and the day of each scan from there.

In order of trust: the start of treatment that a file states; a row of scans with both a day and a date; and where no
patient of the cohort has either, the first scan, which is told.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from remission.arrays import Array, Bools, Floats, Ints, Texts
from remission.cohort.cohort import Origin
from remission.cohort.fields import UNITS
from remission.cohort.finding import Finding
from remission.cohort.interpret import Table
from remission.cohort.patient_table import places

START = "start_date"
_WINDOW_DAY = 14.0


def begin_days(
    tables: Sequence[Table],
    ids: Texts,
    columns: dict[str, Array],
    origins: dict[str, Origin],
) -> list[Finding]:
    """Put the start of each patient's time among the columns of patients.

    Returns
    -------
    list of Finding
        Whether the first scan stands for the start of treatment.
    """
    dated = [table for table in tables if table.kind != "patients" and "date" in table.columns]
    start = np.array(columns.get(START, np.full(len(ids), np.nan)))
    findings: list[Finding] = []
    for table in dated:
        if "time" in table.columns:
            _fill(start, origins, table, table.columns["date"] - table.columns["time"], ids)
    if not np.isfinite(start).any():
        for table in sorted(dated, key=lambda table: table.kind != "lesions"):
            filled = _fill(start, origins, table, table.columns["date"], ids)
            findings += _assumed(table, filled)
    if np.isfinite(start).any():
        columns[START] = start
    return findings


def differing_days(tables: Sequence[Table], ids: Texts, start: Floats | None) -> list[Finding]:
    """Scans whose time and whose date are further apart than a scan window, or than one of the unit of the time."""
    findings: list[Finding] = []
    for table in tables:
        if table.kind == "patients" or not {"time", "date"} <= table.columns.keys() or start is None:
            continue
        by_date = table.columns["date"] - start[places(ids, table.columns["patient"])]
        unit = UNITS["time"][table.units.get("time", "days")]
        apart = np.abs(by_date - table.columns["time"])
        bad = apart > max(unit, _WINDOW_DAY)
        what = "time and date of a scan contradict each other, counted from the first dose"
        found = f"{apart[bad][0]:.0f} days apart" if bad.any() else ""
        step = "correct the one that is wrong; if accepted, the time is taken"
        findings += table.finding("time-against-date", "error", what, bad, "date", found, step)
    return findings


def _fill(start: Floats, origins: dict[str, Origin], table: Table, day: Floats, ids: Texts) -> Bools:
    """Give patients without a start their earliest day in a table; returns the rows of these patients."""
    patient = places(ids, table.columns["patient"])
    lacking = ~np.isfinite(start)
    rows = np.flatnonzero(np.isfinite(day) & lacking[patient])
    rows = rows[np.lexsort((day[rows], patient[rows]))]
    who, first = np.unique(patient[rows], return_index=True)
    start[who] = day[rows[first]]
    row = np.zeros(len(ids), np.int64)
    row[who] = table.row[rows[first]]
    origins.setdefault(START, Origin(table.file, table.names["date"], row))
    return np.asarray(lacking[patient])


def _assumed(table: Table, rows: Bools) -> list[Finding]:
    first = "scan" if table.kind == "lesions" else "date in this file, and are too short by the weeks before it"
    what = f"no file states the start of treatment: days count from each patient's first {first}"
    step = "give start_date of every patient in a table of patients (of CDISC: ADSL)"
    return table.finding("start-not-stated", "warning", what, rows, "date", "", step)


def day_of_scans(table: Table, patient: Ints, start: Floats) -> Floats:
    """Days from the start: as the file says, else from its date; NaN where neither can tell."""
    given = table.columns.get("time", np.full(len(table), np.nan))
    if "date" not in table.columns:
        return np.asarray(given, np.float64)
    return np.where(np.isfinite(given), given, table.columns["date"] - start[patient])
