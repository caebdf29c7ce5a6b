"""Maximum likelihood by Newton's method, damped where the likelihood is not yet concave (Levenberg 1944)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError

_MOST_STEPS = 100
_CONVERGED = 1e-14
_STUCK = 1e12


class LogLikelihood(NamedTuple):
    """Value, gradient and second derivative at one point."""

    value: float
    gradient: Floats
    hessian: Floats


class Maximum(NamedTuple):
    """Where the likelihood is highest, and what it is there."""

    parameters: Floats
    at: LogLikelihood


def maximise(
    likelihood: Callable[[Floats], LogLikelihood],
    start: Floats,
    *,
    bound: float = 25.0,
    what: str = "the model",
) -> Maximum:
    """Climb from a start to the maximum.

    Parameters
    ----------
    likelihood : callable
        Value, gradient and second derivative; values that are not finite are taken as minus infinity.
    start : ndarray, shape (parameters,)
    bound : float
        A parameter beyond this has run away: there is no finite maximum.
    what : str
        Named in the error.

    Raises
    ------
    DataError
        If a parameter runs away or the climb does not end.

    Examples
    --------
    >>> def parabola(x):
    ...     return LogLikelihood(-float((x - 3) @ (x - 3)), -2 * (x - 3), -2 * np.eye(1))
    >>> maximise(parabola, np.zeros(1)).parameters
    array([3.])
    """
    theta, here = start, likelihood(start)
    damping = 0.0
    for _ in range(_MOST_STEPS):
        step, gain = _step(here, damping)
        if gain < _CONVERGED * (1 + abs(here.value)):
            return Maximum(theta, here)
        there = likelihood(theta + step)
        if np.isfinite(there.value) and there.value > here.value - 1e-12 * abs(here.value):
            theta, here, damping = theta + step, there, damping / 10 if damping > 1e-6 else 0.0
        else:
            damping = max(damping * 10, 1e-3)
            if damping > _STUCK:
                return Maximum(theta, here)
        if np.abs(theta).max() > bound:
            break
    raise DataError(
        f"{what} has no finite maximum of its likelihood: a parameter runs away",
        found=f"parameters {np.round(theta, 2).tolist()}",
        next_step="the data do not carry this model; take a simpler one",
    )


def _step(here: LogLikelihood, damping: float) -> tuple[Floats, float]:
    """Newton step along curved directions; where the surface is flat or turned up, the size of its curvature
    is used.
    """
    values, vectors = np.linalg.eigh(-here.hessian)
    floor = 1e-8 * max(1.0, float(np.abs(values).max()))
    curvature = np.maximum(np.abs(values), floor) * (1 + damping)
    along = vectors.T @ here.gradient
    step = vectors @ (along / curvature)
    length = float(np.abs(step).max())
    return step * min(1.0, 3.0 / length) if length > 0 else step, float(along @ (along / curvature))


def covariance_of(at: LogLikelihood, what: str = "the model") -> Floats:
    """Inverse of the observed information.

    Raises
    ------
    DataError
        If the maximum is flat in some direction.

    Examples
    --------
    >>> covariance_of(LogLikelihood(0.0, np.zeros(1), np.array([[-4.0]])))
    array([[0.25]])
    """
    values = np.linalg.eigvalsh(-at.hessian)
    if values[0] <= 1e-10 * max(1.0, float(values[-1])):
        raise DataError(
            f"the likelihood of {what} is flat in some direction, so that it has no standard errors",
            next_step="the data do not carry this model; take a simpler one",
        )
    return np.asarray(np.linalg.inv(-at.hessian))
