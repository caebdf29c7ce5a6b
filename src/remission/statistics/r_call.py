"""Reading the calls in a file of reference cases: enough of R's grammar to find arguments and evaluate
numbers.

A call is text such as ``survival::survdiff(Surv(time,event)~arm,data=d,rho=1)``. `find_call` returns its
arguments as text, `evaluate` turns such text into numbers, strings or arrays. Nothing is executed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from remission.errors import DataError

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d*\.?\d+(?:[eE][-+]?\d+)?L?|\d+\.)|(?P<string>'[^']*'|\"[^\"]*\")"
    r"|(?P<name>[A-Za-z.][\w.]*(?:::[\w.]+)?)|(?P<mark><-|[-+*/^():,=$~{};\[\]]))"
)
_CONSTANTS: dict[str, Any] = {
    "TRUE": True, "FALSE": False, "T": True, "F": False, "True": True, "False": False,
    "NULL": None, "None": None, "NA": None, "Inf": np.inf, "pi": np.pi,
}  # fmt: skip


class Call(NamedTuple):
    """Arguments of one call, as text."""

    function: str
    positional: tuple[str, ...]
    named: Mapping[str, str]

    def value(self, name: str, place: int | None = None, default: Any = None) -> Any:
        """An argument evaluated, by name, else by place, else the default.

        Examples
        --------
        >>> find_call("f(2, tau=3)", "f").value("tau")
        3.0
        """
        if name in self.named:
            return evaluate(self.named[name])
        if place is not None and place < len(self.positional):
            return evaluate(self.positional[place])
        return default


def find_call(text: str, function: str) -> Call | None:
    """First call of a function anywhere in a text; None if it is not called.

    Examples
    --------
    >>> find_call("summary(survfit(y ~ arm, conf.type='log'), times=c(3, 6))", "survfit").named
    {'conf.type': "'log'"}
    """
    match = re.search(r"(?<![\w.])" + re.escape(function) + r"\(", text)
    if match is None:
        return None
    parts = split_arguments(text[match.end() : _closing(text, match.end() - 1)])
    named, positional = {}, []
    for part in parts:
        pair = re.match(r"([A-Za-z.][\w.]*)\s*=(?!=)(.*)", part, flags=re.S)
        if pair:
            named[pair[1]] = pair[2].strip()
        else:
            positional.append(part)
    return Call(function, tuple(positional), named)


def _closing(text: str, opening: int) -> int:
    """Place of the bracket that closes the one at ``opening``."""
    depth, quote = 0, ""
    for place in range(opening, len(text)):
        mark = text[place]
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "'\"":
            quote = mark
        elif mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
            if depth == 0:
                return place
    raise DataError("a bracket is not closed", where="call", found=text)


def split_arguments(text: str) -> list[str]:
    """Cut at the commas that are in no bracket and no string.

    Examples
    --------
    >>> split_arguments("c(1, 2), 'a,b', x=3")
    ['c(1, 2)', "'a,b'", 'x=3']
    """
    parts, depth, quote, current = [], 0, "", ""
    for mark in text:
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "'\"":
            quote = mark
        depth += (mark in "([{") - (mark in ")]}") if not quote else 0
        if mark == "," and depth == 0 and not quote:
            parts.append(current.strip())
            current = ""
        else:
            current += mark
    return [*parts, current.strip()] if current.strip() else parts


def _rep(value: Any, times: Any = 1, each: Any = 1) -> Any:
    return np.tile(np.repeat(np.atleast_1d(value), int(each)), int(times))


def _seq(start: float, stop: float, by: float = 1.0) -> Any:
    return np.arange(start, stop + by / 1e9, by)


def _normal(name: str) -> Callable[[Any], Any]:
    def call(value: Any) -> Any:
        from scipy import special

        return getattr(special, name)(value)

    return call


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "c": lambda *parts: _combine(parts),
    "rep": _rep,
    "seq": _seq,
    "log": np.log,
    "exp": np.exp,
    "sqrt": np.sqrt,
    "qnorm": _normal("ndtri"),
    "pnorm": _normal("ndtr"),
    "list": lambda *parts, **named: named or list(parts),
}


def _combine(parts: tuple[Any, ...]) -> Any:
    if any(isinstance(part, str) or part is None for part in parts):
        return list(parts)
    return np.concatenate([np.atleast_1d(np.asarray(part, float)) for part in parts])


def evaluate(text: str, names: Mapping[str, Any] | None = None) -> Any:
    """Value of an R (or Python) expression of numbers, strings, vectors and a few functions.

    Parameters
    ----------
    text : str
    names : mapping, optional
        Values of names that may occur.

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
    """
    return _Reader(text, names or {}).whole()


class _Reader:
    """Recursive descent over one expression."""

    def __init__(self, text: str, names: Mapping[str, Any]) -> None:
        self.text, self.names = text, names
        self.tokens = _tokens(text)
        self.place = 0

    def whole(self) -> Any:
        value = self.sum()
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
        base = self.atom()
        if self.peek() == "^":
            self.take()
            return base ** self.signed()
        return base

    def atom(self) -> Any:
        kind, token = self.take()
        if kind == "number":
            return float(token.rstrip("L"))
        if kind == "string":
            return token[1:-1]
        if token == "(":
            value = self.sum()
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
                named[name] = self.sum()
            else:
                positional.append(self.sum())
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
