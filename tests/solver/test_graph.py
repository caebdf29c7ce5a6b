"""Shared graph and derivatives: algebra keeps values, derivatives match differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remission.solver.derivatives import Derivatives
from remission.solver.expression import Apply, Expression, Number, Symbol, Time, apply, evaluate
from remission.solver.graph import TIME, Graph
from remission.solver.method import RODAS4P2
from remission.solver.network import Network
from remission.solver.plan import make_plan
from remission.solver.reference import ReferencePatient
from remission.solver.translate import Translator

NAMES = ("x", "y")
leaves = st.one_of(
    st.sampled_from([Symbol("x"), Symbol("y"), Symbol("k"), Time()]),
    st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5]).map(Number),
)


def bigger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    two = st.tuples(st.sampled_from(["plus", "minus", "times", "min", "max"]), inner, inner)
    smooth = st.tuples(st.sampled_from(["sin", "cos", "tanh", "negate", "atan"]), inner)
    return st.one_of(
        two.map(lambda t: apply(*t)),
        smooth.map(lambda t: apply(*t)),
        inner.map(lambda e: apply("divide", Number(1.0), apply("plus", Number(2.0), apply("sin", e)))),
        st.tuples(inner, inner, inner).map(lambda t: apply("piecewise", t[0], apply("lt", t[1], Number(0.3)), t[2])),
    )


formulas = st.recursive(leaves, bigger, max_leaves=8)


def network_of(*rates: Expression) -> Network:
    return Network("test", NAMES, (0.0, 0.0), rates, ("k",), (0.0,), (), ())


def values(rates: list[Expression], x: float, y: float, k: float, time: float) -> tuple[ReferencePatient, list[float]]:
    plan = make_plan(network_of(*rates), (), (), RODAS4P2)
    patient = ReferencePatient(plan, np.array([k]), np.array([x, y]), time, time)
    return patient, patient._values(plan.rates, patient.y, time)


numbers = st.floats(-2, 2).map(lambda v: round(v, 3))


@given(formulas, formulas, numbers, numbers, numbers, numbers)
@settings(max_examples=60, deadline=None)
def test_graph_keeps_the_value_of_every_formula(a: Expression, b: Expression, x: float, y: float, k: float, t: float):
    _, found = values([a, b], x, y, k, t)
    expected = [evaluate(e, {"x": x, "y": y, "k": k}.__getitem__, t) for e in (a, b)]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@given(formulas, numbers, numbers, numbers, numbers)
@settings(max_examples=60, deadline=None)
def test_derivatives_match_central_differences(a: Expression, x: float, y: float, k: float, t: float) -> None:
    def value(dx: float = 0.0, dy: float = 0.0, dt: float = 0.0) -> float:
        return evaluate(a, {"x": x + dx, "y": y + dy, "k": k}.__getitem__, t + dt)

    patient, _ = values([a, Number(0.0)], x, y, k, t)
    patient.y = np.array([x, y])
    matrix, by_time = patient._jacobian()
    step = 1e-5
    for found, (left, right) in (
        (matrix[0, 0], (value(dx=-step), value(dx=step))),
        (matrix[0, 1], (value(dy=-step), value(dy=step))),
        (by_time[0], (value(dt=-step), value(dt=step))),
    ):
        here = value()
        if abs((right - here) - (here - left)) > 1e-8 * (1 + abs(found)) * (1 + abs(here)):
            continue  # a kink or jump of min, max or piecewise lies within the difference
        assert found == pytest.approx((right - left) / (2 * step), rel=1e-4, abs=1e-3)


@pytest.mark.parametrize(
    "function",
    [
        [
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "sinh",
            "cosh",
            "tanh",
            "asinh",
            "atanh",
            "exp",
            "ln",
            "sqrt",
            "abs",
        ]
    ],
)
def test_derivative_of_each_function(function: list[str]) -> None:
    for name in function:
        g = Graph()
        node = Translator(network_of(Number(0), Number(0)), g).number(Apply(name, (Symbol("x"),)))
        slope = Derivatives(g).of(node, 0)
        plan = make_plan(network_of(Apply(name, (Symbol("x"),)), Number(0)), (), (), RODAS4P2)
        assert g.value(slope) is None or name == "abs"
        patient = ReferencePatient(plan, np.zeros(1), np.array([0.3, 0.0]), 0.0, 0.0)
        found = patient._jacobian()[0][0, 0]
        up, down = (evaluate(Apply(name, (Number(0.3 + d),)), lambda _: 0.0) for d in (1e-6, -1e-6))
        assert found == pytest.approx((up - down) / 2e-6, rel=1e-6), name


def test_equal_formulas_are_one_node() -> None:
    g = Graph()
    x, y = g.state(0), g.state(1)
    assert g.mul(x, y) == g.mul(y, x)
    assert g.sub(x, g.neg(y)) == g.add(x, y)
    assert g.power(x, g.number(2)) == g.mul(x, x)
    assert g.nodes[g.select(g.compare("lt", g.number(1), g.number(2)), x, y)] == ("state", 0)


def test_factors_of_parameters_are_gathered_and_hoisted() -> None:
    rate = apply("times", Symbol("k"), Symbol("x"), Symbol("k"))
    plan = make_plan(network_of(rate, Number(0)), (), (), RODAS4P2)
    hoisted = [plan.graph.nodes[i][0] for i in plan.hoisted]
    assert hoisted == ["mul"]


def test_support_sees_time_and_states() -> None:
    g = Graph()
    assert g.support(g.mul(g.time(), g.add(g.state(1), g.parameter(0)))) == {TIME, 1}


@pytest.mark.parametrize(("exponent", "slope"), [(0.5, 0.0), (1.0, 1.0), (1.7, 0.0), (2.0, 0.0)])
def test_powers_of_an_empty_state_have_finite_slopes(exponent: float, slope: float) -> None:
    rate = apply("power", Symbol("x"), Symbol("k"))
    plan = make_plan(network_of(rate, Number(0)), (), (), RODAS4P2)
    patient = ReferencePatient(plan, np.array([exponent]), np.zeros(2), 0.0, 0.0)
    assert patient._jacobian()[0][0, 0] == slope
    assert not math.isnan(patient._values(plan.rates, patient.y, 0.0)[0])
