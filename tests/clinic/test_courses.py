"""Courses from decision to last dose: holding, waiting, ending, beginning again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest

from remission.clinic import simulate_block
from remission.study import Action, Condition, Rule

SEED = 4


@pytest.fixture(scope="module")
def large(study):
    """Seven hundred patients in both arms."""
    return run(study, ("pembrolizumab", "ipilimumab"), 700)


def run(study, arms, patients):
    tables = simulate_block(study, seed=SEED, patients=np.arange(patients), arms=arms, filled="twins")
    return {arm: {name: table.to_pylist() for name, table in found.items()} for arm, found in tables.items()}


def with_policy(study, name, policy):
    arms = tuple(replace(arm, policy=tuple(policy)) if arm.name == name else arm for arm in study.arms)
    return replace(study, arms=arms)


def by_patient(rows):
    found = defaultdict(list)
    for row in rows:
        found[row["patient"]].append(row)
    return found


def spans(events, begin, ends):
    """Patient to the intervals between an event and the next of its ends."""
    found = defaultdict(list)
    for patient, rows in by_patient(events).items():
        start = None
        for row in rows:
            if row["kind"] == begin:
                start = row["time_day"]
            elif start is not None and row["kind"] in ends:
                found[patient].append((start, row["time_day"]))
                start = None
    return found


def test_no_dose_is_given_while_treatment_is_held(large):
    tables = large["pembrolizumab"]
    held = spans(tables["events"], "treatment held", ("treatment resumed", "treatment stopped", "death"))
    doses = by_patient(tables["doses"])
    assert len(held) > 20
    for patient, intervals in held.items():
        for start, end in intervals:
            assert not any(start <= dose["time_day"] < end for dose in doses[patient])
    resumed = {row["patient"] for row in tables["events"] if row["kind"] == "treatment resumed"}
    assert any(dose["time_day"] > held[patient][0][1] for patient in resumed & set(held) for dose in doses[patient])


def test_without_a_rule_that_holds_doses_go_on(study, large):
    arm = study.arm("pembrolizumab")
    free = with_policy(study, arm.name, [rule for rule in arm.policy if rule.then.kind != "hold"])
    tables = run(free, ("pembrolizumab",), 200)["pembrolizumab"]
    assert not any(row["kind"] in ("dose withheld", "treatment held") for row in tables["events"])
    given = sum(row["patient"] < 200 for row in large["pembrolizumab"]["doses"])
    assert len(tables["doses"]) > given


def test_four_doses_end_three_weeks_after_the_last_date(large):
    people = large["ipilimumab"]["patients"]
    ended = [row for row in people if row["drug_stop_rule"] == "all doses given"]
    assert len(ended) > 300
    assert {row["drug_stop_day"] for row in ended} == {84.0}


def test_planned_stop_is_on_its_day(large):
    completed = [row for row in large["pembrolizumab"]["patients"] if row["completed_treatment"]]
    assert len(completed) > 80
    # On the day itself, or at the first scan that sees no progression if the latest one before the day did.
    on_the_day = [row for row in completed if row["drug_stop_day"] == pytest.approx(730.5)]
    assert len(on_the_day) > 0.9 * len(completed)
    assert min(row["drug_stop_day"] for row in completed) >= 730.5 - 1e-6


def test_a_next_line_begins_after_its_wait_and_is_dated_by_its_first_dose(study, large):
    wait = next(rule.then.after_day for rule in study.arm("ipilimumab").policy if rule.then.kind == "next line")
    tables = large["ipilimumab"]
    doses, visits = by_patient(tables["doses"]), by_patient(tables["visits"])
    begun = [row for row in tables["patients"] if row["next_line_day"] is not None]
    assert len(begun) > 100
    for row in begun:
        first = min(dose["time_day"] for dose in doses[row["patient"]] if dose["line"] == 2)
        assert first == row["next_line_day"]
        decided = [v["time_day"] for v in visits[row["patient"]] if v["decision"] == "next line"]
        assert first >= decided[0] + wait - 1e-9
        between = [v for v in visits[row["patient"]] if decided[0] < v["time_day"] < first]
        assert all(visit["state"] == "off drug" and visit["decision"] == "continue" for visit in between)
    decided = sum(row["decision"] == "next line" for row in tables["visits"])
    assert decided > len(begun)  # some die while they wait


def test_no_course_begins_during_an_unresolved_toxicity(large):
    for tables in large.values():
        open_spans = spans(tables["events"], "toxicity", ("toxicity resolved",))
        for row in tables["events"]:
            if row["kind"] == "treatment started":
                assert not any(a < row["time_day"] < b - 1e-9 for a, b in open_spans[row["patient"]])


def test_a_second_course_has_a_best_response_and_is_not_complete_with_a_lesion_in_sight(large):
    tables = large["pembrolizumab"]
    again = [row for row in tables["patients"] if row["second_course_day"] is not None]
    scanned = {v["patient"] for v in tables["visits"] if v["course"] == 2 and v["line"] == 1 and v["response"]}
    assert len(again) > 20
    for row in again:
        assert row["second_course_best"] is not None
        if row["patient"] in scanned:
            assert row["second_course_best"] != "NE" or row["os_day"] - row["second_course_day"] < 90
    complete = {
        (v["patient"], v["visit"])
        for v in tables["visits"]
        if v["response"] == "CR" and (v["course"] > 1 or v["line"] > 1)
    }
    for lesion in tables["lesions"]:
        if (lesion["patient"], lesion["visit"]) in complete:
            limit = 10.0 if lesion["site"] == "lymph node" else 0.0
            assert lesion["diameter_mm"] <= limit


def test_after_a_complete_response_a_lesion_in_sight_is_progression_at_every_scan(large):
    checked = 0
    for tables in large.values():
        seen = {
            (lesion["patient"], lesion["visit"])
            for lesion in tables["lesions"]
            if lesion["site"] != "lymph node" and lesion["diameter_mm"] > 0
        }
        for patient, visits in by_patient(tables["visits"]).items():
            complete = None
            for visit in visits:
                if visit["course"] > 1 or visit["line"] > 1:
                    break
                if complete is not None and visit["response"] and (patient, visit["visit"]) in seen:
                    assert visit["response"] == "PD", (patient, visit["visit"], complete)
                    checked += 1
                if visit["response"] == "CR":
                    complete = visit["visit"]
    assert checked > 5


def test_targets_of_a_second_course_are_measurable_at_its_baseline(large):
    tables = large["pembrolizumab"]
    start = {row["patient"]: row["second_course_day"] for row in tables["patients"]}
    for patient, lesions in by_patient(tables["lesions"]).items():
        if start.get(patient) is None:
            continue
        later = [row for row in lesions if row["time_day"] > start[patient]]
        at_baseline = {row["lesion"]: row for row in lesions if row["time_day"] <= start[patient]}
        for row in later:
            if row["visit"] == later[0]["visit"] and row["role"] == "target":
                least = 15.0 if row["site"] == "lymph node" else 10.0
                assert at_baseline[row["lesion"]]["diameter_mm"] >= least


def test_time_on_drug_is_that_of_the_first_line(large):
    for tables in large.values():
        for row in tables["patients"]:
            stop = row["drug_stop_day"] if row["drug_stop_day"] is not None else row["os_day"]
            if row["second_course_day"] is None:
                assert row["on_drug_day"] == pytest.approx(stop)


def test_the_same_molecule_in_two_lines_has_two_fates(study):
    policy = [Rule("again", Condition(line=1, on_drug_for_day=60.0), Action("next line", regimen="pembrolizumab"))]
    tables = run(with_policy(study, "pembrolizumab", policy), ("pembrolizumab",), 1800)["pembrolizumab"]
    starts = by_patient([row for row in tables["events"] if row["kind"] == "treatment started"])
    onsets = by_patient([row for row in tables["events"] if row["kind"] == "toxicity"])
    same = both = 0
    for patient, rows in onsets.items():
        if len(rows) == 2 and len(starts[patient]) == 2:
            both += 1
            delays = [row["time_day"] - start["time_day"] for row, start in zip(rows, starts[patient], strict=True)]
            same += abs(delays[0] - delays[1]) < 1e-6
    assert both > 3
    assert same == 0
