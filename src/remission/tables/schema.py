"""The five tables as Arrow schemas, made from plain arrays and checked before they are written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from remission.errors import DataError, Problem
from remission.tables.columns import TABLES, Column

_CATEGORY = pa.dictionary(pa.int32(), pa.string())
_TYPES: dict[str, pa.DataType] = {
    "bool": pa.bool_(),
    "int8": pa.int8(),
    "int16": pa.int16(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "category": _CATEGORY,
    "text": pa.string(),
}
TABLE_NAMES = tuple(TABLES)
_MOST_PATIENT = 2**53  # as a number of floating point, each is still another
MOST_TIME_DAY = 73_050.0
"""200 years: no time in a table is longer, and pages draw axes as long as what they show."""


@cache
def schema(table: str, columns: tuple[str, ...] | None = None) -> pa.Schema:
    """Schema of one of the five tables, or of some of its columns, with each column's meaning as metadata.

    Raises
    ------
    DataError
        If there is no such table or column.

    Examples
    --------
    >>> schema("doses").field("dose_mg").metadata
    {b'meaning': b'amount given'}
    """
    if table not in TABLES:
        raise DataError("no such table", where="table", found=table, allowed=", ".join(TABLES))
    fields = {column.name: _field(column) for column in TABLES[table]}
    unknown = [name for name in columns or () if name not in fields]
    if unknown:
        raise DataError("no such column", where=table, found=", ".join(unknown), allowed=", ".join(fields))
    return pa.schema([fields[name] for name in (fields if columns is None else columns)])


def _field(column: Column) -> pa.Field:
    nullable = column.empty != "never"
    return pa.field(column.name, _TYPES[column.kind], nullable, metadata={"meaning": column.meaning})


def make_table(table: str, columns: Mapping[str, Any], *, arm: str | None = None) -> pa.Table:
    """A table of the right schema from plain columns.

    Parameters
    ----------
    table : str
        ``patients``, ``visits``, ``lesions``, ``doses`` or ``events``.
    columns : mapping of str to sequence or ndarray
        Every column of the table, all of one length; ``None`` where a value is missing. In floating-point
        arrays NaN means missing too. A column that may be empty can be left out; no column at all gives an
        empty table.
    arm : str, optional
        Fills the column ``arm``.

    Raises
    ------
    DataError
        If a column is unknown, missing, of another length or of values that do not fit.

    Examples
    --------
    >>> doses = make_table("doses", {"patient": [0], "time_day": [0.0], "molecule": ["ipilimumab"],
    ...                              "dose_mg": [240.0], "line": [1], "course": [1]}, arm="ipilimumab")
    >>> doses.num_rows
    1
    """
    wanted = schema(table)
    if not columns:
        return wanted.empty_table()
    unknown = sorted(set(columns) - set(wanted.names))
    if unknown:
        raise DataError("no such column", where=table, found=", ".join(unknown), allowed=", ".join(wanted.names))
    rows = len(columns["patient"]) if "patient" in columns else 0
    filled = {**columns, "arm": [arm] * rows} if arm is not None else columns
    return pa.table([_array(table, field, filled.get(field.name), rows) for field in wanted], schema=wanted)


def _array(table: str, field: pa.Field, values: Any, rows: int) -> pa.Array:
    if values is None and not field.nullable:
        raise DataError("a column is missing", where=f"{table}.{field.name}")
    plain = pa.string() if field.type == _CATEGORY else field.type
    try:
        array = pa.nulls(rows, plain) if values is None else pa.array(values, plain, from_pandas=True)
    except (pa.ArrowException, TypeError, OverflowError) as error:
        raise DataError(f"values do not fit: {error}", where=f"{table}.{field.name}") from None
    if len(array) != rows:
        raise DataError("columns differ in length", where=f"{table}.{field.name}", found=str(len(array)))
    return array.dictionary_encode() if field.type == _CATEGORY else array


def normalised(table: pa.Table) -> pa.Table:
    """The same values in one chunk, each dictionary in order of first use: equal rows make equal files.

    Examples
    --------
    >>> dose = make_table("doses", {"patient": [0], "time_day": [0.0], "molecule": ["docetaxel"],
    ...                             "dose_mg": [140.0], "line": [1], "course": [1]}, arm="A")
    >>> normalised(pa.concat_tables([dose, dose])).column("molecule").num_chunks
    1
    """
    whole = table.unify_dictionaries().combine_chunks()
    return pa.table([_in_order_of_use(column) for column in whole.columns], schema=table.schema)


def _in_order_of_use(column: pa.ChunkedArray) -> pa.Array:
    array = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    if not pa.types.is_dictionary(array.type):
        return array
    used = array.indices.dictionary_encode()
    return pa.DictionaryArray.from_arrays(used.indices, array.dictionary.take(used.dictionary))


def check_table(name: str, table: pa.Table, *, where: str) -> None:
    """Refuse a table of another schema, with NaN, with values missing where they must not be, or out of list.

    Raises
    ------
    DataError
        With every fault found.

    Examples
    --------
    >>> check_table("doses", schema("doses").empty_table(), where="arm A")
    """
    if not table.schema.equals(schema(name)):
        raise DataError("the table has another schema", where=f"{where}, {name}", found=str(table.schema.names))
    followed = pc.equal(table["status"].cast(pa.string()), "followed") if name == "patients" else None
    check_columns(name, table, where=f"{where}, {name}.", followed=followed)


def check_columns(name: str, table: pa.Table, *, where: str, followed: pa.ChunkedArray | None = None) -> None:
    """As `check_table`, of the columns that are there.

    Parameters
    ----------
    name : str
    table : pa.Table
    where : str
        What stands before the name of a column in a message.
    followed : pa.ChunkedArray, optional
        Rows in which what is known of every followed patient must not be missing; of real patients it may be.

    Raises
    ------
    DataError
        With every fault found.
    """
    there = set(table.column_names)
    faults = [(column, _fault(column, table[column.name], followed)) for column in TABLES[name] if column.name in there]
    problems = [Problem(fault, where=f"{where}{column.name}") for column, fault in faults if fault]
    if problems:
        raise DataError(problems)


def _fault(column: Column, values: pa.ChunkedArray, followed: pa.ChunkedArray | None) -> str | None:
    if column.empty == "never" and values.null_count:
        return f"{values.null_count} values are missing"
    if column.empty == "not followed" and followed is not None:
        missing = pc.sum(pc.and_(pc.is_null(values), followed)).as_py() or 0
        if missing:
            return f"{missing} values are missing in followed patients"
    if column.kind == "float64" and pc.all(pc.is_finite(values)).as_py() is False:
        return "NaN or infinity stands where a number or nothing should"
    if column.name.endswith("_day") and pc.any(pc.greater(pc.abs(values), MOST_TIME_DAY)).as_py():
        return f"a time is longer than {MOST_TIME_DAY:g} days"
    if column.name == "patient" and not _numbers_people(values):
        return f"a number of a patient is below 0 or above {_MOST_PATIENT}"
    if column.values:
        strange = set(pc.unique(values.unify_dictionaries()).to_pylist()) - {None, *column.values}
        if strange:
            return f"{sorted(strange)} is not among {', '.join(column.values)}"
    return None


def _numbers_people(values: pa.ChunkedArray) -> bool:
    found = pc.min_max(values).as_py()
    return found["min"] is None or (found["min"] >= 0 and found["max"] <= _MOST_PATIENT)
