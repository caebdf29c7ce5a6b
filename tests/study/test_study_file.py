"""Study files: what is read from a right one, and what is said about a wrong one."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from remission.errors import StudyError
from remission.study import load_definition, parse_study
from remission.study.definition import meaning_hash
from remission.units import Amount

from .conftest import RIGHT, changed, line_of


def test_a_right_file_gives_what_it_says():
    study = parse_study(RIGHT, "s.yaml")
    assert (study.name, study.patients, study.seed, study.tumour) == ("small", 100, 7, "melanoma")
    assert study.follow_up_day == pytest.approx(730.5)
    assert study.scans.times_day(200) == (42.0, 84.0, 126.0, 168.0)
    assert study.regimens["ipilimumab"].orders[0].dose == Amount(3.0, "mg/kg")
    assert study.regimens["ipilimumab"].orders[0].doses_at_most == 4
    assert [arm.name for arm in study.enabled_arms] == ["A", "B"]
    assert study.arm("A").policy[1].when.confirmed is True
    assert set(study.molecules) == {"pembrolizumab", "ipilimumab"}
    assert study.text == RIGHT


def test_defaults_are_those_of_the_documentation():
    study = parse_study(RIGHT, "s.yaml")
    assert (study.watch_every_day, study.confirmation_day, study.filled) == (84.0, 28.0, "randomised")
    assert (study.previously_treated, study.lost_to_follow_up_per_year, study.published) == (0.0, 0.0, None)


def test_a_stop_without_a_state_acts_on_drug_only():
    assert parse_study(RIGHT, "s.yaml").arm("A").policy[0].when.state == "on drug"


def test_scans_of_keynote_006_follow_the_protocol():
    weeks = [day / 7 for day in load_definition("keynote-006").scans.times_day(84 * 7)]
    assert weeks == [12, 18, 24, 30, 36, 42, 48, 60, 72, 84]


def test_a_definition_crosses_processes_whole():
    study = load_definition("keynote-006")
    again = pickle.loads(pickle.dumps(study))
    assert again == study
    assert again.molecules["pembrolizumab"].toxicity.grade_3_to_5.source.startswith("Robert")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("study: small\n", "# a comment\nstudy: small\n"),
        ("follow_up: 24 months", "follow_up: 2 years"),
        ("patients: 100", "patients: 999"),
        ("seed: 7", "seed: 8"),
        ("  A:\n    ratio: 1\n", "  A:\n    ratio: 1\n    label: another name\n"),
    ],
)
def test_hash_is_blind_to_what_changes_no_course(old, new):
    assert parse_study(changed((old, new))).hash == parse_study(RIGHT).hash


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dose: 2 mg/kg", "dose: 10 mg/kg"),
        ("toxicity: 3", "toxicity: 4"),
        ("follow_up: 24 months", "follow_up: 36 months"),
        ("  B:\n    ratio: 1", "  B:\n    ratio: 2"),
    ],
)
def test_hash_sees_what_changes_a_course(old, new):
    assert parse_study(changed((old, new))).hash != parse_study(RIGHT).hash


def test_hash_sees_a_molecule_but_not_its_source():
    study = load_definition("keynote-006")
    ipilimumab = study.molecules["ipilimumab"]
    weaker = replace(ipilimumab, toxicity=replace(ipilimumab.toxicity, share_fatal=0.5))
    assert meaning_hash(replace(study, molecules={**study.molecules, "ipilimumab": weaker})) != study.hash
    renamed = replace(ipilimumab, label="another label")
    assert meaning_hash(replace(study, molecules={**study.molecules, "ipilimumab": renamed})) == study.hash


ONE_FAULT = [
    ("molecule: pembrolizumab", "molecule: pembrolizumap", "unknown molecule", "pembrolizumab?"),
    ("dose: 2 mg/kg", "dose: -2 mg/kg", "is not above zero", "mg/kg"),
    ("dose: 2 mg/kg", "dose: 2", "has no unit", "mg/kg"),
    ("dose: 2 mg/kg", "dose: 2 ml", "is not a unit of dose", "mg/kg"),
    ("dose: 2 mg/kg, ", "", "dose is missing", "add dose"),
    ("doses_at_most: 4", "doses_at_most: 0", "out of range", "1 to"),
    ("doses_at_most", "dose_at_most", "unknown key", "doses_at_most?"),
    ("seed: 7", "seed: seven", "a whole number is needed", "0 to"),
    ("seed: 7", "seed: 7.5", "a whole number is needed", "0 to"),
    ("seed: 7", "seed: -1", "out of range", "0 to"),
    ("patients: 100", "patients: 0", "out of range", "1 to"),
    ("patients: 100", "patients: many", "a whole number is needed", "1 to"),
    ("tumour: melanoma", "tumour: melanom", "unknown tumour", "melanoma?"),
    ("follow_up: 24 months", "follow_up: 24", "has no unit", "months"),
    ("follow_up: 24 months", "follow_up: -24 months", "negative", "months"),
    ("follow_up: 24 months", "follow_up:", "follow_up has no value", "add follow_up"),
    ("at: [6 weeks, 12 weeks]", "at: [12 weeks, 6 weeks]", "the scans go backwards", "later"),
    ("at: [6 weeks, 12 weeks]", "at: [6 weeks, 49 days]", "too close together", "8 days"),
    ("at: [6 weeks, 12 weeks]", "at: [7 days, 12 weeks]", "too close together", "8 days"),
    ("at: [6 weeks, 12 weeks]", "at: [12 weeks, 12 weeks]", "the scans go backwards", "later"),
    ("{every: 12 weeks}", "{every: 7 days}", "too close together", "8 days"),
    ("follow_up: 24 months", "follow_up: 24 months\nwatch_every: 1 week", "too close together", "8 days"),
    ("until: 48 weeks", "until: 8 weeks", "the scans go backwards", "later"),
    (", until: 48 weeks", "", "would never come", "until"),
    ("  A:\n    ratio: 1", "  A:\n    ratio: 0", "would have no patients", "1 or more"),
    ("    regimen: ipilimumab", "    regimen: nivolumab", "unknown regimen", "pembrolizumab"),
    ("toxicity: 3", "toxicity: 6", "out of range", "1 to 5"),
    ("response: PD", "response: PDD", "unknown response", "PD?"),
    ("{response: PD, confirmed: true}", "{response: SD, confirmed: true}", "only progression", "PD"),
    ("confirmed: true", "confirmed: perhaps", "yes or no", "true"),
    ("study: small", "study: '../../etc'", "this is not a name", "letters"),
    ("study: small", "study: a/../../etc", "this is not a name", "letters"),
    ("  B:\n", "  B/../../x:\n", "this is not a name", "letters"),
    ("  B:\n", "  B.:\n", "this is not a name", "letters"),
    ("  B:\n", f"  {'Ж' * 60}:\n", "too long for a folder", "shorten"),
    ("study: small", 'study: "sm\\0all"', "the value is not text", "remove"),
    ("study: small", 'study: small\ntitle: "\\ud800"', "the value is not text", "remove"),
    ("patients: 100", "patients: " + "9" * 5000, "out of range", "1 to"),
    ("tumour: melanoma", "tumour: melanoma\npublished: keynote-06", "unknown published", "keynote-006?"),
    ("tumour: melanoma", "tumour: melanoma\npreviously_treated: 120 %", "out of range", "100 %"),
]


@pytest.mark.parametrize(("old", "new", "what", "help_"), ONE_FAULT)
def test_one_fault_is_named_with_its_line_and_what_is_allowed(faults, old, new, what, help_):
    text = changed((old, new))
    (problem,) = faults(text)
    assert what in problem.what
    assert problem.where is not None
    assert problem.where.startswith("s.yaml:")
    assert help_ in f"{problem.allowed} {problem.next_step}"


def test_scans_too_close_together_are_told_at_their_line(faults):
    text = changed(("{every: 6 weeks, ", "{every: 6 days, "))
    (problem,) = faults(text)
    assert problem.where == f"s.yaml:{line_of(text, 'every: 6 days')}"


def test_scans_eight_days_apart_are_read():
    study = parse_study(changed(("at: [6 weeks, 12 weeks]", "at: [8 days, 16 days]"), ("{every: 12", "{every: 2")))
    assert study.scans.at_day == (8.0, 16.0)


def test_the_line_is_the_line_of_the_fault(faults):
    text = changed(("dose: 3 mg/kg", "dose: 3"))
    (problem,) = faults(text)
    assert problem.where == f"s.yaml:{line_of(text, 'dose: 3,')}"


def test_all_faults_are_told_at_once_in_the_order_of_the_file(faults):
    text = changed(
        ("seed: 7", "seed: x"),
        ("dose: 2 mg/kg", "dose: -2 mg/kg"),
        ("molecule: ipilimumab", "molecule: ipi"),
        ("    regimen: ipilimumab", "    regimem: ipilimumab"),
        ("toxicity: 3", "toxicity: 9"),
    )
    found = faults(text)
    lines = [int(problem.where.split(":")[1]) for problem in found]
    assert lines == sorted(lines)
    assert len(found) == 6  # the misspelt key counts twice: unknown, and missing where it belongs


def test_no_arm_enabled_means_no_patients(faults):
    text = RIGHT.replace("    ratio: 1\n", "    ratio: 1\n    enabled: false\n")
    (problem,) = faults(text)
    assert "no arm is enabled" in problem.what


def test_a_regimen_of_too_many_drugs(faults):
    line = "    - {molecule: pembrolizumab, dose: 2 mg/kg, every: 3 weeks}\n"
    (problem,) = faults(changed((line, line * 4)))
    assert "too many drugs" in problem.what


def test_a_published_arm_must_exist(faults):
    text = changed(
        ("tumour: melanoma", "tumour: melanoma\npublished: keynote-006"),
        ("    regimen: ipilimumab", "    regimen: ipilimumab\n    published_as: ipilimumap"),
    )
    (problem,) = faults(text)
    assert problem.next_step == "did you mean ipilimumab?"


def test_a_missing_file_lists_the_catalogue(tmp_path):
    with pytest.raises(StudyError, match="keynote-006") as caught:
        load_definition(str(tmp_path / "nothing.yaml"))
    assert "no such study" in caught.value.problems[0].what
    with pytest.raises(StudyError, match=r"did you mean keynote-006\?"):
        load_definition("keynote-06")


def test_a_file_of_ones_own_is_read_by_its_path(tmp_path: Path):
    path = tmp_path / "own.yaml"
    path.write_text(RIGHT, encoding="utf-8")
    assert load_definition(path).name == "small"
    path.write_text("﻿" + RIGHT, encoding="utf-8")  # some editors put a byte order mark first
    assert load_definition(path).name == "small"


TRIALS = [
    # MDX010-20: weeks 12, 16, 24 and 28, then every three months
    (
        "{at: [12 weeks, 16 weeks, 24 weeks, 28 weeks], then: [{every: 12 weeks}]}",
        "[{molecule: ipilimumab, dose: 3 mg/kg, every: 3 weeks, doses_at_most: 4}]",
        [12, 16, 24, 28, 40, 52, 64],
    ),
    # CheckMate 067: both drugs four times, then nivolumab alone; week 12, every 6 to week 49, then every 12
    (
        "{at: 12 weeks, then: [{every: 6 weeks, until: 49 weeks}, {every: 12 weeks}]}",
        "[{molecule: nivolumab, dose: 1 mg/kg, every: 3 weeks, doses_at_most: 4},"
        " {molecule: ipilimumab, dose: 3 mg/kg, every: 3 weeks, doses_at_most: 4},"
        " {molecule: nivolumab, dose: 3 mg/kg, every: 2 weeks, start: 12 weeks}]",
        [12, 18, 24, 30, 36, 42, 48, 60],
    ),
    # CheckMate 017 and 057: docetaxel; week 9, then every 6
    (
        "{at: 9 weeks, then: [{every: 6 weeks}]}",
        "[{molecule: docetaxel, dose: 75 mg/m2, every: 3 weeks}]",
        [9, 15, 21, 27, 33, 39, 45, 51, 57, 63],
    ),
]


@pytest.mark.parametrize(("scans", "regimen", "weeks"), TRIALS)
def test_other_trials_can_be_written(scans, regimen, weeks):
    spans = "    - {every: 6 weeks, until: 48 weeks}\n    - {every: 12 weeks}\n"
    old = "  at: [6 weeks, 12 weeks]\n  then:\n" + spans
    first = "\n    - {molecule: pembrolizumab, dose: 2 mg/kg, every: 3 weeks}"
    study = parse_study(changed(("scans:\n" + old, f"scans: {scans}\n"), (first, f" {regimen}")))
    assert [day / 7 for day in study.scans.times_day(64 * 7)] == weeks
    assert len(study.regimens["pembrolizumab"].orders) == regimen.count("molecule")
