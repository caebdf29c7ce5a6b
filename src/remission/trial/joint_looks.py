"""The largest of several scores at several looks: bounds and crossing probabilities, without random numbers.

Scores of fixed weights have independent increments, so that the covariance of two looks is that of the earlier one
(Tsiatis 1982), and all looks and all tests have one joint normal distribution. To cross first at look k is to be above
the bound there and below all before it. The chance to be above, whatever came before, is known exactly; the share of
it that earlier looks leave is integrated on the points of a fixed Sobol sequence, so that the same digits come every
time and small errors spent early keep theirs. A point is drawn from beyond the bound of look k, then backwards look by
look: each depends on the one after it alone.

At each look the tests are split into what they have in common, their sum, and what is left of each once the sum is
known. What is left is drawn freely; the sum is drawn from where all tests are below their bounds, an interval whose
chance is one normal probability (in the manner of Genz 1992, who limits every variable). The integrand stays smooth
where tests are nearly alike, and a test that is a combination of others (FH(0, 1) + FH(1, 0) = FH(0, 0)) is nothing
special.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.multinormal import largest_above, normal_below

# Two to this power points: bounds of three tests at three looks, or at five, are then right to about 0.0003.
_POINTS, _SEED = 12, 2017
_SINGULAR = 1e-9
# A secant step from this close to the root leaves less than a millionth of it.
_CLOSE, _MOST_STEPS = 1e-5, 40


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
        If a score has no variance, its variance falls from one look to the next, or two tests are negatively
        correlated.

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
        self.correlation = blocks / (deviation[:, :, None] * deviation[:, None, :])
        if self.correlation.min() < -_SINGULAR:
            raise DataError("tests that fall as others rise have no bound in common", where="covariance")
        self.alone = [_Split.of(block) for block in self.correlation]
        self.slope, self.given = [], []
        for k, growth in enumerate(deviation[:-1] / deviation[1:]):
            joint = self.correlation[k] * growth
            slope = joint @ np.linalg.pinv(self.correlation[k + 1], rcond=_SINGULAR, hermitian=True)
            self.slope.append(slope)
            self.given.append(_Split.of(self.correlation[k] - slope @ joint.T))

    def with_mean(self, mean: Floats) -> JointLooks:
        """The same scores with other means."""
        other = copy(self)
        other.mean = mean
        return other

    def bounds(self, spend: ArrayLike) -> Floats:
        """Thresholds of the largest standardised score that spend so much at each look.

        Parameters
        ----------
        spend : array_like, shape (looks,)
            Probability of crossing first at each look; a look that spends nothing has no bound.
        """
        found, above = np.full(self.looks, np.inf), 0.0
        for k, error in enumerate(np.asarray(spend, dtype=float)):
            if error > 0:
                found[k] = self._bound(found[:k], float(error), above)
                above = found[k] + float(ndtri(error))
        return found

    def _bound(self, earlier: Floats, error: float, above: float) -> float:
        """Bound that spends an error, near ``above`` its normal deviate: secant steps on the deviate of what is spent,
        which moves nearly as the bound does.
        """
        goal, slope = float(-ndtri(error)), 1.0
        bound = goal + above
        before: tuple[float, float] | None = None
        for _ in range(_MOST_STEPS):
            spent = self._first(np.append(earlier, bound))
            off = float(-ndtri(np.clip(spent, 1e-300, 1.0 - 1e-16))) - goal
            if before is not None and bound != before[0]:
                slope = max((off - before[1]) / (bound - before[0]), 0.2)
            before = bound, off
            bound -= off / slope
            if abs(off) < _CLOSE:
                return bound
        raise DataError("no bound was found that spends this error", where="spend", found=f"{error:g}")

    def crossing(self, upper: ArrayLike) -> Floats:
        """Probability that the largest standardised score first crosses its bound at each look.

        Parameters
        ----------
        upper : array_like, shape (looks,)
        """
        bounds = np.asarray(upper, dtype=float)
        return np.array([self._first(bounds[: k + 1]) for k in range(self.looks)])

    def _first(self, upper: Floats) -> float:
        """Probability of crossing at the last of these looks, and at none before."""
        look = upper.size - 1
        if upper[look] == np.inf:
            return 0.0
        room = (upper[:, None] - self.mean[: look + 1]) / self.spread[: look + 1]
        here = room[look]
        level = (here == here[0]).all()
        block = self.correlation[look]
        total = largest_above(here[0], block) if level else 1.0 - normal_below(here, block)
        return float(total) * (self._kept(room) if np.isfinite(upper[:look]).any() else 1.0)

    def _kept(self, room: Floats) -> float:
        """Share of those above at the last look who were below at all earlier ones."""
        look = len(room) - 1
        points, normals = _points(len(room) * self.tests)
        split = self.alone[look]
        z = split.rest @ normals[1 : self.tests]
        above = ndtr(-split.interval(room[look], z)[1])
        z += np.outer(split.common, -ndtri(np.maximum(points[0] * above, 1e-300)))
        stayed = np.ones(above.size)
        for k in range(look - 1, np.flatnonzero(np.isfinite(room[:look, 0]))[0] - 1, -1):
            start = (look - k) * self.tests
            split = self.given[k]
            z = self.slope[k] @ z + split.rest @ normals[start + 1 : start + self.tests]
            low, high = split.interval(room[k], z)
            under = ndtr(low)
            inside = np.maximum(ndtr(high) - under, 0.0)
            stayed *= inside
            if k:
                drawn = np.clip(under + points[start] * inside, 1e-300, 1.0 - 1e-16)
                z += np.outer(split.common, ndtri(drawn))
        return float(above @ stayed / max(above.sum(), 1e-300))


@dataclass(frozen=True)
class _Split:
    """Normals as ``common`` times one standard normal, plus ``rest`` times others; shapes (tests,), (tests, others)."""

    common: Floats
    rest: Floats

    @staticmethod
    def of(covariance: Floats) -> _Split:
        """The one in common is the standardised sum."""
        total = covariance.sum(axis=1)
        variance = float(total.sum())
        common = total / np.sqrt(variance) if variance > _SINGULAR else np.zeros_like(total)
        values, vectors = np.linalg.eigh(covariance - np.outer(common, common))
        return _Split(common, (vectors * np.sqrt(np.maximum(values, 0.0)))[:, :0:-1])

    def interval(self, room: Floats, free: Floats) -> tuple[Floats, Floats]:
        """Between what the common normal keeps every test below its limit, given the rest; shape (points,)."""
        low, high = np.full(free.shape[1], -np.inf), np.full(free.shape[1], np.inf)
        for limit, slope, other in zip(room, self.common, free, strict=True):
            if slope > _SINGULAR:
                np.minimum(high, (limit - other) / slope, out=high)
            elif slope < -_SINGULAR:
                np.maximum(low, (limit - other) / slope, out=low)
            else:
                high[other > limit] = -np.inf
        return low, high


@lru_cache(maxsize=16)
def _points(dimension: int) -> tuple[Floats, Floats]:
    """A fixed Sobol sequence, scrambled as Owen (1995) does, and its points as normals; shape (dimension, points)."""
    from scipy.stats.qmc import Sobol

    points = np.ascontiguousarray(Sobol(dimension, seed=_SEED).random_base2(_POINTS).T)
    np.clip(points, 2.0**-60, 1.0 - 2.0**-50, out=points)
    return points, np.asarray(ndtri(points))
