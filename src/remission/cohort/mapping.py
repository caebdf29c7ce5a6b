"""The mapping file: what the columns of a cohort mean where their names do not say so."""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from remission.cohort.fields import TABLES, UNITS
from remission.errors import DataError, Problem, StudyError
from remission.response import Timing
from remission.study.reader import BAD, Key, Problems, did_you_mean, duration, read_section, text
from remission.study.yaml import Place, parse_yaml, read_text

MISSING = ("", ".", "na", "n/a", "nan", "null", "none", "missing", "-")
PARTIAL_DATES = ("refuse", "first", "middle", "leave out")
_SOME_DAY = date(2001, 2, 3)
_MOST_LETTERS = 200
_IF_EMPTY = "leave out --mapping, or say what differs from the defaults: units, tables, accept"


@dataclass(frozen=True)
class ColumnMap:
    """Where a field stands.

    Parameters
    ----------
    columns : tuple of str
        Columns of the file, joined by `` / `` if several; none for a constant.
    unit : str or None
        Of a time, length or albumin.
    values : mapping of str to str
        What the file writes, in lower case, and what is meant.
    constant : str or None
        One value for all rows.
    each_row : bool
        Every row is another one (a patient without identifier).
    where : str
        Line of the mapping file.
    """

    columns: tuple[str, ...] = ()
    unit: str | None = None
    values: MappingABC[str, str] = field(default_factory=dict)
    constant: str | None = None
    each_row: bool = False
    where: str = ""


@dataclass(frozen=True)
class TableMap:
    """One file: which kind of table it is, which columns mean what, and which rows count."""

    kind: str | None = None
    columns: MappingABC[str, ColumnMap] = field(default_factory=dict)
    rows: MappingABC[str, tuple[str, ...]] = field(default_factory=dict)
    reader: str | None = None
    where: str = ""


