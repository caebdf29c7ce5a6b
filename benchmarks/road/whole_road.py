"""How long the road of the brief takes: every variant of melanoma-2017 and lung-2017, as whole commands.

    python benchmarks/road/whole_road.py [--patients 2000] [--runs 3]

The peer is `remission run keynote-006` with as many patients in the same run. A road puts each of them in several
variants over ten years and through several lines, so the table also gives the years that are simulated in a second.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.compute as pc

from remission.run import RunFolder
from remission.units import DAYS_PER_YEAR

REMISSION = Path(sys.executable).with_name("remission")
STUDIES = ("keynote-006", "melanoma-2017", "lung-2017")


def seconds(study: str, patients: int, out: Path) -> float:
    """Wall seconds of a run without its report, into an empty folder."""
    shutil.rmtree(out, ignore_errors=True)
    command = [str(REMISSION), "run", study, "--patients", str(patients), "--out", str(out), "--no-report"]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def years(out: Path) -> float:
    """Years lived in all arms of a run."""
    table = RunFolder.open(out).table("patients", columns=["os_day"])
    return pc.sum(table["os_day"]).as_py() / DAYS_PER_YEAR


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print(f"{'':16s} {'ratio':>7s} {'seconds':>9s} {'years lived':>12s} {'a second':>10s}")
    peer = 0.0
    with tempfile.TemporaryDirectory() as folder:
        for study in STUDIES:
            out = Path(folder) / study
            taken = statistics.median(seconds(study, options.patients, out) for _ in range(options.runs))
            peer = peer or taken
            lived = years(out)
            print(f"{study:16s} {taken / peer:7.1f} {taken:9.2f} {lived:12,.0f} {lived / taken:10,.0f}")


if __name__ == "__main__":
    main()
