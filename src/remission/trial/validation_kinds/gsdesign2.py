"""gsDesign2: average hazard ratios, and designs under hazards that need not be proportional."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from remission.errors import DataError
from remission.statistics.r_call import Call, find_call
from remission.statistics.r_value import evaluate
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.weights import FlemingHarrington, LogRank, MagirrBurman, Weight
from remission.trial.events import time_of_events
from remission.trial.expectation import expected
from remission.trial.hazard import Accrual, Hazard
from remission.trial.looks import Look
from remission.trial.max_combo import max_combo_size
from remission.trial.moments import score_moments
from remission.trial.plan import FixedBounds, Plan
from remission.trial.power import Characteristics, power, size
from remission.trial.scenario import Scenario, Stratum
from remission.trial.statistic import MaxCombo, RestrictedMean, Statistic, WeightedLogRank
from remission.trial.validation_kinds.gsdesign import gs_boundary
from remission.trial.validation_kinds.reading import array, call_of, definition, shaped, spending_of, text_of


def scenario_of(case: Case, call: Call) -> Scenario:
    """Enrolment and hazards of a call, by stratum where they have strata."""
    enrol = definition(case, call.named["enroll_rate"], "gsDesign2::define_enroll_rate")
    fail = definition(case, call.named["fail_rate"], "gsDesign2::define_fail_rate")
    names = _strata(fail)
    rows = {name: [i for i, other in enumerate(names) if other == name] for name in dict.fromkeys(names)}
    enrolled = _strata(enrol)
    lengths, rates = _columns(enrol, "duration", "rate")
    whole = [(s, length * rate) for s, length, rate in zip(enrolled, lengths, rates, strict=True)]
    totals = {name: sum(count for s, count in whole if s == name) for name in rows}
    first = [i for i, name in enumerate(enrolled) if name == enrolled[0]]
    shares = {name: totals[name] / sum(totals.values()) for name in rows}
    enrolment = Accrual(tuple(rates[first] / shares[enrolled[0]]), tuple(np.cumsum(lengths[first])))
    strata = tuple(_stratum(fail, rows[name], name, float(shares[name])) for name in rows)
    return Scenario(enrolment, strata, float(call.value("ratio", default=1.0)))


def _strata(call: Call) -> list[str]:
    """Stratum of each row of a table; all one where none is named."""
    count = max(np.size(evaluate(text)) for name, text in call.named.items() if name != "stratum")
    given = call.value("stratum", default="All")
    return [str(given)] * count if isinstance(given, str) else [str(name) for name in given]


def _columns(call: Call, *names: str) -> list[np.ndarray]:
    columns = [array(call, name) for name in names]
    rows = max(column.size for column in columns)
    return [np.resize(column, rows) for column in columns]


def _stratum(call: Call, rows: list[int], name: str, share: float) -> Stratum:
    length, rate, ratio, lost = _columns(call, "duration", "fail_rate", "hr", "dropout_rate")
    cuts = tuple(np.cumsum(length[rows])[:-1])
    control = Hazard(tuple(rate[rows]), cuts)
    leaving = Hazard(tuple(lost[rows]), cuts)
    return Stratum(control, control.times(Hazard(tuple(ratio[rows]), cuts)), leaving, leaving, share, name)


@case_kind("gsDesign2::ahr(")
def average_hazard_ratio(case: Case) -> Ours:
    """Events, average hazard ratio and information at calendar times."""
    call = call_of(case, "gsDesign2::ahr")
    table = expected(scenario_of(case, call), array(call, "total_duration", 30.0))
    values = {"time": table.time, "ahr": table.average_hazard_ratio, "event": table.events}
    return Ours(shaped(values | {"info": table.information, "info0": table.information_null}, case))


@case_kind("gsDesign2::expected_time(")
def expected_time(case: Case) -> Ours:
    """When a number of events is expected."""
    call = call_of(case, "gsDesign2::expected_time")
    scenario = scenario_of(case, call)
    time = time_of_events(scenario, float(call.value("target_event")))
    table = expected(scenario, time)
    values = {"time": time, "ahr": table.average_hazard_ratio, "event": table.events}
    return Ours(shaped(values | {"info": table.information, "info0": table.information_null}, case))


def _fixed(function: str, statistic_of: Callable[[Call], Statistic], method: str) -> None:
    @case_kind(f"gsDesign2::{function}(")
    def kind(case: Case) -> Ours:
        call = call_of(case, f"gsDesign2::{function}")
        scenario, statistic = scenario_of(case, call), statistic_of(call)
        end, alpha = (
            float(call.value("study_duration", default=36.0)),
            float(call.value("alpha", default=0.025)),
        )
        target = call.value("power")
        options: dict[str, Any] = {"plan": Plan(alpha), "method": method}
        if target is None:
            found = power(scenario, [Look(time=end)], statistic, **options)
        else:
            scenario, found = size(scenario, [Look(time=end)], statistic, target=float(target), **options)
        return Ours(shaped(_row(found, scenario, statistic, alpha), case))


def _row(found: Characteristics, scenario: Scenario, statistic: Statistic, alpha: float) -> dict[str, Any]:
    ratio = float(found.average_hazard_ratio[-1])
    if isinstance(statistic, WeightedLogRank) and not isinstance(statistic.weight, LogRank):
        both = score_moments(scenario, float(found.time[-1]), [statistic.weight, LogRank()])
        ratio = float(np.exp(-both.mean[0] / both.covariance[0, 1]))
    return {
        "n": found.patients[-1], "event": found.events[-1], "time": found.time[-1], "ahr": ratio,
        "bound": found.upper[-1], "alpha": alpha, "power": found.power[-1],
    }  # fmt: skip


def _weight(call: Call) -> Weight:
    return FlemingHarrington(float(call.value("rho", default=0.0)), float(call.value("gamma", default=0.0)))


_fixed("fixed_design_ahr", lambda call: WeightedLogRank(), "average hazard ratio")
_fixed("fixed_design_fh", lambda call: WeightedLogRank(_weight(call)), "two variances")
_fixed(
    "fixed_design_mb",
    lambda call: WeightedLogRank(
        MagirrBurman(float(call.value("tau", default=6.0)), float(call.value("w_max", default=np.inf)))
    ),
    "two variances",
)
_fixed("fixed_design_rmst", lambda call: RestrictedMean(float(call.value("tau"))), "score")


@case_kind("gsDesign2::fixed_design_maxcombo(")
def max_combo(case: Case) -> Ours:
    """The largest of Fleming-Harrington statistics, one look."""
    call = call_of(case, "gsDesign2::fixed_design_maxcombo")
    rho, gamma = array(call, "rho"), array(call, "gamma")
    if (array(call, "tau", -1.0) >= 0).any():
        raise DataError("weights that stop at tau are not known here", where=case.id)
    weights = tuple(FlemingHarrington(float(r), float(g)) for r, g in zip(rho, gamma, strict=True))
    alpha, end = float(call.value("alpha", default=0.025)), float(call.value("study_duration", default=36.0))
    target = float(call.value("power", default=0.9))
    found = max_combo_size(scenario_of(case, call), end, MaxCombo(weights), alpha=alpha, target=target)
    values = {"n": found.patients, "event": found.events, "time": end, "bound": found.bound, "alpha": alpha}
    return Ours(values | {"power": found.power})


@case_kind("gsDesign2::gs_design_ahr(")
def sized_looks(case: Case) -> Ours:
    """Several looks, patients solved for."""
    call = call_of(case, "gsDesign2::gs_design_ahr")
    scenario = scenario_of(case, call)
    times, shares = array(call, "analysis_time", 36.0), array(call, "info_frac", 1.0)
    looks = [Look(time=float(time)) for time in times]
    if times.size == 1 and shares.size > 1:
        looks = [*(Look(fraction=float(share)) for share in shares[:-1]), looks[0]]
    target = 1.0 - float(call.value("beta", default=0.1))
    options: dict[str, Any] = {"plan": _plan(call), "method": "average hazard ratio", "target": target}
    _, found = size(scenario, looks, **options)
    return Ours(shaped(_table(found, scenario.ratio, case), case))


@case_kind("gsDesign2::gs_power_ahr(")
def powered_looks(case: Case) -> Ours:
    """Several looks, patients given."""
    call = call_of(case, "gsDesign2::gs_power_ahr")
    scenario = scenario_of(case, call)
    events, times = call.value("event"), call.value("analysis_time")
    columns = [np.atleast_1d(np.asarray(x, float)) for x in (events, times) if x is not None]
    rows = max(column.size for column in columns)
    events, times = ([None] * rows if x is None else list(map(float, np.atleast_1d(x))) for x in (events, times))
    looks = [Look(time=time, events=count) for time, count in zip(times, events, strict=True)]
    found = power(scenario, looks, plan=_plan(call), method="average hazard ratio")
    return Ours(shaped(_table(found, scenario.ratio, case), case))


def _plan(call: Call) -> Plan:
    """Efficacy and futility as ``gs_spending_bound`` or ``gs_b`` with their parameters."""
    alpha = float(call.value("alpha", default=0.025))
    upper, lower = text_of(call, "upper", "gs_b"), text_of(call, "lower", "gs_b")
    upar, lpar = text_of(call, "upar", ""), text_of(call, "lpar", "")
    futility: Any = None
    error = None
    if "gs_spending_bound" in lower:
        futility, error = _spent(lpar)
    elif lpar and np.isfinite(bounds := np.atleast_1d(np.asarray(evaluate(lpar), float))).any():
        futility = FixedBounds(tuple(map(float, bounds)))
    if "gs_spending_bound" in upper:
        efficacy, alpha = _spent(upar)
        return Plan(alpha, efficacy, futility, error)
    inner = find_call(upar, "gsDesign::gsDesign")
    bounds = gs_boundary(inner).upper if inner else np.atleast_1d(np.asarray(evaluate(upar), float))
    return Plan(alpha, FixedBounds(tuple(map(float, bounds))), futility, error)


def _spent(text: str) -> tuple[Any, float]:
    call = find_call(text, "list")
    if call is None:
        raise DataError("the parameters of a spending bound cannot be read", found=text)
    return spending_of(call.named["sf"], call.value("param")), float(call.value("total_spend"))


def _table(found: Characteristics, ratio: float, case: Case) -> dict[str, Any]:
    null = found.events * ratio / (1.0 + ratio) ** 2
    values: dict[str, Any] = {
        "n": found.patients, "event": found.events, "time": found.time, "ahr": found.average_hazard_ratio,
        "theta": -np.log(found.average_hazard_ratio), "info": found.information, "info0": null,
        "info_frac": found.information / found.information[-1], "upper_z": found.upper,
        "upper_prob": found.power, "upper_prob0": found.alpha,
        "upper_hr": np.exp(-found.upper / np.sqrt(null)),
    }  # fmt: skip
    if case.output.get("lower_z") is not None:
        values |= {"lower_z": found.lower, "lower_prob": found.futility}
        values |= {"lower_hr": np.exp(-found.lower / np.sqrt(null))}
    return values
