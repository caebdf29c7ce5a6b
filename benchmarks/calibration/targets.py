"""What the rows of a validation cost against simulating the trial that they are computed from.

    python benchmarks/calibration/targets.py [--rounds 5]

Both in the same process, in turn; medians. A row is one published number with its interval: curve, median, share or
hazard ratio. A search for parameters computes all of them at every step, so they must cost little beside the patients.
"""

from __future__ import annotations

import argparse
from statistics import median
from time import perf_counter

from remission.calibration.targets import targets_of
from remission.calibration.virtual_trial import simulate_trial, target_outcome
from remission.study import load_definition


def main() -> None:
    """Time both and print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    study = load_definition("keynote-006")
    targets = targets_of([study])
    simulating, computing = [], []
    for seed in range(rounds + 1):
        start = perf_counter()
        trial = simulate_trial(study, seed)
        between = perf_counter()
        for target in targets:
            target_outcome(target, {study.name: trial})
        simulating.append(between - start)
        computing.append(perf_counter() - between)
    simulated, computed = median(simulating[1:]), median(computing[1:])  # the first compiles the mechanism
    print(f"{study.patients} patients simulated   {1e3 * simulated:8.1f} ms")
    print(
        f"{len(targets)} rows computed          {1e3 * computed:8.1f} ms, {1e3 * computed / len(targets):.2f} ms each"
    )
    print(f"rows over patients        {computed / simulated:8.3f}")


if __name__ == "__main__":
    main()
