"""The ensemble solver: model text to machine code that carries one patient in each lane of a vector.

>>> kernel = compile_antimony("x = 8; x' = -k * x; k = 0.1;", outputs=("x",))
>>> kernel.states, kernel.parameters
(('x',), ('k',))
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from remission.solver.compile import compile_antimony, compile_network
from remission.solver.doses import Doses
from remission.solver.kernel import Advanced, Kernel
from remission.solver.network import Network
from remission.solver.status import Status

if TYPE_CHECKING:
    from remission.solver.reading import read_antimony, read_sbml

__all__ = [
    "Advanced",
    "Doses",
    "Kernel",
    "Network",
    "Status",
    "compile_antimony",
    "compile_network",
    "read_antimony",
    "read_sbml",
]


def __getattr__(name: str) -> object:
    """Reading needs libSBML and Antimony: imported when first used, so that a warm start needs neither."""
    if name in ("read_antimony", "read_sbml"):
        from remission.solver import reading

        return getattr(reading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
