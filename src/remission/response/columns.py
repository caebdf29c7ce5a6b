"""Measurements of lesions from the columns of a table, checked, coded and put in one order.

Columns, each a row of the table per lesion and scan:

=============  ==========================================================================================
patient        number or text
time_day       days from the start of treatment (or any origin of the patient)
lesion         number or text, unique within the patient
organ          text; all nodes count as one organ
is_node        bool; the diameter of a node is its short axis
role           "target", "non-target", "new" or null: chosen by rule where null
diameter_mm    null where not measured
status         null, or a word of `STATUSES`
evaluable      bool, true where the column is absent
part_of        lesion of which this is a fragment, or null (column may be absent)
symptomatic    bool: the scan was made for new symptoms (column may be absent)
visit          number or text: scans of different visits are told apart (column may be absent)
=============  ==========================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from remission.arrays import Array, Bools, Floats, Ints
from remission.errors import DataError
from remission.response.criteria import Codes
from remission.response.fragments import join_fragments
from remission.response.words import ROLES, STATUSES

_REQUIRED = ("patient", "time_day", "lesion")


@dataclass(frozen=True)
class Measurements:
    """Coded rows, sorted by patient, lesion and time; all fields have shape (m,) but the names.

    Attributes
    ----------
    patients : (p,) str or int
        Names in sorted order; `patient` points into it.
    lesion_names, organ_names : (...) str or int
        `lesion` and `organ` point into them; -1 is null.
    visit : (m,) int
        Names of visits as numbers, -1 is null.
    """

    patients: Array
    lesion_names: Array
    organ_names: Array
    patient: Ints
    lesion: Ints
    organ: Ints
    time_day: Floats
    role: Codes
    is_node: Bools
    diameter_mm: Floats
    status: Codes
    evaluable: Bools
    symptomatic: Bools
    visit: Ints


def read_measurements(table: Any) -> Measurements:
    """Code and sort the columns of a table.

    Parameters
    ----------
    table : mapping of arrays, NumPy structured array, pyarrow Table, or data frame
        Columns as listed above.

    Raises
    ------
    DataError
        If a column is missing or holds an unknown word, a number is missing or negative, or a lesion has
        two rows at one time.
    """
    names = _names(table)
    _check_columns(names)
    patients, patient = encode(_column(table, "patient"))
    lesion_names, lesion = encode(_column(table, "lesion"))
    _refuse(patient < 0, "a patient has no name", "patient")
    _refuse(lesion < 0, "a lesion has no name", "lesion")
    m = len(patient)
    if m == 0:
        raise DataError("the table of measurements is empty", where="measurements", allowed="at least one row")
    organ_names, organ = _optional_words(table, names, "organ", m)
    columns = {
        "patient": patient,
        "lesion": lesion,
        "organ": organ,
        "time_day": _numbers(table, names, "time_day", m),
        "role": _words(table, names, "role", ROLES, m),
        "is_node": _flags(table, names, "is_node", False, m),
        "diameter_mm": _numbers(table, names, "diameter_mm", m),
        "status": _words(table, names, "status", STATUSES, m),
        "evaluable": _flags(table, names, "evaluable", True, m),
        "symptomatic": _flags(table, names, "symptomatic", False, m),
        "visit": _optional_words(table, names, "visit", m)[1],
    }
    _check_values(columns)
    columns["whole"] = _wholes(table, names, lesion_names, lesion)
    return Measurements(patients, lesion_names, organ_names, **_ordered(columns))


def encode(values: Any) -> tuple[Array, Ints]:
    """Distinct values in sorted order, and for each value its place there (-1 for null and empty text).

    Examples
    --------
    >>> names, codes = encode(["b", None, "a", "b"])
    >>> [str(name) for name in names], codes.tolist()
    (['a', 'b'], [1, -1, 0, 1])
    """
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        return _encode_whole_numbers(values)
    import pyarrow as pa

    array = values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        # Text beyond 2 GiB arrives in pieces; wide offsets hold it in one.
        array = array.cast(pa.large_string()).combine_chunks()
    if pa.types.is_null(array.type):
        return np.array([], np.str_), np.full(len(array), -1, np.int64)
    coded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
    names = np.array(coded.dictionary.to_pylist())
    order = np.argsort(names, kind="stable")
    place = np.empty(len(names) + 1, np.int64)
    place[order] = np.arange(len(names))
    place[-1] = -1
    if names.dtype.kind == "U":
        place[:-1][names == ""] = -1
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return names[order], place[codes]


def _encode_whole_numbers(values: Array) -> tuple[Array, Ints]:
    least = values.min(initial=values[0]) if len(values) else 0
    span = int(values.max(initial=least)) - int(least) + 1 if len(values) else 0
    if span > 4 * len(values):
        names, codes = np.unique(values, return_inverse=True)
        return names, codes.astype(np.int64)
    # Numbers that lie close are looked up, which spares sorting them.
    offset = (values - least).astype(np.int64)
    used = np.zeros(span, np.bool_)
    used[offset] = True
    place = np.cumsum(used) - 1
    return np.flatnonzero(used).astype(values.dtype) + least, place[offset]


def _names(table: Any) -> tuple[str, ...]:
    if isinstance(table, np.ndarray):
        return tuple(table.dtype.names or ())
    for attribute in ("column_names", "columns"):
        if hasattr(table, attribute):
            return tuple(getattr(table, attribute))
    return tuple(table)


def _check_columns(names: tuple[str, ...]) -> None:
    missing = [name for name in _REQUIRED if name not in names]
    if "diameter_mm" not in names and "status" not in names:
        missing.append("diameter_mm or status")
    if missing:
        raise DataError("columns are missing", where="measurements", found=", ".join(names), allowed=", ".join(missing))


def _column(table: Any, name: str) -> Any:
    column = table[name]
    if hasattr(column, "combine_chunks"):
        return column.combine_chunks()
    if isinstance(column, np.ndarray):
        return column
    return column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column)


def _numbers(table: Any, names: tuple[str, ...], name: str, m: int) -> Floats:
    if name not in names:
        return np.full(m, np.nan)
    column = _column(table, name)
    if not isinstance(column, np.ndarray):
        column = column.to_numpy(zero_copy_only=False)
    try:
        return np.asarray(column, np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"a value of {name} is not a number", where=name, found=str(error), allowed="numbers or null"
        ) from error


def _flags(table: Any, names: tuple[str, ...], name: str, default: bool, m: int) -> Bools:
    if name not in names:
        return np.full(m, default)
    column = _column(table, name)
    if not isinstance(column, np.ndarray):
        column = column.fill_null(default).to_numpy(zero_copy_only=False)
    if column.dtype.kind != "b":
        _refuse(~np.isin(column, (0, 1)), f"a value of {name} is neither true nor false", name)
    return np.asarray(column, np.bool_)


def _optional_words(table: Any, names: tuple[str, ...], name: str, m: int) -> tuple[Array, Ints]:
    if name not in names:
        return np.array([], np.str_), np.full(m, -1, np.int64)
    return encode(_column(table, name))


def _words(table: Any, names: tuple[str, ...], name: str, allowed: tuple[str, ...], m: int) -> Codes:
    words, codes = _optional_words(table, names, name, m)
    spelled = [str(word).strip().lower() for word in words]
    for word in spelled:
        if word not in allowed:
            raise DataError(f"a {name} is not known", where=name, found=word, allowed=", ".join(allowed[1:]))
    lookup = np.array([*(allowed.index(word) for word in spelled), 0], np.int8)
    return lookup[codes]


def _check_values(columns: dict[str, Any]) -> None:
    time, diameter = columns["time_day"], columns["diameter_mm"]
    _refuse(~np.isfinite(time), "the time of a measurement is not a number", "time_day")
    _refuse((diameter < 0) | np.isinf(diameter), "a diameter is negative or infinite", "diameter_mm")


def _refuse(bad: Bools, what: str, column: str) -> None:
    if bad.any():
        rows = np.flatnonzero(bad)
        raise DataError(what, where=f"measurements, column {column}", found=f"row {rows[0]} ({len(rows)} rows)")


def _wholes(table: Any, names: tuple[str, ...], lesion_names: Array, lesion: Ints) -> Ints:
    """The lesion that each row belongs to: the whole for a fragment, itself otherwise."""
    wholes, codes = _optional_words(table, names, "part_of", len(lesion))
    if not (codes >= 0).any():
        return lesion
    place = np.searchsorted(lesion_names, wholes)
    known = lesion_names[np.minimum(place, len(lesion_names) - 1)] == wholes
    _refuse((codes >= 0) & ~known[codes], "a fragment is part of a lesion that is not in the table", "part_of")
    return np.where(codes >= 0, place[codes], lesion)


def _ordered(columns: dict[str, Any]) -> dict[str, Any]:
    lesion = columns["lesion"]
    # One whole number for patient and lesion spares a key to sort by.
    order = np.lexsort((columns["time_day"], columns["patient"] * (lesion.max() + 1) + lesion))
    columns = {name: column[order] for name, column in columns.items()}
    repeated = np.zeros(len(order), np.bool_)
    keys = [columns[name] for name in ("patient", "lesion", "time_day")]
    repeated[1:] = np.logical_and.reduce([key[1:] == key[:-1] for key in keys])
    if repeated.any():
        second = int(np.flatnonzero(repeated)[0])
        raise DataError(
            f"a lesion has two rows at one time ({int(repeated.sum())} repeated rows)",
            where="measurements",
            found=f"rows {order[second - 1]} and {order[second]}",
            next_step="keep one reading of each lesion a day",
        )
    whole = columns.pop("whole")
    return columns if np.array_equal(whole, columns["lesion"]) else join_fragments(columns, whole)
