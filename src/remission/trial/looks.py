"""When a trial is looked at: by calendar, by events, or at a share of the last look's events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError
from remission.trial.events import expected_events, time_of_events
from remission.trial.scenario import Scenario


@dataclass(frozen=True)
class Look:
    """One look at the data.

    Parameters
    ----------
    time : float or None
        Calendar time since the first enrolment.
    events : float or None
        Number of events, both arms together.
    fraction : float or None
        Share of the events that the last look will have.

    Notes
    -----
    A look with a time and events waits for both.

    Raises
    ------
    DataError
        If nothing, or a value that is not above 0, says when the look is.

    Examples
    --------
    >>> Look(events=150)
    Look(time=None, events=150, fraction=None)
    """

    time: float | None = None
    events: float | None = None
    fraction: float | None = None

    def __post_init__(self) -> None:
        given = [value for value in (self.time, self.events, self.fraction) if value is not None]
        if not given or not all(np.isfinite(value) and value > 0 for value in given):
            raise DataError("a look is set by a time, a number or a share of events, above 0", found=str(self))
        if self.fraction is not None and (self.events is not None or not self.fraction < 1):
            raise DataError("a share of events lies below 1 and replaces their number", found=f"{self.fraction:g}")


def look_times(scenario: Scenario, looks: Sequence[Look]) -> Floats:
    """Expected calendar times of the looks.

    Parameters
    ----------
    scenario : Scenario
    looks : sequence of Look
        The last one has a time or a number of events.

    Raises
    ------
    DataError
        If looks are out of order, or ask for more events than will come.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0))
    >>> look_times(trial, [Look(fraction=0.5), Look(time=30.0)]).round(2)
    array([14.41, 30.  ])
    """
    times = times_as_asked(scenario, looks)
    if (np.diff(times) <= 0).any():
        raise DataError(
            "looks are out of order: each must come after the one before",
            where="looks",
            found="expected at " + ", ".join(f"{time:.4g}" for time in times),
        )
    return times


def times_as_asked(scenario: Scenario, looks: Sequence[Look]) -> Floats:
    """Expected calendar time of each look, whatever their order.

    Raises
    ------
    DataError
        If the last look has neither time nor events, or a look asks for more events than will come.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0))
    >>> times_as_asked(trial, [Look(time=30.0), Look(time=20.0)])
    array([30., 20.])
    """
    if not looks or looks[-1].fraction is not None:
        raise DataError("the last look needs a time or a number of events", where="looks")
    last = _time(scenario, looks[-1], None)
    final = expected_events(scenario, last) if any(look.fraction for look in looks) else None
    return np.array([*(_time(scenario, look, final) for look in looks[:-1]), last])


def _time(scenario: Scenario, look: Look, final: float | None) -> float:
    events = look.events
    if look.fraction is not None and final is not None:
        events = look.fraction * final
    by_events = 0.0 if events is None else time_of_events(scenario, events)
    return max(by_events, look.time or 0.0)
