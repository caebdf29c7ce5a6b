"""The likelihood of cure models, with exact first and second derivatives by all parameters.

Parameters in order: coefficients of the cured share (on the scale of the link, intercept first), coefficients
of the location of log time (intercept first), logarithm of the scale of log time.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, ndtr

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.statistics.families import Standard, checked_family, standard
from remission.statistics.inputs import checked_events, checked_times
from remission.statistics.newton import LogLikelihood

LINKS = ("logit", "loglog", "probit")
KINDS = ("mixture", "non-mixture")


class Design(NamedTuple):
    """What the likelihood is made of."""

    log_time: Floats
    event: Bools
    cure: Floats
    location: Floats
    family: str
    kind: str
    link: str


def cure_design(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike | None,
    location_covariates: ArrayLike | None,
    family: str,
    kind: str,
    link: str,
) -> Design:
    """Checked arrays as the likelihood needs them; arguments as of `cure_model`.

    Raises
    ------
    DataError
        For bad arrays, no event or no censoring, an event at time zero, or a name that is not known.

    Examples
    --------
    >>> cure_design([1, 2, 3], [1, 1, 0], None, None, "weibull", "mixture", "logit").cure.shape
    (3, 1)
    """
    times = checked_times(time)
    events = checked_events(event, times.size)
    for name, value, allowed in (("kind", kind, KINDS), ("link", link, LINKS)):
        if value not in allowed:
            raise DataError("there is no such model", where=name, found=repr(value), allowed=", ".join(allowed))
    if not events.any() or events.all():
        raise DataError(
            "a cure model needs patients with and without the event",
            where="event",
            found=f"{int(events.sum())} events among {events.size}",
        )
    if (times[events] <= 0).any():
        raise DataError(
            "an event at time zero has no place in a model of log time",
            where="time",
            next_step="move it to a small time above zero, and say so",
        )
    # A patient censored at time zero says nothing.
    keep = times > 0
    cure, location = (_with_intercept(x, times.size)[keep] for x in (covariates, location_covariates))
    return Design(np.log(times[keep]), events[keep], cure, location, checked_family(family), kind, link)


def _with_intercept(covariates: ArrayLike | None, patients: int) -> Floats:
    """A column of ones before the covariates; full rank."""
    if covariates is None:
        return np.ones((patients, 1))
    x = np.asarray(covariates, dtype=np.float64)
    x = x[:, None] if x.ndim == 1 else x
    if x.ndim != 2 or x.shape[0] != patients or not np.isfinite(x).all():
        raise DataError("covariates must be known numbers, one row for each patient", where="covariates")
    whole = np.column_stack([np.ones(patients), x])
    if np.linalg.matrix_rank(whole) < whole.shape[1]:
        raise DataError("covariates repeat each other or do not vary", where="covariates", next_step="drop those")
    return whole


def beginning(design: Design) -> Floats:
    """Parameters to start from: most of the censored cured, the events' own location and scale.

    Examples
    --------
    >>> beginning(cure_design([1, 2, 3], [1, 1, 0], None, None, "weibull", "mixture", "logit")).size
    3
    """
    share = min(0.9, max(0.05, 0.8 * (1 - design.event.mean())))
    logs = design.log_time[design.event]
    scale = max(0.2, 0.8 * float(logs.std()))
    intercepts = {"logit": math.log(share / (1 - share)), "loglog": math.log(-math.log(share))}
    intercept = intercepts.get(design.link, 1.7 * (share - 0.5))
    cure = np.zeros(design.cure.shape[1])
    location = np.zeros(design.location.shape[1])
    cure[0], location[0] = intercept, float(logs.mean()) + 0.3 * scale
    return np.concatenate([cure, location, [math.log(scale)]])


def cured_share(eta: Floats, link: str) -> tuple[Floats, Floats, Floats]:
    """Cured share and its first two derivatives by the linear predictor.

    Examples
    --------
    >>> [float(part) for part in cured_share(np.array(0.0), "logit")]
    [0.5, 0.25, 0.0]
    """
    if link == "logit":
        c = expit(eta)
        return c, c * (1 - c), c * (1 - c) * (1 - 2 * c)
    if link == "loglog":
        grown = np.exp(np.clip(eta, -700.0, 50.0))
        c = np.exp(-grown)
        return c, -grown * c, c * grown * (grown - 1)
    density = np.exp(-(eta**2) / 2) / math.sqrt(2 * math.pi)
    return ndtr(eta), density, -eta * density


class Parts(NamedTuple):
    """Log likelihood of each patient and its derivatives by the cure predictor and by ``w``."""

    value: Floats
    by_eta: Floats
    by_w: Floats
    eta_eta: Floats
    eta_w: Floats
    w_w: Floats


def cure_likelihood(theta: Floats, design: Design, q: float = 0.0) -> LogLikelihood:
    """Log likelihood, gradient and second derivative by all parameters (without Q).

    Parameters
    ----------
    theta : ndarray
        Parameters in the order of this module.
    design : Design
    q : float
        Shape of the generalised gamma.

    Examples
    --------
    >>> design = cure_design([1, 2, 3], [1, 1, 0], None, None, "weibull", "mixture", "logit")
    >>> cure_likelihood(beginning(design), design).hessian.shape
    (3, 3)
    """
    many, places = design.cure.shape[1], design.location.shape[1]
    eta = design.cure @ theta[:many]
    scale = math.exp(min(50.0, max(-50.0, theta[many + places])))
    w = (design.log_time - design.location @ theta[many : many + places]) / scale
    curve = standard(design.family, w, q)
    with np.errstate(all="ignore"):
        parts = (_mixture if design.kind == "mixture" else _non_mixture)(eta, curve, design)
    value = float(parts.value.sum() - design.event.sum() * math.log(scale) - design.log_time[design.event].sum())
    # w moves by -1/scale with the location and by -w with the log scale.
    by = np.column_stack([design.location * (-1 / scale), -w])
    gradient = np.concatenate([parts.by_eta @ design.cure, parts.by_w @ by])
    gradient[-1] -= design.event.sum()
    hessian = np.empty((theta.size, theta.size))
    hessian[:many, :many] = (design.cure * parts.eta_eta[:, None]).T @ design.cure
    hessian[:many, many:] = (design.cure * parts.eta_w[:, None]).T @ by
    hessian[many:, :many] = hessian[:many, many:].T
    lower = (by * parts.w_w[:, None]).T @ by
    crossed = (design.location * (parts.by_w / scale)[:, None]).sum(axis=0)
    lower[:-1, -1] += crossed
    lower[-1, :-1] += crossed
    lower[-1, -1] += float(parts.by_w @ w)
    hessian[many:, many:] = lower
    if not (math.isfinite(value) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
        value = -math.inf
    return LogLikelihood(value, gradient, hessian)


def _mixture(eta: Floats, curve: Standard, design: Design) -> Parts:
    """Events: log((1 - c) f0); censored: log(c + (1 - c) S0)."""
    c, c1, c2 = cured_share(eta, design.link)
    s, died = curve.survival, design.event
    f = np.exp(curve.log_density)
    alive = c + (1 - c) * s
    a_eta, a_w = c1 * (1 - s), -(1 - c) * f
    a_ee, a_ew, a_ww = c2 * (1 - s), c1 * f, -(1 - c) * f * curve.slope
    lost = np.maximum(1 - c, 1e-300)

    def pick(if_died: Floats, if_censored: Floats) -> Floats:
        return np.where(died, if_died, if_censored)

    return Parts(
        pick(np.log(lost) + curve.log_density, np.log(alive)),
        pick(-c1 / lost, a_eta / alive),
        pick(curve.slope, a_w / alive),
        pick(-c2 / lost - (c1 / lost) ** 2, a_ee / alive - (a_eta / alive) ** 2),
        pick(np.zeros_like(eta), a_ew / alive - a_eta * a_w / alive**2),
        pick(curve.curvature, a_ww / alive - (a_w / alive) ** 2),
    )


def _non_mixture(eta: Floats, curve: Standard, design: Design) -> Parts:
    """All: log c (1 - S0); events also log(-log c f0)."""
    c, c1, c2 = cured_share(eta, design.link)
    level, level1 = np.log(c), c1 / c
    level2 = c2 / c - level1**2
    gone, f, died = 1 - curve.survival, np.exp(curve.log_density), design.event
    return Parts(
        level * gone + np.where(died, np.log(-level) + curve.log_density, 0.0),
        level1 * gone + np.where(died, level1 / level, 0.0),
        level * f + np.where(died, curve.slope, 0.0),
        level2 * gone + np.where(died, level2 / level - (level1 / level) ** 2, 0.0),
        level1 * f,
        level * f * curve.slope + np.where(died, curve.curvature, 0.0),
    )
