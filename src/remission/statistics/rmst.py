"""Restricted mean survival time of two groups: difference, ratio, and ratio of the time lost.

Royston and Parmar 2013; Uno et al. 2014. Each mean is the area under the Kaplan-Meier curve; the groups are
independent, and the ratios have intervals that are symmetrical on the log scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools
from remission.errors import DataError
from remission.statistics.estimate import Contrast, Estimate, contrast, normal_estimate, ratio_estimate
from remission.statistics.inputs import checked_events, checked_groups, checked_times, two_groups
from remission.statistics.kaplan_meier import kaplan_meier, restricted_mean


@dataclass(frozen=True)
class RestrictedMeans:
    """Restricted means of two groups and their comparison.

    Parameters
    ----------
    tau : float
        The horizon.
    control, treated : Estimate
        Restricted means of group 0 and group 1, in the unit of time.
    difference : Contrast
        Group 1 minus group 0; z is positive when group 1 lives longer.
    ratio, ratio_of_time_lost : Contrast or None
        Group 1 over group 0; z is positive when group 1 lives longer. None where a mean (or a time lost) is
        zero.
    """

    tau: float
    control: Estimate
    treated: Estimate
    difference: Contrast
    ratio: Contrast | None
    ratio_of_time_lost: Contrast | None


def rmst(time: ArrayLike, event: ArrayLike, tau: float, *, level: float = 0.95) -> Estimate:
    """Restricted mean of one group.

    Examples
    --------
    >>> rmst([1, 2, 3, 4], [1, 1, 1, 1], 4).value
    2.5
    """
    return kaplan_meier(time, event, level=level).rmst(tau)


def rmst_difference(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    tau: float,
    *,
    strata: ArrayLike | None = None,
    level: float = 0.95,
    margin: float = 0.0,
) -> RestrictedMeans:
    """Compare the restricted means of two groups.

    Parameters
    ----------
    time, event, group : array_like, shape (patients,)
        The later label is the treated group.
    tau : float
        Horizon; within the follow-up of both groups.
    strata : array_like, optional
        Means are taken inside each stratum and averaged by the strata's shares of all patients.
    margin : float
        Difference under the null hypothesis (negative for non-inferiority); z and p of the difference are
        against it.

    Raises
    ------
    DataError
        For bad arrays, other than two groups, or a horizon beyond the follow-up of a group.

    Examples
    --------
    >>> both = rmst_difference([1, 2, 3, 4, 2, 4, 6, 8], [1] * 8, [0] * 4 + [1] * 4, tau=4)
    >>> print(both.difference.estimate.value, both.difference.z > 0)
    1.0 True
    """
    times = checked_times(time)
    events = checked_events(event, times.size)
    groups = two_groups(group, times.size)
    means, variances = np.zeros(2), np.zeros(2)
    for member, share in stratum_shares(strata, times.size):
        for code, label in enumerate(groups.labels):
            here = member & (groups.codes == code)
            area, variance = _arm_mean(times[here], events[here], tau, label)
            means[code] += share * area
            variances[code] += share**2 * variance
    std_error = math.sqrt(variances[0] + variances[1])
    difference = normal_estimate(float(means[1] - means[0]), std_error, level)
    lost = (tau - means[0], tau - means[1])
    return RestrictedMeans(
        float(tau),
        normal_estimate(float(means[0]), math.sqrt(variances[0]), level),
        normal_estimate(float(means[1]), math.sqrt(variances[1]), level),
        contrast(difference, _z(difference.value - margin, std_error, "difference in restricted means")),
        _ratio(means[1], means[0], variances[1], variances[0], level, 1),
        _ratio(lost[1], lost[0], variances[1], variances[0], level, -1),
    )


def stratum_shares(strata: ArrayLike | None, patients: int) -> list[tuple[Bools, float]]:
    """Members of each stratum and its share of all patients; without strata, all.

    Examples
    --------
    >>> [(int(member.sum()), share) for member, share in stratum_shares(["a", "b", "b", "b"], 4)]
    [(1, 0.25), (3, 0.75)]
    """
    if strata is None:
        return [(np.ones(patients, dtype=bool), 1.0)]
    codes = checked_groups(strata, patients, "strata", at_least=1).codes
    return [(codes == code, float((codes == code).mean())) for code in range(int(codes.max()) + 1)]


def _arm_mean(times: np.ndarray, events: np.ndarray, tau: float, label: object) -> tuple[float, float]:
    """Restricted mean of one arm; an error names the arm."""
    if times.size == 0:
        raise DataError("a stratum lacks one of the groups", where=f"strata, group {label}", next_step="merge strata")
    try:
        return restricted_mean(kaplan_meier(times, events), tau)
    except DataError as error:
        first = error.problems[0]
        raise DataError(
            first.what, where=f"{first.where}, group {label}", found=first.found, allowed=first.allowed,
            next_step=first.next_step,
        ) from None  # fmt: skip


def _z(value: float, std_error: float, what: str) -> float:
    """Value over its standard error; without any variation there is no test."""
    if std_error > 0:
        return value / std_error
    raise DataError(
        f"the {what} has no standard error: no event fell inside the horizon in either group",
        where="tau",
        next_step="choose a later horizon",
    )


def _ratio(
    above: float, below: float, above_variance: float, below_variance: float, level: float, longer: int
) -> Contrast | None:
    """A ratio with its interval by the delta method; ``longer`` is the sign of log ratio that favours group
    1.
    """
    if above <= 0 or below <= 0:
        return None
    log_ratio = math.log(above / below)
    std_error = math.sqrt(above_variance / above**2 + below_variance / below**2)
    return contrast(ratio_estimate(log_ratio, std_error, level), longer * log_ratio / std_error)
