"""Response rates: base R and lrstat."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from remission.errors import DataError
from remission.statistics.estimate import Estimate, two_sided_p
from remission.statistics.proportion_ratios import odds_ratio, risk_ratio
from remission.statistics.proportions import (
    fisher_test,
    overlap_weights,
    proportion,
    proportion_difference,
    tilted,
)
from remission.statistics.r_call import find_call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments

_R_LEAST = 2.220446049250313e-16
_R_TOLERANCE = _R_LEAST**0.25


@case_kind("binom.test(")
def clopper_pearson(case: Case) -> Ours:
    """``binom.test``: a share with its exact interval, and the exact test of a given share."""
    from scipy.stats import binomtest

    call = arguments(case, "binom.test", "x n p conf.level")
    x, n = int(call.value("x")), int(call.value("n"))
    share = proportion(x, n, level=float(call.value("conf.level", default=0.95)), method="clopper-pearson")
    p = binomtest(x, n, float(call.value("p", default=0.5))).pvalue
    return Ours({"estimate": share.value, "ci": [share.lower, share.upper], "p": p})


@case_kind("prop.test(")
def wilson(case: Case) -> Ours:
    """``prop.test(correct=FALSE)`` of one share: Wilson's interval."""
    call = arguments(case, "prop.test", "x n p conf.level correct")
    if call.value("correct", default=True) or np.size(call.value("x")) != 1:
        raise DataError("only one share without correction for continuity is computed here", where=case.id)
    x, n, null = int(call.value("x")), int(call.value("n")), float(call.value("p", default=0.5))
    share = proportion(x, n, level=float(call.value("conf.level", default=0.95)))
    z = (share.value - null) / math.sqrt(null * (1 - null) / n)
    return Ours({"estimate": share.value, "ci": [share.lower, share.upper], "p": two_sided_p(z), "chisq": z * z})


def _score_interval(name: str, compare: Callable[..., Estimate]) -> None:
    @case_kind(f"lrstat::{name}(")
    def kind(case: Case) -> Ours:
        call = arguments(case, f"lrstat::{name}", "n1 y1 n2 y2 cilevel")
        n1, y1, n2, y2 = (int(call.value(each)) for each in ("n1", "y1", "n2", "y2"))
        level = float(call.value("cilevel", default=0.95))
        found = compare(y1, n1, y2, n2, level=level)
        values = {"estimate": found.value, "lower": found.lower, "upper": found.upper, "cilevel": level}
        return Ours(values)


_score_interval("mnRiskDiffCI", proportion_difference)
_score_interval("mnRiskRatioCI", risk_ratio)
_score_interval("mnOddsRatioCI", odds_ratio)


@case_kind("fisher.test(")
def fisher(case: Case) -> Ours:
    """Fisher's exact test of a table of two rows and two columns."""
    call = arguments(case, "fisher.test", "x conf.level")
    matrix = find_call(call.named["x"], "matrix")
    if matrix is None:
        raise DataError("the table of this call cannot be read", where=case.id, found=call.named["x"])
    cells = matrix.matched("data nrow ncol byrow")
    a, b, c, d = (int(cell) for cell in np.atleast_1d(cells.value("data")))
    if cells.value("byrow", default=False):
        b, c = c, b
    level = float(call.value("conf.level", default=0.95))
    test = fisher_test(a, a + b, c, c + d, level=level)
    odds = test.odds_ratio
    value, lower, upper = _as_coarse_as_r(level, a, a + b, c, c + d)
    note = (
        f"R solves for the odds ratio only to {_R_TOLERANCE:.2g}; solved as coarsely here. "
        f"Exact: {odds.value:.9g} ({odds.lower:.9g} to {odds.upper:.9g})"
    )
    return Ours({"p": test.p_value, "or": value, "ci": [lower, upper]}, note=note)


def _as_coarse_as_r(level: float, *table: int) -> tuple[float, float, float]:
    """Odds ratio and limits with the root finder (Brent's) and the tolerance of R's ``fisher.test``.

    R looks for the odds ratio between 0 and 1, or for its inverse where it is above 1.
    """
    cells, ways = overlap_weights(*table)
    seen, tail = table[0], (1 - level) / 2

    def mean(mass: np.ndarray) -> float:
        return float(mass @ cells) - seen

    def above(mass: np.ndarray) -> float:
        return float(mass[cells >= seen].sum()) - tail

    def below(mass: np.ndarray) -> float:
        return tail - float(mass[cells <= seen].sum())

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
