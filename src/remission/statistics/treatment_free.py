"""Treatment-free survival: the area between two curves of the same patients (Regan et al. 2019).

One curve is the time to the end of protocol therapy (or death), the other the time to the next therapy (or
death). The area between them up to a horizon is the mean time alive, off the first therapy and before the
next. The curves are of the same patients, so the standard error comes from each patient's influence on both
areas (Reid 1981), and the bootstrap redraws whole patients.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission import draws
from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.statistics.estimate import Estimate, normal_estimate
from remission.statistics.inputs import checked_events, checked_horizon, checked_level, checked_times
from remission.statistics.kaplan_meier import kaplan_meier, restricted_mean

# Resampled patients held at one time: bounds memory whatever the number of patients.
_CELLS = 4_000_000


@dataclass(frozen=True)
class TreatmentFree:
    """Mean time in each state up to the horizon, in the unit of the input.

    Parameters
    ----------
    tau : float
    on_therapy, treatment_free : Estimate
        Before the end of protocol therapy; between it and the next therapy (analytic interval).
    after_next : Estimate or None
        Alive after the next therapy began; None without survival times.
    bootstrap : Estimate or None
        Treatment-free time with its percentile interval; None if not asked for.
    """

    tau: float
    on_therapy: Estimate
    treatment_free: Estimate
    after_next: Estimate | None
    bootstrap: Estimate | None


def treatment_free_survival(
    stop_time: ArrayLike,
    stop_event: ArrayLike,
    next_time: ArrayLike,
    next_event: ArrayLike,
    tau: float,
    *,
    survival_time: ArrayLike | None = None,
    survival_event: ArrayLike | None = None,
    level: float = 0.95,
    resamples: int = 0,
    seed: int = 0,
) -> TreatmentFree:
    """Treatment-free survival up to a horizon.

    Parameters
    ----------
    stop_time, stop_event : array_like, shape (patients,)
        End of protocol therapy, or death.
    next_time, next_event : array_like, shape (patients,)
        Start of the next therapy, or death; never before ``stop_time``.
    tau : float
        Horizon, within the follow-up of every curve.
    survival_time, survival_event : array_like, optional
        Death; then the time after the next therapy is given too.
    resamples : int
        Bootstrap samples of whole patients; 0 for none.
    seed : int
        Of the bootstrap.

    Raises
    ------
    DataError
        For bad arrays, a next therapy before the end of the first, or a horizon beyond follow-up.

    Examples
    --------
    >>> result = treatment_free_survival([1, 2, 3, 4], [1] * 4, [3, 4, 3, 8], [1] * 4, tau=6)
    >>> result.treatment_free.value
    1.5
    """
    stop, following = (
        _times_events(stop_time, stop_event, "stop"),
        _times_events(next_time, next_event, "next"),
    )
    if stop[0].shape != following[0].shape or (following[0] < stop[0]).any():
        raise DataError(
            "the next therapy cannot begin before the first has ended",
            where="next_time",
            next_step="without a next therapy, use the time of death or censoring",
        )
    tau, level = checked_horizon(tau), checked_level(level)
    after = None
    if survival_time is not None and survival_event is not None:
        after = _between(following, _times_events(survival_time, survival_event, "survival"), tau, level)
    free = _between(stop, following, tau, level)
    bootstrap = _bootstrap(stop, following, tau, free.value, level, resamples, seed) if resamples else None
    return TreatmentFree(tau, kaplan_meier(*stop, level=level).rmst(tau), free, after, bootstrap)


def _times_events(time: ArrayLike, event: ArrayLike, name: str) -> tuple[Floats, Bools]:
    times = checked_times(time, f"{name}_time")
    return times, checked_events(event, times.size, f"{name}_event")


def _between(first: tuple[Floats, Bools], second: tuple[Floats, Bools], tau: float, level: float) -> Estimate:
    """Area between two curves of the same patients, with the standard error of paired influences."""
    area_first, influence_first = area_influence(*first, tau)
    area_second, influence_second = area_influence(*second, tau)
    std_error = math.sqrt(float(np.sum((influence_second - influence_first) ** 2)))
    return normal_estimate(area_second - area_first, std_error, level)


def area_influence(time: Floats, event: Bools, tau: float) -> tuple[float, Floats]:
    """Restricted mean, and how much each patient moves it; the squares sum to its variance.

    The influence of a patient is ``-A(T) / n(T)`` if the event came at ``T``, plus the sum over earlier event
    times of ``A(t) d / n(t)^2``, with ``A(t)`` the area from ``t`` to the horizon (Reid 1981).

    Examples
    --------
    >>> area, moves = area_influence(np.array([1.0, 2.0]), np.array([True, True]), 2.0)
    >>> print(area, moves)
    1.5 [-0.125  0.125]
    """
    curve = kaplan_meier(time, event)
    area, _ = restricted_mean(curve, tau)
    edges = np.minimum(np.append(curve.time, np.inf), tau)
    after = np.cumsum((np.diff(edges) * curve.survival)[::-1])[::-1]
    place = np.searchsorted(curve.time, time)
    shared = np.cumsum(after * curve.events / curve.at_risk**2)
    return area, shared[place] - np.where(event, (after / curve.at_risk)[place], 0.0)


def _bootstrap(
    first: tuple[Floats, Bools],
    second: tuple[Floats, Bools],
    tau: float,
    value: float,
    level: float,
    resamples: int,
    seed: int,
) -> Estimate:
    """Percentile interval over samples of whole patients drawn with replacement."""
    patients = first[0].size
    samples = np.arange(resamples)
    step = max(1, _CELLS // patients)
    areas = []
    for start in range(0, resamples, step):
        rows = samples[start : start + step, None]
        chosen = draws.uniform(seed, rows, "bootstrap", np.arange(patients)) * patients
        picks = chosen.astype(np.intp) + np.arange(rows.size)[:, None] * patients
        weight = np.bincount(picks.ravel(), minlength=rows.size * patients).reshape(rows.size, patients)
        areas.append(resampled_areas(*second, weight, tau) - resampled_areas(*first, weight, tau))
    drawn = np.concatenate(areas)
    tail = (1 - level) / 2
    lower, upper = np.quantile(drawn, [tail, 1 - tail])
    return Estimate(value, float(lower), float(upper), float(drawn.std(ddof=1)) if resamples > 1 else None, level)


def resampled_areas(time: Floats, event: Bools, weight: np.ndarray, tau: float) -> Floats:
    """Restricted mean of each resample; the last value is carried on where a sample's follow-up ends early.

    Parameters
    ----------
    time, event : ndarray, shape (patients,)
    weight : ndarray of int, shape (samples, patients)
        How often each patient was drawn.

    Examples
    --------
    >>> resampled_areas(np.array([1.0, 2.0]), np.array([True, True]), np.array([[1, 1], [0, 2]]), 2.0)
    array([1.5, 2. ])
    """
    order = np.lexsort((~event, time))
    drawn = weight[:, order]
    at_risk = np.cumsum(drawn[:, ::-1], axis=1)[:, ::-1]
    died = np.where(event[order], drawn, 0)
    # One after the other is the same product as together: (1 - a/n) (1 - b/(n - a)) = 1 - (a + b)/n.
    survival = np.cumprod(1 - died / np.maximum(at_risk, 1), axis=1)
    edges = np.minimum(np.append(time[order], np.inf), tau)
    return np.asarray(edges[0] + survival @ np.diff(edges))
