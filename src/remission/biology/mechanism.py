"""The mechanism compiled: where each state and parameter of `mechanism.ant` stands in the solver's arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from remission.solver import Kernel, compile_antimony

LESIONS = 6
MONITORS = ("death_hazard", "cells")
OUTPUTS = tuple(f"volume{place}_mL" for place in range(1, LESIONS + 1))
LESION_STATES = ("S", "R", "T", "D")

# Absolute error of a step that is of no consequence, by kind of state: a hundredth of a cell decides nothing
# but the moment of extinction, and 1e-6 of a hazard nothing at all.
_CELLS, _AMOUNT_MG, _HAZARD = 0.05, 1e-6, 1e-6
_TOLERANCE = {
    "E": 10.0,
    "M": 10.0,
    "lifted": 1e-5,
    "chemo": 1e-4,
    "chemo_spent": 1e-4,
    "lagged_burden": 1e-4,
    "death_hazard": _HAZARD,
}


@dataclass(frozen=True)
class Mechanism:
    """A compiled mechanism and the places of its names.

    Attributes
    ----------
    kernel : Kernel
        The compiled model.
    state, parameter : mapping of str to int
        Column of a patient-level state or parameter.
    lesion_state, lesion_parameter : mapping of str to ndarray of int, shape (6,)
        Columns of a lesion-level name, one for each place.
    tolerance : ndarray, shape (states,)
        Absolute tolerance of each state.
    """

    kernel: Kernel
    state: Mapping[str, int]
    parameter: Mapping[str, int]
    lesion_state: Mapping[str, NDArray[np.intp]]
    lesion_parameter: Mapping[str, NDArray[np.intp]]
    tolerance: NDArray[np.float64]


def model_text() -> str:
    """The mechanism as Antimony text."""
    return (files("remission") / "biology" / "mechanism.ant").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def mechanism() -> Mechanism:
    """The mechanism, compiled for this machine (once; the machine code is kept on disk).

    Examples
    --------
    >>> mechanism().lesion_state["S"].shape
    (6,)
    """
    kernel = compile_antimony(model_text(), monitors=MONITORS, outputs=OUTPUTS)
    states, lesion_states = _split(kernel.states)
    parameters, lesion_parameters = _split(kernel.parameters)
    tolerance = np.array([_tolerance(name) for name in kernel.states])
    return Mechanism(kernel, states, parameters, lesion_states, lesion_parameters, tolerance)


def _split(names: tuple[str, ...]) -> tuple[dict[str, int], dict[str, NDArray[np.intp]]]:
    """Columns of patient-level names, and of lesion-level names (``L3_growth``) by place."""
    column = {name: place for place, name in enumerate(names)}
    local = sorted({name[3:] for name in names if name.startswith("L1_")})
    by_lesion = {n: np.array([column[f"L{i}_{n}"] for i in range(1, LESIONS + 1)]) for n in local}
    own = {n: c for n, c in column.items() if not (n[:1] == "L" and n[2:3] == "_" and n[3:] in by_lesion)}
    return own, by_lesion


def _tolerance(name: str) -> float:
    if name.startswith(("pd1_", "ctla4_", "lag3_")):
        return _AMOUNT_MG
    return _TOLERANCE.get(name, _CELLS)
