"""Mean and variance that a scenario gives each test statistic at a calendar time.

Weighted log-rank: mean of the score and its variance under the scenario itself, not under the null
hypothesis (Lu, Biometrical Journal 2021;63:1238). With non-inferiority margin m the score is that of the
partial likelihood at hazard ratio m. RMST and milestone survival: the limits of the Kaplan-Meier estimates
and of their Greenwood variances. Where the event is seen at visits only, all of them are those of the visits: ties are
taken as the test takes them (`remission.trial.score`), and curves are level from one visit to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics import weights as w
from remission.statistics.milestone import variances_at_margin
from remission.trial.expectation import AtRisk, at_risk
from remission.trial.plan import rising_root
from remission.trial.scenario import Scenario
from remission.trial.score import expected_counts, score_at

_EQUAL = w.LogRank()


class Moments(NamedTuple):
    """Expected statistics and their covariance.

    For the log-rank family ``mean`` holds scores (their variance is the information); for RMST and
    milestones it holds the difference of the arms.
    """

    mean: Floats
    covariance: Floats


def limit_weight(weight: w.Weight, numbers: AtRisk, patients: float) -> Floats:
    """What a weight of the log-rank family tends to in a large trial, at the nodes of ``numbers``.

    Raises
    ------
    DataError
        If the weight is of a kind with no limit known here.
    """
    s = numbers.pooled_survival
    if isinstance(weight, w.LogRank):
        return np.ones_like(s)
    if isinstance(weight, w.FlemingHarrington):
        return np.asarray(s**weight.rho * (1.0 - s) ** weight.gamma)
    if isinstance(weight, w.MagirrBurman):
        return np.minimum(1.0 / np.maximum(s, _survival_before(numbers, weight.delay)), weight.w_max)
    if isinstance(weight, w.ModestlyWeighted):
        lowest = weight.s_star if weight.t_star is None else _survival_before(numbers, weight.t_star, after=True)
        return 1.0 / np.maximum(s, 1.0 if lowest is None else lowest)
    if isinstance(weight, w.EarlyZero):
        return (numbers.time >= weight.delay).astype(float)
    if isinstance(weight, w.Peto):
        return s * (1.0 - _pooled_hazard(numbers)) if numbers.together else s
    share = (numbers.control + numbers.experimental) / patients
    if isinstance(weight, w.Gehan):
        return share
    if isinstance(weight, w.TaroneWare):
        return np.sqrt(share)
    raise DataError("power is not known for this weight", found=repr(weight), next_step="simulate the trial instead")


def _survival_before(numbers: AtRisk, time: float, after: bool = False) -> float:
    """Pooled survival at a time between the nodes; of visits just before the last one up to it, or after the last one
    that precedes it.
    """
    s = numbers.pooled_survival
    if not numbers.together:
        return float(np.exp(np.interp(time, numbers.time, np.log(s))))
    if after:
        ends = np.append(s, (s * (1.0 - _pooled_hazard(numbers)))[-1:])
        return float(ends[np.searchsorted(numbers.time, time, side="left")])
    return float(s[: np.searchsorted(numbers.time, time, side="right")].min(initial=1.0))


def _pooled_hazard(numbers: AtRisk) -> Floats:
    """Share of those at risk whose event is seen at each visit."""
    seen = numbers.events_control + numbers.events_experimental
    return np.asarray(seen / np.maximum(numbers.control + numbers.experimental, 1e-300))


def score_moments(scenario: Scenario, time: float, weights: Sequence[w.Weight], margin: float = 1.0) -> Moments:
    """Mean scores of weighted log-rank tests at a calendar time, and their covariance.

    Parameters
    ----------
    scenario : Scenario
    time : float
        Calendar time of the look.
    weights : sequence of Weight
        Of `remission.statistics.weights`; made inside each stratum.
    margin : float
        Hazard ratio of the null hypothesis; above 1 for non-inferiority.

    Returns
    -------
    Moments
        Positive means favour the experimental arm; Z is the mean over the root of the variance.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0), hazard_ratio=0.7)
    >>> both = score_moments(trial, 36.0, [w.LogRank(), w.FlemingHarrington(0, 0.5)])
    >>> (both.mean / np.sqrt(np.diag(both.covariance))).round(2)
    array([3.47, 3.29])
    """
    mean, covariance = np.zeros(len(weights)), np.zeros((len(weights), len(weights)))
    for stratum in scenario.strata:
        numbers = at_risk(scenario, time, stratum, cuts=weight_cuts(weights))
        score = score_at(expected_counts(numbers), margin, numbers.together)
        values = np.array([limit_weight(x, numbers, scenario.accrual.patients) for x in weights])
        mean += values @ score.value
        covariance += (values * score.variance) @ values.T
    if not (np.diag(covariance) > 0).all():
        raise DataError("no events are expected that carry weight by this look", found=f"time {time:g}")
    return Moments(mean, covariance)


def cox_limit(scenario: Scenario, time: float, weight: w.Weight = _EQUAL) -> float:
    """Hazard ratio that a (weighted) Cox model tends to at a calendar time, also where hazards are not proportional.

    The ratio at which the mean of its score is zero; it depends on enrolment and dropout (Struthers and
    Kalbfleisch, Biometrika 1986;73:363).

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)))
    >>> round(cox_limit(trial, 36.0), 3)
    0.67
    """
    found = rising_root(
        lambda ratio: float(score_moments(scenario, time, [weight], ratio).mean[0]),
        1.0,
        "the hazard ratio has no finite limit: one arm has no events",
    )
    return found


def weight_cuts(weights: Sequence[w.Weight]) -> tuple[float, ...]:
    """Times at which a weight changes its form."""
    delays = [getattr(x, "delay", None) or getattr(x, "t_star", None) for x in weights]
    return tuple(float(delay) for delay in delays if delay)


def rmst_moments(scenario: Scenario, time: float, tau: float) -> Moments:
    """Difference of restricted mean survival to ``tau`` (experimental less control) and its variance.

    The variance of one arm is the limit of the Greenwood form: the integral of the squared area right of u
    over the hazard divided by the number at risk. Strata are weighed by their share.

    Raises
    ------
    DataError
        If nobody can have been followed to ``tau`` at the look.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0), hazard_ratio=0.7)
    >>> rmst_moments(trial, 36.0, 24.0).mean.round(3)
    array([2.376])
    """
    _check_horizon(scenario, time, tau)
    mean = variance = 0.0
    for stratum in scenario.strata:
        numbers = at_risk(scenario, time, stratum, until=tau)
        hazards = stratum.control, stratum.experimental
        for hazard, steps, sign in zip(hazards, _greenwood(numbers), (-1.0, 1.0), strict=True):
            area = scenario.seen_mean(hazard, tau)
            mean += sign * stratum.share * float(area)
            right = area - scenario.seen_mean(hazard, numbers.time)
            variance += stratum.share**2 * float(right**2 @ steps)
    return Moments(np.array([mean]), np.array([[variance]]))


def _greenwood(numbers: AtRisk) -> tuple[Floats, Floats]:
    """Steps of the variance of log survival at each node, of the control and of the experimental arm."""
    arms = (numbers.control, numbers.hazard_control), (numbers.experimental, numbers.hazard_experimental)
    control, experimental = (
        numbers.weight * hazard / (risk * (1.0 - hazard) if numbers.together else risk) for risk, hazard in arms
    )
    return control, experimental


def milestone_moments(
    scenario: Scenario, time: float, at: float, scale: str = "difference", margin: float | None = None
) -> Moments:
    """Difference of survival at a milestone, or of ``log(-log S)``, and its variance.

    Parameters
    ----------
    scenario : Scenario
    time : float
        Calendar time of the look.
    at : float
        The milestone, in follow-up time.
    scale : str
        ``"difference"`` (experimental less control), or ``"log-log"`` (control less experimental, so that
        above zero still favours the experimental arm).
    margin : float or None
        Take the variance of a difference where it is the margin, as the test of simulated trials does; None
        takes it where it is.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0), hazard_ratio=0.7)
    >>> milestone_moments(trial, 36.0, 12.0).mean.round(3)
    array([0.116])
    """
    _check_horizon(scenario, time, at)
    survival, variance = milestone_arms(scenario, time, at)
    if scale == "log-log":
        survival, variance = -np.log(-np.log(survival)), variance / (survival * np.log(survival)) ** 2
    elif margin is not None:
        variance = variances_at_margin(survival, variance, margin)
    return Moments(np.array([survival[1] - survival[0]]), np.array([[variance.sum()]]))


def milestone_arms(scenario: Scenario, time: float, at: float) -> tuple[Floats, Floats]:
    """Survival of both arms at a milestone, averaged over strata, and its variance: control, experimental.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0), hazard_ratio=0.7)
    >>> milestone_arms(trial, 36.0, 12.0)[0].round(3)
    array([0.5  , 0.616])
    """
    survival, variance = np.zeros(2), np.zeros(2)
    for stratum in scenario.strata:
        numbers = at_risk(scenario, time, stratum, until=at)
        hazards = stratum.control, stratum.experimental
        for k, (hazard, steps) in enumerate(zip(hazards, _greenwood(numbers), strict=True)):
            alive = float(scenario.seen_survival(hazard, at))
            survival[k] += stratum.share * alive
            variance[k] += (stratum.share * alive) ** 2 * float(steps.sum())
    return survival, variance


def _check_horizon(scenario: Scenario, time: float, horizon: float) -> None:
    """With visits, who is followed to a horizon has come to a visit at or after it."""
    needed = min((visit for visit in scenario.visits if visit >= horizon), default=np.inf)
    if not 0 < (needed if scenario.visits else horizon) < time:
        raise DataError(
            "nobody can have been followed so long at this look",
            found=f"{horizon:g} of follow-up at calendar time {time:g}",
            next_step="look later, or take an earlier horizon",
        )
