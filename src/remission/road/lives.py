"""What became of each patient of an arm, and how he or she stood on the day a molecule arrived."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from remission.arrays import Array

Columns = Mapping[str, Array]
MOST_BURDEN = 1.2
"""A patient is fit only with at most this many times the sum of diameters at diagnosis, when all were ECOG 0 or 1;
the bound is that of progression by RECIST 1.1 (Eisenhauer 2009)."""


@dataclass(frozen=True)
class Lives:
    """Patients of an arm in order of number; arrays of shape (n,).

    Attributes
    ----------
    patient : ndarray of int64
    alive_day, free_day : ndarray
        Days alive within follow-up, and those of them after the first dose without any drug.
    severe : ndarray
        Toxicities of grade 3 to 5 in the whole of follow-up.
    alive, fit : ndarray of bool
        On the day of the arrival: alive and followed; and besides without an unresolved toxicity of grade 3 or more,
        with a sum of all diameters at the last scan of at most `MOST_BURDEN` times that at diagnosis.
    reached : ndarray of bool
        Whether what arrived was ever given.
    """

    patient: Array
    alive_day: Array
    free_day: Array
    severe: Array
    alive: Array
    fit: Array
    reached: Array


def lives(
    patients: Columns,
    events: Columns,
    lesions: Columns,
    arrival_day: Callable[[Array], Array],
    regimens: Collection[str],
) -> Lives:
    """Lives from the tables of one arm.

    Parameters
    ----------
    patients : mapping
        ``patient`` and ``os_day`` of those who were followed, in order of patient.
    events, lesions : mapping
        ``patient``, ``time_day``, ``kind``, ``detail``, ``grade``; and ``patient``, ``time_day``, ``diameter_mm``.
    arrival_day : callable
        From patient numbers to the day of each one's own time on which the molecule arrives.
    regimens : collection of str
        Regimens that give it.
    """
    number, end = patients["patient"], patients["os_day"]
    arrival = arrival_day(number)
    place = np.searchsorted(number, events["patient"])
    day, kind, grade = events["time_day"], events["kind"], events["grade"]

    def count(mask: Array, weights: Array | None = None) -> Array:
        chosen = None if weights is None else weights[mask]
        return np.bincount(place[mask], weights=chosen, minlength=len(number))

    started, stopped = kind == "treatment started", kind == "treatment stopped"
    open_end = np.where(count(started) > count(stopped), end, 0.0)
    on_drug = count(stopped, day) - count(started, day) + open_end
    severe = (kind == "toxicity") & (grade >= 3)
    before = day <= arrival[place]
    suffers = count(severe & before) > count((kind == "toxicity resolved") & before)
    alive = end > np.maximum(arrival, 0.0)
    return Lives(
        patient=number,
        alive_day=end,
        free_day=end - on_drug,
        severe=count(severe).astype(float),
        alive=alive,
        fit=alive & ~suffers & (_burden(number, lesions, arrival) <= MOST_BURDEN),
        reached=count(started & np.isin(events["detail"], list(regimens))) > 0,
    )


def _burden(number: Array, lesions: Columns, arrival: Array) -> Array:
    """Sum of diameters at the last scan up to the arrival, in units of that at diagnosis."""
    place = np.searchsorted(number, lesions["patient"])
    day, size = lesions["time_day"], np.nan_to_num(lesions["diameter_mm"])
    seen = day <= arrival[place]
    last = np.zeros(len(number))
    np.maximum.at(last, place[seen], day[seen])

    def total(mask: Array) -> Array:
        return np.bincount(place[mask], weights=size[mask], minlength=len(number))

    return total(day == last[place]) / np.maximum(total(day == 0), 1e-9)
