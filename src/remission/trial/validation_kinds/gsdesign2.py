"""gsDesign2: average hazard ratios, and designs of one look under hazards that need not be proportional."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtri

from remission.errors import DataError
from remission.statistics.r_call import Call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments
from remission.statistics.weights import FlemingHarrington
from remission.trial.classical import lachin_foulkes_size
from remission.trial.hazard import Accrual
from remission.trial.looks import Look
from remission.trial.max_combo import max_combo_size
from remission.trial.plan import Plan
from remission.trial.power import power, size
from remission.trial.scenario import Scenario
from remission.trial.statistic import MaxCombo, Milestone, RestrictedMean
from remission.trial.validation_kinds.gsdesign2_information import Series, Weighted, average, time_of, total_events
from remission.trial.validation_kinds.gsdesign2_inputs import (
    columns,
    design_of,
    harrington,
    modest,
    series_of,
    strata_of,
    stratum_names,
)
from remission.trial.validation_kinds.reading import array, definition, shaped
from remission.trial.validation_kinds.three_informations import Fixed, sized

_FIXED = "alpha power ratio study_duration enroll_rate fail_rate"


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
    lengths, rates = columns(enrol, "duration", "rate")
    names = np.array(stratum_names(enrol))
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
        series = series_of(strata_of(case, call), times, weight_of(call))
        bounds = Fixed(np.array([-ndtri(alpha)])), Fixed(np.array([-np.inf]))
        design = design_of(series, call, *bounds)
        if target is None:
            factor, found = 1.0, design.outcome()
        else:
            factor, found = sized(design, alpha, 1.0 - float(target))
        values = {
            "n": series.patients * factor, "event": series.events * factor, "time": times,
            "ahr": series.average_hazard_ratio, "bound": found.upper, "alpha": alpha, "power": found.power,
        }  # fmt: skip
        return Ours(shaped(values, case))


_fixed("fixed_design_ahr", "event", lambda call: None)
_fixed("fixed_design_fh", "rho gamma", harrington)
_fixed("fixed_design_mb", "tau w_max", modest)


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
