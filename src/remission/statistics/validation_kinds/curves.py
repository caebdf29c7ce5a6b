"""Kaplan-Meier curves and their quantiles: R's survival, lifelines, scikit-survival."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np

from remission.errors import DataError
from remission.statistics.bands import survival_band
from remission.statistics.kaplan_meier import KaplanMeier, kaplan_meier, restricted_mean
from remission.statistics.nelson_aalen import nelson_aalen
from remission.statistics.r_call import Call
from remission.statistics.treatment_free import treatment_free_survival
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments, column, formula, members, surv, two_arms
from remission.statistics.validation_kinds.intervals import turnbull_curve
from remission.statistics.validation_kinds.risks import aalen_johansen

_SURVFIT = "formula data subset weights stype ctype type error conf.type conf.int"


def curves(case: Case) -> list[KaplanMeier]:
    """The curve of each group of a ``survfit`` call, with the limits it asks for; R's default is log.

    Examples
    --------
    >>> data = {"time": np.array([1.0, 2.0]), "event": np.array([1, 0])}
    >>> len(curves(Case("a", "", "", "survfit(Surv(time, event) ~ 1)", {}, {}, 0, None, data, {})))
    1
    """
    call = arguments(case, "survival::survfit", _SURVFIT)
    level = float(call.value("conf.int", default=0.95))
    name = str(call.value("conf.type", default="log"))
    transform = {"arcsin": "arcsine"}.get(name, name)
    read = formula(case)
    weights = column(case, call.named["weights"]) if "weights" in call.named else None
    found = []
    for member in members(case, read):
        time, event = read.time[member], read.event[member]
        mass = None if weights is None else weights[member]
        entry = None if read.entry is None else read.entry[member]
        curve = kaplan_meier(time, event, weights=mass, entry=entry, level=level, transform=transform)
        found.append(_from_hazard(curve, time, event, call) if _by_hazard(call) else curve)
    return found


def _by_hazard(call: Call) -> bool:
    """Whether the curve asked for is the exponential of the cumulative hazard."""
    kind = str(call.value("type", default="kaplan-meier"))
    return call.value("stype", default=1) == 2 or kind in ("fleming-harrington", "fh", "fh2")


def _from_hazard(curve: KaplanMeier, time: np.ndarray, event: np.ndarray, call: Call) -> KaplanMeier:
    if curve.at_risk[0] != time.size:
        raise DataError("a curve from the cumulative hazard has neither weights nor late entry here")
    one_by_one = call.value("ctype", default=1) == 2 or call.value("type", default="") == "fh2"
    rise = nelson_aalen(time, event, ties="one by one" if one_by_one else "together")
    survival, variance = rise.survival, rise.std_error**2
    lower, upper = survival_band(survival, variance, curve.level, curve.transform)
    return replace(curve, survival=survival, std_error=survival * rise.std_error, lower=lower, upper=upper)


@case_kind("summary(survival::survfit(")
def summary_of_curve(case: Case) -> Ours:
    """``summary(survfit())`` of censored times, of intervals or of competing causes."""
    if ")$table" in re.sub(r"\s+", "", case.call):
        return table_of_curve(case)
    named = surv(case).named
    if "time2" in named:
        return turnbull_curve(case)
    if named.get("event", "").startswith(("factor(", "as.factor(")):
        return aalen_johansen(case)
    call = arguments(case, "summary", "object times extend rmean censored")
    times, extend = call.value("times"), bool(call.value("extend", default=False))
    names = ("time", "n_risk", "n_event", "surv", "se", "lower", "upper")
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for curve in curves(case):
        wanted = curve.time[curve.events > 0] if times is None else np.atleast_1d(times)
        at = curve.at(wanted if extend else wanted[wanted <= curve.last_time], extend=True)
        since = _events_since(curve, at.time)
        rows = (at.time, at.at_risk, since, at.survival, at.std_error, at.lower, at.upper)
        for key, values in zip(columns, rows, strict=True):
            columns[key] += _as_r_prints(key, values, at.survival)
    return Ours({**columns, "std_err": columns["se"], "std.err": columns["se"]})


def _as_r_prints(name: str, values: np.ndarray, survival: np.ndarray) -> list[float | None]:
    """R has no error and no limits once all have died."""
    gone = (survival <= 0) & (name in ("se", "lower", "upper"))
    return [None if dead else float(value) for value, dead in zip(values, gone, strict=True)]


def _events_since(curve: KaplanMeier, times: np.ndarray) -> np.ndarray:
    """Events after the previous of these times and up to each."""
    total = np.append(0.0, np.cumsum(curve.events))[np.searchsorted(curve.time, times, side="right")]
    return np.diff(total, prepend=0.0)


def table_of_curve(case: Case) -> Ours:
    """``summary(survfit())$table``: events, median, restricted mean to the last time of all curves.

    Examples
    --------
    >>> data = {"time": np.array([1.0, 3.0]), "event": np.array([1, 0])}
    >>> call = "summary(survfit(Surv(time, event) ~ 1))$table"
    >>> table_of_curve(Case("a", "", "", call, {}, {}, 0, None, data, {})).values["rmean"]
    [2.0]
    """
    limit = arguments(case, "summary", "object rmean").named.get("rmean", "'common'")
    found = curves(case)
    last = max(curve.last_time for curve in found)
    if "individual" in limit:
        horizons = [curve.last_time for curve in found]
    else:
        horizons = [last if "common" in limit else float(limit)] * len(found)
    means = [_extended_mean(curve, horizon) for curve, horizon in zip(found, horizons, strict=True)]
    medians = [curve.median for curve in found]
    values = {
        "records": [curve.at_risk[0] for curve in found],
        "events": [curve.events.sum() for curve in found],
        "rmean": [mean for mean, _ in means],
        "se": [variance**0.5 for _, variance in means],
        "median": [median.value for median in medians],
        "lower": [median.lower for median in medians],
        "upper": [median.upper for median in medians],
    }
    return Ours({**values, "n": values["records"], "n.start": values["records"], "se_rmean": values["se"]})


def _extended_mean(curve: KaplanMeier, tau: float) -> tuple[float, float]:
    """Restricted mean with the last value carried on beyond follow-up, as R does."""
    if tau <= curve.last_time or curve.survival[-1] <= 0:
        return restricted_mean(curve, tau)
    longer = replace(
        curve,
        time=np.append(curve.time, tau),
        at_risk=np.append(curve.at_risk, curve.at_risk[-1]),
        events=np.append(curve.events, 0.0),
        survival=np.append(curve.survival, curve.survival[-1]),
    )
    return restricted_mean(longer, tau)


@case_kind("quantile(survival::survfit(")
def quantiles_of_curve(case: Case) -> Ours:
    """``quantile(survfit())``: one value or one row for each group."""
    call = arguments(case, "quantile", "x probs conf.int")
    probabilities = np.atleast_1d(call.value("probs", default=[0.25, 0.5, 0.75]))
    return Ours(_quantiles(case, probabilities))


@case_kind("median(survival::survfit(")
def medians_of_curve(case: Case) -> Ours:
    """``median(survfit())``."""
    return Ours(_quantiles(case, np.array([0.5])))


def _quantiles(case: Case, probabilities: np.ndarray) -> dict[str, Any]:
    found = [[curve.quantile(float(p)) for p in probabilities] for curve in curves(case)]
    shape = np.shape(case.output.get("quantile", case.output.get("median")))

    def arranged(name: str) -> Any:
        values = np.array([[getattr(estimate, name) for estimate in row] for row in found])
        return values.reshape(shape).tolist() if shape else float(values.ravel()[0])

    value = arranged("value")
    return {"quantile": value, "median": value, "lower": arranged("lower"), "upper": arranged("upper")}


def _named_arm(case: Case, level: float = 0.95, transform: str = "log-log") -> KaplanMeier:
    """The arm that a sentence names; all patients where it names none."""
    time, event, arm = two_arms(case)
    match = re.search(r"\barm\s*={0,2}\s*(\d)", case.call)
    member = arm == int(match[1]) if match else np.ones(arm.size, dtype=bool)
    return kaplan_meier(time[member], event[member], level=level, transform=transform)


@case_kind("KaplanMeierFitter(", "median_survival_times(")
def lifelines_curve(case: Case) -> Ours:
    """Median of one arm with its interval (lifelines takes the first time at or below a half), or survival
    at given times."""
    match = re.search(r"alpha\s*=\s*([\d.]+)", case.call)
    curve = _named_arm(case, 1.0 - float(match[1]) if match else 0.95)
    median = [_first_below(curve, side) for side in (curve.survival, curve.lower, curve.upper)]
    values: dict[str, Any] = {"median": median[0], "ci": median[1:]}
    times = case.inputs.get("t", case.inputs.get("times"))
    if times is not None:
        at = curve.at(np.atleast_1d(times), extend=True)
        values |= {"surv": at.survival, "lower": at.lower, "upper": at.upper}
        values |= {"ci": np.column_stack((at.lower, at.upper))} if "surv" in case.output else {}
    return Ours(values)


def _first_below(curve: KaplanMeier, side: np.ndarray) -> float:
    reached = side <= 0.5 + 1e-12
    return float(curve.time[np.argmax(reached)]) if reached.any() else np.inf


@case_kind("kaplan_meier_estimator(")
def scikit_survival_curve(case: Case) -> Ours:
    """Survival of one arm at one time or several."""
    kind = re.search(r"conf_type\s*=\s*'([\w-]+)'", case.call)
    level = re.search(r"conf_level\s*=\s*([\d.]+)", case.call)
    if kind and kind[1] != "log-log":
        raise DataError("scikit-survival has log-log limits only", where=case.id, found=kind[1])
    curve = _named_arm(case, float(level[1]) if level else 0.95)
    at = curve.at(np.atleast_1d(case.inputs["t"]), extend=True)
    return Ours({"surv": at.survival, "ci": np.column_stack((at.lower, at.upper))})


@case_kind("r(d$time_stop,d$event_stop)", "r(d$time_stop")
def treatment_free(case: Case) -> Ours:
    """Restricted means of three curves and the areas between them."""
    match = re.search(r"rmean\s*=\s*([\d.]+)", case.call)
    tau = float(match[1]) if match else float(case.inputs["horizon"])
    chosen = re.search(r"time_stop\[([^\]]+)\]", case.call)
    defined = re.search(r"\b(\w+)\s*<-\s*(d\$arm\s*==\s*\d)", case.call)
    condition = None if chosen is None else defined[2] if defined and defined[1] == chosen[1].strip() else chosen[1]
    names = ("time_stop", "event_stop", "time_next", "event_next", "time_os", "event_os")
    rows = slice(None) if condition is None else np.asarray(column(case, condition), bool)
    times = [np.asarray(column(case, name), dtype=float)[rows] for name in names]
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
