"""Kaplan-Meier curves and their quantiles: R's survival, lifelines, scikit-survival."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from remission.statistics.kaplan_meier import KaplanMeier, kaplan_meier, restricted_mean
from remission.statistics.r_call import find_call
from remission.statistics.treatment_free import treatment_free_survival
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arms, column, two_arms


def _transform(case: Case) -> str:
    """The interval a call asks for; R's default is log."""
    call = find_call(case.call, "survival::survfit")
    name = str(call.value("conf.type", default="log")) if call else "log"
    return {"arcsin": "arcsine"}.get(name, name)


def _curves(case: Case, **options: Any) -> list[KaplanMeier]:
    call = find_call(case.call, "survival::survfit")
    level = float(call.value("conf.int", default=0.95)) if call else 0.95
    return [kaplan_meier(*arm, transform=_transform(case), level=level, **options) for arm in arms(case)]


@case_kind("summary(survival::survfit(Surv(time,event)")
def summary_of_curve(case: Case) -> Ours:
    """``summary(survfit())`` at given times, or at the event times."""
    call = find_call(case.call, "summary")
    times = call.value("times") if call else None
    names = ("time", "n_risk", "n_event", "surv", "se", "lower", "upper")
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for curve in _curves(case):
        at = curve.at(curve.time[curve.events > 0] if times is None else times, extend=True)
        rows = (
            at.time,
            at.at_risk,
            _events_since(curve, at.time),
            at.survival,
            at.std_error,
            at.lower,
            at.upper,
        )
        for key, values in zip(columns, rows, strict=True):
            columns[key] += _as_r_prints(key, values, at.survival)
    return Ours(columns)


def _as_r_prints(name: str, values: np.ndarray, survival: np.ndarray) -> list[float | None]:
    """R has no error and no limits once all have died."""
    gone = (survival <= 0) & (name in ("se", "lower", "upper"))
    return [None if dead else float(value) for value, dead in zip(values, gone, strict=True)]


def _events_since(curve: KaplanMeier, times: np.ndarray) -> np.ndarray:
    """Events after the previous of these times and up to each."""
    total = np.append(0.0, np.cumsum(curve.events))[np.searchsorted(curve.time, times, side="right")]
    return np.diff(total, prepend=0.0)


@case_kind("))$table", ")$table")
def table_of_curve(case: Case) -> Ours:
    """``summary(survfit())$table``: events, median, restricted mean to the last time."""
    (curve,) = _curves(case)
    median = curve.median
    mean, variance = restricted_mean(curve, curve.last_time)
    values = {"records": curve.at_risk[0], "events": curve.events.sum(), "rmean": mean}
    values |= {"se": np.sqrt(variance), "median": median.value, "lower": median.lower, "upper": median.upper}
    return Ours(values)


@case_kind("quantile(survival::survfit(")
def quantiles_of_curve(case: Case) -> Ours:
    """``quantile(survfit())``: one value or one row for each group."""
    call = find_call(case.call, "quantile")
    probabilities = np.atleast_1d(call.value("probs", 1, 0.5) if call else 0.5)
    found = [[curve.quantile(p) for p in probabilities] for curve in _curves(case)]
    shape = np.shape(case.output["quantile"])

    def arranged(name: str) -> Any:
        values = np.array([[getattr(estimate, name) for estimate in row] for row in found])
        return values.reshape(shape).tolist() if shape else float(values.ravel()[0])

    return Ours({"quantile": arranged("value"), "lower": arranged("lower"), "upper": arranged("upper")})


def _named_arm(case: Case) -> KaplanMeier:
    """The arm that a sentence names, with log-log limits."""
    time, event, arm = two_arms(case)
    match = re.search(r"arm (\d)", case.call)
    member = arm == int(match[1]) if match else np.ones(arm.size, dtype=bool)
    return kaplan_meier(time[member], event[member])


@case_kind("KaplanMeierFitter().fit(time,event)")
def lifelines_median(case: Case) -> Ours:
    """Median of one arm with its interval."""
    median = _named_arm(case).median
    return Ours({"median": median.value, "ci": [median.lower, median.upper]})


@case_kind("kaplan_meier_estimator(")
def scikit_survival_curve(case: Case) -> Ours:
    """Survival of one arm at one time."""
    at = _named_arm(case).at([case.inputs["t"]])
    return Ours({"surv": at.survival[0], "ci": [at.lower[0], at.upper[0]]})


@case_kind("r(d$time_stop,d$event_stop)")
def treatment_free(case: Case) -> Ours:
    """Restricted means of three curves and the areas between them."""
    match = re.search(r"rmean\s*=\s*([\d.]+)", case.call)
    tau = float(match[1]) if match else float(case.inputs["horizon"])
    names = ("time_stop", "event_stop", "time_next", "event_next")
    times = [np.asarray(column(case, name), dtype=float) for name in (*names, "time_os", "event_os")]
    stop, stopped, following, followed, death, died = times
    result = treatment_free_survival(stop, stopped, following, followed, tau, survival_time=death, survival_event=died)
    on, free = result.on_therapy.value, result.treatment_free.value
    after = result.after_next.value if result.after_next else 0.0
    return Ours(
        {
            "rmean_protocol_therapy": on,
            "rmean_to_next_therapy": on + free,
            "rmean_os": on + free + after,
            "tfs": free,
            "survival_after_next": after,
        }
    )
