"""What a run will take: time, memory, disk. Estimates from measured rates, said before anything starts."""

from __future__ import annotations

from dataclasses import dataclass

from remission.errors import RunError
from remission.run.store import Store

# Measured with benchmarks/run/rates.py: keynote-006 over 60 months, one process on one core of an AMD EPYC.
SECONDS_TO_START = 1.5
SECONDS_PER_BATCH = 0.4
SECONDS_PER_PATIENT = 0.0001
SECONDS_PER_LIFE = 0.0005  # a life: one patient in one arm
BYTES_PER_LIFE = 1_300
BYTES_PER_PROCESS = 350_000_000
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


def cost_of(patients: int, lives: float, batches: int, workers: int) -> Cost:
    """Cost of growing patients to diagnosis and simulating their lives in arms.

    Parameters
    ----------
    patients : int
        Patients to be grown.
    lives : float
        Patients, counted in each arm in which they live.
    batches : int
        Calls of the simulation.
    workers : int
        Processes that share the work.

    Examples
    --------
    >>> cost_of(0, 0, 0, 1).disk_bytes
    0
    """
    work = batches * SECONDS_PER_BATCH + patients * SECONDS_PER_PATIENT + lives * SECONDS_PER_LIFE
    start = SECONDS_TO_START * (1 + (workers > 1)) if patients else 0.0
    processes = workers + (workers > 1)
    return Cost(start + work / workers, processes * BYTES_PER_PROCESS, lives * BYTES_PER_LIFE)


def _bytes_text(count: float) -> str:
    """Bytes in a unit in which they are not 0.

    Examples
    --------
    >>> _bytes_text(12_300), _bytes_text(12_300_000)
    ('12 kB', '12 MB')
    """
    return f"{count / 1e3:,.0f} kB" if count < 1e7 else f"{count / 1e6:,.0f} MB"


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
            found=f"{_bytes_text(free)} free",
            allowed=f"about {_bytes_text(needed)}",
            next_step="free some room, give another folder with --out, or ask for fewer patients",
        )
