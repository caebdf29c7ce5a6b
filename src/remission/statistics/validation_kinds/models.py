"""Regression models: Cox in R's survival and in lifelines."""

from __future__ import annotations

import re

import numpy as np

from remission.statistics.concordance import concordance
from remission.statistics.cox import CoxModel, cox
from remission.statistics.proportional_hazards import proportional_hazards_test
from remission.statistics.r_call import find_call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import column, formula


def fit(case: Case) -> CoxModel:
    """The model of a ``coxph`` call.

    Examples
    --------
    >>> data = {"time": np.array([1.0, 2, 3, 4]), "event": np.ones(4), "arm": np.array([0, 1, 0, 1])}
    >>> call = "survival::coxph(Surv(time,event)~arm,data=d,ties='breslow')"
    >>> fit(Case("a", "", "", call, {}, {}, 0, None, data, {})).ties
    'breslow'
    """
    call = find_call(case.call, "survival::coxph")
    read = formula(case)
    ties = str(call.value("ties", default="efron")) if call else "efron"
    return cox(read.time, read.event, read.covariates, ties=ties, strata=read.strata)


@case_kind("survival::coxph(")
def coxph(case: Case) -> Ours:
    """``coxph`` with any treatment of ties, and strata."""
    model, read = fit(case), formula(case)
    linear = read.covariates @ model.coefficients
    agreement = concordance(read.time, read.event, linear, strata=read.strata)
    return Ours(_values(model, case) | {"concordance": agreement.value})


def _values(model: CoxModel, case: Case) -> dict[str, object]:
    ratios = [model.hazard_ratio(i) for i in range(model.coefficients.size)]
    limits = [[ratio.lower, ratio.upper] for ratio in ratios]
    values: dict[str, object] = {
        "coef": model.coefficients,
        "se": model.std_errors,
        "loglik": [model.null_log_likelihood, model.log_likelihood],
        "score": model.score_test,
        "hr_ci95": limits[0] if len(limits) == 1 else limits,
    }
    if isinstance(case.output.get("coef"), list):
        return values
    return values | {"coef": model.coefficients[0], "se": model.std_errors[0]}


@case_kind("CoxPHFitter().fit(")
def lifelines_cox(case: Case) -> Ours:
    """lifelines fits all other columns of the table."""
    match = re.search(r"\[\[([^\]]*)\]\]", case.call)
    names = [name.strip(" '\"") for name in match[1].split(",")] if match else ["arm", "time", "event"]
    terms = [name for name in names if name not in ("time", "event")]
    covariates = np.array([column(case, name) for name in terms], dtype=float).T
    model = cox(column(case, "time"), column(case, "event"), covariates)
    agreement = concordance(column(case, "time"), column(case, "event"), covariates @ model.coefficients)
    values = {"coef": model.coefficients, "se": model.std_errors, "loglik": model.log_likelihood}
    return Ours(values | {"concordance": agreement.value})


@case_kind("survival::cox.zph(")
def cox_zph(case: Case) -> Ours:
    """Score test of proportional hazards, one covariate or the global one."""
    call = find_call(case.call, "survival::cox.zph")
    assert call is not None
    read = formula(case)
    model = find_call(case.call, "survival::coxph")
    ties = str(model.value("ties", default="efron")) if model else "efron"
    scale = str(call.value("transform", 1, "km"))
    test = proportional_hazards_test(read.time, read.event, read.covariates, strata=read.strata, ties=ties, scale=scale)
    chi, p = test.chi_square, test.p_value
    if isinstance(case.output["chisq"], list):
        return Ours({"chisq": [*chi, test.global_chi_square], "p": [*p, test.global_p_value]})
    return Ours({"chisq": chi[0], "p": p[0]})
