"""Probabilities of crossing group-sequential boundaries, by recursive numerical integration.

Statistics at looks 1..K have the canonical joint distribution: Z_k is normal with mean ``theta *
sqrt(I_k)``, variance 1 and, for j < k, covariance ``sqrt(I_j / I_k)`` (Jennison and Turnbull, Group
Sequential Methods, 2000, ch. 3 and 19; the recursion is that of Armitage, McPherson and Rowe, JRSS A
1969;132:235). The density of Z_k on the region of continuing is carried on Gauss-Legendre nodes, so nothing
is random and the error is near 1e-12.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from remission.arrays import Floats
from remission.errors import DataError

# Beyond eight standard deviations from the drift the density is below 1e-14 and left out.
_REACH = 8.0
_PANEL_NODES = 16
# Width of a panel in standard deviations of the narrowest normal that it must resolve: an error below 1e-12.
_PANEL = 6.0
# Steps of information below this share of all are rounding, not information.
_NO_STEP = 1e-12
# Looks closer than this allows are integrated as if they were this far apart, in units of the kernel's width.
_NARROWEST = 0.01


class Density(NamedTuple):
    """Sub-density of Z at one look, among trials that go on: nodes, and density times quadrature weight."""

    z: Floats
    mass: Floats


@dataclass(frozen=True)
class Crossing:
    """Probability of first crossing at each look.

    Attributes
    ----------
    upper, lower : ndarray, shape (effects, looks)
        Probability that the first crossing happens at this look, through this boundary.
    expected_information : ndarray, shape (effects,)
        Mean information when the trial ends.
    """

    upper: Floats
    lower: Floats
    expected_information: Floats


@lru_cache(maxsize=8)
def _legendre(nodes: int) -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(nodes)


def _nodes(low: float, high: float, width: float) -> tuple[Floats, Floats]:
    """Composite Gauss-Legendre nodes and weights, with panels no wider than ``width``."""
    panels = max(1, int(np.ceil((high - low) / width)))
    edges = np.linspace(low, high, panels + 1)
    x, w = _legendre(_PANEL_NODES)
    half = np.diff(edges)[:, None] / 2.0
    centre = (edges[:-1] + edges[1:])[:, None] / 2.0
    return (centre + half * x).ravel(), (half * w).ravel()


def _panel_width(information: Floats, look: int) -> float:
    """Panels narrow enough for the kernels of the step to this look and of the step to the next.

    What was cut off at the look before is blurred by the step from it, and no more than that.
    """
    steps = np.diff(information[max(look - 1, 0) : look + 2])
    narrowest = np.sqrt(steps.min(initial=np.inf) / information[look])
    return _PANEL * float(np.clip(narrowest, _NARROWEST, 1.0))


def carry(theta: float, information: Floats, look: int, low: float, high: float, before: Density | None) -> Density:
    """Sub-density of Z at ``look`` between the boundaries, from that of the look before (if any)."""
    drift = theta * np.sqrt(information[look])
    low, high = max(low, drift - _REACH), min(high, drift + _REACH)
    if not low < high:
        return Density(np.zeros(0), np.zeros(0))
    z, weight = _nodes(low, high, _panel_width(information, look))
    if before is None:
        return Density(z, weight * _phi(z - drift))
    step, scale = _step(information, look)
    mean = (before.z * np.sqrt(information[look - 1]) + theta * step) / scale
    spread = np.sqrt(information[look]) / scale
    kernel = _phi(z[:, None] * spread - mean) * spread
    return Density(z, weight * (kernel @ before.mass))


def tail(theta: float, information: Floats, look: int, bound: float, before: Density | None) -> float:
    """Probability of going on until ``look`` and then having Z above ``bound``."""
    root = np.sqrt(information[look])
    if before is None:
        return float(ndtr(theta * root - bound))
    step, scale = _step(information, look)
    return float(before.mass @ ndtr((before.z * np.sqrt(information[look - 1]) + theta * step - bound * root) / scale))


def tail_density(theta: float, information: Floats, look: int, bound: float, before: Density | None) -> float:
    """Derivative of minus `tail` with respect to the bound."""
    root = np.sqrt(information[look])
    if before is None:
        return float(_phi(bound - theta * root))
    step, scale = _step(information, look)
    reach = (bound * root - before.z * np.sqrt(information[look - 1]) - theta * step) / scale
    return float(before.mass @ _phi(reach)) * root / scale


def _step(information: Floats, look: int) -> tuple[float, float]:
    step = float(information[look] - information[look - 1])
    return step, float(np.sqrt(step))


def _phi(x: ArrayLike) -> Floats:
    x = np.asarray(x, float)
    return np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi)


def crossing_probabilities(
    information: ArrayLike, upper: ArrayLike, lower: ArrayLike | None = None, theta: ArrayLike = 0.0
) -> Crossing:
    """Probability of first crossing each boundary at each look.

    Parameters
    ----------
    information : array_like, shape (looks,)
        Information at the looks, increasing.
    upper, lower : array_like, shape (looks,)
        Boundaries of Z; infinite where there is none.
    theta : array_like, shape (effects,)
        Effects: the mean of Z is ``theta * sqrt(information)``. One number is taken as one effect. When
        ``theta`` has shape (effects, looks), the drift may differ from look to look.

    Returns
    -------
    Crossing

    Raises
    ------
    DataError
        If looks are out of order, a boundary is not a number, or a lower bound lies above the upper one.

    Examples
    --------
    >>> crossing_probabilities([0.5, 1.0], [2.963, 1.969]).upper.sum(axis=1).round(4)
    array([0.025])
    """
    info, high, low = _checked(information, upper, lower)
    effects = np.asarray(theta, float)
    effects = np.atleast_1d(effects) if effects.ndim < 2 else effects
    if not np.isfinite(effects).all():
        raise DataError("an effect is not a number", found=str(theta))
    up, down = np.empty((len(effects), info.size)), np.empty((len(effects), info.size))
    for row, effect in enumerate(effects):
        up[row], down[row] = _cross(np.broadcast_to(effect, info.shape), info, high, low)
    stop = up + down
    stop[:, -1] += 1.0 - stop.sum(axis=1)
    return Crossing(up, down, stop @ info)


def _cross(theta: Floats, info: Floats, high: Floats, low: Floats) -> tuple[Floats, Floats]:
    up, down = np.empty(info.size), np.empty(info.size)
    # A drift that varies from look to look is carried by shifting the boundaries of a trial without drift.
    shift = theta * np.sqrt(info)
    density: Density | None = None
    for k in range(info.size):
        up[k] = tail(0.0, info, k, high[k] - shift[k], density)
        alive = 1.0 if density is None else float(density.mass.sum())
        down[k] = max(0.0, alive - tail(0.0, info, k, low[k] - shift[k], density))
        density = carry(0.0, info, k, low[k] - shift[k], high[k] - shift[k], density)
    return up, down


def _checked(information: ArrayLike, upper: ArrayLike, lower: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    info = check_information(information)
    high = np.asarray(upper, float).ravel()
    low = np.full(info.size, -np.inf) if lower is None else np.asarray(lower, float).ravel()
    for name, bound in (("upper", high), ("lower", low)):
        if bound.size != info.size or np.isnan(bound).any():
            raise DataError(f"the {name} boundary needs one number for each look", found=str(bound), where=name)
    if (low > high).any():
        raise DataError("a lower boundary lies above the upper one", found=f"{low} above {high}")
    return info, high, low


def check_information(information: ArrayLike) -> Floats:
    """Information of the looks as an array, refused unless finite, above 0 and increasing.

    Examples
    --------
    >>> check_information([0.5, 1.0])
    array([0.5, 1. ])
    """
    info = np.asarray(information, float).ravel()
    if info.size == 0 or not np.isfinite(info).all() or info[0] <= 0 or (np.diff(info) <= _NO_STEP * info[-1]).any():
        raise DataError(
            "looks are out of order: information must increase from look to look, from above 0",
            found=str(list(map(float, info))),
            next_step="sort the looks, and drop one that adds no information",
        )
    return info
