"""A cohort: patients, their scans, and where each value stood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Array, Bools, Floats, Ints, Texts
from remission.cohort.finding import SHOWN_ROWS, Finding, Severity
from remission.response import Timing

_UNREAD_DATES = ("partial-dates", "not-a-date", "formula")
Columns = Mapping[str, Array]


@dataclass(frozen=True)
class Source:
    """A file that was read."""

    name: str
    sha256: str
    rows: int
    kind: str
    columns: Mapping[str, str]
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Origin:
    """Where the values of a field stood: file, column, the row of each patient (0: nowhere), the unit stated."""

    file: str
    column: str
    row: Ints
    unit: str | None = None


@dataclass(frozen=True)
class Scans:
    """Rows of scans, recorded responses or changes of size.

    Parameters
    ----------
    patient : ndarray of int64, shape (rows,)
        Place of the patient in the cohort.
    columns : mapping of str to ndarray, shape (rows,)
        ``time_day`` and what was seen.
    file : ndarray of int16, shape (rows,)
        Place of the file among the cohort's sources.
    row : ndarray of int64, shape (rows,)
        Row of the file, as a spreadsheet counts.
    """

    patient: Ints
    columns: Columns
    file: NDArray[np.int16]
    row: Ints

    def __len__(self) -> int:
        return len(self.patient)

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def only(self, rows: Bools) -> Scans:
        """Some of the rows."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Scans(self.patient[rows], columns, self.file[rows], self.row[rows])


@dataclass(frozen=True)
class Cohort:
    """Real patients, as they were read.

    Parameters
    ----------
    name, title : str
    ids : ndarray of str, shape (n,)
        Identifiers, in order of arm, then of first appearance.
    arms : ndarray of str, shape (n,)
        Group of each patient.
    patients : mapping of str to ndarray, shape (n,)
        What is known of each: days, mm, g/L; flags as 1, 0, NaN; words, empty where unknown. A field that
        no file has is absent.
    origins : mapping of str to Origin
        Where each field stood.
    lesions, responses, changes : Scans or None
    sources : tuple of Source
    findings : tuple of Finding
        What was met while reading.
    timing : Timing
        The protocol's intervals, by which responses are judged.
    """

    name: str
    title: str
    ids: Texts
    arms: Texts
    patients: Columns
    origins: Mapping[str, Origin]
    lesions: Scans | None
    responses: Scans | None
    changes: Scans | None
    sources: tuple[Source, ...]
    findings: tuple[Finding, ...] = ()
    timing: Timing = field(default_factory=Timing)

    def __len__(self) -> int:
        return len(self.ids)

    def number(self, field: str) -> Floats:
        """A field of numbers; NaN for all if no file has it."""
        found = self.patients.get(field)
        return np.full(len(self), np.nan) if found is None else np.asarray(found, np.float64)

    def word(self, field: str) -> Texts:
        """A field of words; empty for all if no file has it."""
        found = self.patients.get(field)
        return np.full(len(self), "", np.str_) if found is None else np.asarray(found, np.str_)

    def unread_dates(self, scans: Scans) -> Bools:
        """(rows,) rows of files in which dates could not be read: what follows from it is not told again."""
        unread = {finding.file for finding in self.findings if finding.rule in _UNREAD_DATES}
        return np.isin(scans.file, [place for place, source in enumerate(self.sources) if source.name in unread])

    def finding(
        self, rule: str, severity: Severity, what: str, bad: Bools, field: str, next_step: str = ""
    ) -> list[Finding]:
        """A finding on the patients that are marked; none if none is."""
        if not bad.any():
            return []
        origin = self.origins.get(field)
        first = str(self.ids[np.flatnonzero(bad)[0]])
        if origin is None:
            return [Finding(rule, severity, what, count=int(bad.sum()), found=f"patient {first}", next_step=next_step)]
        rows = tuple(int(row) for row in np.sort(origin.row[bad]) if row)[:SHOWN_ROWS]
        count = int(bad.sum())
        return [Finding(rule, severity, what, origin.file, origin.column, rows, count, f"patient {first}", next_step)]

    def scan_finding(
        self, rule: str, severity: Severity, what: str, scans: Scans, bad: Bools, column: str, next_step: str = ""
    ) -> list[Finding]:
        """A finding on rows of scans, one for each file."""
        found = []
        for place in np.unique(scans.file[bad]):
            source = self.sources[place]
            here = bad & (scans.file == place)
            rows = tuple(int(row) for row in scans.row[here][:SHOWN_ROWS])
            first = f"patient {self.ids[scans.patient[np.flatnonzero(here)[0]]]}"
            name = _column_of(source, column)
            count = int(here.sum())
            found.append(Finding(rule, severity, what, source.name, name, rows, count, first, next_step))
        return found


def _column_of(source: Source, field: str) -> str:
    """Column of a file that holds a field; when a scan was made stands in one of two."""
    either = {"time": ("time", "date"), "date": ("date", "time")}.get(field, (field,))
    return next((source.columns[name] for name in either if name in source.columns), field)
