"""The Kaplan-Meier curve: survival with Greenwood's variance, bands, quantiles, restricted means, numbers at
risk.

``S(t)`` is the product over event times up to ``t`` of ``1 - d / n`` (Kaplan and Meier 1958); the variance of
``log S(t)`` is the sum of ``d / (n (n - d))`` (Greenwood 1926).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.bands import survival_band
from remission.statistics.counts import counts
from remission.statistics.estimate import Estimate, normal_estimate
from remission.statistics.inputs import checked_column, checked_events, checked_horizon, checked_level, checked_times

# Products of many factors end a few rounding errors away from the fraction they stand for.
_SAME = 1e-12


class SurvivalAt(NamedTuple):
    """Survival read off at chosen times; arrays of one shape."""

    time: Floats
    at_risk: Floats
    survival: Floats
    std_error: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class KaplanMeier:
    """A survival curve as a step function.

    Parameters
    ----------
    time : ndarray, shape (times,)
        Distinct observed times, ascending, in the unit of the input.
    at_risk, events, censored : ndarray, shape (times,)
        Under observation just before; with the event at; censored at (after the events).
    survival, std_error, lower, upper : ndarray, shape (times,)
        From this time until the next.
    log_variance : ndarray, shape (times,)
        Greenwood's sum; ``inf`` once all have died.
    level : float
        Confidence level of the band.
    transform : str
        Scale on which the band is symmetrical.
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    survival: Floats
    std_error: Floats
    lower: Floats
    upper: Floats
    log_variance: Floats
    level: float
    transform: str

    @property
    def last_time(self) -> float:
        """End of follow-up: the last observed time."""
        return float(self.time[-1])

    def number_at_risk(self, times: ArrayLike) -> Floats:
        """How many are under observation just before each time (the row under a published curve).

        Examples
        --------
        >>> kaplan_meier([1, 2, 3], [1, 1, 0]).number_at_risk([0, 2, 4])
        array([3., 2., 0.])
        """
        return np.append(self.at_risk, 0.0)[np.searchsorted(self.time, np.asarray(times, float), side="left")]

    def at(self, times: ArrayLike, *, extend: bool = False) -> SurvivalAt:
        """Survival with its limits at chosen times.

        Parameters
        ----------
        times : array_like
            Not negative.
        extend : bool
            Carry the last value beyond the end of follow-up instead of refusing.

        Raises
        ------
        DataError
            If a time lies beyond follow-up while patients were still alive.

        Examples
        --------
        >>> kaplan_meier([1, 2, 3, 4], [1, 1, 1, 0]).at([2.5]).survival
        array([0.5])
        """
        wanted = np.atleast_1d(np.asarray(times, dtype=np.float64))
        if not extend and self.survival[-1] > 0 and (wanted > self.last_time).any():
            raise DataError(
                "survival is not known beyond follow-up",
                where="times",
                found=f"{wanted.max():g}",
                allowed=f"up to {self.last_time:g}",
                next_step="ask for earlier times, or say extend=True to carry the last value on",
            )
        place = np.searchsorted(self.time, wanted, side="right")

        def read(curve: Floats, before: float) -> Floats:
            return np.append(before, curve)[place]

        return SurvivalAt(
            wanted,
            self.number_at_risk(wanted),
            read(self.survival, 1.0),
            read(self.std_error, 0.0),
            read(self.lower, 1.0),
            read(self.upper, 1.0),
        )

    def quantile(self, p: float = 0.5) -> Estimate:
        """Time by which a share ``p`` has had the event, with the Brookmeyer-Crowley interval (1982).

        The limits are where the band crosses ``1 - p``. Where a curve runs level at ``1 - p`` the middle of
        that stretch is taken, as R's survival does. ``inf`` means not reached within follow-up.

        Raises
        ------
        DataError
            If ``p`` is not strictly between 0 and 1.

        Examples
        --------
        >>> print(kaplan_meier([1, 2, 3, 4, 5], [1, 1, 1, 1, 0]).quantile(0.5))
        3 (1 to inf)
        """
        if not 0 < p < 1:
            raise DataError("a quantile lies between 0 and 1", where="p", found=str(p), allowed="for example 0.5")
        value, lower, upper = (_crossing(self.time, curve, 1 - p) for curve in (self.survival, self.lower, self.upper))
        return Estimate(value, lower, upper, None, self.level)

    @property
    def median(self) -> Estimate:
        """Time by which half have had the event.

        Examples
        --------
        >>> kaplan_meier([1, 2, 3], [1, 1, 1]).median.value
        2.0
        """
        return self.quantile(0.5)

    def rmst(self, tau: float) -> Estimate:
        """Restricted mean: area under the curve to ``tau``, with its standard error.

        The variance is the sum over event times of ``A(t)^2 d / (n (n - d))`` with ``A(t)`` the area from
        ``t`` to ``tau`` (Klein and Moeschberger 2003, 4.5).

        Raises
        ------
        DataError
            If ``tau`` is beyond follow-up while patients were still alive.

        Examples
        --------
        >>> print(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 0]).rmst(3))
        2.25 (1.437 to 3.063)
        """
        area, variance = restricted_mean(self, tau)
        return normal_estimate(area, math.sqrt(variance), self.level)


