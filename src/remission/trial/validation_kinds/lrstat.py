"""lrstat: power and size of weighted log-rank tests by Lu's method, or by Schoenfeld's under proportional hazards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.r_call import Call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.weights import FlemingHarrington, LogRank, Weight
from remission.trial.crossing import crossing_probabilities
from remission.trial.events import time_of_events
from remission.trial.expectation import expected
from remission.trial.hazard import Hazard
from remission.trial.moments import cox_limit, score_moments
from remission.trial.plan import Efficacy, FixedBounds, Plan, WangTsiatis, rising_root
from remission.trial.scenario import Scenario, Stratum
from remission.trial.spending import Spending
from remission.trial.statistic import WeightedLogRank
from remission.trial.validation_kinds.gsdesign_spending import by_look
from remission.trial.validation_kinds.reading import accrual, array, call_of, piecewise

_SPENDING = {"sfOF": "obrien-fleming", "sfP": "pocock", "sfKD": "kim-demets", "sfHSD": "hwang-shih-decani"}
_HAZARDS = (
    "accrualTime accrualIntensity piecewiseSurvivalTime stratumFraction lambda1 lambda2 gamma1 gamma2 "
    "followupTime fixedFollowup rho1 rho2 hazardRatioH0 "
)
_PLAN = (
    "kMax informationRates criticalValues alpha typeAlphaSpending parameterAlphaSpending userAlphaSpending "
    "futilityBounds typeBetaSpending parameterBetaSpending "
)
_DESIGN = _PLAN + _HAZARDS + "allocationRatioPlanned accrualDuration typeOfComputation beta rounding "
SIMULATION = (
    "kMax informationRates criticalValues futilityBounds allocation1 allocation2 n plannedEvents "
    "maxNumberOfIterations seed nthreads " + _HAZARDS
)


def scenario_of(call: Call, duration: float) -> Scenario:
    """Enrolment and hazards, stratum by stratum."""
    if call.value("fixedFollowup", default=False):
        raise DataError("a fixed follow-up of each patient is not known here", where=call.function)
    starts = np.atleast_1d(call.value("piecewiseSurvivalTime", default=0.0))
    shares = array(call, "stratumFraction", 1.0)
    columns = [_by_stratum(call, name, starts.size, shares.size) for name in ("lambda2", "lambda1", "gamma2", "gamma1")]
    strata = tuple(Stratum(*_hazards(columns, i, starts), float(share), str(i)) for i, share in enumerate(shares))
    enrolment = accrual(call.value("accrualIntensity"), call.value("accrualTime", default=0.0), duration)
    ratio = float(call.value("allocation1", default=1.0)) / float(call.value("allocation2", default=1.0))
    return Scenario(enrolment, strata, float(call.value("allocationRatioPlanned", default=ratio)))


def _hazards(columns: list[Floats], stratum: int, starts: Floats) -> tuple[Hazard, Hazard, Hazard, Hazard]:
    control, experimental, leaving, leaving_e = (piecewise(column[stratum], starts) for column in columns)
    return control, experimental, leaving, leaving_e


def _by_stratum(call: Call, name: str, pieces: int, strata: int) -> Floats:
    """Rates of each stratum and piece; fewer are repeated as lrstat repeats them."""
    values = array(call, name, 0.0)
    if values.size == pieces * strata:
        return values.reshape(strata, pieces)
    if values.size in (1, pieces):
        return np.broadcast_to(values if values.size > 1 else np.repeat(values, pieces), (strata, pieces))
    raise DataError("rates are one for each piece, or for each piece of each stratum", found=f"{name}: {values}")


def weight_of(call: Call) -> Weight:
    """Fleming-Harrington by rho1 and rho2."""
    rho, gamma = float(call.value("rho1", default=0.0)), float(call.value("rho2", default=0.0))
    return FlemingHarrington(rho, gamma) if rho or gamma else LogRank()


def statistic_of(call: Call) -> WeightedLogRank:
    """The weighted log-rank test with the margin of ``hazardRatioH0``."""
    return WeightedLogRank(weight_of(call), float(call.value("hazardRatioH0", default=1.0)))


def plan_of(call: Call) -> Plan:
    """Critical values typed in, or a spending function; futility as bounds, or as spending of beta."""
    alpha = float(call.value("alpha", default=0.025))
    futility: Any = None
    if call.value("futilityBounds") is not None:
        futility = FixedBounds((*map(float, array(call, "futilityBounds")), -np.inf))
    elif str(call.value("typeBetaSpending", default="none")) != "none":
        futility = _spending(str(call.value("typeBetaSpending")), call.value("parameterBetaSpending"))
    given = call.value("criticalValues")
    if given is not None:
        return Plan(alpha, FixedBounds(tuple(map(float, np.atleast_1d(given)))), futility)
    kind, parameter = str(call.value("typeAlphaSpending", default="sfOF")), call.value("parameterAlphaSpending")
    efficacy: Efficacy
    if kind in ("OF", "P", "WT"):
        efficacy = WangTsiatis({"OF": 0.0, "P": 0.5}.get(kind, float(parameter or 0.0)))
    elif kind == "user":
        efficacy = by_look(array(call, "userAlphaSpending") / alpha)
    else:
        efficacy = _spending(kind, parameter)
    return Plan(alpha, efficacy, futility)


def _spending(kind: str, parameter: Any) -> Spending:
    if kind not in _SPENDING:
        raise DataError("this spending function is not known here", found=kind)
    return Spending(_SPENDING[kind], float(1.0 if parameter is None else parameter))


@dataclass(frozen=True)
class Outlook:
    """What to expect of the looks; arrays of shape (looks,)."""

    scenario: Scenario
    time: Floats
    upper: Floats
    success: Floats
    ratio: Floats


def outlook(call: Call, scenario: Scenario, end: float) -> Outlook:
    """Looks at shares of the last one's information, and the chance to have succeeded by each."""
    count = int(call.value("kMax", default=1))
    shares = array(call, "informationRates", np.arange(1, count + 1) / count)
    statistic, plan = statistic_of(call), plan_of(call)
    times, mean, information = _looks(call, scenario, end, shares, statistic)
    beta = float(call.value("beta", default=0.2))
    upper, lower = plan.bounds(shares, mean, 1.0 - beta)
    found = crossing_probabilities(information, upper - mean, lower - mean)
    margins = [cox_limit(scenario, float(time), statistic.weight) for time in times]
    return Outlook(scenario, times, upper, found.upper[0].cumsum(), np.array(margins))


