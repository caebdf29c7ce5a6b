"""Operating characteristics of a plan, read off simulated trials: power, error, stopping, bias, failures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import compress

import numpy as np

from remission.arrays import Bools, Floats, Ints
from remission.errors import DataError
from remission.trial.crossing import crossing_probabilities
from remission.trial.max_combo import max_combo_deviates
from remission.trial.plan import FixedBounds, Plan
from remission.trial.simulate import SimulatedTrials
from remission.trial.statistic import MaxCombo, Statistic

# A look adds nothing when its share of the information is less than this.
_NOTHING = 1e-6
# A statistic that fewer trials than this share know at a look has no bound there, and spends nothing.
_MOST = 0.5


@dataclass(frozen=True)
class Operating:
    """How one statistic does under one plan.

    Attributes
    ----------
    statistic : Statistic
    fraction, upper, lower : ndarray, shape (looks,)
        Information fractions without effect, and bounds of Z.
    success, futility : ndarray, shape (looks,)
        Cumulative shares of trials that have stopped for efficacy, for futility.
    false_success : ndarray, shape (looks,), or None
        Cumulative share of trials without effect that reject (futility is ignored unless binding); None
        where no trials without effect were simulated.
    trials, trials_null : int
    failed, failed_null : ndarray of int, shape (looks,)
        Trials on which the statistic cannot be computed; they do not reject.
    mean_time, mean_events, mean_patients : float
        When trials stop.
    estimate_at_stop, estimate_at_end, estimate_spread : float
        Mean estimate when trials stop, mean and standard deviation at the last look had none stopped. NaN
        without estimates. Log hazard ratio (below zero favours the experimental arm) or difference (above
        zero does).
    information : ndarray, shape (looks,)
        Mean under the scenario.
    """

    statistic: Statistic
    fraction: Floats
    upper: Floats
    lower: Floats
    success: Floats
    futility: Floats
    false_success: Floats | None
    trials: int
    trials_null: int
    failed: Ints
    failed_null: Ints
    mean_time: float
    mean_events: float
    mean_patients: float
    estimate_at_stop: float
    estimate_at_end: float
    estimate_spread: float
    information: Floats

    @property
    def power(self) -> float:
        """Share of trials that succeed."""
        return float(self.success[-1])

    @property
    def type_i_error(self) -> float:
        """Share of trials without effect that reject; NaN where none were simulated."""
        return float("nan") if self.false_success is None else float(self.false_success[-1])

    @property
    def bias(self) -> float:
        """How far early stopping moves the mean estimate."""
        return self.estimate_at_stop - self.estimate_at_end


def monte_carlo_error(share: float, trials: int) -> float:
    """Standard error of a share of simulated trials.

    Examples
    --------
    >>> round(monte_carlo_error(0.025, 10_000), 5)
    0.00156
    """
    return float(np.sqrt(max(share * (1.0 - share), 0.0) / trials)) if trials else float("nan")


def operating_characteristics(
    found: SimulatedTrials, nulls: Sequence[SimulatedTrials], plan: Plan, target: float = 0.9
) -> tuple[Operating, ...]:
    """Operating characteristics of every statistic that was simulated.

    Parameters
    ----------
    found : SimulatedTrials
        Under the scenario.
    nulls : sequence of SimulatedTrials
        The same looks without effect; each statistic goes by the first of them that holds it.
    plan : Plan
        Rules of stopping. Spending goes by the mean information without effect (under the scenario for a statistic
        that most trials without effect do not know by the last look), each statistic by its own, because weights make
        it differ from events. The bounds of a MaxCombo statistic, which has no independent
        increments, come from the joint distribution of all its tests at all looks
        (`remission.trial.joint_looks`); its futility goes by events, as that of the log-rank test.
    target : float
        Power whose complement futility may spend.

    Raises
    ------
    DataError
        If looks differ between the simulations, or one has less information than the one before it.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> from remission.trial.looks import Look
    >>> from remission.trial.scenario import Scenario
    >>> from remission.trial.simulate import simulate
    >>> from remission.trial.source import HazardSource
    >>> from remission.trial.statistic import WeightedLogRank
    >>> trial = Scenario.two_arms(Accrual.uniform(200, 12.0), Hazard.from_median(12.0), hazard_ratio=0.6)
    >>> found = simulate(HazardSource(trial), [Look(events=120)], [WeightedLogRank()], trials=640, seed=1)
    >>> operating_characteristics(found, [], Plan())[0].power > 0.7
    True
    """
    if any(null.looks != found.looks for null in nulls):
        raise DataError("trials with and without effect were simulated with other looks")
    rows = []
    for statistic in found.statistics:
        null = next((each for each in nulls if statistic in each.statistics), None)
        rows.append(_one(_column(found, statistic), None if null is None else _column(null, statistic), plan, target))
    return tuple(rows)


def _column(trials: SimulatedTrials, statistic: Statistic) -> SimulatedTrials:
    """The simulation as if this had been its only statistic; that axis is dropped."""
    j = trials.statistics.index(statistic)
    z, estimate, information = (part[:, :, j] for part in (trials.z, trials.estimate, trials.information))
    own = (trials.covariance[j],)
    return replace(
        trials, statistics=(statistic,), z=z, estimate=estimate, information=information, covariance=own
    )  # fmt: skip


def _one(found: SimulatedTrials, null: SimulatedTrials | None, plan: Plan, target: float) -> Operating:
    statistic = found.statistics[0]
    planned = found if null is None or not _known(null)[-1] else null
    fraction = _fraction(planned)
    mean = np.array([_mean(z) for z in found.z.T])
    upper, lower = _bounds(planned, plan, fraction, mean, target)
    stop, won, futile = _stops(found.z, upper, lower)
    rows = np.arange(found.trials)
    estimate = found.estimate
    false = None if null is None else _false(null.z, upper, lower, plan)
    return Operating(
        statistic, fraction, upper, lower, _cumulative(stop, won, upper.size),
        _cumulative(stop, futile, upper.size), false, found.trials, 0 if null is None else null.trials,
        np.isnan(found.z).sum(axis=0),
        np.zeros(upper.size, np.int64) if null is None else np.isnan(null.z).sum(axis=0),
        float(found.time[rows, stop].mean()), float(found.events[rows, stop].mean()),
        float(found.patients[rows, stop].mean()), _mean(estimate[rows, stop]), _mean(estimate[:, -1]),
        _spread(estimate[:, -1]), np.array([_mean(column) for column in found.information.T]),
    )  # fmt: skip


def _fraction(trials: SimulatedTrials) -> Floats:
    """Mean information of the looks over that of the last; by events where there is none to go by.

    A look may add nothing (a restricted mean once all are followed to its horizon, or before anybody is), and then
    cannot stop a trial.
    """
    if trials.z.shape[1] == 1:
        return np.ones(1)
    known = _known(trials)
    columns = zip(trials.information.T, known, strict=True)
    information = np.array([_mean(column) if here else 0.0 for column, here in columns])
    if isinstance(trials.statistics[0], MaxCombo) or not known[-1]:
        information = trials.events.mean(axis=0)
    if (np.diff(information) < -_NOTHING * information[-1]).any() or information[-1] <= 0:
        raise DataError(
            "a look has less information than the one before it",
            where="looks",
            found=", ".join(f"{value:.4g}" for value in information),
            next_step="move the looks apart, or leave one out",
        )
    return information / information[-1]


def _known(trials: SimulatedTrials) -> Bools:
    """At which looks most trials know the statistic."""
    return np.asarray(np.isfinite(trials.z).mean(axis=0) >= _MOST)


def _bounds(null: SimulatedTrials, plan: Plan, fraction: Floats, mean: Floats, target: float) -> tuple[Floats, Floats]:
    """Bounds of Z (for MaxCombo of the normal deviate of its p); a look that adds nothing has none."""
    adds = np.diff(fraction, prepend=0.0) > _NOTHING
    upper, lower = np.full(fraction.size, np.inf), np.full(fraction.size, -np.inf)
    upper[adds], lower[adds] = _bounds_of(
        null, _at(plan, adds), fraction[adds] / fraction.max(), mean[adds], target, adds
    )
    return upper, lower


def _at(plan: Plan, looks: Bools) -> Plan:
    """The plan for some of the looks: bounds typed in for the others are left out."""
    if looks.all():
        return plan
    efficacy, futility = plan.efficacy, plan.futility
    if isinstance(efficacy, FixedBounds):
        efficacy = FixedBounds(tuple(compress(efficacy.z, looks)))
    if isinstance(futility, FixedBounds):
        futility = FixedBounds(tuple(compress(futility.z, looks)))
    return replace(plan, efficacy=efficacy, futility=futility)


def _bounds_of(
    null: SimulatedTrials, plan: Plan, fraction: Floats, mean: Floats, target: float, looks: Bools
) -> tuple[Floats, Floats]:
    covariance = null.covariance[0]
    if covariance is None or fraction.size == 1:
        return plan.bounds(fraction, mean, target)
    upper, lower = replace(plan, binding=False).bounds(fraction, mean, target)
    each = max_combo_deviates(covariance[looks], crossing_probabilities(fraction, upper).upper[0])
    if lower[-1] == upper[-1]:
        lower[-1] = each[-1]
    return each, np.minimum(lower, each)


def _stops(z: Floats, upper: Floats, lower: Floats) -> tuple[Ints, Bools, Bools]:
    """Look at which each trial stops, and why; one that crosses nothing stops at the last look."""
    high, low = z >= upper, (z <= lower) & (z < upper)
    over = high | low
    stop = np.where(over.any(axis=1), over.argmax(axis=1), z.shape[1] - 1)
    rows = np.arange(len(z))
    return stop, high[rows, stop], low[rows, stop]


def _false(z: Floats, upper: Floats, lower: Floats, plan: Plan) -> Floats:
    counted = lower if plan.binding else np.full(lower.size, -np.inf)
    stop, won, _ = _stops(z, upper, counted)
    return _cumulative(stop, won, upper.size)


def _cumulative(stop: Ints, which: Bools, looks: int) -> Floats:
    return np.bincount(stop[which], minlength=looks).cumsum() / stop.size


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _spread(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.std(ddof=1)) if known.size > 1 else float("nan")
