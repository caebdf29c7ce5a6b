"""gsDesign2: average hazard ratios, and designs under hazards that need not be proportional."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from scipy.special import ndtri

from remission.errors import DataError
from remission.statistics.r_call import Call, find_call
from remission.statistics.r_value import evaluate
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments
from remission.statistics.weights import FlemingHarrington
from remission.trial.classical import lachin_foulkes_size
from remission.trial.hazard import Accrual, Hazard
from remission.trial.looks import Look
from remission.trial.max_combo import max_combo_size
from remission.trial.plan import Plan, rising_root
from remission.trial.power import power, size
from remission.trial.scenario import Scenario, Stratum
from remission.trial.statistic import MaxCombo, Milestone, RestrictedMean
from remission.trial.validation_kinds.gsdesign import gs_boundary
from remission.trial.validation_kinds.gsdesign2_information import (
    Array,
    Series,
    Weighted,
    average,
    time_of,
    total_events,
    weighted,
)
from remission.trial.validation_kinds.reading import array, definition, shaped, spending_of
from remission.trial.validation_kinds.three_informations import Design, Fixed, Outcome, Rule, Spent, sized

_LOOKS = (
    "enroll_rate fail_rate alpha beta event analysis_time info_frac ratio weight upper upar lower lpar test_upper "
    "test_lower h1_spending binding info_scale approx r tol interval"
)
_FIXED = "alpha power ratio study_duration enroll_rate fail_rate"


def strata_of(case: Case, call: Call) -> list[Scenario]:
    """A scenario for each stratum, with its own enrolment and hazards.

    Raises
    ------
    DataError
        If enrolment and hazards name other strata.
    """
    enrol = definition(case, call.named["enroll_rate"], "gsDesign2::define_enroll_rate")
    fail = definition(case, call.named["fail_rate"], "gsDesign2::define_fail_rate")
    enrol, fail = enrol.matched("duration rate stratum"), fail.matched("duration fail_rate dropout_rate hr stratum")
    names, enrolled = _strata(fail), _strata(enrol)
    if set(names) != set(enrolled):
        raise DataError("enrolment and hazards have other strata", where=case.id, found=f"{enrolled}, {names}")
    found = []
    for name in dict.fromkeys(names):
        rows = [i for i, other in enumerate(enrolled) if other == name]
        lengths, rates = (column[rows] for column in _columns(enrol, "duration", "rate"))
        accrual = Accrual(tuple(rates), tuple(np.cumsum(lengths)))
        stratum = _stratum(fail, [i for i, other in enumerate(names) if other == name], name)
        found.append(Scenario(accrual, (stratum,), float(call.value("ratio", default=1.0))))
    return found


def _strata(call: Call) -> list[str]:
    """Stratum of each row of a table; all one where none is named."""
    count = max(np.size(evaluate(text)) for name, text in call.named.items() if name != "stratum")
    given = call.value("stratum", default="All")
    return [str(given)] * count if isinstance(given, str) else [str(name) for name in given]


def _columns(call: Call, *names: str) -> list[Array]:
    columns = [array(call, name, {"hr": 1.0, "dropout_rate": 0.0}.get(name)) for name in names]
    rows = max(max(column.size for column in columns), len(_strata(call)))
    return [np.resize(column, rows) for column in columns]


def _stratum(call: Call, rows: list[int], name: str) -> Stratum:
    length, rate, ratio, lost = (
        column[rows] for column in _columns(call, "duration", "fail_rate", "hr", "dropout_rate")
    )
    cuts = tuple(np.cumsum(length)[:-1])
    control = Hazard(tuple(rate), cuts)
    leaving = Hazard(tuple(lost), cuts)
    return Stratum(control, control.times(Hazard(tuple(ratio), cuts)), leaving, leaving, 1.0, name)


@case_kind("gsDesign2::ahr(")
def average_hazard_ratio(case: Case) -> Ours:
    """Events, average hazard ratio and information at calendar times."""
    call = arguments(case, "gsDesign2::ahr", "enroll_rate fail_rate total_duration ratio")
    return Ours(shaped(_expected(average(strata_of(case, call), array(call, "total_duration", 30.0))), case))


@case_kind("gsDesign2::expected_time(")
def expected_time(case: Case) -> Ours:
    """When a number of events is expected."""
    call = arguments(case, "gsDesign2::expected_time", "enroll_rate fail_rate target_event ratio interval")
    strata = strata_of(case, call)
    time = time_of(strata, float(call.value("target_event", default=150.0)))
    return Ours(shaped(_expected(average(strata, np.array([time]))), case))


def _expected(found: Series) -> dict[str, Any]:
    return {
        "time": found.time, "ahr": found.average_hazard_ratio, "event": found.events, "n": found.patients,
        "info": found.info, "info0": found.info0,
    }  # fmt: skip


@case_kind("gsDesign2::expected_event(")
def expected_event(case: Case) -> Ours:
    """Events of one arm by a calendar time."""
    call = arguments(case, "gsDesign2::expected_event", "enroll_rate fail_rate total_duration simple")
    found = total_events(strata_of(case, call), float(call.value("total_duration", default=25.0)))
    return Ours({"event": found})


@case_kind("gsDesign2::expected_accrual(")
def expected_accrual(case: Case) -> Ours:
    """Patients enrolled by calendar times."""
    call = arguments(case, "gsDesign2::expected_accrual", "time enroll_rate")
    enrol = definition(case, call.named["enroll_rate"], "gsDesign2::define_enroll_rate").matched(
        "duration rate stratum"
    )
    lengths, rates = _columns(enrol, "duration", "rate")
    names = np.array(_strata(enrol))
    times = array(call, "time")
    total = sum(
        Accrual(tuple(rates[names == name]), tuple(np.cumsum(lengths[names == name]))).enrolled(times)
        for name in dict.fromkeys(names)
    )
    return Ours({"n": total})


def _fixed(function: str, formals: str, weight_of: Callable[[Call], Weighted | None]) -> None:
    @case_kind(f"gsDesign2::{function}(")
    def kind(case: Case) -> Ours:
        call = arguments(case, f"gsDesign2::{function}", f"{_FIXED} {formals} info_scale")
        alpha, target = float(call.value("alpha", default=0.025)), call.value("power")
        times = array(call, "study_duration", 36.0)
        series = _series(strata_of(case, call), times, weight_of(call))
        bounds = Fixed(np.array([-ndtri(alpha)])), Fixed(np.array([-np.inf]))
        design = _design(series, call, *bounds)
        if target is None:
            factor, found = 1.0, design.outcome()
        else:
            factor, found = sized(design, alpha, 1.0 - float(target))
        values = {
            "n": series.patients * factor, "event": series.events * factor, "time": times,
            "ahr": series.average_hazard_ratio, "bound": found.upper, "alpha": alpha, "power": found.power,
        }  # fmt: skip
        return Ours(shaped(values, case))


def _harrington(call: Call) -> Weighted:
    return Weighted(float(call.value("rho", default=0.0)), float(call.value("gamma", default=0.0)))


def _modest(call: Call) -> Weighted:
    most = float(call.value("w_max", default=np.inf))
    return Weighted(-1.0, 0.0, float(call.value("tau", default=6.0)), most)


_fixed("fixed_design_ahr", "event", lambda call: None)
_fixed("fixed_design_fh", "rho gamma", _harrington)
_fixed("fixed_design_mb", "tau w_max", _modest)


def _series(strata: list[Scenario], times: Array, weight: Weighted | None) -> Series:
    return average(strata, times) if weight is None else weighted(strata, times, weight)


def _difference(function: str, statistic_of: Callable[[float], RestrictedMean | Milestone]) -> None:
    @case_kind(f"gsDesign2::{function}(")
    def kind(case: Case) -> Ours:
        call = arguments(case, f"gsDesign2::{function}", f"{_FIXED} tau")
        scenario = _only(strata_of(case, call), case)
        end, alpha = float(call.value("study_duration", default=36.0)), float(call.value("alpha", default=0.025))
        statistic = statistic_of(float(call.value("tau", default=end)))
        target = call.value("power")
        options: dict[str, Any] = {"plan": Plan(alpha), "method": "score"}
        if target is None:
            found = power(scenario, [Look(time=end)], statistic, **options)
        else:
            scenario, found = size(scenario, [Look(time=end)], statistic, target=float(target), **options)
        values = {
            "n": found.patients, "event": found.events, "time": found.time, "bound": found.upper, "alpha": alpha,
            "power": found.power,
        }  # fmt: skip
        return Ours(shaped(values, case))


def _only(strata: list[Scenario], case: Case) -> Scenario:
    if len(strata) > 1:
        raise DataError("this design of several strata is not known here", where=case.id)
    return strata[0]


_difference("fixed_design_rmst", RestrictedMean)
_difference("fixed_design_milestone", Milestone)


@case_kind("gsDesign2::fixed_design_lf(")
def lachin_foulkes(case: Case) -> Ours:
    """Lachin and Foulkes at the average hazard ratio."""
    call = arguments(case, "gsDesign2::fixed_design_lf", _FIXED)
    scenario = _only(strata_of(case, call), case)
    end, alpha = float(call.value("study_duration", default=36.0)), float(call.value("alpha", default=0.025))
    if call.value("power") is None:
        raise DataError("only the size of this design is computed here", where=case.id)
    ratio = float(average([scenario], np.array([end])).average_hazard_ratio[0])
    constant = scenario.with_hazards(lambda stratum: (stratum.control, stratum.control.times(ratio)))
    found = lachin_foulkes_size(constant, end, alpha=alpha, power=float(call.value("power")))
    values = {"n": found.patients, "event": found.events, "time": end, "bound": -ndtri(alpha), "alpha": alpha}
    return Ours(shaped(values | {"power": float(call.value("power"))}, case))


@case_kind("gsDesign2::fixed_design_maxcombo(")
def max_combo(case: Case) -> Ours:
    """The largest of Fleming-Harrington statistics, one look."""
    call = arguments(case, "gsDesign2::fixed_design_maxcombo", f"{_FIXED} rho gamma tau")
    rho, gamma = array(call, "rho", 0.0), array(call, "gamma", 0.0)
    if (array(call, "tau", -1.0) >= 0).any():
        raise DataError("weights that stop at tau are not known here", where=case.id)
    weights = tuple(FlemingHarrington(float(r), float(g)) for r, g in zip(rho, gamma, strict=True))
    alpha, end = float(call.value("alpha", default=0.025)), float(call.value("study_duration", default=36.0))
    if call.value("power") is None:
        raise DataError("only the size of this design is computed here", where=case.id)
    scenario = _only(strata_of(case, call), case)
    found = max_combo_size(scenario, end, MaxCombo(weights), alpha=alpha, target=float(call.value("power")))
    values = {"n": found.patients, "event": found.events, "time": end, "bound": found.bound, "alpha": alpha}
    return Ours(values | {"power": found.power})


@case_kind("gsDesign2::gs_design_ahr(", "gsDesign2::gs_design_wlr(")
def sized_looks(case: Case) -> Ours:
    """Several looks, patients solved for."""
    name = "gsDesign2::gs_design_wlr" if "gs_design_wlr" in case.call else "gsDesign2::gs_design_ahr"
    call = arguments(case, name, _LOOKS)
    strata, weight = strata_of(case, call), _weight_of(call, name)
    times = _planned_times(call, strata, weight)
    series = _series(strata, times, weight)
    alpha, beta = float(call.value("alpha", default=0.025)), float(call.value("beta", default=0.1))
    if "upper" not in call.named and "total_spend" in call.named.get("upar", ""):
        alpha = _spent_total(call.named["upar"], alpha)
    design = _design(series, call, *_rules(call, times.size, alpha, beta))
    factor, found = sized(design, alpha, beta)
    more = design.scaled(factor)
    # gsDesign2 scales patients by the information it shows over that of the alternative, whichever scale is asked for.
    patients = float(more.info[-1] / series.info[-1])
    return Ours(shaped(_table(series, patients, more, found, weight, strata[0].ratio), case))


@case_kind("gsDesign2::gs_power_ahr(", "gsDesign2::gs_power_wlr(")
def powered_looks(case: Case) -> Ours:
    """Several looks, patients given."""
    name = "gsDesign2::gs_power_wlr" if "gs_power_wlr" in case.call else "gsDesign2::gs_power_ahr"
    call = arguments(case, name, _LOOKS)
    strata, weight = strata_of(case, call), _weight_of(call, name)
    times, events = call.value("analysis_time"), call.value("event")
    if times is None:
        events = [30.0, 40.0, 50.0] if events is None else np.atleast_1d(events)
        instants = [time_of(strata, float(count)) for count in events]
    else:
        instants = [float(time) for time in np.atleast_1d(times)]
        for i, count in enumerate(() if events is None else np.atleast_1d(events)):
            if count > total_events(strata, instants[i]):
                instants[i] = time_of(strata, float(count))
    series = _series(strata, np.array(instants), weight)
    design = _design(series, call, *_rules(call, series.time.size, 0.025, None))
    return Ours(shaped(_table(series, 1.0, design, design.outcome(), weight, strata[0].ratio), case))


def _weight_of(call: Call, name: str) -> Weighted | None:
    """The weight of a ``wlr`` design."""
    if name.endswith("_ahr"):
        return None
    text = call.named.get("weight", "'logrank'")
    if "logrank" in text:
        return Weighted()
    inside = find_call(text[text.index("param") :], "list")
    if inside is None:
        raise DataError("this weight cannot be read", found=text)
    return _modest(inside) if "mb" in text.split("param")[0] else _harrington(inside)


def _planned_times(call: Call, strata: list[Scenario], weight: Weighted | None) -> Array:
    """Calendar times of the looks, from times, from shares of the final information, or from the later of both."""
    times, shares = array(call, "analysis_time", 36.0), array(call, "info_frac", 1.0)
    if shares.size == 1:
        return times
    end = float(times[-1])

    def known(time: float) -> float:
        if weight is None:
            return total_events(strata, time)
        return float(weighted(strata, np.array([time]), weight).info0[0])

    whole = known(end)
    found = []
    for i, share in enumerate(shares[:-1]):
        earliest = float(times[i]) if times.size > 1 else 0.0
        if earliest and known(earliest) >= share * whole:
            found.append(earliest)
        else:
            found.append(rising_root(partial(_short_of, known, float(share) * whole), 0.7 * end, "no such look"))
    return np.array([*found, end])


def _short_of(known: Callable[[float], float], aim: float, time: float) -> float:
    return known(time) - aim


def _rules(call: Call, looks: int, alpha: float, beta: float | None) -> tuple[Rule, Rule]:
    """The rules of both bounds; left out they spend as Lan and DeMets's O'Brien-Fleming."""
    tested = [
        np.broadcast_to(np.asarray(call.value(f"test_{side}", default=True), bool), (looks,))
        for side in ("upper", "lower")
    ]
    upper = _rule(call.named.get("upper", "gs_spending_bound"), call.named.get("upar"), alpha, tested[0])
    lower = _rule(call.named.get("lower", "gs_spending_bound"), call.named.get("lpar"), beta, tested[1])
    if not tested[1].any():
        lower = Fixed(np.full(looks, -np.inf))
    return upper, lower


def _rule(kind: str, text: str | None, total: float | None, tested: Any) -> Rule:
    if "gs_spending_bound" in kind:
        given = find_call(text or "list(sf=gsDesign::sfLDOF)", "list")
        if given is None:
            raise DataError("the parameters of a spending bound cannot be read", found=text)
        given = given.matched("sf total_spend param timing")
        spend = given.value("total_spend", default=total)
        if spend is None:
            raise DataError("a bound that spends needs its total", found=text)
        timing = given.value("timing")
        sf = spending_of(given.named["sf"], given.named.get("param"))
        return Spent(sf, float(spend), None if timing is None else np.asarray(timing, float), tested)
    if "gs_b" not in kind or text is None:
        raise DataError("this kind of bound is not known here", found=kind)
    inner = find_call(text, "gsDesign::gsDesign")
    return Fixed(gs_boundary(inner).upper if inner else np.atleast_1d(np.asarray(evaluate(text), float)))


def _spent_total(text: str, alpha: float) -> float:
    given = find_call(text, "list")
    return alpha if given is None else float(given.value("total_spend", default=alpha))


def _design(series: Series, call: Call, upper: Rule, lower: Rule) -> Design:
    scale = str(call.value("info_scale", default="h0_h1_info"))
    spends = bool(call.value("h1_spending", default=True))
    info, info0 = series.info, series.info0
    info1 = info if spends else info0
    if scale == "h0_info":
        info, info1 = info0, info0
    elif scale == "h1_info":
        info = info0 = info1
    theta1 = series.effect if spends else np.zeros_like(series.effect)
    return Design(series.effect, info, info0, theta1, info1, upper, lower, bool(call.value("binding", default=False)))


def _table(
    series: Series, factor: float, design: Design, found: Outcome, weight: Weighted | None, allocation: float
) -> dict[str, Any]:
    events = series.events * factor
    # At equal arms a log hazard ratio has one over a quarter of the events as its variance.
    ratio = design.info0 if weight is None else events * allocation / (1.0 + allocation) ** 2
    values = {
        "n": series.patients * factor, "event": events, "time": series.time, "ahr": series.average_hazard_ratio,
        "theta": design.theta, "info": design.info, "info0": design.info0,
        "info_frac": design.info / design.info[-1], "info_frac0": design.info0 / design.info0[-1],
    }  # fmt: skip
    shown = np.isfinite(found.upper)
    values |= {"upper_z": found.upper[shown], "upper_prob": found.power[shown]}
    values |= {"upper_prob0": found.power_null[shown], "upper_hr": np.exp(-found.upper / np.sqrt(ratio))[shown]}
    shown = np.isfinite(found.lower)
    values |= {"lower_z": found.lower[shown], "lower_prob": found.futility[shown]}
    values |= {"lower_prob0": found.futility_null[shown], "lower_hr": np.exp(-found.lower / np.sqrt(ratio))[shown]}
    return values
