"""Competing risks: cumulative incidence (Aalen-Johansen) and Gray's test.

The cumulative incidence of a cause is the sum over event times of ``S(t-) d_k / n``, with ``S`` the survival
free of any event (Aalen and Johansen 1978). Its standard error is the infinitesimal jackknife, the root of
the sum of squares of each patient's influence, as R's survival computes it. Gray's test (1988) compares the
hazards of the cumulative incidence between groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats, Index
from remission.errors import DataError
from remission.statistics.estimate import normal_deviate
from remission.statistics.inputs import checked_groups, checked_level, checked_times


@dataclass(frozen=True)
class CumulativeIncidence:
    """Cumulative incidence of each cause as step functions.

    Parameters
    ----------
    time : ndarray, shape (times,)
        Distinct times with an event of any cause.
    at_risk : ndarray, shape (times,)
    events : ndarray, shape (times, causes)
    incidence, std_error, lower, upper : ndarray, shape (times, causes)
        Limits by the log-log transform.
    survival : ndarray, shape (times,)
        Free of any event.
    causes : tuple of int
    level : float
    """

    time: Floats
    at_risk: Floats
    events: Floats
    incidence: Floats
    std_error: Floats
    lower: Floats
    upper: Floats
    survival: Floats
    causes: tuple[int, ...]
    level: float

    def at(self, times: ArrayLike, cause: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Incidence, standard error, lower and upper limit of a cause at chosen times.

        Examples
        --------
        >>> cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1]).at([2.5], 1)[0]
        array([0.25])
        """
        if cause not in self.causes:
            raise DataError("no such cause", where="cause", found=str(cause), allowed=str(self.causes))
        column = self.causes.index(cause)
        place = np.searchsorted(self.time, np.asarray(times, float), side="right")
        curves = (self.incidence, self.std_error, self.lower, self.upper)
        first, second, third, fourth = (np.append(0.0, curve[:, column])[place] for curve in curves)
        return first, second, third, fourth


def checked_causes(cause: ArrayLike, patients: int) -> Index:
    """Whole numbers: 0 for censored, 1, 2, ... for the causes.

    Raises
    ------
    DataError
        If a cause is missing, negative or not whole.

    Examples
    --------
    >>> checked_causes([0, 1.0, 2], 3)
    array([0, 1, 2])
    """
    given = np.asarray(cause, dtype=np.float64)
    if given.shape != (patients,) or not (np.isfinite(given) & (given >= 0) & (given == np.floor(given))).all():
        raise DataError("a cause is 0 (censored) or a whole number above", where="cause", found=f"shape {given.shape}")
    return given.astype(np.intp)


def cumulative_incidence(time: ArrayLike, cause: ArrayLike, *, level: float = 0.95) -> CumulativeIncidence:
    """Aalen-Johansen estimate of one group.

    Parameters
    ----------
    time : array_like, shape (patients,)
    cause : array_like of int, shape (patients,)
        0 where censored, else the cause.

    Raises
    ------
    DataError
        For bad arrays or no event of any cause.

    Examples
    --------
    >>> cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1]).incidence[:, 0]
    array([0.25, 0.25, 0.75])
    """
    times = checked_times(time)
    causes = checked_causes(cause, times.size)
    kinds = np.unique(causes[causes > 0])
    if kinds.size == 0:
        raise DataError("no event of any cause was seen", where="cause", next_step="follow for longer")
    moments = np.unique(times[causes > 0])
    events = np.stack([_counts_at(times[causes == kind], moments) for kind in kinds], axis=1)
    at_risk = times.size - np.searchsorted(np.sort(times), moments, side="left").astype(float)
    total = events.sum(axis=1)
    survival = np.cumprod(1 - total / at_risk)
    before = np.append(1.0, survival[:-1])
    incidence = np.cumsum(before[:, None] * events / at_risk[:, None], axis=0)
    std_error = np.sqrt(_influence_squares(times, causes, kinds, moments, at_risk, events, before))
    lower, upper = _limits(incidence, std_error, checked_level(level))
    return CumulativeIncidence(
        moments, at_risk, events, incidence, std_error, lower, upper, survival, tuple(kinds.tolist()), level
    )


def _counts_at(values: Floats, moments: Floats) -> Floats:
    return np.bincount(np.searchsorted(moments, values), minlength=moments.size).astype(float)


