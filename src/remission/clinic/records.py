"""Rows of the run's tables, gathered column by column while patients are followed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np

from remission.arrays import Array, Ints


class Recorder:
    """Columns of tables, appended in pieces of equal length.

    Parameters
    ----------
    keep : tuple of str, optional
        Tables to keep; rows of others are dropped. Calibration needs the patients' outcomes alone.

    Examples
    --------
    >>> recorder = Recorder()
    >>> recorder.add("events", patient=np.array([2, 1]), time_day=0.0, kind="death", detail=None)
    >>> recorder.columns("events")["patient"].tolist()
    [1, 2]
    """

    def __init__(self, keep: tuple[str, ...] | None = None) -> None:
        self._keep = keep
        self._pieces: dict[str, list[dict[str, Array]]] = defaultdict(list)

    def add(self, table: str, *, patient: Ints, **columns: Any) -> None:
        """Append rows; a scalar stands for every row, None for a missing value."""
        if len(patient) == 0 or (self._keep is not None and table not in self._keep):
            return
        piece = {"patient": patient}
        for name, value in columns.items():
            array = value if isinstance(value, np.ndarray) else np.asarray(value, dtype=_dtype(value))
            piece[name] = np.broadcast_to(array, patient.shape)
        self._pieces[table].append(piece)

    def columns(self, table: str) -> Mapping[str, Array]:
        """All rows of a table in order of patient, then time, then the order in which they were added."""
        pieces = self._pieces.get(table)
        if not pieces:
            return {}
        whole = {name: _join([piece[name] for piece in pieces]) for name in pieces[0]}
        order = np.lexsort((whole["time_day"], whole["patient"]))
        return {name: column[order] for name, column in whole.items()}


def _dtype(value: Any) -> Any:
    return object if value is None or isinstance(value, str) else None


def _join(parts: list[Array]) -> Array:
    if any(part.dtype == object for part in parts):
        parts = [part.astype(object) for part in parts]
    return np.concatenate(parts)
