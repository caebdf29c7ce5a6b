"""Deaths and numbers at risk at each distinct time: the table from which curves and tests are made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.arrays import Bools, Floats, Index


@dataclass(frozen=True)
class Counts:
    """Counts at the distinct observed times, one column for each group.

    Parameters
    ----------
    time : ndarray, shape (times,)
        Distinct observed times, ascending.
    at_risk, events, censored : ndarray, shape (times, groups)
        Under observation just before the time; with the event at it; censored at it (after the events).
    """

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats

    def at_events(self) -> Counts:
        """Only the times at which an event happened.

        Examples
        --------
        >>> table = counts(np.array([1.0, 2.0]), np.array([True, False]))
        >>> table.at_events().time
        array([1.])
        """
        keep = self.events.sum(axis=1) > 0
        return Counts(self.time[keep], self.at_risk[keep], self.events[keep], self.censored[keep])


def counts(
    time: Floats,
    event: Bools,
    codes: Index | None = None,
    groups: int = 1,
    *,
    weights: Floats | None = None,
    entry: Floats | None = None,
) -> Counts:
    """Count by one sort and one pass; linear memory.

    Parameters
    ----------
    time, event : ndarray, shape (patients,)
    codes : ndarray of int, optional
        Group of each patient, 0 to ``groups`` - 1.
    weights : ndarray, optional
        How many patients each row stands for.
    entry : ndarray, optional
        When each came under observation (left truncation); at risk when ``entry < t <= time``.

    Examples
    --------
    >>> table = counts(np.array([2.0, 1.0, 2.0]), np.array([True, True, False]))
    >>> table.time, table.at_risk[:, 0], table.events[:, 0]
    (array([1., 2.]), array([3., 2.]), array([1., 1.]))
    """
    order = np.argsort(time)
    sorted_time = time[order]
    new = np.empty(time.size, dtype=bool)
    new[0] = True
    np.not_equal(sorted_time[1:], sorted_time[:-1], out=new[1:])
    distinct = sorted_time[new]
    cell = np.cumsum(new) - 1
    if groups > 1 and codes is not None:
        cell = cell * groups + codes[order]
    seen = event[order]
    mass = None if weights is None else weights[order]
    shape = (distinct.size, groups)
    total = np.bincount(cell, mass, minlength=distinct.size * groups).reshape(shape).astype(float, copy=False)
    with_event = np.bincount(cell[seen], None if mass is None else mass[seen], minlength=total.size)
    events = with_event.reshape(shape).astype(float, copy=False)
    at_risk = np.cumsum(total[::-1], axis=0)[::-1]
    if entry is not None:
        at_risk = at_risk - _not_yet_entered(distinct, entry, codes, groups, weights)
    return Counts(distinct, at_risk, events, total - events)


def _not_yet_entered(
    distinct: Floats, entry: Floats, codes: Index | None, groups: int, weights: Floats | None
) -> Floats:
    """Weight of those whose entry is at or after each distinct time."""
    code = np.zeros(entry.size, dtype=np.intp) if codes is None else codes
    mass = np.ones(entry.size) if weights is None else weights
    waiting = np.empty((distinct.size, groups))
    for g in range(groups):
        order = np.argsort(entry[code == g])
        late = entry[code == g][order]
        remaining = np.append(np.cumsum(mass[code == g][order][::-1])[::-1], 0.0)
        waiting[:, g] = remaining[np.searchsorted(late, distinct, side="left")]
    return waiting
