"""What a run will take: time, memory, disk. Estimates from measured rates, said before anything starts."""

from __future__ import annotations

from dataclasses import dataclass

from remission.errors import RunError
from remission.run.store import Store

# Measured with benchmarks/run/rates.py (keynote-006 over 60 months, 2 cores of an AMD EPYC, one process).
SECONDS_TO_START = 3.0
SECONDS_PER_PATIENT = 0.002
SECONDS_PER_LIFE = 0.003  # a life: one patient in one arm
BYTES_PER_LIFE = 6_000
BYTES_PER_PROCESS = 400_000_000
DISK_MARGIN = 1.2


@dataclass(frozen=True)
class Cost:
    """Estimate of what work will take.

    Parameters
    ----------
    seconds, memory_bytes, disk_bytes : float
        Wall-clock time, memory of all processes together, room on disk.
    """

    seconds: float
    memory_bytes: float
    disk_bytes: float


def cost_of(grown: int, lives: float, workers: int) -> Cost:
    """Cost of growing patients to diagnosis and simulating their lives in arms.

    Examples
    --------
    >>> cost_of(0, 0, 1).disk_bytes
    0
    """
    work = grown * SECONDS_PER_PATIENT + lives * SECONDS_PER_LIFE
    processes = workers + (workers > 1)
    return Cost(
        SECONDS_TO_START * bool(grown) + work / workers, processes * BYTES_PER_PROCESS, lives * BYTES_PER_LIFE
    )


def check_room(store: Store, cost: Cost) -> None:
    """Refuse to start what the disk cannot hold.

    Raises
    ------
    RunError
        If the free room is less than the estimate with a margin.
    """
    free, needed = store.free_bytes(), cost.disk_bytes * DISK_MARGIN
    if free is not None and free < needed:
        raise RunError(
            "the disk has too little room for the run",
            where="--out",
            found=f"{free / 1e6:,.0f} MB free",
            allowed=f"about {needed / 1e6:,.0f} MB",
            next_step="free some room, give another folder with --out, or ask for fewer patients",
        )
