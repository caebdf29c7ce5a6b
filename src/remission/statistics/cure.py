"""Cure models: a share of the patients never has the event.

- mixture (Boag 1949; Berkson and Gage 1952): ``S(t) = c + (1 - c) S0(t)``
- non-mixture, promotion time (Yakovlev et al. 1993): ``S(t) = c ** (1 - S0(t))``

``S0`` is a Weibull, log-normal, log-logistic or generalised gamma curve. The cured share ``c`` depends on
covariates through a link (``logit``, ``loglog``: ``c = exp(-exp(x))``, or ``probit``); covariates may also
move the location of the log time. Fitted by maximum likelihood; intervals of the cured share are by profile
likelihood.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.cure_likelihood import Design, beginning, cure_design, cure_likelihood, cured_share
from remission.statistics.estimate import Estimate, normal_deviate
from remission.statistics.families import standard
from remission.statistics.inputs import checked_level
from remission.statistics.newton import LogLikelihood, Maximum, covariance_of, maximise

# A cured share this close to 0 or 1, on the scale of the link, is a likelihood that rises without end.
_RUNAWAY = 15.0
_WIDEST_Q = 4.0
_NO_FIT = 1e12


@dataclass(frozen=True)
class CureModel:
    """A fitted cure model.

    Parameters
    ----------
    family, kind, link : str
    parameters : ndarray
        Cure coefficients (link scale; intercept first), location coefficients (log time; intercept first),
        log of the scale of log time and, for the generalised gamma, Q.
    covariance : ndarray
        Of the parameters.
    log_likelihood : float
    aic : float
    level : float
    """

    family: str
    kind: str
    link: str
    parameters: Floats
    covariance: Floats
    log_likelihood: float
    level: float
    design: Design = field(repr=False)

    @property
    def aic(self) -> float:
        """Akaike's criterion: twice the number of parameters less twice the log likelihood."""
        return 2 * self.parameters.size - 2 * self.log_likelihood

    @property
    def std_errors(self) -> Floats:
        """Of the parameters."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def cure_coefficients(self) -> Floats:
        """On the scale of the link; intercept first."""
        return self.parameters[: self.design.cure.shape[1]]

    @property
    def location(self) -> Floats:
        """Coefficients of the location of log time; intercept first."""
        first = self.design.cure.shape[1]
        return self.parameters[first : first + self.design.location.shape[1]]

    @property
    def scale(self) -> float:
        """Scale of log time: one over the shape of a Weibull or log-logistic, the sdlog of a log-normal."""
        return float(np.exp(self.parameters[self.design.cure.shape[1] + self.design.location.shape[1]]))

    @property
    def q(self) -> float:
        """Shape of the generalised gamma; 0 for other families."""
        return float(self.parameters[-1]) if self.family == "generalised gamma" else 0.0

    def cure_fraction(self, at: ArrayLike = ()) -> Estimate:
        """Cured share at given covariates, with the interval that is symmetrical on the scale of the link.

        Examples
        --------
        >>> rng = np.random.default_rng(1)
        >>> time = np.minimum(np.where(rng.random(300) < 0.4, 99, rng.exponential(5, 300)), 40)
        >>> cure_model(time, time < 40).cure_fraction().value.__round__(1)
        0.4
        """
        row = _row(at, self.design.cure.shape[1])
        eta = float(row @ self.cure_coefficients)
        spread = self.covariance[: row.size, : row.size]
        half = normal_deviate(self.level) * math.sqrt(float(row @ spread @ row))
        low, high = sorted(float(cured_share(np.array(eta + side), self.link)[0]) for side in (-half, half))
        value, slope = (float(part) for part in cured_share(np.array(eta), self.link)[:2])
        return Estimate(value, low, high, abs(slope) * half / normal_deviate(self.level), self.level)

    def profile_interval(self, at: ArrayLike = ()) -> Estimate:
        """Cured share at given covariates with its profile-likelihood interval; the lower limit may be 0.

        Examples
        --------
        >>> rng = np.random.default_rng(1)
        >>> time = np.minimum(np.where(rng.random(300) < 0.4, 99, rng.exponential(5, 300)), 40)
        >>> found = cure_model(time, time < 40).profile_interval()
        >>> bool(0.3 < found.lower < found.value < found.upper < 0.5)
        True
        """
        return _profile(self, _row(at, self.design.cure.shape[1]))

    def survival(self, times: ArrayLike, at: ArrayLike = (), location_at: ArrayLike = ()) -> Floats:
        """Survival of all patients, cured or not, at chosen times and covariates.

        Examples
        --------
        >>> rng = np.random.default_rng(1)
        >>> time = np.minimum(np.where(rng.random(300) < 0.4, 99, rng.exponential(5, 300)), 40)
        >>> model = cure_model(time, time < 40)
        >>> bool(model.survival([0.0, 5.0, 1e9])[2] == model.cure_fraction().value)
        True
        """
        row = _row(at, self.design.cure.shape[1])
        share = float(cured_share(np.array(row @ self.cure_coefficients), self.link)[0])
        alive = self.uncured_survival(times, location_at)
        return share + (1 - share) * alive if self.kind == "mixture" else share ** (1 - alive)

    def uncured_survival(self, times: ArrayLike, location_at: ArrayLike = ()) -> Floats:
        """The curve ``S0``: in a mixture model, survival of those who are not cured.

        Examples
        --------
        >>> rng = np.random.default_rng(1)
        >>> time = np.minimum(np.where(rng.random(300) < 0.4, 99, rng.exponential(5, 300)), 40)
        >>> cure_model(time, time < 40).uncured_survival([0.0])
        array([1.])
        """
        middle = float(_row(location_at, self.location.size) @ self.location)
        with np.errstate(divide="ignore"):
            w = (np.log(np.asarray(times, dtype=np.float64)) - middle) / self.scale
        return standard(self.family, w, self.q).survival


def _row(at: ArrayLike, width: int) -> Floats:
    """Covariates with the 1 of the intercept before them; none given means all zero."""
    given = np.atleast_1d(np.asarray(at, dtype=np.float64))
    if given.size == 0:
        given = np.zeros(width - 1)
    if given.size != width - 1:
        raise DataError("covariates do not fit the model", where="at", found=str(given.size), allowed=str(width - 1))
    return np.append(1.0, given)


def cure_model(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike | None = None,
    *,
    location_covariates: ArrayLike | None = None,
    family: str = "weibull",
    kind: str = "mixture",
    link: str = "logit",
    level: float = 0.95,
) -> CureModel:
    """Fit a cure model.

    Parameters
    ----------
    time, event : array_like, shape (patients,)
    covariates : array_like, optional
        Of the cured share, shape (patients,) or (patients, covariates).
    location_covariates : array_like, optional
        Of the location of log time.
    family : {"weibull", "log-normal", "log-logistic", "generalised gamma"}
    kind : {"mixture", "non-mixture"}
    link : {"logit", "loglog", "probit"}

    Raises
    ------
    DataError
        For bad arrays, no events, an event at time zero, or data without a cured (or without an uncured)
        share, for which the likelihood has no maximum.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> time = np.minimum(np.where(rng.random(300) < 0.4, 99, rng.exponential(5, 300)), 40)
    >>> model = cure_model(time, time < 40)
    >>> print(model.cure_fraction().value.__round__(1), (1 / model.scale).__round__(1))
    0.4 1.0
    """
    design = cure_design(time, event, covariates, location_covariates, family, kind, link)
    start = beginning(design)
    what = f"the {family} {kind} cure model"
    if family == "generalised gamma":
        best = _fit_generalised_gamma(design, start, what)
    else:
        best = maximise(lambda theta: cure_likelihood(theta, design), start, bound=60.0, what=what)
    eta = design.cure @ best.parameters[: design.cure.shape[1]]
    _checked_share(eta)
    covariance = covariance_of(best.at, what)
    return CureModel(family, kind, link, best.parameters, covariance, best.at.value, checked_level(level), design)


def _checked_share(eta: Floats) -> None:
    """The cured share must be inside 0 and 1."""
    if np.abs(eta).max() > _RUNAWAY:
        raise DataError(
            "the data show no share that is cured (or none that is not): the likelihood rises to the edge",
            found=f"cured share on the scale of the link {eta.min():.1f} to {eta.max():.1f}",
            next_step="look at the Kaplan-Meier curve for a plateau; without one use a model without cure",
        )


def _fit_generalised_gamma(design: Design, start: Floats, what: str) -> Maximum:
    """Profile over Q, then second derivatives by Q from differences of the exact gradient."""
    from scipy.optimize import minimize_scalar

    warm = start

    def inner(q: float) -> Maximum:
        nonlocal warm
        found = maximise(lambda theta: cure_likelihood(theta, design, q), warm, bound=60.0, what=what)
        warm = found.parameters
        return found

    def lost(q: float) -> float:
        try:
            return -inner(q).at.value
        except DataError:
            return _NO_FIT

    best = minimize_scalar(lost, bounds=(-_WIDEST_Q, _WIDEST_Q), method="bounded", options={"xatol": 1e-7})
    q = float(best.x)
    if abs(q) > _WIDEST_Q - 0.01:
        raise DataError(
            f"{what} has no finite maximum of its likelihood: its shape Q runs away",
            found=f"Q {q:.2f}",
            next_step="the data do not carry this model; take a simpler one",
        )
    at = inner(q)
    step = 1e-4
    high, low = (cure_likelihood(at.parameters, design, q + side) for side in (step, -step))
    many = at.parameters.size
    hessian = np.empty((many + 1, many + 1))
    hessian[:many, :many] = at.at.hessian
    hessian[many, :many] = hessian[:many, many] = (high.gradient - low.gradient) / (2 * step)
    hessian[many, many] = (high.value - 2 * at.at.value + low.value) / step**2
    return Maximum(np.append(at.parameters, q), LogLikelihood(at.at.value, np.append(at.at.gradient, 0.0), hessian))


def _profile(model: CureModel, row: Floats) -> Estimate:
    """Where twice the log likelihood has fallen by the chi-square quantile, the cured share being held."""
    from scipy.optimize import brentq, minimize_scalar

    design = model.design
    # Centred covariates make the intercept the linear predictor of the patients asked for.
    centred = design._replace(cure=np.column_stack([design.cure[:, 0], design.cure[:, 1:] - row[1:]]))
    rest = np.delete(model.parameters[: model.parameters.size - (model.family == "generalised gamma")], 0)
    allowed = normal_deviate(model.level) ** 2 / 2
    top = float(row @ model.cure_coefficients)
    warm = rest

    def fall(eta: float) -> float:
        def best(q: float) -> float:
            nonlocal warm

            def held(others: Floats) -> LogLikelihood:
                whole = cure_likelihood(np.append(eta, others), centred, q)
                return LogLikelihood(whole.value, whole.gradient[1:], whole.hessian[1:, 1:])

            found = maximise(held, warm, bound=60.0, what="the profile")
            warm = found.parameters
            return -found.at.value

        if model.family != "generalised gamma":
            return model.log_likelihood + best(model.q) - allowed
        reach = 4 * float(model.std_errors[-1])
        bounds = (model.q - reach, model.q + reach)
        return model.log_likelihood + float(minimize_scalar(best, bounds=bounds, method="bounded").fun) - allowed

    limits = []
    for side in (-1.0, 1.0):
        warm, far = rest, top + side
        while (below := fall(far)) < 0 and abs(far) < _RUNAWAY:
            far += side
        edge = 0.0 if (side < 0) == (model.link != "loglog") else 1.0
        if below < 0:
            limits.append(edge)
            continue
        eta = brentq(fall, top, far, xtol=1e-8)
        limits.append(float(cured_share(np.array(eta), model.link)[0]))
    low, high = sorted(limits)
    value = float(cured_share(np.array(top), model.link)[0])
    return Estimate(value, low, high, None, model.level)
