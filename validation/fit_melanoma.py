"""Fit the melanoma population to KEYNOTE-006: the command that made the fitted values of the catalogue.

    python validation/fit_melanoma.py --generations 40 --patients 512 --seed 1

Every candidate set of values grows its own patients and treats them in both arms. The loss
is the mean square of the misses, each in units of its sampling error and a model error of 2 points, with one
target a row of `TARGETS`. CMA-ES (Hansen 2016) searches the logarithms; each generation has a new seed, so
that no set of draws is fitted, and the answer is the mean of the search, not its best point.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ProcessPoolExecutor

import cma
import numpy as np

from remission.biology import load_tumour
from remission.clinic.simulate import follow_arm
from remission.population import enrol
from remission.statistics.kaplan_meier import kaplan_meier
from remission.study import load_definition
from remission.units import DAYS_PER_MONTH

MODEL_ERROR = 2.0
FITTED = (
    "growth",
    "growth.sd_patient",
    "pdl1",
    "pdl1.sd_patient",
    "other_brake",
    "other_brake.sd_patient",
    "kill_rate",
    "expansion",
    "regulatory",
    "regulatory.sd_patient",
    "priming.sd_patient",
    "lesion_cells",
    "scar",
    "escape_share",
    "death_rate",
    "death_rate.sd_patient",
    "death_power",
    "seeding_rate",
    "burden_lag",
)
# (arm, what, months or None, published value in percent, patients, weight)
TARGETS = (
    ("pembrolizumab", "ORR", None, 42.0, 556, 3.0),
    ("pembrolizumab", "CR", None, 14.0, 556, 2.0),
    ("pembrolizumab", "OS", 3, 93.7, 556, 0.3),
    ("pembrolizumab", "OS", 6, 86.3, 556, 0.5),
    ("pembrolizumab", "OS", 12, 71.4, 556, 1.0),
    ("pembrolizumab", "OS", 24, 54.9, 556, 1.0),
    ("pembrolizumab", "OS", 33, 50.0, 556, 1.0),
    ("pembrolizumab", "OS", 60, 39.1, 556, 1.0),
    ("pembrolizumab", "PFS", 6, 46.9, 556, 1.0),
    ("pembrolizumab", "PFS", 24, 29.5, 556, 1.0),
    ("pembrolizumab", "PFS", 33, 31.0, 556, 1.0),
    ("pembrolizumab", "PFS", 48, 23.0, 556, 0.5),
    ("pembrolizumab", "completed", None, 19.0, 556, 2.0),
    ("ipilimumab", "ORR", None, 16.0, 278, 3.0),
    ("ipilimumab", "CR", None, 3.0, 278, 1.0),
    ("ipilimumab", "OS", 3, 90.0, 278, 0.3),
    ("ipilimumab", "OS", 6, 75.1, 278, 0.5),
    ("ipilimumab", "OS", 12, 58.7, 278, 1.0),
    ("ipilimumab", "OS", 24, 42.7, 278, 1.0),
    ("ipilimumab", "OS", 33, 39.0, 278, 1.0),
    ("ipilimumab", "OS", 60, 31.3, 278, 1.0),
    ("ipilimumab", "PFS", 6, 26.5, 278, 1.0),
    ("ipilimumab", "PFS", 33, 14.0, 278, 1.0),
    ("population", "baseline_sum_mm", None, 95.0, 600, 1.0),
)


def outcome(rows, what: str, months: float | None) -> float:
    """One simulated figure in percent (or mm) from the columns of the table of patients."""
    if what in ("ORR", "CR"):
        wanted = ("CR", "PR") if what == "ORR" else ("CR",)
        return 100 * float(np.isin(rows["best_response"].astype(str), wanted).mean())
    if what == "completed":
        return 100 * float(rows["completed_treatment"].mean())
    if what == "baseline_sum_mm":
        return float(np.median(rows["baseline_sum_mm"]))
    assert months is not None
    name = what.lower()
    curve = kaplan_meier(rows[f"{name}_day"].astype(float), rows[f"{name}_event"].astype(bool))
    return 100 * float(curve.at([months * DAYS_PER_MONTH], extend=True).survival[0])


def simulate(values: dict[str, float], patients: int, seed: int) -> list[float]:
    """The figures of `TARGETS` under some values of the table."""
    definition = load_definition("keynote-006")
    table = load_tumour("melanoma").with_values(values)
    people = enrol(table, seed, np.arange(patients), definition.previously_treated)
    rows = {
        name: follow_arm(definition, definition.arm(name), table, seed, people)["patients"]
        for name in ("pembrolizumab", "ipilimumab")
    }
    rows["population"] = rows["pembrolizumab"]
    for arm, columns in rows.items():  # who never becomes a patient has no outcome
        known = columns["status"] == "followed"
        rows[arm] = {name: np.asarray(column)[known] for name, column in columns.items()}
    return [outcome(rows[arm], what, months) for arm, what, months, *_ in TARGETS]


def loss(simulated: list[float], patients: int) -> float:
    """Weighted mean square miss in units of sampling and model error."""
    total = weights = 0.0
    for (_, _, _, value, n, weight), got in zip(TARGETS, simulated, strict=True):
        share = min(max(value, 2.0), 98.0)
        error = np.sqrt(share * (100 - share) * (1 / n + 1 / patients) + MODEL_ERROR**2)
        total += weight * min(((got - value) / error) ** 2, 60.0)
        weights += weight
    return total / weights


def start() -> dict[str, float]:
    """Values of the catalogue's table for the fitted names."""
    table = load_tumour("melanoma")
    found = {}
    for key in FITTED:
        name, _, field = key.partition(".")
        found[key] = getattr(table[name], field or "value")
    return found


