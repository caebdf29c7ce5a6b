"""What care costs: checks, checksums, hashes, syncs, records; against simulating and against plain writing.

All in one process and interleaved, so that the ratios hold on a busy machine:

    python benchmarks/run/overhead.py [PATIENTS] [ROUNDS]

``plain``: the same blocks as zstd Parquet through pyarrow's defaults, no checksums, no sync. ``careful``: all
that a run does, from checks of the tables to the manifest, without ``summary``, the statistics at the end.
``verify``: the same command again on the finished folder.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from remission.clinic import simulate_block
from remission.run.execute import execute
from remission.run.plan import Block, blocks
from remission.run.summary import summarise
from remission.run.work import rows_of
from remission.study import load_definition

ARMS = ("pembrolizumab", "ipilimumab")


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Result, wall-clock and processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def write_plain(folder: Path, patients: int, lives: dict[str, dict[str, Any]]) -> None:
    """The same files without any care."""
    for block in blocks(patients):
        for arm, tables in lives.items():
            for name, table in tables.items():
                place = folder / name / arm
                place.mkdir(parents=True, exist_ok=True)
                pq.write_table(rows_of(table, block), place / f"{block.index:05d}.parquet", compression="zstd")


def one_round(patients: int) -> dict[str, tuple[float, float]]:
    """Seconds (wall, processor) of each part."""
    study = load_definition("keynote-006")
    folder = Path(tempfile.mkdtemp())
    numbers = np.arange(patients)
    lives, *simulated = timed(lambda: simulate_block(study, seed=1, patients=numbers, arms=ARMS))
    _, *plain = timed(lambda: write_plain(folder / "plain", patients, lives))

    def known(*_: Any, patients: np.ndarray, **__: Any) -> dict[str, dict[str, Any]]:
        block = Block(0, int(patients[0]), len(patients))
        return {arm: {name: rows_of(table, block) for name, table in lives[arm].items()} for arm in lives}

    def run() -> Any:
        return execute(study, out=folder / "run", patients=patients, workers=1, simulate=known)

    finished, *whole = timed(run)
    _, *summary = timed(lambda: summarise(finished, study))
    _, *again = timed(run)
    shutil.rmtree(folder)
    careful = [all_of_it - part for all_of_it, part in zip(whole, summary, strict=True)]
    parts = {"simulate": simulated, "plain": plain, "careful": careful, "summary": summary, "verify": again}
    return {name: (seconds[0], seconds[1]) for name, seconds in parts.items()}


def main() -> None:
    """Medians over rounds, and their ratios."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    one_round(64)  # compile and import
    measured = [one_round(patients) for _ in range(rounds)]
    print(f"{patients} patients, median of {rounds}      wall s   cpu s")
    middle = {name: [median(part[name][k] for part in measured) for k in (0, 1)] for name in measured[0]}
    for name, (wall, cpu) in middle.items():
        print(f"  {name:32s} {wall:8.3f} {cpu:8.3f}")
    for label, above, below in (
        ("careful / simulate", "careful", "simulate"),
        ("plain / simulate", "plain", "simulate"),
        ("careful / plain", "careful", "plain"),
        ("verify / simulate", "verify", "simulate"),
    ):
        ratios = [middle[above][k] / middle[below][k] for k in (0, 1)]
        print(f"  {label:32s} {ratios[0]:8.3f} {ratios[1]:8.3f}")
    excess = [(middle["careful"][k] - middle["plain"][k]) / middle["simulate"][k] for k in (0, 1)]
    print(f"  {'(careful - plain) / simulate':32s} {excess[0]:8.3f} {excess[1]:8.3f}")


if __name__ == "__main__":
    main()
