"""Power and size of a trial under any piecewise hazards, with one look or several, without simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from remission.arrays import Floats
from remission.errors import DataError
from remission.trial.boundary import check_fraction, check_power
from remission.trial.crossing import crossing_probabilities
from remission.trial.expectation import expected
from remission.trial.information import planned_fraction, series, spread_at_looks
from remission.trial.looks import Look, look_times
from remission.trial.plan import Plan, rising_root
from remission.trial.scenario import Scenario
from remission.trial.skewed import Skewness, skewness
from remission.trial.statistic import CureFraction, MaxCombo, Statistic, WeightedLogRank


@dataclass(frozen=True)
class Characteristics:
    """What to expect of a design, look by look.

    Attributes
    ----------
    statistic : str
    time, patients, events, average_hazard_ratio : ndarray, shape (looks,)
        Calendar time, patients enrolled, events and average hazard ratio expected at each look.
    effect, information : ndarray, shape (looks,)
        Mean of Z is ``effect * sqrt(information)``. For the log-rank family the effect is close to minus the
        logarithm of a hazard ratio; for RMST and milestones it is the difference less the margin.
    fraction : ndarray, shape (looks,)
        Information fractions that the bounds were made with.
    upper, lower : ndarray, shape (looks,)
        Bounds of Z.
    power, futility : ndarray, shape (looks,)
        Cumulative probability under the scenario of having stopped for efficacy, for futility.
    alpha : ndarray, shape (looks,)
        Cumulative probability of efficacy without effect (futility ignored unless binding).
    expected_time, expected_events, expected_patients : float
        Mean when the trial stops, under the scenario.
    """

    statistic: str
    time: Floats
    patients: Floats
    events: Floats
    average_hazard_ratio: Floats
    effect: Floats
    information: Floats
    fraction: Floats
    upper: Floats
    lower: Floats
    power: Floats
    futility: Floats
    alpha: Floats
    expected_time: float
    expected_events: float
    expected_patients: float


def power(
    scenario: Scenario,
    looks: Sequence[Look],
    statistic: Statistic | None = None,
    plan: Plan | None = None,
    *,
    target: float = 0.9,
    fraction: ArrayLike | None = None,
    method: str = "full",
) -> Characteristics:
    """Operating characteristics of a design.

    Parameters
    ----------
    scenario : Scenario
        Assumed truth.
    looks : sequence of Look
        Last one final.
    statistic : Statistic or None
        Log-rank when None.
    plan : Plan or None
        Rules of stopping; one-sided 0.025 with O'Brien-Fleming-like spending when None.
    target : float
        Power the design was made for: futility that spends beta spends ``1 - target``.
    fraction : array_like or None
        Information fractions to spend by. None: expected events for the log-rank test, else the information
        expected without effect (weights make it differ from events).
    method : str
        ``"full"``: mean of the score, and the spread that Z has under the scenario
        (`remission.trial.spread`); agrees with simulation to about 0.001. ``"score"``: Z taken to have
        variance 1, as lrstat does (Lu 2021); too high by up to 0.003. The others give what gsDesign2 gives.
        ``"two variances"``: the bound of the first look by the variance under a common hazard. ``"average
        hazard ratio"``: log-rank only, by the average hazard ratio and the information of both hypotheses
        (Mukhopadhyay and others 2020), the bound of the first look by that of the null hypothesis.

    Raises
    ------
    DataError
        If looks are out of order or the method does not fit the statistic.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)), dropout=0.001)
    >>> power(trial, [Look(events=300)]).power.round(4)
    array([0.8959])
    >>> power(trial, [Look(events=300)], method="score").power.round(4)
    array([0.8981])
    """
    chosen, rules = statistic or WeightedLogRank(), plan or Plan()
    check_power(target, rules.alpha)
    base = _Base.of(scenario, looks, chosen, fraction, method)
    return base.characteristics(rules, target, 1.0)


def size(
    scenario: Scenario,
    looks: Sequence[Look],
    statistic: Statistic | None = None,
    plan: Plan | None = None,
    *,
    target: float = 0.9,
    fraction: ArrayLike | None = None,
    method: str = "full",
) -> tuple[Scenario, Characteristics]:
    """Scenario with enough patients over the same enrolment period to reach the target power.

    Looks are set by time or by share of events: numbers of patients and events follow. Arguments as for
    `power`.

    Raises
    ------
    DataError
        If a look is set by a number of events, or the target cannot be reached.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(1, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)), dropout=0.001)
    >>> sized, design = size(trial, [Look(time=36.0)], method="average hazard ratio")
    >>> round(sized.accrual.patients, 1)
    358.2
    """
    if any(look.events is not None for look in looks):
        raise DataError(
            "when patients are solved for, looks are set by time or share of events",
            where="looks",
            next_step="give fraction=... in place of events=...",
        )
    chosen, rules = statistic or WeightedLogRank(), plan or Plan()
    check_power(target, rules.alpha)
    base = _Base.of(scenario.with_patients(1000.0), looks, chosen, fraction, method)
    factor = base.factor(rules, target)
    return scenario.with_patients(1000.0 * factor), base.characteristics(rules, target, factor)


def size_by_duration(
    scenario: Scenario,
    looks_after: Callable[[float], Sequence[Look]],
    statistic: Statistic | None = None,
    plan: Plan | None = None,
    *,
    target: float = 0.9,
    fraction: ArrayLike | None = None,
    method: str = "full",
) -> tuple[Scenario, Characteristics]:
    """Enrolment kept at its last rate until enough patients are in to reach the target power.

    Parameters
    ----------
    looks_after : callable
        Looks for an enrolment that lasts so long.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0), hazard_ratio=0.7)
    >>> sized, _ = size_by_duration(trial, lambda enrolment: [Look(time=enrolment + 24.0)])
    >>> round(sized.accrual.duration, 2)
    10.55
    """
    chosen, rules = statistic or WeightedLogRank(), plan or Plan()
    check_power(target, rules.alpha)

    def design(duration: float) -> tuple[Scenario, Characteristics]:
        longer = replace(scenario, accrual=scenario.accrual.lasting(duration))
        base = _Base.of(longer, looks_after(duration), chosen, fraction, method)
        return longer, base.characteristics(rules, target, 1.0)

    duration = rising_root(
        lambda months: float(design(months)[1].power[-1]) - target,
        scenario.accrual.duration,
        "no length of enrolment reaches this power",
    )
    return design(duration)


def whole_patients(scenario: Scenario, multiple: int = 2) -> Scenario:
    """The scenario with patients rounded up to a multiple, so that arms can be filled in whole blocks.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(358.2, 12), Hazard.from_median(12))
    >>> round(whole_patients(trial).accrual.patients, 6)
    360.0
    """
    blocks = np.ceil(scenario.accrual.patients / multiple - 1e-9)
    return scenario.with_patients(float(blocks * multiple))


@dataclass(frozen=True)
class _Base:
    """What does not change when every enrolment rate is multiplied by one factor."""

    scenario: Scenario
    times: Floats
    statistic: Statistic
    effect: Floats
    information: Floats
    information_null: Floats
    spread: Floats
    fraction: Floats
    skewness: tuple[Skewness, ...]

    @staticmethod
    def of(
        scenario: Scenario,
        looks: Sequence[Look],
        statistic: Statistic,
        fraction: ArrayLike | None,
        method: str,
    ) -> _Base:
        if isinstance(statistic, MaxCombo):
            raise DataError("a MaxCombo design is made by max_combo_power and max_combo_size")
        if isinstance(statistic, CureFraction):
            raise DataError("the power of a cure model is not known by formula", next_step="simulate the trial")
        times = look_times(scenario, looks)
        effect, information, null = series(scenario, times, statistic, method)
        if fraction is not None:
            spent = check_fraction(fraction)
        elif method not in ("full", "score") or times.size == 1:
            spent = null / null[-1]
        else:
            spent = check_fraction(planned_fraction(scenario, times, statistic))
        if spent.size != times.size:
            raise DataError("each look needs an information fraction", found=f"{spent.size} for {times.size}")
        spread = spread_at_looks(scenario, times, looks, statistic, method)
        skew = tuple(skewness(scenario, float(time), statistic) for time in times)
        return _Base(scenario, times, statistic, effect, information, null, spread, spent, skew)

    def mean(self, factor: float) -> Floats:
        """Mean of Z, standardised as the bounds are."""
        return self.effect * np.sqrt(self.information_null * factor)

    def bounds(self, plan: Plan, target: float, factor: float) -> tuple[Floats, Floats]:
        return plan.bounds(self.fraction, self.mean(factor), target)

    def crossed(self, upper: Floats, lower: Floats, factor: float) -> tuple[Floats, Floats]:
        """Probabilities of first crossing under the scenario."""
        mean = self.effect * np.sqrt(self.information * factor)
        upper, lower = (
            np.array([z + float(skew.asked(z, factor)[0]) for z, skew in zip(bounds, self.skewness, strict=True)])
            for bounds in (upper, lower)
        )
        high, low = (upper - mean) / self.spread, (lower - mean) / self.spread
        found = crossing_probabilities(self.information, high, low)
        success, futile = found.upper[0], found.lower[0]
        stretch = np.sqrt(self.information[0] / self.information_null[0])
        if stretch != 1.0:
            success[0], futile[0] = ndtr(mean[0] - upper[0] * stretch), ndtr(lower[0] * stretch - mean[0])
        return success, futile

    def factor(self, plan: Plan, target: float) -> float:
        """How many times the enrolment must be for the target power."""
        if self.effect[-1] <= 0:
            raise DataError(
                "no number of patients reaches the power: the scenario lies on the null side",
                found=f"effect {self.effect[-1]:.4g} at the last look",
                next_step="assume a larger effect or move the margin",
            )
        still = None if plan.follows_effect else self.bounds(plan, target, 1.0)

        def gain(factor: float) -> float:
            upper, lower = still if still is not None else self.bounds(plan, target, factor)
            return float(self.crossed(upper, lower, factor)[0].sum()) - target

        guess = 10.5 / float(self.effect[-1] ** 2 * self.information[-1])
        return rising_root(gain, guess, "no number of patients reaches the power with these looks")

    def characteristics(self, plan: Plan, target: float, factor: float) -> Characteristics:
        upper, lower = self.bounds(plan, target, factor)
        success, futile = self.crossed(upper, lower, factor)
        counted = lower if plan.binding or plan.sides == 2 else None
        null = crossing_probabilities(self.fraction, upper, counted).upper[0]
        table = expected(self.scenario, self.times)
        stop = success + futile
        stop[-1] += 1.0 - stop.sum()
        patients = self.scenario.accrual.enrolled(self.times) * factor
        return Characteristics(
            self.statistic.name, self.times, patients, table.events * factor, table.average_hazard_ratio,
            self.effect, self.information * factor, self.fraction, upper, lower, success.cumsum(),
            futile.cumsum(), null.cumsum(), float(stop @ self.times), float(stop @ table.events) * factor,
            float(stop @ patients),
        )  # fmt: skip
