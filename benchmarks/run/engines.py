"""Two workers against one, and a local Dask cluster against plain processes: the same run, interleaved.

    python benchmarks/run/engines.py [PATIENTS] [ROUNDS]

Wall-clock times mean something on a quiet machine only: while others use the cores, two workers cannot be faster than
one. So the ratio of processor seconds is printed too: what further processes cost beyond the work itself. The start of
the Dask cluster is not counted (a cluster is there already); the start of plain workers is.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from tree import measure


def command(patients: int, *further: str) -> Callable[[Path], tuple[float, float]]:
    """A run as a command; wall-clock and processor seconds of its process tree."""

    def go(place: Path) -> tuple[float, float]:
        asked = ["--patients", str(patients), "--out", str(place), "--no-report", *further]
        took = measure([sys.executable, "-m", "remission.cli", "run", "keynote-006", *asked])
        return took.wall_s, took.cpu_s

    return go


def on_cluster(patients: int, cluster: Any) -> Callable[[Path], tuple[float, float]]:
    """A run on a cluster; the processor seconds of its workers count."""
    plain = command(patients, "--cluster", cluster.scheduler_address)

    def spent() -> float:
        from distributed import Client

        with Client(cluster, set_as_default=False) as client:
            return sum(client.run(time.process_time).values())

    def go(place: Path) -> tuple[float, float]:
        before = spent()
        wall, cpu = plain(place)
        return wall, cpu + spent() - before

    return go


def main() -> None:
    """Medians over rounds, and their ratios."""
    from distributed import LocalCluster

    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    place = Path(tempfile.mkdtemp())
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster:
        engines = {
            "one worker": command(patients, "--workers", "1"),
            "two workers": command(patients, "--workers", "2"),
            "Dask, two workers": on_cluster(patients, cluster),
        }
        on_cluster(2048, cluster)(place / "first")  # compile and import
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in engines}
        for number in range(rounds):
            for name, engine in engines.items():
                times[name].append(engine(place / f"{name}-{number}"))
                shutil.rmtree(place / f"{name}-{number}")
    shutil.rmtree(place)
    middle = {name: [median(one[k] for one in each) for k in (0, 1)] for name, each in times.items()}
    print(f"{patients} patients, median of {rounds}, load {os.getloadavg()[0]:.1f}   wall s    cpu s")
    for name, (wall, cpu) in middle.items():
        print(f"  {name:32s} {wall:8.1f} {cpu:8.1f}")
    one, two, dask = middle.values()
    faster, dearer = one[0] / two[0], two[1] / one[1]
    print(f"  two workers: {faster:.2f} times as fast as one, {dearer:.2f} times its processor time")
    slower, dearer = (dask[k] / two[k] for k in (0, 1))
    print(f"  Dask: {slower:.2f} times the time of plain processes, {dearer:.2f} times their processor time")


if __name__ == "__main__":
    main()
