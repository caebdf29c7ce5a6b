"""Blockade outlasts the last dose by five to eight months, so a response hardly ends before."""

from __future__ import annotations

from claim import Finding, survival

from remission.calibration.outcomes import after_completion
from remission.calibration.virtual_trial import simulate_trial
from remission.study import load_definition

TITLE = "After stopping, responses rarely end before the drug has washed out"
SOURCE = "pembrolizumab stays above 1 mg/L for 147 days after the last dose; occupancy is half gone at week 32"
MOST_PERCENT, MONTHS = 5.0, 5.0
TOLERANCE = (
    f"at most {MOST_PERCENT:g} % of responders relapse within {MONTHS:g} months of the planned stop at two years"
)


def measure(patients: int, seed: int) -> Finding:
    """Relapse within five months among responders who completed two years."""
    people = simulate_trial(load_definition("keynote-006"), seed, patients=patients)["pembrolizumab"]
    days, event = after_completion(people, "ipfs", ("CR", "PR"))
    early = 100 - survival(days, event, MONTHS)
    return Finding(early <= MOST_PERCENT, f"{early:.1f} % of {len(days)}")
