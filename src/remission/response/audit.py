"""Recorded responses held against the measurements they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools
from remission.response.codes import Cause, Response
from remission.response.criteria import Codes, has_progressed


class Finding(IntEnum):
    """How a recorded response stands to the measurements."""

    AGREES = 0
    DIFFERS = 1
    FROM_BASELINE = 2


def compare_recorded(visits: Mapping[str, np.ndarray[Any, Any]], recorded: ArrayLike) -> Codes:
    """Hold recorded RECIST responses against those that the measurements give.

    Parameters
    ----------
    visits : mapping of (s,) arrays
        The visits of `assess_table`.
    recorded : (s,) int8
        Recorded `Response` codes of the same visits.

    Returns
    -------
    (s,) int8
        `Finding` codes. `Finding.FROM_BASELINE` marks the common fault of taking progression from the
        baseline: the targets progressed from their nadir, not from the baseline, and no progression was
        recorded.

    Examples
    --------
    >>> from remission.response import Finding, Response, assess_table
    >>> tables = assess_table({
    ...     "patient": [1, 1, 1], "time_day": [0, 84, 168], "lesion": ["a", "a", "a"],
    ...     "diameter_mm": [100.0, 50.0, 65.0],
    ... })
    >>> codes = compare_recorded(tables.visits, [Response.PR, Response.PR])
    >>> [Finding(code).name for code in codes]
    ['AGREES', 'FROM_BASELINE']
    """
    said = np.asarray(recorded, np.int8)
    differs = said != visits["response"]
    missed = differs & (said != Response.PD) & (said != Response.NE) & _only_from_nadir(visits)
    return np.where(missed, Finding.FROM_BASELINE, np.where(differs, Finding.DIFFERS, Finding.AGREES)).astype(np.int8)


def _only_from_nadir(visits: Mapping[str, np.ndarray[Any, Any]]) -> Bools:
    """Targets alone made the progression, and would not have from the baseline."""
    target = (visits["progression_cause"] == Cause.TARGET) & ~np.isnan(visits["sum_mm"])
    baseline_mm = np.full(len(target), np.nan)
    baseline_mm[target] = visits["sum_mm"][target] / (1.0 + visits["change_from_baseline"][target])
    other = (visits["nontarget_response"] == Response.PD) | (visits["new_lesions"] > 0)
    return np.asarray(target & ~other & ~has_progressed(visits["sum_mm"], baseline_mm))
