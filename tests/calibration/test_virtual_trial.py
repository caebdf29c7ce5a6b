"""A virtual trial has the trial's size and arms, and every number that it can give comes out finite or says why."""

from __future__ import annotations

import math

import numpy as np
import pytest

from remission.calibration.targets import targets_of
from remission.calibration.virtual_trial import simulate_trial, target_outcome
from remission.study import load_definition

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
