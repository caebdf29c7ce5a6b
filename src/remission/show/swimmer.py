"""Numbers behind the swimmer plot: what each of the first patients of an arm went through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.arrays import Bools, Floats, Index, Ints
from remission.show.care import STATES, Moves
from remission.units import DAYS_PER_MONTH


@dataclass(frozen=True)
class Stay:
    """A bar of the plot: lane, from and to in months, and state."""

    lane: int
    start_month: float
    end_month: float
    state: str


@dataclass(frozen=True)
class Mark:
    """A sign on a lane: ``"response"``, ``"progression"`` or ``"death"``."""

    lane: int
    month: float
    kind: str


@dataclass(frozen=True)
class Swimmer:
    """Lanes from the shortest course (0) to the longest; `alive` are the lanes that end under observation."""

    stays: tuple[Stay, ...]
    marks: tuple[Mark, ...]
    alive: tuple[tuple[int, float], ...]
    lanes: int
    patients: int


def swimmer(
    shown: Ints,
    last_day: Floats,
    died: Bools,
    stays: Moves,
    signs: dict[str, Floats],
    patients: int,
) -> Swimmer:
    """Arrange the courses of the patients `shown`, the longest on top.

    Parameters
    ----------
    shown : ndarray of int, shape (lanes,)
        Patient numbers, ascending.
    last_day : ndarray, shape (lanes,)
        Day of death or last day known alive.
    died : ndarray of bool, shape (lanes,)
    stays : Moves
        Of these patients at least.
    signs : dict of str to ndarray, shape (lanes,)
        Day of the first response and of progression; NaN where there was none.
    patients : int
        Patients in the arm, of whom `shown` are the first.

    Examples
    --------
    >>> from remission.show.care import moves
    >>> stays = moves(np.array([4]), np.array([0.0]), np.array(["treatment started"]), np.array([4]))
    >>> signs = {"response": np.array([60.875])}
    >>> plot = swimmer(np.array([4]), np.array([121.75]), np.array([True]), stays, signs, 1)
    >>> plot.stays[0].end_month, plot.marks[0].month, plot.marks[-1].kind
    (4.0, 2.0, 'death')
    """
    lane_of = np.empty(shown.size, dtype=np.intp)
    lane_of[np.argsort(last_day, kind="stable")] = np.arange(shown.size)
    marks = [
        Mark(int(lane_of[i]), float(days[i]) / DAYS_PER_MONTH, kind)
        for kind, days in signs.items()
        for i in np.flatnonzero(np.isfinite(days))
    ]
    marks += [Mark(int(lane_of[i]), float(last_day[i]) / DAYS_PER_MONTH, "death") for i in np.flatnonzero(died)]
    alive = tuple((int(lane_of[i]), float(last_day[i]) / DAYS_PER_MONTH) for i in np.flatnonzero(~died))
    return Swimmer(tuple(_bars(shown, last_day, lane_of, stays)), tuple(marks), alive, shown.size, patients)


def _bars(shown: Ints, last_day: Floats, lane_of: Index, stays: Moves) -> list[Stay]:
    found: list[Stay] = []
    for row in np.flatnonzero(np.isin(stays.patient, shown)):
        i = int(np.searchsorted(shown, stays.patient[row]))
        state, end = STATES[stays.state[row]], min(float(stays.end_day[row]), float(last_day[i]))
        if state not in ("dead", "not followed") and end > stays.start_day[row]:
            start = float(stays.start_day[row])
            found.append(Stay(int(lane_of[i]), start / DAYS_PER_MONTH, end / DAYS_PER_MONTH, state))
    return found
