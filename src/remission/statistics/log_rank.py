"""The log-rank family for two or more groups, weighted and stratified.

At each distinct event time with ``d`` events among ``n`` at risk, group ``j`` (``n_j`` at risk) is expected
to have ``d n_j / n``; the score is the weighted sum of observed minus expected, and its variance is
hypergeometric, ``w^2 d (n - d) / (n - 1) * n_j / n * (1 - n_j / n)`` (Mantel 1966; Fleming and Harrington
1991, chapter 7). Weights are made inside each stratum; scores and variances are summed over strata, either as
they are or, for weights that change a stratum's scale, each first brought to the variance of its unweighted
test (Magirr and Jimenez 2022).

Sign: ``z`` is positive when group 1 (the later label, the treated) has fewer events than expected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.statistics.counts import Counts, counts
from remission.statistics.estimate import two_sided_p, upper_tail
from remission.statistics.inputs import Groups, checked_events, checked_groups, checked_times
from remission.statistics.skewness import corrected_scores
from remission.statistics.two_arms import log_rank_sums
from remission.statistics.weights import EventTable, LogRank, Weight

_NO_VARIANCE = 1e-12
_TWO_GROUPS = np.array([[1.0, -1.0], [-1.0, 1.0]])


@dataclass(frozen=True)
class LogRankTest:
    """Result of a test of the log-rank family.

    Parameters
    ----------
    groups : tuple
        Labels in sorted order; the first is the reference.
    observed, expected : ndarray, shape (groups,)
        Weighted sums of events; plain counts for the log-rank test.
    covariance : ndarray, shape (groups, groups)
        Of observed minus expected.
    chi_square : float
    degrees_of_freedom : int
    p_value : float
        Two-sided.
    z : float or None
        Two groups only; positive when group 1 lives longer.
    p_one_sided : float or None
        Two groups only; small when group 1 lives longer.
    """

    groups: tuple[Any, ...]
    observed: Floats
    expected: Floats
    covariance: Floats
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    z: float | None
    p_one_sided: float | None


def log_rank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    strata: ArrayLike | None = None,
    weight: Weight | None = None,
    combine: str = "scores",
    corrected: bool = False,
) -> LogRankTest:
    """Log-rank test of two or more groups, by default with equal weights.

    Parameters
    ----------
    time, event, group : array_like, shape (patients,)
    strata : array_like, optional
        Stratum of each patient, any labels.
    weight : Weight, optional
        One of `remission.statistics.weights`.
    combine : {"scores", "information"}
        Strata are summed as they are, or each scaled to the variance of its unweighted log-rank score.
    corrected : bool
        Judge two groups by a z without its skewness (`remission.statistics.skewness`), which keeps the level where
        groups are of unequal size; R and others do not.

    Raises
    ------
    DataError
        For bad arrays, one group, no events, or events that fell only where one group was left; for a correction of
        more than two groups or of scaled strata.

    Examples
    --------
    >>> test = log_rank([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1])
    >>> print(f"{test.z:.3f} {test.p_value:.3f}")
    2.248 0.025
    """
    times = checked_times(time)
    events = checked_events(event, times.size)
    groups = checked_groups(group, times.size)
    if not np.count_nonzero(events):
        raise DataError("no event was seen, so nothing can be compared", where="event", next_step="follow for longer")
    if combine not in ("scores", "information"):
        raise DataError("strata cannot be combined so", where="combine", found=combine, allowed="scores, information")
    if corrected and (len(groups.labels) != 2 or combine != "scores"):
        raise DataError(
            "only the z of two groups, with strata as they are, is corrected for skewness",
            where="corrected",
            found=f"{len(groups.labels)} groups, strata combined by {combine}",
        )
    if strata is None and len(groups.labels) == 2 and (weight is None or weight == LogRank()) and not corrected:
        return _plain(times, events, groups)
    weigh = weight or LogRank()
    size = len(groups.labels)
    observed, expected, covariance = np.zeros(size), np.zeros(size), np.zeros((size, size))
    for member in _strata(strata, times.size):
        table = counts(times[member], events[member], groups.codes[member], size).at_events()
        if table.time.size:
            seen, due, spread = _scores(table, weigh)
            scale = 1.0 if combine == "scores" else _to_information(table, spread)
            observed += scale * seen
            expected += scale * due
            covariance += scale**2 * spread
    found = _conclude(groups, observed, expected, covariance)
    if not corrected or found.z is None:
        return found
    tables = event_tables(times, events, groups, strata)
    z = float(corrected_scores(tables, weigh, np.asarray(found.z), covariance[-1, -1]))
    return replace(found, z=z, chi_square=z * z, p_value=two_sided_p(z), p_one_sided=upper_tail(z))


def _plain(times: Floats, events: Bools, groups: Groups) -> LogRankTest:
    """The test most in use, without a table: two groups, equal weights, no strata."""
    score, variance, observed, expected = log_rank_sums(times, events, groups.codes).tolist()
    if variance <= _NO_VARIANCE:
        raise _no_variance()
    others = float(np.count_nonzero(events))
    z = score / math.sqrt(variance)
    return LogRankTest(
        groups.labels,
        np.array([others - observed, observed]),
        np.array([others - expected, expected]),
        variance * _TWO_GROUPS,
        z * z,
        1,
        two_sided_p(z),
        z,
        upper_tail(z),
    )


def _no_variance() -> DataError:
    return DataError(
        "the test has no variance: at no event were patients of both groups under observation",
        where="group",
        next_step="groups must be under observation at the same times",
    )


def weighted_log_rank(
    time: ArrayLike, event: ArrayLike, group: ArrayLike, weight: Weight, strata: ArrayLike | None = None
) -> LogRankTest:
    """`log_rank` with the weight named first.

    Examples
    --------
    >>> from remission.statistics.weights import FlemingHarrington
    >>> time, event, group = [1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 0], [0, 1, 0, 1, 0, 1]
    >>> weighted_log_rank(time, event, group, FlemingHarrington(0, 1)).z > 0
    True
    """
    return log_rank(time, event, group, strata, weight)


def _strata(strata: ArrayLike | None, patients: int) -> Sequence[Any]:
    """Index of the patients of each stratum."""
    if strata is None:
        return (slice(None),)
    labelled = checked_groups(strata, patients, "strata", at_least=1)
    return [np.flatnonzero(labelled.codes == code) for code in range(len(labelled.labels))]


def pooled_table(table: Counts) -> EventTable:
    """Totals of a table of counts, with the pooled survival just before each event time.

    Examples
    --------
    >>> table = counts(np.array([1.0, 2.0]), np.array([True, True]), np.array([0, 1]), 2)
    >>> pooled_table(table).survival_before
    array([1. , 0.5])
    """
    n, d = table.at_risk.sum(axis=1), table.events.sum(axis=1)
    before = np.append(1.0, np.cumprod(1 - d / n)[:-1])
    return EventTable(table.time, n, table.at_risk[:, -1], d, table.events[:, -1], before)


def _scores(table: Counts, weight: Weight) -> tuple[Floats, Floats, Floats]:
    """Weighted observed, expected and covariance over the event times of one stratum."""
    pooled = pooled_table(table)
    w = weight(pooled)
    if not np.isfinite(w).all():
        raise DataError("a weight is not finite", where="weight", found=repr(weight), next_step="choose another weight")
    n, d = pooled.at_risk, pooled.events
    share = table.at_risk / n[:, None]
    tie = np.divide(n - d, n - 1, out=np.zeros_like(n), where=n > 1)
    spread = w * w * d * tie
    covariance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return w @ table.events, (w * d) @ share, covariance


def _to_information(table: Counts, spread: Floats) -> float:
    """Factor that gives the weighted score of a stratum the variance of its unweighted one."""
    _, _, plain = _scores(table, LogRank())
    return math.sqrt(plain[-1, -1] / spread[-1, -1]) if spread[-1, -1] > 0 else 0.0


def _conclude(groups: Groups, observed: Floats, expected: Floats, covariance: Floats) -> LogRankTest:
    """Chi-square over all groups that were ever at risk of an event, and z for two."""
    variance = np.diag(covariance)
    used = np.flatnonzero(variance > _NO_VARIANCE * max(1.0, variance.max()))
    if used.size < 2:
        raise _no_variance()
    free = used[1:]
    difference = (observed - expected)[free]
    chi_square = float(difference @ np.linalg.solve(covariance[np.ix_(free, free)], difference))
    if len(groups.labels) == 2:
        z = float((expected[1] - observed[1]) / math.sqrt(variance[1]))
        p, one_sided = two_sided_p(z), upper_tail(z)
    else:
        z, one_sided = None, None
        p = _chi_square_tail(chi_square, free.size)
    return LogRankTest(groups.labels, observed, expected, covariance, chi_square, int(free.size), p, z, one_sided)


def _chi_square_tail(value: float, degrees: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(degrees, value))


def event_tables(times: Floats, events: Bools, groups: Groups, strata: ArrayLike | None) -> list[EventTable]:
    """One pooled table for each stratum with an event, two groups.

    Examples
    --------
    >>> both = Groups(np.array([0, 1]), (0, 1))
    >>> len(event_tables(np.array([1.0, 2.0]), np.array([True, True]), both, None))
    1
    """
    tables = (
        counts(times[member], events[member], groups.codes[member], 2).at_events()
        for member in _strata(strata, times.size)
    )
    return [pooled_table(table) for table in tables if table.time.size]
