"""Data as they stand at a look: who is enrolled, whose event is seen, how long the others were followed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.trial.arrival import NEVER
from remission.trial.looks import Look
from remission.trial.source import Patients


class Observed(NamedTuple):
    """Data of a block of trials at one look; shape (trials, patients).

    Attributes
    ----------
    time : ndarray
        Follow-up time.
    event : ndarray of bool
    present : ndarray of bool or None
        Who is enrolled; None when everybody is.
    """

    time: Floats
    event: Bools
    present: Bools | None


class LookTimes(NamedTuple):
    """Calendar times of the looks, shape (trials, looks), and whether the events asked for had come."""

    time: Floats
    reached: Bools


def calendar_of_events(patients: Patients) -> Floats:
    """Calendar time of each event; infinite where there is none. Shape (trials, patients)."""
    calendar = patients.entry + patients.time
    np.putmask(calendar, ~patients.event, np.inf)
    return calendar


def times_of_looks(patients: Patients, calendar: Floats, looks: Sequence[Look]) -> LookTimes:
    """When each trial is looked at.

    A look set by events waits for the last patient who has an event or leaves when too few events ever come.

    Raises
    ------
    DataError
        If a look by share of events has no last look by events to be a share of.

    Examples
    --------
    >>> one = np.ones((1, 3))
    >>> patients = Patients(0 * one, np.array([[1.0, 2.0, 3.0]]), one > 0, one.astype(np.int8), None)
    >>> times_of_looks(patients, calendar_of_events(patients), [Look(events=2)]).time
    array([[2.]])
    """
    wanted = [_events_of(look, looks[-1]) for look in looks]
    places = [round(count) - 1 for count in wanted if count is not None]
    size = calendar.shape[1]
    if any(not 0 <= place < size for place in places):
        raise DataError("a look asks for more events than there are patients", found=f"{max(places) + 1} of {size}")
    ordered = calendar
    if len(places) == 1:
        ordered = np.partition(calendar, places[0], axis=1)
    elif places:
        ordered = np.sort(calendar, axis=1)  # quicker than to part the row at several places
    times, reached = np.zeros((len(calendar), len(looks))), np.ones((len(calendar), len(looks)), bool)
    for k, (look, count) in enumerate(zip(looks, wanted, strict=True)):
        if count is not None:
            found = ordered[:, round(count) - 1]
            reached[:, k] = np.isfinite(found)
            times[:, k] = found
        if look.time is not None:
            np.maximum(times[:, k], look.time, out=times[:, k])
    if not reached.all():
        ends = np.where(patients.time < NEVER, patients.entry + patients.time, patients.entry).max(axis=1)
        times = np.where(reached, times, ends[:, None])
    return LookTimes(np.maximum.accumulate(times, axis=1), reached)


def _events_of(look: Look, last: Look) -> float | None:
    if look.fraction is None:
        return look.events
    if last.events is None:
        raise DataError(
            "a look at a share of events needs a last look set by events",
            where="looks",
            next_step="give the last look a number of events, or this one a time",
        )
    return max(1.0, look.fraction * last.events)


def cut(patients: Patients, calendar: Floats, time: Floats, visits: Floats | None = None) -> Observed:
    """The data at a calendar time of each trial.

    Parameters
    ----------
    patients : Patients
    calendar : ndarray, shape (trials, patients)
        From `calendar_of_events`.
    time : ndarray, shape (trials,)
    visits : ndarray or None
        When events are seen at visits only, patients without one are followed to their last visit.

    Examples
    --------
    >>> one = np.ones((1, 2))
    >>> patients = Patients(np.array([[0.0, 4.0]]), 3 * one, one > 0, one.astype(np.int8), None)
    >>> cut(patients, calendar_of_events(patients), np.array([5.0])).time
    array([[3., 1.]])
    """
    followed = time[:, None] - patients.entry
    event = calendar <= time[:, None]
    present = followed > 0.0
    if visits is None:
        return Observed(np.minimum(followed, patients.time), event, None if present.all() else present)
    steps = np.concatenate(([0.0], visits))
    last = steps[np.searchsorted(visits, followed, side="right")]
    observed = np.where(event, patients.time, np.minimum(last, patients.time))
    return Observed(observed, event, None if present.all() else present)