def bounded(values: dict[str, float]) -> dict[str, float]:
    """Values held inside what is published: growth of medium to fast melanoma, two divisions of a T cell a day."""
    limits = {"growth": (0.0036, 0.0088), "escape_share": (0.0, 0.6), "expansion": (0.0, 2.0)}
    limits |= {"growth.sd_patient": (0.3, 1.1)}
    return values | {name: min(max(values[name], low), high) for name, (low, high) in limits.items()}


def _evaluate(job: tuple[dict[str, float], int, int]) -> tuple[float, list[float]]:
    values, patients, seed = job
    bounded = dict(values, escape_share=min(values["escape_share"], 1.0), expansion=min(values["expansion"], 2.0))
    simulated = simulate(bounded, patients, seed)
    return loss(simulated, patients), simulated


def main() -> None:
    """Search, and print the mean of the search with what it gives on a fresh seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generations", type=int, default=40)
    parser.add_argument("--patients", type=int, default=512)
    parser.add_argument("--population", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sigma", type=float, default=0.15)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--start", help="values to start from, as written by an earlier search")
    parser.add_argument("--out", default="runs/fit-melanoma.json")
    options = parser.parse_args()
    begin = start()
    if options.start:
        with open(options.start, encoding="utf-8") as file:
            begin |= json.load(file)
    first = np.log([begin[key] for key in FITTED])
    search = cma.CMAEvolutionStrategy(
        first, options.sigma, {"seed": options.seed, "popsize": options.population, "verbose": -9}
    )
    with ProcessPoolExecutor(options.workers) as pool:
        for generation in range(options.generations):
            asked = search.ask()
            seed = options.seed * 100_000 + generation
            jobs = [(dict(zip(FITTED, np.exp(x), strict=True)), options.patients, seed) for x in asked]
            answers = list(pool.map(_evaluate, jobs))
            search.tell(asked, [answer[0] for answer in answers])
            losses = [round(answer[0], 2) for answer in answers]
            print(f"generation {generation}: best {min(losses)}, median {np.median(losses):.2f}", flush=True)
            values = bounded(dict(zip(FITTED, np.exp(search.mean).tolist(), strict=True)))
            with open(options.out, "w", encoding="utf-8") as file:
                json.dump(values, file, indent=1)
    got = simulate(values, 2 * options.patients, 987_654)
    print(f"mean of the search, fresh seed: loss {loss(got, 2 * options.patients):.2f}")
    for (arm, what, months, value, *_), simulated in zip(TARGETS, got, strict=True):
        print(f"{arm:14s} {what:16s} {months or '':>3} published {value:6.1f} simulated {simulated:6.1f}")
    print(json.dumps(values, indent=1))


if __name__ == "__main__":
    main()
