"""The ensemble solver: model text to machine code that carries one patient in each lane of a vector.

>>> from remission.solver import compile_antimony
>>> kernel = compile_antimony("x = 8; x' = -k * x; k = 0.1;", outputs=("x",))
>>> kernel.states, kernel.parameters
(('x',), ('k',))
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from remission.solver.doses import Doses
from remission.solver.infusions import infusion, with_infusions
from remission.solver.network import Network
from remission.solver.schedule import schedule
from remission.solver.status import Status

if TYPE_CHECKING:
    from remission.solver.compile import compile_antimony, compile_file, compile_network
    from remission.solver.course import Course, follow, simulate, start_course
    from remission.solver.kernel import Advanced, Kernel
    from remission.solver.reading import read_antimony, read_sbml

__all__ = [
    "Advanced",
    "Course",
    "Doses",
    "Kernel",
    "Network",
    "Status",
    "compile_antimony",
    "compile_file",
    "compile_network",
    "follow",
    "infusion",
    "read_antimony",
    "read_sbml",
    "schedule",
    "simulate",
    "start_course",
    "with_infusions",
]

_WHEN_USED = {
    "compile_antimony": "compile",
    "compile_file": "compile",
    "compile_network": "compile",
    "Advanced": "kernel",
    "Kernel": "kernel",
    "Course": "course",
    "follow": "course",
    "simulate": "course",
    "start_course": "course",
    "read_antimony": "reading",
    "read_sbml": "reading",
}
"""What needs LLVM, libSBML or Antimony is imported when it is first used."""


def __getattr__(name: str) -> object:
    if name in _WHEN_USED:
        return getattr(import_module(f"remission.solver.{_WHEN_USED[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
