"""Tables with one row per patient, merged: the same patient in two files is one, in two rows a fault."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from remission.arrays import Array, Bools, Ints, Texts
from remission.cohort.cohort import Origin
from remission.cohort.finding import Finding
from remission.cohort.interpret import Table


@dataclass(frozen=True)
class PatientRows:
    """Columns over all patients of a cohort.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (n,)
    origins : mapping of str to Origin
    known : ndarray of bool, shape (n,)
        Who stands in a table of patients.
    findings : tuple of Finding
    """

    columns: Mapping[str, Array]
    origins: Mapping[str, Origin]
    known: Bools
    findings: tuple[Finding, ...]


def merge_patients(tables: Sequence[Table], ids: Texts) -> PatientRows:
    """Tables of patients as columns over ``ids``.

    Rows that repeat a patient word for word count once and are told; rows that differ are an error, as are
    two files that contradict each other.
    """
    columns: dict[str, Array] = {}
    origins: dict[str, Origin] = {}
    known = np.zeros(len(ids), bool)
    findings: list[Finding] = []
    for table in tables:
        patient = places(ids, table.columns["patient"])
        first, repeated = _first_rows(patient)
        findings += _repeats(table, patient, first, repeated)
        who = patient[first]
        known[who] = True
        for name, values in table.columns.items():
            if name != "patient":
                _put(columns, origins, findings, table, name, who, values[first], table.row[first], len(ids))
    return PatientRows(columns, origins, known, tuple(findings))


def places(ids: Texts, names: Array) -> Ints:
    """Place of each name among the identifiers.

    Examples
    --------
    >>> places(np.array(["b", "a"]), np.array(["a", "b", "a"]))
    array([1, 0, 1])
    """
    order = np.argsort(ids, kind="stable")
    distinct, codes = np.unique(names, return_inverse=True)
    return np.asarray(order[np.searchsorted(ids[order], distinct)][codes], np.int64)


def _first_rows(patient: Ints) -> tuple[Ints, Bools]:
    _, first, codes = np.unique(patient, return_index=True, return_inverse=True)
    repeated = first[codes] != np.arange(len(patient))
    return first, repeated


def _repeats(table: Table, patient: Ints, first: Ints, repeated: Bools) -> list[Finding]:
    if not repeated.any():
        return []
    _, codes = np.unique(patient, return_inverse=True)
    origin = first[codes]
    same = np.ones(len(patient), bool)
    for values in table.columns.values():
        same &= _equal(values, values[origin])
    id_ = str(table.columns["patient"][np.flatnonzero(repeated)[0]])
    return [
        *table.finding(
            "duplicate-patient",
            "error",
            "a patient has two rows that differ",
            repeated & ~same,
            "patient",
            id_,
            "keep one row a patient, or choose rows in a mapping file: rows: {COLUMN: value}",
        ),
        *table.finding(
            "duplicate-rows", "warning", "a row stands twice and counts once", repeated & same, "patient", id_
        ),
    ]


def _equal(one: Array, other: Array) -> Bools:
    if one.dtype.kind == "f":
        return np.asarray((one == other) | (np.isnan(one) & np.isnan(other)))
    return np.asarray(one == other)


def _put(
    columns: dict[str, Array],
    origins: dict[str, Origin],
    findings: list[Finding],
    table: Table,
    name: str,
    who: Ints,
    values: Array,
    row: Ints,
    n: int,
) -> None:
    """Put values of a file beside what other files said; a contradiction is a finding."""
    text = values.dtype.kind == "U"
    new = np.full(n, "", values.dtype) if text else np.full(n, np.nan)
    rows = np.zeros(n, np.int64)
    new[who], rows[who] = values, row
    if name not in columns:
        column, unit = table.names.get(name, name), table.units.get(name)
        columns[name], origins[name] = new, Origin(table.file, column, rows, unit)
        return
    old = columns[name]
    has_old, has_new = (old != "", new != "") if text else (np.isfinite(old), np.isfinite(new))
    clash = has_old & has_new & (old != new)
    if clash.any():
        at = np.isin(table.row, rows[clash])
        findings += table.finding("contradiction", "error", f"{name} differs from {origins[name].file}", at, name)
    columns[name] = np.where(has_old, old, new)
    mine = origins[name]
    origins[name] = replace(mine, row=np.where(has_old, mine.row, rows))
