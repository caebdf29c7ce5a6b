"""The machine code and its plain-Python twin do the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from solver_models import LESIONS, MONITORS

from remission.solver import Doses, Status, compile_antimony, read_antimony
from remission.solver.method import METHODS
from remission.solver.plan import make_plan
from remission.solver.reference import ReferencePatient

CLINIC = Path(__file__).parent / "clinic.ant"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("text", "monitors", "drug"), [(LESIONS, MONITORS, "A"), ("clinic", ("death", "burden"), "A1")]
)
def test_twin_agrees_to_rounding(text: str, monitors: tuple[str, str], drug: str, method: str) -> None:
    text = CLINIC.read_text() if text == "clinic" else text
    kernel = compile_antimony(text, monitors, method=method)
    plan = make_plan(read_antimony(text), monitors, (), METHODS[method])
    random = np.random.default_rng(3)
    patients = 2
    free = np.array(["extinct" not in name for name in kernel.parameters])
    parameters = kernel.defaults * np.exp(0.3 * free * random.standard_normal((patients, len(free))))
    state = np.tile(kernel.initial_state, (patients, 1))
    start, stop = np.arange(patients) * 2.0, np.full(patients, 50.0)
    doses = [[(day + 21.0 * k, kernel.states.index(drug), 150.0) for k in range(2)] for day in start]
    limits = np.column_stack([[0.01, np.inf], np.full(patients, np.inf)])
    atol = np.full(len(kernel.states), 1e-3)
    found = kernel.advance(state, parameters, start, stop, Doses.of_lists(doses), limits, rtol=1e-4, atol=atol)
    for k in range(patients):
        twin = ReferencePatient(
            plan, parameters[k], state[k], start[k], stop[k], doses[k], limits[k], (True, False), 1e-4, atol
        )
        assert twin.run() == found.status[k]
        assert (twin.steps, twin.rejected) == (found.steps[k], found.rejected[k])
        np.testing.assert_allclose(found.time_day[k], twin.time_day, rtol=1e-9)
        np.testing.assert_allclose(found.crossing_day[k], twin.crossing_day, rtol=1e-9)
        np.testing.assert_allclose(found.state[k], twin.y, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_twin_agrees_on_time_piecewise_and_events(method: str) -> None:
    text = """x = 1; y = 0; n = 0; z = 4; k = 0.3;
    x' = -k*x + piecewise(sin(time)^2, time < 5, sin(5)^2); y' = x^1.5/(1 + max(y, 0.1));
    z' = -abs(x)*sqrt(z);
    at (y > 1.2): z = z + y, n = n + 1; at (z < 0.5): z = 0;"""
    kernel = compile_antimony(text, ("y",), method=method)
    plan = make_plan(read_antimony(text), ("y",), (), METHODS[method])
    found = kernel.advance(
        kernel.initial_state[None],
        kernel.defaults[None],
        np.zeros(1),
        np.full(1, 12.0),
        None,
        np.array([[2.5]]),
        (False,),
    )
    twin = ReferencePatient(plan, kernel.defaults, kernel.initial_state, 0.0, 12.0, (), [2.5], (False,))
    assert twin.run() == found.status[0] == Status.REACHED
    assert (twin.steps, twin.rejected) == (found.steps[0], found.rejected[0])
    assert found.state[0, kernel.states.index("n")] == 1
    np.testing.assert_allclose(found.state[0], twin.y, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.crossing_day[0], twin.crossing_day, rtol=1e-9)
