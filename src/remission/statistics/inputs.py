"""What every statistic demands of its arrays, said once: each check returns clean arrays or raises
`DataError`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Array, Bools, Floats, Index
from remission.errors import DataError


def checked_times(time: ArrayLike, name: str = "time") -> Floats:
    """One-dimensional, finite, not negative, at least one.

    Examples
    --------
    >>> checked_times([1, 2])
    array([1., 2.])
    """
    times = np.asarray(time, dtype=np.float64)
    if times.ndim != 1 or times.size == 0:
        raise DataError(
            "times must be one row of numbers",
            where=name,
            found=f"shape {times.shape}",
            allowed="(patients,)",
        )
    # A missing value makes the comparison false, so one test finds missing, negative and infinite times.
    if not (np.minimum.reduce(times) >= 0 and np.maximum.reduce(times) < np.inf):
        bad = np.flatnonzero(~(np.isfinite(times) & (times >= 0)))
        raise DataError(
            "times must be known and not negative",
            where=name,
            found=f"{times[bad[0]]} in row {bad[0]} ({bad.size} such rows)",
            allowed="0 or more",
            next_step="correct these rows, or leave them out and say so",
        )
    return times


def checked_events(event: ArrayLike, patients: int, name: str = "event") -> Bools:
    """True where the event was seen; 0/1 and booleans are taken.

    Examples
    --------
    >>> checked_events([1, 0], 2)
    array([ True, False])
    """
    events = np.asarray(event)
    if events.shape != (patients,):
        raise DataError(
            "events and times differ in length", where=name, found=f"{events.shape}", allowed=f"({patients},)"
        )
    if events.dtype == np.bool_:
        return events
    seen = events == 1
    if not (seen | (events == 0)).all():
        bad = np.flatnonzero(~(seen | (events == 0)))[0]
        raise DataError(
            "an event is 1 (seen) or 0 (censored)",
            where=name,
            found=f"{events[bad]!r} in row {bad}",
            allowed="0 or 1",
        )
    return np.asarray(seen)


def checked_column(values: ArrayLike, patients: int, name: str) -> Floats:
    """One finite number for each patient.

    Examples
    --------
    >>> checked_column([0.5, 2], 2, "weights")
    array([0.5, 2. ])
    """
    column = np.asarray(values, dtype=np.float64)
    if column.shape != (patients,) or not np.isfinite(column).all():
        raise DataError(
            "one known number for each patient is needed",
            where=name,
            found=f"shape {column.shape}, {int((~np.isfinite(column)).sum())} not finite",
            allowed=f"({patients},) finite numbers",
        )
    return column


class Groups(NamedTuple):
    """Codes 0, 1, ... of the sorted labels."""

    codes: Index
    labels: tuple[Any, ...]


def checked_groups(group: ArrayLike, patients: int, name: str = "group", *, at_least: int = 2) -> Groups:
    """Sorted labels and the code of each patient; 0 is the reference (control).

    Examples
    --------
    >>> checked_groups(["b", "a", "b"], 3)
    Groups(codes=array([1, 0, 1]), labels=('a', 'b'))
    """
    values = np.asarray(group)
    if values.shape != (patients,):
        raise DataError(
            "groups and times differ in length", where=name, found=f"{values.shape}", allowed=f"({patients},)"
        )
    if values.dtype == np.bool_:
        values = values.astype(np.intp)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise DataError("a group is missing", where=name, next_step="leave out rows without a group, and say so")
    if values.dtype.kind in "iu":
        # Whole numbers 0, 1, ... are their own codes: the usual case, and quick. All bits together are 1 only
        # where every value is 0 or 1.
        if at_least <= 2 and np.bitwise_or.reduce(values) == 1 and np.count_nonzero(values) < values.size:
            return Groups(values.astype(np.intp, copy=False), (0, 1))
        sizes = _sizes(values)
        if at_least <= sizes.size and sizes.all():
            return Groups(values.astype(np.intp, copy=False), tuple(range(sizes.size)))
    labels, codes = np.unique(values, return_inverse=True)
    if labels.size < at_least:
        raise DataError(
            "there is nothing to compare",
            where=name,
            found=f"{labels.size} group: {labels.tolist()}",
            allowed=f"{at_least} groups or more",
            next_step="give both arms",
        )
    return Groups(codes.astype(np.intp), tuple(labels.tolist()))


def _sizes(values: Array) -> Index:
    """How many patients have each of the codes 0, 1, ...; empty if these are not such codes."""
    if not 0 <= values[0] < 64 or values.max() >= 64:
        return np.empty(0, dtype=np.intp)
    try:
        return np.bincount(values)
    except ValueError:  # a negative label
        return np.empty(0, dtype=np.intp)


def two_groups(group: ArrayLike, patients: int, name: str = "group") -> Groups:
    """As `checked_groups`, and exactly two.

    Examples
    --------
    >>> two_groups([1, 0], 2).labels
    (0, 1)
    """
    groups = checked_groups(group, patients, name)
    if len(groups.labels) != 2:
        raise DataError(
            "this comparison is of two groups", where=name, found=f"{len(groups.labels)} groups", allowed="2"
        )
    return groups


def checked_level(level: float, name: str = "level") -> float:
    """A confidence level between 0 and 1.

    Examples
    --------
    >>> checked_level(0.95)
    0.95
    """
    if not 0 < level < 1:
        raise DataError(
            "a confidence level lies between 0 and 1",
            where=name,
            found=str(level),
            allowed="for example 0.95",
        )
    return float(level)


def checked_horizon(tau: float, name: str = "tau") -> float:
    """A finite horizon above zero.

    Examples
    --------
    >>> checked_horizon(24)
    24.0
    """
    if not 0 < tau < np.inf:
        raise DataError("the horizon must be above zero", where=name, found=str(tau), allowed="a finite time above 0")
    return float(tau)
