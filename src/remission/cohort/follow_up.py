"""How far follow-up carries: cure, and who is due for a visit on a given day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from remission.arrays import Bools, Floats, Texts
from remission.errors import DataError
from remission.run.numbers import rounded, with_limits
from remission.units import DAYS_PER_MONTH

EVERY_DAY = 84.0
"""Three months between visits, as 12 weeks."""
GRACE_DAY = 14.0
_FEWEST = 20


def cure_numbers(os_day: Floats, os_event: Floats) -> dict[str, Any]:
    """Cured share of survival, and whether follow-up is long enough to speak of it.

    Returns
    -------
    dict
        ``fraction`` and limits in percent by a Weibull mixture, ``lowest`` and ``highest`` over the models
        that fit, Maller and Zhou's ``alpha`` (below 0.05 speaks for enough), ``uncured_at_end`` in percent,
        ``enough``; ``reason`` in place of them where no model can be fitted.

    Examples
    --------
    >>> cure_numbers(np.array([10.0, 20.0]), np.array([1.0, 0.0]))["reason"]
    'fewer than 20 patients with an event, or none censored'
    """
    known = np.isfinite(os_day) & np.isfinite(os_event) & (os_day > 0)
    month, died = os_day[known] / DAYS_PER_MONTH, os_event[known] == 1
    if died.sum() < _FEWEST or died.all():
        return {"enough": None, "reason": "fewer than 20 patients with an event, or none censored"}
    from remission.statistics.cure import cure_model
    from remission.statistics.cure_evidence import cure_follow_up, cure_spread

    try:
        follow_up, spread = cure_follow_up(month, died), cure_spread(month, died)
        fraction = cure_model(month, died).cure_fraction()
    except DataError as error:
        return {"enough": None, "reason": error.problems[0].what}
    return {
        "enough": bool(follow_up.enough),
        **with_limits("fraction", fraction, 100.0),
        "lowest": rounded(100.0 * spread.lowest),
        "highest": rounded(100.0 * spread.highest),
        "alpha": rounded(follow_up.alpha),
        "uncured_at_end": rounded(100.0 * follow_up.uncured_at_end),
    }


@dataclass(frozen=True)
class Due:
    """A patient's next visit.

    Parameters
    ----------
    patient : str
        Identifier.
    arm : str
    last : date
        Last scan, or the first dose if none was made since.
    due : date
        When the next visit is due.
    days : int
        Days from the given date to the visit: negative if it lies behind.
    state : str
        ``due`` (within two weeks of the day), ``overdue``, ``later``.
    """

    patient: str
    arm: str
    last: date
    due: date
    days: int
    state: str


def visits_due(
    ids: Texts,
    arms: Texts,
    start: Floats,
    last_day: Floats,
    dead: Bools,
    on: date,
    *,
    every_day: float = EVERY_DAY,
    grace_day: float = GRACE_DAY,
) -> tuple[Due, ...]:
    """Who of the living is due or overdue for the three-monthly visit on a day.

    Parameters
    ----------
    ids, arms : ndarray of str, shape (n,)
    start : ndarray, shape (n,)
        Date of the first dose, as days since 1 January of year 1; NaN where unknown: left out.
    last_day : ndarray, shape (n,)
        Day of the last scan from the first dose; NaN without one.
    dead : ndarray of bool, shape (n,)
    on : date
    every_day, grace_day : float
        Days between visits, and around a visit within which it counts as due.

    Examples
    --------
    >>> start = np.array([float(date(2026, 1, 1).toordinal())])
    >>> due = visits_due(np.array(["A"]), np.array(["all"]), start, np.array([84.0]), np.array([False]),
    ...                  date(2026, 8, 1))[0]
    >>> due.due.isoformat(), due.days, due.state
    ('2026-06-18', -44, 'overdue')
    """
    last = start + np.where(np.isfinite(last_day), last_day, 0.0)
    found = []
    for place in np.flatnonzero(np.isfinite(start) & ~dead & (start <= on.toordinal())):
        next_ = int(last[place] + every_day)
        days = next_ - on.toordinal()
        state = "overdue" if days < -grace_day else "due" if days <= grace_day else "later"
        seen, due = date.fromordinal(int(last[place])), date.fromordinal(next_)
        found.append(Due(str(ids[place]), str(arms[place]), seen, due, days, state))
    return tuple(sorted(found, key=lambda one: (one.days, one.patient)))


def due_document(due: tuple[Due, ...], on: date, undated: int) -> Mapping[str, Any]:
    """Visits due and overdue, for the summary; of ``undated`` patients no date is known."""
    return {
        "date": on.isoformat(),
        **{
            state: [
                {"patient": one.patient, "arm": one.arm, "last": one.last.isoformat(), "due": one.due.isoformat()}
                for one in due
                if one.state == state
            ]
            for state in ("overdue", "due")
        },
        "later": sum(one.state == "later" for one in due),
        "undated": undated,
    }
