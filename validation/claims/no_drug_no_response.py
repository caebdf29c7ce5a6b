"""Nobody responds without a drug: growth to diagnosis leaves no patient whose immune system is about to win."""

from __future__ import annotations

from claim import Finding, response_rate, trial_of

TITLE = "Without a drug hardly anybody responds"
SOURCE = "spontaneous regression of metastatic disease is a rarity; gp100 alone 1.5 % in MDX010-20"
MOST_PERCENT = 0.5
TOLERANCE = f"response rate of at most {MOST_PERCENT} % in both tumours"
STUDY = """\
study: no drug
patients: 1000
seed: 1
tumour: TUMOUR
follow_up: 24 months
scans: {at: 9 weeks, then: [{every: 6 weeks}]}
regimens: {no drug: []}
arms:
  no drug: {ratio: 1, regimen: no drug}
"""


def measure(patients: int, seed: int) -> Finding:
    """Response rates of untreated melanoma and lung cancer."""
    found = {
        tumour: response_rate(trial_of(STUDY.replace("TUMOUR", tumour), patients, seed)["no drug"])
        for tumour in ("melanoma", "lung")
    }
    holds = all(rate <= MOST_PERCENT for rate in found.values())
    return Finding(holds, ", ".join(f"{tumour} {rate:.2f} %" for tumour, rate in found.items()))
