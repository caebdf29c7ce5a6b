"""Analytic power against simulation, and type I error, in the scenarios of the documentation.

Run it with a number of trials (100,000 by default); it prints the tables of docs/trial-design.md.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from remission.statistics.weights import FlemingHarrington, MagirrBurman
from remission.trial.benchmark import benchmark_scenario
from remission.trial.commands import find_design
from remission.trial.design import null_world
from remission.trial.looks import Look, look_times
from remission.trial.max_combo import max_combo_power
from remission.trial.operating import monte_carlo_error, operating_characteristics
from remission.trial.plan import Plan
from remission.trial.power import power
from remission.trial.scenario import Scenario
from remission.trial.simulate import simulate
from remission.trial.source import HazardSource
from remission.trial.statistic import MaxCombo, Milestone, RestrictedMean, Statistic, WeightedLogRank
from remission.units import DAYS_PER_MONTH

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


def visits() -> tuple[Scenario, tuple[Look, ...]]:
    """The same trial with a common hazard ratio, 700 patients, and the event seen every 12 weeks."""
    seen = tuple(12 * 7 / DAYS_PER_MONTH * np.arange(1, 20))
    scenario = benchmark_scenario().with_patients(700)
    return replace(scenario.with_hazards(lambda s: (s.control, s.control.times(0.75))), visits=seen), (Look(time=24.0),)


def rows(
    scenario: Scenario, looks: tuple[Look, ...], statistics: tuple[Statistic, ...], null: Scenario, trials: int
) -> None:
    """Print one row for each test."""
    source = HazardSource(scenario)
    found = simulate(source, looks, statistics, trials, 2017, estimates=False)
    without = simulate(HazardSource(null), looks, statistics, trials, 2018, estimates=False)
    print("\n| test | calculated | simulated | difference | type I error | not computed |\n|---|---|---|---|---|---|")
    for row in operating_characteristics(found, [without], Plan()):
        statistic = row.statistic
        if isinstance(statistic, MaxCombo):
            time, by_events = float(look_times(scenario, looks)[0]), looks[0].events is not None
            known = max_combo_power(scenario, time, statistic, by_events=by_events).power
        else:
            known = float(power(scenario, looks, statistic).power[-1])
        error, false = monte_carlo_error(row.power, trials), monte_carlo_error(row.type_i_error, trials)
        print(
            f"| {statistic.name} | {known:.4f} | {row.power:.4f} ± {error:.4f} | {known - row.power:+.4f} "
            f"| {row.type_i_error:.4f} ± {false:.4f} | {row.failed[0] + row.failed_null[0]} |"
        )


def main(trials: int) -> None:
    """A late effect; the same tests with the event seen at visits; stopping treatment at 12 months."""
    late = benchmark_scenario()
    rows(late, LOOKS, STATISTICS, late.without_effect(), trials)
    scenario, looks = visits()
    rows(scenario, looks, STATISTICS, scenario.without_effect(), trials)
    stopping = find_design("stop-at-12-months")
    for statistic in stopping.statistics:
        source, null = stopping.source, null_world(stopping, statistic)[0]
        if isinstance(source, HazardSource) and isinstance(null, HazardSource):
            rows(source.scenario, stopping.looks, (statistic,), null.scenario, trials)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
