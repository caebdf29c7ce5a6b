"""The Nelson-Aalen cumulative hazard: the sum of ``d / n`` over event times (Nelson 1972, Aalen 1978).

The variance is Aalen's, the sum of ``d / n^2``, or Klein's binomial ``d (n - d) / n^3``; ties may also be
taken one after the other (Fleming and Harrington 1984). The interval is symmetrical on the log scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.counts import counts
from remission.statistics.estimate import normal_deviate
from remission.statistics.inputs import checked_events, checked_times

TIES = ("together", "one by one")


@dataclass(frozen=True)
class CumulativeHazard:
    """Cumulative hazard as a step function; arrays of shape (times,)."""

    time: Floats
    at_risk: Floats
    events: Floats
    hazard: Floats
    std_error: Floats
    lower: Floats
    upper: Floats
    level: float

    @property
    def survival(self) -> Floats:
        """``exp(-H)``, the Fleming-Harrington (Breslow) survival curve.

        Examples
        --------
        >>> nelson_aalen([1, 2], [1, 0]).survival.round(4)
        array([0.6065, 0.6065])
        """
        return np.exp(-self.hazard)

    def at(self, times: ArrayLike) -> Floats:
        """Cumulative hazard at chosen times.

        Examples
        --------
        >>> nelson_aalen([1, 2], [1, 1]).at([0.5, 1])
        array([0. , 0.5])
        """
        return np.append(0.0, self.hazard)[np.searchsorted(self.time, np.asarray(times, float), side="right")]


def nelson_aalen(time: ArrayLike, event: ArrayLike, *, level: float = 0.95, ties: str = "together") -> CumulativeHazard:
    """Nelson-Aalen estimate of the cumulative hazard.

    Parameters
    ----------
    time, event : array_like, shape (patients,)
    ties : {"together", "one by one"}
        ``d / n``, or ``1 / n + 1 / (n - 1) + ...`` over tied events.

    Raises
    ------
    DataError
        For bad arrays or another treatment of ties.

    Examples
    --------
    >>> nelson_aalen([1, 2, 3, 4], [1, 1, 0, 1]).hazard.round(4)
    array([0.25  , 0.5833, 0.5833, 1.5833])
    """
    times = checked_times(time)
    table = counts(times, checked_events(event, times.size))
    n, d = table.at_risk[:, 0], table.events[:, 0]
    if ties not in TIES:
        raise DataError("ties cannot be treated so", where="ties", found=repr(ties), allowed=", ".join(TIES))
    if ties == "together":
        steps, variances = d / n, d / n**2
    else:
        steps, variances = _one_by_one(n, d, 1), _one_by_one(n, d, 2)
    hazard, std_error = np.cumsum(steps), np.sqrt(np.cumsum(variances))
    spread = np.exp(normal_deviate(level) * np.divide(std_error, hazard, out=np.zeros_like(n), where=hazard > 0))
    return CumulativeHazard(table.time, n, d, hazard, std_error, hazard / spread, hazard * spread, level)


def _one_by_one(n: Floats, d: Floats, power: int) -> Floats:
    """Sum over tied events of ``(n - k) ** -power`` for k from 0 to d - 1."""
    whole = d.astype(int)
    row = np.repeat(np.arange(n.size), whole)
    place = np.arange(row.size) - np.repeat(np.cumsum(whole) - whole, whole)
    return np.bincount(row, (n[row] - place) ** -power, minlength=n.size).astype(float)
