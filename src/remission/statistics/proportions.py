"""Response rates: a proportion with its interval, and two proportions compared.

- Wilson's score interval (1927), Clopper and Pearson's exact interval (1934), the plain (Wald) interval
- Miettinen and Nurminen's score interval for a difference (1985)
- Fisher's exact test with the conditional odds ratio (1935)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.estimate import Estimate, normal_deviate, upper_tail
from remission.statistics.inputs import checked_level

METHODS = ("wilson", "clopper-pearson", "wald")


def _checked_share(events: int, patients: int, where: str) -> None:
    """Whole numbers with 0 <= events <= patients, patients above 0."""
    whole = float(events).is_integer() and float(patients).is_integer()
    if not whole or not 0 <= events <= patients or patients == 0:
        raise DataError(
            "a share needs whole numbers of responders and patients",
            where=where,
            found=f"{events} of {patients}",
            allowed="0 <= responders <= patients, at least one patient",
        )


def checked_counts(
    responders: int, patients: int, control_responders: int, control_patients: int
) -> tuple[int, int, int, int]:
    """Responders and patients of both arms.

    Raises
    ------
    DataError
        If counts are impossible.

    Examples
    --------
    >>> checked_counts(1, 2, 0, 3)
    (1, 2, 0, 3)
    """
    _checked_share(responders, patients, "responders")
    _checked_share(control_responders, control_patients, "control_responders")
    return int(responders), int(patients), int(control_responders), int(control_patients)


def proportion(responders: int, patients: int, *, level: float = 0.95, method: str = "wilson") -> Estimate:
    """Share of responders with its interval.

    Parameters
    ----------
    responders, patients : int
    method : {"wilson", "clopper-pearson", "wald"}

    Raises
    ------
    DataError
        If the counts are impossible or the method has another name.

    Examples
    --------
    >>> print(proportion(34, 170, method="clopper-pearson"))
    0.2 (0.1427 to 0.2681)
    """
    _checked_share(responders, patients, "responders")
    if method not in METHODS:
        raise DataError("there is no such interval", where="method", found=repr(method), allowed=", ".join(METHODS))
    share = responders / patients
    lower, upper = {"wilson": _wilson, "clopper-pearson": _clopper_pearson, "wald": _wald}[method](
        responders, patients, level
    )
    return Estimate(share, lower, upper, math.sqrt(share * (1 - share) / patients), level)


def _wilson(x: int, n: int, level: float) -> tuple[float, float]:
    q2 = normal_deviate(level) ** 2
    middle = (x + q2 / 2) / (n + q2)
    half = math.sqrt(q2) / (n + q2) * math.sqrt(x * (n - x) / n + q2 / 4)
    return (0.0 if x == 0 else middle - half), (1.0 if x == n else middle + half)


def _clopper_pearson(x: int, n: int, level: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    tail = (1 - checked_level(level)) / 2
    lower = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    upper = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - tail))
    return lower, upper


def _wald(x: int, n: int, level: float) -> tuple[float, float]:
    share = x / n
    half = normal_deviate(level) * math.sqrt(share * (1 - share) / n)
    return max(0.0, share - half), min(1.0, share + half)


def proportion_difference(
    responders: int, patients: int, control_responders: int, control_patients: int, *, level: float = 0.95
) -> Estimate:
    """Treated minus control, with Miettinen and Nurminen's score interval.

    Raises
    ------
    DataError
        If counts are impossible.

    Examples
    --------
    >>> print(proportion_difference(34, 170, 20, 168))
    0.08095 (0.002774 to 0.1601)
    """
    counts = checked_counts(responders, patients, control_responders, control_patients)
    deviate = normal_deviate(level)
    value = responders / patients - control_responders / control_patients

    def excess(delta: float) -> float:
        return _score_z(delta, *counts) ** 2 - deviate**2

    lower = -1.0 if value <= -1 else _root(excess, -1.0, value)
    upper = 1.0 if value >= 1 else _root(excess, value, 1.0)
    return Estimate(value, lower, upper, None, level)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function changes sign; the end at which it is positive if it does not."""
    from scipy.optimize import brentq

    inner_low, inner_high = low + 1e-12, high - 1e-12
    at_low, at_high = function(inner_low), function(inner_high)
    if at_low * at_high > 0:
        return low if low in (-1.0,) else high
    return float(brentq(function, inner_low, inner_high, xtol=1e-13, rtol=1e-13))


def _score_z(delta: float, x1: int, n1: int, x0: int, n0: int) -> float:
    """Score statistic of a difference, with the shares that are likeliest under it."""
    p1, p0 = restricted_shares(delta, x1, n1, x0, n0)
    total = n1 + n0
    variance = (p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0) * total / (total - 1)
    distance = x1 / n1 - x0 / n0 - delta
    return distance / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, distance or 1.0)


