"""Log-rank tests of the same simulated trials by lifelines, one by one, and here, all at once: trials a second."""

from __future__ import annotations

import time

import numpy as np
from lifelines.statistics import logrank_test

from remission.trial.benchmark import benchmark_scenario
from remission.trial.cut import calendar_of_events, cut, times_of_looks
from remission.trial.evaluate import evaluate
from remission.trial.looks import Look
from remission.trial.randomness import block_generator
from remission.trial.source import HazardSource
from remission.trial.statistic import WeightedLogRank

TRIALS = 128


def main() -> None:
    """Print both rates, their ratio, and how far the statistics differ."""
    source = HazardSource(benchmark_scenario())
    patients = source.draw(block_generator(1, 0), TRIALS)
    calendar = calendar_of_events(patients)
    seen = cut(patients, calendar, times_of_looks(patients, calendar, [Look(events=300)]).time[:, 0])
    evaluate(patients, seen, 1, [WeightedLogRank()], estimates=False)
    start = time.process_time()
    ours = evaluate(patients, seen, 1, [WeightedLogRank()], estimates=False).z[:, 0]
    here = TRIALS / (time.process_time() - start)
    start = time.process_time()
    theirs = [_lifelines(seen.time[k], seen.event[k], patients.treated[k] == 1) for k in range(TRIALS)]
    there = TRIALS / (time.process_time() - start)
    gap = np.abs(ours**2 - np.array(theirs)).max()
    print(
        f"lifelines {there:.0f}, here {here:.0f}, ratio {here / there:.0f}; largest difference of chi-square {gap:.1e}"
    )


def _lifelines(when: np.ndarray, event: np.ndarray, treated: np.ndarray) -> float:
    test = logrank_test(when[treated], when[~treated], event[treated], event[~treated])
    return float(test.test_statistic)


if __name__ == "__main__":
    main()
