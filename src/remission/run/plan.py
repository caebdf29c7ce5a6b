"""Which blocks a run consists of, which of them a folder still lacks, and what they will cost."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from remission.arrays import Ints
from remission.errors import RunError
from remission.run.cost import Cost, cost_of
from remission.run.records import BlockRecord, damaged_files, read_record
from remission.run.shards import Shards
from remission.run.store import Store

# Large enough that files are few, small enough that a kill costs seconds.
BLOCK_PATIENTS = 2048
# Blocks simulated in one call. A visit costs about as much for one patient as for 500, so that 4,096 patients
# together take half the time of eight times 512 (benchmarks/run); no patient's result changes by it.
BATCH_BLOCKS = 2
SERIAL_PATIENTS = 8192  # up to here the start of further processes costs about what they save


@dataclass(frozen=True)
class Block:
    """Consecutive patient numbers: the unit of writing and of resuming.

    Examples
    --------
    >>> Block(1, 512, 3).patients
    array([512, 513, 514])
    """

    index: int
    first: int
    count: int

    @property
    def patients(self) -> Ints:
        """Patient numbers of the block."""
        return np.arange(self.first, self.first + self.count, dtype=np.int64)


@dataclass(frozen=True)
class Task:
    """Blocks to be simulated together, and the arms in which they are missing: the unit of work."""

    blocks: tuple[Block, ...]
    arms: tuple[str, ...]

    @property
    def patients(self) -> Ints:
        """Patient numbers of all blocks."""
        return np.concatenate([block.patients for block in self.blocks])


@dataclass(frozen=True)
class Plan:
    """What is to be done.

    Parameters
    ----------
    patients : int
        Patients of the study, in all arms together if randomised, in each arm if twins.
    arms : tuple of str
        Arms that the folder will hold.
    tasks : tuple of Task
        Blocks that are missing, in batches.
    finished : int
        Blocks, counted per arm, that are there already.
    damaged : tuple of str
        Files found changed since they were written; their blocks are among the tasks.
    workers : int
        Processes that will share the work; 1 is this process alone.
    cost : Cost
        Estimate for the tasks.
    block_patients : int
        Patient numbers in a block.
    shards : Shards or None
        The shards that were asked for; tasks, finished and damaged blocks are of these alone.
    patients_in_shards : int
        Patients of these shards; all without shards.
    """

    patients: int
    arms: tuple[str, ...]
    tasks: tuple[Task, ...]
    finished: int
    damaged: tuple[str, ...]
    workers: int
    cost: Cost
    block_patients: int
    shards: Shards | None
    patients_in_shards: int


def blocks(patients: int, size: int = BLOCK_PATIENTS) -> tuple[Block, ...]:
    """The blocks of a run.

    Examples
    --------
    >>> [(block.first, block.count) for block in blocks(5000)]
    [(0, 2048), (2048, 2048), (4096, 904)]
    """
    starts = range(0, patients, size)
    return tuple(Block(k, first, min(size, patients - first)) for k, first in enumerate(starts))


def make_plan(
    store: Store | None,
    key: str,
    arms: Sequence[str],
    patients: int,
    *,
    workers: int | None = None,
    share_in_arm: float = 1.0,
    block_patients: int = BLOCK_PATIENTS,
    shards: Shards | None = None,
) -> Plan:
    """Compare what a run consists of with what a folder holds.

    Parameters
    ----------
    store : Store or None
        The folder; None plans a run from nothing.
    key : str
        What makes the run; a block made by anything else is refused.
    arms : sequence of str
        In the order of the study.
    patients : int
        Number of patients, 1 or more.
    workers : int, optional
        As asked for; by default one for small work, else one per core.
    share_in_arm : float
        Share of the patients who live in an arm, on average: 1 for twins.
    block_patients : int
        Patient numbers in a block.
    shards : Shards, optional
        Only these are planned.

    Raises
    ------
    RunError
        If the folder holds a block that another study, seed, version or set of parameters made.
    """
    missing: list[tuple[Block, tuple[str, ...]]] = []
    damaged, finished = list[str](), 0
    every = blocks(patients, block_patients)
    chosen = every if shards is None else shards.share(every)
    for block in chosen:
        states = {arm: _state(store, key, arm, block) if store else None for arm in arms}
        finished += sum(state == [] for state in states.values())
        damaged += [name for state in states.values() for name in state or []]
        lacking = tuple(arm for arm, state in states.items() if state != [])
        missing += [(block, lacking)] if lacking else []
    grown = sum(block.count for block, _ in missing)
    lives = sum(block.count * len(lacking) for block, lacking in missing) * share_in_arm
    count = worker_count(workers, len(missing), grown)
    tasks = batches(missing, count)
    cost = cost_of(grown, lives, len(tasks), count)
    here = sum(block.count for block in chosen)
    return Plan(patients, tuple(arms), tasks, finished, tuple(damaged), count, cost, block_patients, shards, here)


def _state(store: Store, key: str, arm: str, block: Block) -> list[str] | None:
    """None if the block is to be made, else the files of it that are damaged (none: it is done)."""
    record = read_record(store, arm, block.index)
    if record is None or record.patients != block.count:
        return None
    _refuse_other(record, key)
    return damaged_files(store, record)


def _refuse_other(record: BlockRecord, key: str) -> None:
    if record.key != key:
        raise RunError(
            "the folder holds blocks that another study, seed, version or set of parameters made",
            where=f"arm {record.arm}, block {record.block}",
            next_step="give another folder with --out",
        )


def batches(missing: Sequence[tuple[Block, tuple[str, ...]]], workers: int) -> tuple[Task, ...]:
    """Missing blocks in batches: large, but enough for all workers, and of blocks that lack the same arms.

    Examples
    --------
    >>> [len(task.blocks) for task in batches([(block, ("A",)) for block in blocks(10_000)], 2)]
    [2, 2, 1]
    """
    most = max(1, min(BATCH_BLOCKS, math.ceil(len(missing) / workers)))
    tasks: list[Task] = []
    for block, arms in missing:
        if tasks and tasks[-1].arms == arms and len(tasks[-1].blocks) < most:
            tasks[-1] = Task((*tasks[-1].blocks, block), arms)
        else:
            tasks.append(Task((block,), arms))
    return tuple(tasks)


def worker_count(asked: int | None, missing: int, patients: int) -> int:
    """Processes to use: as asked, else one for small work and one per core for more; never more than blocks.

    Parameters
    ----------
    asked : int or None
        By the user.
    missing, patients : int
        Blocks to be made and patients in them.

    Raises
    ------
    RunError
        If fewer than one is asked for.

    Examples
    --------
    >>> worker_count(None, 2, 834), worker_count(3, 2, 834)
    (1, 2)
    """
    if asked is not None and asked < 1:
        raise RunError("no work without a worker", where="--workers", found=str(asked), allowed="1 or more")
    wanted = (1 if patients <= SERIAL_PATIENTS else available_cores()) if asked is None else asked
    return max(1, min(wanted, missing))


def available_cores(quota: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Cores that this process may use: those it may run on, or fewer where a container has a quota of time.

    Parameters
    ----------
    quota : Path
        Microseconds allowed in a period of so many (Linux control groups, version 2), or "max".
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        allowed, period = quota.read_text().split()
        return max(1, min(cores, math.ceil(int(allowed) / int(period))))
    except (OSError, ValueError):
        return cores
