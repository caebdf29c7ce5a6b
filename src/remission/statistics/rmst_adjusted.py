"""Restricted means adjusted for covariates: regression of the restricted time, weighted for censoring (Tian
et al. 2014).

Each patient whose restricted time ``min(T, tau)`` is known is weighted by one over the Kaplan-Meier
probability, in the own arm, of not having been censored by then. The model of the mean is linear (difference)
or log-linear (ratio). The variance allows for the estimated censoring curve.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.statistics.estimate import Contrast, contrast, normal_estimate, ratio_estimate
from remission.statistics.inputs import checked_events, checked_horizon, checked_times, two_groups
from remission.statistics.kaplan_meier import kaplan_meier

LINKS = ("identity", "log")
_MOST_STEPS = 50
# survRM2 keeps the probability of being uncensored above this; so do we, to agree with it.
_LEAST_UNCENSORED = 0.001


@dataclass(frozen=True)
class AdjustedMeans:
    """Adjusted comparison of two arms.

    Parameters
    ----------
    contrast : Contrast
        Of the arm: difference (identity link) or ratio (log link), adjusted; z positive when the treated live
        longer.
    coefficients, std_errors : ndarray, shape (2 + covariates,)
        Intercept, arm, covariates, on the scale of the link.
    """

    contrast: Contrast
    coefficients: Floats
    std_errors: Floats


def rmst_adjusted(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    covariates: ArrayLike,
    tau: float,
    *,
    link: str = "identity",
    level: float = 0.95,
) -> AdjustedMeans:
    """Compare restricted means of two groups at equal covariates.

    Parameters
    ----------
    time, event, group : array_like, shape (patients,)
    covariates : array_like, shape (patients,) or (patients, covariates)
    tau : float
        Horizon, within the follow-up of both groups.
    link : {"identity", "log"}
        Difference or ratio.

    Raises
    ------
    DataError
        For bad arrays, a horizon beyond follow-up, or covariates that repeat each other.

    Examples
    --------
    >>> time, arm = [2, 5, 6, 8, 3, 5, 8, 9], [0, 0, 0, 0, 1, 1, 1, 1]
    >>> result = rmst_adjusted(time, [1] * 8, arm, [1, 2, 3, 4, 1, 2, 3, 4], tau=9)
    >>> print(round(result.contrast.estimate.value, 6))
    1.0
    """
    times = checked_times(time)
    events = checked_events(event, times.size)
    codes = two_groups(group, times.size).codes
    tau = checked_horizon(tau)
    if link not in LINKS:
        raise DataError("there is no such link", where="link", found=repr(link), allowed=", ".join(LINKS))
    x = _design(codes, covariates)
    restricted = np.minimum(times, tau)
    known = events | (times >= tau)
    weight = np.zeros(times.size)
    for arm in (0, 1):
        member = codes == arm
        _checked_follow_up(times[member], events[member], tau, arm)
        weight[member] = _uncensored_weights(restricted[member], known[member])
    known_x = x[weight > 0]
    if np.linalg.matrix_rank(known_x) < x.shape[1]:
        raise DataError(
            "too few restricted times are known for this model",
            where="tau",
            found=f"{known_x.shape[0]} patients for {x.shape[1]} coefficients",
            next_step="choose an earlier horizon or fewer covariates",
        )
    beta, slope = _solve(restricted, x, weight, link)
    fitted = x @ beta if link == "identity" else np.exp(x @ beta)
    score = x * (weight * (restricted - fitted))[:, None]
    spread = np.zeros((x.shape[1], x.shape[1]))
    for arm in (0, 1):
        member = codes == arm
        moves = _with_censoring(score[member], restricted[member], known[member])
        spread += moves.T @ moves
    bread = np.linalg.inv(x.T @ (x * slope[:, None]))
    errors = np.sqrt(np.diag(bread @ spread @ bread))
    estimate = normal_estimate if link == "identity" else ratio_estimate
    if not errors[1] > 0:
        raise DataError("the adjusted comparison has no variance", where="tau", next_step="choose a later horizon")
    found = estimate(float(beta[1]), float(errors[1]), level)
    return AdjustedMeans(contrast(found, float(beta[1] / errors[1])), beta, errors)


def _design(codes: np.ndarray, covariates: ArrayLike) -> Floats:
    """Intercept, arm, covariates; full rank."""
    given = np.asarray(covariates, dtype=np.float64)
    given = given[:, None] if given.ndim == 1 else given
    if given.ndim != 2 or given.shape[0] != codes.size or not np.isfinite(given).all():
        raise DataError("covariates must be known numbers, one row for each patient", where="covariates")
    x = np.column_stack([np.ones(codes.size), codes, given])
    if np.linalg.matrix_rank(x) < x.shape[1]:
        raise DataError(
            "the covariates repeat each other or the arm", where="covariates", next_step="drop those that do"
        )
    return x


def _checked_follow_up(times: Floats, events: Bools, tau: float, arm: int) -> None:
    last = times.max()
    if last < tau and not events[times == last].all():
        raise DataError(
            "the restricted mean is not known beyond follow-up",
            where=f"tau, arm {arm}",
            found=f"{tau:g}",
            allowed=f"up to {last:g}",
            next_step="choose an earlier horizon, the same for all arms",
        )


def _uncensored_weights(restricted: Floats, known: Bools) -> Floats:
    """One over the probability of not having been censored, for those whose restricted time is known."""
    still_there = kaplan_meier(restricted, ~known)
    return known / np.maximum(still_there.at(restricted, extend=True).survival, _LEAST_UNCENSORED)


def _solve(y: Floats, x: Floats, weight: Floats, link: str) -> tuple[Floats, Floats]:
    """Weighted least squares, or weighted log-linear means by Newton; and the slope of the mean."""
    if link == "identity":
        normal = x.T @ (x * weight[:, None])
        return np.asarray(np.linalg.solve(normal, x.T @ (weight * y))), np.ones_like(y)
    beta: Floats = np.zeros(x.shape[1])
    beta[0] = np.log(np.average(y, weights=weight))
    for _ in range(_MOST_STEPS):
        mean = np.exp(x @ beta)
        step = np.linalg.solve(x.T @ (x * (weight * mean)[:, None]), x.T @ (weight * (y - mean)))
        beta = np.asarray(beta + step)
        if np.abs(step).max() < 1e-12:
            return beta, np.exp(x @ beta)
    raise DataError("the log-linear model of restricted means does not converge", where="covariates")


def _with_censoring(score: Floats, restricted: Floats, known: Bools) -> Floats:
    """Score of each patient with the part that comes from the estimated censoring curve."""
    order = np.argsort(restricted, kind="stable")
    ordered, moment = score[order], restricted[order]
    first = np.searchsorted(moment, moment, side="left")
    last = np.searchsorted(moment, moment, side="right") - 1
    at_risk = restricted.size - first
    later = np.cumsum(ordered[::-1], axis=0)[::-1][first]
    censored = ~known[order]
    own = later * (censored / at_risk)[:, None]
    shared = np.cumsum(later * (censored / at_risk**2)[:, None], axis=0)[last]
    return ordered + own - shared
