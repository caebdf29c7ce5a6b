"""Endpoints of hand-made patients, whose values can be counted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from remission.calibration.outcomes import ENDPOINTS, RATIOS, Asked, outcome
from remission.study import catalogue_names
from remission.study.judgement import read_judgement
from remission.study.published import all_published
from remission.units import DAYS_PER_MONTH

NAN = math.nan


def months(*values: float) -> np.ndarray:
    return np.array(values) * DAYS_PER_MONTH


def five() -> dict[str, np.ndarray]:
    """A complete responder who stopped at two years, two partial ones, one stable, one who progressed and died."""
    return {
        "os_day": months(60, 60, 40, 30, 8),
        "os_event": np.array([False, False, True, True, True]),
        "pfs_day": months(60, 20, 30, 12, 3),
        "pfs_event": np.array([False, True, True, True, True]),
        "ipfs_day": months(60, 24, 30, 12, 4),
        "ipfs_event": np.array([False, True, True, True, True]),
        "best_response": np.array(["CR", "PR", "PR", "SD", "PD"], object),
        "confirmed_response": np.array(["CR", "PR", "SD", "SD", "PD"], object),
        "complete_response": np.array([True, False, False, False, False]),
        "complete_response_day": months(6, NAN, NAN, NAN, NAN),
        "time_to_response_day": months(3, 3, 6, NAN, NAN),
        "response_duration_day": months(57, 17, 24, NAN, NAN),
        "response_ended": np.array([False, True, True, None, None], object),
        "drug_stop_day": months(24, 20, 24, 12, 3),
        "drug_stop_rule": np.array(["two years", "progression", "two years", "toxic", "progression"], object),
        "on_drug_day": months(24, 20, 24, 12, 3),
        "completed_treatment": np.array([True, False, True, False, False]),
        "planned_stop": np.ones(5, bool),
        "stopped_for_toxicity": np.array([False, False, False, True, False]),
        "stopped_in_remission": np.array([True, False, False, False, False]),
        "worst_grade": np.array([0, 0, 3, 4, 5]),
        "first_grade3_day": months(NAN, NAN, 10, 12, 2),
        "second_course_day": months(NAN, NAN, 31, NAN, NAN),
        "second_course_best": np.array([None, None, "PR", None, None], object),
        "next_line_day": months(NAN, 21, NAN, 14, NAN),
    }


@pytest.mark.parametrize(
    ("endpoint", "asked", "value"),
    [
        ("OS", Asked(12), 80.0),
        ("OS", Asked(36), 60.0),
        ("PFS", Asked(21), 40.0),
        ("PFS", Asked(21, criterion=read_judgement("irRC")), 60.0),
        ("median_OS", Asked(unit="months"), 40.0),
        ("median_OS", Asked(unit="days"), 40 * DAYS_PER_MONTH),
        ("median_PFS", Asked(unit="months"), 20.0),
        ("ORR", Asked(), 60.0),
        ("ORR", Asked(4), 40.0),
        ("ORR", Asked(criterion=read_judgement("confirmed")), 40.0),
        ("CR", Asked(), 20.0),
        ("CR", Asked(5), 0.0),
        ("SD", Asked(), 20.0),
        ("DCR", Asked(), 80.0),
        ("median_TTR", Asked(unit="months"), 3.0),
        ("median_DoR", Asked(unit="months"), 24.0),
        ("responders_with_DoR>=20mo", Asked(), 200 / 3),
        ("responses_ongoing", Asked(24), 200 / 3),
        ("responses_ongoing", Asked(48), 100 / 3),
        ("TRAE_G3-5", Asked(), 60.0),
        ("TRAE_G3-4", Asked(), 40.0),
        ("TRAE_G3-4", Asked(11), 20.0),
        ("discontinued_TRAE", Asked(), 20.0),
        ("discontinued_TRAE", Asked(6), 0.0),
        ("completed_2y_treatment", Asked(24), 40.0),
        ("OS_after_completion", Asked(12), 100.0),
        ("OS_after_completion", Asked(20), 50.0),
        ("PFS_after_completion", Asked(9), 50.0),
        ("PFS_after_completion_PR", Asked(9), 0.0),
        ("no_PD_after_completion_if_CR", Asked(9), 100.0),
        ("DFS_from_CR", Asked(24), 100.0),
        ("CR_maintained_at_cutoff", Asked(30), 100.0),
        ("DFS_from_CR_stopped", Asked(24), 100.0),
        ("ORR_second_course", Asked(), 100.0),
        ("treatment_free_among_alive", Asked(36), 100 / 3),
        ("OS_if_any_subsequent_therapy", Asked(36), 50.0),
        ("median_treatment_duration", Asked(unit="months"), 20.0),
        ("median_exposure", Asked(unit="months"), 24.0),
    ],
)
def test_endpoints_can_be_counted(endpoint, asked, value):
    assert outcome(five(), endpoint, asked).value == pytest.approx(value)


@pytest.mark.parametrize("name", catalogue_names("published"))
def test_every_published_endpoint_has_a_function(name):
    for figure in all_published(name):
        found = outcome(five(), figure.endpoint, Asked(figure.time_months, figure.unit), five())
        assert found.reason != "no such endpoint here", figure.endpoint


def test_a_ratio_compares_two_arms_and_ends_at_the_data_cut():
    arms, shares = [], (np.arange(400) + 0.5) / 400
    for mean in (400, 800):
        days = -mean * np.log(shares)
        arms.append({"os_day": days, "os_event": np.ones(400, bool)})
    worse, better = arms
    assert outcome(better, "HR_OS_vs_ipi", Asked(unit="ratio"), worse).value == pytest.approx(0.5, abs=0.02)
    # After the cut all die at once; a ratio that saw it would be pulled to 1.
    cut = [{"os_day": np.minimum(arm["os_day"], 600.0), "os_event": np.ones(400, bool)} for arm in arms]
    early = outcome(cut[1], "HR_OS", Asked(599 / DAYS_PER_MONTH, "ratio"), cut[0]).value
    assert early == pytest.approx(0.5, abs=0.02)
    assert outcome(better, "HR_OS", Asked(unit="ratio")).reason == "the other arm is not known"


@pytest.mark.parametrize(
    ("endpoint", "asked", "reason"),
    [
        ("OS", Asked(), "a curve needs a month"),
        ("OS", Asked(72), "too few are followed at month 72"),
        ("quality_of_life", Asked(), "no such endpoint here"),
        ("HR_OS", Asked(unit="ratio"), "the other arm is not known"),
    ],
)
def test_what_cannot_be_computed_says_why(endpoint, asked, reason):
    found = outcome(five(), endpoint, asked)
    assert math.isnan(found.value)
    assert found.reason == reason


def test_a_curve_is_read_while_patients_are_followed_and_not_beyond():
    few = {"os_day": months(*np.linspace(1, 59, 97), 61, 62, 8), "os_event": np.array([True] * 97 + [False] * 3)}
    # Two of a hundred are left, because the others died: that is a result.
    assert 0 < outcome(few, "OS", Asked(60)).value < 5
    ended = {"os_day": months(*np.full(98, 59.0), 59.5, 61), "os_event": np.array([False] * 98 + [True, False])}
    assert outcome(ended, "OS", Asked(60)).reason == "too few are followed at month 60"


def test_a_column_that_is_not_there_is_named():
    people = five()
    del people["complete_response_day"]
    assert "complete_response_day" in outcome(people, "DFS_from_CR", Asked(24)).reason


@pytest.mark.parametrize("endpoint", [*ENDPOINTS, *RATIOS])
def test_nobody_is_an_answer_and_no_error(endpoint):
    nobody = {name: values[:0] for name, values in five().items()}
    assert math.isnan(outcome(nobody, endpoint, Asked(12, "months"), nobody).value)


def test_intervals_hold_their_value():
    for endpoint in ENDPOINTS:
        found = outcome(five(), endpoint, Asked(12, "months"))
        if math.isfinite(found.value) and not math.isnan(found.low):
            assert found.low - 1e-9 <= found.value <= found.high + 1e-9, endpoint
