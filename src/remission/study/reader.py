"""Readers of values: each turns a place of a file into a value, or adds a problem and returns `BAD`.

Nothing stops at the first problem, so that a user sees all of them at once. A section is a table of `Key`,
against which the documentation is checked.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from remission.errors import Problem, StudyError
from remission.study.yaml import Place
from remission.units import DAYS_PER_YEAR, parse_dose, parse_duration

MOST_DAYS = 50 * DAYS_PER_YEAR
"""No time in a file is longer."""

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z")
_WHOLE = re.compile(r"[-+]?\d+\Z")
_NAME = re.compile(r"[^\W_][\w .+()-]*(?<![ .])\Z")  # names become folders: no separators, no dot at an end
_MOST_DIGITS = 30
_MOST_BYTES = 255  # of the name of a folder, in which letters beyond ASCII take 6 or more


class _Bad:
    def __repr__(self) -> str:
        return "BAD"


BAD: Final = _Bad()
"""What a reader returns when a problem was added."""

REQUIRED: Final = object()
"""The default of a key that must be there."""


class Problems:
    """Collects what is wrong, in the order of the file."""

    def __init__(self) -> None:
        self.found: list[tuple[int, Problem]] = []

    def add(
        self,
        place: Place,
        what: str,
        *,
        found: str | None = None,
        allowed: str | None = None,
        next_step: str | None = None,
    ) -> _Bad:
        """Note a problem and return `BAD`, so that a reader can end with it."""
        problem = Problem(what, place.where, place.shown if found is None else found, allowed, next_step)
        self.found.append((place.line, problem))
        return BAD

    def raise_if_any(self) -> None:
        """Raise all problems at once, by line.

        Raises
        ------
        StudyError
            If anything was added.
        """
        if self.found:
            raise StudyError([problem for _, problem in sorted(self.found, key=lambda pair: pair[0])])


Reader = Callable[[Place, Problems], Any]


@dataclass(frozen=True)
class Key:
    """One key of a section.

    Parameters
    ----------
    read : Reader
        Turns its place into a value.
    default : object
        Value without the key; `REQUIRED` for none.
    """

    read: Reader
    default: Any = REQUIRED


def did_you_mean(word: str, options: Iterable[str]) -> str | None:
    """The nearest option, as a next step.

    Examples
    --------
    >>> did_you_mean("pembrolizumap", ["nivolumab", "pembrolizumab"])
    'did you mean pembrolizumab?'
    """
    from difflib import get_close_matches

    near = get_close_matches(word, list(options), n=1)
    return f"did you mean {near[0]}?" if near else None


def read_section(place: Place, keys: Mapping[str, Key], problems: Problems) -> dict[str, Any]:
    """Read every key of a section; unknown and missing keys are problems.

    Returns
    -------
    dict
        A value for each key, `BAD` where it could not be read.
    """
    if not isinstance(place.content, Mapping):
        problems.add(place, "a section is needed here", allowed="keys: " + ", ".join(keys))
        return dict.fromkeys(keys, BAD)
    for name, value in place.content.items():
        if name not in keys:
            problems.add(
                value,
                "unknown key",
                found=name,
                allowed=", ".join(keys),
                next_step=did_you_mean(name, keys),
            )
    return {name: _read_key(place, name, key, problems) for name, key in keys.items()}


def _read_key(place: Place, name: str, key: Key, problems: Problems) -> Any:
    value = place.at(name)
    if value is not None and value.content is not None:
        return key.read(value, problems)
    if key.default is not REQUIRED:
        return key.default
    what = f"{name} is missing" if value is None else f"{name} has no value"
    return problems.add(value or place, what, found="nothing", next_step=f"add {name}: ...")


def whole(values: Iterable[Any]) -> bool:
    """Whether all values could be read."""
    return all(value is not BAD for value in values)


def text(place: Place, problems: Problems) -> Any:
    """Any text that is not empty."""
    if isinstance(place.content, str) and place.content.strip():
        return place.content.strip()
    return problems.add(place, "text is needed here")


def name(place: Place, problems: Problems) -> Any:
    """A name: it starts with a letter or digit and goes on with these, spaces and . + ( ) - _."""
    if isinstance(place.content, str) and len(place.content) <= 60 and _NAME.match(place.content):
        if len(quote(place.content)) > _MOST_BYTES:
            return problems.add(place, "the name is too long for a folder", next_step="shorten it")
        return place.content
    return problems.add(place, "this is not a name", allowed="at most 60 letters, digits, spaces, . + ( ) -")


def number(low: float = -math.inf, high: float = math.inf, *, above: bool = False) -> Reader:
    """A number from ``low`` to ``high``; ``above`` leaves ``low`` out."""
    allowed = _interval(low, high, above)

    def read(place: Place, problems: Problems) -> Any:
        if not isinstance(place.content, str) or not _NUMBER.match(place.content):
            return problems.add(place, "a number is needed here", allowed=allowed)
        value = float(place.content)
        if not (low < value if above else low <= value) or value > high or math.isinf(value):
            return problems.add(place, "the number is out of range", allowed=allowed)
        return value

    return read


def integer(low: int, high: int) -> Reader:
    """A whole number from ``low`` to ``high``."""
    allowed = f"a whole number, {low} to {high}"

    def read(place: Place, problems: Problems) -> Any:
        if not isinstance(place.content, str) or not _WHOLE.match(place.content):
            return problems.add(place, "a whole number is needed here", allowed=allowed)
        if len(place.content) > _MOST_DIGITS or not low <= int(place.content) <= high:
            return problems.add(place, "the number is out of range", allowed=allowed)
        return int(place.content)

    return read


def share(place: Place, problems: Problems) -> Any:
    """A share, as ``34 %`` or ``0.34``."""
    content = place.content if isinstance(place.content, str) else ""
    bare, percent = content.removesuffix("%").strip(), content.endswith("%")
    if not _NUMBER.match(bare):
        return problems.add(place, "a share is needed here", allowed="0 % to 100 %, or 0 to 1")
    value = float(bare) / 100 if percent else float(bare)
    if not 0 <= value <= 1:
        return problems.add(place, "the share is out of range", allowed="0 % to 100 %, or 0 to 1")
    return value


def duration(least_day: float = 1.0, most_day: float = MOST_DAYS) -> Reader:
    """A time in days, weeks, months or years, as days."""
    allowed = f"{least_day:g} days to {most_day / DAYS_PER_YEAR:g} years, such as 12 weeks or 24 months"

    def read(place: Place, problems: Problems) -> Any:
        try:
            days = parse_duration(place.content if isinstance(place.content, str) else "")
        except ValueError as error:
            return problems.add(place, f"a time is needed here: {error}", allowed=allowed)
        if not least_day <= days <= most_day:
            return problems.add(place, "the time is out of range", allowed=allowed)
        return days

    return read


def dose(place: Place, problems: Problems) -> Any:
    """A dose with its unit."""
    try:
        amount = parse_dose(place.content if isinstance(place.content, str) else "")
    except ValueError as error:
        allowed = "an amount above zero in mg, mg/kg or mg/m2, such as 10 mg/kg"
        return problems.add(place, f"a dose is needed here: {error}", allowed=allowed)
    if math.isinf(amount.value):
        return problems.add(place, "the dose is not finite")
    return amount


def yes_no(place: Place, problems: Problems) -> Any:
    """``true`` or ``false``, ``yes`` or ``no``."""
    words = {"true": True, "yes": True, "false": False, "no": False}
    if isinstance(place.content, str) and place.content.lower() in words:
        return words[place.content.lower()]
    return problems.add(place, "yes or no is needed here", allowed="true, false")


def calendar_date(place: Place, problems: Problems) -> Any:
    """A date as 2022-03-18."""
    try:
        return date.fromisoformat(place.content if isinstance(place.content, str) else "")
    except ValueError:
        return problems.add(place, "a date is needed here", allowed="year-month-day, such as 2022-03-18")


def choice(*options: str, what: str = "value") -> Reader:
    """One of the options."""

    def read(place: Place, problems: Problems) -> Any:
        if isinstance(place.content, str) and place.content in options:
            return place.content
        hint = did_you_mean(place.content, options) if isinstance(place.content, str) else None
        return problems.add(place, f"unknown {what}", allowed=", ".join(options) or "none", next_step=hint)

    return read


def one_or_more(item: Reader) -> Reader:
    """A value, or a list of at least one, as a tuple."""

    def read(place: Place, problems: Problems) -> Any:
        places = place.content if isinstance(place.content, tuple) else (place,)
        if not places:
            return problems.add(place, "the list is empty")
        values = tuple(item(each, problems) for each in places)
        return values if whole(values) else BAD

    return read


def list_of(item: Reader) -> Reader:
    """A list, as a tuple; values that could not be read are left out, for they are problems already."""

    def read(place: Place, problems: Problems) -> Any:
        if not isinstance(place.content, tuple):
            return problems.add(place, "a list is needed here", next_step="begin each item with a dash")
        values = (item(each, problems) for each in place.content)
        return tuple(value for value in values if value is not BAD)

    return read


def _interval(low: float, high: float, above: bool) -> str:
    if math.isinf(high) and math.isinf(low):
        return "any number"
    if math.isinf(high):
        return f"a number {'above' if above else 'of at least'} {low:g}"
    return f"a number {'above' if above else 'from'} {low:g} {'and at most' if above else 'to'} {high:g}"
