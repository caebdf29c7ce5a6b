"""Analytic power against simulation, and type I error, in the scenario of the documentation.

Run it with a number of trials (100,000 by default); it prints the table of docs/trial-design.md.
"""

from __future__ import annotations

import sys

from remission.statistics.weights import FlemingHarrington, MagirrBurman
from remission.trial.benchmark import benchmark_scenario
from remission.trial.events import time_of_events
from remission.trial.looks import Look
from remission.trial.max_combo import max_combo_power
from remission.trial.operating import monte_carlo_error, operating_characteristics
from remission.trial.plan import Plan
from remission.trial.power import power
from remission.trial.simulate import simulate
from remission.trial.source import HazardSource
from remission.trial.statistic import MaxCombo, Milestone, RestrictedMean, WeightedLogRank

STATISTICS = (
    WeightedLogRank(),
    WeightedLogRank(FlemingHarrington(0, 0.5)),
    WeightedLogRank(FlemingHarrington(0, 1)),
    WeightedLogRank(MagirrBurman(6.0)),
    MaxCombo(),
    RestrictedMean(18.0),
    Milestone(18.0),
    Milestone(18.0, "log-log"),
)
LOOKS = (Look(events=300),)


def main(trials: int) -> None:
    """Print one row for each test."""
    scenario = benchmark_scenario()
    source = HazardSource(scenario)
    found = simulate(source, LOOKS, STATISTICS, trials, 2017, estimates=False)
    null = simulate(source.without_effect(), LOOKS, STATISTICS, trials, 2018, estimates=False)
    print("| test | calculated | simulated | difference | type I error | not computed |\n|---|---|---|---|---|---|")
    for row in operating_characteristics(found, [null], Plan()):
        statistic = row.statistic
        if isinstance(statistic, MaxCombo):
            time = time_of_events(scenario, 300.0)
            known = max_combo_power(scenario, time, statistic, by_events=True).power
        else:
            known = float(power(scenario, LOOKS, statistic).power[-1])
        error, false = monte_carlo_error(row.power, trials), monte_carlo_error(row.type_i_error, trials)
        print(
            f"| {statistic.name} | {known:.4f} | {row.power:.4f} ± {error:.4f} | {known - row.power:+.4f} "
            f"| {row.type_i_error:.4f} ± {false:.4f} | {row.failed[0] + row.failed_null[0]} |"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
