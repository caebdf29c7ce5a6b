"""One task from patients to files: what an executor does, wherever it does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from remission.errors import DataError
from remission.run.plan import Task
from remission.run.records import write_block
from remission.run.store import Store
from remission.run.tables import TABLE_NAMES, check_table

Simulate = Callable[..., Mapping[str, Mapping[str, pa.Table]]]


@dataclass(frozen=True)
class Work:
    """What to do with a task; crosses process borders.

    Parameters
    ----------
    definition : StudyDefinition
        The study.
    seed : int
        Seed of all draws.
    key : str
        Key of the run, kept in every record.
    store : Store
        Where the files go.
    simulate : callable
        ``simulate(definition, *, seed, patients, arms) -> {arm: {table: pa.Table}}``.
    """

    definition: Any
    seed: int
    key: str
    store: Store
    simulate: Simulate

    def __call__(self, task: Task) -> None:
        """Simulate a block in the arms of the task and write its files.

        Raises
        ------
        RunError
            If a file cannot be written.
        DataError
            If the simulation returns tables that break their schema.
        """
        lives = self.simulate(self.definition, seed=self.seed, patients=task.block.patients, arms=task.arms)
        for arm in task.arms:
            check_block(arm, task.block.patients, lives[arm])
            write_block(self.store, self.key, arm, task.block.index, task.block.count, lives[arm])


def check_block(arm: str, patients: NDArray[np.int64], tables: Mapping[str, pa.Table]) -> None:
    """Refuse tables that are not those of this arm and these patients.

    Raises
    ------
    DataError
        With what is wrong.
    """
    if set(tables) != set(TABLE_NAMES):
        raise DataError(
            "not the five tables", where=arm, found=", ".join(tables), allowed=", ".join(TABLE_NAMES)
        )
    for name, table in tables.items():
        check_table(name, table, where=f"arm {arm}")
        _check_keys(arm, name, table, patients)
    numbers = tables["patients"]["patient"].to_numpy()
    if len(np.unique(numbers)) != len(numbers):
        raise DataError("a patient has two rows", where=f"arm {arm}, patients")


def _check_keys(arm: str, name: str, table: pa.Table, patients: NDArray[np.int64]) -> None:
    strangers = np.setdiff1d(table["patient"].to_numpy(), patients)
    if strangers.size:
        raise DataError(
            "rows of patients of another block", where=f"arm {arm}, {name}", found=str(strangers[:5])
        )
    arms = set(pc.unique(table["arm"].cast(pa.string())).to_pylist())
    if arms - {arm}:
        raise DataError("rows of another arm", where=f"arm {arm}, {name}", found=str(sorted(arms)))
