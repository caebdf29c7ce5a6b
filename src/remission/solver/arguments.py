"""Checks of the arrays given to a kernel, before machine code sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.solver.errors import data_error

LARGEST_RTOL = 1e-3


@dataclass(frozen=True)
class Batch:
    """Arrays in the types and order that machine code reads."""

    state: np.ndarray
    parameters: np.ndarray
    start_day: np.ndarray
    stop_day: np.ndarray


def checked_batch(
    states: tuple[str, ...],
    names: tuple[str, ...],
    state: np.ndarray,
    parameters: np.ndarray,
    start_day: np.ndarray,
    stop_day: np.ndarray,
) -> Batch:
    """Patients that make sense, or a `DataError` naming the first that does not.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones((1, 1))
    >>> checked_batch(("x",), ("k",), one, one * np.nan, np.zeros(1), np.ones(1))
    Traceback (most recent call last):
    remission.errors.DataError: parameters, patient 0: a value that is not a finite number
        found:   k = nan
        allowed: finite numbers
    """
    columns = {"start_day": np.ascontiguousarray(start_day, np.float64)}
    columns["stop_day"] = np.ascontiguousarray(stop_day, np.float64)
    patients = len(columns["start_day"]) if columns["start_day"].ndim == 1 else -1
    tables = {
        "state": (np.ascontiguousarray(state, np.float64), states),
        "parameters": (np.ascontiguousarray(parameters, np.float64), names),
    }
    for name, (table, columns_of) in tables.items():
        _require_shape(name, table, (patients, len(columns_of)))
        _require_finite(name, table, columns_of)
    for name, column in columns.items():
        _require_shape(name, column, (patients,))
        _require_finite(name, column[:, None], (name,))
    backwards = columns["stop_day"] < columns["start_day"]
    if backwards.any():
        k = int(np.argmax(backwards))
        raise data_error(
            "the stop day lies before the start day",
            where=f"patient {k}",
            found=f"{columns['start_day'][k]:g} to {columns['stop_day'][k]:g}",
        )
    return Batch(tables["state"][0], tables["parameters"][0], columns["start_day"], columns["stop_day"])


def checked_records(record_day: np.ndarray | None, start_day: np.ndarray) -> np.ndarray:
    """Recorded days of each patient, and infinity after the last, as machine code reads them.

    Examples
    --------
    >>> checked_records(np.array([2.0, 4.0]), np.zeros(2)).tolist()
    [[2.0, 4.0, inf], [2.0, 4.0, inf]]
    """
    patients = len(start_day)
    given = np.asarray(() if record_day is None else record_day, np.float64)
    days = given[None] if given.ndim == 1 else given  # one row where all patients share their days
    if given.ndim != 1:
        _require_shape("record_day", days, (patients, days.shape[-1] if days.ndim else 1))
    if not ((days[:, 1:] > days[:, :-1]).all() and (days[:, :1] >= start_day[:, None]).all()):
        every = np.broadcast_to(days, (patients, days.shape[1]))
        rises = np.hstack([every[:, :1] >= start_day[:, None], every[:, 1:] > every[:, :-1]])
        row, column = np.argwhere(~rises)[0]
        raise data_error(
            "recorded days that do not rise from the start day",
            where=f"record_day, patient {row}",
            found=f"day {every[row, column]:g}",
            allowed=f"after the one before it, and from day {start_day[row]:g}",
        )
    records = np.full((patients, days.shape[1] + 1), np.inf)
    records[:, :-1] = days
    return records


def _require_shape(name: str, array: np.ndarray, shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise data_error("an array does not fit", where=name, found=f"shape {array.shape}", allowed=f"shape {shape}")


def _require_finite(name: str, table: np.ndarray, columns: tuple[str, ...]) -> None:
    if not np.isfinite(table).all():
        row, column = np.argwhere(~np.isfinite(table))[0]
        raise data_error(
            "a value that is not a finite number",
            where=f"{name}, patient {row}",
            found=f"{columns[column]} = {table[row, column]}",
            allowed="finite numbers",
        )


def checked_tolerance(rtol: float) -> float:
    """A relative tolerance from 1e-13 to 1e-3.

    Beyond 1e-3 patients near the line between response and progression change sides (docs/solver.md).
    """
    if not 1e-13 <= rtol <= LARGEST_RTOL:
        raise data_error(
            "the relative tolerance is outside of what the solver stands for",
            where="rtol",
            found=str(rtol),
            allowed=f"1e-13 to {LARGEST_RTOL:g}",
            next_step="loosen atol for states that do not matter instead",
        )
    return float(rtol)
