"""Response rates: base R and lrstat."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from remission.statistics.proportions import (
    fisher_test,
    overlap_weights,
    proportion,
    proportion_difference,
    tilted,
)
from remission.statistics.r_call import find_call, split_arguments
from remission.statistics.r_value import evaluate
from remission.statistics.validation import Case, Ours, case_kind

_R_LEAST = 2.220446049250313e-16
_R_TOLERANCE = _R_LEAST**0.25


@case_kind("binom.test(")
def clopper_pearson(case: Case) -> Ours:
    """``binom.test``: a share with its exact interval."""
    call = find_call(case.call, "binom.test")
    assert call is not None
    x, n = int(call.value("x", 0)), int(call.value("n", 1))
    share = proportion(x, n, level=float(call.value("conf.level", default=0.95)), method="clopper-pearson")
    return Ours({"estimate": share.value, "ci": [share.lower, share.upper]})


@case_kind("prop.test(")
def wilson(case: Case) -> Ours:
    """``prop.test(correct=FALSE)`` of one share: Wilson's interval."""
    call = find_call(case.call, "prop.test")
    assert call is not None
    share = proportion(int(call.value("x", 0)), int(call.value("n", 1)))
    return Ours({"estimate": share.value, "ci": [share.lower, share.upper]})


@case_kind("lrstat::mnRiskDiffCI(")
def miettinen_nurminen(case: Case) -> Ours:
    """Difference of two shares with its score interval."""
    call = find_call(case.call, "lrstat::mnRiskDiffCI")
    assert call is not None
    n1, y1, n2, y2 = (int(call.value(name, place)) for place, name in enumerate(("n1", "y1", "n2", "y2")))
    level = float(call.value("cilevel", default=0.95))
    estimate = proportion_difference(y1, n1, y2, n2, level=level)
    values = {"estimate": estimate.value, "lower": estimate.lower, "upper": estimate.upper, "cilevel": level}
    return Ours(values)


@case_kind("fisher.test(")
def fisher(case: Case) -> Ours:
    """Fisher's exact test of a table given by columns."""
    call = find_call(case.call, "fisher.test")
    matrix = find_call(case.call, "matrix")
    assert call is not None
    assert matrix is not None
    a, b, c, d = (int(evaluate(cell)) for cell in split_arguments(matrix.positional[0][2:-1]))
    test = fisher_test(a, a + b, c, c + d)
    odds = test.odds_ratio
    value, lower, upper = _as_coarse_as_r(a, a + b, c, c + d)
    note = (
        f"R solves for the odds ratio only to {_R_TOLERANCE:.2g}; solved as coarsely here. "
        f"Exact: {odds.value:.9g} ({odds.lower:.9g} to {odds.upper:.9g})"
    )
    return Ours({"p": test.p_value, "or": value, "ci": [lower, upper]}, note=note)


def _as_coarse_as_r(*table: int) -> tuple[float, float, float]:
    """Odds ratio and limits with the root finder (Brent's) and the tolerance of R's ``fisher.test``.

    R looks for the odds ratio between 0 and 1, or for its inverse where it is above 1.
    """
    cells, ways = overlap_weights(*table)
    seen = table[0]

    def mean(mass: np.ndarray) -> float:
        return float(mass @ cells) - seen

    def above(mass: np.ndarray) -> float:
        return float(mass[cells >= seen].sum()) - 0.025

    def below(mass: np.ndarray) -> float:
        return 0.025 - float(mass[cells <= seen].sum())

    def solve(function: Callable[[np.ndarray], float]) -> float:
        inverse = function(tilted(cells, ways, 0.0)) < 0
        sign = -1.0 if inverse else 1.0

        def at(share: float) -> float:
            return function(tilted(cells, ways, sign * math.log(max(share, 1e-300))))

        root = _zero(at, _R_LEAST if inverse else 0.0, 1.0, _R_TOLERANCE)
        return 1 / root if inverse else root

    return (
        0.0 if seen == cells[0] else math.inf if seen == cells[-1] else solve(mean),
        0.0 if seen == cells[0] else solve(above),
        math.inf if seen == cells[-1] else solve(below),
    )


def _zero(function: Callable[[float], float], a: float, b: float, tolerance: float) -> float:
    """Brent's ``zero`` (1973, chapter 4), stopping where R's ``uniroot`` stops."""
    fa, fb = function(a), function(b)
    c, fc = a, fa
    while True:
        before = b - a
        if abs(fc) < abs(fb):
            a, b, c, fa, fb, fc = b, c, b, fb, fc, fb
        least = 2 * _R_LEAST * abs(b) + tolerance / 2
        step = (c - b) / 2
        if abs(step) <= least or fb == 0:
            return b
        if abs(before) >= least and abs(fa) > abs(fb):
            p, q = _interpolated(a, b, c, fa, fb, fc)
            if p < 0.75 * (c - b) * q - abs(least * q) / 2 and p < abs(before * q / 2):
                step = p / q
        if abs(step) < least:
            step = math.copysign(least, step)
        a, fa = b, fb
        b += step
        fb = function(b)
        if fb * fc > 0:
            c, fc = a, fa


def _interpolated(a: float, b: float, c: float, fa: float, fb: float, fc: float) -> tuple[float, float]:
    """Step of the secant, or of the inverse parabola, as numerator (not negative) and denominator."""
    if a == c:
        p, q = (c - b) * fb / fa, 1 - fb / fa
    else:
        q, r, s = fa / fc, fb / fc, fb / fa
        p = s * ((c - b) * q * (q - r) - (b - a) * (r - 1))
        q = (q - 1) * (r - 1) * (s - 1)
    return (p, -q) if p > 0 else (-p, q)
