"""Lesions that fell apart: the diameters of the fragments add up (Eisenhauer 2009)."""

from __future__ import annotations

from typing import Any

import numpy as np

from remission.response.criteria import Ints
from remission.response.words import diameter_of


def join_fragments(columns: dict[str, Any], whole: Ints) -> dict[str, Any]:
    """One row per lesion and time, where rows of fragments are joined to the lesion ``whole``.

    A lesion of a single row keeps its status. Of several, the diameters are summed; one that was not measured
    leaves the sum unknown.
    """
    diameter = diameter_of(columns["diameter_mm"], columns["status"])
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
    joined["status"] = np.where(several, np.int8(0), joined["status"])
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


def _starts(rows: dict[str, Any]) -> np.ndarray:
    starts = np.ones(len(rows["patient"]), np.bool_)
    keys = [rows[name] for name in ("patient", "lesion", "time_day")]
    starts[1:] = np.logical_or.reduce([key[1:] != key[:-1] for key in keys])
    return starts
