"""Interval-censored data, piecewise exponential hazards, reconstructed patients."""

from __future__ import annotations

import re

import numpy as np

from remission.statistics.interval_censored import interval_regression, turnbull
from remission.statistics.kaplan_meier import kaplan_meier
from remission.statistics.piecewise_exponential import piecewise_exponential
from remission.statistics.r_call import find_call
from remission.statistics.reconstruct import reconstruct
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import column, two_arms

_SURVREG = {"weibull": "weibull", "lognormal": "log-normal", "loglogistic": "log-logistic"}


def _ends(case: Case) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(column(case, "left"), dtype=float), np.asarray(column(case, "right"), dtype=float)


@case_kind("summary(survival::survfit(Surv(left,right")
def turnbull_curve(case: Case) -> Ours:
    """Turnbull's curve of each arm at given times."""
    call = find_call(case.call, "summary")
    times = call.value("times") if call else case.inputs["times"]
    left, right = _ends(case)
    groups = [np.ones(left.size, dtype=bool)]
    if "~arm" in case.call.replace(" ", ""):
        arm = column(case, "arm")
        groups = [arm == label for label in np.unique(arm)]
    survival = np.concatenate([turnbull(left[g], right[g]).at(times) for g in groups])
    note = "the reference's EM stops early: its values allow a log likelihood below the maximum found here"
    return Ours({"surv": survival, "time": np.tile(times, len(groups))}, note=note)


@case_kind("survival::survreg(Surv(pmax(left")
def survreg_intervals(case: Case) -> Ours:
    """``survreg`` of intervals; left ends at zero are lifted as in the call."""
    call = find_call(case.call, "survival::survreg")
    family = _SURVREG[str(call.value("dist", default="weibull"))] if call else "weibull"
    left, right = _ends(case)
    arm = column(case, "arm") if "~arm" in case.call.replace(" ", "") else None
    lift = float(re.search(r"pmax\(left,\s*([\d.e-]+)\)", case.call)[1])  # type: ignore[index]
    model = interval_regression(np.maximum(left, lift), right, arm, family=family)
    values = {"coef": model.coefficients, "scale": model.scale, "loglik": model.log_likelihood}
    return Ours(values | {"se": model.std_errors})


@case_kind("WeibullFitter().fit_interval_censoring(")
def lifelines_weibull(case: Case) -> Ours:
    """Weibull without covariates."""
    model = interval_regression(*_ends(case))
    values = {"lambda": float(np.exp(model.coefficients[0])), "rho": 1 / model.scale}
    return Ours(values | {"loglik": model.log_likelihood})


@case_kind("KaplanMeierFitter().fit_interval_censoring(")
def lifelines_npmle(case: Case) -> Ours:
    """lifelines reads its table at the last end of an interval up to the time: before and after its step."""
    left, right = _ends(case)
    curve = turnbull(left, right)
    ends = np.unique(np.concatenate([left, right[np.isfinite(right)]]))
    at = [ends[ends <= t].max() for t in case.inputs["t"]]
    before = [1 - curve.mass[curve.right < end].sum() for end in at]
    after = [1 - curve.mass[curve.right <= end].sum() for end in at]
    return Ours({"lower": before, "upper": after}, note="read as lifelines reads its table, not at the time itself")


@case_kind("simtrial::fit_pwexp(")
def simtrial_piecewise(case: Case) -> Ours:
    """Time at risk, events, rates and minus twice the log likelihood of each stretch."""
    call = find_call(case.call, "simtrial::fit_pwexp")
    assert call is not None
    lengths = np.atleast_1d(call.value("intervals", 1))
    time, event, _ = two_arms(case)
    fit = piecewise_exponential(time, event, np.cumsum(lengths))
    values = {"intervals": [*lengths, np.inf], "ttot": fit.exposure, "event": fit.events, "rate": fit.rate}
    return Ours(values | {"m2ll": -2 * fit.log_likelihood})


@case_kind("IPDfromKM::getIPD(")
def guyot(case: Case) -> Ours:
    """Reconstruction judged by the rule of the note: patients, events, curve and median."""
    time, survival = np.asarray(case.data["time"], float), np.asarray(case.data["surv"], float)
    call = find_call(case.call, "IPDfromKM::getIPD")
    total = call.value("tot.events") if call else None
    published = int(total) if total is not None else None
    found = reconstruct(time, survival, case.data["trisk"], case.data["nrisk"], published)
    curve = kaplan_meier(found.time, found.event)
    gap = float(np.abs(curve.at(time, extend=True).survival - survival).max())
    events, median = float(found.event.sum()), curve.median.value
    true_events = float(case.data.get("true_events", case.output["events"]))
    fits = (
        found.time.size == int(case.output["n"])
        and min(abs(events - true_events), abs(events - float(case.output["events"]))) <= 0.03 * true_events + 0.5
        and gap <= 0.02
        and abs(median - float(case.output["median"])) <= 0.5
    )
    left_out = {name: "not asked for by the note" for name in case.output if name not in ("n", "events", "median")}
    note = f"rule of the note: patients exact, events {events:g}, largest distance of the curve {gap:.3f}"
    return Ours({"n": found.time.size, "events": events, "median": median}, left_out, bool(fits), note)
