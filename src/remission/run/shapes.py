"""Shapes of JSON from strangers: which value may stand where, looked at before anything is shown or computed.

A shape gives the places, below that of a value, at which something else stands than may; shapes are made of shapes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from remission.errors import RunError
from remission.run.checked import MOST_LETTERS

Shape = Callable[[Any, str], Iterator[str]]
_LARGEST = 1e18


def refuse_other(content: Any, shape: Shape, file: str, what: str) -> None:
    """Refuse a document of another shape.

    Raises
    ------
    RunError
        With the first place at which something else stands.

    Examples
    --------
    >>> refuse_other({"a": "x"}, section({"a": number}), "f.json", "the file holds no numbers")
    Traceback (most recent call last):
    remission.errors.RunError: f.json: the file holds no numbers
        found:   something else at a
    """
    wrong = next(shape(content, ""), None)
    if wrong is not None:
        raise RunError(what, where=file, found=f"something else at {wrong[:200] or 'its top'}")


def number(value: Any, place: str) -> Iterator[str]:
    """A finite number."""
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > _LARGEST:
        yield place


def number_or_none(value: Any, place: str) -> Iterator[str]:
    """A finite number, or null."""
    if value is not None:
        yield from number(value, place)


def flag_or_none(value: Any, place: str) -> Iterator[str]:
    """True, false or null."""
    if value is not None and not isinstance(value, bool):
        yield place


def text(value: Any, place: str) -> Iterator[str]:
    """Text of a bounded length, which a file can hold."""
    if (
        not isinstance(value, str)
        or len(value) > MOST_LETTERS
        or any("\ud800" <= letter <= "\udfff" for letter in value)
    ):
        yield place


def anything(value: Any, place: str) -> Iterator[str]:
    """What nobody reads."""
    return iter(())


def nothing(value: Any, place: str) -> Iterator[str]:
    """What must not be there."""
    yield place


def one_of(*words: str) -> Shape:
    """One of some words."""

    def look(value: Any, place: str) -> Iterator[str]:
        if value not in words:
            yield place

    return look


def section(
    known: Mapping[str, Shape], other: Shape = anything, *, needed: Collection[str] = (), key: Shape = text
) -> Shape:
    """A section whose keys have shapes of their own, and all others one."""

    def look(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, dict) or any(name not in value for name in needed):
            yield place
            return
        for name, each in value.items():
            shown = name.encode("ascii", "backslashreplace").decode()[:60]
            below = f"{place}, {shown}" if place else shown
            yield from key(name, below)
            yield from known.get(name, other)(each, below)

    return look


def record(known: Mapping[str, Shape]) -> Shape:
    """A section of exactly these keys."""
    return section(known, nothing, needed=known)


def listed(shape: Shape) -> Shape:
    """A list of values of one shape."""

    def look(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield place
            return
        for place_in_list, each in enumerate(value):
            yield from shape(each, f"{place}, {place_in_list}")

    return look
