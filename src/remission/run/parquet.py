"""Arrow tables as Parquet bytes and back: equal rows give equal bytes, and every page has its checksum."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from remission.errors import DataError, RunError
from remission.run.store import damaged
from remission.tables import check_columns, normalised, schema
from remission.tables.columns import TABLES

MOST_CELLS = 100_000_000  # of a block; lesions of 2,048 patients over 60 months have a twentieth
MOST_UNPACKED_BYTES = 1_000_000_000


def to_parquet(table: pa.Table) -> bytes:
    """Parquet bytes of a table: zstd, one row group, page checksums.

    Examples
    --------
    >>> empty = schema("doses").empty_table()
    >>> to_parquet(empty) == to_parquet(empty)
    True
    """
    sink = pa.BufferOutputStream()
    pq.write_table(
        normalised(table),
        sink,
        row_group_size=max(table.num_rows, 1),
        compression="zstd",
        # Measured values hardly repeat: dictionaries for them make files a fifth larger and slower to write.
        use_dictionary=[field.name for field in table.schema if field.type != pa.float64()],
        write_page_checksum=True,
    )
    return sink.getvalue().to_pybytes()


def from_parquet(
    data: bytes, name: str, table: str, rows: int | None, columns: Sequence[str] | None = None
) -> pa.Table:
    """A table from bytes that have been verified; page checksums are verified once more.

    Parameters
    ----------
    data : bytes
        A file, whole.
    name : str
        Of the file, for messages.
    table : str
        Which of the five tables it holds a block of.
    rows : int or None
        As the manifest has it. A file that says otherwise, or more than a block can have, is refused before
        anything is unpacked: a few bytes can stand for any number of rows.
    columns : sequence of str, optional
        All if not given. One that the file lacks since it was added to the tables later is empty throughout, if it may
        be empty in every row.

    Raises
    ------
    RunError
        If the bytes are no Parquet file of that table.
    """
    expected = schema(table, None if columns is None else tuple(columns))
    try:
        file = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        _refuse_other_size(file.metadata, name, rows)
        read = file.read(columns)
        read.validate(full=True)  # text that is no text, places beyond a dictionary
        read = _with_later_columns(read, table, expected)
    except (pa.ArrowException, OSError) as error:
        raise damaged(name, (str(error).splitlines() or ["no Parquet"])[0]) from None
    if set(read.schema.names) != set(expected.names) or not read.select(expected.names).schema.equals(expected):
        raise damaged(name, f"columns {read.schema.names}", f"columns {expected.names}")
    found = read.select(expected.names)
    try:
        check_columns(table, found, where=f"{name}, column ")
    except DataError as error:
        raise RunError(error.problems) from None
    return found


def _with_later_columns(read: pa.Table, table: str, expected: pa.Schema) -> pa.Table:
    """Folders of before a column came into the tables stay readable: nothing of it happened there."""
    may = {column.name for column in TABLES[table] if column.empty == "may"}
    for field in expected:
        if field.name in may and field.name not in read.schema.names:
            read = read.append_column(field, pa.nulls(read.num_rows, field.type))
    return read


def _refuse_other_size(found: pq.FileMetaData, name: str, rows: int | None) -> None:
    if found.num_rows != rows:
        raise damaged(name, f"{found.num_rows} rows", f"{rows} rows")
    unpacked = sum(found.row_group(k).total_byte_size for k in range(found.num_row_groups))
    if found.num_rows * found.num_columns > MOST_CELLS or unpacked > MOST_UNPACKED_BYTES:
        shown = f"{found.num_rows} rows of {found.num_columns} columns, {unpacked} bytes"
        raise damaged(name, shown, f"at most {MOST_CELLS} cells and {MOST_UNPACKED_BYTES} bytes")
