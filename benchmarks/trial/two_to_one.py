"""Type I error of log-rank tests and MaxCombo at 2:1, plain and corrected for skewness, and their calculated power.

python benchmarks/trial/two_to_one.py [trials]; 100,000 by default.
"""

from __future__ import annotations

import sys

from remission.statistics.weights import FlemingHarrington
from remission.trial.hazard import Accrual, Hazard
from remission.trial.looks import Look, look_times
from remission.trial.max_combo import max_combo_looks
from remission.trial.operating import monte_carlo_error, operating_characteristics
from remission.trial.plan import Plan
from remission.trial.power import power
from remission.trial.scenario import Scenario
from remission.trial.simulate import simulate
from remission.trial.source import HazardSource
from remission.trial.statistic import MaxCombo, WeightedLogRank

STATISTICS = tuple(
    statistic
    for corrected in (False, True)
    for statistic in (
        WeightedLogRank(corrected=corrected),
        WeightedLogRank(FlemingHarrington(0, 0.5), corrected=corrected),
        MaxCombo(corrected=corrected),
    )
)
LOOKS = (Look(events=150), Look(events=220), Look(events=290))


def main(trials: int) -> None:
    """One table with one look, one with three."""
    scenario = Scenario.two_arms(
        Accrual.uniform(450, 15.0), Hazard.from_median(10.0), hazard_ratio=0.7, ratio=2.0
    )  # fmt: skip
    source = HazardSource(scenario)
    for looks in (LOOKS[-1:], LOOKS):
        found = simulate(source, looks, STATISTICS, trials, 2017, estimates=False)
        null = simulate(source.without_effect(), looks, STATISTICS, trials, 2018, estimates=False)
        print(f"\n{len(looks)} look(s)\n\n| test | calculated | simulated | difference | type I error |")
        print("|---|---|---|---|---|")
        for row in operating_characteristics(found, [null], Plan()):
            if isinstance(row.statistic, MaxCombo):
                times = look_times(scenario, looks)
                known = float(max_combo_looks(scenario, times, row.statistic, by_events=True)[1][-1])
            else:
                known = float(power(scenario, looks, row.statistic).power[-1])
            print(
                f"| {row.statistic.name} | {known:.4f} | {row.power:.4f} ± {monte_carlo_error(row.power, trials):.4f} "
                f"| {known - row.power:+.4f} "
                f"| {row.type_i_error:.4f} ± {monte_carlo_error(row.type_i_error, trials):.4f} |"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
