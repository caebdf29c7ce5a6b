"""All visits of all patients, in order: the first scan of everyone, then the second, and so on."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from remission.arrays import Ints
from remission.response.assemble import Tally
from remission.response.criteria import Timing
from remission.response.recist import Assessment, assess
from remission.response.scan import Scan
from remission.response.state import RecistState, begin
from remission.response.visits import Visits


def assess_visits(
    scan: Scan, tally: Tally, visits: Visits, timing: Timing
) -> tuple[RecistState, dict[str, np.ndarray], Ints]:
    """Take every patient from baseline to the last visit.

    Returns
    -------
    RecistState
        Memory after the last visit, one row a patient.
    columns : dict of (s,) arrays
        The fields of `Assessment` for the visits after baseline.
    followed : (s,) int
        Those visits' places in ``visits``.
    """
    count = np.bincount(visits.patient) - 1
    order = np.argsort(-count, kind="stable")
    state = begin(tally.baseline_sum_mm, tally.targets > 0, tally.nontargets > 0, visits.origin_day)
    state = state.take(order)
    finished: list[RecistState] = []
    nobody = np.empty(0, np.int64)
    # An empty first round gives every column its type where no patient was followed.
    collected = [(nobody, assess(state.take(nobody), _at(scan, nobody))[1])]
    for number in range(1, int(count.max(initial=0)) + 1):
        # Patients stand by falling number of visits: those still followed are a prefix.
        still = int(np.searchsorted(-count[order], -number, side="right"))
        finished.append(state.take(slice(still, None)))
        at = visits.first[order[:still]] + number
        state, assessment = assess(
            state.take(slice(0, still)),
            _at(scan, at),
            timing.confirmation_day,
            timing.minimum_stable_day,
            timing.confirmation_latest_day,
        )
        collected.append((at, assessment))
    finished.append(state)
    return _in_order(_join(finished[::-1]), order), *_by_visit(collected)


def _at(scan: Scan, index: Ints) -> Scan:
    return Scan(*(getattr(scan, field.name)[index] for field in fields(scan)))


def _join(parts: list[Any]) -> Any:
    """One frozen row set from several."""
    joined = []
    for field in fields(parts[0]):
        values = [getattr(part, field.name) for part in parts]
        joined.append(np.concatenate(values) if isinstance(values[0], np.ndarray) else _join(values))
    return type(parts[0])(*joined)


def _in_order(state: RecistState, order: Ints) -> RecistState:
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return state.take(place)


def _by_visit(collected: list[tuple[Ints, Assessment]]) -> tuple[dict[str, np.ndarray], Ints]:
    followed = np.concatenate([at for at, _ in collected])
    order = np.argsort(followed)
    columns = {
        field.name: np.concatenate([getattr(assessment, field.name) for _, assessment in collected])[order]
        for field in fields(Assessment)
    }
    return columns, followed[order]
