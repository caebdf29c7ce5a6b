"""CPU time to judge 1,000,000 visits, as a ratio against plain Python patient by patient in the same run.

    python benchmarks/response/time_responses.py [--visits 1000000] [--repeats 3]

The peer is the oracle of the tests (tests/response/response_twin.py), timed on part of the patients; its
responses and those of the table are compared.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa

from remission.response import Scan, assess, assess_table, begin

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "response"))
from response_twin import twin

SCANS = 10
PEER_PATIENTS = 500


def measurements(patients: int) -> pa.Table:
    """Three targets, a non-target and here and there a new lesion, scanned every six weeks."""
    draw = np.random.default_rng(20)
    shape = (patients, SCANS + 1, 4)
    sizes = np.round(draw.uniform(10, 60, (patients, 1, 4)) * np.exp(np.cumsum(draw.normal(0, 0.15, shape), 1)), 1)
    patient, scan, lesion = (axis.ravel() for axis in np.indices(shape))
    nontarget = lesion == 3
    status = np.where(nontarget, np.where(draw.random(nontarget.size) < 0.02, 2, 1), 0)
    status[scan == 0] = nontarget[scan == 0]
    words = pa.DictionaryArray.from_arrays(status, ["", "present", "unequivocal progression"])
    roles = pa.DictionaryArray.from_arrays(nontarget.astype(np.int8), ["target", "non-target"])
    organs = pa.DictionaryArray.from_arrays(lesion, ["lung", "liver", "brain", "bone"])
    return pa.table(
        {
            "patient": patient,
            "time_day": 42.0 * scan,
            "lesion": lesion,
            "organ": organs,
            "role": roles,
            "diameter_mm": np.where(nontarget, np.nan, sizes.ravel()),
            "status": words,
        }
    )


def time_table(table: pa.Table) -> tuple[float, np.ndarray]:
    """CPU seconds for the table face, and its responses."""
    start = time.process_time()
    tables = assess_table(table)
    return time.process_time() - start, tables.visits["response"]


def time_steps(patients: int) -> float:
    """CPU seconds for the step face: all patients at once, scan by scan."""
    draw = np.random.default_rng(21)
    state = begin(draw.uniform(20, 200, patients), True, True)
    sums = state.baseline_sum_mm * np.exp(np.cumsum(draw.normal(0, 0.15, (SCANS, patients)), 0))
    start = time.process_time()
    for scan, sum_mm in enumerate(sums, 1):
        state, _ = assess(state, Scan(42.0 * scan, sum_mm, False, False, False, False, True))
    return time.process_time() - start


def time_peer(table: pa.Table) -> tuple[float, list[str]]:
    """CPU seconds for plain Python on the first patients, its rows made beforehand, and its responses."""
    rows = table.slice(0, PEER_PATIENTS * (SCANS + 1) * 4).to_pylist()
    for row in rows:
        size = row["diameter_mm"]
        row["diameter_mm"] = None if size is None or np.isnan(size) else size
    courses = [rows[at : at + (SCANS + 1) * 4] for at in range(0, len(rows), (SCANS + 1) * 4)]
    start = time.process_time()
    words = [visit["response"] for course in courses for visit in twin(course)[0]]
    return time.process_time() - start, words


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    patients = options.visits // SCANS
    table = measurements(patients)
    peer_s, words = time_peer(table)
    runs = [time_table(table) for _ in range(options.repeats)]
    table_s, codes = median(seconds for seconds, _ in runs), runs[0][1]
    steps_s = median(time_steps(patients) for _ in range(options.repeats))
    from remission.response import response_names

    same = response_names(codes[: len(words)]).tolist() == words
    visits = patients * SCANS
    per_visit = peer_s / len(words)
    print(f"{visits} visits of {patients} patients; the first {len(words)} responses equal the peer's: {same}")
    print(f"plain Python, per patient  {1e6 * per_visit:10.2f} us a visit")
    print(f"assess_table               {1e6 * table_s / visits:10.2f} us a visit, {table_s:.2f} s in all")
    print(f"assess, scan by scan       {1e6 * steps_s / visits:10.2f} us a visit, {steps_s:.2f} s in all")
    print(f"ratio, table               {per_visit * visits / table_s:10.1f}")
    print(f"ratio, steps               {per_visit * visits / steps_s:10.1f}")


if __name__ == "__main__":
    main()
