"""The largest of several scores at several looks: bounds and crossing probabilities, without random numbers.

Scores of fixed weights have independent increments, so that the covariance of two looks is that of the earlier one
(Tsiatis 1982), and all looks and all tests have one joint normal distribution. To cross first at look k is, for one
of the tests, to be above the bound there while those before it in that look, and all at earlier looks, are below
theirs. The one above is drawn from its tail, whose chance is exact; given it, the others stay below with a chance
that is not small, and is integrated one variable after the other (Genz 1992) on the points of a fixed Sobol
sequence. So the same digits come every time, and small errors spent early keep theirs. The chance to be above at look
k, whatever came before, is known exactly: only what earlier looks take from it is integrated. A score that is a
combination of others (FH(0, 1) + FH(1, 0) = FH(0, 0)) has no variable of its own and narrows the limits of theirs.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from remission.errors import DataError
from remission.statistics.multinormal import largest_above, largest_quantile, normal_below

Array = NDArray[np.float64]

# Two to this power points: bounds of three tests at three looks, or at five, are then right to about 0.0003.
_POINTS = 12
_SINGULAR = 1e-9
# Errors of the points may carry a bound a little beyond the ends between which it must lie.
_ROOM = 0.02


class JointLooks:
    """Scores of several tests at several looks.

    Parameters
    ----------
    covariance : array_like, shape (looks, tests, tests)
        Of the scores, growing from look to look.
    mean, spread : array_like, shape (looks, tests), optional
        Means of the standardised scores, and their standard deviations where these are not quite 1.

    Raises
    ------
    DataError
        If a score has no variance, or its variance falls from one look to the next.

    Examples
    --------
    >>> both = np.array([[1.0, 0.8], [0.8, 1.0]])
    >>> looks = JointLooks([0.5 * both, both])
    >>> looks.bounds([0.0015, 0.0235]).round(2)
    array([3.13, 2.16])
    """

    def __init__(self, covariance: ArrayLike, mean: ArrayLike = 0.0, spread: ArrayLike = 1.0) -> None:
        blocks = np.asarray(covariance, dtype=float)
        if blocks.ndim != 3 or not (np.diagonal(blocks, axis1=1, axis2=2) > 0).all():
            raise DataError("every score needs a variance at every look", where="covariance", found=str(blocks.shape))
        deviation = np.sqrt(np.diagonal(blocks, axis1=1, axis2=2))
        if (np.diff(deviation, axis=0) < 0).any():
            raise DataError("the information of a score falls from one look to the next", where="covariance")
        self.looks, self.tests = deviation.shape
        self.mean, self.spread = (np.broadcast_to(np.asarray(x, float), deviation.shape) for x in (mean, spread))
        look = np.repeat(np.arange(self.looks), self.tests)
        test = np.tile(np.arange(self.tests), self.looks)
        joint = blocks[np.minimum.outer(look, look), test[:, None], test[None, :]]
        self.correlation = joint / np.outer(deviation.ravel(), deviation.ravel())

    def bounds(self, spend: ArrayLike) -> Array:
        """Thresholds of the largest standardised score that spend so much at each look.

        Parameters
        ----------
        spend : array_like, shape (looks,)
            Probability of crossing first at each look; a look that spends nothing has no bound.
        """
        from scipy.optimize import brentq

        found, spent = np.full(self.looks, np.inf), 0.0
        for k, error in enumerate(np.asarray(spend, dtype=float)):
            if error <= 0:
                continue
            # All who crossed before would be above here, or none of them.
            low, high = (largest_quantile(float(tail), self._block(k)) for tail in (spent + error, error))
            spent += float(error)
            found[k] = high
            if low < high:
                ends = low - _ROOM, high + _ROOM
                found[k] = brentq(self._excess, *ends, args=(found[:k], float(error)), xtol=1e-8)
        return found

    def _excess(self, bound: float, earlier: Array, error: float) -> float:
        """How far the logarithm of the error spent, nearly straight in the bound, is above that allowed."""
        return float(np.log(max(self._first(np.append(earlier, bound)), 1e-300) / error))

    def _block(self, look: int) -> Array:
        """Correlation of the tests of one look."""
        here = slice(look * self.tests, (look + 1) * self.tests)
        return self.correlation[here, here]

    def crossing(self, upper: ArrayLike) -> Array:
        """Probability that the largest standardised score first crosses its bound at each look.

        Parameters
        ----------
        upper : array_like, shape (looks,)
        """
        bounds = np.asarray(upper, dtype=float)
        return np.array([self._first(bounds[: k + 1]) for k in range(self.looks)])

    def _first(self, upper: Array) -> float:
        """Probability of crossing at the last of these looks, and at none before."""
        look = upper.size - 1
        if upper[look] == np.inf:
            return 0.0
        room = ((upper[:, None] - self.mean[: look + 1]) / self.spread[: look + 1]).ravel()
        before = look * self.tests
        here = room[before:]
        level = (here == here[0]).all()
        total = largest_above(here[0], self._block(look)) if level else 1.0 - normal_below(here, self._block(look))
        earlier = np.flatnonzero(np.isfinite(room[:before]))[::-1]  # the looks that tell most about this one first
        for j in range(self.tests if earlier.size else 0):
            order = np.concatenate((before + np.arange(j, -1, -1), earlier))
            total -= _above_twice(room[order], self.correlation[np.ix_(order, order)], j)
        return float(total)


def _above_twice(room: Array, correlation: Array, below: int) -> float:
    """Probability that the first of several standard normals is above its limit, the next few are below theirs, and
    not all of the rest are.
    """
    tail = float(ndtr(-room[0]))
    if tail <= 0.0:
        return tail
    points = _points(room.size)
    root = _root(correlation)
    drawn, chance = np.zeros_like(points), np.ones(len(points))
    drawn[:, 0] = -ndtri(np.maximum(tail * points[:, 0], 1e-300))
    whole = chance
    for j, limiting in enumerate(_limiting(root)):
        low, high = np.full(len(points), -np.inf), np.full(len(points), np.inf)
        for row in limiting:
            edge = (room[row] - drawn[:, :j] @ root[row, :j]) / root[row, j]
            low, high = (low, np.minimum(high, edge)) if root[row, j] > 0 else (np.maximum(low, edge), high)
        if j == 0:
            chance = chance * ((low <= drawn[:, 0]) & (drawn[:, 0] <= high))
        elif limiting:
            under = ndtr(low)
            width = np.maximum(ndtr(high) - under, 0.0)
            chance = chance * width
            drawn[:, j] = ndtri(np.clip(under + points[:, j] * width, 1e-300, 1.0 - 1e-16))
        if j == below:
            whole = chance
    return tail * float((whole - chance).mean())


def _root(matrix: Array) -> Array:
    """Lower triangular root of a covariance, zero where a normal is a combination of those before it."""
    root = np.zeros_like(matrix)
    for j in range(len(matrix)):
        left = matrix[j, j] - root[j, :j] @ root[j, :j]
        if left > _SINGULAR:
            root[j, j] = np.sqrt(left)
            root[j + 1 :, j] = (matrix[j + 1 :, j] - root[j + 1 :, :j] @ root[j, :j]) / root[j, j]
    return root


def _limiting(root: Array) -> list[list[int]]:
    """For each variable the normals (but the first) that limit it: those whose last variable it is."""
    found: list[list[int]] = [[] for _ in root]
    for row, values in enumerate(root[1:], 1):
        found[int(np.flatnonzero(np.abs(values) > 1e-6)[-1])].append(row)
    return found


@lru_cache(maxsize=16)
def _points(dimension: int) -> Array:
    """A fixed Sobol sequence, shifted off the corner and folded so that both ends meet (the baker's transform)."""
    from scipy.stats.qmc import Sobol

    plain = Sobol(dimension, scramble=False).random_base2(_POINTS) + 0.5 / 2**_POINTS
    return np.asarray(1.0 - np.abs(2.0 * plain - 1.0))
