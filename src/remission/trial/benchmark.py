"""How many trials a second one thread simulates, in the scenario of the documentation."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from remission.statistics.weights import FlemingHarrington
from remission.trial.hazard import Accrual, Hazard
from remission.trial.looks import Look
from remission.trial.scenario import Scenario
from remission.trial.simulate import simulate
from remission.trial.source import HazardSource
from remission.trial.statistic import MaxCombo, RestrictedMean, Statistic, WeightedLogRank

# Trials a second that the project asks for, and aims at.
GOALS = {
    "weighted log-rank, one look": (20_000, 30_000),
    "log-rank, three looks": (12_000, 20_000),
    "whole battery": (5_000, 10_000),
}


def benchmark_scenario() -> Scenario:
    """500 patients in 12 months, control median 12, hazard ratio 1 for 3 months then 0.6, dropout 0.001.

    Examples
    --------
    >>> benchmark_scenario().accrual.patients
    500.0
    """
    late = Hazard((1.0, 0.6), (3.0,))
    control = Hazard.from_median(12.0)
    return Scenario.two_arms(Accrual.uniform(500, 12.0), control, hazard_ratio=late, dropout=0.001)


def benchmark_trials(trials: int = 2048, rounds: int = 9) -> list[dict[str, Any]]:
    """Trials a second of each kind of simulation: the best of several rounds, and their median.

    Time is that of the processor, so that other work on the machine counts as little as can be.

    Examples
    --------
    >>> [row["goal"] for row in benchmark_trials(64, rounds=1)]
    [20000, 12000, 5000]
    """
    late, last = WeightedLogRank(FlemingHarrington(0, 0.5)), Look(events=300)
    battery = (
        WeightedLogRank(), late, WeightedLogRank(FlemingHarrington(0, 1)), MaxCombo(), RestrictedMean(18.0),
    )  # fmt: skip
    kinds: dict[str, tuple[Sequence[Look], Sequence[Statistic]]] = {
        "weighted log-rank, one look": ([last], [late]),
        "log-rank, three looks": ([Look(events=100), Look(events=200), last], [WeightedLogRank()]),
        "whole battery": ([last], battery),
    }
    return [_measured(name, *kind, trials, rounds) for name, kind in kinds.items()]


def _measured(
    name: str, looks: Sequence[Look], statistics: Sequence[Statistic], trials: int, rounds: int
) -> dict[str, Any]:
    source = HazardSource(benchmark_scenario())
    simulate(source, looks, statistics, 64, estimates=False)
    rates = []
    for seed in range(rounds):
        start = time.process_time()
        found = simulate(source, looks, statistics, trials, seed, estimates=False)
        rates.append(trials / (time.process_time() - start))
    goal, aim = GOALS[name]
    rate = {"trials_per_second": round(max(rates)), "median": round(float(np.median(rates)))}
    made = {"trials": trials, "rounds": rounds, "not_computed": int(found.failed.sum())}
    return {"work": name, **rate, "goal": goal, "aim": aim, **made, "processor": platform.processor()}
