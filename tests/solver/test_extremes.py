"""Extreme parameters end in a status, never in a hang, a crash or a NaN that nobody mentions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solver_models import LESIONS, MONITORS, OUTPUTS

from remission.solver import Doses, Kernel, Status, compile_antimony

magnitudes = st.floats(-200, 200).map(lambda x: 10.0**x) | st.sampled_from([0.0, -1.0, -1e10, 1e-308, 1e300])


@pytest.fixture(scope="module", params=["RODAS4P2", "VELDS4"])
def kernel(request: pytest.FixtureRequest) -> Kernel:
    return compile_antimony(LESIONS, MONITORS, OUTPUTS, method=request.param)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_wild_patients_end_in_a_status(kernel: Kernel, data: st.DataObject) -> None:
    patients = 6
    parameters = np.tile(kernel.defaults, (patients, 1))
    state = np.tile(kernel.initial_state, (patients, 1))
    for row in range(patients - 1):
        for column in data.draw(st.sets(st.integers(0, len(kernel.parameters) - 1), max_size=4)):
            parameters[row, column] = data.draw(magnitudes)
        for column in data.draw(st.sets(st.integers(0, len(kernel.states) - 1), max_size=3)):
            state[row, column] = data.draw(magnitudes)
    doses = Doses.of_lists([[(1.0, kernel.states.index("A"), data.draw(magnitudes))]] * patients)
    tame = np.array([patients - 1])
    alone = kernel.advance(state[tame], parameters[tame], np.zeros(1), np.full(1, 60.0), max_steps=2000)
    for given_doses in (None, doses):
        result = kernel.advance(
            state, parameters, np.zeros(patients), np.full(patients, 60.0), given_doses, max_steps=2000
        )
        assert set(result.status.tolist()) <= set(Status)
        assert (result.steps + result.rejected <= 2000 + 1).all()
        assert np.isfinite(result.state[result.status <= Status.CROSSED]).all()
        if given_doses is None:
            assert result.state[-1].tobytes() == alone.state[0].tobytes()
