"""Event tables of two arms, for one trial or for many at once: what all two-arm tests are made from.

Event and arm are written into the two lowest bits of each time, so that one sort of plain numbers orders a
trial with all that belongs to a patient (times closer than four units in the last place are taken as tied).
One walk over the sorted numbers then gives the rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from remission.arrays import Array, Bools, Floats, Ints
from remission.statistics.machine import event_rows
from remission.statistics.weights import EventTable, LogRank, Weight

_MARKS = np.int64(3)
_ABSENT = np.int64(np.iinfo(np.int64).max & ~3)


def two_arm_table(time: Floats, event: Array, treated: Array, present: Bools | None = None) -> EventTable:
    """Events and numbers at risk at each event time, pooled and in the treated arm.

    Parameters
    ----------
    time : ndarray of float64, shape (patients,) or (trials, patients)
        Finite and not negative (not checked here).
    event, treated : ndarray, broadcast to ``time``
        Booleans, or integers 0 and 1.
    present : ndarray of bool, optional
        Shape of ``time``; False where there is no patient (not yet enrolled at a look). Such times are not
        read.

    Returns
    -------
    EventTable
        Shape (events,) or (trials, events), where ``events`` is the most that any trial has; a trial with
        fewer is filled up with rows without events, at time ``inf``.

    Examples
    --------
    >>> table = two_arm_table(np.array([3.0, 1.0, 2.0]), np.array([1, 1, 0], bool), np.array([1, 0, 1]))
    >>> table.time, table.at_risk, table.at_risk_treated
    (array([1., 3.]), array([3., 1.]), array([2., 1.]))
    """
    columns, rows, _ = _walk(time, event, treated, present)
    if np.ndim(time) == 1:
        return EventTable(*columns[:, 0, : int(rows[0])])
    return EventTable(*columns[:, :, : int(rows.max(initial=0))])


def log_rank_sums(time: Floats, event: Array, treated: Array, present: Bools | None = None) -> Floats:
    """The plain log-rank test of each trial without its table.

    Parameters
    ----------
    time, event, treated, present
        As for `two_arm_table`.

    Returns
    -------
    ndarray, shape (4,) or (trials, 4)
        Score (expected minus observed events of the treated), its variance, observed and expected events of
        the treated.

    Examples
    --------
    >>> log_rank_sums(np.array([1.0, 2.0]), np.ones(2, bool), np.array([0, 1]))
    array([0.5 , 0.25, 1.  , 1.5 ])
    """
    sums = _walk(time, event, treated, present)[2]
    return sums[0] if np.ndim(time) == 1 else sums


def _walk(time: Floats, event: Array, treated: Array, present: Bools | None) -> tuple[Floats, Ints, Floats]:
    """Sort each trial with event and arm in the lowest bits, and walk it."""
    keys = np.ascontiguousarray(time, dtype=np.float64).view(np.int64) & ~_MARKS
    keys |= _whole(event) << 1
    keys |= _whole(treated)
    if present is not None:
        keys = np.where(present, keys, _ABSENT)
    keys.sort(axis=-1)
    many = keys.shape[-1] if present is None else np.count_nonzero(present, axis=-1)
    if keys.ndim == 1:
        return event_rows(keys[None], many, int(np.count_nonzero(event if present is None else keys & 2)))
    return event_rows(keys, many, int(np.count_nonzero(keys & 2, axis=-1).max(initial=0)))


def _whole(marks: Array) -> Ints:
    """Zeros and ones as wide as the keys: mixing widths costs more than widening."""
    return marks.astype(np.int64, copy=False)


def excess_and_spread(table: EventTable) -> tuple[Floats, Floats]:
    """At each event time: expected minus observed events of the treated arm, and its hypergeometric variance.

    Examples
    --------
    >>> table = two_arm_table(np.array([1.0, 2.0]), np.ones(2, bool), np.array([0, 1]))
    >>> excess_and_spread(table)
    (array([0.5, 0. ]), array([0.25, 0.  ]))
    """
    n, d = table.at_risk, table.events
    share = table.at_risk_treated / n
    expected = d * share
    spread = expected * (1.0 - share)
    if d.max(initial=0.0) > 1:
        spread *= (n - d) / np.maximum(n - 1.0, 1.0)
    expected -= table.events_treated
    return expected, spread


def weighted_scores(table: EventTable, weights: Sequence[Weight]) -> tuple[Floats, Floats]:
    """Scores of weighted log-rank tests and their covariance.

    Parameters
    ----------
    table : EventTable, shape (events,) or (trials, events)
    weights : sequence of Weight

    Returns
    -------
    score : ndarray, shape (weights,) or (trials, weights)
        Expected minus observed events of the treated arm: positive when the treated live longer.
    covariance : ndarray, shape (weights, weights) or (trials, weights, weights)
        Hypergeometric. For strata, add the scores and covariances of their tables.

    Examples
    --------
    >>> from remission.statistics.weights import FlemingHarrington
    >>> table = two_arm_table(np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, bool), np.array([0, 1, 0, 1]))
    >>> score, covariance = weighted_scores(table, [LogRank(), FlemingHarrington(0, 1)])
    >>> print(score.round(3), covariance.shape)
    [0.667 0.167] (2, 2)
    """
    excess, spread = excess_and_spread(table)
    if len(weights) == 1:
        if weights[0] == LogRank():
            return excess.sum(axis=-1)[..., None], spread.sum(axis=-1)[..., None, None]
        w = weights[0](table)
        weighted = w * excess
        w = w * w
        w *= spread
        return weighted.sum(axis=-1)[..., None], w.sum(axis=-1)[..., None, None]
    made = np.stack([weight(table) for weight in weights], axis=-2)
    score = made @ excess[..., None]
    covariance = (made * spread[..., None, :]) @ np.swapaxes(made, -1, -2)
    return score[..., 0], covariance
