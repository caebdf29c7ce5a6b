"""Numbers behind the toxicity figures: incidence by grade, and the time to the first grade 3 or more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.arrays import Bools, Floats, Ints
from remission.show.survival import thin
from remission.statistics.kaplan_meier import kaplan_meier
from remission.units import DAYS_PER_MONTH

GRADES = (3, 4, 5)


@dataclass(frozen=True)
class Grades:
    """Percent of an arm's patients whose worst grade was 3, 4 and 5."""

    label: str
    percent: tuple[float, ...]
    patients: int


@dataclass(frozen=True)
class Onset:
    """Percent of an arm's patients who have had a first grade 3 or more, by month (steps)."""

    label: str
    arm: int
    month: Floats
    percent: Floats


def grades(label: str, worst_grade: Ints) -> Grades:
    """Incidence of each worst grade.

    Examples
    --------
    >>> grades("A", np.array([0, 3, 3, 5])).percent
    (50.0, 0.0, 25.0)
    """
    share = 100.0 / max(1, worst_grade.size)
    return Grades(label, tuple(share * int((worst_grade == grade).sum()) for grade in GRADES), worst_grade.size)


def onset(
    label: str,
    arm: int,
    first_day: Floats,
    last_day: Floats,
    died: Bools,
) -> Onset:
    """Cumulative incidence of a first grade 3 or more, death without one competing (Aalen and Johansen 1978).

    Parameters
    ----------
    first_day : ndarray, shape (patients,)
        NaN where there was none.
    last_day : ndarray, shape (patients,)
        Death or last day known alive.
    died : ndarray of bool, shape (patients,)

    Examples
    --------
    >>> onset("A", 0, np.array([30.4375, np.nan]), np.array([365.25, 15.0]), np.array([False, True])).percent
    array([ 0.,  0., 50.])
    """
    toxic = np.isfinite(first_day)
    curve = kaplan_meier(np.where(toxic, first_day, last_day) / DAYS_PER_MONTH, toxic | died)
    before = np.append(1.0, curve.survival[:-1])
    severe = np.searchsorted(np.sort(first_day[toxic]) / DAYS_PER_MONTH, curve.time, side="right")
    new = np.diff(severe, prepend=0)
    percent = 100.0 * np.cumsum(before * new / curve.at_risk)
    month = np.append(0.0, curve.time)
    return Onset(label, arm, *thin(month, np.append(0.0, percent)))
