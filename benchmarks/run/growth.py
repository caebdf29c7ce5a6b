"""Time, disk and memory of a run and of its report by number of patients, and the figure of them.

    python benchmarks/run/growth.py [--most 100000] [--out FOLDER] [--figure docs/figures/run-growth.svg]

keynote-006 over 60 months in all its arms, two workers, every table written, from 1,000 patients upward. Processor
seconds are those of the whole process tree; on a quiet machine of two cores a run takes about half of them. With
``--figure`` the numbers are drawn, and beside the figure written as CSV. ``--most 1000000`` takes a quarter of an hour.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from tree import measure

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
ARMS = ("--arm", "no drug")
COLUMNS = ("patients", "run_cpu_s", "run_wall_s", "run_peak_MB", "report_cpu_s", "report_peak_MB", "disk_MB")


def one_size(patients: int, place: Path) -> dict[str, float]:
    """A run of so many patients, and its report."""
    remission = [sys.executable, "-m", "remission.cli"]
    asked = ["--patients", str(patients), "--workers", "2", "--out", str(place), "--no-report", *ARMS]
    run = measure([*remission, "run", "keynote-006", *asked])
    disk = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    report = measure([*remission, "report", str(place)])
    shutil.rmtree(place)
    numbers = (run.cpu_s, run.wall_s, run.peak_bytes / 1e6, report.cpu_s, report.peak_bytes / 1e6, disk / 1e6)
    return dict(zip(COLUMNS, (patients, *(round(number, 1) for number in numbers)), strict=True))


def draw(rows: list[dict[str, float]], path: Path) -> None:
    """Processor time, disk and memory against patients, beside a line of growth one to one."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.2), layout="constrained")
    panels: Any = figure.subplots(1, 3)
    sizes = [row["patients"] for row in rows]
    drawn = (
        ("processor seconds", (("run_cpu_s", "run"), ("report_cpu_s", "report"))),
        ("disk, MB", (("disk_MB", "tables"),)),
        ("memory of all processes, MB", (("run_peak_MB", "run, two workers"), ("report_peak_MB", "report"))),
    )
    for axes, (title, lines) in zip(panels, drawn, strict=True):
        for column, label in lines:
            axes.loglog(sizes, [row[column] for row in rows], "o-", label=label, markersize=4)
        if "memory" in title:
            axes.set_yscale("linear")
            axes.set_ylim(bottom=0)
        else:
            last = rows[-1][lines[0][0]]
            axes.loglog(sizes, [last * size / sizes[-1] for size in sizes], ":", color="gray", label="one to one")
        axes.set(title=title, xlabel="patients")
        axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--figure", type=Path)
    asked = parser.parse_args()
    rows = []
    print("  ".join(f"{column:>14s}" for column in COLUMNS))
    with tempfile.TemporaryDirectory(dir=asked.out) as place:
        for size in [size for size in SIZES if size <= asked.most]:
            rows.append(one_size(size, Path(place) / "run"))
            print("  ".join(f"{value:14,.1f}" for value in rows[-1].values()), flush=True)
    if asked.figure:
        draw(rows, asked.figure)
        with open(asked.figure.with_suffix(".csv"), "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
