"""Restricted means and milestones: survRM2, lrstat, simtrial, lifelines, surpyval."""

from __future__ import annotations

import re

import numpy as np

from remission.errors import DataError
from remission.statistics.estimate import Contrast, Estimate
from remission.statistics.kaplan_meier import kaplan_meier
from remission.statistics.milestone import milestone
from remission.statistics.r_call import find_call
from remission.statistics.r_value import evaluate
from remission.statistics.rmst import rmst_difference, stratum_shares
from remission.statistics.rmst_adjusted import rmst_adjusted
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments, column, two_arms


@case_kind("survRM2::rmst2(")
def surv_rm2(case: Case) -> Ours:
    """Both means, their difference and ratios; with covariates adjusted."""
    call = arguments(case, "survRM2::rmst2", "time status arm tau covariates alpha")
    time, event, arm = (np.asarray(column(case, call.named[name])) for name in ("time", "status", "arm"))
    level = 1.0 - float(call.value("alpha", default=0.05))
    # The horizon left out is the shorter of the two follow-ups.
    tau = float(call.value("tau", default=min(time[arm == g].max() for g in (0, 1))))
    if "covariates" in call.named:
        return _adjusted(time, event, arm, _covariates(case, call.named["covariates"]), tau, level)
    both = rmst_difference(time, event, arm, tau, level=level)

    def mean(estimate: Estimate) -> list[float | None]:
        return [estimate.value, estimate.std_error, estimate.lower, estimate.upper]

    def comparison(result: Contrast | None) -> list[float]:
        if result is None:
            return []
        return [result.estimate.value, result.estimate.lower, result.estimate.upper, result.p_value]

    return Ours(
        {
            "tau": tau,
            "rmst1": mean(both.treated),
            "rmst0": mean(both.control),
            "diff": comparison(both.difference),
            "ratio_rmst": comparison(both.ratio),
            "ratio_rmtl": comparison(both.ratio_of_time_lost),
        }
    )


def _covariates(case: Case, text: str) -> np.ndarray:
    """Columns of a data frame, of a selection of columns, or one expression."""
    frame = find_call(text, "data.frame") or find_call(text, "cbind")
    chosen = re.match(r"d\[\s*,\s*(.+?)(?:,\s*drop\s*=\s*\w+)?\s*\]$", text)
    if frame is not None:
        expressions = [*frame.positional, *frame.named.values()]
    elif chosen:
        expressions = list(np.atleast_1d(evaluate(chosen[1])))
    else:
        expressions = [text]
    return np.array([column(case, each) for each in expressions], dtype=float).T


def _adjusted(
    time: np.ndarray, event: np.ndarray, arm: np.ndarray, covariates: np.ndarray, tau: float, level: float
) -> Ours:
    """Adjusted difference, and log ratio."""
    plain = rmst_adjusted(time, event, arm, covariates, tau, level=level)
    ratio = rmst_adjusted(time, event, arm, covariates, tau, link="log", level=level)
    estimate = plain.contrast.estimate
    values: dict[str, object] = {"diff_adj": [estimate.value, estimate.std_error, plain.contrast.p_value]}
    values |= {"diff_adj_ci": [estimate.lower, estimate.upper], "ratio_adj": float(ratio.coefficients[1])}
    return Ours(values | {"ratio_adj_se": float(ratio.std_errors[1])})


@case_kind("surpyval.rmst_diff(")
def surpyval_means(case: Case) -> Ours:
    """Arm 1 minus arm 0."""
    tau = float(re.search(r"tau\s*=\s*([\d.]+)", case.call)[1])  # type: ignore[index]
    both = rmst_difference(*two_arms(case), tau)
    estimate = both.difference.estimate
    values = {"difference": estimate.value, "se": estimate.std_error, "lower": estimate.lower}
    values |= {"upper": estimate.upper, "p_value": both.difference.p_value}
    return Ours(values | {"rmst_a": both.treated.value, "rmst_b": both.control.value})


@case_kind("restricted_mean_survival_time(")
def lifelines_means(case: Case) -> Ours:
    """Both means; what lifelines calls the variance is that of the restricted time and not of the mean."""
    tau = float(re.search(r"t\s*=\s*([\d.]+)", case.call)[1])  # type: ignore[index]
    time, event, arm = two_arms(case)
    curves = {g: kaplan_meier(time[arm == g], event[arm == g]) for g in (0, 1)}
    values = {f"rmst{g}": curve.rmst(tau).value for g, curve in curves.items()}
    reason = "not the variance of the mean (note of the case)"
    return Ours(values, {name: reason for name in case.output if name.startswith("var")})


