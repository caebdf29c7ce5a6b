"""libSBML syntax trees to `Expression`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import libsbml

from remission.solver.errors import model_error
from remission.solver.expression import Apply, Expression, Number, Symbol, Time, apply

_DIRECT = {
    libsbml.AST_PLUS: "plus",
    libsbml.AST_TIMES: "times",
    libsbml.AST_DIVIDE: "divide",
    libsbml.AST_POWER: "power",
    libsbml.AST_FUNCTION_POWER: "power",
    libsbml.AST_FUNCTION_EXP: "exp",
    libsbml.AST_FUNCTION_LN: "ln",
    libsbml.AST_FUNCTION_ABS: "abs",
    libsbml.AST_FUNCTION_MIN: "min",
    libsbml.AST_FUNCTION_MAX: "max",
    libsbml.AST_FUNCTION_PIECEWISE: "piecewise",
    libsbml.AST_FUNCTION_FLOOR: "floor",
    libsbml.AST_FUNCTION_CEILING: "ceil",
    libsbml.AST_FUNCTION_SIN: "sin",
    libsbml.AST_FUNCTION_COS: "cos",
    libsbml.AST_FUNCTION_TAN: "tan",
    libsbml.AST_FUNCTION_ARCSIN: "asin",
    libsbml.AST_FUNCTION_ARCCOS: "acos",
    libsbml.AST_FUNCTION_ARCTAN: "atan",
    libsbml.AST_FUNCTION_SINH: "sinh",
    libsbml.AST_FUNCTION_COSH: "cosh",
    libsbml.AST_FUNCTION_TANH: "tanh",
    libsbml.AST_FUNCTION_ARCSINH: "asinh",
    libsbml.AST_FUNCTION_ARCCOSH: "acosh",
    libsbml.AST_FUNCTION_ARCTANH: "atanh",
    libsbml.AST_RELATIONAL_LT: "lt",
    libsbml.AST_RELATIONAL_LEQ: "le",
    libsbml.AST_RELATIONAL_GT: "gt",
    libsbml.AST_RELATIONAL_GEQ: "ge",
    libsbml.AST_RELATIONAL_EQ: "eq",
    libsbml.AST_RELATIONAL_NEQ: "ne",
    libsbml.AST_LOGICAL_AND: "and",
    libsbml.AST_LOGICAL_OR: "or",
    libsbml.AST_LOGICAL_XOR: "xor",
    libsbml.AST_LOGICAL_NOT: "not",
    libsbml.AST_FUNCTION_RATE_OF: "rate_of",
}

_RECIPROCAL = {
    libsbml.AST_FUNCTION_SEC: "cos",
    libsbml.AST_FUNCTION_CSC: "sin",
    libsbml.AST_FUNCTION_COT: "tan",
    libsbml.AST_FUNCTION_SECH: "cosh",
    libsbml.AST_FUNCTION_CSCH: "sinh",
    libsbml.AST_FUNCTION_COTH: "tanh",
}

_RECIPROCAL_INVERSE = {
    libsbml.AST_FUNCTION_ARCSEC: "acos",
    libsbml.AST_FUNCTION_ARCCSC: "asin",
    libsbml.AST_FUNCTION_ARCSECH: "acosh",
    libsbml.AST_FUNCTION_ARCCSCH: "asinh",
    libsbml.AST_FUNCTION_ARCCOTH: "atanh",
}

_CONSTANTS: dict[int, Expression] = {
    libsbml.AST_CONSTANT_PI: Number(math.pi),
    libsbml.AST_CONSTANT_E: Number(math.e),
    libsbml.AST_CONSTANT_TRUE: apply("eq", Number(0.0), Number(0.0)),
    libsbml.AST_CONSTANT_FALSE: apply("ne", Number(0.0), Number(0.0)),
    libsbml.AST_NAME_AVOGADRO: Number(6.02214179e23),  # the value that SBML Level 3 fixes
    libsbml.AST_NAME_TIME: Time(),
}


def to_expression(
    node: Any,
    where: str,
    meaning: Callable[[str], Expression] = Symbol,
    functions: Mapping[str, Any] = MappingProxyType({}),
    within: tuple[str, ...] = (),
) -> Expression:
    """Formula of a libSBML syntax tree, with the functions that the model defines put in place.

    Parameters
    ----------
    node : libsbml.ASTNode
    where : str
        The SBML element, for messages.
    meaning : callable
        What a name stands for; itself unless given.
    functions : mapping of str to libsbml.FunctionDefinition
    within : tuple of str
        Functions whose bodies are being read.

    Raises
    ------
    ModelError
        For mathematics that the solver does not know, and for functions that are called wrongly or call themselves.

    Examples
    --------
    >>> to_expression(libsbml.parseL3Formula("-k"), "rule of x")
    Apply(operation='negate', arguments=(Symbol(name='k'),))
    """
    kind = node.getType()
    if kind in _CONSTANTS:
        return _CONSTANTS[kind]
    if node.isNumber():
        return Number(float(node.getValue()))
    if kind == libsbml.AST_NAME:
        return meaning(node.getName())
    if not node.hasCorrectNumberArguments():
        what, found = "an operation has too few or too many arguments", str(libsbml.formulaToL3String(node))
        raise model_error(what, where=where, found=found)
    children = (node.getChild(k) for k in range(node.getNumChildren()))
    arguments = tuple(to_expression(child, where, meaning, functions, within) for child in children)
    if kind == libsbml.AST_FUNCTION and node.getName() in functions:
        return _call(functions, node.getName(), arguments, where, within)
    if kind == libsbml.AST_MINUS:
        return Apply("negate" if len(arguments) == 1 else "minus", arguments)
    if kind in _DIRECT:
        return Apply(_DIRECT[kind], arguments)
    special = _special(kind, arguments)
    if special is None:
        raise model_error(
            "mathematics that the solver does not support",
            where=where,
            found=str(node.getName() or libsbml.formulaToL3String(node)),
            allowed="the functions listed in docs/solver.md (no delay)",
        )
    return special


def _call(
    functions: Mapping[str, Any], name: str, arguments: tuple[Expression, ...], where: str, within: tuple[str, ...]
) -> Expression:
    """The body of a function, in which the names of its arguments mean what is given for them, and no others do."""
    function, path = functions[name], (*within, name)
    if name in within:
        raise model_error("a function calls itself", where=where, found=" -> ".join(path))
    if function.getBody() is None:
        raise model_error("a function without mathematics is called", where=where, found=name)
    names = [function.getArgument(k).getName() for k in range(function.getNumArguments())]
    if len(arguments) != len(names):
        found, allowed = f"{name} of {len(arguments)}", f"{name} of {len(names)}"
        raise model_error("a function has too few or too many arguments", where=where, found=found, allowed=allowed)
    given = dict(zip(names, arguments, strict=True))
    return to_expression(function.getBody(), where, lambda used: given.get(used, Symbol(used)), functions, path)


def _special(kind: int, arguments: tuple[Expression, ...]) -> Expression | None:
    """Functions made of others."""
    if kind in _RECIPROCAL:
        return apply("divide", Number(1.0), Apply(_RECIPROCAL[kind], arguments))
    if kind in _RECIPROCAL_INVERSE:
        return Apply(_RECIPROCAL_INVERSE[kind], (apply("divide", Number(1.0), arguments[0]),))
    if kind == libsbml.AST_FUNCTION_ARCCOT:  # the arctangent of 1/x, without a division by zero
        half = apply("piecewise", Number(math.pi / 2), apply("ge", arguments[0], Number(0.0)), Number(-math.pi / 2))
        return apply("minus", half, Apply("atan", arguments))
    if kind == libsbml.AST_FUNCTION_LOG:
        base, x = arguments if len(arguments) == 2 else (Number(10.0), arguments[0])
        return apply("divide", apply("ln", x), apply("ln", base))
    if kind == libsbml.AST_FUNCTION_ROOT:
        degree, x = arguments if len(arguments) == 2 else (Number(2.0), arguments[0])
        if degree == Number(2.0):
            return apply("sqrt", x)
        return apply("power", x, apply("divide", Number(1.0), degree))
    if kind == libsbml.AST_FUNCTION_FACTORIAL:
        return apply("gamma", apply("plus", arguments[0], Number(1.0)))
    if kind == libsbml.AST_LOGICAL_IMPLIES:
        return apply("or", apply("not", arguments[0]), arguments[1])
    if kind == libsbml.AST_FUNCTION_QUOTIENT:
        return _whole_quotient(*arguments)
    if kind == libsbml.AST_FUNCTION_REM:
        a, b = arguments
        return apply("minus", a, apply("times", b, _whole_quotient(a, b)))
    return None


def _whole_quotient(a: Expression, b: Expression) -> Expression:
    """a / b rounded towards zero."""
    ratio = apply("divide", a, b)
    return apply("piecewise", apply("floor", ratio), apply("ge", ratio, Number(0.0)), apply("ceil", ratio))
