"""The drug works again where the disease came back without it, and seldom where it grew under it."""

from __future__ import annotations

import numpy as np
from claim import Finding, response_rate, trial_of

TITLE = "Rechallenge works better after progression off drug than after progression on drug"
SOURCE = "KEYNOTE-006: 7 of 13 responded to a second course (recalled); few do who progressed on the drug"
LEAST_POINTS, FEWEST = 10.0, 20
TOLERANCE = (
    f"response rates of the second course differ by at least {LEAST_POINTS:g} points, {FEWEST} patients or more in each"
)
STUDY = """\
study: rechallenge
patients: 1000
seed: 1
tumour: melanoma
filled: twins
follow_up: 60 months
scans: {at: 12 weeks, then: [{every: 6 weeks, until: 48 weeks}, {every: 12 weeks}]}
regimens:
  pembrolizumab: [{molecule: pembrolizumab, dose: 10 mg/kg, every: 3 weeks}]
arms:
  off drug:
    regimen: pembrolizumab
    policy:
      - {rule: remission, when: {course: 1, response: CR, lasting: 6 months}, then: stop}
      - {rule: two years, when: {course: 1, on_drug_for: 24 months, response: [CR, PR, SD, NON_CR_NON_PD]}, then: stop}
      - rule: again
        when: {course: 1, response: PD, stopped_by: [remission, two years]}
        then: rechallenge
        regimen: pembrolizumab
      - {rule: progression, when: {response: PD, confirmed: true}, then: stop}
  on drug:
    regimen: pembrolizumab
    policy:
      - {rule: progression, when: {response: PD, confirmed: true}, then: stop}
      - rule: again
        when: {course: 1, response: PD, stopped_by: progression, off_drug_for: 12 weeks}
        then: rechallenge
        regimen: pembrolizumab
"""


def measure(patients: int, seed: int) -> Finding:
    """Response rates of the second course."""
    rates, counts = {}, {}
    for arm, people in trial_of(STUDY, patients, seed).items():
        again = np.isfinite(people["second_course_day"])
        counts[arm] = int(again.sum())
        rates[arm] = response_rate({"second_course_best": people["second_course_best"][again]}, "second_course_best")
    holds = min(counts.values()) >= FEWEST and rates["off drug"] - rates["on drug"] >= LEAST_POINTS
    return Finding(holds, ", ".join(f"{arm} {rates[arm]:.0f} % of {counts[arm]}" for arm in rates))
