"""Rates behind `remission plan`: processor time and disk per patient by batch size, and what workers gain.

    python benchmarks/run/rates.py [PATIENTS]

The batch sizes are interleaved in one process; the constants of ``remission/run/cost.py`` come from here.
"""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from remission.clinic import simulate_block
from remission.run.execute import execute
from remission.study import load_definition

ARMS = ("pembrolizumab", "ipilimumab")
BATCHES = (512, 1024, 2048, 4096, 8192)


def batch_rates() -> None:
    """Processor milliseconds per patient when so many are simulated together."""
    study = load_definition("keynote-006")
    simulate_block(study, seed=1, patients=np.arange(16), arms=ARMS)
    for size in BATCHES:
        began = time.process_time()
        simulate_block(study, seed=1, patients=np.arange(size), arms=ARMS)
        print(f"  {size:6d} patients together: {1e3 * (time.process_time() - began) / size:.2f} ms CPU each")


def run_rates(patients: int, workers: int) -> None:
    """Wall-clock time, disk and memory of a whole run."""
    study, folder = load_definition("keynote-006"), Path(tempfile.mkdtemp())
    began = time.perf_counter()
    run = execute(study, out=folder / "run", patients=patients, workers=workers)
    seconds = time.perf_counter() - began
    size = sum(entry.bytes for entry in run.files.values())
    shutil.rmtree(folder)
    memory = [resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(
        f"  {patients} patients, {workers} worker(s): {seconds:.1f} s, {size / patients:.0f} bytes each; "
        f"largest process {max(memory):.0f} MB"
    )


def main() -> None:
    """Batches, then runs on one and two workers."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 8192
    batch_rates()
    for workers in (1, 2):
        run_rates(patients, workers)


if __name__ == "__main__":
    main()
