"""Cure models: flexsurvcure, cuRe, lifelines, surpyval."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from remission.errors import DataError
from remission.statistics.cure import CureModel, cure_model
from remission.statistics.r_call import Call, find_call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments, design, formula, table

_FAMILIES = {
    "weibull": "weibull", "lnorm": "log-normal", "lognormal": "log-normal", "llogis": "log-logistic",
    "gengamma": "generalised gamma",
}  # fmt: skip
_LINKS = {"logistic": "logit", "logit": "logit", "loglog": "loglog", "probit": "probit"}


@case_kind("flexsurvcure::flexsurvcure(")
def flexsurvcure(case: Case) -> Ours:
    """Cured share, then the distribution in flexsurv's order and scales, then covariates of the share and of the
    location."""
    call = arguments(case, "flexsurvcure::flexsurvcure", "formula data subset dist link mixture anc")
    read = formula(case)
    family, link = str(call.value("dist", default="weibull")), str(call.value("link", default="logistic"))
    if family not in _FAMILIES or link not in _LINKS:
        raise DataError("this distribution or link is not fitted here", where=case.id, found=f"{family}, {link}")
    model = cure_model(
        read.time,
        read.event,
        read.covariates if read.terms else None,
        location_covariates=_of_location(case, call, family),
        family=_FAMILIES[family],
        kind="mixture" if call.value("mixture", default=True) else "non-mixture",
        link=_LINKS[link],
    )
    estimate, errors, natural = _in_flexsurv_order(model)
    share = model.cure_fraction(np.zeros(model.cure_coefficients.size - 1)) if read.terms else model.cure_fraction()
    values = {"theta": share.value, "theta_ci": [share.lower, share.upper], "transformed_est": estimate}
    values |= {"transformed_se": errors, "est": natural, "loglik": model.log_likelihood, "AIC": model.aic}
    return Ours(values)


def _of_location(case: Case, call: Call, family: str) -> np.ndarray | None:
    """Covariates of the location parameter, given as ``anc=list(scale = ~ arm)``."""
    if "anc" not in call.named:
        return None
    inside = find_call(call.named["anc"], "list")
    name = {"weibull": "scale", "llogis": "scale", "lnorm": "meanlog", "lognormal": "meanlog", "gengamma": "mu"}[family]
    if inside is None or list(inside.named) != [name]:
        raise DataError("only covariates of the location are known here", where=case.id, found=call.named["anc"])
    terms = [term.strip() for term in inside.named[name].lstrip("~ ").split("+")]
    return design(case, terms, int(case.data["time"].size))


def _in_flexsurv_order(model: CureModel) -> tuple[list[float], list[float], list[float]]:
    """Estimates and errors on flexsurv's scales, and the natural values."""
    first = model.cure_coefficients.size
    location, log_scale = float(model.location[0]), float(np.log(model.scale))
    errors = model.std_errors
    e_location, e_scale = float(errors[first]), float(errors[first + model.location.size])
    if model.family in ("weibull", "log-logistic"):
        middle = [-log_scale, location], [e_scale, e_location], [1 / model.scale, float(np.exp(location))]
    else:
        middle = [location, log_scale], [e_location, e_scale], [location, model.scale]
    if model.family == "generalised gamma":
        middle[0].append(model.q)
        middle[1].append(float(errors[-1]))
        middle[2].append(model.q)
    share = model.cure_fraction().value
    many = model.location.size
    more = [*model.cure_coefficients[1:].tolist(), *model.location[1:].tolist()]
    more_errors = [*errors[1:first].tolist(), *errors[first + 1 : first + many].tolist()]
    return (
        [float(model.cure_coefficients[0]), *middle[0], *more],
        [float(errors[0]), *middle[1], *more_errors],
        [share, *middle[2], *more],
    )


@case_kind("cuRe::fit.cure.model(")
def cu_re(case: Case) -> Ours:
    """Weibull mixture with ``S(t) = exp(-lambda t^gamma)``: share, log lambda, log gamma."""
    call = arguments(case, "cuRe::fit.cure.model", "formula data dist type link formula.surv")
    dist, scales = str(call.value("dist", default="weibull")), call.named.get("formula.surv", "list(~1,~1)")
    if dist != "weibull" or set(re.findall(r"~\s*([^,()]+)", scales)) - {"1"}:
        raise DataError("only a Weibull without covariates of its own is fitted here", where=case.id, found=dist)
    read = formula(case)
    mixture = call.value("type", default="mixture") == "mixture"
    link = _LINKS[str(call.value("link", default="logit"))]
    model = cure_model(
        read.time, read.event, read.covariates if read.terms else None,
        kind="mixture" if mixture else "non-mixture", link=link,
    )  # fmt: skip
    many = model.cure_coefficients.size
    shape, location = 1 / model.scale, float(model.location[0])
    # log lambda = -location / scale; its error by the delta method.
    slope = np.zeros(model.parameters.size)
    slope[many], slope[many + 1] = -shape, location * shape
    log_lambda_error = float(np.sqrt(slope @ model.covariance @ slope))
    estimate = [*model.cure_coefficients, -location * shape, np.log(shape)]
    errors = [*model.std_errors[:many], log_lambda_error, model.std_errors[many + 1]]
    return Ours({"coefs": estimate, "se": errors, "loglik": model.log_likelihood})


def _plain_weibull(case: Case) -> CureModel:
    columns = table(case)
    return cure_model(columns["time"], columns["event"])


@case_kind("MixtureCureFitter(")
def lifelines_mixture(case: Case) -> Ours:
    """Weibull mixture with errors on the natural scales."""
    other = re.search(r"base_fitter\s*=\s*(?!WeibullFitter)(\w+)", case.call)
    if other:
        raise DataError("only Weibull mixtures of lifelines are read here", where=case.id, found=other[1])
    model = _plain_weibull(case)
    share, scale, shape = model.cure_fraction(), float(np.exp(model.location[0])), 1 / model.scale
    errors = [share.std_error, scale * model.std_errors[1], shape * model.std_errors[2]]
    values: dict[str, Any] = {"cured_fraction": share.value, "lambda": scale, "rho": shape}
    return Ours(values | {"loglik": model.log_likelihood, "se": errors})


@case_kind("surpyval.Weibull.fit(")
def surpyval_mixture(case: Case) -> Ours:
    """surpyval's limited failure population is the mixture model."""
    if not re.search(r"lfp\s*=\s*True", case.call):
        raise DataError("only the limited failure population is computed", where=case.id, found=case.call)
    model = _plain_weibull(case)
    values = {"cure_fraction": model.cure_fraction().value, "scale": float(np.exp(model.location[0]))}
    return Ours(values | {"shape": 1 / model.scale})
