"""The equations of a network as Python source, for other solvers to run: cross-checks and benchmarks."""

from __future__ import annotations

import keyword

from remission.solver.expression import UNARY, Expression, Number, Symbol, Time, symbols
from remission.solver.network import Network

_INFIX = {
    **{"plus": "+", "minus": "-", "times": "*", "divide": "/", "power": "**"},
    **{"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!=", "and": "and", "or": "or"},
}
_CALLS = {"ln": "math.log", "exp": "math.exp", "sqrt": "math.sqrt", "abs": "abs", "min": "min", "max": "max"}
_CALLS |= {name: f"math.{name}" for name in UNARY}


def slope_source(network: Network, name: str = "slope") -> str:
    """A Python function ``slope(t, y, p, dy)`` that fills `dy`; it uses `math` only.

    Parameters
    ----------
    network : Network
    name : str
        Name of the function.

    Returns
    -------
    str

    Examples
    --------
    >>> from remission.solver.reading import read_antimony
    >>> print(slope_source(read_antimony("x = 1; x' = -k*x + ln(a); k = 0.5; a := 2*x;")))
    def slope(t, y, p, dy):
        x = y[0]
        k = p[0]
        a = (2.0 * x)
        dy[0] = (((-k) * x) + math.log(a))
    """
    lines = [f"def {name}(t, y, p, dy):"]
    lines += [f"    {_safe(state)} = y[{k}]" for k, state in enumerate(network.states)]
    lines += [f"    {_safe(parameter)} = p[{k}]" for k, parameter in enumerate(network.parameters)]
    lines += [f"    {_safe(rule)} = {_text(formula)}" for rule, formula in _in_order(network)]
    lines += [f"    dy[{k}] = {_text(rate)}" for k, rate in enumerate(network.rates)]
    return "\n".join(lines)


def _in_order(network: Network) -> list[tuple[str, Expression]]:
    """The rules that rates need, each after those it uses."""
    rules = dict(network.rules)
    done: dict[str, Expression] = {}

    def visit(name: str) -> None:
        if name in rules and name not in done:
            for used in symbols(rules[name]):
                visit(used)
            done[name] = rules[name]

    for rate in network.rates:
        for name in symbols(rate):
            visit(name)
    return list(done.items())


def _safe(name: str) -> str:
    """A name that Python takes: `[S]` becomes `of_S`, `rateOf(S)` `rateOf_S`, `lambda` `lambda_`."""
    plain = f"of_{name[1:-1]}" if name.startswith("[") else name.replace("(", "_").removesuffix(")")
    return f"{plain}_" if keyword.iskeyword(plain) or plain in ("t", "y", "p", "dy", "math") else plain


def _text(expression: Expression) -> str:
    if isinstance(expression, Number):
        return repr(expression.value)
    if isinstance(expression, Symbol):
        return _safe(expression.name)
    if isinstance(expression, Time):
        return "t"
    parts = [_text(argument) for argument in expression.arguments]
    operation = expression.operation
    if operation in _INFIX:
        return f"({f' {_INFIX[operation]} '.join(parts)})"
    if operation == "piecewise":
        otherwise = parts[-1] if len(parts) % 2 else "math.nan"
        pairs = zip(parts[0:-1:2], parts[1::2], strict=False)
        return f"({''.join(f'{value} if {condition} else ' for value, condition in pairs)}{otherwise})"
    if operation in _CALLS:
        return f"{_CALLS[operation]}({', '.join(parts)})"
    return f"({'-' if operation == 'negate' else 'not '}{parts[0]})"
