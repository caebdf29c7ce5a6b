"""Delimited text: encoding, header and shape are settled before a value is looked at."""

from __future__ import annotations

import codecs
import csv
import hashlib
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from remission.cohort.sheet import Coded, Sheet, coded_arrow
from remission.errors import DataError, Problem

_CHUNK = 1 << 22
_DELIMITERS = (",", ";", "\t", "|")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Two or more bytes that only UTF-8 makes: their presence in a file of another encoding means two were mixed.
_UTF8_SEQUENCE = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


def read_text_file(path: Path, encoding: str | None = None) -> Sheet:
    """Read a CSV file (comma, semicolon, tab or bar between the cells).

    Parameters
    ----------
    path : Path
    encoding : str, optional
        Of the file; UTF-8 if not given.

    Raises
    ------
    DataError
        If the file is empty, holds two encodings, names a column twice, or has rows of another length.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "patients.csv"
    >>> _ = path.write_text("patient,os_months\\n1,12.5\\n")
    >>> read_text_file(path).columns["os_months"].words[0]
    '12.5'
    """
    if encoding and codecs.lookup(encoding).name in ("utf-8", "utf-8-sig"):
        encoding = None
    sha256 = _checked_bytes(path, encoding)
    first = _first_line(path, encoding)
    delimiter = max(_DELIMITERS, key=first.count)
    header = [name.strip() for name in _cells(path.name, 1, first, delimiter)]
    _check_header(path.name, header)
    columns = _columns(path, header, delimiter, encoding)
    rows = len(next(iter(columns.values())))
    if not rows:
        raise DataError("the file has a header and no rows", where=path.name, next_step="export it again")
    return Sheet(path.name, columns, rows, sha256)


