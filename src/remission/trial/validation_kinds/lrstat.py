"""lrstat: power and size of weighted log-rank tests by Lu's method."""

from __future__ import annotations

from typing import Any

import numpy as np

from remission.errors import DataError
from remission.statistics.r_call import Call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.weights import FlemingHarrington, LogRank, Weight
from remission.trial.expectation import expected
from remission.trial.looks import Look
from remission.trial.moments import cox_limit, score_moments
from remission.trial.plan import Efficacy, FixedBounds, Plan, WangTsiatis, rising_root
from remission.trial.power import Characteristics, power, size_by_duration
from remission.trial.scenario import Scenario, Stratum
from remission.trial.spending import Spending
from remission.trial.statistic import WeightedLogRank
from remission.trial.validation_kinds.reading import accrual, array, call_of, piecewise

_SPENDING = {"sfOF": "obrien-fleming", "sfP": "pocock", "sfKD": "kim-demets", "sfHSD": "hwang-shih-decani"}


def scenario_of(call: Call, duration: float) -> Scenario:
    """Enrolment and hazards; one stratum."""
    if call.value("fixedFollowup", default=False):
        raise DataError("a fixed follow-up of each patient is not known here")
    starts = call.value("piecewiseSurvivalTime", default=0.0)
    lambda1, lambda2 = call.value("lambda1"), call.value("lambda2")
    gamma1, gamma2 = call.value("gamma1", default=0.0), call.value("gamma2", default=0.0)
    stratum = Stratum(
        piecewise(lambda2, starts),
        piecewise(lambda1, starts),
        piecewise(gamma2, starts),
        piecewise(gamma1, starts),
    )
    enrolment = accrual(call.value("accrualIntensity"), call.value("accrualTime", default=0.0), duration)
    return Scenario(enrolment, (stratum,), float(call.value("allocationRatioPlanned", default=1.0)))


def weight_of(call: Call) -> Weight:
    """Fleming-Harrington by rho1 and rho2."""
    rho, gamma = float(call.value("rho1", default=0.0)), float(call.value("rho2", default=0.0))
    return FlemingHarrington(rho, gamma) if rho or gamma else LogRank()


def statistic_of(call: Call) -> WeightedLogRank:
    """The weighted log-rank test with the margin of ``hazardRatioH0``."""
    return WeightedLogRank(weight_of(call), float(call.value("hazardRatioH0", default=1.0)))


def plan_of(call: Call) -> Plan:
    """Critical values typed in, or a spending function."""
    alpha = float(call.value("alpha", default=0.025))
    given = call.value("criticalValues")
    if given is not None:
        return Plan(alpha, FixedBounds(tuple(map(float, np.atleast_1d(given)))))
    kind, parameter = (
        str(call.value("typeAlphaSpending", default="sfOF")),
        call.value("parameterAlphaSpending"),
    )
    efficacy: Efficacy
    if kind in ("OF", "P", "WT"):
        efficacy = WangTsiatis({"OF": 0.0, "P": 0.5}.get(kind, float(parameter or 0.0)))
    elif kind in _SPENDING:
        efficacy = Spending(_SPENDING[kind], float(1.0 if parameter is None else parameter))
    else:
        raise DataError("this spending function is not known here", found=kind)
    return Plan(alpha, efficacy)


def looks_of(call: Call, end: float, scenario: Scenario) -> tuple[list[Look], np.ndarray]:
    """Looks at shares of the last one's events (of its information for a weighted test), and the shares."""
    count = int(call.value("kMax", default=1))
    shares = array(call, "informationRates", np.arange(1, count + 1) / count)
    statistic = statistic_of(call)
    if isinstance(statistic.weight, LogRank):
        return [*(Look(fraction=float(share)) for share in shares[:-1]), Look(time=end)], shares

    def information(time: float) -> float:
        return float(score_moments(scenario, time, [statistic.weight], statistic.margin).covariance[0, 0])

    def time_of(share: float) -> float:
        whole = information(end)
        return rising_root(lambda time: information(time) - share * whole, 0.7 * end, "no such look")

    times = [time_of(float(share)) for share in shares[:-1]]
    return [Look(time=time) for time in (*times, end)], shares


@case_kind("lrstat::lrpower(")
def powered(case: Case) -> Ours:
    """Power and expected events with enrolment and follow-up given."""
    call = call_of(case, "lrstat::lrpower")
    duration = float(call.value("accrualDuration"))
    scenario = scenario_of(call, duration)
    looks, shares = looks_of(call, duration + float(call.value("followupTime")), scenario)
    found = power(scenario, looks, statistic_of(call), plan_of(call), fraction=shares, method="score")
    return Ours(_values(found, scenario))


@case_kind("lrstat::lrsamplesize(")
def sized(case: Case) -> Ours:
    """Length of enrolment solved for, its rate and the follow-up given."""
    call = call_of(case, "lrstat::lrsamplesize")
    if call.value("accrualDuration") is not None or call.value("followupTime") is None:
        raise DataError("only the length of enrolment is solved for here", where=case.id)
    after = float(call.value("followupTime"))
    guess = scenario_of(call, 12.0)
    _, shares = looks_of(call, 12.0 + after, guess)

    def looks_after(months: float) -> list[Look]:
        return looks_of(call, months + after, scenario_of(call, months))[0]

    target = 1.0 - float(call.value("beta", default=0.2))
    options: dict[str, Any] = {"target": target, "fraction": shares, "method": "score"}
    scenario, found = size_by_duration(guess, looks_after, statistic_of(call), plan_of(call), **options)
    return Ours(_values(found, scenario))


def _values(found: Characteristics, scenario: Scenario) -> dict[str, Any]:
    ratios = [cox_limit(scenario, float(time)) for time in found.time]
    return {
        "power": float(found.power[-1]), "events": float(expected(scenario, found.time[-1]).events[0]),
        "n": scenario.accrual.patients, "accrual_duration": scenario.accrual.duration,
        "study_duration": float(found.time[-1]), "z": found.upper, "hr": ratios, "cum_reject": found.power,
    }  # fmt: skip
