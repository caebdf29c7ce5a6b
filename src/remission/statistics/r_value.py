"""The value of an R (or Python) expression: numbers, strings, vectors, columns of a table, a few functions.

Enough of the grammar for the arguments of calls in a file of reference cases. Nothing is executed: what is
not listed here is refused.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from remission.errors import DataError

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d*\.?\d+(?:[eE][-+]?\d+)?L?|\d+\.)|(?P<string>'[^']*'|\"[^\"]*\")"
    r"|(?P<name>[A-Za-z.][\w.]*(?:::[\w.]+)?)|(?P<mark><-|<=|>=|==|!=|&&?|\|\|?|%in%|[-+*/^():,=$~{};\[\]<>!]))"
)
_CONSTANTS: dict[str, Any] = {
    "TRUE": True, "FALSE": False, "T": True, "F": False, "True": True, "False": False,
    "NULL": None, "None": None, "NA": np.nan, "Inf": np.inf, "inf": np.inf, "pi": np.pi,
}  # fmt: skip
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "%in%": np.isin,
}  # fmt: skip


def _rep(value: Any, times: Any = 1, each: Any = 1) -> Any:
    return np.tile(np.repeat(np.atleast_1d(value), int(each)), int(times))


def _seq(start: float, stop: float, by: float = 1.0) -> Any:
    return np.arange(start, stop + by / 1e9, by)


def _normal(name: str) -> Callable[[Any], Any]:
    def call(value: Any) -> Any:
        from scipy import special

        return getattr(special, name)(value)

    return call


def _combine(parts: tuple[Any, ...]) -> Any:
    if any(isinstance(part, str) or part is None for part in parts):
        return list(parts)
    return np.concatenate([np.atleast_1d(np.asarray(part, float)) for part in parts] or [np.zeros(0)])


def _array(value: Any) -> Any:
    """Lists of strings as arrays, so that they compare element by element."""
    return np.asarray(value) if isinstance(value, list) else value


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "c": lambda *parts, **named: _combine((*parts, *named.values())),
    "rep": _rep,
    "seq": _seq,
    "log": np.log,
    "exp": np.exp,
    "log1p": np.log1p,
    "sqrt": np.sqrt,
    "cumsum": np.cumsum,
    "qnorm": _normal("ndtri"),
    "pnorm": _normal("ndtr"),
    "list": lambda *parts, **named: named or list(parts),
    "pmax": lambda *parts: np.maximum(*parts),
    "pmin": lambda *parts: np.minimum(*parts),
    "ifelse": lambda test, yes, no: np.where(test, yes, no),
    "I": lambda value: value,
    "factor": lambda value, *_, **__: np.asarray(value).astype(str),
    "as.factor": lambda value: np.asarray(value).astype(str),
    "as.numeric": lambda value: np.asarray(value, float),
    "as.integer": lambda value: np.trunc(np.asarray(value, float)),
    "is.na": lambda value: np.isnan(np.asarray(value, float)),
}


def evaluate(text: str, names: Mapping[str, Any] | None = None) -> Any:
    """Value of an R (or Python) expression of numbers, strings, vectors and a few functions.

    Parameters
    ----------
    text : str
    names : mapping, optional
        Values of names that may occur; a mapping in it is a table whose columns are read by ``$``.

    Raises
    ------
    DataError
        If the text holds something else.

    Examples
    --------
    >>> evaluate("log(2)/12*c(1,.6)").round(4)
    array([0.0578, 0.0347])
    >>> evaluate("'OF'")
    'OF'
    >>> evaluate("d$age[d$arm == 1]", {"d": {"age": np.array([50, 60]), "arm": np.array([0, 1])}})
    array([60])
    """
    return _Reader(text, names or {}).whole()


class _Reader:
    """Recursive descent over one expression, in R's order of precedence."""

    def __init__(self, text: str, names: Mapping[str, Any]) -> None:
        self.text, self.names = text, names
        self.tokens = _tokens(text)
        self.place = 0

    def whole(self) -> Any:
        value = self.either()
        if self.place != len(self.tokens):
            raise self.unknown()
        return value

    def unknown(self) -> DataError:
        return DataError("this expression cannot be read", where="call", found=self.text)

    def peek(self) -> str:
        return self.tokens[self.place][1] if self.place < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.place >= len(self.tokens):
            raise self.unknown()
        self.place += 1
        return self.tokens[self.place - 1]

    def either(self) -> Any:
        value = self.both()
        while self.peek() in ("|", "||"):
            self.take()
            value = np.logical_or(value, self.both())
        return value

    def both(self) -> Any:
        value = self.negated()
        while self.peek() in ("&", "&&"):
            self.take()
            value = np.logical_and(value, self.negated())
        return value

    def negated(self) -> Any:
        if self.peek() == "!":
            self.take()
            return np.logical_not(self.negated())
        return self.compared()

    def compared(self) -> Any:
        value = self.sum()
        if self.peek() in _COMPARISONS:
            compare = _COMPARISONS[self.take()[1]]
            value = compare(_array(value), _array(self.sum()))
        return value

    def sum(self) -> Any:
        value = self.product()
        while self.peek() in ("+", "-"):
            sign = self.take()[1]
            other = self.product()
            value = value + other if sign == "+" else value - other
        return value

    def product(self) -> Any:
        value = self.range()
        while self.peek() in ("*", "/"):
            sign = self.take()[1]
            other = self.range()
            value = value * other if sign == "*" else value / other
        return value

    def range(self) -> Any:
        value = self.signed()
        if self.peek() == ":":
            self.take()
            return np.arange(value, self.signed() + 1)
        return value

    def signed(self) -> Any:
        if self.peek() in ("-", "+"):
            return -self.signed() if self.take()[1] == "-" else self.signed()
        base = self.part()
        if self.peek() == "^":
            self.take()
            return base ** self.signed()
        return base

    def part(self) -> Any:
        """An atom, with the columns and elements taken from it."""
        value = self.atom()
        while self.peek() in ("$", "["):
            if self.take()[1] == "$":
                value = self.column(value, self.take()[1])
                continue
            (inside,), _ = self.arguments("]")
            value = np.asarray(value)[inside if np.asarray(inside).dtype == bool else np.asarray(inside, int) - 1]
        return value

    def column(self, table: Any, name: str) -> Any:
        if not isinstance(table, Mapping) or name not in table:
            raise DataError("the data of this case have no such column", where="call", found=name)
        return table[name]

    def atom(self) -> Any:
        kind, token = self.take()
        if kind == "number":
            return float(token.rstrip("L"))
        if kind == "string":
            return token[1:-1]
        if token == "(":
            value = self.either()
            self.expect(")")
            return value
        if token == "[":
            return _combine(tuple(self.arguments("]")[0]))
        if kind == "name" and self.peek() == "(" and token.split("::")[-1] in _FUNCTIONS:
            self.take()
            positional, named = self.arguments(")")
            return _FUNCTIONS[token.split("::")[-1]](*positional, **named)
        if kind == "name" and token in self.names:
            return self.names[token]
        if kind == "name" and token in _CONSTANTS:
            return _CONSTANTS[token]
        raise self.unknown()

    def arguments(self, closing: str) -> tuple[list[Any], dict[str, Any]]:
        positional: list[Any] = []
        named: dict[str, Any] = {}
        while self.peek() != closing:
            if self.place + 1 < len(self.tokens) and self.tokens[self.place + 1][1] == "=":
                name = self.take()[1]
                self.take()
                named[name] = self.either()
            else:
                positional.append(self.either())
            if self.peek() == ",":
                self.take()
        self.expect(closing)
        return positional, named

    def expect(self, mark: str) -> None:
        if self.take()[1] != mark:
            raise self.unknown()


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    stripped = text.rstrip()
    while place < len(stripped):
        match = _TOKEN.match(stripped, place)
        if match is None:
            raise DataError("this expression cannot be read", where="call", found=text)
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        place = match.end()
    return found
