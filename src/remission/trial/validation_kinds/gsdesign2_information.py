"""What gsDesign2 expects at each look: events, average hazard ratio, effect and both informations.

The average hazard ratio goes by expected events, stratum by stratum; weighted tests go by the integrals of
Yung and Liu (2019), which gsDesign2 takes with R's ``integrate`` and its coarse default tolerance. SciPy's
``quad`` is the same algorithm (QUADPACK), so that they are taken as coarsely here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError
from remission.trial.expectation import expected
from remission.trial.hazard import Hazard
from remission.trial.plan import rising_root
from remission.trial.scenario import Scenario

_R_DEFAULT = 2.220446049250313e-16**0.25
_DELTA_TOLERANCE = 1e-5


class Series(NamedTuple):
    """Quantities of the looks; arrays of shape (looks,)."""

    time: Floats
    patients: Floats
    events: Floats
    average_hazard_ratio: Floats
    effect: Floats
    info: Floats
    info0: Floats


class Weighted(NamedTuple):
    """A weight of the log-rank family by the pooled share of events: ``(1 - F)^rho F^gamma``, at most ``most``.

    ``until`` is the time at which it stops to change, or None.
    """

    rho: float = 0.0
    gamma: float = 0.0
    until: float | None = None
    most: float = np.inf


def total_events(strata: Sequence[Scenario], time: float) -> float:
    """Events expected in all strata by a calendar time."""
    return float(sum(expected(scenario, time).events[0] for scenario in strata))


def time_of(strata: Sequence[Scenario], events: float) -> float:
    """Calendar time at which a number of events is expected."""
    guess = max(scenario.accrual.duration for scenario in strata)
    return rising_root(lambda time: total_events(strata, time) - events, guess, "so many events never come")


def average(strata: Sequence[Scenario], times: Floats) -> Series:
    """By the average hazard ratio, each stratum with its own enrolment."""
    tables = [expected(scenario, times) for scenario in strata]
    events = sum(table.events for table in tables)
    logs = sum(table.events * np.log(table.average_hazard_ratio) for table in tables)
    patients = sum(scenario.accrual.enrolled(times) for scenario in strata)
    mean = np.asarray(logs / events)
    info, info0 = (sum(getattr(table, name) for table in tables) for name in ("information", "information_null"))
    return Series(times, np.asarray(patients), np.asarray(events), np.exp(mean), -mean, np.asarray(info), info0)


def weighted(strata: Sequence[Scenario], times: Floats, weight: Weighted) -> Series:
    """By the mean and the two variances of a weighted score."""
    if len(strata) > 1:
        raise DataError("weighted tests of several strata are not known in gsDesign2")
    plain = average(strata, times)
    rows = np.array([_weighted_at(strata[0], float(time), weight) for time in times])
    effect, variance, variance0, ratio, seen = rows.T
    scenario = strata[0]
    enrolled = np.asarray(scenario.accrual.enrolled(times)) / scenario.accrual.patients
    patients = plain.events[-1] / seen[-1] * enrolled
    return Series(times, plain.patients, plain.events, ratio, effect, variance * patients, variance0 * patients)


def _weighted_at(scenario: Scenario, time: float, weight: Weighted) -> tuple[float, ...]:
    """Effect, variance with and without it, average hazard ratio, share of patients with an event."""
    stratum, treated = scenario.strata[0], scenario.ratio / (1.0 + scenario.ratio)
    arms = stratum.control, stratum.experimental
    common = stratum.control.plus(stratum.experimental, 1.0 - treated, treated)
    leaving = Hazard((float(stratum.dropout_control.rate(0.0)),))
    truth = _Integrals(scenario, arms, leaving, treated, weight, time)
    null = _Integrals(scenario, (common, common), leaving, treated, weight, time)
    equal = _Integrals(scenario, arms, leaving, 0.5, weight, time)
    variance, variance0 = truth.variance(), null.variance()
    ratio = float(np.exp(equal.drift() / equal.spread()))
    return -truth.drift() / variance, variance, variance0, ratio, truth.events()


class _Integrals:
    """Integrals over follow-up time of the score of one weighted test."""

    def __init__(
        self, scenario: Scenario, arms: tuple[Hazard, Hazard], leaving: Hazard, treated: float,
        weight: Weighted, time: float,
    ) -> None:  # fmt: skip
        self.arms, self.leaving, self.weight, self.time = arms, leaving, weight, time
        self.parts = 1.0 - treated, treated
        self.accrual = scenario.accrual

    def at_risk(self, u: float) -> list[float]:
        enrolled = float(self.accrual.enrolled(self.time - u)) / self.accrual.patients
        here = float(self.leaving.survival(u)) * enrolled
        return [p * float(arm.survival(u)) * here for p, arm in zip(self.parts, self.arms, strict=True)]

    def weigh(self, u: float, stop: bool = True) -> float:
        w = self.weight
        at = u if w.until is None or not stop else min(u, w.until)
        gone = 1.0 - sum(p * float(arm.survival(at)) for p, arm in zip(self.parts, self.arms, strict=True))
        return min(w.most, (1.0 - gone) ** w.rho * gone**w.gamma)

    def drift(self) -> float:
        """Mean of the score; the stop of a Fleming-Harrington weight is not heeded in it."""
        stops = self.weight.rho < 0

        def at(u: float) -> float:
            c, e = self.at_risk(u)
            both = c * e / (c + e) if c + e > 0 else 0.0
            return self.weigh(u, stops) * both * float(self.arms[1].rate(u) - self.arms[0].rate(u))

        return _integral(at, self.time, _DELTA_TOLERANCE)

    def spread(self, square: bool = False, stop: bool | None = None) -> float:
        """Integral of the weight, or its square, with the binomial variance of the events."""
        stops = self.weight.rho < 0 if stop is None else stop

        def at(u: float) -> float:
            c, e = self.at_risk(u)
            if c + e <= 0:
                return 0.0
            deaths = c * float(self.arms[0].rate(u)) + e * float(self.arms[1].rate(u))
            w = self.weigh(u, stops)
            return (w * w if square else w) * c * e / (c + e) ** 2 * deaths

        return _integral(at, self.time, _R_DEFAULT)

    def variance(self) -> float:
        """Variance of the score of one enrolled patient."""
        whole = float(self.accrual.enrolled(self.time)) / self.accrual.patients
        return self.spread(square=True, stop=True) / whole

    def events(self) -> float:
        """Share of patients with an event."""

        def of_arm(arm: int, u: float) -> float:
            return self.at_risk(u)[arm] * float(self.arms[arm].rate(u))

        return sum(_integral(partial(of_arm, arm), self.time, _R_DEFAULT) for arm in (0, 1))


def _integral(f: Callable[[float], float], end: float, tolerance: float) -> float:
    from scipy.integrate import quad

    return float(quad(f, 0.0, end, epsabs=tolerance, epsrel=tolerance, limit=100)[0])
