"""Lesions that fell apart: the diameters of the fragments add up (Eisenhauer 2009)."""

from __future__ import annotations

from typing import Any

import numpy as np

from remission.arrays import Floats, Ints
from remission.response.criteria import Codes
from remission.response.words import (
    ABSENT,
    EQUIVOCAL,
    INCREASED,
    MERGED,
    PRESENT,
    UNEQUIVOCAL,
    UNSEEN,
    diameter_of,
)

# Of several fragments the last word in this order is that of the lesion: gone only if all are.
_WORST_LAST = np.array([ABSENT, UNSEEN, EQUIVOCAL, PRESENT, INCREASED, UNEQUIVOCAL])


def join_fragments(columns: dict[str, Any], whole: Ints) -> dict[str, Any]:
    """One row per lesion and time, where rows of fragments are joined to the lesion ``whole``.

    A lesion of a single row keeps its status. Of several, the diameters are summed; one that was not measured
    leaves the sum unknown. The lesion is there if one fragment is, has progressed if one has, and is gone only if
    all are.
    """
    diameter = diameter_of(columns["diameter_mm"], columns["status"])
    diameter = np.where(np.isin(columns["status"], (UNSEEN, EQUIVOCAL)), np.nan, diameter)
    place = _place(diameter, columns["status"])
    order = np.lexsort((diameter, columns["time_day"], whole, columns["patient"]))
    rows = {name: column[order] for name, column in columns.items()}
    rows["lesion"] = whole[order]
    starts = _starts(rows)
    group = np.cumsum(starts) - 1
    first = np.flatnonzero(starts)
    several = np.bincount(group) > 1
    joined = {name: column[first] for name, column in rows.items()}
    total = np.bincount(group, weights=diameter[order])
    joined["diameter_mm"] = np.where(several, total, joined["diameter_mm"])
    worst = _WORST_LAST[np.maximum.reduceat(place[order], first)]
    joined["status"] = np.where(several, worst, joined["status"])
    for name, reduce in _REDUCTIONS.items():
        joined[name] = reduce.reduceat(rows[name], first)
    return joined


_REDUCTIONS = {
    "role": np.maximum,
    "organ": np.maximum,
    "is_node": np.logical_and,
    "evaluable": np.logical_and,
    "symptomatic": np.logical_or,
}


def _place(diameter_mm: Floats, status: Codes) -> Ints:
    """Place of each row among the statuses, those without a word by their size."""
    gone = (status == ABSENT) | (status == MERGED) | (diameter_mm == 0)
    unsaid = (status == UNSEEN) | ((status == 0) & np.isnan(diameter_mm))
    word = np.where(gone, ABSENT, np.where(unsaid, UNSEEN, status))
    stands = np.isin(word, _WORST_LAST)  # too small and measured lesions are there
    return np.argmax(np.where(stands, word, PRESENT)[:, None] == _WORST_LAST, axis=1)


def _starts(rows: dict[str, Any]) -> np.ndarray:
    starts = np.ones(len(rows["patient"]), np.bool_)
    keys = [rows[name] for name in ("patient", "lesion", "time_day")]
    starts[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return starts
