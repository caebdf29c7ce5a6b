"""gsDesign2: designs of several looks under hazards that need not be proportional."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.r_call import Call, find_call
from remission.statistics.r_value import evaluate
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments
from remission.trial.plan import rising_root
from remission.trial.scenario import Scenario
from remission.trial.validation_kinds.gsdesign import gs_boundary
from remission.trial.validation_kinds.gsdesign2_information import Series, Weighted, time_of, total_events, weighted
from remission.trial.validation_kinds.gsdesign2_inputs import design_of, harrington, modest, series_of, strata_of
from remission.trial.validation_kinds.reading import array, shaped, spending_of
from remission.trial.validation_kinds.three_informations import Design, Fixed, Outcome, Rule, Spent, sized

_LOOKS = (
    "enroll_rate fail_rate alpha beta event analysis_time info_frac ratio weight upper upar lower lpar test_upper "
    "test_lower h1_spending binding info_scale approx r tol interval"
)


@case_kind("gsDesign2::gs_design_ahr(", "gsDesign2::gs_design_wlr(")
def sized_looks(case: Case) -> Ours:
    """Several looks, patients solved for."""
    name = "gsDesign2::gs_design_wlr" if "gs_design_wlr" in case.call else "gsDesign2::gs_design_ahr"
    call = arguments(case, name, _LOOKS)
    strata, weight = strata_of(case, call), _weight_of(call, name)
    times = _planned_times(call, strata, weight)
    series = series_of(strata, times, weight)
    alpha, beta = float(call.value("alpha", default=0.025)), float(call.value("beta", default=0.1))
    if "upper" not in call.named and "total_spend" in call.named.get("upar", ""):
        alpha = _spent_total(call.named["upar"], alpha)
    design = design_of(series, call, *_rules(call, times.size, alpha, beta))
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
    series = series_of(strata, np.array(instants), weight)
    design = design_of(series, call, *_rules(call, series.time.size, 0.025, None))
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
    return modest(inside) if "mb" in text.split("param")[0] else harrington(inside)


def _planned_times(call: Call, strata: list[Scenario], weight: Weighted | None) -> Floats:
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
