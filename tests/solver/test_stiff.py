"""Stiff classics against published reference values.

Values: Mazzia and Magherini, Test Set for Initial Value Problem Solvers, release 2.4 (University of Bari):
HIRES, van der Pol (epsilon 1e-6), Robertson; Robertson at day 40 as in Hairer and Wanner II.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from remission.solver import Status, compile_antimony
from remission.solver.method import METHODS

ROBERTSON = "a = 1; b = 0; c = 0; a' = -0.04*a + 1e4*b*c; b' = 0.04*a - 1e4*b*c - 3e7*b^2; c' = 3e7*b^2;"
VAN_DER_POL = "x = 2; v = 0; eps = 1e-6; x' = v; v' = ((1 - x^2)*v - x)/eps;"
HIRES = """y1 = 1; y2 = 0; y3 = 0; y4 = 0; y5 = 0; y6 = 0; y7 = 0; y8 = 0.0057;
y1' = -1.71*y1 + 0.43*y2 + 8.32*y3 + 0.0007; y2' = 1.71*y1 - 8.75*y2;
y3' = -10.03*y3 + 0.43*y4 + 0.035*y5; y4' = 8.32*y2 + 1.71*y3 - 1.12*y4;
y5' = -1.745*y5 + 0.43*y6 + 0.43*y7; y6' = -280*y6*y8 + 0.69*y4 + 1.71*y5 - 0.43*y6 + 0.69*y7;
y7' = 280*y6*y8 - 1.81*y7; y8' = -280*y6*y8 + 1.81*y7;"""

CASES = {
    "robertson 40": (ROBERTSON, 40.0, {"a": 0.7158270688, "b": 0.9185534765e-5, "c": 0.2841637457}, 1e-10),
    "robertson 1e11": (
        ROBERTSON,
        1e11,
        {"a": 0.2083340149701255e-7, "b": 0.8333360770334713e-13, "c": 0.9999999791665050},
        1e-18,
    ),
    "van der pol": (VAN_DER_POL, 2.0, {"x": 1.706167732170483, "v": -0.8928097010247975}, 1e-8),
    "hires": (
        HIRES,
        321.8122,
        {
            **{"y1": 0.7371312573325668e-3, "y2": 0.1442485726316185e-3, "y3": 0.5888729740967575e-4},
            **{"y4": 0.1175651343283149e-2, "y5": 0.2386356198831331e-2, "y6": 0.6238968252742796e-2},
            **{"y7": 0.2849998395185769e-2, "y8": 0.2850001604814231e-2},
        },
        1e-11,
    ),
}


# Of the fast state b a step of VELDS4 leaves a quarter, so that its error stays of the size of the tolerance; 1e-10 is
# a hundred-thousandth of b, more than the test allows at rtol 1e-8. The stiffly accurate methods put b on its curve.
FINER = {("VELDS4", "robertson 40"): 1e-12}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("rtol", "wanted"), [(1e-4, 2e-2), (1e-8, 2e-6)])
def test_stiff_classics(case: str, method: str, rtol: float, wanted: float) -> None:
    text, stop, expected, atol = CASES[case]
    atol = FINER.get((method, case), atol)
    kernel = compile_antimony(text, method=method)
    result = kernel.advance(
        kernel.initial_state[None], kernel.defaults[None], np.zeros(1), np.array([stop]), rtol=rtol, atol=atol
    )
    assert result.status[0] == Status.REACHED
    found = dict(zip(kernel.states, result.state[0], strict=True))
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, rel=wanted), name


@pytest.mark.parametrize("method", METHODS)
def test_tighter_tolerance_gives_smaller_errors(method: str) -> None:
    kernel = compile_antimony(HIRES, method=method)
    expected = CASES["hires"][2]
    errors = []
    for rtol in (1e-3, 1e-5, 1e-7, 1e-9):
        result = kernel.advance(
            kernel.initial_state[None],
            kernel.defaults[None],
            np.zeros(1),
            np.array([321.8122]),
            rtol=rtol,
            atol=rtol / 1e3,
        )
        found = dict(zip(kernel.states, result.state[0], strict=True))
        errors.append(max(abs(found[name] / value - 1) for name, value in expected.items()))
    assert all(later < earlier / 5 for earlier, later in pairwise(errors))
