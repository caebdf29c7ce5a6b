"""Effect, information and spread of a statistic at each look, by the methods that `remission.trial.power` knows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.weights import LogRank
from remission.trial.expectation import expected
from remission.trial.hazard import Hazard
from remission.trial.looks import Look
from remission.trial.moments import Moments, milestone_moments, rmst_moments, score_moments
from remission.trial.scenario import Scenario, Stratum
from remission.trial.spread import milestone_spread, score_spread
from remission.trial.statistic import Milestone, RestrictedMean, Statistic, WeightedLogRank

METHODS = ("full", "score", "two variances", "average hazard ratio")


def series(scenario: Scenario, times: Floats, statistic: Statistic, method: str) -> tuple[Floats, Floats, Floats]:
    """Effect, its information, and the information that standardises Z, at each look."""
    if method not in METHODS:
        raise DataError("no such method", found=method, allowed=", ".join(METHODS), where="method")
    if method == "average hazard ratio":
        if not (isinstance(statistic, WeightedLogRank) and isinstance(statistic.weight, LogRank)):
            raise DataError("the average hazard ratio gives the power of the log-rank test only", found=statistic.name)
        table = expected(scenario, times)
        effect = np.log(statistic.margin) - np.log(table.average_hazard_ratio)
        return effect, table.information, table.information_null
    rows = [_point(scenario, float(time), statistic, method == "full") for time in times]
    effect, information = np.array(rows).T
    if method == "two variances":
        common = _common_hazards(scenario)
        null = np.array([_point(common, float(time), statistic)[1] for time in times])
        return effect, information, null
    return effect, information, information


def _point(scenario: Scenario, time: float, statistic: Statistic, as_tested: bool = False) -> tuple[float, float]:
    """Effect less margin, and information, at one look; that of a milestone as it is, or as its test takes it."""
    if isinstance(statistic, WeightedLogRank):
        found = score_moments(scenario, time, [statistic.weight], statistic.margin)
        return float(found.mean[0] / found.covariance[0, 0]), float(found.covariance[0, 0])
    assert isinstance(statistic, RestrictedMean | Milestone)
    found = _difference(scenario, time, statistic, as_tested)
    return float(found.mean[0]) - statistic.margin, float(1.0 / found.covariance[0, 0])


def _difference(scenario: Scenario, time: float, statistic: RestrictedMean | Milestone, as_tested: bool) -> Moments:
    if isinstance(statistic, RestrictedMean):
        return rmst_moments(scenario, time, statistic.tau)
    margin = statistic.margin if as_tested else None
    return milestone_moments(scenario, time, statistic.at, statistic.scale, margin)


def spread_at_looks(
    scenario: Scenario, times: Floats, looks: Sequence[Look], statistic: Statistic, method: str
) -> Floats:
    """Standard deviation of Z at each look; 1 for methods that take it to be so."""
    spread = np.ones(times.size)
    if method != "full":
        return spread
    for k, (time, look) in enumerate(zip(times, looks, strict=True)):
        if isinstance(statistic, WeightedLogRank):
            late = look.time is not None and float(time) <= look.time
            spread[k] = score_spread(scenario, float(time), [statistic.weight], statistic.margin, by_events=not late)[0]
        elif isinstance(statistic, Milestone):
            spread[k] = milestone_spread(scenario, float(time), statistic)
    return spread


def planned_fraction(scenario: Scenario, times: Floats, statistic: Statistic) -> Floats:
    """Information fractions expected without effect, or of events for the log-rank test."""
    if isinstance(statistic, WeightedLogRank) and isinstance(statistic.weight, LogRank):
        events = expected(scenario, times).events
        return events / events[-1]
    null = scenario.without_effect()
    information = np.array([_point(null, float(time), statistic, True)[1] for time in times])
    return information / information[-1]


def _common_hazards(scenario: Scenario) -> Scenario:
    """Both arms with the mean of their hazards, weighed by the randomisation ratio."""
    share = scenario.ratio / (1.0 + scenario.ratio)

    def mixed(stratum: Stratum) -> tuple[Hazard, Hazard]:
        both = stratum.control.plus(stratum.experimental, 1.0 - share, share)
        return both, both

    return scenario.with_hazards(mixed)
