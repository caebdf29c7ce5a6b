"""Interval-censored data and parametric regression of time: R's survival and lifelines."""

from __future__ import annotations

import numpy as np

from remission.arrays import Bools, Floats
from remission.statistics.interval_censored import IntervalRegression, interval_regression, turnbull
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments, column, combined, design, split_terms, surv

_SURVREG = {
    "weibull": "weibull", "exponential": "exponential", "lognormal": "log-normal", "loglogistic": "log-logistic",
}  # fmt: skip
# R's survival stops when no survival has moved by more than this, and extrapolates at every fifth step.
_R_STILL = 5e-5
_R_EXTRAPOLATES = 5


def _ends(case: Case) -> tuple[Floats, Floats]:
    """Left and right ends of a ``Surv()``; a missing left end is zero, a missing right one infinite."""
    named = surv(case).named
    left = np.nan_to_num(np.asarray(column(case, named["time"]), dtype=float), nan=0.0)
    if "time2" in named:
        return left, np.asarray(column(case, named["time2"]), dtype=float)
    event = np.asarray(column(case, named["event"])) != 0 if "event" in named else np.ones(left.size, bool)
    return left, np.where(event, left, np.inf)


def turnbull_curve(case: Case) -> Ours:
    """Turnbull's curve of each group at given times, stopped where R stops; the note has the maximum.

    Examples
    --------
    >>> data = {"left": np.array([0.0, 1.0, 2.0]), "right": np.array([1.0, 2.0, np.nan])}
    >>> call = "summary(survfit(Surv(left, right, type='interval2') ~ 1), times=c(1.2, 1.8))"
    >>> turnbull_curve(Case("a", "", "", call, {}, {}, 0, None, data, {})).values["surv"].round(3)
    array([0.667, 0.333])
    """
    arguments(case, "survival::survfit", "formula data subset")
    call = arguments(case, "summary", "object times extend")
    times = np.atleast_1d(call.value("times", default=case.inputs.get("times")))
    left, right = _ends(case)
    terms = split_terms(case)[1]
    code = combined([column(case, term) for term in terms]) if terms else np.zeros(left.size, int)
    groups = [code == g for g in np.unique(code)]
    stopped = np.concatenate([_where_r_stops(left[g], right[g], times) for g in groups])
    maximum = np.concatenate([turnbull(left[g], right[g]).at(times) for g in groups])
    furthest = int(np.argmax(np.abs(stopped - maximum)))
    note = (
        f"R stops its iteration when no survival moves by more than {_R_STILL:g}, short of the maximum; stopped there "
        f"too. At the maximum, which remission gives, survival at {np.tile(times, len(groups))[furthest]:g} is "
        f"{maximum[furthest]:.5f} and not {stopped[furthest]:.5f}"
    )
    return Ours({"surv": stopped, "time": np.tile(times, len(groups))}, note=note)


def _where_r_stops(left: Floats, right: Floats, times: Floats) -> Floats:
    """Self-consistent steps with R's extrapolation and R's rule for stopping, from R's start."""
    curve = turnbull(left, right)
    inner = np.isfinite(curve.right)
    jump = (curve.left[inner] + curve.right[inner]) / 2
    exact, late = left == right, ~np.isfinite(right)
    spread = ~exact & ~late & np.isfinite(right)
    within = (jump > left[spread, None]) & (jump <= right[spread, None])
    survival = 1 - np.cumsum(within.sum(axis=0)) / within.sum()
    before, mass, earlier, previous = np.full((4, jump.size), 0.0)
    step, moved = 0, np.inf
    while moved > _R_STILL:
        step += 1
        last_move, mass = mass - earlier, -np.diff(survival, prepend=1.0)
        move, used = mass - before, mass
        if step % _R_EXTRAPOLATES == 0:
            used = _extrapolated(mass, earlier, last_move, move, within)
        earlier, before = before, mass
        deaths = (within * used / (within @ used)[:, None]).sum(axis=0)
        previous, survival = survival, _product_limit(jump, deaths, left[exact], left[late])
        moved = float(np.abs(previous - survival).max()) if step % _R_EXTRAPOLATES > 1 else np.inf
    return np.append(1.0, survival)[np.searchsorted(jump, times, side="right")]


def _extrapolated(mass: Floats, earlier: Floats, last_move: Floats, move: Floats, within: Bools) -> Floats:
    """Aitken's extrapolation of each jump; kept only if the likelihood does not fall."""
    with np.errstate(divide="ignore", invalid="ignore"):
        further = earlier - last_move**2 / (move - last_move)
    further = np.where((further > 0) & (further < 1), further, mass)
    gain = np.log(within @ further).sum() - np.log(within @ mass).sum()
    return further if gain >= 0 else mass


def _product_limit(jump: Floats, deaths: Floats, exact: Floats, censored: Floats) -> Floats:
    """Survival after each jump, from the deaths put there and those whose time is known."""
    known = (exact[None, :] == jump[:, None]).sum(axis=1)
    at_risk = np.cumsum(deaths[::-1])[::-1] + (np.append(exact, censored)[None, :] >= jump[:, None]).sum(axis=1)
    return np.asarray(np.cumprod(1 - (deaths + known) / at_risk))


@case_kind("survival::survreg(")
def survreg(case: Case) -> Ours:
    """``survreg`` of exact, censored or interval-censored times."""
    call = arguments(case, "survival::survreg", "formula data subset dist")
    family = _SURVREG[str(call.value("dist", default="weibull"))]
    left, right = _ends(case)
    _, terms = split_terms(case)
    x = design(case, terms, left.size) if terms else None
    model = interval_regression(left, right, x, family=family)
    return Ours(_survreg_values(model))


def _survreg_values(model: IntervalRegression) -> dict[str, object]:
    values = {"coef": model.coefficients, "scale": model.scale, "loglik": model.log_likelihood}
    return values | {"se": model.std_errors, "aic": 2 * model.std_errors.size - 2 * model.log_likelihood}


@case_kind("WeibullFitter().fit_interval_censoring(")
def lifelines_weibull(case: Case) -> Ours:
    """Weibull without covariates."""
    model = interval_regression(*_columns(case))
    values = {"lambda": float(np.exp(model.coefficients[0])), "rho": 1 / model.scale}
    return Ours(values | {"loglik": model.log_likelihood})


def _columns(case: Case) -> tuple[Floats, Floats]:
    return np.asarray(column(case, "left"), dtype=float), np.asarray(column(case, "right"), dtype=float)


@case_kind("KaplanMeierFitter().fit_interval_censoring(")
def lifelines_npmle(case: Case) -> Ours:
    """lifelines reads its table at the last end of an interval up to the time: before and after its step."""
    left, right = _columns(case)
    curve = turnbull(left, right)
    ends = np.unique(np.concatenate([left, right[np.isfinite(right)]]))
    at = [ends[ends <= t].max() for t in case.inputs["t"]]
    before = [1 - curve.mass[curve.right < end].sum() for end in at]
    after = [1 - curve.mass[curve.right <= end].sum() for end in at]
    return Ours({"lower": before, "upper": after}, note="read as lifelines reads its table, not at the time itself")
