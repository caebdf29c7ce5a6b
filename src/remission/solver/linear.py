"""Jacobian, sparse factorisation and solution as straight-line vector code."""

from __future__ import annotations

from remission.solver.formulas import POINT, Formulas, hoisted_places
from remission.solver.llvm_text import Code, Module
from remission.solver.plan import Plan

_IN = "ptr noalias readonly"


def write_linear(module: Module, plan: Plan) -> None:
    """Write `linearise` (slopes; I/(h gamma) - J = L U) and `solve` (L U u = f).

    What is kept in `A` is - L and - U, as they follow from J - I/(h gamma), and one over the diagonal of U: so no sign
    is turned in either.
    """
    arguments = [*POINT, f"{_IN} %inverse", "ptr noalias %f", "ptr noalias %ft", "ptr noalias %A"]
    with module.function("linearise", arguments) as code:
        _linearise(code, plan)
    with module.function("solve", [f"{_IN} %A", f"{_IN} %f", "ptr noalias %u"]) as code:
        _solve(code, plan)


def _linearise(code: Code, plan: Plan) -> None:
    """Row by row (Doolittle): a row of the Jacobian is eliminated as soon as it is known and never stored.

    Finished rows are stored and loaded again, which keeps few values alive. Diagonal entries are stored as their
    reciprocals. What shares a place with an entry of an earlier row is there already.
    """
    elimination, slot = plan.elimination, plan.elimination.slot
    formulas = Formulas(code, plan.graph, hoisted_places(plan))
    inverse = code.load("%inverse", 0)
    written: set[int] = set()
    for i, columns in enumerate(elimination.rows):
        state = elimination.order[i]
        code.store(formulas.number(plan.rates[state]), "%f", state)
        if state in plan.by_time:
            code.store(formulas.number(plan.by_time[state]), "%ft", state)
        new = [j for j in columns if slot[i, j] not in written]
        row = {j: _entry(code, plan, formulas, inverse, i, j) for j in new}
        for k in (j for j in columns if j < i):
            if k not in row:
                factor = code.load("%A", slot[i, k])
            elif (entry := row[k]) is None:
                continue
            else:
                factor = row[k] = code.op("fmul", entry, code.load("%A", slot[k, k]))
            for j in (j for j in elimination.rows[k] if j > k and j in row):
                product = code.op("fmul", factor, code.load("%A", slot[k, j]))
                before = row[j]
                row[j] = product if before is None else code.op("fadd", before, product)
        if i in row:
            row[i] = code.op("fdiv", code.number(-1.0), row[i] or code.neg(inverse))
        for j, value in row.items():
            code.store(value or code.number(0.0), "%A", slot[i, j])
            written.add(slot[i, j])


def _entry(code: Code, plan: Plan, formulas: Formulas, inverse: str, i: int, j: int) -> str | None:
    """Entry of J - I/(h gamma) at two positions; None is a zero."""
    place = (plan.elimination.order[i], plan.elimination.order[j])
    if place not in plan.jacobian:
        return code.neg(inverse) if i == j else None
    slope = formulas.number(plan.jacobian[place])
    return code.op("fsub", slope, inverse) if i == j else slope


def _solve(code: Code, plan: Plan) -> None:
    """Forward and back substitution in the order of elimination.

    In each sum the unknown that is found last comes last, so that as little as can be waits for it.
    """
    elimination, slot = plan.elimination, plan.elimination.slot
    x: list[str] = []
    for i, columns in enumerate(elimination.rows):
        state = elimination.order[i]
        value = code.load("%f", state)
        for j in (j for j in columns if j < i):
            value = code.op("fadd", value, code.op("fmul", code.load("%A", slot[i, j]), x[j]))
        x.append(value)
    for i in reversed(range(plan.size)):
        value = x[i]
        for j in sorted((j for j in elimination.rows[i] if j > i), reverse=True):
            value = code.op("fadd", value, code.op("fmul", code.load("%A", slot[i, j]), x[j]))
        x[i] = code.op("fmul", value, code.load("%A", slot[i, i]))
        code.store(x[i], "%u", elimination.order[i])
