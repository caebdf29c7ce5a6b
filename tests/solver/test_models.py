"""The benchmark models against SciPy at tight tolerance: the same equations, read by other code."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from remission.solver import Doses, compile_antimony, read_antimony
from remission.solver.network import Network
from remission.solver.python_text import slope_source

MODELS = Path(__file__).parents[2].parent / "shared" / "reference" / "models"
CLINIC = Path(__file__).parent / "clinic.ant"


def slopes(network: Network, parameters: np.ndarray):
    """Right-hand side from the formulas as they were read, without the shared graph."""
    room: dict = {"math": math}
    exec(slope_source(network), room)
    rates = [0.0] * len(network.states)

    def slope(time: float, y: np.ndarray) -> list[float]:
        room["slope"](time, y.tolist(), parameters.tolist(), rates)
        return rates

    return slope


def text_of(name: str) -> str:
    path = CLINIC if name == "clinic" else MODELS / f"{name}.ant"
    if not path.exists():
        pytest.skip(f"{path.name}: the shared reference models are not on this machine")
    text = re.sub(r"(?m)^ev\d+:.*$", "", path.read_text())  # doses are given by the caller
    return re.sub(r"(?m)^\s*at \(.*$", "", text)  # SciPy knows no extinction


@pytest.mark.parametrize(
    ("name", "drugs", "days"), [("S", ["Ac1"], 84), ("M", ["Ac1", "Ac2"], 21), ("clinic", ["A1"], 84)]
)
def test_models_agree_with_scipy(name: str, drugs: list[str], days: int) -> None:
    text = text_of(name)
    network, kernel = read_antimony(text), compile_antimony(text, method="RODAS5P")
    random = np.random.default_rng(2)
    parameters = kernel.defaults * np.exp(0.1 * random.standard_normal(len(kernel.defaults)))
    given = [(float(day), kernel.states.index(drug), 200.0) for day in range(0, days, 21) for drug in drugs]
    result = kernel.advance(
        kernel.initial_state[None],
        parameters[None],
        np.zeros(1),
        np.array([float(days)]),
        Doses.of_lists([given]),
        rtol=1e-8,
        atol=1e-7,
    )
    y, slope = kernel.initial_state.copy(), slopes(network, parameters)
    for day in range(0, days, 21):
        for _, state, amount in (dose for dose in given if dose[0] == day):
            y[state] += amount
        y = solve_ivp(slope, (day, min(day + 21, days)), y, method="LSODA", rtol=1e-9, atol=1e-9).y[:, -1]
    np.testing.assert_allclose(result.state[0], y, rtol=2e-5, atol=1e-5)