@case_kind("simtrial::milestone(")
def simtrial_milestone(case: Case) -> Ours:
    """Survival at one time, log-log (its default) or plain; strata are not used."""
    call = arguments(case, "simtrial::milestone", "data ms_time test_type")
    scale = {"naive": "plain", "log-log": "log-log"}[str(call.value("test_type", default="log-log"))]
    result = milestone(*two_arms(case), float(call.value("ms_time")), scale=scale)
    return Ours({"estimate": result.estimate.value, "se": result.estimate.std_error, "z": result.z})


@case_kind("simtrial::rmst(")
def simtrial_means(case: Case) -> Ours:
    """Difference in restricted means; simtrial's variance of each is m / (m - 1) times Greenwood's, m events."""
    call = arguments(
        case, "simtrial::rmst", "data tau var_label_tte var_label_event var_label_group formula reference alpha"
    )
    tau = float(call.value("tau", default=10.0))
    time, event, arm = two_arms(case)
    both = rmst_difference(time, event, arm, tau)
    spread = 0.0
    for g, mean in enumerate((both.control, both.treated)):
        m = float(np.count_nonzero(event[(arm == g) & (time <= tau)]))
        spread += m / (m - 1.0) * float(mean.std_error or 0.0) ** 2
    difference = both.difference.estimate.value
    return Ours({"estimate": difference, "se": spread**0.5, "z": difference / spread**0.5})


@case_kind("lrstat::kmdiff(")
def lrstat_milestone(case: Case) -> Ours:
    """Difference at a milestone against a margin."""
    call = arguments(case, "lrstat::kmdiff", "data stratum treat time event milestone survDiffH0 conflev")
    at, margin = float(call.value("milestone")), float(call.value("survDiffH0", default=0.0))
    level = float(call.value("conflev", default=0.95))
    time, event, arm = two_arms(case)
    strata = column(case, call.value("stratum")) if "stratum" in call.named else None
    result = milestone(time, event, arm, at, margin=margin, level=level, strata=strata)
    values = {"milestone": at, "survDiffH0": margin, "survDiff": result.estimate.value, "conflev": level}
    for place, g in enumerate((1, 0), 1):
        averaged = [0.0, 0.0]
        for member, share in stratum_shares(strata, time.size):
            here = member & (arm == g)
            point = kaplan_meier(time[here], event[here]).at([at])
            averaged[0] += share * float(point.survival[0])
            averaged[1] += float(share * point.std_error[0]) ** 2
        values |= {f"surv{place}": averaged[0], f"vsurv{place}": averaged[1]}
    values |= {"sesurvDiff": result.estimate.std_error or 0.0, "survDiffZ": result.z}
    values |= {"survDiffPValue": result.p_value, "lower": result.estimate.lower}
    return Ours(values | {"upper": result.estimate.upper})


@case_kind("lrstat::rmdiff(")
def lrstat_means(case: Case) -> Ours:
    """Difference in restricted means against a margin, averaged over strata."""
    call = arguments(
        case, "lrstat::rmdiff", "data stratum treat time event milestone rmstDiffH0 conflev biascorrection"
    )
    if call.value("biascorrection", default=False):
        raise DataError("lrstat's correction of the variance is not computed here", where=case.id)
    tau, margin = float(call.value("milestone")), float(call.value("rmstDiffH0", default=0.0))
    level = float(call.value("conflev", default=0.95))
    strata = column(case, call.value("stratum")) if "stratum" in call.named else None
    both = rmst_difference(*two_arms(case), tau, strata=strata, level=level, margin=margin)
    estimate = both.difference.estimate
    values = {"milestone": tau, "rmstDiffH0": margin, "conflev": level, "biascorrection": 0.0}
    for place, mean in enumerate((both.treated, both.control), 1):
        values |= {f"rmst{place}": mean.value, f"vrmst{place}": (mean.std_error or 0.0) ** 2}
    values |= {
        "rmstDiff": estimate.value,
        "sermstDiff": estimate.std_error or 0.0,
        "rmstDiffZ": both.difference.z,
    }
    values |= {"rmstDiffPValue": both.difference.p_value, "lower": estimate.lower, "upper": estimate.upper}
    return Ours(values)
