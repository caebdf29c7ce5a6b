"""``summary.json`` as it is read: a stranger can write one with the right checksum, so its shape is looked at first."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from remission.errors import RunError
from remission.run.checked import MOST_LETTERS
from remission.run.files import SUMMARY

Shape = Callable[[Any, str], Iterator[str]]
"""Gives the places, below that of a value, at which something else stands than may."""


def read_summary(data: bytes, arms: Sequence[str]) -> dict[str, Any]:
    """Content of ``summary.json``.

    Parameters
    ----------
    data : bytes
    arms : sequence of str
        Arms of the run.

    Raises
    ------
    RunError
        With the first place at which something stands that no run writes.

    Examples
    --------
    >>> read_summary(b'{"arms": {"A": "many"}, "contrasts": {}}', ["A"])
    Traceback (most recent call last):
    remission.errors.RunError: summary.json: the file is not the summary of a run
        found:   something else at arms, A
    """
    what = "the file is not the summary of a run"
    try:
        content: dict[str, Any] = json.loads(data)
    except (ValueError, RecursionError):
        raise RunError(what, where=SUMMARY, found="no JSON") from None
    wrong = next(_summary(arms)(content, ""), None)
    if wrong is not None:
        raise RunError(what, where=SUMMARY, found=f"something else at {wrong[:200] or 'its top'}")
    return content


def _number(value: Any, place: str) -> Iterator[str]:
    if type(value) not in (int, float) or not math.isfinite(value) or abs(value) > 1e18:
        yield place


def _number_or_none(value: Any, place: str) -> Iterator[str]:
    if value is not None:
        yield from _number(value, place)


def _flag_or_none(value: Any, place: str) -> Iterator[str]:
    if value is not None and not isinstance(value, bool):
        yield place


def _text(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, str) or len(value) > MOST_LETTERS:
        yield place


def _anything(value: Any, place: str) -> Iterator[str]:
    return iter(())


def _section(
    known: Mapping[str, Shape], other: Shape = _anything, *, needed: Sequence[str] = (), key: Shape = _text
) -> Shape:
    """A section whose keys have shapes of their own, and all others one."""

    def look(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, dict) or any(name not in value for name in needed):
            yield place
            return
        for name, each in value.items():
            below = f"{place}, {name}" if place else name
            yield from key(name, below)
            yield from known.get(name, other)(each, below)

    return look


def _list(shape: Shape) -> Shape:
    def look(value: Any, place: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield place
            return
        for number, each in enumerate(value):
            yield from shape(each, f"{place}, {number}")

    return look


def _month(value: Any, place: str) -> Iterator[str]:
    if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6):
        yield place


_COUNTS = ("n", "followed", "failed", "not_enrolled")
_CURVE = _section({}, _number_or_none, key=_month)
_CURVES = {f"{name}{limit}": _CURVE for name in ("OS", "PFS", "iPFS") for limit in ("", "_low", "_high")}
_CURE = _section({"enough": _flag_or_none, "reason": _text}, _number_or_none)
_BY_NAME = _section({}, _number_or_none)
_ARM = _section(
    {**dict.fromkeys(_COUNTS, _number), **_CURVES, "known": _BY_NAME, "deaths": _BY_NAME, "cure": _CURE},
    _number_or_none,
    needed=_COUNTS,
)
_FINDING_TEXTS = ("rule", "severity", "what", "where")
_FINDING = _section({"rows": _number}, _text, needed=(*_FINDING_TEXTS, "rows"))
_VISIT = _section({}, _text, needed=("patient", "arm", "last", "due"))
_VISITS = _section(
    {"date": _text, "overdue": _list(_VISIT), "due": _list(_VISIT)},
    _number,
    needed=("date", "overdue", "due", "later"),
)


def _summary(arms: Sequence[str]) -> Shape:
    parts = {
        "study": _text,
        "version": _text,
        "seed": _number_or_none,
        "patients": _number,
        "arms": _section(dict.fromkeys(arms, _ARM), _ARM, needed=arms),
        "contrasts": _section({}, _section({}, _number_or_none)),
        "findings": _list(_FINDING),
        "visits_due": _VISITS,
    }
    return _section(parts, needed=("arms", "contrasts"))
