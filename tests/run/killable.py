"""A run in a process of its own, to be killed: ``python killable.py OUT WORKERS PATIENTS [PAUSE]``."""

from __future__ import annotations

import sys

from fake_clinic import FakeStudy, simulate

from remission.run.execute import execute

if __name__ == "__main__":
    out, workers, patients = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    pause_s = float(sys.argv[4]) if len(sys.argv) > 4 else 0.04
    execute(
        FakeStudy(patients=patients, pause_s=pause_s),
        out=out,
        workers=workers,
        simulate=simulate,
        parameters_hash="p",
        block_patients=64,
        progress=lambda step: print(step.done, flush=True),
    )
