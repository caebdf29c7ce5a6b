"""rpact: boundaries, survival sample sizes, simulated survival trials."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri

from remission.errors import DataError
from remission.statistics.r_call import Call, find_call
from remission.statistics.validation import Case, Ours, case_kind
from remission.trial.boundary import Boundary, boundary
from remission.trial.classical import freedman_size, schoenfeld_events
from remission.trial.events import expected_events
from remission.trial.hazard import Accrual, Hazard
from remission.trial.plan import Efficacy, FixedBounds, Futility, HaybittlePeto, Plan, WangTsiatis
from remission.trial.scenario import Scenario, Stratum
from remission.trial.spending import Spending
from remission.trial.validation_kinds.gsdesign_spending import by_look
from remission.trial.validation_kinds.reading import accrual, array, call_of, piecewise

_SPENDING = {"OF": "obrien-fleming", "P": "pocock", "KD": "kim-demets", "HSD": "hwang-shih-decani"}
# rpact writes -6 for "no futility bound".
_OPEN = -6.0


_DESIGN = (
    "kMax alpha beta sided informationRates futilityBounds typeOfDesign deltaWT gammaA typeBetaSpending "
    "userAlphaSpending userBetaSpending gammaB bindingFutility constantBoundsHP tolerance"
)
_SURVIVAL = (
    "design typeOfComputation thetaH0 pi1 pi2 lambda1 lambda2 median1 median2 hazardRatio piecewiseSurvivalTime "
    "eventTime accrualTime accrualIntensity dropoutRate1 dropoutRate2 dropoutTime directionUpper "
)

SIMULATION = _SURVIVAL + "allocation1 allocation2 plannedEvents maxNumberOfIterations seed"


def rpact_boundary(call: Call) -> Boundary:
    """The design of a ``getDesignGroupSequential`` call.

    Examples
    --------
    >>> from remission.statistics.r_call import find_call
    >>> name = "rpact::getDesignGroupSequential"
    >>> call = find_call(name + "(kMax=2,alpha=.025,sided=1,typeOfDesign='asOF')", name)
    >>> rpact_boundary(call).upper.round(3)
    array([2.963, 1.969])
    """
    call = call.matched(_DESIGN)
    rates = call.value("informationRates")
    looks = int(call.value("kMax", default=3 if rates is None else np.size(rates)))
    fraction = np.arange(1, looks + 1) / looks if rates is None else np.asarray(rates, float)
    sides = int(call.value("sided", default=1))
    alpha = float(call.value("alpha", default=0.025)) / sides
    plan = Plan(
        alpha, _efficacy(call, looks, alpha), _futility(call), None, "alternative",
        bool(call.value("bindingFutility", default=False)), sides,
    )  # fmt: skip
    return boundary(fraction, plan, 1.0 - float(call.value("beta", default=0.2)))


def _efficacy(call: Call, looks: int, alpha: float) -> Efficacy:
    kind = str(call.value("typeOfDesign", default="OF"))
    if kind == "asUser":
        return by_look(array(call, "userAlphaSpending") / float(call.value("alpha", default=0.025)))
    if kind == "noEarlyEfficacy":
        return FixedBounds((*[np.inf] * (looks - 1), float(-ndtri(alpha))))
    if kind in ("OF", "P", "WT"):
        return WangTsiatis({"OF": 0.0, "P": 0.5}.get(kind, float(call.value("deltaWT", default=0.0))))
    if kind == "HP":
        return HaybittlePeto(float(call.value("constantBoundsHP", default=3.0)))
    return _spending(kind, "as", call.value("gammaA"))


def _futility(call: Call) -> Futility | None:
    fixed = call.value("futilityBounds")
    if fixed is not None:
        return FixedBounds(tuple(map(float, np.atleast_1d(fixed))))
    kind = str(call.value("typeBetaSpending", default="none"))
    if kind == "bsUser":
        return by_look(array(call, "userBetaSpending") / float(call.value("beta", default=0.2)))
    return None if kind == "none" else _spending(kind, "bs", call.value("gammaB"))


def _spending(kind: str, prefix: str, parameter: Any) -> Spending:
    name = _SPENDING.get(kind.removeprefix(prefix))
    if name is None:
        raise DataError("this type of design is not known here", found=kind)
    return Spending(name, float(1.0 if parameter is None else parameter))


@case_kind("rpact::getDesignGroupSequential(")
def design(case: Case) -> Ours:
    """Critical values, error spent so far, levels of the stages, futility bounds before the last look."""
    made = rpact_boundary(call_of(case, "rpact::getDesignGroupSequential"))
    futility = np.where(np.isfinite(made.lower), made.lower, _OPEN)[:-1]
    if made.plan.sides == 2:
        futility = np.full(futility.size, _OPEN)
    spent = made.plan.sides * _spent(made)
    values = {"critical_values": made.upper, "alpha_spent": spent, "stage_levels": made.nominal_p}
    return Ours(values | {"futility_z": futility})


def _spent(made: Boundary) -> np.ndarray:
    rule = made.plan.efficacy
    return rule.cumulative(made.plan.alpha, made.fraction) if isinstance(rule, Spending) else made.alpha_spent


def dropout(call: Call, arm: int) -> Hazard:
    """Dropout from the share lost by a time.

    Examples
    --------
    >>> from remission.statistics.r_call import find_call
    >>> round(dropout(find_call("f(dropoutRate1=0.1, dropoutTime=12)", "f"), 1).rates[0], 5)
    0.00878
    """
    lost = float(call.value(f"dropoutRate{arm}", default=0.0))
    return Hazard((float(-np.log1p(-lost) / float(call.value("dropoutTime", default=12.0))),))


def hazards(call: Call) -> tuple[Hazard, Hazard]:
    """Control and experimental hazards, from medians, rates (also piecewise), shares with an event by a time, and
    a hazard ratio."""
    starts = np.atleast_1d(np.asarray(call.value("piecewiseSurvivalTime", default=0.0), float))
    rates = {}
    for arm in (1, 2):
        median, rate, share = (call.value(f"{name}{arm}") for name in ("median", "lambda", "pi"))
        if rate is not None:
            rates[arm] = piecewise(rate, starts)
        elif median is not None:
            rates[arm] = Hazard.from_median(float(median))
        elif share is not None:
            rates[arm] = Hazard((float(-np.log1p(-float(share)) / float(call.value("eventTime", default=12.0))),))
    ratio = call.value("hazardRatio")
    if 2 not in rates or (1 not in rates and ratio is None):
        raise DataError("the hazards cannot be read from this call", where=call.function)
    return rates[2], rates[1] if 1 in rates else rates[2].times(float(np.ravel(ratio)[0]))


def enrolment(call: Call) -> Accrual:
    """Enrolment from the times at which its rates begin and the end, rates in any unit."""
    times = array(call, "accrualTime", [0.0, 12.0])
    rates = array(call, "accrualIntensity", 1.0)
    if rates.size not in (1, times.size - 1):
        raise DataError("each stretch of enrolment needs its rate", where=call.function, found=str(rates))
    return accrual(np.broadcast_to(rates, times.size - 1), times[:-1], float(times[-1]))


@case_kind(
    "rpact::getSampleSizeSurvival(",
    "rpact::getSampleSizeSurvival(rpact::getDesignGroupSequential(",
    "rpact::getSampleSizeSurvival(design=rpact::getDesignGroupSequential(",
)
def survival_size(case: Case) -> Ours:
    """Events by a formula for proportional hazards, inflated by looks; patients by the share of events seen."""
    nested = find_call(case.call, "rpact::getDesignGroupSequential")
    read = find_call(case.call, "rpact::getSampleSizeSurvival")
    assert read is not None
    if nested is None:
        call = read.matched(
            "alpha beta sided " + _SURVIVAL + "allocationRatioPlanned accrualIntensityType followUpTime"
        )
    else:
        call = read.matched(_SURVIVAL + "allocationRatioPlanned accrualIntensityType followUpTime")
    control, experimental = hazards(call)
    ratio = float(call.value("allocationRatioPlanned", default=1.0))
    stratum = Stratum(control, experimental, dropout(call, 2), dropout(call, 1))
    scenario = Scenario(enrolment(call), (stratum,), ratio)
    made = rpact_boundary(nested) if nested else None
    alpha = float(call.value("alpha", default=0.025)) / int(call.value("sided", default=1))
    target = 1.0 - float(call.value("beta", default=0.2))
    if made is not None:
        alpha, target = made.plan.alpha, made.power
    events = _fixed_events(call, experimental.rates[0] / control.rates[0], alpha, target, ratio)
    events *= made.inflation if made is not None else 1.0
    end = scenario.accrual.duration + float(call.value("followUpTime", default=6.0))
    return Ours({"events": events, "n": events / expected_events(scenario, end) * scenario.accrual.patients})


def _fixed_events(call: Call, hazard_ratio: float, alpha: float, target: float, ratio: float) -> float:
    """Events of a trial with one look by Schoenfeld, Freedman, or Hsieh and Freedman."""
    method = str(call.value("typeOfComputation", default="Schoenfeld"))
    margin = float(call.value("thetaH0", default=1.0))
    if method == "Schoenfeld":
        return schoenfeld_events(hazard_ratio, margin=margin, alpha=alpha, power=target, ratio=ratio)
    if margin != 1.0 or method not in ("Freedman", "HsiehFreedman"):
        raise DataError("this formula, or a margin in it, is not known here", found=f"{method}, {margin:g}")
    if method == "Freedman":
        control = freedman_size(hazard_ratio, 1.0, 1.0, alpha=alpha, power=target, ratio=ratio)[1]
        return (1.0 + ratio) * control
    equal = sum(freedman_size(hazard_ratio, 1.0, 1.0, alpha=alpha, power=target))
    return equal * (1.0 + ratio) ** 2 / (4.0 * ratio)
