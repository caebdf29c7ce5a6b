"""Proportional hazards regression (Cox 1972) with Efron's, Breslow's or the exact treatment of ties, and
strata.

The partial likelihood is maximised by Newton's method with halving. Strata have their own baseline hazards
and share the coefficients. With ``d`` tied events, Efron (1977) removes a share ``k / d`` of their risk
before the ``k``-th; Breslow (1974) removes none; exact is the discrete likelihood over all ways to choose
``d`` of those at risk (Cox 1972; Gail, Lubin and Rubinstein 1981).

Sign: a coefficient is a log hazard ratio (negative: a higher value lives longer); ``z`` has the opposite
sign, so that here as everywhere a positive z means that the treated, the higher value, lives longer.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats, Index
from remission.errors import DataError
from remission.statistics.estimate import Estimate, ratio_estimate, two_sided_p
from remission.statistics.inputs import checked_events, checked_groups, checked_times

TIES = ("efron", "breslow", "exact")
_MOST_STEPS = 40
_CONVERGED = 1e-18
# Beyond a hazard ratio of e^20 between typical values the likelihood only creeps towards infinity.
_RUNAWAY = 20.0


class Derivatives(NamedTuple):
    """Log partial likelihood, its gradient, and minus its second derivative."""

    value: float
    score: Floats
    information: Floats


@dataclass(frozen=True)
class CoxModel:
    """A fitted proportional hazards model.

    Parameters
    ----------
    coefficients, std_errors, z, p_values : ndarray, shape (covariates,)
        Log hazard ratios; ``z`` is minus their ratio to the standard error; p is two-sided.
    covariance : ndarray, shape (covariates, covariates)
    log_likelihood, null_log_likelihood : float
    score_test, likelihood_ratio_test, wald_test : float
        Chi-squares with one degree of freedom for each covariate.
    events, patients : int
    ties : str
    level : float
    """

    coefficients: Floats
    std_errors: Floats
    z: Floats
    p_values: Floats
    covariance: Floats
    log_likelihood: float
    null_log_likelihood: float
    score_test: float
    events: int
    patients: int
    ties: str
    level: float

    @property
    def likelihood_ratio_test(self) -> float:
        """Twice the gain in log likelihood."""
        return 2 * (self.log_likelihood - self.null_log_likelihood)

    @property
    def wald_test(self) -> float:
        """Squared distance of the coefficients from zero."""
        return float(self.coefficients @ np.linalg.solve(self.covariance, self.coefficients))

    def hazard_ratio(self, covariate: int = 0) -> Estimate:
        """Hazard ratio of a step of one in a covariate; its ``std_error`` is on the log scale.

        Examples
        --------
        >>> model = cox([1, 2, 3, 4], [1, 1, 1, 1], [0, 1, 0, 1])
        >>> model.hazard_ratio().lower < model.hazard_ratio().value < model.hazard_ratio().upper
        True
        """
        return ratio_estimate(float(self.coefficients[covariate]), float(self.std_errors[covariate]), self.level)


class RiskOrder(NamedTuple):
    """Patients of all strata, latest first, and where each event finds its risk set.

    Parameters
    ----------
    order : ndarray of int, shape (patients,)
        By stratum, and by falling time inside it.
    last : ndarray of int, shape (events,)
        For each event the last patient, in that order, who was still at risk with it.
    start : ndarray of int, shape (events,)
        First patient of its stratum.
    rows : ndarray of int, shape (events,)
        The event's own patient (before ordering).
    tie : ndarray of int, shape (events,)
        Number of the set of events tied with it.
    rank, size : ndarray of int, shape (events,)
        Place among those tied, from 0, and how many they are.
    """

    order: Index
    last: Index
    start: Index
    rows: Index
    tie: Index
    rank: Index
    size: Index


def risk_order(time: Floats, event: Bools, strata: Index | None = None) -> RiskOrder:
    """Sort once; everything that Newton's method repeats is then a running sum.

    Examples
    --------
    >>> sets = risk_order(np.array([1.0, 2.0, 2.0]), np.array([True, True, True]))
    >>> sets.last, sets.size
    (array([1, 1, 2]), array([2, 2, 1]))
    """
    order = np.argsort(-time) if strata is None else np.lexsort((-time, strata))
    sorted_time = time[order]
    new_stratum = np.zeros(time.size, dtype=bool)
    if strata is not None:
        sorted_strata = strata[order]
        new_stratum[1:] = sorted_strata[1:] != sorted_strata[:-1]
    new_time = np.ones(time.size, dtype=bool)
    new_time[1:] = (sorted_time[1:] != sorted_time[:-1]) | new_stratum[1:]
    new_stratum[0] = True
    block = np.cumsum(new_time) - 1
    ends = np.append(np.flatnonzero(new_time)[1:], time.size) - 1
    at = np.flatnonzero(event[order])
    _, tie, size = np.unique(block[at], return_inverse=True, return_counts=True)
    first_of_tie = np.cumsum(size) - size
    stratum_start = np.flatnonzero(new_stratum)[np.cumsum(new_stratum) - 1]
    return RiskOrder(
        order,
        ends[block[at]],
        stratum_start[at],
        order[at],
        tie,
        np.arange(at.size) - first_of_tie[tie],
        size[tie],
    )


class _RiskSums:
    """Sums over the risk sets of all events, one column of values at a time, so that memory stays that of a
    few columns.

    Parameters
    ----------
    eta : ndarray, shape (patients,)
        Linear predictor.
    sets : RiskOrder
    efron : bool
        Whether tied events leave one after the other.
    """

    def __init__(self, eta: Floats, sets: RiskOrder, efron: bool) -> None:
        self.sets = sets
        risk = np.exp(eta)
        self.ordered = risk[sets.order]
        self.dying = risk[sets.rows]
        self.later = sets.start > 0
        self.gone = sets.rank / sets.size if efron and sets.size.max(initial=1) > 1 else None
        self.total = self.sum(None)

    def sum(self, values: Floats | None) -> Floats:
        """Risk-weighted sum of a column over the risk set of each event; of ones if None."""
        sets = self.sets
        running = np.cumsum(self.ordered if values is None else self.ordered * values[sets.order])
        found = running[sets.last]
        if self.later.any():
            found[self.later] -= running[sets.start[self.later] - 1]
        if self.gone is not None:
            dying = self.dying if values is None else self.dying * values[sets.rows]
            found -= self.gone * np.bincount(sets.tie, dying)[sets.tie]
        return found

    def mean(self, values: Floats) -> Floats:
        """Mean of a column among those at risk at each event."""
        return self.sum(values) / self.total


def risk_means(beta: Floats, x: Floats, sets: RiskOrder, efron: bool) -> tuple[Floats, Floats]:
    """Mean and covariance of the covariates among those at risk, for each event.

    Parameters
    ----------
    beta : ndarray, shape (covariates,)
    x : ndarray, shape (patients, covariates)
        Centred.
    sets : RiskOrder
    efron : bool
        Whether tied events leave one after the other.

    Returns
    -------
    mean : ndarray, shape (events, covariates)
    covariance : ndarray, shape (events, covariates, covariates)

    Examples
    --------
    >>> time, x = np.array([1.0, 2.0, 3.0]), np.array([[0.0], [1.0], [2.0]])
    >>> risk_means(np.zeros(1), x, risk_order(time, np.ones(3, bool)), True)[0][:, 0]
    array([2. , 1.5, 1. ])
    """
    sums = _RiskSums(x @ beta, sets, efron)
    many = x.shape[1]
    mean = np.stack([sums.mean(x[:, i]) for i in range(many)], axis=1)
    covariance = np.empty((mean.shape[0], many, many))
    for i in range(many):
        for j in range(i + 1):
            product = sums.mean(x[:, i] * x[:, j]) - mean[:, i] * mean[:, j]
            covariance[:, i, j] = covariance[:, j, i] = product
    return mean, covariance


def _partial_likelihood(beta: Floats, x: Floats, sets: RiskOrder, efron: bool) -> Derivatives:
    """Efron's or Breslow's log partial likelihood and its derivatives."""
    eta = x @ beta
    sums = _RiskSums(eta, sets, efron)
    many = x.shape[1]
    means = [sums.mean(x[:, i]) for i in range(many)]
    information = np.empty((many, many))
    for i in range(many):
        for j in range(i + 1):
            product = float(np.sum(sums.mean(x[:, i] * x[:, j]) - means[i] * means[j]))
            information[i, j] = information[j, i] = product
    score = np.array([float(np.sum(x[sets.rows, i] - means[i])) for i in range(many)])
    return Derivatives(float(eta[sets.rows].sum() - np.log(sums.total).sum()), score, information)


def cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    ties: str = "efron",
    strata: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxModel:
    """Fit a proportional hazards model.

    Parameters
    ----------
    time, event : array_like, shape (patients,)
    covariates : array_like, shape (patients,) or (patients, covariates)
        Numbers; an arm is 0 or 1.
    ties : {"efron", "breslow", "exact"}
    strata : array_like, optional
        Each stratum has its own baseline hazard.

    Raises
    ------
    DataError
        For bad arrays, no events, covariates that do not vary or say the same, or a coefficient that runs
        away because one side of a covariate has no events.

    Examples
    --------
    >>> model = cox([4, 3, 1, 1, 2, 2, 3], [1, 1, 1, 0, 1, 1, 0], [0, 2, 1, 1, 1, 0, 0])
    >>> print(model.coefficients.round(4), model.std_errors.round(4))
    [0.4608] [0.5628]
    """
    times = checked_times(time)
    events = checked_events(event, times.size)
    x = _checked_covariates(covariates, times.size)
    stratum = None if strata is None else checked_groups(strata, times.size, "strata", at_least=1).codes
    if ties not in TIES:
        raise DataError("ties cannot be treated so", where="ties", found=repr(ties), allowed=", ".join(TIES))
    if not events.any():
        raise DataError("no event was seen, so no hazard can be compared", where="event")
    middle = x.mean(axis=0)
    scale = x.std(axis=0)
    standard = (x - middle) / scale
    sets = risk_order(times, events, stratum)
    if ties == "exact":
        from remission.statistics.cox_exact import exact_likelihood

        likelihood = exact_likelihood(standard, sets)
    else:

        def likelihood(beta: Floats) -> Derivatives:
            return _partial_likelihood(beta, standard, sets, ties == "efron")

    start = likelihood(np.zeros(x.shape[1]))
    beta, end = _maximise(likelihood, start)
    covariance = np.linalg.inv(end.information) / np.outer(scale, scale)
    std_errors = np.sqrt(np.diag(covariance))
    coefficients = beta / scale
    z = -coefficients / std_errors
    return CoxModel(
        coefficients,
        std_errors,
        z,
        np.array([two_sided_p(value) for value in z]),
        covariance,
        end.value,
        start.value,
        float(start.score @ np.linalg.solve(start.information, start.score)),
        int(events.sum()),
        int(times.size),
        ties,
        level,
    )


def _checked_covariates(covariates: ArrayLike, patients: int) -> Floats:
    """(patients, covariates), finite, each varying."""
    x = np.asarray(covariates, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or x.shape[0] != patients or x.shape[1] == 0 or not np.isfinite(x).all():
        raise DataError(
            "covariates must be known numbers, one row for each patient",
            where="covariates",
            found=f"shape {x.shape}, {int((~np.isfinite(x)).sum())} not finite",
            allowed=f"({patients}, covariates)",
        )
    constant = np.flatnonzero(x.max(axis=0) == x.min(axis=0))
    if constant.size:
        raise DataError(
            "a covariate is the same for all patients",
            where=f"covariates, column {constant[0]}",
            found=f"{x[0, constant[0]]:g}",
            next_step="leave it out; a comparison needs both arms",
        )
    return x


def _maximise(likelihood: Callable[[Floats], Derivatives], start: Derivatives) -> tuple[Floats, Derivatives]:
    """Newton's method; a step that lowers the likelihood is halved."""
    beta, here = np.zeros(start.score.size), start
    if not _informative(start):
        raise DataError(
            "the covariates carry no separate information: some say the same, or no event had a choice",
            where="covariates",
            next_step="drop covariates that repeat others",
        )
    for _ in range(_MOST_STEPS):
        if not _informative(here) or np.abs(beta).max() > _RUNAWAY:
            break
        step = np.linalg.solve(here.information, here.score)
        gain = float(step @ here.score)
        if abs(gain) < _CONVERGED:
            return beta, here
        there = likelihood(beta + step)
        while not there.value >= here.value - 1e-9 * abs(here.value):
            step = step / 2
            there = likelihood(beta + step)
        beta, here = beta + step, there
    raise DataError(
        "the hazard ratio has no finite estimate: along some covariate all events fall on one side",
        where="covariates",
        next_step="test with log_rank, which needs no estimate, or merge rare categories",
    )


def _informative(here: Derivatives) -> bool:
    """Whether every direction of the coefficients has information."""
    smallest = float(np.linalg.eigvalsh(here.information)[0])
    return math.isfinite(smallest) and smallest > 1e-10 * max(1.0, float(np.trace(here.information)))
