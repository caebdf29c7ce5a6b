"""Piecewise constant hazards: events over time at risk in each stretch (Friedman 1982)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.inputs import checked_events, checked_level, checked_times


@dataclass(frozen=True)
class PiecewiseExponential:
    """Hazards between cuts.

    Parameters
    ----------
    start, end : ndarray, shape (stretches,)
        The last ends at ``inf``.
    exposure, events : ndarray, shape (stretches,)
        Time at risk and events.
    rate, lower, upper : ndarray, shape (stretches,)
        Events per unit of time, with exact Poisson limits (Garwood 1936); no events have rate 0.
    log_likelihood : ndarray, shape (stretches,)
        ``d log(rate) - rate exposure``.
    level : float
    """

    start: Floats
    end: Floats
    exposure: Floats
    events: Floats
    rate: Floats
    lower: Floats
    upper: Floats
    log_likelihood: Floats
    level: float

    def survival(self, times: ArrayLike) -> Floats:
        """Survival of the fitted hazards.

        Examples
        --------
        >>> fit = piecewise_exponential([1, 2, 3, 4], [1, 1, 1, 1], [2])
        >>> fit.survival([0.0])
        array([1.])
        """
        t = np.atleast_1d(np.asarray(times, dtype=np.float64))[:, None]
        spent = np.clip(np.minimum(t, self.end) - self.start, 0.0, None)
        return np.exp(-spent @ self.rate)


def piecewise_exponential(
    time: ArrayLike, event: ArrayLike, cuts: ArrayLike, *, level: float = 0.95
) -> PiecewiseExponential:
    """Fit a hazard that is constant between cuts.

    Parameters
    ----------
    time, event : array_like, shape (patients,)
    cuts : array_like
        Ascending, above zero; an event at a cut belongs to the stretch before it.

    Raises
    ------
    DataError
        For bad arrays, cuts out of order, or a stretch in which nobody was at risk.

    Examples
    --------
    >>> fit = piecewise_exponential([1, 2, 3, 4], [1, 1, 1, 0], [2])
    >>> print(fit.exposure, fit.events, fit.rate.round(4))
    [7. 3.] [2. 1.] [0.2857 0.3333]
    """
    from scipy.special import gammaincinv

    times = checked_times(time)
    events = checked_events(event, times.size)
    inner = np.atleast_1d(np.asarray(cuts, dtype=np.float64))
    if not (np.isfinite(inner).all() and (np.diff(inner, prepend=0.0) > 0).all()):
        raise DataError("cuts must rise from above zero", where="cuts", found=str(inner.tolist()))
    start, end = np.append(0.0, inner), np.append(inner, np.inf)
    exposure = np.clip(np.minimum(times[:, None], end) - start, 0.0, None).sum(axis=0)
    place = np.searchsorted(inner, times, side="left")
    count = np.bincount(place[events], minlength=start.size).astype(float)
    if (exposure <= 0).any():
        empty = int(np.flatnonzero(exposure <= 0)[0])
        raise DataError(
            "nobody was at risk in a stretch",
            where="cuts",
            found=f"after {start[empty]:g}",
            next_step="drop this cut",
        )
    rate = count / exposure
    tail = (1 - checked_level(level)) / 2
    lower = np.where(count > 0, gammaincinv(np.maximum(count, 1), tail), 0.0) / exposure
    upper = gammaincinv(count + 1, 1 - tail) / exposure
    log_rate = np.log(np.where(count > 0, rate, 1.0))
    value = count * log_rate - rate * exposure
    return PiecewiseExponential(start, end, exposure, count, rate, lower, upper, value, level)
