"""Arrow tables as Parquet bytes and back: equal rows give equal bytes, and every page has its checksum."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from remission.run.store import damaged
from remission.tables import normalised, schema


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


def from_parquet(data: bytes, name: str, table: str, columns: Sequence[str] | None = None) -> pa.Table:
    """A table from bytes that have been verified; page checksums are verified once more.

    Raises
    ------
    RunError
        If the bytes are no Parquet file of that table.
    """
    try:
        read = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True).read(columns)
    except (pa.ArrowException, OSError) as error:
        raise damaged(name, str(error).splitlines()[0]) from None
    expected = schema(table, None if columns is None else tuple(columns))
    if set(read.schema.names) != set(expected.names) or not read.select(expected.names).schema.equals(expected):
        raise damaged(name, f"columns {read.schema.names}", f"columns {expected.names}")
    return read.select(expected.names)
