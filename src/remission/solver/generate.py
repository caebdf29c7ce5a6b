"""A model as one LLVM module."""

from __future__ import annotations

from remission.solver.driver import write_driver
from remission.solver.formulas import write_formulas
from remission.solver.linear import write_linear
from remission.solver.llvm_text import Module
from remission.solver.plan import Plan
from remission.solver.stepping import write_stepping

VERSION = 4
"""Raised with every change of the generated code, so that cached code of an older version is not used."""


def generate(plan: Plan, lanes: int) -> str:
    """LLVM assembly that advances a batch of patients of one model.

    Parameters
    ----------
    plan : Plan
    lanes : int
        Patients per vector.

    Returns
    -------
    str
        Assembly with two public functions, `advance` and `observe`, each taking (lane memory, job).
    """
    module = Module(lanes)
    write_formulas(module, plan)
    write_linear(module, plan)
    write_stepping(module, plan)
    write_driver(module, plan)
    return module.text()
