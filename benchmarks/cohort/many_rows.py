"""Time and memory of reading, checking and judging many rows: ``python benchmarks/cohort/many_rows.py ROWS``.

A CSV file of lesions is written into a temporary folder: patients with two lesions and ten scans each.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import csv

from remission.cohort import import_files

SCANS, LESIONS = 10, 2


def write_rows(path: Path, rows: int) -> None:
    """A table of so many rows, with sizes that fall and rise again."""
    patients = rows // (SCANS * LESIONS)
    scan = np.tile(np.repeat(np.arange(SCANS), LESIONS), patients)
    patient = np.repeat(np.arange(patients), SCANS * LESIONS)
    size = np.round(20 + (patient % 30) - 2.5 * scan + 0.35 * scan**2, 1).clip(0)
    columns = {
        "patient": pa.array([f"P{number:07d}" for number in range(patients)]).take(pa.array(patient)),
        "day": scan * 63.0,
        "lesion": np.tile(np.arange(LESIONS), patients * SCANS),
        "diameter_mm": size,
    }
    csv.write_csv(pa.table(columns), path)


def main(rows: int) -> None:
    """Write the file, import it, print seconds and the largest memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lesions.csv"
        write_rows(path, rows)
        size, before = path.stat().st_size / 1e6, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        wall, cpu = time.perf_counter(), time.process_time()
        import_files(path, Path(folder) / "run")
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{rows:,} rows, {size:.0f} MB: {wall:.1f} s wall, {cpu:.1f} s CPU")
    print(f"largest memory {memory:.2f} GB, {before:.2f} GB of it before the import")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
