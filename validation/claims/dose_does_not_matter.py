"""Between 2 and 10 mg/kg of anti-PD-1 every three weeks receptors are blocked alike."""

from __future__ import annotations

from claim import Finding, response_rate, survival, trial_of

TITLE = "Anti-PD-1 at 2 and at 10 mg/kg does the same"
SOURCE = "KEYNOTE-010 and KEYNOTE-001: no difference between the doses"
MOST_POINTS = 2.0
TOLERANCE = f"response rate, and survival at 24 months, of the same patients differ by at most {MOST_POINTS:g} points"
STUDY = """\
study: two doses
patients: 1000
seed: 1
tumour: TUMOUR
filled: twins
follow_up: 30 months
scans: {at: 9 weeks, then: [{every: 9 weeks}]}
regimens:
  low: [{molecule: pembrolizumab, dose: 2 mg/kg, every: 3 weeks}]
  high: [{molecule: pembrolizumab, dose: 10 mg/kg, every: 3 weeks}]
arms:
  low:
    regimen: low
    policy: [{rule: progression, when: {response: PD}, then: stop}]
  high:
    regimen: high
    policy: [{rule: progression, when: {response: PD}, then: stop}]
"""


def measure(patients: int, seed: int) -> Finding:
    """Differences of twins, high dose less low dose."""
    parts, holds = [], True
    for tumour in ("melanoma", "lung"):
        arms = trial_of(STUDY.replace("TUMOUR", tumour), patients, seed)
        response = response_rate(arms["high"]) - response_rate(arms["low"])
        alive = [survival(arms[arm]["os_day"], arms[arm]["os_event"], 24) for arm in ("low", "high")]
        holds &= abs(response) <= MOST_POINTS and abs(alive[1] - alive[0]) <= MOST_POINTS
        parts.append(f"{tumour}: response {response:+.1f}, survival {alive[1] - alive[0]:+.1f} points")
    return Finding(holds, "; ".join(parts))