def _influence_squares(
    times: Floats, causes: Index, kinds: Index, moments: Floats, at_risk: Floats, events: Floats, before: Floats
) -> Floats:
    """Sum over patients of the squared influence on each cumulative incidence, at each event time.

    While at risk all patients have the same influence. After a patient's last time ``T`` it is
    ``U(T) + L(T) (F(t) - F(T))`` with ``L`` the influence on log survival: a line in ``F(t)``, so that
    running sums of the squares and products of its two coefficients give all sums in linear time and memory.
    """
    hazard = events / at_risk[:, None]
    total = hazard.sum(axis=1)
    # Once all have died nothing follows; any finite number will do.
    spread = np.divide(1.0, at_risk * (1 - total), out=np.zeros_like(total), where=total < 1)
    shared_log = np.cumsum(total * spread)
    shared_log_before = np.append(0.0, shared_log[:-1])
    incidence = np.cumsum(before[:, None] * hazard, axis=0)
    place = np.searchsorted(moments, times, side="right") - 1
    seen = place >= 0
    at, died = place[seen], causes[seen] > 0
    log_survival = shared_log[at] - np.where(died, spread[at], 0.0)
    left = np.cumsum(np.bincount(at, minlength=moments.size))
    staying = times.size - (~seen).sum() - left
    squares = np.empty_like(events)
    for k, kind in enumerate(kinds):
        shared = np.cumsum(before * hazard[:, k] * (shared_log_before - 1 / at_risk))
        own = shared[at] + np.where(causes[seen] == kind, (before / at_risk)[at], 0.0)
        start = own - log_survival * incidence[at, k]
        sums = [
            np.cumsum(np.bincount(at, product, minlength=moments.size))
            for product in (start**2, start * log_survival, log_survival**2)
        ]
        f = incidence[:, k]
        squares[:, k] = sums[0] + 2 * f * sums[1] + f**2 * sums[2] + staying * shared**2
    return np.maximum(squares, 0.0)


def _limits(incidence: Floats, std_error: Floats, level: float) -> tuple[Floats, Floats]:
    """Symmetrical on the scale of log(-log(1 - incidence))."""
    lower, upper = incidence.copy(), incidence.copy()
    inside = (incidence > 0) & (incidence < 1)
    free = 1 - incidence[inside]
    width = normal_deviate(level) * std_error[inside] / (free * np.abs(np.log(free)))
    lower[inside], upper[inside] = 1 - free ** np.exp(-width), 1 - free ** np.exp(width)
    return lower, upper


@dataclass(frozen=True)
class GrayTest:
    """Gray's test of one cause between groups.

    Parameters
    ----------
    cause : int
    groups : tuple
    score : ndarray, shape (groups,)
        Weighted excess of events of each group.
    chi_square : float
    degrees_of_freedom : int
    p_value : float
    z : float or None
        Two groups: positive when group 1 has the lower cumulative incidence.
    """

    cause: int
    groups: tuple[Any, ...]
    score: Floats
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    z: float | None


def gray_test(time: ArrayLike, cause: ArrayLike, group: ArrayLike, *, of: int = 1, rho: float = 0.0) -> GrayTest:
    """Gray's K-sample test of the cumulative incidence of one cause.

    Parameters
    ----------
    time, cause, group : array_like, shape (patients,)
    of : int
        The cause compared.
    rho : float
        Exponent of the weight ``(1 - F(t-)) ** rho``.

    Raises
    ------
    DataError
        For bad arrays, one group, or no event of that cause.

    Examples
    --------
    >>> time, cause = [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 2, 1, 0, 2, 1, 0]
    >>> bool(gray_test(time, cause, [0, 0, 0, 0, 1, 1, 1, 1]).z > 0)
    True
    """
    times = checked_times(time)
    causes = checked_causes(cause, times.size)
    groups = checked_groups(group, times.size)
    if not (causes == of).any():
        raise DataError("no event of this cause was seen", where="of", found=str(of))
    score, variance = _gray_sums(times, causes, groups.codes, len(groups.labels), of, rho)
    free = slice(1, None)
    spread = np.linalg.eigvalsh(variance[free, free])
    if spread[0] <= 1e-12 * max(1.0, spread[-1]):
        raise DataError("the test has no variance", where="group", next_step="groups must overlap in time")
    chi_square = float(score[free] @ np.linalg.solve(variance[free, free], score[free]))
    degrees = len(groups.labels) - 1
    from scipy.special import chdtrc

    z = float(-score[1] / np.sqrt(variance[1, 1])) if degrees == 1 else None
    return GrayTest(of, groups.labels, score, chi_square, degrees, float(chdtrc(degrees, chi_square)), z)


