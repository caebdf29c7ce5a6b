"""Numbers behind the survival curves: Kaplan-Meier with its band, numbers at risk, published points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from remission.arrays import Bools, Floats
from remission.run.numbers import fewest_at_risk
from remission.statistics.kaplan_meier import kaplan_meier
from remission.units import DAYS_PER_MONTH

MOST_STEPS = 500


@dataclass(frozen=True)
class Point:
    """A published survival at a time; `low` and `high` are NaN where no interval was published."""

    month: float
    percent: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """Survival of one arm.

    Parameters
    ----------
    label : str
    colour : str
    month, percent, low, high : ndarray, shape (steps,)
        The curve takes the value `percent` from `month` on; all begin at time 0 with 100.
    at_risk : tuple of int
        One for each time of `Survival.at_risk_month`.
    points : tuple of Point
        What was published for this arm and judged as the curve was.
    dashed : bool
        Told apart from another curve of the same colour: what a central review saw of the same patients.
    """

    label: str
    colour: str
    month: Floats
    percent: Floats
    low: Floats
    high: Floats
    at_risk: tuple[int, ...]
    points: tuple[Point, ...] = ()
    dashed: bool = False


@dataclass(frozen=True)
class Survival:
    """Curves of all arms on one pair of axes."""

    curves: tuple[Curve, ...]
    last_month: float
    at_risk_month: tuple[float, ...]


def at_risk_times(last_month: float) -> tuple[float, ...]:
    """Months at which numbers at risk are printed: every 6, or wider apart on long axes.

    Examples
    --------
    >>> at_risk_times(24.0)
    (0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0)
    """
    step = next(step for step in (1, 3, 6, 12, 24, 60, 120, 1200) if last_month / step <= 10.5 or step == 1200)
    return tuple(float(month) for month in np.arange(0, last_month + 1e-9, step))


def count_at_risk(time_month: Floats, months: Sequence[float]) -> tuple[int, ...]:
    """How many are still under observation at each of `months`.

    Examples
    --------
    >>> count_at_risk(np.array([1.0, 5.0, 7.0]), [0.0, 5.0, 6.0])
    (3, 2, 1)
    """
    ordered = np.sort(time_month)
    return tuple(int(ordered.size - np.searchsorted(ordered, month, side="left")) for month in months)


def thin(month: Floats, *series: Floats, most: int = MOST_STEPS) -> tuple[Floats, ...]:
    """Keep at most `most` steps, evenly spread over time, first and last included.

    A curve of 500 steps on 450 pixels looks the same as one of 50,000.

    Examples
    --------
    >>> [kept.tolist() for kept in thin(np.arange(5.0), np.arange(5.0) * 10, most=3)]
    [[0.0, 2.0, 4.0], [0.0, 20.0, 40.0]]
    """
    if month.size <= most:
        return month, *series
    wanted = np.linspace(month[0], month[-1], most)
    keep = np.unique(np.searchsorted(month, wanted, side="left").clip(0, month.size - 1))
    return month[keep], *(values[keep] for values in series)


def curve(
    label: str,
    colour: str,
    day: Floats,
    event: Bools,
    months: Sequence[float],
    points: Sequence[Point] = (),
) -> Curve:
    """Kaplan-Meier curve of an arm, in months and percent.

    Parameters
    ----------
    day, event : ndarray, shape (patients,)
        At least one patient.
    months : sequence of float
        When numbers at risk are wanted.

    Examples
    --------
    >>> day, died = np.array([30.4375, 60.875]), np.array([True, False])
    >>> curve("A", "#0072b2", day, died, [0.0, 2.0]).percent.tolist()
    [100.0, 50.0, 50.0]
    """
    estimate = kaplan_meier(day / DAYS_PER_MONTH, event)
    shown = estimate.at_risk >= fewest_at_risk(day.size)
    steps = shown & (estimate.events > 0)
    steps[np.flatnonzero(shown)[-1]] = True
    series = (estimate.survival, estimate.lower, estimate.upper)
    month = np.append(0.0, estimate.time[steps])
    month, percent, low, high = thin(month, *(100.0 * np.append(1.0, values[steps]) for values in series))
    at_risk = count_at_risk(day / DAYS_PER_MONTH, months)
    return Curve(label, colour, month, percent, low, high, at_risk, tuple(points))
