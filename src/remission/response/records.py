"""One record per lesion and visit: what is known of it there, and how it changed since its record before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from remission.arrays import Bools, Floats, Ints
from remission.errors import DataError
from remission.response.columns import Measurements
from remission.response.criteria import Codes, exceeds
from remission.response.visits import Visits
from remission.response.words import (
    INCREASED,
    UNEQUIVOCAL,
    UNKNOWN,
    diameter_of,
    is_gone,
    is_known,
)


@dataclass(frozen=True)
class Lesions:
    """The lesions of all patients, sorted by patient and name; all fields have shape (k,).

    Attributes
    ----------
    patient, name, organ : int
        Codes as in `Measurements`; all nodes share one organ of their own.
    is_node : bool
    role : int8
        As given, `UNKNOWN` where none was.
    """

    patient: Ints
    name: Ints
    organ: Ints
    is_node: Bools
    role: Codes

    def __len__(self) -> int:
        return len(self.patient)


@dataclass(frozen=True)
class Records:
    """What is known of a lesion at a visit, sorted by lesion and visit; all fields have shape (r,).

    Attributes
    ----------
    lesion, visit : int
        Places among the lesions and the visits.
    diameter_mm : float
        The diameter that counts, NaN where not measured.
    status : int8
    gone : bool
        Disappeared, or a node below 10 mm.
    before : int
        The record before of the same lesion, -1 for its first.
    """

    lesion: Ints
    visit: Ints
    diameter_mm: Floats
    status: Codes
    gone: Bools
    before: Ints

    def __len__(self) -> int:
        return len(self.lesion)

    def was(self, values: np.ndarray, default: Any) -> np.ndarray:
        """``values`` of the record before, ``default`` for a lesion's first record."""
        return np.where(self.before >= 0, values[self.before], default)


def list_lesions(rows: Measurements) -> tuple[Lesions, Ints]:
    """The lesions, and the lesion of each row.

    Raises
    ------
    DataError
        If rows of one lesion differ in whether it is a node, in its organ, or in its role.
    """
    starts = np.ones(len(rows.patient), np.bool_)
    starts[1:] = (rows.patient[1:] != rows.patient[:-1]) | (rows.lesion[1:] != rows.lesion[:-1])
    of_row = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)
    role, organ = (np.maximum.reduceat(column, first) for column in (rows.role, rows.organ))
    is_node = np.logical_or.reduceat(rows.is_node, first)
    _agree(rows, (rows.role != UNKNOWN) & (rows.role != role[of_row]), "role")
    _agree(rows, (rows.organ >= 0) & (rows.organ != organ[of_row]), "organ")
    _agree(rows, rows.is_node != is_node[of_row], "is_node")
    organ = np.where(is_node, len(rows.organ_names), organ)
    return Lesions(rows.patient[first], rows.lesion[first], organ, is_node, role), of_row


def _agree(rows: Measurements, differs: Bools, column: str) -> None:
    if differs.any():
        row = int(np.flatnonzero(differs)[0])
        lesion, patient = rows.lesion_names[rows.lesion[row]], rows.patients[rows.patient[row]]
        raise DataError(
            f"the rows of a lesion differ in {column} ({int(differs.sum())} rows)",
            where=f"measurements, column {column}",
            found=f"lesion {lesion} of patient {patient}",
            allowed=f"one {column} per lesion",
        )


def make_records(rows: Measurements, visits: Visits, lesions: Lesions, lesion_of_row: Ints) -> Records:
    """The last certain row of each lesion in each visit."""
    diameter = diameter_of(rows.diameter_mm, rows.status)
    known = np.flatnonzero(is_known(diameter, rows.status, rows.evaluable))
    lesion, visit = lesion_of_row[known], visits.of_row[known]
    # Rows are sorted by lesion and time, hence by lesion and visit: the last of a run is the latest.
    last = np.ones(len(known), np.bool_)
    last[:-1] = (lesion[1:] != lesion[:-1]) | (visit[1:] != visit[:-1])
    known, lesion, visit = known[last], lesion[last], visit[last]
    before = np.arange(len(known)) - 1
    before[1:][lesion[1:] != lesion[:-1]] = -1
    status = rows.status[known]
    gone = is_gone(diameter[known], status, lesions.is_node[lesion])
    return Records(lesion, visit, diameter[known], status, gone, before)


def has_progressed_unequivocally(records: Records) -> Bools:
    """Unequivocal progression, now or before with nothing but further increase since."""
    row = np.arange(len(records))
    increased = (records.status == INCREASED) & (records.before >= 0)
    # The latest record that is not a mere increase over the one before; a lesion's first record is never one.
    anchor = np.maximum.accumulate(np.where(increased, 0, row)) if len(row) else row
    return np.asarray(records.status[anchor] == UNEQUIVOCAL)


def has_increased(records: Records) -> Bools:
    """Said to have increased, newly in unequivocal progression, or measured larger than before."""
    progressed = has_progressed_unequivocally(records)
    newly = (records.status == UNEQUIVOCAL) & ~records.was(progressed, False)
    larger = exceeds(records.diameter_mm, records.was(records.diameter_mm, np.nan))
    return np.asarray((records.status == INCREASED) | newly | larger)