def _gray_sums(times: Floats, causes: Index, codes: Index, groups: int, of: int, rho: float) -> tuple[Floats, Floats]:
    """Scores and their covariance (Gray 1988, section 3 and appendix; ties as in his R package cmprsk)."""
    moments = np.unique(times[causes > 0])
    members = [codes == g for g in range(groups)]
    own = np.stack([_counts_at(times[m & (causes == of)], moments) for m in members])
    other = np.stack([_counts_at(times[m & (causes > 0) & (causes != of)], moments) for m in members])
    at_risk = np.stack(
        [m.sum() - np.searchsorted(np.sort(times[m]), moments, side="left").astype(float) for m in members]
    )
    sums = _GraySums(groups, rho)
    for place in range(moments.size):
        sums.step(at_risk[:, place], own[:, place], other[:, place])
    return sums.score, sums.covariance()


class _GraySums:
    """Running sums of Gray's test over event times.

    For each group the score is the sum of ``w (d - D R / sum R)`` with ``R = n (1 - F-) / S-`` the risk set
    of the subdistribution. A patient of group ``k`` moves score ``i`` by ``a_ik`` now and, through the
    estimated curves, by all that follows, which is ``c_ik`` at the end less ``c_ik`` now: hence sums with and
    without the final ``c``.
    """

    def __init__(self, groups: int, rho: float) -> None:
        self.rho = rho
        self.score = np.zeros(groups)
        self.survival = np.ones(groups)
        self.incidence = np.zeros(groups)
        self.pooled = 0.0
        self.c = np.zeros((groups, groups))
        self.now = np.zeros((groups, groups))
        self.crossed = np.zeros((groups, groups))
        self.later = np.zeros(groups)

    def step(self, at_risk: Floats, own: Floats, other: Floats) -> None:
        """One event time: numbers at risk and events of the cause and of others, by group."""
        here = at_risk > 0
        n = np.where(here, at_risk, 1.0)
        before, pooled_before = self.survival, self.pooled
        after = np.where(here, before * (n - own - other) / n, before)
        total = float(own.sum())
        spared = np.divide(n, before, out=np.zeros_like(n), where=here)
        risk = spared * (1 - self.incidence)
        everyone, weight = float(spared.sum()), (1 - pooled_before) ** self.rho
        pooled = pooled_before + total / everyone
        # Under the null hypothesis risk / (1 - F-) is n / S-, with one F for all groups.
        a = weight * (np.diag(spared) - np.outer(spared, spared) / everyone)
        self.c += a * total / (everyone * (1 - pooled_before))
        self.score += weight * (own - total * risk / risk.sum())
        if total > 0:
            self._own_cause(here, n, before, after, pooled, a, total, everyone)
        self._other_causes(n, before, after, pooled, other)
        self.incidence = np.where(here, self.incidence + before * own / n, self.incidence)
        self.survival, self.pooled = after, pooled

    def _own_cause(
        self, here: Bools, n: Floats, before: Floats, after: Floats, pooled: float, a: Floats, total: float,
        everyone: float,
    ) -> None:  # fmt: skip
        for k in np.flatnonzero(here):
            lasting = 1 - (1 - pooled) / after[k] if after[k] > 0 else 1.0
            ties = 1 - (total - 1) / (everyone * before[k] - 1) if total > 1 else 1.0
            variance = ties * before[k] * total / (everyone * n[k])
            self._add(k, a[:, k] - lasting * self.c[:, k], lasting, variance)

    def _other_causes(self, n: Floats, before: Floats, after: Floats, pooled: float, other: Floats) -> None:
        for k in np.flatnonzero((other > 0) & (after > 0)):
            lasting = -(1 - pooled) / after[k]
            ties = 1 - (other[k] - 1) / (n[k] - 1) if other[k] > 1 else 1.0
            variance = ties * before[k] ** 2 * other[k] / n[k] ** 2
            self._add(k, -lasting * self.c[:, k], lasting, variance)

    def _add(self, k: Any, moved: Floats, lasting: float, variance: float) -> None:
        self.now += variance * np.outer(moved, moved)
        self.crossed[:, k] += variance * lasting * moved
        self.later[k] += variance * lasting**2

    def covariance(self) -> Floats:
        """Of the scores, once all times are done."""
        cross = self.crossed @ self.c.T
        return self.now + cross + cross.T + (self.c * self.later) @ self.c.T
