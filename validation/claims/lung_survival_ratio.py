"""Nivolumab prolongs life in lung cancer after platinum."""

from __future__ import annotations

import numpy as np
from claim import Finding

from remission.calibration.virtual_trial import simulate_trial
from remission.run.contrast_summary import hazard_ratio
from remission.study import load_definition

TITLE = "Nivolumab against docetaxel in lung cancer: hazard ratio of death"
SOURCE = "CheckMate 017 and 057: .59 and .73"
LOW, HIGH = 0.60, 0.85
TOLERANCE = f"{LOW:.2f} to {HIGH:.2f} in squamous and in other histology"


def measure(patients: int, seed: int) -> Finding:
    """Hazard ratios in the virtual trials."""
    found = {}
    for name in ("checkmate-017", "checkmate-057"):
        arms = simulate_trial(load_definition(name), seed, patients=patients)
        both = (arms["docetaxel"], arms["nivolumab"])
        days, event = (np.concatenate([arm[column] for arm in both]) for column in ("os_day", "os_event"))
        ratio = hazard_ratio(days, event.astype(bool), np.repeat([0, 1], [len(arm["os_day"]) for arm in both]))
        found[name] = float("nan") if ratio is None else ratio.value
    holds = all(LOW <= value <= HIGH for value in found.values())
    return Finding(holds, ", ".join(f"{name} {value:.2f}" for name, value in found.items()))
