"""Patients of a design that come from a virtual trial's run folder or from a table of a real cohort."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remission.errors import DataError, RemissionError
from remission.study import reader
from remission.study.reader import Key, Problems, whole
from remission.study.yaml import Place
from remission.trial.hazard import Accrual, Hazard
from remission.trial.source import Cohort, CohortSource
from remission.units import DAYS_PER_MONTH, parse_duration

RUN = {
    "folder": Key(reader.text),
    "endpoint": Key(reader.choice("os", "pfs", "ipfs", what="endpoint"), "os"),
    "control": Key(reader.text),
    "experimental": Key(reader.text),
    "dropout_per_month": Key(reader.share, 0.0),
}
_UNITS = ("day", "week", "month", "year", "days", "weeks", "months", "years")
COHORT = {
    "file": Key(reader.text),
    "time": Key(reader.text, "time"),
    "event": Key(reader.text, None),
    "censored": Key(reader.text, None),
    "arm": Key(reader.text, "arm"),
    "control": Key(reader.text, "0"),
    "experimental": Key(reader.text, "1"),
    "unit": Key(reader.choice(*_UNITS, what="unit"), "month"),
    "dropout_per_month": Key(reader.share, 0.0),
}

Made = tuple[CohortSource, str] | None


def run_source(
    folder: str | Path,
    control: str,
    experimental: str,
    accrual: Accrual,
    *,
    endpoint: str = "os",
    ratio: float = 1.0,
    dropout: Hazard | None = None,
) -> CohortSource:
    """Patients of two arms of a virtual trial, resampled. Times are in days.

    Only patients who were followed are drawn. For progression a cut between two scans censors at the last
    one.

    Parameters
    ----------
    folder : str or Path
        A finished run.
    control, experimental : str
        Names of its arms.
    accrual : Accrual
    endpoint : str
        ``"os"``, ``"pfs"`` or ``"ipfs"``.
    ratio : float
    dropout : Hazard or None

    Raises
    ------
    RunError
        If there is no such run or arm, or its files are damaged.
    DataError
        If an arm has no patient who was followed.
    """
    from remission.run.folder import RunFolder

    run = RunFolder.open(folder)
    columns = ["arm", "status", f"{endpoint}_day", f"{endpoint}_event"]
    table = run.table("patients", [control, experimental], columns)
    arm = np.asarray(table["arm"].cast("string").to_pylist())
    followed = np.asarray(table["status"].cast("string").to_pylist()) == "followed"
    time = np.array(table[columns[2]].to_pylist(), dtype=float)
    event = np.array([bool(value) for value in table[columns[3]].to_pylist()])
    arms = [Cohort.of(time[here], event[here]) for here in ((arm == a) & followed for a in (control, experimental))]
    visits: tuple[float, ...] = ()
    if endpoint != "os":
        study = run.definition
        visits = tuple(map(float, study.scans.times_day(study.follow_up_day)))
    return CohortSource(arms[0], arms[1], accrual, ratio, visits, dropout)


def read_cohort(
    path: str | Path,
    time: str,
    event: str,
    arm: str,
    control: str,
    experimental: str,
    unit_day: float = 1.0,
    *,
    marks_censoring: bool = False,
) -> tuple[Cohort, Cohort]:
    """Control and experimental cohort from a CSV table with a header.

    Parameters
    ----------
    path : str or Path
    time, event, arm : str
        Names of the columns.
    control, experimental : str
        Values of the column of arms.
    unit_day : float
        Days in the table's unit of time.
    marks_censoring : bool
        The column ``event`` is one of censoring, as CNSR of CDISC's ADTTE: 0 an event, above 0 censored.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column or an arm, or holds a value that is no number.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError("the table cannot be read", where=str(path), found=str(error)) from None
    missing = [name for name in (time, event, arm) if not rows or name not in rows[0]]
    if missing:
        found = ", ".join(rows[0]) if rows else "an empty table"
        raise DataError("the table lacks a column", where=str(path), found=found, allowed=", ".join(missing))
    arms = []
    for label in (control, experimental):
        here = [(number, row) for number, row in enumerate(rows, start=2) if (row[arm] or "").strip() == label]
        if not here:
            known = ", ".join(sorted({str(row[arm]) for row in rows})[:8])
            raise DataError("the table has no such arm", where=str(path), found=label, allowed=known)
        seen = _column(here, event, path)
        arms.append(Cohort.of(_column(here, time, path) * unit_day, seen == 0 if marks_censoring else seen))
    return arms[0], arms[1]


def _column(rows: list[tuple[int, dict[str, Any]]], name: str, path: str | Path) -> NDArray[np.float64]:
    values = np.empty(len(rows))
    for place, (line, row) in enumerate(rows):
        try:
            values[place] = float(row[name])
        except (TypeError, ValueError):
            raise DataError("this is not a number", where=f"{path}:{line}", found=str(row[name])) from None
    return values


def run_section(place: Place, problems: Problems, folder: Path, accrual: Accrual | None, ratio: float) -> Made:
    """The ``run`` section of a design file."""
    values = reader.read_section(place, RUN, problems)
    if not whole(values.values()) or accrual is None:
        return None
    path = folder / values["folder"]
    try:
        arms = values["control"], values["experimental"]
        lost = _dropout(values["dropout_per_month"])
        source = run_source(path, *arms, accrual, endpoint=values["endpoint"], ratio=ratio, dropout=lost)
    except RemissionError as error:
        _refused(place, problems, error)
        return None
    whom = f"{arms[0]} against {arms[1]}, {values['endpoint'].upper()}"
    return source, f"patients of the run {path.name}: {whom}"


def cohort_section(place: Place, problems: Problems, folder: Path, accrual: Accrual | None, ratio: float) -> Made:
    """The ``cohort`` section of a design file."""
    values = reader.read_section(place, COHORT, problems)
    if not whole(values.values()) or accrual is None:
        return None
    event, censored = values["event"], values["censored"]
    if event is not None and censored is not None:
        problems.add(
            place, "a cohort has a column of events or one of censoring, not both", allowed="event or censored"
        )
        return None
    arm, arms = values["arm"], (values["control"], values["experimental"])
    try:
        days = parse_duration(f"1 {values['unit']}")
        control, experimental = read_cohort(
            folder / values["file"],
            values["time"],
            censored or event or "event",
            arm,
            *arms,
            unit_day=days,
            marks_censoring=censored is not None,
        )
    except RemissionError as error:
        _refused(place, problems, error)
        return None
    source = CohortSource(control, experimental, accrual, ratio, (), _dropout(values["dropout_per_month"]))
    counts = ", ".join(
        f"{name} {int(each.event.sum())} events in {each.time.size} patients"
        for name, each in zip(arms, (control, experimental), strict=True)
    )
    return source, f"patients of the table {values['file']} ({counts})"


def _dropout(per_month: float) -> Hazard | None:
    return Hazard((float(-np.log1p(-per_month) / DAYS_PER_MONTH),)) if per_month else None


def _refused(place: Place, problems: Problems, error: RemissionError) -> None:
    for problem in error.problems:
        where = f"{problem.where}: " if problem.where else ""
        problems.add(
            place,
            where + problem.what,
            found=problem.found,
            allowed=problem.allowed,
            next_step=problem.next_step,
        )
