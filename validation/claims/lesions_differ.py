"""Lesions of one patient do not all do the same."""

from __future__ import annotations

import numpy as np
from claim import Finding

from remission.clinic.simulate import simulate_block
from remission.study import load_definition

TITLE = "Lesions of one patient differ in their response"
SOURCE = "mixed responses are common on checkpoint inhibitors; no single figure at hand, hence a wide band"
LOW, HIGH = 5.0, 40.0
TOLERANCE = (
    f"at the first scan on pembrolizumab {LOW:g} to {HIGH:g} % of the patients with two targets or more have one that "
    "shrank by 30 % and one that grew by 20 %"
)


def measure(patients: int, seed: int) -> Finding:
    """Share of mixed responses at the scan of week 12."""
    study = load_definition("keynote-006")
    lives = simulate_block(study, seed=seed, patients=np.arange(patients), arms=("pembrolizumab",), filled="twins")
    table = lives["pembrolizumab"]["lesions"]
    columns = {name: table[name].to_numpy() for name in ("patient", "visit", "time_day", "lesion", "diameter_mm")}
    target = np.array(table["role"].to_pylist()) == "target"
    columns = {name: values[target] for name, values in columns.items()}
    key = columns["patient"].astype(np.int64) * 100 + columns["lesion"]
    first = _first_scan(columns["patient"], columns["visit"])
    before = dict(zip(key[columns["visit"] == 0], columns["diameter_mm"][columns["visit"] == 0], strict=True))
    changes: dict[int, list[float]] = {}
    for place in np.flatnonzero(first):
        start = before.get(key[place])
        if start:
            changes.setdefault(int(columns["patient"][place]), []).append(columns["diameter_mm"][place] / start - 1)
    several = [np.array(values) for values in changes.values() if len(values) > 1]
    mixed = 100 * float(np.mean([(v.min() <= -0.3) and (v.max() >= 0.2) for v in several]))
    return Finding(LOW <= mixed <= HIGH, f"{mixed:.1f} % of {len(several)}")


def _first_scan(patient: np.ndarray, visit: np.ndarray) -> np.ndarray:
    """Rows of each patient's first visit after the baseline at which lesions were measured."""
    later = visit > 0
    first = {}
    for number, when in zip(patient[later], visit[later], strict=True):
        first[number] = min(when, first.get(number, when))
    return np.array([later[k] and visit[k] == first[patient[k]] for k in range(len(visit))])
