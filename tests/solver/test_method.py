"""The methods' numbers: orders measured, stability at infinity, agreement with what their authors print."""

from __future__ import annotations

import math

import numpy as np
import pytest

from remission.solver.method import METHODS, RODAS4P2, RODAS5P, VELDS4, Method
from remission.solver.plan import Plan, make_plan
from remission.solver.reading import read_antimony
from remission.solver.reference import ReferencePatient

# x' = x y cos t, y' = -y^2 cos t with y(0) = 1 has y = 1 / (1 + sin t) and x = 1 + sin t.
FORCED = "x = 1; y = 1; x' = x*y*cos(time); y' = -y^2*cos(time);"


def exact(day: float) -> np.ndarray:
    return np.array([1 + math.sin(day), 1 / (1 + math.sin(day))])


def plan_of(text: str, method: Method) -> Plan:
    return make_plan(read_antimony(text), (), (), method)


def fixed_steps(method: Method, count: int, theta: float) -> tuple[float, float]:
    """Error at the end of `count` equal steps to day 1, and the largest of the dense output at `theta`."""
    patient = ReferencePatient(plan_of(FORCED, method), np.zeros(0), np.ones(2), 0.0, 1.0)
    patient.run()
    patient.y, h, inner = np.ones(2), 1.0 / count, 0.0
    for k in range(count):
        patient.time_day = k * h
        u, new, _ = patient._stages(h)
        between = patient._between(u, new, theta)
        inner = max(inner, np.abs(between - exact((k + theta) * h)).max())
        patient.y = new
    return float(np.abs(patient.y - exact(1.0)).max()), inner


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_order_of_convergence(method: Method) -> None:
    coarse, _ = fixed_steps(method, 30, 0.5)
    fine, _ = fixed_steps(method, 90, 0.5)
    assert math.log(coarse / fine, 3) == pytest.approx(method.order, abs=0.35)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@pytest.mark.parametrize("theta", [0.25, 0.5, 0.8])
def test_dense_output_is_of_order_four_at_least(method: Method, theta: float) -> None:
    _, coarse = fixed_steps(method, 10, theta)
    _, fine = fixed_steps(method, 40, theta)
    assert math.log(coarse / fine, 4) > 3.6


def growth_factor(method: Method, stiffness: float) -> float:
    """What a step of one day makes of y' = -stiffness y."""
    plan = plan_of("x = 1; x' = -k*x; k = 1;", method)
    patient = ReferencePatient(plan, np.array([stiffness]), np.ones(1), 0.0, 0.0)
    patient.run()
    return float(patient._stages(1.0)[1][0])


@pytest.mark.parametrize("method", [RODAS4P2, RODAS5P], ids=lambda method: method.name)
def test_stiffest_decay_is_damped_to_nothing(method: Method) -> None:
    """L-stability: the growth factor of y' = lambda y goes to 0 as h lambda goes to minus infinity."""
    sizes = [abs(growth_factor(method, stiffness)) for stiffness in (1e4, 1e8)]
    assert sizes[0] < 1e-2
    assert sizes[1] < sizes[0] / 100


def test_the_four_stage_method_damps_all_decay_and_the_stiffest_to_a_quarter() -> None:
    assert all(abs(growth_factor(VELDS4, stiffness)) < 1 for stiffness in np.logspace(-1, 10, 23))
    assert growth_factor(VELDS4, 1e10) == pytest.approx(0.24, abs=0.005)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_the_embedded_solution_is_of_order_three(method: Method) -> None:
    plan = plan_of(FORCED, method)
    errors = []
    for h in (0.1, 0.025):
        patient = ReferencePatient(plan, np.zeros(0), np.ones(2), 0.0, 0.0, rtol=1e-3)
        patient.run()
        errors.append(patient._stages(h)[2])
    assert math.log(errors[0] / errors[1], 4) == pytest.approx(method.order, abs=0.5)


def test_fractions_are_those_printed_by_the_author() -> None:
    np.testing.assert_allclose(
        RODAS4P2.time_fraction, [0, 0.75, 0.321448134013046, 0.519745732277726, 1, 1], atol=1e-13
    )
    np.testing.assert_allclose(
        RODAS4P2.time_slope, [0.25, -0.5, -0.189532918363016, 0.085612108792769, 0, 0], atol=1e-13
    )
    np.testing.assert_allclose(RODAS5P.time_fraction[1:4], [0.6358126895828704, 0.4095798393397535, 0.9769306725060716])
