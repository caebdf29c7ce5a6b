"""The numbers of summary.json are those of the tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from fake_clinic import FakeArm, FakeStudy, one_arm

from remission.run.arm_summary import ArmPatients, arm_summary
from remission.run.contrast_summary import contrast_summary
from remission.run.folder import RunFolder
from remission.run.numbers import MONTHS, course_ends, curve_numbers, treatment_free_numbers
from remission.tables import make_table

MONTH = 30.4375
Run = Callable[..., RunFolder]


@pytest.fixture
def summary(done: Path) -> dict[str, Any]:
    return RunFolder.open(done).summary()


def followed(done: Path, arm: str) -> list[dict[str, Any]]:
    rows = RunFolder.open(done).table("patients", [arm]).to_pylist()
    return [row for row in rows if row["status"] == "followed"]


def test_the_keys_that_others_read(summary: dict[str, Any]) -> None:
    assert list(summary) == ["study", "seed", "patients", "version", "arms", "contrasts"]
    assert list(summary["arms"]) == ["A", "B/1"]
    arm = summary["arms"]["A"]
    promised = "n failed ORR CR median_OS median_PFS OS PFS TRAE_G3-5 completed_2y_treatment treatment_free_36"
    assert set(promised.split()) <= set(arm)
    months = {str(month) for month in MONTHS}
    for name in ("OS", "OS_low", "OS_high", "PFS", "PFS_low", "PFS_high", "iPFS", "iPFS_low", "iPFS_high"):
        assert set(arm[name]) == months
    contrast = summary["contrasts"]["A vs B/1"]
    assert {"HR_OS", "HR_OS_low", "HR_OS_high", "HR_PFS", "logrank_p", "rmst_difference_36"} <= set(contrast)


def test_limits_lie_around_their_number(summary: dict[str, Any]) -> None:
    checked = 0
    for numbers in (*summary["arms"].values(), *summary["contrasts"].values()):
        for name in [name for name in numbers if f"{name}_low" in numbers]:
            triples = zip(*(np.atleast_1d(_values(numbers[name + end])) for end in ("_low", "", "_high")), strict=True)
            for low, value, high in triples:
                assert low is None or low <= value
                assert high is None or value <= high
                checked += 1
    assert checked > 60


def _values(number: Any) -> Any:
    return np.array(list(number.values()) if isinstance(number, dict) else [number], dtype=object)


def test_nobody_is_dropped(done: Path, summary: dict[str, Any]) -> None:
    for arm, numbers in summary["arms"].items():
        rows = RunFolder.open(done).table("patients", [arm]).to_pylist()
        assert numbers["n"] == len(rows)
        for status in ("followed", "failed", "not_enrolled"):
            assert numbers[status] == sum(row["status"] == status for row in rows)
        assert numbers["failed"] > 0
    assert sum(numbers["n"] for numbers in summary["arms"].values()) == 1100


def test_shares_are_counts_over_the_followed(done: Path, summary: dict[str, Any]) -> None:
    rows, numbers = followed(done, "A"), summary["arms"]["A"]

    def percent(chosen: Callable[[dict[str, Any]], bool]) -> float:
        return round(100 * sum(map(chosen, rows)) / len(rows), 4)

    assert numbers["ORR"] == percent(lambda row: row["best_response"] in ("CR", "PR"))
    assert numbers["CR"] == percent(lambda row: row["best_response"] == "CR")
    assert numbers["TRAE_G3-5"] == percent(lambda row: row["worst_grade"] >= 3)
    assert numbers["stopped_for_toxicity"] == percent(lambda row: row["drug_stop_rule"] == "too toxic")
    assert numbers["completed_2y_treatment"] == percent(lambda row: row["completed_treatment"])
    assert numbers["second_course"] == percent(lambda row: row["second_course_day"] is not None)
    again = [row for row in rows if row["second_course_day"] is not None]
    assert numbers["second_course_n"] == len(again)
    assert numbers["second_course_ORR"] == round(
        100 * sum(row["second_course_best"] == "PR" for row in again) / len(again), 4
    )
    died = [row["death_cause"] for row in rows if row["os_event"]]
    assert numbers["deaths"] == {cause: died.count(cause) for cause in ("disease", "background", "toxicity")}


def test_survival_without_censoring_is_a_share(done: Path, summary: dict[str, Any]) -> None:
    """The fake clinic censors at 60 months only, so the curve at 12 months is a plain share."""
    rows = followed(done, "A")
    alive = sum(row["os_day"] > 12 * MONTH for row in rows) / len(rows)
    assert summary["arms"]["A"]["OS"]["12"] == pytest.approx(100 * alive, abs=1e-3)
    median = sorted(row["os_day"] for row in rows)[len(rows) // 2] / MONTH
    assert summary["arms"]["A"]["median_OS"] == pytest.approx(median, rel=0.01)


def test_the_first_named_arm_is_the_treated(summary: dict[str, Any]) -> None:
    """Patients of arm A die at half the rate of those of arm B/1."""
    contrast = summary["contrasts"]["A vs B/1"]
    assert contrast["HR_OS_low"] < 0.5 < contrast["HR_OS_high"]
    assert contrast["rmst_difference_36_low"] > 0
    assert contrast["logrank_p"] < 1e-6


def columns(**changed: Any) -> dict[str, np.ndarray]:
    """Four patients followed for 60 months, on drug for the first 12."""
    plain = {
        "os_day": [60 * MONTH] * 4,
        "os_event": [False] * 4,
        "on_drug_day": [12 * MONTH] * 4,
        "drug_stop_day": [12 * MONTH] * 4,
        "second_course_day": [np.nan] * 4,
        "next_line_day": [np.nan] * 4,
    }
    return {name: np.array(values) for name, values in {**plain, **changed}.items()}


def test_treatment_free_time_by_hand() -> None:
    def months(**changed: Any) -> float:
        return treatment_free_numbers(columns(**changed), 36)["treatment_free_36"]

    assert months() == 24  # from month 12 to the horizon
    assert months(second_course_day=[24 * MONTH] * 2 + [np.nan] * 2) == 18  # two of four have 12 months only
    assert months(next_line_day=[12 * MONTH] * 4) == 0
    assert months(drug_stop_day=[np.nan] * 4) == 0  # still on drug
    assert months(on_drug_day=[0.0] * 4, drug_stop_day=[np.nan] * 4) == 36  # never on drug
    dead = {"os_day": [18 * MONTH] * 4, "os_event": [True] * 4}
    assert months(**dead) == 6


def test_death_on_drug_ends_both_times() -> None:
    early = {"os_day": np.full(4, 6 * MONTH), "os_event": [True] * 4, "drug_stop_day": [np.nan] * 4}
    first, following = course_ends(columns(**early))
    assert first[0].tolist() == following[0].tolist() == [6 * MONTH] * 4
    assert first[1].all()
    assert following[1].all()


def test_what_cannot_be_given_is_null(run: Run) -> None:
    """One patient an arm has no hazard ratio."""
    arm = run(FakeStudy(arms=(FakeArm("A"), FakeArm("B")), seed=8), filled="twins", patients=1).summary()
    text = json.dumps(arm)
    assert "NaN" not in text
    assert "Infinity" not in text
    assert arm["contrasts"]["A vs B"]["HR_OS"] is None


def test_an_arm_of_nobody_followed() -> None:
    row = {"patient": [1], "status": ["failed"], "attempts": [1]}
    people = ArmPatients.of(make_table("patients", row, arm="A"))
    assert arm_summary(people, frozenset()) == {"n": 1, "followed": 0, "failed": 1, "not_enrolled": 0}


def test_a_contrast_with_nobody_is_null() -> None:
    everyone = one_arm(FakeStudy(filled="twins"), 5, np.arange(50), "A")["patients"]
    nobody: pa.Table = everyone.slice(0, 0)
    numbers = contrast_summary(ArmPatients.of(everyone), ArmPatients.of(nobody))
    assert set(numbers.values()) == {None}


def test_the_summary_is_made_once_more_from_the_folder(done: Path, summary: dict[str, Any]) -> None:
    from remission.run.summary import summarise

    assert summarise(RunFolder.open(done), FakeStudy()) == summary


def test_a_curve_ends_where_few_are_at_risk() -> None:
    """The living are censored at the last scan; deaths after it must not pull the curve to 0."""
    days = np.array([10 * MONTH] * 30 + [58 * MONTH] * 28 + [59 * MONTH] * 2)
    event = np.array([True] * 30 + [False] * 28 + [True] * 2)
    numbers = curve_numbers("PFS", days, event, (48, 60))
    assert numbers["PFS"] == {"48": 50.0, "60": None}
    assert numbers["PFS_low"]["60"] is numbers["PFS_high"]["60"] is None


def test_a_curve_in_which_nobody_was_censored_is_known_to_its_end() -> None:
    numbers = curve_numbers("OS", np.full(100, 10.0), np.full(100, True), (6,))
    assert (numbers["OS"]["6"], numbers["OS_low"]["6"]) == (0.0, 0.0)
    assert 0 < numbers["OS_high"]["6"] < 5


def test_no_event_yet_has_an_interval_that_is_not_a_point() -> None:
    numbers = curve_numbers("OS", np.full(20, 13 * MONTH), np.full(20, False), (12,))
    assert numbers["OS"]["12"] == numbers["OS_high"]["12"] == 100.0
    assert numbers["OS_low"]["12"] == pytest.approx(100 * 20 / (20 + 1.959964**2), abs=1e-3)


def test_an_arm_without_a_planned_stop_is_completed_by_nobody() -> None:
    everyone = ArmPatients.of(one_arm(FakeStudy(filled="twins"), 5, np.arange(50), "A")["patients"])
    open_ended = arm_summary(everyone, frozenset())
    assert open_ended["completed_2y_treatment"] is open_ended["planned_treatment"] is None
    assert arm_summary(everyone, frozenset(), 730.5)["completed_2y_treatment"] is not None
    assert arm_summary(everyone, frozenset(), 730.5)["planned_treatment"] == 24.0
