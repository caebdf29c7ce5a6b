"""Expected number of events at a calendar time, and the time of a number of events, in closed form.

With F(u) the probability that a patient's event is seen within u of follow-up, enrolment at a constant rate
between a and b adds, by calendar time T, that rate times the integral of F from T - b to T - a. For
piecewise constant hazards both F and its integral are sums of exponentials. Where events are seen at visits only, they
are summed over the visits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError
from remission.trial.expectation import at_risk
from remission.trial.hazard import Hazard
from remission.trial.plan import rising_root
from remission.trial.scenario import Scenario, Stratum


class _Seen(NamedTuple):
    """Pieces of follow-up: where each starts, hazards in it, and what has been reached at its start."""

    start: Floats
    hazard: Floats
    leaving: Floats
    alive: Floats
    seen: Floats
    integral: Floats


@lru_cache(maxsize=256)
def _pieces(event: Hazard, dropout: Hazard) -> _Seen:
    start = np.concatenate(([0.0], np.union1d(event.cuts, dropout.cuts)))
    hazard = event.rate(start)
    leaving = hazard + dropout.rate(start)
    alive = event.survival(start) * dropout.survival(start)
    width = np.diff(start)
    gain, area = _within(hazard[:-1], leaving[:-1], alive[:-1], width)
    seen = np.concatenate(([0.0], np.cumsum(gain)))
    integral = np.concatenate(([0.0], np.cumsum(seen[:-1] * width + area)))
    return _Seen(start, hazard, leaving, alive, seen, integral)


def _within(hazard: Floats, leaving: Floats, alive: Floats, width: Floats) -> tuple[Floats, Floats]:
    """Events seen in a stretch of a piece, and the integral of that over the stretch."""
    safe = np.where(leaving > 0, leaving, 1.0)
    lost = -np.expm1(-leaving * width)
    share = alive * hazard / safe
    return share * lost, share * (width - lost / safe)


def _integral(pieces: _Seen, until: Floats) -> Floats:
    """Integral of the probability that the event is seen, from 0 to each follow-up time."""
    time = np.maximum(until, 0.0)
    k = np.searchsorted(pieces.start, time, side="right") - 1
    width = time - pieces.start[k]
    _, area = _within(pieces.hazard[k], pieces.leaving[k], pieces.alive[k], width)
    return np.asarray(pieces.integral[k] + pieces.seen[k] * width + area)


def expected_events(scenario: Scenario, time: float) -> float:
    """Expected events of both arms at a calendar time.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)), dropout=0.001)
    >>> round(expected_events(trial, 36.0), 6)
    367.760671
    """
    if scenario.visits:
        return sum(_seen_at_visits(scenario, time, stratum) for stratum in scenario.strata)
    edges = time - np.array((0.0, *scenario.accrual.cuts))
    rates, share = np.asarray(scenario.accrual.rates), scenario.ratio / (1.0 + scenario.ratio)
    total = 0.0
    for stratum in scenario.strata:
        arms = (
            (1.0 - share, stratum.control, stratum.dropout_control),
            (share, stratum.experimental, stratum.dropout_experimental),
        )
        for part, event, dropout in arms:
            area = _integral(_pieces(event, dropout), edges)
            total += stratum.share * part * float(rates @ (area[:-1] - area[1:]))
    return total


def _seen_at_visits(scenario: Scenario, time: float, stratum: Stratum) -> float:
    numbers = at_risk(scenario, time, stratum)
    return float(numbers.events_control.sum() + numbers.events_experimental.sum())


def time_of_events(scenario: Scenario, events: float) -> float:
    """Calendar time at which a number of events is expected.

    Raises
    ------
    DataError
        If so many events never come.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)), dropout=0.001)
    >>> round(time_of_events(trial, 300), 3)
    26.028
    """
    if not 0 < events < scenario.accrual.patients:
        raise DataError(
            "a look needs more than 0 and fewer events than there are patients",
            found=f"{events:g} events of {scenario.accrual.patients:g} patients",
        )
    return rising_root(
        lambda time: expected_events(scenario, time) - events,
        scenario.accrual.duration,
        f"{events:g} events are never reached: too many patients are cured or lost",
    )
