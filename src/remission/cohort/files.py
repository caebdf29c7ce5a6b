"""From paths to sheets: CSV, Parquet, XPT and SAS files, alone or in a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from remission.cohort.sas_file import read_sas_file
from remission.cohort.sheet import Coded, Sheet, coded_arrow, coded_numbers
from remission.cohort.text_file import read_text_file
from remission.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa

TEXT = (".csv", ".tsv", ".txt")
PARQUET = (".parquet", ".pq")
SAS = (".xpt", ".sas7bdat")
SAS_DAY_ZERO = date(1960, 1, 1)
MOST_CELLS = 500_000_000
_NEITHER = "a column holds neither text nor numbers"


def find_files(places: Iterable[str | Path]) -> tuple[Path, ...]:
    """Files named, and the tables in folders named, in order and once each.

    Raises
    ------
    DataError
        If there is no such place, or no table in it.

    Examples
    --------
    >>> find_files(["nowhere.csv"])
    Traceback (most recent call last):
    remission.errors.DataError: nowhere.csv: there is no such file or folder
    """
    found: dict[Path, None] = {}
    for place in map(Path, places):
        if place.is_dir():
            tables = sorted(file for file in place.iterdir() if file.suffix.lower() in TEXT + PARQUET + SAS)
            if not tables:
                allowed = ", ".join(TEXT + PARQUET + SAS)
                raise DataError("there is no table in this folder", where=str(place), allowed=allowed)
            found |= dict.fromkeys(tables)
        elif place.exists():
            found[place] = None
        else:
            raise DataError("there is no such file or folder", where=str(place))
    if not found:
        raise DataError("no file is named", next_step="remission cohort FILES --out DIR")
    return tuple(found)


def read_sheet(path: Path, encoding: str | None = None) -> Sheet:
    """One file as a sheet.

    Raises
    ------
    DataError
        If it is of another kind, damaged, or empty.
    """
    kind = path.suffix.lower()
    if kind in TEXT:
        return read_text_file(path, encoding)
    if kind in PARQUET:
        return _from_arrow(path, _read_parquet(path))
    if kind in SAS:
        return _from_sas(path)
    allowed = ", ".join(TEXT + PARQUET + SAS)
    step = "save the sheet as CSV in UTF-8" if kind.startswith((".xls", ".ods")) else None
    raise DataError("no reader for this kind of file", where=path.name, allowed=allowed, next_step=step)


def _read_parquet(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        _refuse_large(path, file.metadata.num_rows, file.metadata.num_columns)
        table = file.read()
        table.validate(full=True)  # text that is no text, places beyond a dictionary
    except (pa.ArrowException, OSError) as error:
        found = (str(error).splitlines() or ["nothing"])[0]
        raise DataError("this is not a Parquet file", where=path.name, found=found) from None
    return table


def _refuse_large(path: Path, rows: int, columns: int) -> None:
    """A few bytes can stand for any number of rows, so their number is looked at before they are unpacked."""
    if rows * columns > MOST_CELLS:
        found = f"{rows} rows of {columns} columns"
        raise DataError("the file is too large", where=path.name, found=found, allowed=f"at most {MOST_CELLS} cells")


def _from_arrow(path: Path, table: pa.Table) -> Sheet:
    _check_rows(path, table.column_names, table.num_rows)
    columns = {name: _arrow_text(path, name, table[name]) for name in table.column_names}
    return Sheet(path.name, columns, table.num_rows, _sha256(path), typed=True)


def _arrow_text(path: Path, name: str, column: pa.ChunkedArray) -> Coded:
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind) and not pa.types.is_string(kind.value_type):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_floating(kind):
        return coded_numbers(column.to_numpy())
    if pa.types.is_nested(kind) or pa.types.is_binary(kind):
        raise DataError(_NEITHER, where=f"{path.name}, column {name}", found=str(kind))
    try:
        return coded_arrow(column if pa.types.is_dictionary(kind) else column.cast(pa.string()))
    except pa.ArrowException:
        raise DataError(_NEITHER, where=f"{path.name}, column {name}", found=str(kind)) from None


def _from_sas(path: Path) -> Sheet:
    columns = read_sas_file(path)
    rows = len(next(iter(columns.values()))) if columns else 0
    _check_rows(path, list(columns), rows)
    return Sheet(path.name, columns, rows, _sha256(path), typed=True, days_since=SAS_DAY_ZERO)


def _check_rows(path: Path, names: list[str], rows: int) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DataError("a column is named twice", where=path.name, found=", ".join(twice))
    if not rows:
        raise DataError("the file has a header and no rows", where=path.name, next_step="export it again")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
