"""Some patients meet progression first and respond later (pseudo-progression)."""

from __future__ import annotations

import numpy as np
from claim import Finding

from remission.clinic.simulate import simulate_block
from remission.study import load_definition

TITLE = "Some melanoma patients grow first and respond later"
SOURCE = "5 to 7 % of treated melanoma patients (reference figures of pseudo-progression)"
LOW, HIGH = 4.0, 8.0
TOLERANCE = (
    f"{LOW:g} to {HIGH:g} % on pembrolizumab have progression at a scan, and 30 % less than at baseline after it alone"
)
RESPONSE_PERCENT = -30.0


def measure(patients: int, seed: int) -> Finding:
    """Share whose sum of targets fell by 30 % from baseline after a scan of progression, in the first course.

    Who had responded before that scan did not grow first: the sum is then still small while it grows again.
    """
    study = load_definition("keynote-006")
    lives = simulate_block(study, seed=seed, patients=np.arange(patients), arms=("pembrolizumab",), filled="twins")
    table = lives["pembrolizumab"]["visits"]
    columns = {name: table[name].to_numpy() for name in ("patient", "time_day", "line", "course", "change_pct")}
    progressed = np.array(table["response"].to_pylist(), object) == "PD"
    own = (columns["line"] == 1) & (columns["course"] == 1)
    first = np.full(patients, np.inf)
    np.minimum.at(first, columns["patient"][own & progressed], columns["time_day"][own & progressed])
    small = own & (columns["change_pct"] <= RESPONSE_PERCENT)
    responded_before = columns["patient"][small & (columns["time_day"] < first[columns["patient"]])]
    after = small & (columns["time_day"] > first[columns["patient"]]) & ~np.isin(columns["patient"], responded_before)
    followed = np.array(lives["pembrolizumab"]["patients"]["status"].to_pylist()) == "followed"
    share = 100 * len(np.unique(columns["patient"][after])) / int(followed.sum())
    return Finding(LOW <= share <= HIGH, f"{share:.1f} % of {int(followed.sum())}")
