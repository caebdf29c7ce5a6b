"""Boluses and infusions into named states, from columns as they stand in a dosing table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from remission.solver.doses import Doses
from remission.solver.errors import data_error
from remission.solver.infusions import PREFIX


def schedule(
    states: Sequence[str],
    patients: int,
    patient: ArrayLike,
    time_day: ArrayLike,
    into: str | Sequence[str],
    amount: ArrayLike,
    duration_day: ArrayLike = 0.0,
) -> Doses:
    """Doses of a batch of patients, one row a dose, in any order; columns are broadcast against each other.

    Parameters
    ----------
    states : sequence of str
        States of the kernel (`Kernel.states`).
    patients : int
        Number of patients of the batch.
    patient : int (doses,)
        Number of the patient within the batch, from 0.
    time_day : (doses,)
        Day of the bolus, or on which the infusion begins.
    into : str or sequence of str, (doses,)
        State that receives the dose.
    amount : (doses,)
        In the unit of the state.
    duration_day : (doses,)
        0: a bolus; above 0: an infusion, for which the model needs an inlet (`with_infusions`).

    Returns
    -------
    Doses

    Raises
    ------
    DataError
        Naming the row that makes no sense.

    Examples
    --------
    >>> given = schedule(("A", "inflow_A"), 2, [1, 0], [7.0, 0.0], "A", [200.0, 100.0], [0.0, 0.5])
    >>> given.offsets.tolist(), given.time_day.tolist(), given.state.tolist(), given.amount.tolist()
    ([0, 2, 3], [0.0, 0.5, 7.0], [1, 1, 0], [200.0, -200.0, 200.0])
    """
    columns = np.broadcast_arrays(
        *(np.atleast_1d(patient), np.atleast_1d(time_day), np.atleast_1d(into)),
        *(np.atleast_1d(amount), np.atleast_1d(duration_day)),
    )
    who = np.asarray(columns[0], np.int64)
    day, size, length = (np.asarray(columns[k], np.float64) for k in (1, 3, 4))
    _require((who >= 0) & (who < patients), "a dose of a patient who is not there", who, f"0 to {patients - 1}")
    _require(length >= 0, "an infusion of negative length", length, "0 (a bolus) or above")
    infused = length > 0
    names = [PREFIX + name if flows else str(name) for name, flows in zip(columns[2], infused, strict=True)]
    known = {name: index for index, name in enumerate(states)}
    _require(np.array([name in known for name in names], bool), "a dose into nothing", names, ", ".join(states))
    state = np.array([known[name] for name in names], np.int32)
    rate = np.where(infused, size / np.where(infused, length, 1.0), size)
    ends = np.flatnonzero(infused)
    who, day = np.concatenate([who, who[ends]]), np.concatenate([day, day[ends] + length[ends]])
    state, rate = np.concatenate([state, state[ends]]), np.concatenate([rate, -rate[ends]])
    order = np.lexsort((day, who))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(who, minlength=patients))])
    return Doses(offsets, day[order], state[order], rate[order])


def _require(good: np.ndarray, what: str, found: Sequence[object] | np.ndarray, allowed: str) -> None:
    if not np.all(good):
        row = int(np.argmin(good))
        raise data_error(what, where=f"dose {row}", found=str(found[row]), allowed=allowed)
