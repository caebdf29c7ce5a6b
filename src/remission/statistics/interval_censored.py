"""Events seen only between two looks: the nonparametric curve (Turnbull 1976) and a regression of log time.

A patient's event lies in ``(left, right]``: after the last visit without it and by the first with it.
``right`` infinite means not seen by ``left``; equal ends mean an exactly known time.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.families import checked_family, log_survival, standard
from remission.statistics.inputs import checked_times
from remission.statistics.newton import LogLikelihood, covariance_of, maximise

_MOST_STEPS = 20_000
_CONVERGED = 1e-10
_MOST_CELLS = 50_000_000


@dataclass(frozen=True)
class TurnbullCurve:
    """Nonparametric maximum likelihood from intervals.

    Parameters
    ----------
    left, right : ndarray, shape (steps,)
        The innermost intervals ``(left, right]`` that can hold probability; ``right`` may be infinite.
    mass : ndarray, shape (steps,)
        Probability in each; where inside an interval it lies, the data cannot say.
    log_likelihood : float
    """

    left: Floats
    right: Floats
    mass: Floats
    log_likelihood: float

    def bounds(self, times: ArrayLike) -> tuple[Floats, Floats]:
        """Lowest and highest survival that the data allow at chosen times.

        Examples
        --------
        >>> turnbull([0, 2], [2, np.inf]).bounds([1.0])
        (array([0.5]), array([1.]))
        """
        t = np.atleast_1d(np.asarray(times, dtype=np.float64))[:, None]
        # A point is an exact time: gone at it. An open interval has lost nothing at its left end.
        begun = (self.left < t) | ((self.left == self.right) & (self.left <= t))
        return 1 - begun @ self.mass, 1 - (self.right <= t) @ self.mass

    def at(self, times: ArrayLike) -> Floats:
        """Survival with each interval's probability put at its middle (at its left end if it has no right).

        Examples
        --------
        >>> turnbull([0, 2], [2, np.inf]).at([0.5, 1.5])
        array([1. , 0.5])
        """
        t = np.atleast_1d(np.asarray(times, dtype=np.float64))[:, None]
        middle = np.where(np.isfinite(self.right), (self.left + self.right) / 2, np.inf)
        return np.asarray(1 - (middle <= t) @ self.mass)


def checked_intervals(left: ArrayLike, right: ArrayLike) -> tuple[Floats, Floats]:
    """Left ends, and right ends with ``inf`` where missing.

    Raises
    ------
    DataError
        If a left end is missing or negative, or lies after its right end.

    Examples
    --------
    >>> checked_intervals([0, 2], [2, None])
    (array([0., 2.]), array([ 2., inf]))
    """
    low = checked_times(left, "left")
    high = np.asarray(right, dtype=np.float64)
    high = np.where(np.isnan(high), np.inf, high)
    if high.shape != low.shape or not (high >= low).all():
        row = int(np.flatnonzero(~(high >= low))[0]) if high.shape == low.shape else 0
        raise DataError(
            "an interval ends before it begins",
            where="right",
            found=f"row {row}" if high.shape == low.shape else f"shape {high.shape}",
            allowed="left <= right; missing or inf where the event was not seen",
        )
    return low, high


def turnbull(left: ArrayLike, right: ArrayLike) -> TurnbullCurve:
    """Nonparametric maximum likelihood of the survival curve.

    Self-consistent steps, extrapolated two at a time (Varadhan and Roland 2008) until the likelihood
    equations hold. Equal intervals are counted once, so that memory depends on the number of different ones.

    Parameters
    ----------
    left, right : array_like, shape (patients,)
        ``right`` is NaN or ``inf`` where the event was not seen.

    Raises
    ------
    DataError
        For bad intervals, or no event at all.

    Examples
    --------
    >>> curve = turnbull([0, 1, 2, 3], [1, 2, np.inf, np.inf])
    >>> print(curve.right, curve.mass.round(3))
    [ 1.  2. inf] [0.25 0.25 0.5 ]
    """
    low, high = checked_intervals(left, right)
    if not np.isfinite(high).any():
        raise DataError("no event was seen in any interval", where="right", next_step="follow for longer")
    pairs, count = np.unique(np.stack([low, high], axis=1), axis=0, return_counts=True)
    inner_left, inner_right = _innermost(pairs)
    if pairs.shape[0] * inner_left.size > _MOST_CELLS:
        raise DataError(
            "there are too many different intervals",
            where="left, right",
            found=f"{pairs.shape[0]} intervals, {inner_left.size} steps",
            next_step="round times, for example to days; equal intervals are counted together",
        )
    exact = pairs[:, 0] == pairs[:, 1]
    exact_point = inner_left == inner_right
    # An exact point at the open left end of an interval is outside it.
    inside = (
        (inner_left >= pairs[:, :1])
        & (inner_right <= pairs[:, 1:])
        & ~(~exact[:, None] & exact_point & (inner_left == pairs[:, :1]))
    )
    mass = _self_consistent(inside.astype(np.float64), count.astype(np.float64))
    value = float(count @ np.log(inside @ mass))
    return TurnbullCurve(inner_left, inner_right, mass, value)


def _innermost(pairs: Floats) -> tuple[Floats, Floats]:
    """Intervals from a left end to the next right end with no other end between (Peto 1973)."""
    # At one time the order is: right ends of open intervals, exact points, left ends.
    ends: list[tuple[float, int, float]] = []
    for low, high in pairs:
        if low == high:
            ends += [(low, 1, 0.0), (high, 2, 1.0)]
        else:
            ends += [(low, 3, 0.0), (high, 0, 1.0)]
    ends.sort()
    found = {(first[0], second[0]) for first, second in pairwise(ends) if first[2] == 0.0 and second[2] == 1.0}
    ordered = np.array(sorted(found))
    return ordered[:, 0], ordered[:, 1]


def _self_consistent(inside: Floats, count: Floats) -> Floats:
    """Mass of each innermost interval."""
    total = count.sum()

    def step(mass: Floats) -> Floats:
        return np.asarray(mass * (inside.T @ (count / (inside @ mass))) / total)

    mass = np.full(inside.shape[1], 1 / inside.shape[1])
    for _ in range(_MOST_STEPS):
        first = step(mass)
        second = step(first)
        moved, bent = first - mass, second - 2 * first + mass
        size = float(np.abs(moved).max())
        if size < _CONVERGED:
            break
        stride = -np.linalg.norm(moved) / max(float(np.linalg.norm(bent)), 1e-300)
        leap = mass - 2 * stride * moved + stride**2 * bent
        usable = (leap >= 0).all() and stride < -1
        mass = step(leap / leap.sum()) if usable else second
    gradient = inside.T @ (count / (inside @ mass)) / total
    if gradient.max() > 1 + 1e-4:
        raise DataError("the Turnbull curve did not converge", where="left, right", found=f"{gradient.max() - 1:g}")
    return mass


@dataclass(frozen=True)
class IntervalRegression:
    """Regression of log time on covariates.

    Parameters
    ----------
    family : str
    coefficients : ndarray
        Intercept first; of the location of log time (positive: longer).
    scale : float
        Of log time; the shape of a Weibull is its inverse.
    covariance : ndarray
        Of the coefficients and the log of the scale (of the coefficients alone where the scale is held).
    log_likelihood : float
    """

    family: str
    coefficients: Floats
    scale: float
    covariance: Floats
    log_likelihood: float

    @property
    def std_errors(self) -> Floats:
        """Of the coefficients and the log of the scale."""
        return np.sqrt(np.diag(self.covariance))


def interval_regression(
    left: ArrayLike, right: ArrayLike, covariates: ArrayLike | None = None, *, family: str = "weibull"
) -> IntervalRegression:
    """Accelerated failure time model of intervals (left-, right-, interval-censored and exact times).

    Parameters
    ----------
    left, right : array_like, shape (patients,)
    covariates : array_like, optional
        Shape (patients,) or (patients, covariates).
    family : {"weibull", "log-normal", "log-logistic", "exponential"}
        Exponential is Weibull with its scale held at 1; the scale has then no standard error.

    Raises
    ------
    DataError
        For bad intervals, an exact event at time zero, or no maximum of the likelihood.

    Examples
    --------
    >>> model = interval_regression([1, 2, 3, 0, 4], [2, 3, 5, 2, np.inf])
    >>> bool(model.scale > 0)
    True
    """
    low, high = checked_intervals(left, right)
    held = 1 if family == "exponential" else 0
    shape = "weibull" if held else family
    if checked_family(shape) == "generalised gamma":
        raise DataError("this family is not fitted to intervals", where="family", found=family)
    exact = low == high
    if (low[exact] <= 0).any():
        raise DataError("an exact event at time zero has no place in a model of log time", where="left")
    if not np.isfinite(high).any():
        raise DataError("no event was seen in any interval", where="right", next_step="follow for longer")
    x = _with_intercept(covariates, low.size)
    with np.errstate(divide="ignore"):
        ends = (np.log(low), np.log(high))
    # A start from the middles: infinite ends count as half as long again as their beginning.
    middle = np.log(np.where(np.isfinite(high), (low + high) / 2, 1.5 * low) + 1e-12)
    start = np.zeros(x.shape[1] + 1 - held)
    start[0] = np.median(middle)

    def likelihood(theta: Floats) -> LogLikelihood:
        found = _interval_likelihood(np.append(theta, np.zeros(held)), x, ends, exact, shape)
        return LogLikelihood(found.value, found.gradient[: theta.size], found.hessian[: theta.size, : theta.size])

    best = maximise(likelihood, start, what=f"the {family} model")
    slopes, log_scale = best.parameters[: x.shape[1]], best.parameters[x.shape[1] :].sum()
    return IntervalRegression(family, slopes, float(np.exp(log_scale)), covariance_of(best.at), best.at.value)


def _with_intercept(covariates: ArrayLike | None, patients: int) -> Floats:
    if covariates is None:
        return np.ones((patients, 1))
    x = np.asarray(covariates, dtype=np.float64).reshape(patients, -1)
    if not np.isfinite(x).all():
        raise DataError("covariates must be known numbers, one row for each patient", where="covariates")
    return np.column_stack([np.ones(patients), x])


def _interval_likelihood(
    theta: Floats, x: Floats, ends: tuple[Floats, Floats], exact: Floats, family: str
) -> LogLikelihood:
    """Log of ``S(left) - S(right)``, or of the density where the time is exact, with derivatives.

    Far from the data numbers overflow on the way; such a point has likelihood minus infinity.
    """
    with np.errstate(all="ignore"):
        return _interval_sums(theta, x, ends, exact, family)


def _interval_sums(theta: Floats, x: Floats, ends: tuple[Floats, Floats], exact: Floats, family: str) -> LogLikelihood:
    scale = float(np.exp(np.clip(theta[-1], -30.0, 30.0)))
    location = x @ theta[:-1]
    a, b = ((end - location) / scale for end in ends)
    bounded_a, bounded_b = (np.clip(w, -600.0, 600.0) for w in (a, b))
    at_a, at_b = standard(family, bounded_a), standard(family, bounded_b)
    s_a = np.where(np.isneginf(a), 1.0, np.exp(log_survival(family, bounded_a)))
    s_b = np.where(np.isposinf(b), 0.0, np.exp(log_survival(family, bounded_b)))
    f_a = np.where(np.isfinite(a), np.exp(at_a.log_density), 0.0)
    f_b = np.where(np.isfinite(b), np.exp(at_b.log_density), 0.0)
    chance = np.where(exact, 1.0, np.maximum(s_a - s_b, 1e-300))
    value = np.where(exact, at_a.log_density - theta[-1] - np.where(exact, ends[0], 0.0), np.log(chance))
    total = float(value.sum())
    # Derivatives by the two standardised ends; an exact time has only the first.
    g_a = np.where(exact, at_a.slope, -f_a / chance)
    g_b = np.where(exact, 0.0, f_b / chance)
    h_aa = np.where(exact, at_a.curvature, -f_a * at_a.slope / chance - g_a**2)
    h_bb = np.where(exact, 0.0, f_b * at_b.slope / chance - g_b**2)
    h_ab = np.where(exact, 0.0, -g_a * g_b)
    w_a, w_b = (np.where(np.isfinite(w), w, 0.0) for w in (a, b))
    by_a, by_b = (np.column_stack([-x / scale, -w]) for w in (w_a, w_b))
    gradient = g_a @ by_a + g_b @ by_b
    gradient[-1] -= exact.sum()
    hessian = (by_a * h_aa[:, None]).T @ by_a + (by_b * h_bb[:, None]).T @ by_b
    mixed = (by_a * h_ab[:, None]).T @ by_b
    hessian += mixed + mixed.T
    crossed = ((g_a + g_b) / scale) @ x
    hessian[:-1, -1] += crossed
    hessian[-1, :-1] += crossed
    hessian[-1, -1] += float(g_a @ w_a + g_b @ w_b)
    if not (np.isfinite(total) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
        total = -np.inf
    return LogLikelihood(total, gradient, hessian)
