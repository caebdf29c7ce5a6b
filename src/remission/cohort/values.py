"""Cells of a column as numbers, flags, words and days; each distinct text is read once.

What cannot be read is returned, not raised, so that all faults of a file are seen at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from remission.arrays import Array, Bools
from remission.cohort.fields import DIAMETER_WORDS, FALSE_WORDS, TRUE_WORDS
from remission.cohort.sheet import Coded

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?\Z")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-?-?)?\Z")
_FORMULA = re.compile(r"[-+]=|[-+]\(?\$?[A-Z]{1,3}\$?\d+\b|[-+][A-Z.]+\(", re.IGNORECASE)
_SPREADSHEET_ERRORS = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
_MIDDLE = 15
_LAST_DAY = date(2200, 1, 1).toordinal()  # numbers beyond are seconds, not days


@dataclass(frozen=True)
class Reading:
    """A column read.

    Parameters
    ----------
    values : ndarray, shape (rows,)
        Numbers (NaN where missing) or texts (empty where missing).
    bad : ndarray of bool, shape (rows,)
        Cells that could not be read.
    noted : mapping of str to ndarray of bool
        Cells of which something must be said: ``formula``, ``partial``, ``text``.
    """

    values: Array
    bad: Bools
    noted: Mapping[str, Bools]


def is_formula(word: str) -> bool:
    """Whether a cell holds a formula, or the error that one gave.

    Examples
    --------
    >>> is_formula("=A1*10"), is_formula("+SUM(A1:A3)"), is_formula("#REF!"), is_formula("-2.5")
    (True, True, True, False)
    """
    return word.startswith(("=", "@")) or bool(_FORMULA.match(word)) or word.upper() in _SPREADSHEET_ERRORS


def read_names(column: Coded, missing: tuple[str, ...]) -> Reading:
    """Names; missing ones are empty."""
    words = ["" if word.lower() in missing and word != "-" else word for word in column.words]
    return _reading(column, np.array(words or [""], np.str_), [False] * len(column.words))


def read_numbers(column: Coded, missing: tuple[str, ...], decimal: str = ".") -> Reading:
    """Numbers; NaN where missing. Infinite numbers are refused.

    Examples
    --------
    >>> column = Coded(("1.5", "NA", "many"), np.array([0, 1, 2], np.int32))
    >>> read = read_numbers(column, ("na",))
    >>> read.values, read.bad
    (array([1.5, nan, nan]), array([False, False,  True]))
    """
    return _each(column, missing, lambda word: _number(word, decimal), np.nan)


def _number(word: str, decimal: str) -> float | None:
    plain = word.replace(",", ".") if decimal == "," else word
    if not _NUMBER.match(plain):
        return None
    value = float(plain)
    return value if np.isfinite(value) else None


def read_flags(column: Coded, missing: tuple[str, ...], values: Mapping[str, str]) -> Reading:
    """Flags as 1, 0, NaN; words such as yes, dead, DECEASED, ``1:DECEASED``, ``1:PROGRESSION``.

    Examples
    --------
    >>> column = Coded(("1:DECEASED", "0:LIVING", "?"), np.array([0, 1, 2], np.int32))
    >>> read_flags(column, ("",), {}).values
    array([ 1.,  0., nan])
    """
    return _each(column, missing, lambda word: _flag(values.get(word.lower(), word)), np.nan, values)


def _flag(word: str) -> float | None:
    # ``1:DECEASED``, ``0:CENSORED``: the number says it where the word is not known.
    for part in (word.lower(), *reversed(word.lower().split(":"))):
        if part.strip() in TRUE_WORDS:
            return 1.0
        if part.strip() in FALSE_WORDS:
            return 0.0
    return None


def read_words(column: Coded, missing: tuple[str, ...], known: Mapping[str, str], values: Mapping[str, str]) -> Reading:
    """Words of a list, by any of the spellings known; missing ones are empty."""
    spelled = {**known, **{value.lower(): value for value in known.values()}}

    def read(word: str) -> str | None:
        meant = values.get(word.lower(), word)
        return spelled.get(meant.lower()) if meant.lower() not in missing else ""

    return _each(column, missing, read, "", values)


def read_days(
    column: Coded,
    missing: tuple[str, ...],
    date_format: str | None = None,
    partial: str = "refuse",
    since: date | None = None,
) -> Reading:
    """Dates as days since 1 January of year 1; NaN where missing.

    Parameters
    ----------
    date_format : str, optional
        As for ``strptime``; ISO 8601 if not given.
    partial : str
        What to do with dates without a day: ``refuse``, place them on the ``first`` or ``middle`` day, or
        ``leave out``.
    since : date, optional
        Day from which numbers count days, in files that store dates as numbers.

    Examples
    --------
    >>> column = Coded(("2014-03-06", "2014-02"), np.array([0, 1], np.int32))
    >>> read = read_days(column, ("",), partial="first")
    >>> read.values[0] - read.values[1], read.noted["partial"]
    (np.float64(33.0), array([False,  True]))
    """
    reading = _each(column, missing, lambda word: _day(word, date_format, partial, since), np.nan)
    serial = np.array([since is not None and bool(_NUMBER.match(word)) for word in column.words], bool)
    lacking = np.array([bool(_PARTIAL.match(word)) and date_format is None for word in column.words], bool)
    lacking &= ~serial
    noted = {"partial": lacking[column.codes], "serial": serial[column.codes] & ~reading.bad}
    return Reading(reading.values, reading.bad, {**reading.noted, **noted})


def _day(word: str, date_format: str | None, partial: str, since: date | None) -> float | None:
    if since is not None and _NUMBER.match(word):
        day = since.toordinal() + float(word)
        return float(np.floor(day)) if abs(day) < _LAST_DAY else None
    try:
        if date_format is not None:
            return float(datetime.strptime(word, date_format).date().toordinal())
        whole = _ISO.match(word)
        if whole:
            return float(date(*map(int, whole.groups()[:3])).toordinal())
        part = _PARTIAL.match(word)
        return _partial_day(part, partial) if part else None
    except ValueError:
        return None


def _partial_day(part: re.Match[str], partial: str) -> float:
    if partial in ("refuse", "leave out"):
        return float("nan")
    year, month = int(part[1]), int(part[2]) if part[2] else None
    if partial == "first":
        return float(date(year, month or 1, 1).toordinal())
    return float(date(year, month or 7, _MIDDLE if month else 1).toordinal())


def read_diameters(column: Coded, missing: tuple[str, ...], decimal: str = ".") -> tuple[Reading, Array]:
    """Diameters, and the status that known texts stand for (``NOT EVALUABLE``, ``TOO SMALL TO MEASURE``)."""
    reading = read_numbers(column, missing, decimal)
    meant = np.array([DIAMETER_WORDS.get(word.lower(), "") for word in column.words] or [""], np.str_)
    status = meant[column.codes]
    text = status != ""
    return Reading(reading.values, reading.bad & ~text, {**reading.noted, "text": text}), status


def _each(
    column: Coded,
    missing: tuple[str, ...],
    read: Callable[[str], Any],
    empty: Any,
    said: Mapping[str, str] | None = None,
) -> Reading:
    """Read every distinct text once; a text of which the mapping file speaks is never taken for missing."""
    said = said or {}
    values, bad = [], []
    for word in column.words:
        if word.lower() in missing and word.lower() not in said:
            values.append(empty)
            bad.append(False)
            continue
        value = None if is_formula(word) else read(word)
        values.append(empty if value is None else value)
        bad.append(value is None)
    return _reading(column, np.array(values or [empty]), bad)


def _reading(column: Coded, values: Array, bad: list[bool]) -> Reading:
    formula = np.array([is_formula(word) for word in column.words], bool)
    wrong = np.array(bad, bool)
    return Reading(values[column.codes], wrong[column.codes], {"formula": formula[column.codes]})
