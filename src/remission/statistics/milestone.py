"""Survival of two groups compared at one time (a milestone), on the plain or the log-log scale.

Plain: the difference of the Kaplan-Meier estimates over the root of the summed Greenwood variances. Log-log:
the difference of ``log(-log S)`` with variances ``sum d / (n (n - d)) / (log S)^2`` (Klein et al. 2007),
control minus treated, so that z is positive when group 1 survives more.

Both reject a little too often when few are left at risk. Greenwood's variance of a group is that of a share of
``m = S (1 - S) / Var S`` patients (Cutler and Ederer 1958); judged by Student's t, with degrees of freedom from
both groups' ``m`` (Satterthwaite 1946), the log-log test keeps its level. On the plain scale so does the score
of Farrington and Manning (1990): each group's variance is that of a share of its ``m`` patients at the shares
that are most likely when the difference is exactly the margin.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.estimate import Contrast, contrast, normal_estimate
from remission.statistics.inputs import checked_events, checked_times, two_groups
from remission.statistics.kaplan_meier import kaplan_meier
from remission.statistics.proportions import restricted_shares
from remission.statistics.rmst import stratum_shares

SCALES = ("plain", "log-log")
# Patients behind a survival that is known without variance.
_MANY = 1e9


def milestone(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    at: float,
    *,
    scale: str = "plain",
    strata: ArrayLike | None = None,
    level: float = 0.95,
    margin: float = 0.0,
    student: bool = False,
) -> Contrast:
    """Compare two groups at one time.

    Parameters
    ----------
    time, event, group : array_like, shape (patients,)
    at : float
        The milestone; within the follow-up of both groups.
    scale : {"plain", "log-log"}
    strata : array_like, optional
        Survival is taken inside each stratum and averaged by the strata's shares of all patients.
    margin : float
        Difference under the null hypothesis on the plain scale (negative for non-inferiority).
    student : bool
        Judge by Student's t, as simulated trials are: z is the normal deviate of its p to first order. On the
        plain scale with the variances at the margin (see the module).

    Raises
    ------
    DataError
        For bad arrays, a milestone beyond follow-up, or a comparison without variance (nobody or everybody
        had died).

    Examples
    --------
    >>> result = milestone([1, 2, 3, 4, 3, 4, 5, 6], [1] * 8, [0] * 4 + [1] * 4, at=2.5)
    >>> print(round(result.estimate.value, 2), result.z > 0)
    0.5 True
    """
    if scale not in SCALES:
        raise DataError("there is no such scale", where="scale", found=repr(scale), allowed=", ".join(SCALES))
    times = checked_times(time)
    events = checked_events(event, times.size)
    codes = two_groups(group, times.size).codes
    survival, variance = np.zeros(2), np.zeros(2)
    for member, share in stratum_shares(strata, times.size):
        for g in (0, 1):
            here = member & (codes == g)
            point = kaplan_meier(times[here], events[here]).at(at)
            survival[g] += share * point.survival[0]
            variance[g] += (share * point.std_error[0]) ** 2
    error = np.sqrt(variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        patients = survival * (1 - survival) / variance
    if scale == "log-log":
        if not ((survival > 0) & (survival < 1)).all() or margin:
            raise DataError(
                "the log-log scale needs survival between 0 and 1 in both groups, and no margin",
                where="at",
                found=f"survival {survival[0]:g} and {survival[1]:g}, margin {margin:g}",
                next_step='use scale="plain"',
            )
        log_survival = np.log(survival)
        error = np.abs(error / (survival * log_survival))
        survival = -np.log(-log_survival)
    std_error = math.hypot(*error)
    if std_error == 0:
        raise DataError("survival has no variance in either group at this time", where="at", found=f"{at:g}")
    value = float(survival[1] - survival[0])
    z = (value - margin) / std_error
    if student and scale == "plain":
        z = float(margin_deviate(survival, variance, margin))
    elif student:
        z = float(student_deviate(np.array(z), error**2, patients))
    return contrast(normal_estimate(value, std_error, level), z)


def student_deviate(z: Floats, variances: Floats, patients: Floats) -> Floats:
    """Normal deviate of the p that Student's t gives to a z, to first order: ``z (1 - (z^2 + 1) / (4 v))``.

    Parameters
    ----------
    z : ndarray, shape (...)
    variances, patients : ndarray, shape (2, ...)
        Of each group: variance on the scale of the test, and of how many patients it is the variance.

    Examples
    --------
    >>> student_deviate(np.array(2.0), np.array([1.0, 1.0]), np.array([50.0, 50.0])).round(3)
    np.float64(1.975)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = variances.sum(axis=0) ** 2 / np.where(variances > 0, variances**2 / patients, 0.0).sum(axis=0)
        return np.asarray(z * (1 - np.minimum((z**2 + 1) / (4 * freedom), 0.5)))[()]


def variances_at_margin(survival: Floats, variance: Floats, margin: float) -> Floats:
    """Variances of both groups' survival at the values that are most likely when they differ by the margin.

    Parameters
    ----------
    survival, variance : ndarray, shape (2, ...)
        Estimates of the control and of the treated.
    margin : float
        Treated less control.

    Returns
    -------
    ndarray, shape (2, ...)
        As given in a group without variance, and everywhere if both are without.

    Examples
    --------
    >>> variances_at_margin(np.array([0.7, 0.7]), np.array([0.0021, 0.0021]), -0.1).round(5)
    array([0.0019 , 0.00229])
    """
    moving = (variance > 0) & (survival > 0) & (survival < 1)
    patients = np.where(moving, survival * (1 - survival) / np.where(moving, variance, 1.0), _MANY)
    treated, control = restricted_shares(
        margin, survival[1] * patients[1], patients[1], survival[0] * patients[0], patients[0]
    )
    share = np.array([control, treated])
    return np.asarray(np.where(moving, share * (1 - share) / patients, variance))


def margin_deviate(survival: Floats, variance: Floats, margin: float) -> Floats:
    """Deviate of a difference of survival against a margin, judged by Student's t with the variances there.

    Arguments as for `variances_at_margin`; NaN without variance.

    Examples
    --------
    >>> margin_deviate(np.array([0.7, 0.7]), np.array([0.0021, 0.0021]), -0.1).round(3)
    np.float64(1.539)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        there = variances_at_margin(survival, variance, margin)
        patients = survival * (1 - survival) / variance
        z = (survival[1] - survival[0] - margin) / np.sqrt(there.sum(axis=0))
        return student_deviate(z, there, patients)
