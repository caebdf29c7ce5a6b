"""Tables of rows and cells changed, and written as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from malformed.mutate_text import flipped_bit, mutated_text
from malformed.nasty import word

Rows = list[list[str]]


def rows_of(text: str) -> Rows:
    """Rows of a CSV text, the header first."""
    return list(csv.reader(io.StringIO(text)))


def csv_bytes(rows: Rows, delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL, end: str = "\n") -> bytes:
    """Rows as a CSV text."""
    sink = io.StringIO()
    csv.writer(sink, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
    return sink.getvalue().encode("utf-8", "surrogatepass")


def mutated_rows(random: Random, rows: Rows) -> tuple[Rows, str]:
    """Cells, rows or columns changed."""
    rows, said = [list(row) for row in rows], []
    for _ in range(random.choice((1, 1, 1, 2, 5))):
        row = random.randrange(len(rows))
        column = random.randrange(len(rows[row])) if rows[row] else 0
        kind = random.choice(
            ("cell", "cell", "cell", "cell", "column", "drop", "double", "ragged", "swap", "name", "other")
        )
        said.append(kind)
        if not rows[row]:
            rows[row] = [word(random)]
        elif kind == "cell":
            rows[row][column] = word(random)
        elif kind == "other":
            rows[row][column] = random.choice(random.choice([each for each in rows if each]))
        elif kind == "column":
            value = word(random)
            rows = [rows[0], *([*each[:column], value, *each[column + 1 :]] for each in rows[1:])]
        elif kind == "drop" and len(rows) > 1:
            del rows[row]
        elif kind == "double":
            rows.insert(random.randrange(1, len(rows) + 1), list(rows[row]))
        elif kind == "ragged":
            rows[row] = random.choice((rows[row][:-1], [*rows[row], word(random)]))
        elif kind == "swap":
            rows = [each[:column] + each[column + 1 :] if random.random() < 0.9 else each for each in rows]
        elif kind == "name":
            rows[0][column % max(len(rows[0]), 1)] = random.choice((word(random), random.choice(rows[0])))
        rows = rows or [[""]]
    return rows, ", ".join(said)


def mutated_csv(random: Random, text: str) -> tuple[bytes, str]:
    """A CSV file changed as a table or as text."""
    if random.random() < 0.4:
        return mutated_text(random, text.encode())
    rows, how = mutated_rows(random, rows_of(text))
    delimiter = random.choice((",", ",", ",", ";", "\t", "|", ":"))
    return csv_bytes(rows, delimiter, random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))), how


def same_csv(random: Random, text: str) -> tuple[bytes, str]:
    """The same table in another form: order of columns, delimiter, quotes, ends of lines, a mark of the encoding."""
    rows = rows_of(text)
    order = list(range(len(rows[0])))
    random.shuffle(order)
    moved = [[row[place] for place in order] for row in rows]
    quoting = random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    data = csv_bytes(moved, random.choice((",", ";", "\t", "|")), quoting, random.choice(("\n", "\r\n")))
    return random.choice((b"", b"\xef\xbb\xbf")) + data, "same meaning"


def mutated_parquet(random: Random, text: str) -> tuple[bytes, str]:
    """A table as Parquet with other types, values and columns, or with bytes changed."""
    rows = rows_of(text)
    how = "cells"
    if random.random() < 0.5:
        rows, how = mutated_rows(random, rows)
    width = max(len(row) for row in rows)
    names = [name or f"c{place}" for place, name in enumerate([*rows[0], *[""] * (width - len(rows[0]))])]
    body = [row + [""] * (width - len(row)) for row in rows[1:]]
    columns = [_typed(random, [row[place] for row in body]) for place in range(width)]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_arrays(columns, names=names), sink)
    data = sink.getvalue().to_pybytes()
    if random.random() < 0.5:
        return data, f"Parquet: {how}"
    change = random.choice(
        (flipped_bit, lambda random, data: data[: random.randrange(len(data))], lambda r, d: mutated_text(r, d)[0])
    )
    return change(random, data), "Parquet: bytes"


def _typed(random: Random, cells: list[str]) -> pa.Array:
    """A column as text, numbers where they are numbers, or of a kind that nobody expects."""
    text = pa.array([cell or None for cell in cells], pa.string())
    if random.random() < 0.15:
        n = len(cells)
        return random.choice(
            (
                lambda: pa.array([[1, 2]] * n),
                lambda: pa.array([{"a": 1}] * n),
                lambda: pa.array([b"\xff\xfe"] * n),
                lambda: pa.nulls(n),
                lambda: pa.array([float("nan"), float("inf")] * n)[:n],
                lambda: pa.array([2**63 - 1] * n),
                lambda: pa.array([2**64 - 1] * n, pa.uint64()),
                lambda: pa.array([10**11] * n, pa.timestamp("s")),
                lambda: pa.array([-(2**62)] * n, pa.timestamp("ns", "UTC")),
                lambda: pa.array([2**30] * n, pa.date32()),
                lambda: pa.array([5] * n, pa.duration("s")),
                lambda: pa.array([5] * n, pa.time32("s")),
                lambda: pa.array([True, None] * n)[:n],
                lambda: pa.array([1] * n).cast(pa.decimal128(38, 10)),
                lambda: text.dictionary_encode(),
                lambda: pa.array([1.5, None] * n)[:n].dictionary_encode(),
                lambda: pa.array(["x"] * n, pa.large_string()),
            )
        )()
    try:
        return pa.array([float(cell) if cell else None for cell in cells])
    except ValueError:
        return text
