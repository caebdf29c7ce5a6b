"""One task from patients to files: what an executor does, wherever it does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remission.arrays import Ints
from remission.errors import DataError
from remission.run.plan import Block, Task
from remission.run.records import FinishedBlock, write_blocks
from remission.run.store import Store
from remission.tables import TABLE_NAMES, check_table

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
        """Simulate blocks in the arms of the task and write their files.

        Raises
        ------
        RunError
            If a file cannot be written.
        DataError
            If the simulation returns tables that break their schema.
        """
        lives = self.simulate(self.definition, seed=self.seed, patients=task.patients, arms=task.arms)
        for arm in task.arms:
            check_lives(arm, task.patients, lives[arm], everyone=self._takes_all(arm))
        finished = [
            FinishedBlock(
                arm,
                block.index,
                block.count,
                {name: rows_of(table, block) for name, table in lives[arm].items()},
            )
            for block in task.blocks
            for arm in task.arms
        ]
        write_blocks(self.store, self.key, finished)

    def _takes_all(self, arm: str) -> bool:
        shared = [known.name for known in self.definition.arms if known.ratio is not None]
        return self.definition.filled == "twins" or arm not in shared


def rows_of(table: pa.Table, block: Block) -> pa.Table:
    """Rows of a block's patients, from a table in order of patient."""
    numbers = table["patient"].to_numpy()
    start, stop = np.searchsorted(numbers, [block.first, block.first + block.count])
    return table.slice(start, stop - start)


def check_lives(arm: str, patients: Ints, tables: Mapping[str, pa.Table], *, everyone: bool) -> None:
    """Refuse tables that are not those of this arm and these patients, in order of patient.

    Parameters
    ----------
    arm : str
        Name of the arm.
    patients : ndarray of int64
        Who was asked for.
    tables : mapping of str to pa.Table
        What the clinic gave.
    everyone : bool
        Whether the arm takes them all.

    Raises
    ------
    DataError
        With what is wrong.
    """
    if set(tables) != set(TABLE_NAMES):
        found, allowed = ", ".join(tables), ", ".join(TABLE_NAMES)
        raise DataError("not the five tables", where=f"arm {arm}", found=found, allowed=allowed)
    for name, table in tables.items():
        check_table(name, table, where=f"arm {arm}")
        _check_keys(f"arm {arm}, {name}", arm, table, patients)
    numbers = tables["patients"]["patient"].to_numpy()
    if (np.diff(numbers) == 0).any():
        raise DataError("a patient has two rows", where=f"arm {arm}, patients")
    if everyone and len(numbers) != len(patients):
        found, allowed = f"{len(numbers)} rows", f"{len(patients)} rows"
        raise DataError("patients are lost", where=f"arm {arm}, patients", found=found, allowed=allowed)


def _check_keys(where: str, arm: str, table: pa.Table, patients: Ints) -> None:
    numbers = table["patient"].to_numpy()
    steps = np.diff(numbers, prepend=-1)
    if (steps < 0).any():
        raise DataError("rows are not in order of patient", where=where)
    strangers = np.setdiff1d(numbers[steps > 0], patients)
    if strangers.size:
        raise DataError("rows of patients not asked for", where=where, found=str(strangers[:5]))
    others = set(pc.unique(table["arm"].cast(pa.string())).to_pylist()) - {arm}
    if others:
        raise DataError("rows of another arm", where=where, found=str(sorted(others)))
