"""Harrell's concordance: how often, of two patients, the one at higher risk has the event first.

Pairs count if it is known who came first; a censoring at the time of an event comes after it, and two events
at one time are no pair. Equal risks count one half (Harrell et al. 1982; Therneau's definition for tied
times).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.statistics.inputs import checked_column, checked_events, checked_groups, checked_times

# Below this many patients all pairs are compared at once.
_FEW = 128


@dataclass(frozen=True)
class Concordance:
    """Share of comparable pairs in the right order, and the pairs."""

    value: float
    concordant: int
    discordant: int
    tied: int


def concordance(time: ArrayLike, event: ArrayLike, risk: ArrayLike, *, strata: ArrayLike | None = None) -> Concordance:
    """Concordance of a risk score with what happened; pairs inside strata.

    Raises
    ------
    DataError
        For bad arrays, or if no pair can be compared.

    Examples
    --------
    >>> concordance([1, 2, 3, 4], [1, 1, 1, 0], [4, 3, 2, 1]).value
    1.0
    """
    times = checked_times(time)
    events = checked_events(event, times.size)
    risks = checked_column(risk, times.size, "risk")
    codes = (
        np.zeros(times.size, np.intp)
        if strata is None
        else checked_groups(strata, times.size, "strata", at_least=1).codes
    )
    total = np.zeros(3, dtype=np.int64)
    for code in range(int(codes.max()) + 1):
        member = codes == code
        total += _pairs(times[member], events[member], risks[member])
    if not total.sum():
        raise DataError("no two patients can be compared", where="event", next_step="follow for longer")
    right, wrong, equal = (int(count) for count in total)
    return Concordance((right + equal / 2) / (right + wrong + equal), right, wrong, equal)


def _pairs(time: Floats, event: Bools, risk: Floats) -> np.ndarray:
    """Concordant, discordant and tied pairs; events at one time are taken out again."""
    order = np.lexsort((~event, time))
    t, e, r = time[order], event[order], risk[order]
    found = _ordered_pairs(e, r)
    dying = np.flatnonzero(e)
    _, start, size = np.unique(t[dying], return_index=True, return_counts=True)
    for first, many in zip(start[size > 1], size[size > 1], strict=True):
        tied = r[dying[first : first + many]]
        found -= _ordered_pairs(np.ones(many, dtype=bool), tied)
    return found


def _ordered_pairs(event: Bools, risk: Floats) -> np.ndarray:
    """Pairs of an event and anybody after it in the order: higher, lower and equal risk of the first."""
    many = event.size
    if many <= _FEW:
        later = np.triu(np.ones((many, many), dtype=bool), 1) & event[:, None]
        first, second = risk[:, None], risk[None, :]
        return np.array(
            [
                (later & (first > second)).sum(),
                (later & (first < second)).sum(),
                (later & (first == second)).sum(),
            ]
        )
    half = many // 2
    after = np.sort(risk[half:])
    first = risk[:half][event[:half]]
    below = np.searchsorted(after, first, side="left").sum()
    upto = np.searchsorted(after, first, side="right").sum()
    across = np.array([below, first.size * after.size - upto, upto - below])
    return across + _ordered_pairs(event[:half], risk[:half]) + _ordered_pairs(event[half:], risk[half:])
