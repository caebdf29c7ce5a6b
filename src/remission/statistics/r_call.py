"""Reading the calls in a file of reference cases: enough of R's grammar to find their arguments.

A call is text such as ``survival::survdiff(Surv(time,event)~arm,data=d,rho=1)``. `find_call` returns its
arguments as text, which `remission.statistics.r_value.evaluate` turns into numbers. Nothing is executed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from remission.errors import DataError
from remission.statistics.r_value import evaluate


class Call(NamedTuple):
    """Arguments of one call, as text."""

    function: str
    positional: tuple[str, ...]
    named: Mapping[str, str]

    def value(self, name: str, place: int | None = None, default: Any = None) -> Any:
        """An argument evaluated, by name, else by place, else the default; ``NA`` is None.

        Examples
        --------
        >>> find_call("f(2, tau=3)", "f").value("tau")
        3.0
        """
        if name in self.named:
            text = self.named[name]
        elif place is not None and place < len(self.positional):
            text = self.positional[place]
        else:
            return default
        found = evaluate(text)
        return None if isinstance(found, float) and math.isnan(found) else found

    def matched(self, formals: str) -> Call:
        """The call with every argument named, as R matches them: by name, by its beginning, then by place.

        Parameters
        ----------
        formals : str
            Names of the arguments that are read here, in the order of the function, separated by blanks.

        Raises
        ------
        DataError
            If an argument is not among them, so that nothing given is silently passed over.

        Examples
        --------
        >>> find_call("f(2, tau=3)", "f").matched("x y tau").named
        {'tau': '3', 'x': '2'}
        """
        known = formals.split()
        named: dict[str, str] = {}
        for name, text in self.named.items():
            fits = [name] if name in known else [formal for formal in known if formal.startswith(name)]
            if len(fits) != 1:
                raise DataError("this argument is not read here", where=self.function, found=f"{name}={text}")
            named[fits[0]] = text
        free = [formal for formal in known if formal not in named]
        if len(self.positional) > len(free):
            raise DataError("more arguments than are read here", where=self.function, found=self.positional[len(free)])
        named |= dict(zip(free, self.positional, strict=False))
        return Call(self.function, (), named)


def find_call(text: str, function: str) -> Call | None:
    """First call of a function anywhere in a text, with its package or without; None if it is not called.

    Examples
    --------
    >>> find_call("summary(survfit(y ~ arm, conf.type='log'), times=c(3, 6))", "survfit").named
    {'conf.type': "'log'"}
    """
    package, _, bare = function.rpartition("::")
    prefix = f"(?:{re.escape(package)}::)?" if package else ""
    match = re.search(r"(?<![\w.])" + prefix + re.escape(bare) + r"\(", text)
    if match is None:
        return None
    parts = split_arguments(text[match.end() : closing(text, match.end() - 1)])
    named, positional = {}, []
    for part in parts:
        pair = re.match(r"([A-Za-z.][\w.]*)\s*=(?!=)(.*)", part, flags=re.S)
        if pair:
            named[pair[1]] = pair[2].strip()
        else:
            positional.append(part)
    return Call(function, tuple(positional), named)


def closing(text: str, opening: int) -> int:
    """Place of the bracket that closes the one at ``opening``.

    Examples
    --------
    >>> closing("f(a, (b), ')')", 1)
    13
    """
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
