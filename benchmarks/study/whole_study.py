"""How long the main job takes, as a user meets it: whole commands, in fresh processes.

    python benchmarks/study/whole_study.py [--patients 100000] [--runs 3]

Prints the median over runs of `remission --help`, of `remission run keynote-006` the first time on a machine
(an empty cache of machine code) and after that, then one large run, the report on it, and the memory of the
largest process. Ratios are to the time that this Python takes to start and import NumPy in the same run, so
that figures of different machines can be compared.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REMISSION = Path(sys.executable).with_name("remission")


def seconds(command: list[str], environment: dict[str, str] | None = None) -> float:
    """Wall seconds of a command; its output is dropped."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **(environment or {})})
    return time.perf_counter() - begun


def median(runs: int, command: list[str], *, out: Path | None = None, cold: bool = False) -> float:
    """Median over runs, each into an empty folder; a cold run has an empty cache too."""
    times = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as cache:
            if out is not None:
                shutil.rmtree(out, ignore_errors=True)
            times.append(seconds(command, {"REMISSION_CACHE": cache} if cold else None))
    return statistics.median(times)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    unit = median(options.runs, [sys.executable, "-c", "import numpy"])
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        run = [str(REMISSION), "run", "keynote-006", "--out", str(out)]
        rows = [
            ("import numpy (the unit)", unit),
            ("remission --help", median(options.runs, [str(REMISSION), "--help"])),
            ("run keynote-006, first time", median(options.runs, run, out=out, cold=True)),
            ("run keynote-006, after that", median(options.runs, run, out=out)),
        ]
        shutil.rmtree(out)
        many = [*run, "--patients", str(options.patients)]
        rows.append((f"{options.patients:,} patients, no report", seconds([*many, "--no-report"])))
        rows.append(("the report on them", seconds([str(REMISSION), "report", str(out)])))
        size = sum(file.stat().st_size for file in out.rglob("*.parquet"))
    print(f"{'':32s} {'ratio':>8s} {'seconds':>9s}")
    for label, value in rows:
        print(f"{label:32s} {value / unit:8.1f} {value:9.2f}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"largest process {peak:,.0f} MiB; tables {size / 2**20:,.0f} MiB")


if __name__ == "__main__":
    main()
