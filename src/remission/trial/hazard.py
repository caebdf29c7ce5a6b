"""Piecewise constant rates in time: hazards of an event or of dropout, and the intensity of enrolment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError


@dataclass(frozen=True)
class Hazard:
    """A hazard that is constant between cuts.

    Parameters
    ----------
    rates : tuple of float, length pieces
        Hazard in each piece, per unit of time; 0 where nobody is at risk (a plateau).
    cuts : tuple of float, length pieces - 1
        Where one piece ends and the next begins; the last piece has no end.

    Raises
    ------
    DataError
        If a rate is negative or not a number, or the cuts do not increase from above 0.

    Examples
    --------
    >>> late = Hazard((0.06, 0.03), (3.0,))
    >>> late.survival([0.0, 3.0, 10.0]).round(3)
    array([1.   , 0.835, 0.677])
    """

    rates: tuple[float, ...]
    cuts: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", tuple(float(rate) for rate in self.rates))
        object.__setattr__(self, "cuts", tuple(float(cut) for cut in self.cuts))
        if len(self.rates) != len(self.cuts) + 1:
            raise DataError(
                "a hazard has one rate more than it has cuts",
                found=f"{len(self.rates)} rates, {len(self.cuts)} cuts",
            )
        if not np.isfinite(self.rates).all() or min(self.rates) < 0:
            raise DataError("a hazard must be a number, 0 or more", found=str(self.rates))
        _check_cuts(self.cuts)

    @staticmethod
    def from_median(median: float) -> Hazard:
        """Constant hazard with this median.

        Examples
        --------
        >>> round(Hazard.from_median(12.0).rates[0], 5)
        0.05776
        """
        if not median > 0:
            raise DataError("a median must be above 0", found=f"{median:g}")
        return Hazard((float(np.log(2.0) / median),))

    @staticmethod
    def from_survival(times: ArrayLike, survival: ArrayLike) -> Hazard:
        """Hazard that passes through points of a survival curve, and is 0 after the last one.

        Parameters
        ----------
        times, survival : array_like, shape (points,)
            Increasing times above 0; survival there, not increasing, above 0.

        Examples
        --------
        >>> Hazard.from_survival([12.0, 24.0], [0.5, 0.4]).survival(24.0).round(6)
        np.float64(0.4)
        """
        t, s = np.asarray(times, float), np.asarray(survival, float)
        if t.size == 0 or t.shape != s.shape or not ((s > 0) & (s <= 1)).all() or (np.diff(s) > 0).any():
            raise DataError("a survival curve needs values that fall from 1 and stay above 0", found=str(s))
        _check_cuts(tuple(t))
        rates = np.diff(-np.log(s), prepend=0.0) / np.diff(t, prepend=0.0)
        return Hazard((*rates, 0.0), tuple(t))

    @staticmethod
    def with_cure(cured: float, uncured: Hazard, until: float, pieces: int = 120) -> Hazard:
        """Hazard of a mixture in which a share is cured: ``S(t) = cured + (1 - cured) S_uncured(t)``.

        The smooth hazard of the mixture is replaced by ``pieces`` constants up to ``until``; survival is
        exact at the cuts, and flat after ``until``.

        Examples
        --------
        >>> curve = Hazard.with_cure(0.3, Hazard.from_median(8.0), until=120.0)
        >>> curve.survival(8.0).round(4)
        np.float64(0.65)
        """
        if not 0.0 <= cured < 1.0:
            raise DataError("a cured share must lie between 0 and 1", found=f"{cured:g}")
        grid = np.linspace(0.0, until, pieces + 1)[1:]
        return Hazard.from_survival(grid, cured + (1.0 - cured) * uncured.survival(grid))

    def times(self, factor: float | Hazard) -> Hazard:
        """This hazard multiplied by a hazard ratio, which may itself change in time.

        Examples
        --------
        >>> Hazard((0.1,)).times(Hazard((1.0, 0.6), (3.0,))).rates
        (0.1, 0.06)
        """
        ratio = factor if isinstance(factor, Hazard) else Hazard((float(factor),))
        cuts = np.union1d(self.cuts, ratio.cuts)
        starts = np.concatenate(([0.0], cuts))
        return Hazard(tuple(self.rate(starts) * ratio.rate(starts)), tuple(cuts))

    def plus(self, other: Hazard, share: float = 1.0, other_share: float = 1.0) -> Hazard:
        """Weighted sum of two hazards.

        Examples
        --------
        >>> Hazard((0.2,)).plus(Hazard((0.2, 0.4), (3.0,)), 0.5, 0.5).rates
        (0.2, 0.30000000000000004)
        """
        cuts = np.union1d(self.cuts, other.cuts)
        starts = np.concatenate(([0.0], cuts))
        return Hazard(tuple(share * self.rate(starts) + other_share * other.rate(starts)), tuple(cuts))

    def rate(self, time: ArrayLike) -> Floats:
        """Hazard at each time, that of the piece which begins there at a cut."""
        return np.asarray(self.rates)[np.searchsorted(self.cuts, np.asarray(time, float), side="right")]

    def cumulative(self, time: ArrayLike) -> Floats:
        """Cumulative hazard at each time."""
        t = np.asarray(time, float)
        edges, heights = self._edges, self._heights
        piece = np.searchsorted(self.cuts, t, side="right")
        return np.asarray(heights[piece] + (t - edges[piece]) * np.asarray(self.rates)[piece])

    def survival(self, time: ArrayLike) -> Floats:
        """Probability of no event by each time."""
        return np.exp(-self.cumulative(time))

    def restricted_mean(self, time: ArrayLike) -> Floats:
        """Area under the survival curve up to each time.

        Examples
        --------
        >>> Hazard((0.1,)).restricted_mean(10.0).round(4)
        np.float64(6.3212)
        """
        t = np.asarray(time, float)
        edges, rates = self._edges, np.asarray(self.rates)
        start, widths = self.survival(edges), np.diff((0.0, *self.cuts))
        whole = np.concatenate(([0.0], np.cumsum(start[:-1] * _mean_survival(rates[:-1], widths))))
        piece = np.searchsorted(edges, t, side="right") - 1
        return np.asarray(whole[piece] + start[piece] * _mean_survival(rates[piece], t - edges[piece]))

    def inverse(self, cumulative: ArrayLike) -> Floats:
        """Time at which the cumulative hazard reaches each value; infinite where it never does."""
        goal = np.asarray(cumulative, float)
        edges, rates, heights = self._edges, np.asarray(self.rates), self._heights
        piece = np.searchsorted(heights[1:], goal, side="left")
        with np.errstate(divide="ignore", invalid="ignore"):
            time = edges[piece] + (goal - heights[piece]) / rates[piece]
        return np.where((rates[piece] == 0.0) & (goal > heights[piece]), np.inf, np.fmax(time, edges[piece]))

    @cached_property
    def _edges(self) -> Floats:
        """Where each piece starts."""
        return np.array((0.0, *self.cuts))

    @cached_property
    def _heights(self) -> Floats:
        """Cumulative hazard where each piece starts."""
        return np.concatenate(([0.0], np.cumsum(np.asarray(self.rates[:-1]) * np.diff(self.cuts, prepend=0.0))))


def _mean_survival(rate: Floats, width: Floats) -> Floats:
    """Integral of ``exp(-rate u)`` over a width."""
    return np.where(rate > 0, -np.expm1(-rate * width) / np.where(rate > 0, rate, 1.0), width)


@dataclass(frozen=True)
class Accrual:
    """Enrolment at rates that are constant between cuts and end at the last cut.

    Parameters
    ----------
    rates : tuple of float
        Patients per unit of time in each piece.
    cuts : tuple of float
        End of each piece, increasing; enrolment starts at 0 and stops at the last one.

    Raises
    ------
    DataError
        If a rate is negative, cuts do not increase, or nobody is enrolled.

    Examples
    --------
    >>> Accrual((10.0, 20.0), (6.0, 12.0)).patients
    180.0
    """

    rates: tuple[float, ...]
    cuts: tuple[float, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rates", tuple(float(rate) for rate in self.rates))
        object.__setattr__(self, "cuts", tuple(float(cut) for cut in self.cuts))
        if len(self.rates) != len(self.cuts) or not self.rates:
            raise DataError(
                "enrolment needs one end for each rate",
                found=f"{len(self.rates)} rates, {len(self.cuts)} ends",
            )
        _check_cuts(self.cuts)
        if not np.isfinite(self.rates).all() or min(self.rates) < 0 or self.patients <= 0:
            raise DataError("enrolment needs rates of 0 or more that enrol somebody", found=str(self.rates))

    @staticmethod
    def uniform(patients: float, duration: float) -> Accrual:
        """Patients enrolled evenly over a duration.

        Examples
        --------
        >>> Accrual.uniform(500, 12.0).rates[0].__round__(3)
        41.667
        """
        if not duration > 0:
            raise DataError("enrolment must last longer than 0", found=f"{duration:g}")
        return Accrual((patients / duration,), (duration,))

    @staticmethod
    def from_shares(patients: float, ends: ArrayLike, shares: ArrayLike) -> Accrual:
        """Patients enrolled in given shares, evenly within each period.

        Raises
        ------
        DataError
            Also if the shares do not sum to 1.

        Examples
        --------
        >>> Accrual.from_shares(100, [3.0, 12.0], [0.1, 0.9]).rates
        (3.3333333333333335, 10.0)
        """
        cuts, parts = np.asarray(ends, float), np.asarray(shares, float)
        if abs(parts.sum() - 1.0) > 1e-9:
            raise DataError(
                "the shares of enrolment do not sum to 1",
                found=f"{parts.sum():g}",
                next_step="give the share of all patients enrolled in each period",
            )
        return Accrual(tuple(patients * parts / np.diff(cuts, prepend=0.0)), tuple(cuts))

    @property
    def duration(self) -> float:
        """When enrolment ends."""
        return self.cuts[-1]

    @property
    def patients(self) -> float:
        """Patients enrolled in all."""
        return float(np.asarray(self.rates) @ np.diff(self.cuts, prepend=0.0))

    def enrolled(self, time: ArrayLike) -> Floats:
        """Patients enrolled by each calendar time."""
        edges = np.array((0.0, *self.cuts))
        counts = np.concatenate(([0.0], np.cumsum(np.asarray(self.rates) * np.diff(edges))))
        return np.interp(np.asarray(time, float), edges, counts, left=0.0)

    def quantile(self, share: ArrayLike) -> Floats:
        """Calendar time by which a share of all patients is enrolled."""
        edges = np.array((0.0, *self.cuts))
        counts = np.concatenate(([0.0], np.cumsum(np.asarray(self.rates) * np.diff(edges))))
        rising = np.concatenate(([True], np.diff(counts) > 0))
        return np.interp(np.asarray(share, float) * counts[-1], counts[rising], edges[rising])

    def lasting(self, duration: float) -> Accrual:
        """The same rates for a shorter or longer enrolment; the last rate goes on.

        Examples
        --------
        >>> Accrual((10.0, 20.0), (6.0, 12.0)).lasting(8.0)
        Accrual(rates=(10.0, 20.0), cuts=(6.0, 8.0))
        """
        kept = sum(cut < duration for cut in self.cuts[:-1])
        return Accrual(self.rates[: kept + 1], (*self.cuts[:kept], duration))

    def scaled(self, factor: float) -> Accrual:
        """The same period with every rate multiplied."""
        return Accrual(tuple(rate * factor for rate in self.rates), self.cuts)


def _check_cuts(cuts: tuple[float, ...]) -> None:
    values = np.asarray(cuts, float)
    if values.size and (not np.isfinite(values).all() or values[0] <= 0 or (np.diff(values) <= 0).any()):
        raise DataError("times that cut a piecewise rate must increase from above 0", found=str(cuts))
