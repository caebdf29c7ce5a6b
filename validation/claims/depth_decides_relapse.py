"""Who stops in complete remission relapses less than who stops in partial, and that less than stable disease."""

from __future__ import annotations

from claim import Finding, survival

from remission.calibration.outcomes import after_completion
from remission.calibration.virtual_trial import simulate_trial
from remission.study import load_definition

TITLE = "After two years of pembrolizumab: relapse is rarer the deeper the response"
SOURCE = "KEYNOTE-006: without progression two years after completion 85, 82 and 40 % (recalled)"
FEWEST = 20
TOLERANCE = f"complete above partial above stable at 24 months, with at least {FEWEST} patients of each"


def measure(patients: int, seed: int) -> Finding:
    """Without progression two years after completing treatment, by best response."""
    people = simulate_trial(load_definition("keynote-006"), seed, patients=patients)["pembrolizumab"]
    ends = {best: after_completion(people, "ipfs", (best,)) for best in ("CR", "PR", "SD")}
    free = {best: survival(*end, 24) for best, end in ends.items()}
    enough = all(len(days) >= FEWEST for days, _ in ends.values())
    shown = ", ".join(f"{best} {free[best]:.0f} % of {len(ends[best][0])}" for best in free)
    return Finding(enough and free["CR"] > free["PR"] > free["SD"], shown)