def _checked_bytes(path: Path, encoding: str | None) -> str:
    """sha256 of a file whose bytes are all of one encoding."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder(encoding or "utf-8")()
    seen = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                if not (encoding or "").startswith("utf-16"):
                    _refuse_other_format(path.name, chunk, seen)
                digest.update(chunk)
                _decode(path, decoder, chunk, encoding)
                seen += len(chunk)
            _decode(path, decoder, b"", encoding, final=True)
    except OSError as error:
        raise DataError("the file cannot be read", where=str(path), found=error.strerror) from None
    if not seen:
        raise DataError("the file is empty", where=path.name, next_step="export it again")
    return digest.hexdigest()


def _refuse_other_format(name: str, chunk: bytes, seen: int) -> None:
    if seen == 0 and chunk.startswith(_UTF16):
        step = "save it as CSV in UTF-8, or state `encoding: utf-16` in the mapping file"
        raise DataError("the file is in UTF-16", where=name, allowed="UTF-8", next_step=step)
    if seen == 0 and chunk.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise DataError("this is a spreadsheet", where=name, next_step="save the sheet as CSV in UTF-8")
    if b"\0" in chunk:
        raise DataError("the file is not text", where=name, allowed="CSV, Parquet, XPT, SAS7BDAT")


def _decode(
    path: Path, decoder: codecs.IncrementalDecoder, chunk: bytes, encoding: str | None, *, final: bool = False
) -> None:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        raise _wrong_byte(path, encoding, error.object[error.start]) from None
    except UnicodeError as error:  # encodings of names of the internet, which have errors of their own
        raise DataError(f"the file is not in {encoding}", where=path.name, found=str(error)) from None
    if encoding and codecs.lookup(encoding).name not in ("utf-8", "utf-16"):
        found = _UTF8_SEQUENCE.search(chunk)
        if found:
            raise _mixed(path, encoding, found.group())


def _wrong_byte(path: Path, encoding: str | None, byte: int) -> DataError:
    """Where the first byte stands that is not of the encoding."""
    for row, line in enumerate(path.open("rb"), start=1):
        try:
            line.decode(encoding or "utf-8")
        except UnicodeDecodeError as error:
            where = _place(path, row, line, error.start)
            step = "save it as UTF-8; if all of it is in one other encoding, state `encoding: cp1252`"
            allowed = f"{encoding or 'UTF-8'} throughout"
            return DataError(
                "the file mixes encodings, or is not in UTF-8",
                where=where,
                found=f"byte {line[error.start]:#04x}",
                allowed=allowed,
                next_step=f"{step} in the mapping file",
            )
    return DataError("the file is not in UTF-8", where=path.name, found=f"byte {byte:#04x}")


def _mixed(path: Path, encoding: str, found: bytes) -> DataError:
    for row, line in enumerate(path.open("rb"), start=1):
        place = line.find(found)
        if place >= 0:
            where = _place(path, row, line, place)
            break
    return DataError(
        "the file mixes encodings",
        where=where,
        found=f"{found.decode(encoding, 'replace')}, which is {found.decode('utf-8', 'replace')} in UTF-8",
        allowed=f"{encoding} throughout",
        next_step="save it as UTF-8",
    )


def _place(path: Path, row: int, line: bytes, start: int) -> str:
    header = _first_line(path, "latin-1")
    delimiter = max(_DELIMITERS, key=header.count)
    names = _cells(path.name, 1, header, delimiter)
    before = _cells(path.name, row, line[:start].decode("latin-1") + "x", delimiter)
    column = names[len(before) - 1] if len(before) <= len(names) else str(len(before))
    return f"{path.name}, row {row}, column {column}"


def _first_line(path: Path, encoding: str | None) -> str:
    with path.open(encoding=encoding or "utf-8-sig", newline="") as file:
        line = file.readline(1 << 20).rstrip("\r\n")
    if not line.strip():
        raise DataError(
            "the first line is empty: it must name the columns",
            where=f"{path.name}, row 1",
            next_step="put the names of the columns there",
        )
    return line


def _cells(name: str, row: int, line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error as error:
        raise DataError("the row cannot be cut into cells", where=f"{name}, row {row}", found=str(error)) from None


def _check_header(name: str, header: list[str]) -> None:
    problems = [
        Problem(
            "a column is named twice",
            f"{name}, row 1, columns {header.index(word) + 1} and {place}",
            word,
            None,
            "rename or remove one of them",
        )
        for place, word in enumerate(header, start=1)
        if word and header.index(word) + 1 < place
    ]
    if problems:
        raise DataError(problems)


def _columns(path: Path, header: list[str], delimiter: str, encoding: str | None) -> dict[str, Coded]:
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    # Nameless columns (row numbers of a data frame) cannot be asked for and are not read.
    names = [word or f"\0{place}" for place, word in enumerate(header)]
    wrong: list[tuple[int, int]] = []

    def refuse(row: arrow_csv.InvalidRow) -> str:
        wrong.append((row.number or 0, row.actual_columns))
        return "skip"

    try:
        table = arrow_csv.read_csv(
            path,
            # One thread: rows keep their numbers, and other work on the machine its share.
            read_options=arrow_csv.ReadOptions(
                column_names=names, skip_rows=1, encoding=encoding or "utf8", use_threads=False
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=refuse
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={word: pa.dictionary(pa.int32(), pa.string()) for word in names},
                include_columns=[word for word in names if not word.startswith("\0")],
                strings_can_be_null=False,
                null_values=[],
            ),
        )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            return {word: Coded(("",), _none()) for word in names}
        raise DataError("the file is not a table", where=path.name, found=str(error).splitlines()[0]) from None
    if wrong:
        raise _ragged(path.name, wrong, len(header))
    return {word: coded_arrow(table[word]) for word in table.column_names}


def _none() -> NDArray[np.int32]:
    return np.empty(0, np.int32)


def _ragged(name: str, wrong: list[tuple[int, int]], wanted: int) -> DataError:
    row, cells = wrong[0]
    return DataError(
        f"{len(wrong)} {'rows have' if len(wrong) > 1 else 'row has'} another number of cells than the header",
        where=f"{name}, row {row}",
        found=f"{cells} cells",
        allowed=f"{wanted} cells",
        next_step="put cells that hold the delimiter in quotes",
    )
