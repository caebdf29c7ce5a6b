"""The log-rank family: R's survival, simtrial and nphRCT, lifelines, scikit-survival, surpyval."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from remission.errors import DataError
from remission.statistics.log_rank import LogRankTest, log_rank
from remission.statistics.max_combo import max_combo
from remission.statistics.r_call import Call, find_call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments, column, formula, two_arms
from remission.statistics.weights import (
    EarlyZero,
    FlemingHarrington,
    Gehan,
    LogRank,
    MagirrBurman,
    ModestlyWeighted,
    Peto,
    TaroneWare,
    Weight,
)


@case_kind("survival::survdiff(")
def survdiff(case: Case) -> Ours:
    """``survdiff``, with ``rho`` a Fleming-Harrington weight."""
    call = arguments(case, "survival::survdiff", "formula data subset rho timefix")
    read = formula(case)
    if read.group is None:
        raise DataError("a test compares groups, and this formula has none", where=case.id, found=case.call)
    weight = FlemingHarrington(float(call.value("rho", default=0.0)), 0)
    test = log_rank(read.time, read.event, read.group, read.strata, weight)
    values = {"chisq": test.chi_square, "p": test.p_value, "obs": test.observed, "exp": test.expected}
    values |= {"z": test.z, "var": test.covariance}
    return Ours(values | {"var11": test.covariance[0, 0], "df": test.degrees_of_freedom})


def simtrial_weight(call: str) -> Weight:
    """The weight that a simtrial call names.

    Examples
    --------
    >>> simtrial_weight("simtrial::wlr(x, weight=simtrial::fh(0, 0.5))")
    FlemingHarrington(rho=0.0, gamma=0.5)
    """
    fh, mb, early = (find_call(call, f"simtrial::{name}") for name in ("fh", "mb", "early_zero"))
    if fh:
        return FlemingHarrington(float(fh.value("rho", 0, 0.0)), float(fh.value("gamma", 1, 0.0)))
    if mb:
        return MagirrBurman(float(mb.value("delay", 0, 4.0)), float(mb.value("w_max", 1, np.inf)))
    if early:
        return EarlyZero(float(early.value("early_period", 0)))
    return LogRank()


@case_kind("simtrial::wlr(")
def simtrial_test(case: Case) -> Ours:
    """A weighted log-rank test; strata where the data are given as ``TDs(d)``."""
    arguments(case, "simtrial::wlr", "data weight return_variance ratio")
    time, event, arm = two_arms(case)
    strata = column(case, "stratum") if "TDs(" in case.call else None
    test = log_rank(time, event, arm, strata, simtrial_weight(case.call))
    return Ours(
        {
            "z": test.z,
            "estimate": test.observed[1] - test.expected[1],
            "se": math.sqrt(test.covariance[1, 1]),
            "p_one_sided": test.p_one_sided,
        }
    )


@case_kind("simtrial::maxcombo(")
def simtrial_max_combo(case: Case) -> Ours:
    """MaxCombo; z has the other sign, and the p shown as a warning is not matched."""
    call = arguments(case, "simtrial::maxcombo", "data rho gamma return_variance return_corr")
    pairs = zip(np.atleast_1d(call.value("rho")), np.atleast_1d(call.value("gamma")), strict=True)
    strata = column(case, "stratum") if "TDs(" in case.call else None
    time, event, arm = two_arms(case)
    weights = [FlemingHarrington(float(rho), float(gamma)) for rho, gamma in pairs]
    test = max_combo(time, event, arm, weights, strata=strata)
    p = float(test.p_one_sided)
    values: dict[str, Any] = {"z": -test.z, "corr": test.correlation, "p_one_sided": p}
    note = f"p {p:.12g}; simtrial's own p is randomised; its z has the other sign"
    exact = case.output.get("p_exact")
    if exact is not None:
        # The file asks for the p relative to itself; scaled so, the common rule of the file does that.
        values["p_exact"] = exact + (p - exact) / exact * max(1.0, exact)
        note = f"p {p:.12g} against {exact:.12g}; simtrial's own p is randomised; its z has the other sign"
    randomised = [name for name in case.output if name in ("p_simtrial", "p_value", "p")]
    reason = "integrated by random points; shown as a warning only (note of the case)"
    return Ours(values, dict.fromkeys(randomised, reason), note=note)


@case_kind("nphRCT::wlrt(")
def nph_rct_test(case: Case) -> Ours:
    """Modestly weighted, Fleming-Harrington or log-rank; z has the other sign."""
    weight = _nph_rct_weight(arguments(case, "nphRCT::wlrt", "formula data method t_star s_star rho gamma timefix"))
    read = formula(case)
    group = column(case, read.terms[0])
    test = log_rank(read.time, read.event, group, read.strata, weight, _combination(read.strata))
    values: dict[str, Any] = {"z": -float(test.z or 0.0), "u": _score(test), "v": test.covariance[1, 1]}
    values |= {"v_u": values["v"], "p": test.p_value}
    if read.strata is not None:
        members = [np.asarray(read.strata) == label for label in np.unique(read.strata)]
        parts = [log_rank(read.time[m], read.event[m], group[m], None, weight) for m in members]
        values |= {
            "by_strata_u": [_score(t) for t in parts],
            "by_strata_v": [t.covariance[1, 1] for t in parts],
        }
    return Ours(values, note="z of nphRCT is negative when the treated live longer")


def _combination(strata: Any) -> str:
    return "scores" if strata is None else "information"


def _nph_rct_weight(call: Call) -> Weight:
    method = call.value("method", default="lr")
    if method == "mw":
        star = call.value("t_star")
        return ModestlyWeighted(s_star=float(call.value("s_star"))) if star is None else ModestlyWeighted(float(star))
    if method == "fh":
        return FlemingHarrington(float(call.value("rho", default=0.0)), float(call.value("gamma", default=0.0)))
    return LogRank()


def _score(test: LogRankTest) -> float:
    return float(test.observed[1] - test.expected[1])


@case_kind("logrank_test(")
def lifelines_test(case: Case) -> Ours:
    """``lifelines.statistics.logrank_test`` with its weightings."""
    time, event, arm = two_arms(case)
    if re.search(r"t_0\s*=|weights_[AB]\s*=", case.call):
        raise DataError("a test up to a time, or with case weights, is not known here", where=case.id)
    exponents = {key: float(value) for key, value in re.findall(r"\b([pq])\s*=\s*([\d.]+)", case.call)}
    named: dict[str, Weight] = {"wilcoxon": Gehan(), "tarone-ware": TaroneWare(), "peto": Peto()}
    weight = next((named[name] for name in named if name in case.call), None)
    if "fleming-harrington" in case.call:
        weight = FlemingHarrington(exponents.get("p", 0.0), exponents.get("q", 0.0))
    test = log_rank(time, event, arm, None, weight)
    return Ours({"chisq": test.chi_square, "p": test.p_value})


def _group_of(case: Case, function: str, place: int) -> np.ndarray:
    """The column that a call of a Python package compares."""
    call = find_call(case.call, function)
    text = call.positional[place] if call and place < len(call.positional) else "arm"
    match = re.fullmatch(r"(?:d|df)\[['\"](\w+)['\"]\]|(\w+)", text)
    return column(case, (match[1] or match[2]) if match else text)


@case_kind("multivariate_logrank_test(")
def lifelines_groups(case: Case) -> Ours:
    """The log-rank test of several groups."""
    time, event, _ = two_arms(case)
    test = log_rank(time, event, _group_of(case, "multivariate_logrank_test", 1))
    return Ours({"chisq": test.chi_square, "p": test.p_value, "df": test.degrees_of_freedom})


@case_kind("compare_survival(")
def scikit_survival_test(case: Case) -> Ours:
    """The log-rank test of scikit-survival."""
    time, event, _ = two_arms(case)
    test = log_rank(time, event, _group_of(case, "compare_survival", 1))
    return Ours({"chisq": test.chi_square, "p": test.p_value})


@case_kind("surpyval.logrank(")
def surpyval_test(case: Case) -> Ours:
    """surpyval's family, with strata."""
    time, event, arm = two_arms(case)
    call = arguments(case, "surpyval.logrank", "x Z c n strata weighting rho gamma")
    if "n" in call.named:
        raise DataError("counts of patients are not read here", where=case.id, found=call.named["n"])
    strata = column(case, call.named["strata"]) if call.named.get("strata", "None") != "None" else None
    exponents = [float(call.value(name, default=0.0)) for name in ("rho", "gamma")]
    named: dict[str, Weight] = {
        "logrank": LogRank(),
        "log-rank": LogRank(),
        "gehan": Gehan(),
        "wilcoxon": Gehan(),
        "tarone-ware": TaroneWare(),
        "peto": Peto(),
        "fleming-harrington": FlemingHarrington(*exponents),
    }
    weighting = str(call.value("weighting", default="logrank") or "logrank")
    if weighting not in named:
        raise DataError("this weighting is not known here", where=case.id, found=weighting)
    test = log_rank(time, event, arm, strata, named[weighting])
    return Ours({"chisq": test.chi_square, "p": test.p_value})
