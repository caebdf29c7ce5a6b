"""Single analyses and many trials: milliseconds, and the ratio to lifelines (and surpyval, if there) in the
same run.

    python benchmarks/statistics/analyses.py [--json FILE]

Times are medians of processor time of this process; one thread.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from remission.statistics import FlemingHarrington, LogRank, cox, cure_model, kaplan_meier, log_rank, max_combo
from remission.statistics.max_combo import max_combo_p, standardised
from remission.statistics.trials import difference, last_times, log_hazard_ratios, restricted_means
from remission.statistics.two_arms import two_arm_table, weighted_scores

BATTERY = (LogRank(), FlemingHarrington(0, 0.5), FlemingHarrington(0, 1))


def milliseconds(call: Callable[[], Any], repeats: int, rounds: int = 5) -> float:
    """Median over rounds of the processor time of one call."""
    call()
    found = []
    for _ in range(rounds):
        begin = time.process_time()
        for _ in range(repeats):
            call()
        found.append((time.process_time() - begin) / repeats * 1e3)
    return statistics.median(found)


def cohort(patients: int, *, cured: float = 0.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two arms, exponential times, uniform censoring."""
    rng = np.random.default_rng(patients)
    arm = np.arange(patients) % 2
    death = rng.exponential(12, patients) * np.where(arm, 1.4, 1.0)
    death = np.where(rng.random(patients) < cured, np.inf, death)
    end = rng.uniform(6, 60 if cured else 36, patients)
    return np.minimum(death, end), death <= end, arm


def theirs(name: str, data: tuple[np.ndarray, np.ndarray, np.ndarray]) -> dict[str, Callable[[], Any]]:
    """The same analysis in other packages."""
    time_, event, arm = data
    calls: dict[str, Callable[[], Any]] = {}
    try:
        import lifelines
        import pandas
        from lifelines.statistics import logrank_test

        table = pandas.DataFrame({"time": time_, "event": event, "arm": arm})
        first = arm == 0
        calls["lifelines"] = {
            "log-rank": lambda: logrank_test(time_[first], time_[~first], event[first], event[~first]),
            "Cox": lambda: lifelines.CoxPHFitter().fit(table, "time", "event"),
            "Kaplan-Meier": lambda: lifelines.KaplanMeierFitter().fit(time_, event),
            "Weibull mixture cure": lambda: lifelines.MixtureCureFitter(base_fitter=lifelines.WeibullFitter()).fit(
                time_, event
            ),
        }[name]
    except ImportError:
        pass
    try:
        import surpyval

        censored = 1 - event.astype(int)
        calls["surpyval"] = {
            "log-rank": lambda: surpyval.logrank(time_, arm, censored),
            "Cox": lambda: surpyval.CoxPH.fit(time_, arm.reshape(-1, 1), censored),
            "Kaplan-Meier": lambda: surpyval.KaplanMeier.fit(time_, censored),
            "Weibull mixture cure": lambda: surpyval.Weibull.fit(time_, censored, lfp=True),
        }[name]
    except ImportError:
        pass
    return calls


def analyses(quick: bool) -> list[dict[str, Any]]:
    """Each analysis at each size, ours and theirs."""
    rows = []
    ours: dict[str, Callable[..., Any]] = {
        "log-rank": log_rank,
        "Cox": cox,
        "Kaplan-Meier": lambda t, e, g: kaplan_meier(t, e),
        "Weibull mixture cure": lambda t, e, g: cure_model(t, e),
    }
    for name, call in ours.items():
        for patients in (500,) if name.startswith("Weibull") else (500, 100_000):
            data = cohort(patients, cured=0.3 if name.startswith("Weibull") else 0.0)
            repeats = (20 if name.startswith("Weibull") else 200) if patients == 500 else 3
            row = {"analysis": name, "patients": patients}
            row["ours_ms"] = milliseconds(lambda call=call, data=data: call(*data), repeats)
            for package, other in theirs(name, data).items():
                if patients > 500 and quick:
                    continue
                slow = milliseconds(other, 1 if patients > 500 else 5, 1 if patients > 500 else 3)
                row[f"{package}_ms"], row[f"{package}_ratio"] = slow, slow / row["ours_ms"]
            rows.append(row)
    return rows


def many_trials() -> list[dict[str, Any]]:
    """Trials of 500 patients, analysed a hundred at a time: trials per second of the analysis alone."""
    made = [cohort(500 + place) for place in range(100)]
    time_ = np.stack([m[0][:500] for m in made])
    event = np.stack([m[1][:500] for m in made])
    arm = np.arange(500) % 2

    def weighted() -> Any:
        return weighted_scores(two_arm_table(time_, event, arm), [FlemingHarrington(0, 0.5)])

    def battery() -> Any:
        table = two_arm_table(time_, event, arm)
        z, r = standardised(*weighted_scores(table, BATTERY))
        return z, max_combo_p(z, r), difference(restricted_means(table, last_times(time_, arm), 18.0))

    calls = {
        "one weighted log-rank": weighted,
        "log-rank, FH(0,.5), FH(0,1), exact MaxCombo, RMST": battery,
        "Cox": lambda: log_hazard_ratios(two_arm_table(time_, event, arm)),
    }
    rows = [{"analysis": name, "per_second": 100e3 / milliseconds(call, 3)} for name, call in calls.items()]
    single = milliseconds(lambda: max_combo(time_[0], event[0], arm, BATTERY), 20)
    return [*rows, {"analysis": "MaxCombo, one trial", "ours_ms": single}]


def main() -> None:
    """Run, print, and write if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help="leave out other packages at 100,000 patients")
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    rows = analyses(chosen.quick) + many_trials()
    for row in rows:
        print("  ".join(f"{key} {value:.4g}" if isinstance(value, float) else f"{value}" for key, value in row.items()))
    if chosen.json:
        chosen.json.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