def restricted_shares(
    delta: float, x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike
) -> tuple[Floats, Floats]:
    """Most likely shares of the treated and of the control, given their difference.

    Miettinen and Nurminen 1985, appendix 1. Arrays are broadcast; numbers of patients need not be whole.

    Examples
    --------
    >>> p1, p0 = restricted_shares(-0.1, 60, 100, 70, 100)
    >>> print(p1.round(3), p0.round(3))
    0.6 0.7
    """
    x1, n1, x0, n0 = (np.asarray(value, dtype=np.float64) for value in (x1, n1, x0, n0))
    n, x = n1 + n0, x1 + x0
    l2 = (n1 + 2 * n0) * delta - n - x
    l1 = (n0 * delta - n - 2 * x0) * delta + x
    l0 = x0 * delta * (1 - delta)
    q = (l2 / (3 * n)) ** 3 - l1 * l2 / (6 * n * n) + l0 / (2 * n)
    p = np.copysign(np.sqrt(np.maximum((l2 / (3 * n)) ** 2 - l1 / (3 * n), 0.0)), q)
    ratio = np.where(p != 0, np.clip(q / np.where(p != 0, p, 1.0) ** 3, -1.0, 1.0), 0.0)
    angle = (np.pi + np.arccos(ratio)) / 3
    p0 = np.clip(2 * p * np.cos(angle) - l2 / (3 * n), max(0.0, -delta), min(1.0, 1.0 - delta))
    return np.clip(p0 + delta, 0.0, 1.0), p0


def proportion_test(
    responders: int, patients: int, control_responders: int, control_patients: int, *, margin: float = 0.0
) -> tuple[float, float]:
    """Score test of a difference against a margin: z (positive: treated respond more) and its one-sided p.

    Farrington and Manning 1990, with the restricted shares of Miettinen and Nurminen.

    Examples
    --------
    >>> z, p = proportion_test(34, 170, 20, 168)
    >>> print(round(z, 3), round(p, 4))
    2.031 0.0211
    """
    _checked_share(responders, patients, "responders")
    _checked_share(control_responders, control_patients, "control_responders")
    total = patients + control_patients
    z = _score_z(margin, responders, patients, control_responders, control_patients)
    z *= math.sqrt(total / (total - 1))
    if not math.isfinite(z):
        raise DataError(
            "all responded or none did, so the difference has no variance",
            where="responders",
            next_step="use Fisher",
        )
    return z, upper_tail(z)


@dataclass(frozen=True)
class FisherTest:
    """Fisher's exact test of a two by two table.

    Parameters
    ----------
    p_value : float
        Two-sided: all tables no likelier than the one seen.
    odds_ratio : Estimate
        Conditional maximum likelihood with its exact interval.
    """

    p_value: float
    odds_ratio: Estimate


def fisher_test(
    responders: int, patients: int, control_responders: int, control_patients: int, *, level: float = 0.95
) -> FisherTest:
    """Fisher's exact test, treated against control.

    Raises
    ------
    DataError
        If counts are impossible.

    Examples
    --------
    >>> test = fisher_test(34, 170, 20, 168)
    >>> print(f"{test.p_value:.4f}", test.odds_ratio)
    0.0532 1.847 (0.979 to 3.561)
    """
    checked_counts(responders, patients, control_responders, control_patients)
    cells, log_weight = overlap_weights(responders, patients, control_responders, control_patients)
    null = tilted(cells, log_weight, 0.0)
    seen = null[responders - cells[0]]
    p_value = float(min(1.0, null[null <= seen * (1 + 1e-7)].sum()))
    return FisherTest(p_value, _odds_ratio(responders, cells, log_weight, level))


def overlap_weights(
    responders: int, patients: int, control_responders: int, control_patients: int
) -> tuple[np.ndarray, np.ndarray]:
    """All numbers of treated responders that the margins allow, and the log of the ways to each.

    Examples
    --------
    >>> cells, ways = overlap_weights(1, 2, 1, 2)
    >>> print(cells, np.exp(ways).round())
    [0 1 2] [1. 4. 1.]
    """
    total = responders + control_responders
    cells = np.arange(max(0, total - control_patients), min(patients, total) + 1)
    return cells, _log_choose(patients, cells) + _log_choose(control_patients, total - cells)


def tilted(cells: np.ndarray, log_weight: np.ndarray, log_odds: float) -> np.ndarray:
    """Noncentral hypergeometric probabilities of the cells at an odds ratio.

    Examples
    --------
    >>> tilted(np.array([0, 1]), np.zeros(2), 0.0)
    array([0.5, 0.5])
    """
    exponent = log_weight + cells * log_odds
    mass = np.exp(exponent - exponent.max())
    return np.asarray(mass / mass.sum())


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    from scipy.special import gammaln

    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _odds_ratio(seen: int, cells: np.ndarray, log_weight: np.ndarray, level: float) -> Estimate:
    """Odds ratio whose noncentral hypergeometric mean is what was seen; limits by its tails."""
    from scipy.optimize import brentq

    tail = (1 - checked_level(level)) / 2

    def solve(function: Callable[[np.ndarray], float]) -> float:
        return math.exp(brentq(lambda b: function(tilted(cells, log_weight, b)), -60.0, 60.0, xtol=1e-13))

    at_low, at_high = seen == cells[0], seen == cells[-1]
    value = 0.0 if at_low else math.inf if at_high else solve(lambda mass: float(mass @ cells) - seen)
    lower = 0.0 if at_low else solve(lambda mass: float(mass[cells >= seen].sum()) - tail)
    upper = math.inf if at_high else solve(lambda mass: tail - float(mass[cells <= seen].sum()))
    return Estimate(value, lower, upper, None, level)
