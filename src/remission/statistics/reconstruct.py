"""Patients behind a published curve (Guyot, Ades, Ouwens and Welton 2012).

From points read off a Kaplan-Meier curve and the numbers at risk printed under it. Between two printed
numbers, censorings are spread evenly; the events at each point are those that make the curve drop as read;
the number of censorings is changed until the number at risk at the next printed time comes out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.errors import DataError
from remission.statistics.inputs import Bools, Floats, checked_times

_MOST_STEPS = 200


@dataclass(frozen=True)
class ReconstructedPatients:
    """One row for each patient.

    Parameters
    ----------
    time : ndarray, shape (patients,)
    event : ndarray of bool, shape (patients,)
    """

    time: Floats
    event: Bools


def reconstruct_patients(
    time: ArrayLike,
    survival: ArrayLike,
    risk_time: ArrayLike,
    at_risk: ArrayLike,
    *,
    events: int | None = None,
) -> ReconstructedPatients:
    """Individual times that reproduce a published curve.

    Parameters
    ----------
    time, survival : array_like, shape (points,)
        Read off the curve, in order of time; survival between 0 and 1 (small rises of reading are levelled).
    risk_time, at_risk : array_like, shape (numbers,)
        Printed times, from 0, and numbers at risk.
    events : int, optional
        Total number of events, if published: the last stretch is fitted to it.

    Raises
    ------
    DataError
        If arrays do not fit, do not begin at time 0, or numbers at risk rise.

    Examples
    --------
    >>> found = reconstruct_patients([0, 1, 2, 3], [1, 0.9, 0.8, 0.7], [0, 2], [10, 9])
    >>> print(found.time.size, found.event.sum())
    10 3
    """
    times, curve = _checked_curve(time, survival)
    marks, numbers = _checked_numbers(risk_time, at_risk)
    edges = np.append(marks, np.inf)
    walk = _Walk(times, curve, int(numbers[0]))
    censored_before = 0
    for place in range(marks.size):
        points = np.flatnonzero((times >= edges[place]) & (times < edges[place + 1]))
        if points.size == 0:
            continue
        last = place == marks.size - 1
        end = float(times[-1]) if last else float(edges[place + 1])
        if last:
            rate = censored_before / marks[-1] if marks[-1] > 0 else 0.0
            count = min(round(rate * float(end - marks[-1])), walk.left)
            if events is not None:
                count = walk.fit_events(points, float(marks[place]), end, events)
        else:
            count = walk.fit_number(points, float(marks[place]), end, int(numbers[place + 1]))
        walk.advance(points, float(marks[place]), end, count)
        censored_before += count
    return walk.patients()


def _checked_curve(time: ArrayLike, survival: ArrayLike) -> tuple[Floats, Floats]:
    times = checked_times(time)
    values = np.asarray(survival, dtype=np.float64)
    inside = values.shape == times.shape and bool(((values >= 0) & (values <= 1)).all())
    if not inside or (np.diff(times) < 0).any():
        raise DataError(
            "the points of the curve must be in order of time, with survival between 0 and 1",
            where="survival",
        )
    if times[0] > 0:
        times, values = np.append(0.0, times), np.append(1.0, values)
    return times, np.minimum.accumulate(values)


def _checked_numbers(risk_time: ArrayLike, at_risk: ArrayLike) -> tuple[Floats, Floats]:
    marks = checked_times(risk_time, "risk_time")
    numbers = np.asarray(at_risk, dtype=np.float64)
    fits = numbers.shape == marks.shape and marks[0] == 0 and bool((np.diff(marks) > 0).all())
    if (
        not fits
        or (np.diff(numbers) > 0).any()
        or (numbers < 0).any()
        or (numbers != np.floor(numbers)).any()
    ):
        raise DataError(
            "numbers at risk must be whole, start at time 0 and never rise",
            where="at_risk",
            found=f"{numbers.tolist()} at {marks.tolist()}",
        )
    return marks, numbers


class _Walk:
    """Where the reconstruction stands: patients left, their curve, and what became of the others."""

    def __init__(self, times: Floats, curve: Floats, patients: int) -> None:
        self.times, self.curve = times, curve
        self.left, self.reached = patients, 1.0
        self.events: list[float] = []
        self.censored: list[float] = []

    def try_stretch(
        self, points: np.ndarray, begin: float, end: float, count: int
    ) -> tuple[int, float, list[float], list[float]]:
        """Left over, curve reached, event times and censoring times after one stretch with so many
        censorings.
        """
        left, reached = self.left, self.reached
        spread = begin + (end - begin) * (np.arange(count) + 0.5) / max(count, 1)
        gone: list[float] = []
        lost: list[float] = []
        waiting = 0
        for point in points:
            while waiting < count and spread[waiting] < self.times[point]:
                waiting = self._lose(spread, waiting, lost, left - len(gone) - len(lost))
            here = left - len(gone) - len(lost)
            deaths = min(here, max(0, round(here * (1 - self.curve[point] / reached)))) if reached > 0 else 0
            if deaths:
                reached *= 1 - deaths / here
                gone += [float(self.times[point])] * deaths
        while waiting < count:
            waiting = self._lose(spread, waiting, lost, left - len(gone) - len(lost))
        return left - len(gone) - len(lost), reached, gone, lost

    @staticmethod
    def _lose(spread: Floats, waiting: int, lost: list[float], here: int) -> int:
        if here > 0:
            lost.append(float(spread[waiting]))
        return waiting + 1

    def fit_number(self, points: np.ndarray, begin: float, end: float, wanted: int) -> int:
        """Censorings that leave the wanted number at risk; none where the curve alone falls too far."""
        count, best = 0, (10**9, 0)
        for _ in range(_MOST_STEPS):
            over = self.try_stretch(points, begin, end, count)[0] - wanted
            best = min(best, (abs(over), count))
            if over == 0 or (over < 0 and count == 0):
                break
            count = max(0, count + over)
        return best[1]

    def fit_events(self, points: np.ndarray, begin: float, end: float, wanted: int) -> int:
        """Censorings in the last stretch that bring the total of events nearest to the published one."""
        totals = [
            abs(len(self.events) + len(self.try_stretch(points, begin, end, count)[2]) - wanted)
            for count in range(self.left + 1)
        ]
        return int(np.argmin(totals))

    def advance(self, points: np.ndarray, begin: float, end: float, count: int) -> None:
        """Keep a stretch."""
        self.left, self.reached, gone, lost = self.try_stretch(points, begin, end, count)
        self.events += gone
        self.censored += lost

    def patients(self) -> ReconstructedPatients:
        """All rows; who is left is censored at the end of the curve."""
        censored = self.censored + [float(self.times[-1])] * self.left
        time = np.array(self.events + censored)
        event = np.arange(time.size) < len(self.events)
        order = np.argsort(time, kind="stable")
        return ReconstructedPatients(time[order], event[order])
