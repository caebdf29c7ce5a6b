"""Recorded responses that contradict their measurements are found out."""

import numpy as np
from response_rules import table

from remission.response import Finding, Response, assess_table, compare_recorded

PD, PR, SD, NE = Response.PD, Response.PR, Response.SD, Response.NE


def _findings(columns, recorded):
    return compare_recorded(assess_table(columns).visits, recorded).tolist()


def test_progression_taken_from_the_baseline_is_named():
    course = table(("a", 0, 100), ("a", 42, 50), ("a", 84, 65), ("a", 126, 130))
    assert _findings(course, [PR, PR, PD]) == [Finding.AGREES, Finding.FROM_BASELINE, Finding.AGREES]
    assert _findings(course, [PR, NE, SD]) == [Finding.AGREES, Finding.DIFFERS, Finding.DIFFERS]


def test_progression_for_another_reason_is_another_finding():
    course = table(("a", 0, 100), ("a", 42, 50), ("a", 84, 65), ("b", 84, 12))
    assert _findings(course, [PR, PR]) == [Finding.AGREES, Finding.DIFFERS]


def test_a_table_made_by_the_faulty_rule_is_caught_at_each_fault():
    draw = np.random.default_rng(11)
    n, scans = 40, 6
    sums = np.round(50.0 * np.exp(np.cumsum(draw.normal(0.0, 0.25, (n, scans + 1)), axis=1)), 1)
    patient, scan = (axis.ravel() for axis in np.indices(sums.shape))
    visits = assess_table(
        {"patient": patient, "time_day": 42.0 * scan, "lesion": patient * 0, "role": ["target"] * sums.size,
         "diameter_mm": sums.ravel()}
    ).visits  # fmt: skip
    change = visits["change_from_baseline"]
    faulty = np.where(visits["response"] != PD, visits["response"], np.where(change <= -0.3, PR, SD))
    from_baseline = (change >= 0.2) & (visits["sum_mm"] - visits["sum_mm"] / (1 + change) >= 5)
    recorded = np.where((visits["response"] == PD) & from_baseline, PD, faulty)
    findings = compare_recorded(visits, recorded)
    assert (findings == np.where(recorded == visits["response"], Finding.AGREES, Finding.FROM_BASELINE)).all()
    assert (findings == Finding.FROM_BASELINE).sum() > 10
