"""Formulas as small frozen trees: what reading gives and what the shared graph is built from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from remission.solver.errors import model_error


@dataclass(frozen=True)
class Number:
    """A literal."""

    value: float


@dataclass(frozen=True)
class Symbol:
    """A state, parameter or rule, by name."""

    name: str


@dataclass(frozen=True)
class Time:
    """The independent variable, in days."""


@dataclass(frozen=True)
class Apply:
    """An operation on other formulas; the operations are the keys of `OPERATIONS`."""

    operation: str
    arguments: tuple[Expression, ...]


Expression = Number | Symbol | Time | Apply


def apply(operation: str, *arguments: Expression) -> Apply:
    """Short form of `Apply`."""
    return Apply(operation, arguments)


def _power(base: float, exponent: float) -> float:
    try:
        value = base**exponent
    except (ZeroDivisionError, OverflowError):
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    return math.nan if isinstance(value, complex) else value


def _divide(a: float, b: float) -> float:
    if b != 0:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _guarded(function: Callable[[float], float]) -> Callable[[float], float]:
    """A function of the math module that outside its domain and range gives what the machine code does."""

    def guarded(x: float) -> float:
        try:
            return float(function(x))
        except ValueError:
            return math.nan
        except OverflowError:  # floor and ceil of infinity, and what grows beyond all numbers; cosh is even
            return math.inf if x > 0 or function is math.cosh else -math.inf

    return guarded


def _log(x: float) -> float:
    return -math.inf if x == 0 else math.nan if x < 0 or math.isnan(x) else math.log(x)


def _piecewise(*values: float) -> float:
    for value, condition in zip(values[0:-1:2], values[1::2], strict=False):
        if condition:
            return value
    return values[-1] if len(values) % 2 else math.nan


def _chain(compare: Callable[[float, float], bool]) -> Callable[..., float]:
    return lambda *values: float(all(compare(a, b) for a, b in pairwise(values)))


UNARY: dict[str, Callable[[float], float]] = {
    function.__name__: _guarded(function)
    for function in (
        *(math.sin, math.cos, math.tan, math.asin, math.acos, math.atan),
        *(math.sinh, math.cosh, math.tanh, math.asinh, math.acosh, math.atanh, math.floor, math.ceil),
        math.gamma,
    )
}

OPERATIONS: dict[str, Callable[..., float]] = {
    "plus": lambda *a: sum(a),
    "minus": lambda a, b: a - b,
    "negate": lambda a: -a,
    "times": lambda *a: math.prod(a),
    "divide": _divide,
    "power": _power,
    "exp": _guarded(math.exp),
    "ln": _log,
    "sqrt": _guarded(math.sqrt),
    "abs": abs,
    "min": lambda *a: min(a, default=math.inf),
    "max": lambda *a: max(a, default=-math.inf),
    "piecewise": _piecewise,
    "lt": _chain(lambda a, b: a < b),
    "le": _chain(lambda a, b: a <= b),
    "gt": _chain(lambda a, b: a > b),
    "ge": _chain(lambda a, b: a >= b),
    "eq": _chain(lambda a, b: a == b),
    "ne": lambda a, b: float(a != b),
    "and": lambda *a: float(all(a)),
    "or": lambda *a: float(any(a)),
    "xor": lambda *a: float(sum(map(bool, a)) % 2),
    "not": lambda a: float(not a),
    **UNARY,
}

LOGICAL = frozenset({"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "xor", "not"})


def symbols(expression: Expression) -> Iterator[str]:
    """Names used in a formula, in the order of their appearance, with repeats.

    Examples
    --------
    >>> list(symbols(apply("times", Symbol("k"), Symbol("S"))))
    ['k', 'S']
    """
    if isinstance(expression, Symbol):
        yield expression.name
    elif isinstance(expression, Apply):
        for argument in expression.arguments:
            yield from symbols(argument)


def uses_time(expression: Expression) -> bool:
    """True if `time` stands anywhere in the formula."""
    if isinstance(expression, Apply):
        return any(uses_time(argument) for argument in expression.arguments)
    return isinstance(expression, Time)


def evaluate(expression: Expression, value_of: Callable[[str], float], time: float = 0.0) -> float:
    """The value of a formula in plain Python.

    Parameters
    ----------
    expression : Expression
    value_of : callable
        Gives the value of a name.
    time : float
        Value of `time`, days.

    Examples
    --------
    >>> evaluate(apply("plus", Number(1), Symbol("a")), {"a": 2.0}.__getitem__)
    3.0
    """
    if isinstance(expression, Number):
        return expression.value
    if isinstance(expression, Time):
        return time
    if isinstance(expression, Symbol):
        return value_of(expression.name)
    if expression.operation not in OPERATIONS:
        raise model_error("an operation whose value at the start is not supported", found=expression.operation)
    return float(OPERATIONS[expression.operation](*(evaluate(a, value_of, time) for a in expression.arguments)))
