"""Regression models: Cox in R's survival and in lifelines."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from remission.errors import DataError
from remission.statistics.concordance import concordance
from remission.statistics.cox import CoxModel, cox
from remission.statistics.proportional_hazards import proportional_hazards_test
from remission.statistics.r_call import Call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments, column, formula, table

_COXPH = "formula data subset ties method"


def _ties(call: Call) -> str:
    return str(call.value("ties", default=call.value("method", default="efron")))


def fit(case: Case) -> CoxModel:
    """The model of a ``coxph`` call.

    Examples
    --------
    >>> data = {"time": np.array([1.0, 2, 3, 4]), "event": np.ones(4), "arm": np.array([0, 1, 0, 1])}
    >>> call = "survival::coxph(Surv(time,event)~arm,data=d,ties='breslow')"
    >>> fit(Case("a", "", "", call, {}, {}, 0, None, data, {})).ties
    'breslow'
    """
    call = arguments(case, "survival::coxph", _COXPH)
    read = formula(case)
    if read.entry is not None:
        raise DataError("late entry into a Cox model is not known here", where=case.id)
    return cox(read.time, read.event, read.covariates, ties=_ties(call), strata=read.strata)


@case_kind("survival::coxph(")
def coxph(case: Case) -> Ours:
    """``coxph`` with any treatment of ties, and strata."""
    model, read = fit(case), formula(case)
    linear = read.covariates @ model.coefficients
    agreement = concordance(read.time, read.event, linear, strata=read.strata)
    return Ours(_values(model, case) | {"concordance": agreement.value})


def _values(model: CoxModel, case: Case) -> dict[str, Any]:
    ratios = [model.hazard_ratio(i) for i in range(model.coefficients.size)]
    limits = [[ratio.lower, ratio.upper] for ratio in ratios]
    return {
        "coef": model.coefficients,
        "se": model.std_errors,
        "z": -model.z,
        "p": model.p_values,
        "hr": [ratio.value for ratio in ratios],
        "hr_ci95": limits,
        "loglik": [model.null_log_likelihood, model.log_likelihood],
        "score": model.score_test,
        "sctest": model.score_test,
        "lr": model.likelihood_ratio_test,
        "lrt": model.likelihood_ratio_test,
        "wald": model.wald_test,
        "aic": 2 * model.coefficients.size - 2 * model.log_likelihood,
        "n": model.patients,
        "nevent": model.events,
    }


@case_kind("CoxPHFitter(")
def lifelines_cox(case: Case) -> Ours:
    """lifelines fits all other columns of the table, with strata where they are named."""
    unread = re.search(r"penalizer|l1_ratio|robust|weights_col|cluster_col|formula", case.call)
    if unread:
        raise DataError("this argument is not read here", where=case.id, found=unread[0])
    match = re.search(r"\[\[([^\]]*)\]\]", case.call)
    names = re.findall(r"['\"]([^'\"]+)['\"]", match[1]) if match else list(table(case))
    within = re.search(r"strata\s*=\s*(\[[^\]]*\]|['\"][^'\"]+['\"])", case.call)
    strata = re.findall(r"['\"]([^'\"]+)['\"]", within[1]) if within else []
    terms = [name for name in names if name not in ("time", "event", *strata)]
    covariates = np.array([column(case, name) for name in terms], dtype=float).T
    grouped = column(case, strata[0]) if strata else None
    time, event = column(case, "time"), column(case, "event")
    model = cox(time, event, covariates, strata=grouped)
    agreement = concordance(time, event, covariates @ model.coefficients, strata=grouped)
    values = _values(model, case) | {"loglik": model.log_likelihood, "concordance": agreement.value}
    return Ours(values)


@case_kind("survival::cox.zph(")
def cox_zph(case: Case) -> Ours:
    """Score test of proportional hazards of each covariate, and the global one."""
    call = arguments(case, "survival::cox.zph", "fit transform terms global")
    read = formula(case)
    ties = _ties(arguments(case, "survival::coxph", _COXPH))
    scale = str(call.value("transform", default="km"))
    test = proportional_hazards_test(read.time, read.event, read.covariates, strata=read.strata, ties=ties, scale=scale)
    chi, p = [*test.chi_square, test.global_chi_square], [*test.p_value, test.global_p_value]
    given = case.output.get("chisq")
    if not isinstance(given, list) or len(given) < len(chi):
        chi, p = chi[:-1], p[:-1]
    return Ours({"chisq": chi, "p": p})
