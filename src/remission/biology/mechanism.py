"""The mechanism compiled: where each state and parameter of `mechanism.ant` stands in the solver's arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np

from remission.arrays import Floats, Index
from remission.solver import Kernel, compile_antimony
from remission.study import Molecule

LESIONS = 6
MONITORS = ("death_hazard", "cells")
OUTPUTS = tuple(f"volume{place}_mL" for place in range(1, LESIONS + 1))
LESION_STATES = ("S", "R", "T", "D")
# The channel of each target; PD-L1 blockade frees PD-1 as PD-1 blockade does.
CHANNELS = {"PD-1": "pd1", "PD-L1": "pd1", "CTLA-4": "ctla4", "LAG-3": "lag3", "DNA": "chemo"}
_SET = {
    "clearance_L_per_day": "CL",
    "central_volume_L": "V1",
    "intercompartmental_L_per_day": "Q",
    "peripheral_volume_L": "V2",
    "half_saturation_mg_per_L": "half",
    "decay_per_day": "decay",
}

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
class Inlet:
    """Where a molecule enters a mechanism.

    Attributes
    ----------
    state : int
        Column of the state that receives a dose.
    factor : float
        Units of that state in a milligram; of a chemotherapy, in a reference dose.
    parameter : mapping of str to int
        Columns of parameters that a molecule sets, by the molecule's names for them (``clearance_L_per_day``).
    """

    state: int
    factor: float
    parameter: Mapping[str, int]


@dataclass(frozen=True)
class Mechanism:
    """How lesions grow and shrink, compiled: all that the clinic knows of it.

    Attributes
    ----------
    kernel : Kernel
        Outputs are the volumes of the lesions, in mL; monitors are what kills, and the burden.
    inlet : mapping of str to Inlet
        By name of a molecule, or by its target.
    death_at : float or None
        What kills does so here; infinite if nothing does, None at an exponential draw of mean 1.
    state, parameter : mapping of str to int
        Column of a patient-level state or parameter.
    lesion_state, lesion_parameter : mapping of str to ndarray of int, shape (6,)
        Columns of a lesion-level name, one for each place.
    tolerance : ndarray, shape (states,)
        Absolute tolerance of each state.
    """

    kernel: Kernel
    inlet: Mapping[str, Inlet]
    death_at: float | None
    state: Mapping[str, int]
    parameter: Mapping[str, int]
    lesion_state: Mapping[str, Index]
    lesion_parameter: Mapping[str, Index]
    tolerance: Floats

    def inlet_of(self, molecule: Molecule) -> Inlet:
        """Where a molecule enters."""
        return self.inlet.get(molecule.name) or self.inlet[molecule.target]


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
    inlets = {target: _inlet(channel, states, parameters) for target, channel in CHANNELS.items()}
    return Mechanism(kernel, inlets, None, states, parameters, lesion_states, lesion_parameters, tolerance)


def _inlet(channel: str, state: Mapping[str, int], parameter: Mapping[str, int]) -> Inlet:
    """The central compartment of an antibody, or the effect of a chemotherapy."""
    named = {name: parameter[f"{channel}_{end}"] for name, end in _SET.items() if f"{channel}_{end}" in parameter}
    central = f"{channel}_central"
    return Inlet(state[central if central in state else channel], 1.0, named)


def _split(names: tuple[str, ...]) -> tuple[dict[str, int], dict[str, Index]]:
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