def _crossing(time: Floats, curve: Floats, level: float) -> float:
    """First time a curve is at or below a level; the middle where it runs along it."""
    reached = curve <= level + _SAME
    if not reached.any():
        return math.inf
    first = int(np.argmax(reached))
    if curve[first] < level - _SAME:
        return float(time[first])
    below = curve < level - _SAME
    end = time[np.argmax(below)] if below.any() else time[-1]
    return float((time[first] + end) / 2)


def restricted_mean(curve: KaplanMeier, tau: float) -> tuple[float, float]:
    """Area under a curve to ``tau`` and its variance.

    Examples
    --------
    >>> restricted_mean(kaplan_meier([1, 2, 3, 4], [1, 1, 1, 0]), 3)[0]
    2.25
    """
    tau = checked_horizon(tau)
    if tau > curve.last_time and curve.survival[-1] > 0:
        raise DataError(
            "the restricted mean is not known beyond follow-up",
            where="tau",
            found=f"{tau:g}",
            allowed=f"up to {curve.last_time:g}",
            next_step="choose an earlier horizon, the same for all arms",
        )
    inside = curve.time <= tau
    edges = np.concatenate([[0.0], curve.time[inside], [tau]])
    heights = np.append(1.0, curve.survival[inside])
    pieces = np.diff(edges) * heights
    area_after = np.cumsum(pieces[::-1])[::-1]
    n, d, after = curve.at_risk[inside], curve.events[inside], area_after[1:]
    counted = (d > 0) & (n > d)
    variance = np.sum(after[counted] ** 2 * d[counted] / (n[counted] * (n[counted] - d[counted])))
    return float(area_after[0]), float(variance)


def kaplan_meier(
    time: ArrayLike,
    event: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    level: float = 0.95,
    transform: str = "log-log",
) -> KaplanMeier:
    """Kaplan-Meier curve with Greenwood's variance.

    Parameters
    ----------
    time : array_like, shape (patients,)
        Follow-up, 0 or more, in any unit.
    event : array_like, shape (patients,)
        1 or True where the event was seen, 0 where the patient was censored.
    weights : array_like, optional
        How many patients each row stands for; above zero.
    entry : array_like, optional
        When each came under observation; before ``time``. A small early risk set that dies out takes the
        curve to 0.
    level : float
        Of the pointwise band.
    transform : str
        ``"log-log"`` (default), ``"log"``, ``"plain"``, ``"logit"`` or ``"arcsine"``; see
        `remission.statistics.bands`.

    Returns
    -------
    KaplanMeier

    Raises
    ------
    DataError
        For missing or negative times, events other than 0 and 1, weights not above zero, or entries after the
        end.

    Examples
    --------
    >>> curve = kaplan_meier([6, 6, 6, 7, 10], [1, 1, 1, 1, 0])
    >>> print(curve.time, curve.survival.round(3), curve.median)
    [ 6.  7. 10.] [0.4 0.2 0.2] 6 (6 to inf)
    """
    times = checked_times(time)
    events = checked_events(event, times.size)
    level = checked_level(level)
    mass = None if weights is None else checked_column(weights, times.size, "weights")
    if mass is not None and not (mass > 0).all():
        raise DataError("weights must be above zero", where="weights", found=f"{mass.min():g}", allowed="above 0")
    entered = None if entry is None else _checked_entry(entry, times)
    table = counts(times, events, weights=mass, entry=entered)
    n, d = table.at_risk[:, 0], table.events[:, 0]
    survival = np.asarray(np.cumprod(1 - d / n), dtype=float)
    survival[np.maximum.accumulate(n == d)] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        log_variance = np.asarray(np.cumsum(np.where(d > 0, d / (n * (n - d)), 0.0)), dtype=float)
    std_error = np.where(survival > 0, survival * np.sqrt(np.where(survival > 0, log_variance, 0.0)), 0.0)
    lower, upper = survival_band(survival, log_variance, level, transform)
    return KaplanMeier(
        table.time,
        n,
        d,
        table.censored[:, 0],
        survival,
        std_error,
        lower,
        upper,
        log_variance,
        level,
        transform,
    )


def _checked_entry(entry: ArrayLike, times: Floats) -> Floats:
    """Entries before the end of follow-up."""
    entered = checked_column(entry, times.size, "entry")
    if not (entered < times).all():
        row = int(np.flatnonzero(entered >= times)[0])
        raise DataError(
            "a patient must come under observation before the end of follow-up",
            where="entry",
            found=f"entry {entered[row]:g}, end {times[row]:g} in row {row}",
            allowed="entry before time",
        )
    return entered


def reverse_kaplan_meier(time: ArrayLike, event: ArrayLike, *, level: float = 0.95) -> KaplanMeier:
    """Follow-up as it would have been without events: censoring is the event (Schemper and Smith 1996).

    Its ``median`` is the median follow-up.

    Examples
    --------
    >>> reverse_kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0]).median.value
    4.0
    """
    times = checked_times(time)
    return kaplan_meier(times, ~checked_events(event, times.size), level=level)
