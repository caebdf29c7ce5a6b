"""Simulated power of lrstat and rpact: ours agrees within four combined Monte Carlo errors, as cases ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from remission.arrays import Floats
from remission.statistics.r_call import Call
from remission.statistics.validation import Case, Ours, case_kind
from remission.trial.hazard import Accrual
from remission.trial.looks import Look
from remission.trial.operating import monte_carlo_error, operating_characteristics
from remission.trial.plan import FixedBounds, Plan
from remission.trial.scenario import Scenario, Stratum
from remission.trial.simulate import SimulatedTrials, simulate
from remission.trial.source import HazardSource
from remission.trial.statistic import WeightedLogRank
from remission.trial.validation_kinds import lrstat, rpact
from remission.trial.validation_kinds.reading import accrual, array, call_of

TRIALS = 20_000
_ERRORS = 4.0


def _ours(values: Mapping[str, Any], theirs: Mapping[str, Any], trials: int, spread: Floats) -> Ours:
    """Verdict: every share and every mean time within four combined Monte Carlo errors."""
    fine = True
    for name in values.keys() & theirs.keys() - {"mc_se"}:
        ours, reference = np.atleast_1d(values[name]), np.atleast_1d(np.asarray(theirs[name], float))
        error = _spread(name, ours, spread) * np.sqrt(1.0 / TRIALS + 1.0 / trials)
        fine = fine and bool((np.abs(ours - reference) <= _ERRORS * error).all())
    note = f"within {_ERRORS:g} combined Monte Carlo errors, {TRIALS} trials here"
    left_out = {"mc_se": "each simulation has its own"} if "mc_se" in theirs else {}
    return Ours(values, left_out, verdict=fine, note=note)


def _spread(name: str, value: Any, spread: Floats) -> Any:
    if name == "analysis_time":
        return spread
    share = np.asarray(value, float)
    return np.sqrt(np.maximum(share * (1.0 - share), 1e-6))


def _simulated(scenario: Scenario, events: Floats, statistic: Any, evenly: bool = False) -> SimulatedTrials:
    looks = [Look(events=float(count)) for count in events]
    return simulate(HazardSource(scenario, evenly=evenly), looks, [statistic], TRIALS, 2017, estimates=False)


def _enrolled(call: Call, patients: float) -> Accrual:
    """Enrolment at the planned intensity until all patients are in."""
    starts, rates = array(call, "accrualTime", 0.0), array(call, "accrualIntensity")
    longest = accrual(rates, starts, 1e6)
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if float(longest.enrolled(middle)) < patients else (low, middle)
    return accrual(rates, starts, high)


@case_kind("lrstat::lrsim(")
def lrsim(case: Case) -> Ours:
    """Simulated power of a weighted log-rank test, at one look or several."""
    call = call_of(case, "lrstat::lrsim").matched(lrstat.SIMULATION)
    enrolment = _enrolled(call, float(call.value("n")))
    base = lrstat.scenario_of(call, enrolment.duration)
    scenario = Scenario(enrolment, base.strata, base.ratio)
    found = _simulated(scenario, array(call, "plannedEvents"), lrstat.statistic_of(call))
    row = operating_characteristics(found, [], lrstat.plan_of(call))[0]
    error = float(case.output.get("mc_se") or monte_carlo_error(row.power, 10_000))
    trials = row.power * (1.0 - row.power) / error**2
    values: dict[str, Any] = {"power": row.power, "mc_se": monte_carlo_error(row.power, TRIALS)}
    values |= {"cum_reject": row.success, "reject_per_stage": np.diff(row.success, prepend=0.0)}
    kept = {name: value for name, value in values.items() if name in case.output}
    return _ours(kept, case.output, round(trials), found.time.std(axis=0))


@case_kind(
    "rpact::getSimulationSurvival(",
    "rpact::getSimulationSurvival(rpact::getDesignGroupSequential(",
    "rpact::getSimulationSurvival(design=rpact::getDesignGroupSequential(",
)
def simulation_survival(case: Case) -> Ours:
    """Simulated power of a group-sequential log-rank test."""
    call = call_of(case, "rpact::getSimulationSurvival").matched(rpact.SIMULATION)
    made = rpact.rpact_boundary(call_of(case, "rpact::getDesignGroupSequential"))
    control, experimental = rpact.hazards(call)
    stratum = Stratum(control, experimental, rpact.dropout(call, 2), rpact.dropout(call, 1))
    enrolment = rpact.enrolment(call)
    ratio = float(call.value("allocation1", default=1.0)) / float(call.value("allocation2", default=1.0))
    found = _simulated(Scenario(enrolment, (stratum,), ratio), array(call, "plannedEvents"), WeightedLogRank(), True)
    futility = made.lower[:-1]
    stops = FixedBounds((*map(float, futility), -np.inf)) if np.isfinite(futility).any() else None
    plan = Plan(made.plan.alpha, FixedBounds(tuple(map(float, made.upper))), stops)
    row = operating_characteristics(found, [], plan)[0]
    values = {"power": row.power, "reject_per_stage": np.diff(row.success, prepend=0.0)}
    trials = int(call.value("maxNumberOfIterations", default=1000))
    # rpact's mean time of a stage is that of the trials which come to it.
    crossed = (found.z[:, :, 0] >= made.upper) | (found.z[:, :, 0] <= np.append(futility, -np.inf))
    arrived = np.column_stack((np.ones(TRIALS, bool), ~np.logical_or.accumulate(crossed, axis=1)[:, :-1]))
    times = [found.time[here, k] for k, here in enumerate(arrived.T)]
    values["analysis_time"] = np.array([each.mean() for each in times])
    spread = np.array([each.std() * np.sqrt(TRIALS / each.size) for each in times])
    return _ours(values, case.output, trials, spread)