def _looks(
    call: Call, scenario: Scenario, end: float, shares: Floats, statistic: WeightedLogRank
) -> tuple[Floats, Floats, Floats]:
    """Times of the looks, means of Z, and information."""
    margin, weight = statistic.margin, statistic.weight
    plain = isinstance(weight, LogRank)
    if plain:
        events = float(expected(scenario, end).events[0])
        times = np.array([*(time_of_events(scenario, float(share) * events) for share in shares[:-1]), end])
    else:

        def information(time: float) -> float:
            return float(score_moments(scenario, time, [weight], margin).covariance[0, 0])

        whole = information(end)
        earlier = [_time_of(information, float(share) * whole, end) for share in shares[:-1]]
        times = np.array([*earlier, end])
    ratio = _common_ratio(scenario)
    wanted = str(call.value("typeOfComputation", default="")).lower()
    if wanted not in ("", "direct", "schoenfeld"):
        raise DataError("this computation is not known here", where=call.function, found=wanted)
    if plain and ratio is not None and wanted != "direct":
        info = expected(scenario, times).events * scenario.ratio / (1.0 + scenario.ratio) ** 2
        return times, np.log(margin / ratio) * np.sqrt(info), info
    if wanted == "schoenfeld":
        raise DataError("Schoenfeld's formula is for proportional hazards", where=call.function)
    moments = [score_moments(scenario, float(time), [weight], margin) for time in times]
    info = np.array([float(found.covariance[0, 0]) for found in moments])
    return times, np.array([float(found.mean[0]) for found in moments]) / np.sqrt(info), info


def _time_of(known: Any, aim: float, end: float) -> float:
    return rising_root(lambda time: known(time) - aim, 0.7 * end, "no such look")


def _common_ratio(scenario: Scenario) -> float | None:
    """The hazard ratio, where it is the same in all strata at all times."""
    ratios = [
        float(stratum.experimental.rate(start) / stratum.control.rate(start))
        for stratum in scenario.strata
        for start in (0.0, *stratum.control.cuts, *stratum.experimental.cuts)
    ]
    return ratios[0] if np.ptp(ratios) < 1e-9 * ratios[0] else None


@case_kind("lrstat::lrpower(")
def powered(case: Case) -> Ours:
    """Power and expected events with enrolment and follow-up given."""
    call = call_of(case, "lrstat::lrpower").matched(_DESIGN)
    if str(call.value("typeBetaSpending", default="none")) != "none":
        raise DataError("futility that spends the beta of a power not yet known is not computed here", where=case.id)
    duration = float(call.value("accrualDuration"))
    scenario = scenario_of(call, duration)
    return Ours(_values(outlook(call, scenario, duration + float(call.value("followupTime")))))


@case_kind("lrstat::lrsamplesize(")
def sized(case: Case) -> Ours:
    """Length of enrolment, follow-up, or rate of enrolment: the one that is not given is solved for."""
    call = call_of(case, "lrstat::lrsamplesize").matched(_DESIGN)
    if call.value("rounding", default=True):
        raise DataError("a design in whole patients and events is not computed here", where=case.id)
    duration, after = call.value("accrualDuration"), call.value("followupTime")
    target = 1.0 - float(call.value("beta", default=0.2))

    def design(x: float) -> Outlook:
        if duration is None:
            return outlook(call, scenario_of(call, x), x + float(after))
        fixed = scenario_of(call, float(duration))
        if after is None:
            return outlook(call, fixed, float(duration) + x)
        more = replace(fixed, accrual=fixed.accrual.scaled(x))
        return outlook(call, more, float(duration) + float(after))

    guess = 12.0 if duration is None or after is None else 1.0
    if duration is None and after is None:
        raise DataError("either the length of enrolment or the follow-up must be given", where=case.id)
    found = rising_root(lambda x: float(design(x).success[-1]) - target, guess, "nothing reaches this power")
    return Ours(_values(design(found)))


def _values(found: Outlook) -> dict[str, Any]:
    scenario = found.scenario
    return {
        "power": float(found.success[-1]), "events": float(expected(scenario, found.time[-1]).events[0]),
        "n": scenario.accrual.patients, "accrual_duration": scenario.accrual.duration,
        "followup": float(found.time[-1]) - scenario.accrual.duration,
        "study_duration": float(found.time[-1]), "z": found.upper, "hr": found.ratio, "cum_reject": found.success,
    }  # fmt: skip
