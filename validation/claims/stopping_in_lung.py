"""In lung cancer a stop after one year harms, and after two years it is nearly neutral."""

from __future__ import annotations

from claim import Columns, Finding, since, survival, trial_of, twins_of

TITLE = "Lung cancer: stopping after one year harms, after two years hardly"
SOURCE = "what the field agrees on; CheckMate 153 for one year (recalled)"
LEAST_HARM, MOST_HARM = 5.0, 5.0
TOLERANCE = (
    f"of the same patients, a year after the stop: at least {LEAST_HARM:g} points fewer without progression where it "
    f"came after one year, and survival within {MOST_HARM:g} points where it came after two"
)
STUDY = """\
study: stopping
patients: 1000
seed: 1
tumour: lung
previously_treated: 100 %
filled: twins
follow_up: 48 months
scans: {at: 9 weeks, then: [{every: 6 weeks}]}
watch_every: 6 weeks
regimens:
  nivolumab: [{molecule: nivolumab, dose: 3 mg/kg, every: 2 weeks}]
arms:
  go on:
    regimen: nivolumab
    policy: [{rule: progression, when: {response: PD}, then: stop}]
  one year:
    regimen: nivolumab
    policy:
      - {rule: one year, when: {on_drug_for: 12 months, response: [CR, PR, SD, NON_CR_NON_PD]}, then: stop}
      - {rule: progression, when: {response: PD}, then: stop}
  two years:
    regimen: nivolumab
    policy:
      - {rule: two years, when: {on_drug_for: 24 months, response: [CR, PR, SD, NON_CR_NON_PD]}, then: stop}
      - {rule: progression, when: {response: PD}, then: stop}
"""


def measure(patients: int, seed: int) -> Finding:
    """Differences, going on less stopping, a year after the stop."""
    arms = trial_of(STUDY, patients, seed)
    free, stopped = _difference(arms, "one year", "pfs")
    alive, later = _difference(arms, "two years", "os")
    text = f"without progression {free:+.1f} points of {stopped} who stopped after one year"
    return Finding(
        free >= LEAST_HARM and abs(alive) <= MOST_HARM,
        f"{text}; survival {alive:+.1f} points of {later} after two (going on less stopping)",
    )


def _difference(arms: dict[str, Columns], arm: str, stem: str) -> tuple[float, int]:
    people = arms[arm]
    chosen = people["completed_treatment"].astype(bool)
    stopped = {name: values[chosen] for name, values in people.items()}
    others = twins_of(arms["go on"], stopped["patient"].astype("int64"))
    start = stopped["drug_stop_day"]
    return survival(*since(others, stem, start), 12) - survival(*since(stopped, stem, start), 12), len(start)
