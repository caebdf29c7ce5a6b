"""Milliseconds of design calls: medians of processor time, one thread.

python benchmarks/trial/design_calls.py
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from remission.statistics.weights import FlemingHarrington
from remission.trial.benchmark import benchmark_scenario
from remission.trial.expectation import at_risk
from remission.trial.looks import Look
from remission.trial.max_combo import max_combo_looks, max_combo_looks_size, max_combo_size
from remission.trial.power import power, size
from remission.trial.scenario import Scenario
from remission.trial.statistic import RestrictedMean, WeightedLogRank
from remission.units import DAYS_PER_MONTH

THREE = [Look(time=18.0), Look(time=26.0), Look(time=36.0)]
LATE, MARGIN = WeightedLogRank(FlemingHarrington(0, 0.5)), WeightedLogRank(margin=1.25)


def calls(scenario: Scenario) -> dict[str, Callable[[], object]]:
    """The calls, by name."""
    at_visits = replace(scenario, visits=tuple(12 * 7 / DAYS_PER_MONTH * k for k in range(1, 20)))
    return {
        "power, log-rank, one look": lambda: power(scenario, [Look(time=36.0)]),
        "size, log-rank, one look": lambda: size(scenario, [Look(time=36.0)]),
        "size, FH(0, 0.5), one look": lambda: size(scenario, [Look(time=36.0)], LATE),
        "size, RMST to 24, one look": lambda: size(scenario, [Look(time=36.0)], RestrictedMean(24.0)),
        "size, log-rank, three looks": lambda: size(scenario, THREE),
        "size, FH(0, 0.5), three looks": lambda: size(scenario, THREE, LATE),
        "size, MaxCombo, one look": lambda: max_combo_size(scenario, 36.0),
        "power, MaxCombo, three looks": lambda: max_combo_looks(scenario, [18.0, 26.0, 36.0]),
        "size, MaxCombo, three looks": lambda: max_combo_looks_size(scenario, [18.0, 26.0, 36.0]),
        "power, log-rank against a margin, visits every 12 weeks": lambda: power(at_visits, [Look(time=36.0)], MARGIN),
        "size, log-rank against a margin, visits every 12 weeks": lambda: size(at_visits, [Look(time=36.0)], MARGIN),
    }


def main() -> None:
    """Print the table; what is kept from call to call is forgotten before each."""
    print("| call | ms |\n|---|---|")
    for name, call in calls(benchmark_scenario()).items():
        call()
        found = []
        for _ in range(15):
            at_risk.cache_clear()
            begin = time.process_time()
            call()
            found.append((time.process_time() - begin) * 1e3)
        print(f"| {name} | {statistics.median(found):.1f} |")


if __name__ == "__main__":
    main()
