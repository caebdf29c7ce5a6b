"""One group against a known hazard: the one-sample log-rank test (Breslow 1975; Woolson 1981)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.estimate import Estimate, two_sided_p, upper_tail
from remission.statistics.inputs import checked_events, checked_level, checked_times


@dataclass(frozen=True)
class OneSampleTest:
    """Observed against expected events.

    Parameters
    ----------
    observed, expected : float
    ratio : Estimate
        Standardised mortality ratio with exact Poisson limits.
    z : float
        Positive when the group lives longer than the reference.
    p_value, p_one_sided : float
    """

    observed: float
    expected: float
    ratio: Estimate
    z: float
    p_value: float
    p_one_sided: float


def one_sample_log_rank(
    time: ArrayLike, event: ArrayLike, cumulative_hazard: Callable[[Floats], Floats], *, level: float = 0.95
) -> OneSampleTest:
    """Compare one group with a reference whose cumulative hazard is known.

    Parameters
    ----------
    time, event : array_like, shape (patients,)
    cumulative_hazard : callable
        Of the reference, at an array of times.

    Raises
    ------
    DataError
        For bad arrays, or a reference that expects no events.

    Examples
    --------
    >>> test = one_sample_log_rank([2, 4, 6, 8], [1, 0, 1, 0], lambda t: 0.1 * t)
    >>> print(test.expected, test.z)
    2.0 0.0
    """
    from scipy.special import gammaincinv

    times = checked_times(time)
    observed = float(checked_events(event, times.size).sum())
    expected = float(np.sum(cumulative_hazard(times)))
    if not 0 < expected < math.inf:
        raise DataError("the reference expects no events", where="cumulative_hazard", found=f"{expected:g}")
    tail = (1 - checked_level(level)) / 2
    lower = float(gammaincinv(observed, tail)) / expected if observed else 0.0
    upper = float(gammaincinv(observed + 1, 1 - tail)) / expected
    z = (expected - observed) / math.sqrt(expected)
    ratio = Estimate(observed / expected, lower, upper, None, level)
    return OneSampleTest(observed, expected, ratio, z, two_sided_p(z), upper_tail(z))
