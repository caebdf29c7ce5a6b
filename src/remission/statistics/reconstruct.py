"""Patients from a published survival curve and the numbers at risk below it.

Guyot P, Ades AE, Ouwens MJNM, Welton NJ, "Enhanced secondary analysis of survival data", BMC Med Res Methodol
2012;12:9. Between two published numbers at risk, censoring is spread evenly; events follow from the drops
of the curve; the number censored is the one that leaves as many at risk as were published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats, Index
from remission.errors import DataError
from remission.statistics.inputs import checked_times
from remission.statistics.kaplan_meier import kaplan_meier

# Enough for the search below to settle: each step moves by the patients that are left over.
_MOST_STEPS = 50


@dataclass(frozen=True)
class Reconstruction:
    """Patients whose curve is the published one.

    Parameters
    ----------
    time : ndarray, shape (patients,)
        In the unit of the curve, ascending.
    event : ndarray of bool, shape (patients,)
    at_risk : ndarray, shape (published numbers,)
        Patients at risk at the published times, to hold against the published numbers.
    survival_error : float
        Largest distance between their Kaplan-Meier curve and the curve as read.
    """

    time: Floats
    event: Bools
    at_risk: Index
    survival_error: float


class _Curve(NamedTuple):
    """A curve as read, from (0, 1) on, never rising, one point a time."""

    time: Floats
    survival: Floats


class _Stretch(NamedTuple):
    """What happened between two published numbers at risk."""

    events: Index
    censored_at: Floats
    left: int
    survival: float


def reconstruct(
    time: ArrayLike,
    survival: ArrayLike,
    risk_time: ArrayLike,
    at_risk: ArrayLike,
    total_events: int | None = None,
) -> Reconstruction:
    """Rebuild the patients behind a published Kaplan-Meier curve.

    Parameters
    ----------
    time, survival : array_like, shape (points,)
        The curve as read, in any order; survival as a fraction. A point that rises, from the reader's hand,
        is brought down to the one before.
    risk_time, at_risk : array_like, shape (published numbers,)
        Times from 0 on and the numbers at risk there. All patients are ``at_risk[0]``.
    total_events : int, optional
        Published number of events: fits the censoring after the last number at risk. Without it, censoring
        goes on there at the rate of the stretch before.

    Returns
    -------
    Reconstruction

    Raises
    ------
    DataError
        If survival is not a fraction, times or numbers at risk run the wrong way, or there are more events
        than patients.

    Examples
    --------
    >>> made = reconstruct([1, 2, 3, 4], [0.75, 0.75, 0.5, 0.5], [0, 2, 4], [8, 6, 4])
    >>> made.time.size, int(made.event.sum()), made.at_risk.tolist(), made.survival_error
    (8, 4, [8, 6, 4], 0.0)
    """
    curve = _checked_curve(time, survival)
    starts, published = _checked_numbers(risk_time, at_risk)
    if total_events is not None and not 0 <= total_events <= published[0]:
        raise DataError(
            "the number of events does not fit the number of patients",
            where="total_events",
            found=str(total_events),
            allowed=f"0 to {published[0]}",
        )
    end = max(float(curve.time[-1]), float(starts[-1]))
    stretches = _fit(curve, starts, published, total_events, end)
    return _patients(curve, starts, stretches, end)


def _fit(curve: _Curve, starts: Floats, published: Index, total_events: int | None, end: float) -> list[_Stretch]:
    """One stretch after each published number."""
    stretches: list[_Stretch] = []
    left, survival = int(published[0]), 1.0
    for place, start in enumerate(starts):
        stop = starts[place + 1] if place + 1 < len(starts) else np.inf
        part = _part(curve, start, stop)
        if place + 1 < len(starts):
            stretch = _matching(part, start, stop, left, survival, int(published[place + 1]))
        else:
            happened = sum(int(stretch.events.sum()) for stretch in stretches)
            wanted = None if total_events is None else total_events - happened
            rate = len(stretches[-1].censored_at) / (start - starts[place - 1]) if stretches else 0.0
            stretch = _last(part, start, end, left, survival, wanted, rate)
        stretches.append(stretch)
        left, survival = stretch.left, stretch.survival
    return stretches


def _part(curve: _Curve, start: float, stop: float) -> _Curve:
    inside = (curve.time >= start) & (curve.time < stop)
    return _Curve(curve.time[inside], curve.survival[inside])


def _walk(part: _Curve, start: float, stop: float, at_risk: int, survival: float, censored: int) -> _Stretch:
    """Events along the curve when so many are censored, evenly, between ``start`` and ``stop``."""
    censored_at = start + (stop - start) * np.arange(1, censored + 1) / (censored + 1)
    before = np.searchsorted(censored_at, part.time, side="left")
    events = np.zeros(len(part.time), np.intp)
    died = 0
    for point, target in enumerate(part.survival):
        now = at_risk - died - int(before[point])
        if now <= 0:
            break
        # The drop from the curve of the patients so far, not from the point before: rounding never adds up.
        events[point] = deaths = min(max(round(now * (1.0 - target / survival)), 0), now) if survival > 0 else 0
        died += deaths
        survival *= 1.0 - deaths / now
    kept = min(censored, at_risk - died)
    return _Stretch(events, censored_at[:kept], at_risk - died - kept, survival)


def _matching(part: _Curve, start: float, stop: float, at_risk: int, survival: float, wanted: int) -> _Stretch:
    """The stretch whose censoring leaves as many at risk as were published, or as near as may be."""
    final = part.survival[-1] if len(part.survival) else survival
    expected = at_risk * final / survival if survival > 0 else 0.0
    censored = int(np.clip(round(expected) - wanted, 0, at_risk))
    best = _walk(part, start, stop, at_risk, survival, censored)
    tried = {censored}
    for _ in range(_MOST_STEPS):
        censored = int(np.clip(censored + best.left - wanted, 0, at_risk))
        if best.left == wanted or censored in tried:
            break
        tried.add(censored)
        stretch = _walk(part, start, stop, at_risk, survival, censored)
        if abs(stretch.left - wanted) < abs(best.left - wanted):
            best = stretch
    return best


def _last(
    part: _Curve,
    start: float,
    end: float,
    at_risk: int,
    survival: float,
    wanted: int | None,
    rate: float,
) -> _Stretch:
    """The stretch after the last number at risk; who is left at its end is censored there."""
    if wanted is None:
        censored = min(round(rate * (end - start)), at_risk)
        return _walk(part, start, end, at_risk, survival, censored)
    stretches = (_walk(part, start, end, at_risk, survival, censored) for censored in range(at_risk + 1))
    return min(stretches, key=lambda stretch: abs(int(stretch.events.sum()) - wanted))


def _patients(curve: _Curve, starts: Floats, stretches: list[_Stretch], end: float) -> Reconstruction:
    events = np.concatenate([stretch.events for stretch in stretches])
    censored_at = np.concatenate([stretch.censored_at for stretch in stretches])
    time = np.concatenate([np.repeat(curve.time, events), censored_at, np.full(stretches[-1].left, end)])
    event = np.arange(len(time)) < events.sum()
    order = np.lexsort((~event, time))
    time, event = time[order], event[order]
    made = kaplan_meier(time, event)
    read = made.at(curve.time, extend=True).survival
    return Reconstruction(
        time, event, made.number_at_risk(starts).astype(np.intp), float(np.abs(read - curve.survival).max())
    )


def _checked_curve(time: ArrayLike, survival: ArrayLike) -> _Curve:
    times = checked_times(time)
    values = np.asarray(survival, np.float64)
    if values.shape != times.shape or not ((values >= 0) & (values <= 1)).all():
        raise DataError(
            "survival must be a fraction for each time",
            where="survival",
            found=f"shape {values.shape}, {values.min(initial=1.0):g} to {values.max(initial=0.0):g}",
            allowed=f"shape {times.shape}, from 0 to 1",
            next_step="divide percentages by 100",
        )
    order = np.lexsort((-values, times))
    times, values = np.append(0.0, times[order]), np.append(1.0, values[order])
    values = np.minimum.accumulate(values)
    # Of several points at one time, the lowest is the foot of the drop.
    last = np.append(times[1:] != times[:-1], True)
    return _Curve(times[last], values[last])


def _checked_numbers(risk_time: ArrayLike, at_risk: ArrayLike) -> tuple[Floats, Index]:
    starts = checked_times(risk_time, "risk_time")
    numbers = np.asarray(at_risk, np.float64)
    if starts[0] != 0 or (np.diff(starts) <= 0).any():
        raise DataError(
            "times of the numbers at risk must ascend from 0",
            where="risk_time",
            found=f"{starts[:4].tolist()}",
        )
    whole = numbers.shape == starts.shape and (numbers == np.rint(numbers)).all()
    if not whole or numbers[0] < 1 or numbers[-1] < 0 or (np.diff(numbers) > 0).any():
        raise DataError(
            "numbers at risk must be whole, one for each time, and never rise",
            where="at_risk",
            found=f"{numbers[:4].tolist()}",
            next_step="look for a number read wrongly",
        )
    return starts, numbers.astype(np.intp)
