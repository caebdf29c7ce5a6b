"""Patients of a design that come from a virtual trial's run folder or from a table of a real cohort."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError, RemissionError
from remission.study import reader
from remission.study.reader import BAD, Key, Problems, whole
from remission.study.yaml import Place
from remission.trial.cohort_source import Cohort, CohortSource
from remission.trial.hazard import Accrual, Hazard
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
    "patient": Key(reader.text, None),
    "rows": Key(lambda place, problems: place, None),
    "control": Key(reader.text, "0"),
    "experimental": Key(reader.text, "1"),
    "unit": Key(reader.choice(*_UNITS, what="unit"), "month"),
    "dropout_per_month": Key(reader.share, 0.0),
}

# Column of patients in CDISC's tables, taken when no other is named.
_SUBJECT = "USUBJID"

Made = tuple[CohortSource, str] | None


class TwoCohorts(NamedTuple):
    """Cohorts of both arms, and how many rows of each other arm were left out."""

    control: Cohort
    experimental: Cohort
    left_out: dict[str, int]


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
    patient: str | None = None,
    rows: Mapping[str, str] | None = None,
) -> TwoCohorts:
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
    patient : str or None
        Column of patients, each of whom may have one row; USUBJID, where there is one, if None.
    rows : mapping of str to str, or None
        Only rows with these values in these columns are read, such as ``{"PARAMCD": "OS"}``.

    Raises
    ------
    DataError
        If the file cannot be read, lacks a column, rows or an arm, holds a value that is no number, or has several
        rows of one patient.
    """
    wanted = dict(rows or {})
    table = _table(path, [time, event, arm, *wanted, *([patient] if patient else [])])
    kept = [line for line in table if all(line[1][name].strip() == value for name, value in wanted.items())]
    if not kept:
        said = ", ".join(f"{name} = {value}" for name, value in wanted.items())
        known = "; ".join(f"{name}: {', '.join(sorted({row[name] for _, row in table})[:8])}" for name in wanted)
        raise DataError("the table has no such rows", where=str(path), found=said, allowed=known)
    arms = []
    for label in (control, experimental):
        here = [(number, row) for number, row in kept if row[arm].strip() == label]
        if not here:
            known = ", ".join(sorted({row[arm] for _, row in kept})[:8])
            raise DataError("the table has no such arm", where=str(path), found=label, allowed=known)
        _one_row_each(here, patient or _SUBJECT, path)
        seen = _column(here, event, path)
        arms.append(Cohort.of(_column(here, time, path) * unit_day, seen == 0 if marks_censoring else seen))
    others = Counter(row[arm].strip() or "no arm" for _, row in kept)
    left_out = {name: count for name, count in others.items() if name not in (control, experimental)}
    return TwoCohorts(arms[0], arms[1], left_out)


Rows = list[tuple[int, dict[str, str]]]


def _table(path: str | Path, columns: list[str]) -> Rows:
    """Lines of a table and their numbers; all columns are there, once each, and all rows are as long as the header."""
    try:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            lines = csv.reader(stream)
            header, rows = next(lines, []), [(lines.line_num, cells) for cells in lines if cells]
    except (OSError, ValueError, csv.Error) as error:
        raise DataError("the table cannot be read", where=str(path), found=str(error)) from None
    missing = [name for name in columns if not rows or header.count(name) != 1]
    if missing:
        found = ", ".join(header)[:200] if rows else "an empty table"
        what = "the table has a column twice" if missing[0] in header and rows else "the table lacks a column"
        raise DataError(what, where=str(path), found=found, allowed=", ".join(missing))
    for number, cells in rows:
        if len(cells) != len(header):
            what, found = "the row has another number of cells than the header", f"{len(cells)} cells"
            raise DataError(what, where=f"{path}:{number}", found=found, allowed=f"{len(header)} cells")
    return [(number, dict(zip(header, cells, strict=True))) for number, cells in rows]


def _one_row_each(rows: Rows, patient: str, path: str | Path) -> None:
    """Refuse a second row of a patient, who would count twice."""
    if patient not in rows[0][1]:
        return
    first: dict[str, int] = {}
    for number, row in rows:
        name = row[patient]
        if name in first:
            raise DataError(
                "a patient has several rows, and would count as often",
                where=f"{path}:{number}",
                found=f"{patient} {name}, also in line {first[name]}",
                next_step="choose the rows of one endpoint, as rows: {PARAMCD: OS}",
            )
        first[name] = number


def _column(rows: Rows, name: str, path: str | Path) -> Floats:
    values = np.empty(len(rows))
    for place, (line, row) in enumerate(rows):
        try:
            values[place] = float(row[name])
        except ValueError:
            values[place] = np.nan
        if not np.isfinite(values[place]):
            raise DataError("this is not a number", where=f"{path}:{line}", found=row[name][:60])
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
    rows = _row_filter(values["rows"], problems)
    if rows is BAD or not whole(rows.values()):
        return None
    try:
        days = parse_duration(f"1 {values['unit']}")
        cohorts = read_cohort(
            folder / values["file"],
            values["time"],
            censored or event or "event",
            arm,
            *arms,
            unit_day=days,
            marks_censoring=censored is not None,
            patient=values["patient"],
            rows=rows,
        )
        lost = _dropout(values["dropout_per_month"])
        source = CohortSource(cohorts.control, cohorts.experimental, accrual, ratio, (), lost)
    except RemissionError as error:
        _refused(place, problems, error)
        return None
    counts = ", ".join(
        f"{name} {int(each.event.sum())} events in {each.time.size} patients"
        for name, each in zip(arms, cohorts[:2], strict=True)
    )
    left_out = ", ".join(f"{name} ({count} rows)" for name, count in cohorts.left_out.items())
    dropped = f"; other arms are left out: {left_out}" if left_out else ""
    return source, f"patients of the table {values['file']} ({counts}{dropped})"


def _row_filter(place: Place | None, problems: Problems) -> Any:
    """Values of columns that rows must have; `BAD` if they cannot be read."""
    if place is None:
        return {}
    if not isinstance(place.content, Mapping):
        return problems.add(place, "a section of columns and their values is needed here", allowed="{PARAMCD: OS}")
    return {name: reader.text(value, problems) for name, value in place.content.items()}


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
