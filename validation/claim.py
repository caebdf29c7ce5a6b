"""What a claim is made of, and the few things that several claims measure.

A claim is a file of `validation/claims`. It says what must come out (`TITLE`), who says so (`SOURCE`), within what
(`TOLERANCE`, in words, and the numbers beside it), and has one function, ``measure(patients, seed)``. The tolerance was
written before the first run and is not widened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from remission.calibration.virtual_trial import simulate_trial
from remission.statistics.kaplan_meier import kaplan_meier
from remission.study import parse_study
from remission.units import DAYS_PER_MONTH

Columns = Mapping[str, NDArray[Any]]


class Finding(NamedTuple):
    """Whether a claim holds, and the numbers that say so."""

    holds: bool
    found: str


def trial_of(text: str, patients: int, seed: int) -> dict[str, Columns]:
    """The arms of a study written in the claim."""
    return simulate_trial(parse_study(text, "claim"), seed, patients=patients)


def survival(days: NDArray[np.float64], event: NDArray[np.bool_], month: float) -> float:
    """Percent without the event at a month; NaN without patients."""
    if len(days) == 0:
        return float("nan")
    return float(100 * kaplan_meier(days, event).at([month * DAYS_PER_MONTH], extend=True).survival[0])


def since(people: Columns, stem: str, start: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Days from a start of each patient to an event, of those who were still free of it then."""
    days = people[f"{stem}_day"] - start
    kept = days >= 0
    return days[kept], people[f"{stem}_event"].astype(bool)[kept]


def twins_of(people: Columns, numbers: NDArray[np.int64]) -> Columns:
    """The same persons in another arm, in the order of their numbers."""
    place = np.searchsorted(people["patient"].astype(np.int64), numbers)
    return {name: values[place] for name, values in people.items()}


def response_rate(people: Columns, column: str = "best_response") -> float:
    """Percent with a complete or partial response."""
    best = people[column]
    return float(100 * np.mean((best == "CR") | (best == "PR"))) if len(best) else float("nan")


def hazard_by_month(people: Columns, stem: str, first: float, last: float) -> float:
    """Events a month of those under observation between two months."""
    days, event = people[f"{stem}_day"] / DAYS_PER_MONTH, people[f"{stem}_event"].astype(bool)
    seen = np.clip(days, first, last) - first
    return float(np.sum(event & (days > first) & (days <= last)) / seen.sum())
