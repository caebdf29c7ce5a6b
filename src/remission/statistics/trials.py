"""Estimates of many simulated trials at once, from their event tables: restricted means, milestones, hazard
ratios.

A simulated trial on which a number cannot be computed is data, not an error: its result is NaN here, and who
simulates counts and shows such trials. (Single analyses raise instead.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Bools, Floats
from remission.statistics.milestone import margin_deviate, student_deviate, variances_at_margin
from remission.statistics.weights import EventTable

_MOST_STEPS = 25
_CONVERGED = 1e-9


class Difference(NamedTuple):
    """Treated minus control and its standard error, one of each trial; NaN where there is none."""

    value: Floats
    std_error: Floats

    @property
    def z(self) -> Floats:
        """Positive when the treated live longer.

        Examples
        --------
        >>> Difference(np.array([1.0]), np.array([0.5])).z
        array([2.])
        """
        return self.value / self.std_error


class ArmCurves(NamedTuple):
    """Kaplan-Meier curves on the event times of all, shape (..., events): control, then treated."""

    at_risk: tuple[Floats, Floats]
    events: tuple[Floats, Floats]
    survival: tuple[Floats, Floats]


def last_times(time: Floats, treated: NDArray[np.generic], present: Bools | None = None) -> tuple[Floats, Floats]:
    """End of follow-up in the control and in the treated arm of each trial.

    Examples
    --------
    >>> last_times(np.array([[1.0, 5.0, 3.0]]), np.array([0, 1, 0]))
    (array([3.]), array([5.]))
    """
    seen = np.asarray(time, dtype=np.float64)
    arm = np.broadcast_to(np.asarray(treated).astype(bool), seen.shape)
    here = np.ones_like(arm) if present is None else present
    return (
        np.where(~arm & here, seen, 0.0).max(axis=-1),
        np.where(arm & here, seen, 0.0).max(axis=-1),
    )


def arm_curves(table: EventTable) -> ArmCurves:
    """Curves of both arms from the table of events.

    Examples
    --------
    >>> from remission.statistics.two_arms import two_arm_table
    >>> table = two_arm_table(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, bool), np.array([0, 1, 0, 1]))
    >>> arm_curves(table).survival[1]
    array([1. , 0.5, 0.5, 0. ])
    """
    at_risk = (table.at_risk - table.at_risk_treated, table.at_risk_treated)
    events = (table.events - table.events_treated, table.events_treated)
    survival = tuple(
        np.asarray(np.cumprod(1 - d / np.maximum(n, 1.0), axis=-1)) for n, d in zip(at_risk, events, strict=True)
    )
    return ArmCurves(at_risk, events, (survival[0], survival[1]))


def _greenwood(n: Floats, d: Floats) -> Floats:
    """Steps of the variance of log survival; none where nobody is left."""
    alive = n - d
    return np.where(alive > 0, d / np.maximum(n * alive, 1.0), 0.0)


class Arms(NamedTuple):
    """An estimate in both arms and its variance, shape (2, trials): control, then treated; NaN where there is none."""

    value: Floats
    variance: Floats


def restricted_means(table: EventTable, last: tuple[Floats, Floats], tau: float) -> Arms:
    """Restricted means of both arms of each trial.

    Parameters
    ----------
    table : EventTable, shape (trials, events)
    last : pair of ndarray, shape (trials,)
        From `last_times`.
    tau : float
        Horizon; NaN for an arm that was followed for less and had survivors.

    Examples
    --------
    >>> from remission.statistics.two_arms import two_arm_table
    >>> time, arm = np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([0, 1, 0, 1])
    >>> table = two_arm_table(time, np.ones((1, 4), bool), arm)
    >>> restricted_means(table, last_times(time, arm), 4.0).value.ravel()
    array([2., 3.])
    """
    curves = arm_curves(table)
    edges = np.minimum(table.time, tau)
    width = np.diff(edges, axis=-1, append=tau)
    inside = table.time <= tau
    value, variance = np.empty((2, *edges.shape[:-1])), np.empty((2, *edges.shape[:-1]))
    for arm in (0, 1):
        n, d, survival = curves.at_risk[arm], curves.events[arm], curves.survival[arm]
        if not edges.shape[-1]:
            value[arm], variance[arm] = np.where(tau <= last[arm], tau, np.nan), 0.0
            continue
        after = np.cumsum((survival * width)[..., ::-1], axis=-1)[..., ::-1]
        variance[arm] = np.sum(np.where(inside, after**2 * _greenwood(n, d), 0.0), axis=-1)
        known = (tau <= last[arm]) | (survival[..., -1] <= 0)
        value[arm] = np.where(known, edges[..., 0] + after[..., 0], np.nan)
    return Arms(value, variance)


def survivals(table: EventTable, last: tuple[Floats, Floats], at: float) -> Arms:
    """Survival of both arms at a time; NaN beyond follow-up.

    Arguments as for `restricted_means`.

    Examples
    --------
    >>> from remission.statistics.two_arms import two_arm_table
    >>> time, arm = np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([0, 1, 0, 1])
    >>> table = two_arm_table(time, np.ones((1, 4), bool), arm)
    >>> survivals(table, last_times(time, arm), 1.5).value.ravel()
    array([0.5, 1. ])
    """
    curves = arm_curves(table)
    inside = table.time <= at
    survival, variance = np.empty((2, *inside.shape[:-1])), np.empty((2, *inside.shape[:-1]))
    for arm in (0, 1):
        n, d, curve = curves.at_risk[arm], curves.events[arm], curves.survival[arm]
        known = at <= last[arm]
        if curve.shape[-1]:
            known |= curve[..., -1] <= 0
        survival[arm] = np.where(known, np.where(inside, curve, 1.0).min(axis=-1, initial=1.0), np.nan)
        variance[arm] = survival[arm] ** 2 * np.sum(np.where(inside, _greenwood(n, d), 0.0), axis=-1)
    return Arms(survival, variance)


def averaged(strata: Sequence[Arms], shares: Sequence[Floats]) -> Arms:
    """Estimates of both arms in each stratum, averaged by the strata's shares of all patients.

    Parameters
    ----------
    strata : sequence of Arms
    shares : sequence of ndarray, shape (trials,)
        Of each stratum; a stratum without patients counts for nothing.

    Examples
    --------
    >>> one, two = Arms(np.array([[0.2], [0.4]]), np.ones((2, 1))), Arms(np.array([[0.6], [0.8]]), np.ones((2, 1)))
    >>> averaged([one, two], [np.array([0.25]), np.array([0.75])]).value.ravel().round(3)
    array([0.5, 0.7])
    """
    if len(strata) == 1:
        return strata[0]
    parts = [
        (np.where(share > 0, share * arms.value, 0.0), np.where(share > 0, share**2 * arms.variance, 0.0))
        for arms, share in zip(strata, shares, strict=True)
    ]
    return Arms(np.sum([value for value, _ in parts], axis=0), np.sum([variance for _, variance in parts], axis=0))


def difference(arms: Arms) -> Difference:
    """Treated less control; without variance there is no test: NaN.

    Examples
    --------
    >>> difference(Arms(np.array([[2.0], [3.0]]), np.array([[2.0], [2.0]]))).std_error
    array([2.])
    """
    variance = arms.variance.sum(axis=0)
    usable = variance > 0
    return Difference(
        np.where(usable, arms.value[1] - arms.value[0], np.nan), np.sqrt(np.where(usable, variance, np.nan))
    )


class MilestoneTest(NamedTuple):
    """Test of survival at a time in each trial: its z, its information, and the plain difference."""

    z: Floats
    information: Floats
    difference: Floats


def milestone_tests(arms: Arms, scale: str = "log-log", margin: float = 0.0) -> MilestoneTest:
    """Test of survival at a time; NaN where survival is not known or has no variance.

    Judged by Student's t, as `remission.statistics.milestone.milestone` does with ``student=True``.

    Parameters
    ----------
    arms : Arms
        From `survivals`.
    scale : {"log-log", "difference"}
        Of survival; log-log has no margin.
    margin : float
        Difference under the null hypothesis.

    Examples
    --------
    >>> from remission.statistics.two_arms import two_arm_table
    >>> time, arm = np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]), np.array([0, 0, 0, 1, 1, 0, 1, 1])
    >>> table = two_arm_table(time, np.ones((1, 8), bool), arm)
    >>> milestone_tests(survivals(table, last_times(time, arm), 4.5)).z.round(2)
    array([1.19])
    """
    survival, spread = arms
    with np.errstate(divide="ignore", invalid="ignore"):
        if scale == "log-log":
            log = np.log(survival)
            each = spread / (survival * log) ** 2
            z = (np.log(-log[0]) - np.log(-log[1])) / np.sqrt(each.sum(axis=0))
            z = student_deviate(z, each, survival * (1 - survival) / spread)
        else:
            each = variances_at_margin(survival, spread, margin)
            z = margin_deviate(survival, spread, margin)
    variance = each.sum(axis=0)
    usable = np.isfinite(z) & (variance > 0)
    z, information = np.where(usable, z, np.nan), np.where(usable, 1 / np.where(usable, variance, 1.0), np.nan)
    return MilestoneTest(z, information, np.where(usable, survival[1] - survival[0], np.nan))


def log_hazard_ratios(table: EventTable) -> Difference:
    """Cox log hazard ratio of the arm in each trial (Efron's treatment of ties), by Newton's method.

    Here ``value`` is the log hazard ratio, negative when the treated live longer: its z is minus that of the
    others. NaN where one arm has no events while patients of both were at risk, so that the ratio is zero or
    infinite.

    Parameters
    ----------
    table : EventTable, shape (trials, events)

    Examples
    --------
    >>> from remission.statistics.two_arms import two_arm_table
    >>> time, arm = np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([0, 1, 0, 1])
    >>> table = two_arm_table(time, np.ones((1, 4), bool), arm)
    >>> log_hazard_ratios(table).value.round(3)
    array([-0.941])
    """
    beta = np.zeros(table.events.shape[:-1])
    active = np.ones(beta.shape, dtype=bool)
    for _ in range(_MOST_STEPS):
        score, information = _cox_sums(table, beta)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.clip(score / information, -2.0, 2.0)
        active = np.abs(step) > _CONVERGED
        beta = np.clip(beta + np.where(np.isfinite(step), step, 0.0), -20.0, 20.0)
        if not active.any():
            break
    score, information = _cox_sums(table, beta)
    fine = (information > 0) & (np.abs(score) < 1e-6) & (np.abs(beta) < 15)
    error = 1 / np.sqrt(np.where(fine, information, np.nan))
    return Difference(np.where(fine, beta, np.nan), error)


def _cox_sums(table: EventTable, beta: Floats) -> tuple[Floats, Floats]:
    """Score and information of the partial likelihood; tied events leave one after the other."""
    ratio = np.exp(beta)[..., None]
    risk1 = table.at_risk_treated * ratio
    risk = table.at_risk - table.at_risk_treated + risk1
    score = np.sum(table.events_treated, axis=-1)
    information = np.zeros_like(score)
    most = int(table.events.max(initial=0))
    dying1 = table.events_treated * ratio
    dying = table.events - table.events_treated + dying1
    for k in range(most):
        gone = np.minimum(k, np.maximum(table.events - 1, 0.0)) / np.maximum(table.events, 1.0)
        share = (risk1 - gone * dying1) / np.maximum(risk - gone * dying, 1e-300)
        counted = table.events > k
        score = score - np.sum(np.where(counted, share, 0.0), axis=-1)
        information = information + np.sum(np.where(counted, share * (1 - share), 0.0), axis=-1)
    return score, information
