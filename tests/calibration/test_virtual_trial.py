"""A virtual trial has the trial's size and arms, and every number that it can give comes out finite or says why."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from remission.calibration.outcomes import Asked, among, outcome
from remission.calibration.people import read_by
from remission.calibration.targets import Members, targets_of
from remission.calibration.virtual_trial import simulate_trial, target_outcome
from remission.study import Criterion, load_definition
from remission.study.judgement import Judgement

PATIENTS = 90


@pytest.fixture(scope="module")
def trial():
    return simulate_trial(load_definition("keynote-006"), 11, patients=PATIENTS)


def test_patients_are_dealt_as_the_study_says(trial):
    assert {arm: len(people["os_day"]) for arm, people in trial.items()} == {"pembrolizumab": 60, "ipilimumab": 30}
    numbers = np.concatenate([people["patient"] for people in trial.values()])
    assert sorted(numbers) == list(range(PATIENTS))


def test_the_same_seed_gives_the_same_trial(trial):
    again = simulate_trial(load_definition("keynote-006"), 11, patients=PATIENTS)
    for arm, people in trial.items():
        np.testing.assert_array_equal(people["os_day"], again[arm]["os_day"])


def test_every_target_of_the_trial_has_a_number_or_a_reason(trial):
    study = load_definition("keynote-006")
    numbers = [target_outcome(target, {study.name: trial}) for target in targets_of([study])]
    assert all(number.reason or not math.isnan(number.value) for number in numbers)
    assert sum(not number.reason for number in numbers) > 0.8 * len(numbers)


def test_what_was_not_simulated_is_said():
    study = load_definition("keynote-006")
    assert target_outcome(targets_of([study])[0], {}).reason == "keynote-006 was not simulated"


def test_the_reader_comes_before_all_that_is_derived(trial):
    """Complete responders of the review are those whom the review saw respond, in subgroups and endpoints alike."""
    people = trial["pembrolizumab"]
    central = read_by(people, "central")
    assert read_by(people, "investigator") is people
    assert (central["complete_response"] == among(people["central_best_response"], ("CR",))).all()
    np.testing.assert_array_equal(central["pfs_day"], people["central_pfs_day"])
    assert (central["pfs_day"] != people["pfs_day"]).any()
    complete = Members("keynote-006", ("pembrolizumab",), (Criterion("complete_response", at_least=1),))
    followed = [t for t in targets_of([load_definition("keynote-006")]) if t.figure.endpoint == "median_followup"]
    both = {}
    swapped = {**people, "central_best_response": np.full(len(people["os_day"]), "SD", object)}
    swapped["central_complete_response"] = np.zeros(len(people["os_day"]), bool)
    for reader in ("central", "investigator"):
        figure = replace(followed[0].figure, criterion=Judgement(reader=reader))
        target = replace(followed[0], figure=figure, members=(complete,))
        both[reader] = target_outcome(target, {"keynote-006": {"pembrolizumab": swapped}})
    assert both["central"].reason == "no such patients"
    assert not both["investigator"].reason


def test_a_second_course_has_no_central_reading(trial):
    asked = Asked(criterion=Judgement(reader="central"))
    found = outcome(read_by(trial["pembrolizumab"], "central"), "ORR_second_course", asked)
    assert found.reason == "a second course has no central reading"
