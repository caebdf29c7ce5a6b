"""A table as it stands in a file: columns of text or of what the file itself says they are, nothing interpreted.

Text columns are coded by their distinct values, so that ten million rows of a few hundred diameters cost
four bytes a cell, and each distinct value is read once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Array, Bools, Ints

if TYPE_CHECKING:
    import pyarrow as pa

HEADER_ROWS = 1
_EXACT = 2.0**53  # beyond it, not every whole number is a float


@dataclass(frozen=True)
class Coded:
    """A column by its distinct values.

    Parameters
    ----------
    words : tuple of str
        Distinct values without surrounding space; the empty text stands for an empty cell.
    codes : ndarray of int32, shape (rows,)
        Place of each row's value in ``words``.

    Examples
    --------
    >>> column = Coded(("PR", "SD"), np.array([0, 1, 0], np.int32))
    >>> column.text(2)
    'PR'
    """

    words: tuple[str, ...]
    codes: NDArray[np.int32]

    def text(self, row: int) -> str:
        """The value of a row."""
        return self.words[self.codes[row]]

    def __len__(self) -> int:
        return len(self.codes)


@dataclass(frozen=True)
class Sheet:
    """One file.

    Parameters
    ----------
    name : str
        Name of the file, without its folder.
    columns : mapping of str to Coded
        By the name in the header, in the order of the file.
    rows : int
        Rows below the header.
    sha256 : str
        Of the file's bytes.
    typed : bool
        True if the file stores numbers as numbers (Parquet, SAS), so that the text is ours.
    days_since : date, optional
        Day from which the file counts its dates, where it stores dates as numbers.
    """

    name: str
    columns: Mapping[str, Coded]
    rows: int
    sha256: str
    typed: bool = False
    numbers: Ints | None = field(default=None, compare=False)
    days_since: date | None = None

    def row_number(self, row: int) -> int:
        """Row as a spreadsheet counts it: the header is row 1.

        Examples
        --------
        >>> Sheet("a.csv", {}, 0, "").row_number(0)
        2
        """
        place = row if self.numbers is None else int(self.numbers[row])
        return place + HEADER_ROWS + 1

    def where(self, row: int, column: str) -> str:
        """File, row and column, for a message."""
        return f"{self.name}, row {self.row_number(row)}, column {column}"

    def only(self, rows: Bools) -> Sheet:
        """Some of the rows; they keep their numbers."""
        kept = np.flatnonzero(rows)
        numbers = kept if self.numbers is None else self.numbers[kept]
        columns = {name: Coded(column.words, column.codes[kept]) for name, column in self.columns.items()}
        return replace(self, columns=columns, rows=len(kept), numbers=numbers)


def coded_numbers(values: Array) -> Coded:
    """Floating-point numbers as text that reads back to the same number; NaN is an empty cell.

    Examples
    --------
    >>> coded_numbers(np.array([2.0, np.nan, 2.5])).words
    ('2', '2.5', '')
    """
    distinct, codes = np.unique(np.asarray(values, np.float64), return_inverse=True)
    return Coded(tuple(map(_number_text, distinct.tolist())), codes.astype(np.int32))


def _number_text(value: float) -> str:
    if value != value:
        return ""
    # A whole number that a float cannot hold exactly stays marked as such: identifiers may have merged.
    return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)


def coded_arrow(column: pa.ChunkedArray) -> Coded:
    """A column of Arrow text as `Coded`; surrounding space is not part of a value."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        column = column.cast(pa.string()).dictionary_encode()
    whole = column.unify_dictionaries().combine_chunks()
    parts = whole.chunks if isinstance(whole, pa.ChunkedArray) else [whole]
    if not parts:
        return Coded(("",), np.empty(0, np.int32))
    words = [(word or "").strip() for word in parts[0].dictionary.to_pylist()]
    codes = [part.indices.fill_null(len(words)).to_numpy(zero_copy_only=False) for part in parts]
    return _merged([*words, ""], np.concatenate(codes).astype(np.int32))


def _merged(words: list[str], codes: NDArray[np.int32]) -> Coded:
    """Values that differ only in space become one."""
    place: dict[str, int] = {}
    new = np.array([place.setdefault(word, len(place)) for word in words], np.int32)
    return Coded(tuple(place), new[codes])


def joined(columns: list[Coded], separator: str = " / ") -> Coded:
    """Several columns side by side as one.

    Examples
    --------
    >>> study = Coded(("A", "B"), np.array([0, 1], np.int32))
    >>> joined([study, Coded(("x",), np.array([0, 0], np.int32))]).words
    ('A / x', 'B / x')
    """
    if len(columns) == 1:
        return columns[0]
    combined: Array = columns[0].codes.astype(np.int64)
    for column in columns[1:]:
        combined = combined * len(column.words) + column.codes
    distinct, first, codes = np.unique(combined, return_index=True, return_inverse=True)
    words = tuple(separator.join(column.text(row) for column in columns) for row in first)
    return Coded(words, codes.astype(np.int32)) if len(distinct) else Coded(("",), np.empty(0, np.int32))
