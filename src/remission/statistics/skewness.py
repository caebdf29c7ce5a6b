"""Log-rank tests corrected for skewness, where arms of unequal size move the level off what it should be.

The score is a sum of martingale steps, each hypergeometric given the past. With arms of unequal size the steps are
skewed, and the variance that the score is divided by moves with the score: whichever arm does better keeps more
patients. Both move the chance of a large z by something of the order of one over the root of the number of events.
Let ``m`` be the third moment of the steps and ``c`` the covariance of the score with its variance ``V``, both over
``V^(3/2)``. A z that is free of it to that order is ``z - m (z^2 - 1) / 6 + c / 2`` (Cornish and Fisher 1938, for a
score over its own standard error as in Hall, The Bootstrap and Edgeworth Expansion, 1992, section 2.4; the third
cumulant of the score is m + 3 c). With ``a = -m / 6`` the same, with the cubic term that makes it rise everywhere
(Hall, JRSS B 1992;54:221), is

    z + a z^2 + a^2 z^3 / 3 - a + c / 2.

A step that takes a patient of one arm changes that
arm's share of all who are at risk later by one over their number; that gives ``c``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from remission.arrays import Floats
from remission.statistics.weights import EventTable, Weight


class ThirdMoments(NamedTuple):
    """Third moment of the steps of a score and covariance of the score with its variance; shape (...)."""

    steps: Floats
    with_variance: Floats


def third_moments(table: EventTable, weight: Weight) -> ThirdMoments:
    """What `corrected` needs of a weighted log-rank score; of strata, add them.

    Parameters
    ----------
    table : EventTable, shape (events,) or (trials, events)
    weight : Weight

    Examples
    --------
    >>> from remission.statistics.two_arms import two_arm_table
    >>> from remission.statistics.weights import LogRank
    >>> table = two_arm_table(np.arange(1.0, 7.0), np.ones(6, bool), np.array([0, 1, 1, 0, 1, 1]))
    >>> print(*(part.round(3) for part in third_moments(table, LogRank())))
    0.338 -0.376
    """
    w = weight(table)
    n, d = table.at_risk, table.events
    share = table.at_risk_treated / np.maximum(n, 1.0)
    spread = d * (n - d) / np.maximum(n - 1.0, 1.0)
    lean = 1.0 - 2.0 * share
    third = -spread * share * (1.0 - share) * lean * (n - 2.0 * d) / np.maximum(n - 2.0, 1.0)
    later = w**2 * spread * lean
    after = later[..., ::-1].cumsum(axis=-1)[..., ::-1] - later
    moved = w * spread * share * (1.0 - share) / np.maximum(n - d, 1.0)
    return ThirdMoments((w**3 * third).sum(axis=-1), (moved * after).sum(axis=-1))


def corrected(z: Floats, variance: Floats, third: ThirdMoments) -> Floats:
    """A log-rank z without its skewness.

    Parameters
    ----------
    z, variance : ndarray, shape (...)
        Score over its standard error, and variance of the score.
    third : ThirdMoments

    Examples
    --------
    >>> corrected(np.array([2.0]), np.array([64.0]), ThirdMoments(np.array([21.0]), np.array([-17.0]))).round(3)
    array([1.963])
    """
    scale = variance**-1.5
    lean = -scale * third.steps / 6.0
    return np.asarray(z * (1.0 + lean * z + (lean * z) ** 2 / 3.0) - lean + scale * third.with_variance / 2.0)


def uncorrected(z: Floats, steps: Floats, with_variance: Floats) -> Floats:
    """The plain z that `corrected` makes this one of; moments over ``V^(3/2)``.

    Examples
    --------
    >>> uncorrected(np.array([1.963]), np.array([0.041]), np.array([-0.0332])).round(3)
    array([2.])
    """
    lean = -steps / 6.0
    shifted = z + lean - with_variance / 2.0
    straight = np.abs(lean) < 1e-9
    safe = np.where(straight, 1.0, lean)
    return np.asarray(np.where(straight, shifted, (np.cbrt(1.0 + 3.0 * safe * shifted) - 1.0) / safe))


def corrected_scores(tables: Sequence[EventTable], weight: Weight, z: Floats, variance: Floats) -> Floats:
    """`corrected` from the tables of all strata.

    Examples
    --------
    >>> from remission.statistics.two_arms import two_arm_table
    >>> from remission.statistics.weights import LogRank
    >>> table = two_arm_table(np.arange(1.0, 7.0), np.ones(6, bool), np.array([0, 1, 1, 0, 1, 1]))
    >>> corrected_scores([table], LogRank(), np.array(0.9), np.array(1.0)).round(3)
    np.float64(0.724)
    """
    parts = [third_moments(table, weight) for table in tables]
    total = ThirdMoments(*(np.sum([part[k] for part in parts], axis=0) for k in (0, 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        return corrected(z, variance, total)