@dataclass(frozen=True)
class Mapping:
    """All that a user says about the files of a cohort.

    Parameters
    ----------
    title, name : str or None
        Of the cohort.
    units : mapping of str to str
        Unit of times, lengths and albumin whose columns do not state one.
    missing : tuple of str
        Words for an empty cell, in lower case.
    encoding, decimal, date_format : str or None
        How the files write text, decimal points and dates (as for ``strptime``).
    partial_dates : str
        ``refuse``; or place them on the ``first`` or ``middle`` day; or ``leave out`` their rows.
    accept : tuple of str
        Rules of the audit whose errors the user has looked at and accepts.
    minimum_stable, confirmation : float
        Days of the protocol, as in `remission.response.Timing`.
    tables : tuple of (str, TableMap)
        By pattern of the file's name; a file may stand more than once.
    """

    title: str | None = None
    name: str | None = None
    units: MappingABC[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = MISSING
    encoding: str | None = None
    decimal: str = "."
    date_format: str | None = None
    partial_dates: str = "refuse"
    accept: tuple[str, ...] = ()
    minimum_stable: float = Timing.minimum_stable_day
    confirmation: float = Timing.confirmation_day
    tables: tuple[tuple[str, TableMap], ...] = ()
    sha256: str | None = None

    @property
    def timing(self) -> Timing:
        """The protocol's intervals."""
        return Timing(self.confirmation, self.minimum_stable)

    def of(self, file: str) -> tuple[TableMap, ...]:
        """What is said of a file; one empty `TableMap` if nothing is.

        Examples
        --------
        >>> Mapping().of("patients.csv")
        (TableMap(kind=None, columns={}, rows={}, reader=None, where=''),)
        """
        return tuple(table for pattern, table in self.tables if fnmatch(file, pattern)) or (TableMap(),)

    def check_files(self, files: Sequence[str]) -> None:
        """Refuse what is said of a file that is not among those read.

        Raises
        ------
        DataError
            With every such name.
        """
        step = "correct the name or pattern, or leave the section out"
        problems = [
            Problem("no file has this name", table.where or None, pattern, ", ".join(files), step)
            for pattern, table in self.tables
            if not any(fnmatch(file, pattern) for file in files)
        ]
        if problems:
            raise DataError(problems)


def read_mapping(path: str | Path) -> Mapping:
    """Read a mapping file.

    Raises
    ------
    StudyError
        With every fault and its line.
    """
    return parse_mapping(read_text(path), str(path))


def parse_mapping(content: str, file: str) -> Mapping:
    """A mapping from YAML text; ``file`` names it in messages.

    Raises
    ------
    StudyError
        With every fault and its line.

    Examples
    --------
    >>> mapping = parse_mapping('''
    ... units: {time: months}
    ... tables:
    ...   poplar.csv: {columns: {patient: PtID, arm: TRT01P}}
    ... ''', "poplar.yaml")
    >>> mapping.of("poplar.csv")[0].columns["arm"].columns, mapping.units
    (('TRT01P',), {'time': 'months'})
    """
    import hashlib

    problems = Problems()
    read = read_section(parse_yaml(content, file, _IF_EMPTY), _KEYS, problems)
    problems.raise_if_any()
    return Mapping(sha256=hashlib.sha256(content.encode()).hexdigest(), **read)


def units_of(words: str) -> dict[str, str]:
    """Units as a command line states them.

    Raises
    ------
    DataError
        If a word is no unit.

    Examples
    --------
    >>> units_of("months,mm")
    {'time': 'months', 'length': 'mm'}
    """
    found: dict[str, str] = {}
    for word in (part.strip() for part in words.split(",") if part.strip()):
        quantity = next((name for name, units in UNITS.items() if word in units), None)
        if quantity is None:
            allowed = ", ".join(unit for units in UNITS.values() for unit in units)
            raise DataError("this is not a unit", where="--units", found=word, allowed=allowed)
        found[quantity] = word
    return found


def _units(place: Place, problems: Problems) -> Any:
    keys = {quantity: Key(one_of(*units), None) for quantity, units in UNITS.items()}
    read = read_section(place, keys, problems)
    return {quantity: unit for quantity, unit in read.items() if unit not in (None, BAD)}


def one_of(*words: str) -> Any:
    """A reader of one of these words."""

    def read(place: Place, problems: Problems) -> Any:
        if place.content in words:
            return place.content
        near = did_you_mean(str(place.content), words)
        return problems.add(place, "the word is not known", allowed=", ".join(words), next_step=near)

    return read


def _words(place: Place, problems: Problems) -> Any:
    if isinstance(place.content, str):
        return (place.content,)
    if isinstance(place.content, tuple) and all(isinstance(item.content, str) for item in place.content):
        return tuple(str(item.content) for item in place.content)
    return problems.add(place, "a word or a list of words is needed here")


def _lower_words(place: Place, problems: Problems) -> Any:
    words = _words(place, problems)
    return BAD if words is BAD else ("", *(word.lower() for word in words))


def _encoding(place: Place, problems: Problems) -> Any:
    import codecs

    try:
        "".encode(str(place.content))  # codecs that give no text from bytes refuse this
        return codecs.lookup(str(place.content)).name
    except (LookupError, ValueError):
        return problems.add(place, "the encoding is not known", allowed="such as utf-8, cp1252, utf-16")


def _date_format(place: Place, problems: Problems) -> Any:
    """A format by which a date can be written and read back."""
    words = text(place, problems)
    if words is BAD:
        return BAD
    try:
        read = datetime.strptime(_SOME_DAY.strftime(words), words)
    except (ValueError, re.error):
        read = None
    if read is None or read.date() != _SOME_DAY:
        return problems.add(place, "the format writes no whole date", allowed="such as %d/%m/%Y")
    return words


def _short_text(place: Place, problems: Problems) -> Any:
    words = text(place, problems)
    if words is not BAD and len(words) > _MOST_LETTERS:
        return problems.add(place, "the text is too long", allowed=f"at most {_MOST_LETTERS} letters")
    return words


def _tables(place: Place, problems: Problems) -> Any:
    if not isinstance(place.content, MappingABC):
        return problems.add(place, "a section is needed here, one key for each file")
    found = []
    for pattern, section in place.content.items():
        parts = section.content if isinstance(section.content, tuple) else (section,)
        found += [(pattern, _table(part, problems)) for part in parts]
    return tuple(found)


def _table(place: Place, problems: Problems) -> TableMap:
    read = read_section(place, _TABLE_KEYS, problems)
    kind, columns = read["kind"], read["columns"]
    if columns is not BAD and kind is not BAD:
        _check_fields(place, kind, columns, problems)
    return TableMap(kind, {} if columns is BAD else columns, read["rows"], read["reader"], place.where)


def _check_fields(place: Place, kind: str | None, columns: MappingABC[str, Any], problems: Problems) -> None:
    kinds = [kind] if kind else list(TABLES)
    known = {field.name for name in kinds for field in TABLES[name]}
    section = place.at("columns")
    for name in columns:
        if name not in known and section is not None:
            at = section.at(name) or section
            near = did_you_mean(name, known)
            problems.add(at, "no such field", found=name, allowed=", ".join(sorted(known)), next_step=near)


def _columns(place: Place, problems: Problems) -> Any:
    if not isinstance(place.content, MappingABC):
        return problems.add(place, "a section is needed here: field: column")
    return {name: _column(value, problems) for name, value in place.content.items()}


def _column(place: Place, problems: Problems) -> ColumnMap:
    if not isinstance(place.content, MappingABC):
        words = _words(place, problems)
        return ColumnMap(() if words is BAD else words, where=place.where)
    read = read_section(place, _COLUMN_KEYS, problems)
    if not (read["column"] or read["constant"] or read["each"]):
        problems.add(place, "no column is named", next_step="add column: NAME, or constant: VALUE")
    values = read["values"] if read["values"] is not BAD else {}
    each = read["each"] == "row"
    return ColumnMap(read["column"] or (), read["unit"], values, read["constant"], each, place.where)


def _values(place: Place, problems: Problems) -> Any:
    if not isinstance(place.content, MappingABC):
        return problems.add(place, "a section is needed here: what the file writes: what it means")
    return {key.lower(): str(value.content or "") for key, value in place.content.items()}


def _rows(place: Place, problems: Problems) -> Any:
    if not isinstance(place.content, MappingABC):
        return problems.add(place, "a section is needed here: column: value, or a list of values")
    return {column: _words(value, problems) for column, value in place.content.items()}


_ALL_UNITS = tuple(unit for units in UNITS.values() for unit in units)
_COLUMN_KEYS = {
    "column": Key(_words, ()),
    "unit": Key(one_of(*_ALL_UNITS), None),
    "values": Key(_values, {}),
    "constant": Key(text, None),
    "each": Key(one_of("row"), None),
}
_TABLE_KEYS = {
    "kind": Key(one_of(*TABLES), None),
    "columns": Key(_columns, {}),
    "rows": Key(_rows, {}),
    "reader": Key(text, None),
}
_KEYS = {
    "title": Key(_short_text, None),
    "name": Key(_short_text, None),
    "units": Key(_units, {}),
    "missing": Key(_lower_words, MISSING),
    "encoding": Key(_encoding, None),
    "decimal": Key(one_of(".", ","), "."),
    "date_format": Key(_date_format, None),
    "partial_dates": Key(one_of(*PARTIAL_DATES), "refuse"),
    "accept": Key(_words, ()),
    "minimum_stable": Key(duration(), Timing.minimum_stable_day),
    "confirmation": Key(duration(), Timing.confirmation_day),
    "tables": Key(_tables, ()),
}

__all__ = ["ColumnMap", "Mapping", "StudyError", "TableMap", "parse_mapping", "read_mapping", "units_of"]
