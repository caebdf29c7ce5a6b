"""Power and size of a MaxCombo test, from the joint normal distribution of its parts at all looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.multinormal import largest_above, largest_quantile, normal_below
from remission.trial.boundary import check_power
from remission.trial.crossing import crossing_probabilities
from remission.trial.events import expected_events
from remission.trial.expectation import expected
from remission.trial.joint_looks import JointLooks
from remission.trial.moments import score_moments
from remission.trial.plan import Plan
from remission.trial.scenario import Scenario
from remission.trial.skewed import skewness
from remission.trial.spread import score_spread
from remission.trial.statistic import MaxCombo

# A secant step from this close to the root leaves less than a millionth of it.
_CLOSE, _MOST_STEPS = 1e-5, 40


class MaxComboDesign(NamedTuple):
    """A MaxCombo trial: patients and events of both arms, bound of the largest Z, and power."""

    patients: float
    events: float
    bound: float
    power: float


def max_combo_power(
    scenario: Scenario,
    time: float,
    statistic: MaxCombo | None = None,
    alpha: float = 0.025,
    *,
    by_events: bool = False,
) -> MaxComboDesign:
    """Power of a MaxCombo test at a calendar time.

    Parameters
    ----------
    scenario : Scenario
    time : float
        Calendar time of the only look.
    statistic : MaxCombo or None
        Two to four weights; log-rank with FH(0, 0.5) and FH(0, 1) when None.
    alpha : float
        One-sided level.
    by_events : bool
        Whether the look is taken at a number of events, expected at ``time``.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)), dropout=0.001)
    >>> round(max_combo_power(trial, 26.0, by_events=True).power, 3)
    0.938
    """
    chosen = statistic or MaxCombo()
    mean, correlation = _standardised(scenario, time, chosen)
    spread = score_spread(scenario, time, chosen.weights, by_events=by_events)
    bound = largest_quantile(alpha, correlation)
    asked = bound + skewness(scenario, time, chosen).asked(bound)
    power = 1.0 - normal_below((asked - mean) / spread, correlation)
    return MaxComboDesign(scenario.accrual.patients, expected_events(scenario, time), bound, power)


def max_combo_deviates(covariance: ArrayLike, spend: ArrayLike) -> Floats:
    """Bounds of a MaxCombo test at several looks, as normal deviates of the p-value that each look needs.

    Parameters
    ----------
    covariance : array_like, shape (looks, tests, tests)
        Of the scores without effect.
    spend : array_like, shape (looks,)
        Error that each look may spend.

    Examples
    --------
    >>> both = np.array([[1.0, 0.8], [0.8, 1.0]])
    >>> max_combo_deviates([0.5 * both, both], [0.0015, 0.0235]).round(2)
    array([2.97, 1.97])
    """
    blocks = np.asarray(covariance, float)
    largest = JointLooks(blocks).bounds(spend)
    spread = np.sqrt(np.diagonal(blocks, axis1=1, axis2=2))
    found = np.full(largest.size, np.inf)
    for k, bound in enumerate(largest):
        if np.isfinite(bound):
            found[k] = -ndtri(largest_above(bound, blocks[k] / np.outer(spread[k], spread[k])))
    return found


def max_combo_looks(
    scenario: Scenario,
    times: ArrayLike,
    statistic: MaxCombo | None = None,
    plan: Plan | None = None,
    *,
    by_events: bool = False,
) -> tuple[Floats, Floats]:
    """Bounds of the largest Z at several looks, and the cumulative chance to have crossed one by each.

    Spending goes by events. Futility is left out: this is the power of a trial that never stops for it.

    Parameters
    ----------
    scenario : Scenario
    times : array_like, shape (looks,)
        Calendar times of the looks.
    statistic : MaxCombo or None
    plan : Plan or None
        One-sided 0.025 with O'Brien-Fleming-like spending when None.
    by_events : bool
        Whether looks are taken at numbers of events, expected at these times.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)), dropout=0.001)
    >>> bounds, power = max_combo_looks(trial, [13.35, 18.29, 26.03])
    >>> power.round(3)
    array([0.135, 0.63 , 0.935])
    """
    bounds, looks, asked = _at_looks(scenario, times, statistic, plan, by_events)
    return bounds, looks.with_mean(looks.mean - asked).crossing(bounds).cumsum()


def max_combo_looks_size(
    scenario: Scenario,
    times: ArrayLike,
    statistic: MaxCombo | None = None,
    plan: Plan | None = None,
    *,
    target: float = 0.9,
) -> float:
    """Patients that a MaxCombo test at several looks needs for a power, enrolled over the same period.

    Arguments as for `max_combo_looks`.

    Raises
    ------
    DataError
        If no part of the test sees a benefit.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(1, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)), dropout=0.001)
    >>> round(max_combo_looks_size(trial, [18.0, 26.0, 36.0]))
    327
    """
    check_power(target, (plan or Plan()).alpha)
    bounds, looks, asked = _at_looks(scenario.with_patients(1.0), times, statistic, plan, False)

    def power(patients: float) -> float:
        root = np.sqrt(patients)
        return float(looks.with_mean(looks.mean * root - asked / root).crossing(bounds).sum())

    return _patients(looks.mean.max(), power, target)


def _at_looks(
    scenario: Scenario, times: ArrayLike, statistic: MaxCombo | None, plan: Plan | None, by_events: bool
) -> tuple[Floats, JointLooks, Floats]:
    """Bounds at several looks, the scores there under the scenario, and how much more a bound asks of each plain Z."""
    chosen, rules = statistic or MaxCombo(), plan or Plan()
    instants = np.atleast_1d(np.asarray(times, float))
    events = expected(scenario, instants).events
    spend = crossing_probabilities(events, replace(rules, futility=None).bounds(events / events[-1], events, 0.9)[0])
    null = np.array([score_moments(scenario.without_effect(), float(t), chosen.weights).covariance for t in instants])
    bounds = JointLooks(null).bounds(spend.upper[0])
    parts = [score_moments(scenario, float(t), chosen.weights) for t in instants]
    covariance = np.array([part.covariance for part in parts])
    mean = np.array([part.mean / np.sqrt(np.diag(part.covariance)) for part in parts])
    spread = [score_spread(scenario, float(t), chosen.weights, by_events=by_events) for t in instants]
    each = zip(instants, bounds, strict=True)
    asked = np.array(
        [skewness(scenario, float(t), chosen).asked(float(bound)) + np.zeros(mean.shape[1]) for t, bound in each]
    )
    return bounds, JointLooks(covariance, mean, spread), asked


def _patients(mean: float, power: Callable[[float], float], target: float) -> float:
    """Number of patients at which the power is what is aimed at, from the largest mean with one patient.

    Secant steps in the root of the number, with which the normal deviate of the power moves nearly as ``mean``.
    """
    if mean <= 0:
        raise DataError("no number of patients reaches the power: no part of the test sees a benefit")
    goal, root, slope = float(ndtri(target)), np.sqrt(10.5) / mean, mean
    before: tuple[float, float] | None = None
    for _ in range(_MOST_STEPS):
        off = float(ndtri(np.clip(power(root**2), 1e-15, 1.0 - 1e-15))) - goal
        if before is not None and root != before[0]:
            slope = max((off - before[1]) / (root - before[0]), mean / 4.0)
        before = root, off
        root = max(root - off / slope, root / 2.0)
        if abs(off) < _CLOSE:
            return float(root**2)
    raise DataError("no number of patients reaches the power")


def max_combo_size(
    scenario: Scenario,
    time: float,
    statistic: MaxCombo | None = None,
    *,
    alpha: float = 0.025,
    target: float = 0.9,
) -> MaxComboDesign:
    """Patients that a MaxCombo test needs for a power, enrolled over the same period.

    Arguments as for `max_combo_power`.

    Raises
    ------
    DataError
        If no part of the test sees a benefit.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> from remission.statistics.weights import FlemingHarrington, LogRank
    >>> trial = Scenario.two_arms(Accrual.uniform(1, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)), dropout=0.001)
    >>> round(max_combo_size(trial, 36.0, MaxCombo((LogRank(), FlemingHarrington(0, 0.5)))).patients, 1)
    316.4
    """
    check_power(target, alpha)
    chosen, one = statistic or MaxCombo(), scenario.with_patients(1.0)
    mean, correlation = _standardised(one, time, chosen)
    bound, skew = largest_quantile(alpha, correlation), skewness(one, time, chosen)

    def power(patients: float) -> float:
        asked = bound + skew.asked(bound, patients)
        return 1.0 - normal_below(asked - mean * np.sqrt(patients), correlation)

    patients = _patients(mean.max(), power, target)
    sized = scenario.with_patients(patients)
    return MaxComboDesign(patients, expected_events(sized, time), bound, target)


def _standardised(scenario: Scenario, time: float, statistic: MaxCombo) -> tuple[Floats, Floats]:
    """Means of the parts' Z and their correlation."""
    parts = score_moments(scenario, time, statistic.weights)
    spread = np.sqrt(np.diag(parts.covariance))
    return parts.mean / spread, parts.covariance / np.outer(spread, spread)
