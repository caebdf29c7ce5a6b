"""The promise: a patient's bits do not depend on company, order, number, batch or thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solver_models import LESIONS, MONITORS, OUTPUTS

import remission.solver.kernel as kernel_module
from remission.solver import Advanced, Doses, Kernel, compile_antimony

PATIENTS = 61
FIELDS = ("state", "time_day", "step_day", "dose_step_day", "status", "crossing_day", "steps", "rejected")


class Cohort:
    """Patients as different as can be: parameters, doses, days, thresholds."""

    def __init__(self, kernel: Kernel, seed: int = 1) -> None:
        random = np.random.default_rng(seed)
        spread = np.exp(0.6 * random.standard_normal((PATIENTS, len(kernel.parameters))))
        self.kernel = kernel
        self.parameters = kernel.defaults * spread
        self.state = np.tile(kernel.initial_state, (PATIENTS, 1)) * random.uniform(0.1, 3, (PATIENTS, 1))
        self.start = np.round(random.uniform(0, 30, PATIENTS), 1)
        self.stop = self.start + np.round(random.uniform(0, 200, PATIENTS), 1)
        self.limits = np.column_stack([random.exponential(1.0, PATIENTS), random.uniform(50, 500, PATIENTS)])
        drug = kernel.states.index("A")
        self.doses = [
            [(float(day), drug, float(random.uniform(10, 200))) for day in np.arange(a, b, random.uniform(7, 30))]
            for a, b in zip(self.start, self.stop, strict=True)
        ]

    def run(self, chosen: np.ndarray) -> Advanced:
        return self.kernel.advance(
            self.state[chosen],
            self.parameters[chosen],
            self.start[chosen],
            self.stop[chosen],
            Doses.of_lists([self.doses[k] for k in chosen]),
            self.limits[chosen],
        )


@pytest.fixture(scope="module", params=["RODAS4P2", "VELDS4"])
def cohort(request: pytest.FixtureRequest) -> Cohort:
    return Cohort(compile_antimony(LESIONS, MONITORS, OUTPUTS, method=request.param))


@pytest.fixture(scope="module")
def together(cohort: Cohort) -> Advanced:
    return cohort.run(np.arange(PATIENTS))


def assert_same_bits(found: Advanced, expected: Advanced, chosen: np.ndarray) -> None:
    for name in FIELDS:
        assert getattr(found, name).tobytes() == getattr(expected, name)[chosen].tobytes(), name


def test_the_cohort_is_worth_the_test(together: Advanced) -> None:
    assert set(together.status.tolist()) == {0, 1}
    assert together.steps.max() > 2 * together.steps[together.steps > 0].min()
    assert (together.state == 0).any(axis=1).sum() > 5


@given(st.permutations(range(PATIENTS)), st.integers(1, PATIENTS))
@settings(max_examples=25, deadline=None)
def test_order_and_cut_change_no_bit(cohort: Cohort, together: Advanced, order: list[int], size: int) -> None:
    chosen = np.array(order[:size])
    assert_same_bits(cohort.run(chosen), together, chosen)


@given(st.lists(st.integers(0, PATIENTS - 1), min_size=1, max_size=20))
@settings(max_examples=25, deadline=None)
def test_company_changes_no_bit(cohort: Cohort, together: Advanced, chosen: list[int]) -> None:
    assert_same_bits(cohort.run(np.array(chosen)), together, np.array(chosen))


def test_alone_and_one_by_one(cohort: Cohort, together: Advanced) -> None:
    for k in range(0, PATIENTS, 7):
        assert_same_bits(cohort.run(np.array([k])), together, np.array([k]))


def test_chunks_change_no_bit(cohort: Cohort, together: Advanced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_module, "CHUNK", 5)
    assert_same_bits(cohort.run(np.arange(PATIENTS)), together, np.arange(PATIENTS))


def test_threads_change_no_bit(cohort: Cohort, together: Advanced) -> None:
    parts = np.array_split(np.arange(PATIENTS), 6)
    with ThreadPoolExecutor(3) as pool:
        for part, found in zip(parts, pool.map(cohort.run, parts), strict=True):
            assert_same_bits(found, together, part)


def test_outputs_do_not_depend_on_company(cohort: Cohort, together: Advanced) -> None:
    def observe(chosen: np.ndarray) -> np.ndarray:
        return cohort.kernel.observe(together.state[chosen], cohort.parameters[chosen], together.time_day[chosen])

    every = observe(np.arange(PATIENTS))
    for chosen in (np.array([5]), np.arange(PATIENTS)[::-1], np.arange(3, 12)):
        assert observe(chosen).tobytes() == every[chosen].tobytes()


@pytest.mark.parametrize("lanes", [1, 2, 4, 8, 16])
def test_every_width_gives_the_same_results(cohort: Cohort, together: Advanced, lanes: int) -> None:
    kernel = compile_antimony(LESIONS, MONITORS, OUTPUTS, cohort.kernel.method, lanes)
    other = Cohort(kernel).run(np.arange(PATIENTS))
    np.testing.assert_array_equal(other.status, together.status)
    np.testing.assert_allclose(other.state, together.state, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(other.crossing_day, together.crossing_day, rtol=1e-9)
