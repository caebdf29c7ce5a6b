"""Work and precision: error and rate of every solver over its tolerances, and the rate at the error asked for."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

ERROR = 1e-4
"""Largest relative error of the total volume, over days and patients."""
FLOOR = 1e-3
"""Volumes below this part of the largest count as that."""
RTOLS = tuple(step * 10.0**-power for power in range(2, 10) for step in (1.0, 0.5, 0.2))


@dataclass(frozen=True)
class Point:
    """One run: its tolerances, largest relative error, patients a CPU second; the method where there are several."""

    rtol: float
    atol: float
    error: float
    rate: float
    patients: int
    method: str = ""


@dataclass(frozen=True)
class Curve:
    """What one solver did on one model.

    Attributes
    ----------
    points : tuple of Point
    note : str
        Why there are no points, or which choices the best one stands for.
    """

    points: tuple[Point, ...] = ()
    note: str = ""

    @property
    def best(self) -> Point | None:
        """The fastest run that is accurate enough.

        Examples
        --------
        >>> Curve((Point(1e-3, 1e-6, 2e-4, 90.0, 8), Point(1e-4, 1e-6, 3e-5, 70.0, 8))).best.rate
        70.0
        """
        good = [point for point in self.points if point.error <= ERROR]
        return max(good, key=lambda point: point.rate, default=None)


def largest_error(found: np.ndarray, reference: np.ndarray) -> float:
    """Largest relative error of volumes; infinity if one is not a number.

    Examples
    --------
    >>> round(largest_error(np.array([[1.01, 2.0]]), np.array([[1.0, 2.0]])), 6)
    0.01
    """
    scale = np.maximum(np.abs(reference), FLOOR * np.abs(reference).max())
    worst = float(np.max(np.abs(found - reference) / scale))
    return worst if worst == worst else math.inf


def one_line(error: Exception) -> str:
    """What an error says, in its last line.

    Examples
    --------
    >>> one_line(ValueError("see below\\nno convergence"))
    'no convergence'
    """
    return (str(error).strip().splitlines() or [type(error).__name__])[-1][:120]


@dataclass
class Stopwatch:
    """Runs a solver and takes the processor time, of all threads, until its budget is spent."""

    work: Callable[[int, float, float], np.ndarray]
    read: Callable[[np.ndarray], np.ndarray]
    reference: np.ndarray
    budget: float
    rounds: int = 1
    method: str = ""
    spent: float = 0.0
    points: list[Point] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def point(self, patients: int, rtol: float, atol: float) -> Point:
        """One run, its best time of several rounds."""
        times = []
        for _ in range(self.rounds):
            start = time.process_time()
            try:
                states = self.work(patients, rtol, atol)
            finally:
                times.append(time.process_time() - start)
                self.spent += times[-1]
        judged = min(patients, len(self.reference))
        error = largest_error(self.read(states[:judged]), self.reference[:judged])
        made = Point(rtol, atol, error, patients / max(min(times), 1e-9), patients, self.method)
        self.points.append(made)
        return made

    def descend(self, patients: int, atols: tuple[float, ...], loosest: float) -> None:
        """From loose to tight, for each absolute tolerance, until accurate enough or out of time.

        A tolerance at which the solver gives up on a patient is noted and passed over.
        """
        for atol in atols:
            for rtol in (rtol for rtol in RTOLS if rtol <= loosest):
                if self.spent > self.budget:
                    return
                try:
                    error = self.point(patients, rtol, atol).error
                except Exception as error_:  # whatever a peer raises
                    self.failures.append(f"rtol {rtol:.0e}, atol {atol:.0e}: {one_line(error_)}")
                    continue
                if error <= ERROR:
                    break
