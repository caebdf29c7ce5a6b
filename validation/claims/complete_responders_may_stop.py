"""In melanoma a complete responder who stops fares as one who goes on."""

from __future__ import annotations

from claim import Finding, since, survival, trial_of, twins_of

TITLE = "Melanoma: complete responders may stop"
SOURCE = "KEYNOTE-001: free of relapse at 24 months 90.9 % of all complete responders, 89.9 % of those who stopped"
MOST_POINTS = 5.0
TOLERANCE = f"of the same patients, at most {MOST_POINTS:g} points fewer without progression two years after the stop"
STUDY = """\
study: stopping in remission
patients: 1000
seed: 1
tumour: melanoma
filled: twins
follow_up: 60 months
scans: {at: 12 weeks, then: [{every: 12 weeks}]}
regimens:
  pembrolizumab: [{molecule: pembrolizumab, dose: 10 mg/kg, every: 3 weeks}]
arms:
  go on:
    regimen: pembrolizumab
    policy: [{rule: progression, when: {response: PD, confirmed: true}, then: stop}]
  stop:
    regimen: pembrolizumab
    policy:
      - {rule: remission, when: {response: CR, on_drug_for: 6 months, lasting: 12 weeks}, then: stop}
      - {rule: progression, when: {response: PD, confirmed: true}, then: stop}
"""


def measure(patients: int, seed: int) -> Finding:
    """Without progression two years after the stop, of those who stopped and of their twins who went on."""
    arms = trial_of(STUDY, patients, seed)
    people = arms["stop"]
    chosen = people["stopped_in_remission"]
    stopped = {name: values[chosen] for name, values in people.items()}
    others = twins_of(arms["go on"], stopped["patient"].astype("int64"))
    start = stopped["drug_stop_day"]
    went_on, ended = (survival(*since(group, "pfs", start), 24) for group in (others, stopped))
    return Finding(went_on - ended <= MOST_POINTS, f"{ended:.1f} against {went_on:.1f} % of {len(start)}")
