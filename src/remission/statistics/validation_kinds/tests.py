"""The log-rank family: R's survival, simtrial and nphRCT, lifelines, scikit-survival, surpyval."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from remission.statistics.log_rank import LogRankTest, log_rank
from remission.statistics.max_combo import max_combo
from remission.statistics.r_call import Call, find_call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import column, formula, two_arms
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
    call = find_call(case.call, "survival::survdiff")
    rho = float(call.value("rho", default=0.0)) if call else 0.0
    read = formula(case)
    test = log_rank(read.time, read.event, column(case, read.terms[0]), read.strata, FlemingHarrington(rho, 0))
    values = {"chisq": test.chi_square, "p": test.p_value, "obs": test.observed, "exp": test.expected}
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
    call = find_call(case.call, "simtrial::maxcombo")
    assert call is not None
    pairs = zip(np.atleast_1d(call.value("rho")), np.atleast_1d(call.value("gamma")), strict=True)
    strata = column(case, "stratum") if "TDs(" in case.call else None
    time, event, arm = two_arms(case)
    weights = [FlemingHarrington(float(rho), float(gamma)) for rho, gamma in pairs]
    test = max_combo(time, event, arm, weights, strata=strata)
    p = float(test.p_one_sided)
    exact = float(case.output["p_exact"])
    # The file asks for the p relative to itself; scaled so, the common rule of the file does that.
    relative = exact + (p - exact) / exact * max(1.0, exact)
    note = f"p {p:.12g} against {exact:.12g}; simtrial's own p is randomised; its z has the other sign"
    values = {"z": -test.z, "corr": test.correlation, "p_exact": relative}
    return Ours(values, {"p_simtrial": "shown as a warning only (note of the case)"}, note=note)


@case_kind("nphRCT::wlrt(")
def nph_rct_test(case: Case) -> Ours:
    """Modestly weighted, Fleming-Harrington or log-rank; z has the other sign."""
    call = find_call(case.call, "nphRCT::wlrt")
    assert call is not None
    weight = _nph_rct_weight(call)
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
    exponents = {key: float(value) for key, value in re.findall(r"\b([pq])\s*=\s*([\d.]+)", case.call)}
    named: dict[str, Weight] = {"wilcoxon": Gehan(), "tarone-ware": TaroneWare(), "peto": Peto()}
    weight = next((named[name] for name in named if name in case.call), None)
    if "fleming-harrington" in case.call:
        weight = FlemingHarrington(exponents.get("p", 0.0), exponents.get("q", 0.0))
    test = log_rank(time, event, arm, None, weight)
    return Ours({"chisq": test.chi_square, "p": test.p_value})


@case_kind("compare_survival(")
def scikit_survival_test(case: Case) -> Ours:
    """The log-rank test of scikit-survival."""
    test = log_rank(*two_arms(case))
    return Ours({"chisq": test.chi_square, "p": test.p_value})


@case_kind("surpyval.logrank(")
def surpyval_test(case: Case) -> Ours:
    """surpyval's family, with strata."""
    time, event, arm = two_arms(case)
    call = find_call(case.call, "surpyval.logrank")
    assert call is not None
    strata = column(case, "stratum") if "strata=" in case.call else None
    named: dict[str, Weight] = {
        "gehan": Gehan(),
        "wilcoxon": Gehan(),
        "tarone-ware": TaroneWare(),
        "peto": Peto(),
        "fleming-harrington": FlemingHarrington(
            float(call.value("rho", default=0.0)), float(call.value("gamma", default=0.0))
        ),
    }
    weighting = call.value("weighting")
    test = log_rank(time, event, arm, strata, named.get(str(weighting), LogRank()))
    return Ours({"chisq": test.chi_square, "p": test.p_value})
