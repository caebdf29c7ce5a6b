"""Where patients stand over time, from on drug to dead, made from the table of events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Bools, Floats, Ints, Texts

STATES: Final = ("on drug", "off drug", "second course", "next line", "dead", "not followed")
ENTERS: Final = {
    "treatment started": "on drug",
    "treatment stopped": "off drug",
    "second course": "second course",
    "next line": "next line",
    "death": "dead",
    "lost to follow-up": "not followed",
    "end of follow-up": "not followed",
}
_CODE = {state: code for code, state in enumerate(STATES)}
_NEXT_LINE, _DEAD, _LOST = _CODE["next line"], _CODE["dead"], _CODE["not followed"]


@dataclass(frozen=True)
class Moves:
    """Stays: `patient[i]` is in `state[i]` from `start_day[i]` to `end_day[i]` (``inf``: for good)."""

    patient: Ints
    state: NDArray[np.int8]
    start_day: Floats
    end_day: Floats


@dataclass(frozen=True)
class Shares:
    """Percent of an arm's patients in each state (rows in the order of `STATES`) at each month."""

    month: Floats
    percent: Floats


def moves(patient: Ints, time_day: Floats, kind: Texts, everyone: Ints) -> Moves:
    """Stays of each patient, from events in any order.

    Everyone begins off drug on day 0. Only the first start of a drug puts a patient on drug: later ones
    belong to the second course or the next line. A next line lasts: a stop within it does not count as off
    drug. After death nothing counts.

    Examples
    --------
    >>> kinds = np.array(["treatment started", "death"])
    >>> stays = moves(np.array([7, 7]), np.array([0.0, 90.0]), kinds, np.array([7]))
    >>> [STATES[code] for code in stays.state], stays.end_day
    (['on drug', 'dead'], array([90., inf]))
    """
    use = np.isin(kind, list(ENTERS)) & np.isin(patient, everyone)
    code = np.array([_CODE[ENTERS[name]] for name in kind[use].tolist()], dtype=np.int8)
    who = np.concatenate([everyone, patient[use]])
    when = np.concatenate([np.zeros(everyone.size), time_day[use]])
    into = np.concatenate([np.full(everyone.size, _CODE["off drug"], dtype=np.int8), code])
    # The first rows are the starts on day 0, so a stable sort keeps them before all else of that day.
    order = np.lexsort((np.arange(who.size), when, who))
    who, when, into = who[order], when[order], into[order]
    keep = _first_starts(who, into)
    who, when, into = who[keep], when[keep], into[keep]
    keep = _still_open(who, into)
    who, when, into = who[keep], when[keep], into[keep]
    end = np.append(when[1:], np.inf)
    end[np.append(who[1:] != who[:-1], True)] = np.inf
    real = end > when
    return Moves(who[real], into[real], when[real], end[real])


def _first_starts(who: Ints, into: NDArray[np.int8]) -> Bools:
    """False for the second and later starts of a drug of the same patient."""
    started = np.flatnonzero(into == _CODE["on drug"])
    again = np.append(False, who[started][1:] == who[started][:-1])
    keep = np.ones(who.size, dtype=bool)
    keep[started[again[: started.size]]] = False
    return keep


def _still_open(who: Ints, into: NDArray[np.int8]) -> Bools:
    """False for a move that follows a later state for good (next line, death, loss) of the same patient."""
    first = np.append(True, who[1:] != who[:-1])
    rank = np.select([into == _NEXT_LINE, into == _LOST, into == _DEAD], [1, 2, 3], 0)
    group = np.cumsum(first) * 4
    highest_so_far = np.maximum.accumulate(rank + group) - group
    previous = np.append(0, np.where(first[1:], 0, highest_so_far[:-1]))
    return (rank > previous) | (previous == 0)


def count_states(stays: Moves, days: Floats) -> Ints:
    """How many patients are in each state (rows) just before each of `days`, ascending, above 0.

    Examples
    --------
    >>> kinds = np.array(["treatment started", "death"])
    >>> stays = moves(np.array([7, 7]), np.array([0.0, 90.0]), kinds, np.array([7]))
    >>> count_states(stays, np.array([30.0, 120.0]))[[0, 4]]
    array([[1, 0],
           [0, 1]])
    """
    counts = np.zeros((len(STATES), days.size), dtype=np.int64)
    for code in range(len(STATES)):
        of = stays.state == code
        came = np.searchsorted(np.sort(stays.start_day[of]), days, side="left")
        left = np.searchsorted(np.sort(stays.end_day[of]), days, side="left")
        counts[code] = came - left
    return counts
