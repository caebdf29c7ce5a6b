"""Infusions against the closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from remission.errors import DataError, ModelError
from remission.solver import Doses, compile_network, infusion, read_antimony, with_infusions

NETWORK = read_antimony("A = 0; A' = -k*A; k = 0.2;")


def amount_after(day: float, start: float, duration: float, amount: float, k: float = 0.2) -> float:
    """One compartment: r/k (1 - exp(-k min(t, T))) exp(-k max(t - T, 0))."""
    since = day - start
    flowed = min(since, duration)
    return amount / duration / k * (1 - math.exp(-k * flowed)) * math.exp(-k * max(since - duration, 0.0))


@pytest.mark.parametrize("day", [2.25, 2.5, 9.0])
def test_infusions_of_different_patients(day: float) -> None:
    kernel = compile_network(with_infusions(NETWORK, ("A",)))
    inlet = kernel.states.index("inflow_A")
    plans = [(0.0, 0.25, 100.0), (2.0, 0.5, 50.0), (1.0, 1.0, 7.0)]
    doses = [
        [dose for dose in infusion(start, length, inlet, amount) if dose[0] < day] for start, length, amount in plans
    ]
    result = kernel.advance(
        np.tile(kernel.initial_state, (3, 1)),
        np.tile(kernel.defaults, (3, 1)),
        np.zeros(3),
        np.full(3, day),
        Doses.of_lists(doses),
        rtol=1e-8,
    )
    expected = [amount_after(day, *plan) for plan in plans]
    np.testing.assert_allclose(result.state[:, kernel.states.index("A")], expected, rtol=1e-6)
    if day == 9.0:
        assert (result.state[:, inlet] == 0).all()


def test_what_cannot_be_infused() -> None:
    with pytest.raises(ModelError, match="not a state"):
        with_infusions(NETWORK, ("k",))
    with pytest.raises(DataError, match="no time"):
        infusion(0.0, 0.0, 1, 5.0)
