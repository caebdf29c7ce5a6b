"""MaxCombo: the largest of several weighted log-rank statistics, judged by their joint distribution.

Each statistic is standard normal under the null hypothesis; their covariance is that of the weighted scores
(Karrison 2016; Lin et al. 2020). The p-value is the probability that the largest of such correlated normals
exceeds the largest seen, computed without random numbers (see `remission.statistics.multinormal`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.inputs import checked_events, checked_times, two_groups
from remission.statistics.log_rank import event_tables
from remission.statistics.skewness import corrected_scores
from remission.statistics.two_arms import weighted_scores
from remission.statistics.weights import FlemingHarrington, Weight

USUAL: tuple[Weight, ...] = (
    FlemingHarrington(0, 0),
    FlemingHarrington(0, 1),
    FlemingHarrington(1, 0),
    FlemingHarrington(1, 1),
)


@dataclass(frozen=True)
class MaxComboTest:
    """Result of a MaxCombo test.

    Parameters
    ----------
    weights : tuple of Weight
    z : ndarray, shape (weights,)
        Positive when group 1 (the treated) lives longer.
    correlation : ndarray, shape (weights, weights)
    p_one_sided : float
        Small when group 1 lives longer.
    p_value : float
        Two-sided with equal tails: twice the smaller of the one-sided p in favour of either group.
    largest : int
        Which weight has the largest z.
    """

    weights: tuple[Weight, ...]
    z: Floats
    correlation: Floats
    p_one_sided: float
    p_value: float
    largest: int


def max_combo(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    weights: Sequence[Weight] = USUAL,
    *,
    strata: ArrayLike | None = None,
    corrected: bool = False,
) -> MaxComboTest:
    """MaxCombo test of two groups.

    Parameters
    ----------
    time, event, group : array_like, shape (patients,)
    weights : sequence of Weight
        One to four; by default Fleming-Harrington (0,0), (0,1), (1,0), (1,1).
    strata : array_like, optional
    corrected : bool
        Take the largest of z without their skewness (`remission.statistics.skewness`), which keeps the level where
        groups are of unequal size.

    Raises
    ------
    DataError
        For bad arrays, other than two groups, no events, or a weighted test without variance.

    Examples
    --------
    >>> time, event = [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 1, 1, 0, 0]
    >>> test = max_combo(time, event, [0, 0, 1, 0, 1, 0, 1, 1])
    >>> print(test.z.round(3), round(test.p_one_sided, 4))
    [1.501 1.173 1.459 1.071] 0.1189
    """
    from remission.statistics.multinormal import largest_above

    times = checked_times(time)
    events = checked_events(event, times.size)
    groups = two_groups(group, times.size)
    if not events.any():
        raise DataError("no event was seen, so nothing can be compared", where="event", next_step="follow for longer")
    tables = event_tables(times, events, groups, strata)
    sums = [weighted_scores(table, weights) for table in tables]
    score = np.sum([part for part, _ in sums], axis=0)
    covariance = np.sum([part for _, part in sums], axis=0)
    z, correlation = standardised(score, covariance)
    if not np.isfinite(z).all():
        lost = weights[int(np.flatnonzero(~np.isfinite(z))[0])]
        raise DataError(
            "a weighted test has no variance",
            where="weights",
            found=repr(lost),
            next_step="leave this weight out",
        )
    if corrected:
        variance = np.diag(covariance)
        z = np.array([corrected_scores(tables, w, z[k], variance[k]) for k, w in enumerate(weights)])
    better, worse = (float(largest_above(extreme, correlation)) for extreme in (z.max(), -z.min()))
    two_sided = min(1.0, 2 * min(better, worse))
    return MaxComboTest(tuple(weights), z, correlation, better, two_sided, int(np.argmax(z)))


def standardised(score: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """z and correlation from scores and their covariance, for one trial or many; NaN marks a test without
    variance.

    Parameters
    ----------
    score : ndarray, shape (..., weights)
    covariance : ndarray, shape (..., weights, weights)

    Examples
    --------
    >>> z, r = standardised(np.array([2.0, 1.0]), np.array([[4.0, 1.0], [1.0, 1.0]]))
    >>> print(z, r[0, 1])
    [1. 1.] 0.5
    """
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    spread = np.sqrt(np.where(variance > 0, variance, np.nan))
    correlation = covariance / (spread[..., :, None] * spread[..., None, :])
    return score / spread, np.clip(correlation, -1.0, 1.0)


def max_combo_p(z: Floats, correlation: Floats) -> Floats:
    """One-sided p of many trials; NaN where a trial's test has no variance (such a trial has failed: count
    it).

    Parameters
    ----------
    z : ndarray, shape (trials, weights)
    correlation : ndarray, shape (trials, weights, weights)

    Examples
    --------
    >>> print(max_combo_p(np.array([[1.96, 1.0]]), np.eye(2)[None]).round(4))
    [0.0494]
    """
    from remission.statistics.multinormal import largest_above_each

    usable = np.isfinite(z).all(axis=-1)
    p = np.full(z.shape[:-1], np.nan)
    if usable.any():
        p[usable] = largest_above_each(z[usable].max(axis=-1), correlation[usable])
    return p
