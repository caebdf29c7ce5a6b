"""From rows to visits: measurements of a patient within one scan window are one visit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.arrays import Bools, Floats, Ints
from remission.errors import DataError
from remission.response.columns import Measurements


@dataclass(frozen=True)
class Visits:
    """Visits of all patients, sorted by patient and time; the first of each patient is the baseline.

    Attributes
    ----------
    patient, number : (v,) int
        Patient, and place among the visits of the patient, 0 for the baseline.
    time_day : (v,) float
        First day of a visit's scans; for the baseline the last.
    first : (p,) int
        The baseline visit of each patient.
    of_row : (m,) int
        The visit that each measurement belongs to.
    origin_day : (p,) float
        Where durations count from: the end of the baseline window, or the baseline scan where none is given.
    """

    patient: Ints
    number: Ints
    time_day: Floats
    first: Ints
    of_row: Ints
    origin_day: Floats


def assemble_visits(rows: Measurements, window_day: float, baseline_until_day: float | None) -> Visits:
    """Cut the measurements of each patient into visits.

    Parameters
    ----------
    rows : Measurements
    window_day : float
        A visit holds all scans within so many days of its first.
    baseline_until_day : float or None
        All scans up to this day are the baseline; None makes the first visit of each patient the baseline.

    Raises
    ------
    DataError
        If a patient has no scan up to ``baseline_until_day``.
    """
    order = np.lexsort((rows.time_day, rows.patient))
    patient, time = rows.patient[order], rows.time_day[order]
    new_patient = _changes(patient)
    distinct = new_patient | _changes(time)
    day_patient, day_time = patient[distinct], time[distinct]
    baseline = np.zeros(len(day_time), np.bool_)
    if baseline_until_day is not None:
        baseline = day_time <= baseline_until_day
        _check_baseline(rows, day_patient, baseline)
    # Of a day that has several names the last counts: the first row's would hang on the names of lesions.
    name = np.maximum.reduceat(rows.visit[order], np.flatnonzero(distinct))
    starts = _window_starts(day_patient, day_time, baseline, name, window_day)
    visit_of_day = np.cumsum(starts) - 1
    of_row = np.empty(len(order), np.int64)
    of_row[order] = visit_of_day[np.cumsum(distinct) - 1]
    return _visits(day_patient, day_time, starts, visit_of_day, of_row, baseline_until_day)


def _changes(values: np.ndarray) -> Bools:
    changes = np.ones(len(values), np.bool_)
    changes[1:] = values[1:] != values[:-1]
    return changes


def _check_baseline(rows: Measurements, patient: Ints, baseline: Bools) -> None:
    lacking = np.ones(len(rows.patients), np.bool_)
    lacking[patient[baseline]] = False
    if lacking.any():
        names = [str(name) for name in rows.patients[lacking][:5]]
        raise DataError(
            f"{int(lacking.sum())} patients have no scan up to the end of the baseline window",
            where="measurements, column time_day",
            found="patients " + ", ".join(names),
            allowed="one scan or more up to baseline_until_day",
            next_step="widen baseline_until_day, or pass None to take each patient's first scan as baseline",
        )


def _window_starts(patient: Ints, time: Floats, baseline: Bools, name: Ints, window_day: float) -> Bools:
    """Days on which a visit starts: each of another name than the day before, or beyond the window of its visit."""
    new_patient = _changes(patient)
    starts = new_patient.copy()
    starts[1:] |= baseline[:-1] & ~baseline[1:]
    other_name = (name[1:] != name[:-1]) & (name[1:] >= 0) & (name[:-1] >= 0)
    starts[1:] |= ~baseline[1:] & ((np.diff(time) > window_day) | other_name)
    # Days closer than the window to the day before may still lie beyond the window of the visit's first day:
    # walk along the days of such patients, all patients at once.
    opened = np.where(starts, time, np.nan)
    place = np.flatnonzero(~starts & ~baseline)
    while len(place):
        ready = ~np.isnan(opened[place - 1])
        now = place[ready]
        beyond = time[now] > opened[now - 1] + window_day
        starts[now] = beyond
        opened[now] = np.where(beyond, time[now], opened[now - 1])
        place = place[~ready]
    return starts


def _visits(
    patient: Ints, time: Floats, starts: Bools, visit: Ints, of_row: Ints, baseline_until_day: float | None
) -> Visits:
    visit_patient = patient[starts]
    first = np.flatnonzero(_changes(visit_patient))
    day = time[starts]
    last_day = time[np.append(np.flatnonzero(starts)[1:], len(time)) - 1]
    day[first] = last_day[first]
    origin = day[first] if baseline_until_day is None else np.full(len(first), float(baseline_until_day))
    number = np.arange(len(day)) - first[visit_patient]
    return Visits(visit_patient, number, day, first, of_row, origin)
