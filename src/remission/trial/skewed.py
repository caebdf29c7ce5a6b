"""Which plain Z a bound asks for, where log-rank tests are freed of their skewness.

The correction (`remission.statistics.skewness`) moves a Z by a known function of itself; power is the chance that the
plain Z passes the bound moved back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from remission.arrays import Floats
from remission.statistics.skewness import uncorrected
from remission.statistics.weights import Weight
from remission.trial.expectation import AtRisk, at_risk
from remission.trial.moments import limit_weight, weight_cuts
from remission.trial.scenario import Scenario
from remission.trial.statistic import MaxCombo, Statistic, WeightedLogRank


@dataclass(frozen=True)
class Skewness:
    """Of the Z of each weight, or of one that is judged as it is.

    Attributes
    ----------
    steps, with_variance : ndarray, shape (weights,)
        Third moment of the score's steps, and its covariance with its variance, over ``V^(3/2)``.
    """

    steps: Floats
    with_variance: Floats

    def asked(self, bound: float, factor: float = 1.0) -> Floats:
        """How much more than a bound the plain Z must be, in a trial with so many times the patients; 0 without bound.

        Examples
        --------
        >>> Skewness(np.array([0.04]), np.array([-0.03])).asked(1.96).round(3)
        array([0.035])
        """
        if not np.isfinite(bound):
            return np.zeros_like(self.steps)
        root = np.sqrt(factor)
        return uncorrected(np.full_like(self.steps, bound), self.steps / root, self.with_variance / root) - bound


def skewness(scenario: Scenario, time: float, statistic: Statistic) -> Skewness:
    """What a statistic is freed of at a calendar time under a scenario; zeros for one that is not corrected.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(450, 15.0), Hazard.from_median(10.0), ratio=2.0)
    >>> skewness(trial, 27.0, WeightedLogRank(corrected=True)).asked(1.96).round(3)
    array([0.03])
    """
    if isinstance(statistic, WeightedLogRank | MaxCombo) and statistic.corrected:
        weights = statistic.weights if isinstance(statistic, MaxCombo) else (statistic.weight,)
        return Skewness(*_third_moments(scenario, time, weights))
    return Skewness(np.zeros(1), np.zeros(1))


def _third_moments(scenario: Scenario, time: float, weights: Sequence[Weight]) -> tuple[Floats, Floats]:
    """Limits of what `remission.statistics.skewness.third_moments` finds, over ``V^(3/2)``."""
    variance, steps, together = (np.zeros(len(weights)) for _ in range(3))
    for stratum in scenario.strata:
        numbers = at_risk(scenario, time, stratum, cuts=weight_cuts(weights))
        for k, weight in enumerate(weights):
            w = limit_weight(weight, numbers, scenario.accrual.patients)
            found = _of_stratum(numbers, w)
            variance[k], steps[k], together[k] = variance[k] + found[0], steps[k] + found[1], together[k] + found[2]
    return steps / variance**1.5, together / variance**1.5


def _of_stratum(numbers: AtRisk, w: Floats) -> tuple[float, float, float]:
    n = numbers.control + numbers.experimental
    events = numbers.events_control + numbers.events_experimental
    share = numbers.experimental / n
    dying = events / n if numbers.together else np.zeros_like(n)
    spread, lean = events * (1.0 - dying), 1.0 - 2.0 * share
    both = share * (1.0 - share)
    later = w**2 * spread * lean
    after = later.sum() - numbers.up_to(later / numbers.weight)
    moved = w * spread * both / (n * (1.0 - dying))
    third = -(w**3) * spread * (1.0 - 2.0 * dying) * both * lean
    return float((w**2 * spread * both).sum()), float(third.sum()), float(moved @ after)
