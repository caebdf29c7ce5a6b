"""How long a change takes to show, 20,000 patients to come in, and what memory 200 changes take.

python benchmarks/web/explore.py [CHANGES] [PATIENTS]     20 changes and 20,000 patients by default

The peer of the first view is the simulation alone: `simulate_block` of the same 256 patients in a warm process.
Linux only: memory and processor seconds are read from /proc.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from remission.clinic import simulate_block
from remission.web.jobs import FIRST_PATIENTS, Job, Jobs
from remission.web.places import Places
from remission.web.setting import Asked
from remission.web.study_text import study_of
from remission.web.workers import Workers

ARMS = ("pembrolizumab", "ipilimumab")
TICKS = os.sysconf("SC_CLK_TCK")


def asked(months: float, patients: int) -> Asked:
    """A setting like no other: its stop is at a month of its own."""
    setting = {"study": "keynote-006", "arms": ARMS, "stop": {"kind": "time", "months": months}}
    return Asked.model_validate({"setting": setting, "patients": patients, "tab": "benchmark"})


def family() -> list[int]:
    """This process and its children."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    return [os.getpid(), *map(int, children)]


def used() -> tuple[float, float]:
    """Processor seconds and megabytes of the family."""
    seconds = memory = 0.0
    for number in family():
        fields = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()
        seconds += (int(fields[11]) + int(fields[12])) / TICKS
        memory += int(fields[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return seconds, memory


def wait(job: Job, true: Any) -> float:
    """Seconds until something is true of a job."""
    begun = time.perf_counter()
    while not true(job) and not job.ended:
        job.heard = time.monotonic()
        time.sleep(0.01)
    assert job.state != "failed", job.problems
    return time.perf_counter() - begun


def peer() -> tuple[float, float]:
    """Wall and processor seconds of the simulation alone."""
    study = replace(study_of(asked(12, FIRST_PATIENTS).setting, FIRST_PATIENTS))
    begun, spent = time.perf_counter(), time.process_time()
    simulate_block(study, seed=study.seed, patients=np.arange(FIRST_PATIENTS), arms=ARMS)
    return time.perf_counter() - begun, time.process_time() - spent


def main(changes: int = 20, patients: int = 20_000) -> None:
    """Measure and print."""
    peer()
    with tempfile.TemporaryDirectory() as folder:
        jobs = Jobs(Places(Path(folder)), Workers())
        jobs.workers.start()
        wait(jobs.ask(asked(1, 1)), lambda job: job.ended)
        walls, alone, memory = [], [], []
        start, _ = used()
        for change in range(changes):
            job = jobs.ask(asked(2 + change / 10, FIRST_PATIENTS))
            walls.append(wait(job, lambda job: job.view is not None))
            wait(job, lambda job: job.ended)
            alone.append(peer()[0])
            memory.append(used()[1])
        spent = (used()[0] - start) / changes
        print(f"first view after a change    median {statistics.median(walls):.2f} s, longest {max(walls):.2f} s")
        print(f"the same patients, simulated alone  {statistics.median(alone):.2f} s")
        print(f"ratio                        {statistics.median(walls) / statistics.median(alone):.2f}")
        print(
            f"processor seconds a change   {spent:.2f}, with the run folder of {FIRST_PATIENTS} patients and the peer"
        )
        quarter = max(1, changes // 4)
        early, late = memory[quarter - 1], memory[-1]
        print(f"memory of all processes      {early:.0f} MB after {quarter} changes, {late:.0f} MB after {changes}")
        start, _ = used()
        job = jobs.ask(asked(59, patients))
        wall = wait(job, lambda job: job.ended)
        print(f"{patients} patients, both arms   {wall:.1f} s, {used()[0] - start:.1f} processor seconds")
        jobs.workers.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
