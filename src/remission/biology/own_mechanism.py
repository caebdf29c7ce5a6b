"""A user's own model as a mechanism: its equations, with rules for what the clinic measures."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np

from remission.biology.mechanism import Inlet, Mechanism, mechanism
from remission.solver import Network, compile_network, read_antimony, read_sbml
from remission.solver.expression import Expression, Number, Symbol, apply
from remission.study import OwnLesion, OwnModel

BURDEN, KILLS, VOLUME = "remission_burden_mL", "remission_kills", "remission_volume{}_mL"
"""Rules added to a user's model; the prefix keeps them apart from its own names."""
RELATIVE_ATOL, LEAST_ATOL = 1e-6, 1e-9


def mechanism_of(model: OwnModel | None) -> Mechanism:
    """The mechanism of a study: a user's own model, or without one the project's.

    Examples
    --------
    >>> lesion = OwnLesion("primary", "volume", "T")
    >>> model = OwnModel("T = 9; T' = g*T - k*A*T; A = 0; A' = -A; g = 0.01; k = 0.1;", (lesion,), ())
    >>> mechanism_of(model).kernel.states
    ('T', 'A')
    """
    return mechanism() if model is None else _own(model)


@lru_cache(maxsize=8)
def _own(model: OwnModel) -> Mechanism:
    is_sbml = model.equations.lstrip().startswith("<")
    network = (read_sbml if is_sbml else read_antimony)(model.equations)
    volumes = tuple(VOLUME.format(place) for place in range(1, len(model.lesions) + 1))
    kernel = compile_network(_with_measures(network, model, volumes), monitors=(KILLS, BURDEN), outputs=volumes)
    state = {name: column for column, name in enumerate(kernel.states)}
    parameter = {name: column for column, name in enumerate(kernel.parameters)}
    inlets = {
        drug.name: Inlet(state[drug.into], drug.factor, {name: parameter[own] for name, own in drug.sets})
        for drug in model.drugs
    }
    # A millionth of where a state starts is of no consequence; what starts at nothing has no scale of its own.
    tolerance = np.maximum(RELATIVE_ATOL * np.abs(kernel.initial_state), LEAST_ATOL)
    tolerance[kernel.initial_state == 0] = RELATIVE_ATOL
    return Mechanism(kernel, inlets, _death_at(model), state, parameter, {}, {}, tolerance)


def _death_at(model: OwnModel) -> float | None:
    if model.death is None:
        return math.inf
    return model.death.volume_mL


def _with_measures(network: Network, model: OwnModel, volumes: tuple[str, ...]) -> Network:
    """The network with the volume of each lesion, their sum, and what kills."""
    burden: Expression = Symbol(volumes[0])
    for name in volumes[1:]:
        burden = apply("plus", burden, Symbol(name))
    hazard = model.death.hazard if model.death is not None else None
    rules = [(name, _volume(lesion)) for name, lesion in zip(volumes, model.lesions, strict=True)]
    rules += [(BURDEN, burden), (KILLS, Symbol(hazard or BURDEN))]
    return replace(network, rules=(*network.rules, *rules))


def _volume(lesion: OwnLesion) -> Expression:
    """Volume in mL; of a diameter d in mm, that of a sphere: pi/6 (d/10)^3."""
    size = apply("times", Number(lesion.factor), Symbol(lesion.of))
    if lesion.measure == "volume":
        return size
    return apply("times", Number(math.pi / 6000), apply("times", size, apply("times", size, size)))
