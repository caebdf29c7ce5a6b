"""Validation: what a row comes to over virtual trials, whether it passes, and how rows are counted."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest

from remission.calibration.outcomes import ENDPOINTS, RATIOS
from remission.calibration.score import from_memory, looked_up, score
from remission.calibration.targets import read_targets, targets_of
from remission.calibration.validate import (
    TrialNumbers,
    ValidatedRow,
    _row,
    as_json,
    followed_for,
    over_trials,
    validate,
)
from remission.calibration.validation_text import as_text, row_cells
from remission.cli import main
from remission.show.validation import validation_html
from remission.study import catalogue_names, load_definition, parse_study
from remission.study.agreement import agreement_band
from remission.study.published import COLUMNS, NOT_REVIEWED
from remission.texts import Words
from remission.units import DAYS_PER_MONTH

STUDY = """\
study: small
title: For tests
patients: 40
seed: 1
tumour: melanoma
follow_up: 24 months
scans: {at: 12 weeks, then: [{every: 12 weeks}]}
trial: SMALL
regimens:
  drug: [{molecule: nivolumab, dose: 3 mg/kg, every: 2 weeks}]
  no drug: []
arms:
  drug: {ratio: 1, regimen: drug}
  no drug: {ratio: 1, regimen: no drug}
"""
HEAD = ",".join(COLUMNS) + "\n"
ROWS = """\
SMALL,drug,melanoma,1L,20,OS,12,70,50,90,%,read,,published,A 2020,
SMALL,drug,melanoma,1L,20,OS,6,80,60,95,%,read,,published,A 2020,
SMALL,no drug,melanoma,1L,20,ORR,,60,50,70,%,read,never so without a drug,published,A 2020,
SMALL,drug,melanoma,1L,,HR_OS,,0.7,,,ratio,recalled,,none,A 2020,
SMALL,drug,melanoma,1L,20,quality_of_life,12,70,,,%,read,,none,A 2020,
OTHER,drug,melanoma,1L,20,ORR,,40,,,%,read,,none,A 2020,
SMALL,drug,melanoma,1L,20,median_followup,,20,,,months,read,,none,A 2020,
"""


@pytest.fixture(scope="module")
def found():
    study = parse_study(STUDY)
    return validate(read_targets(HEAD + ROWS, "t.csv", [study]), [study], trials=3, seed=9)


def test_every_row_comes_out_passed_failed_or_with_a_reason(found):
    passed = [row.passed for row in found.rows]
    assert passed[2:] == [False, None, None, None, None]
    reasons = [row.reason for row in found.rows[3:]]
    assert reasons[0].startswith("no interval was published")
    assert reasons[1:3] == ["no such endpoint here", "no study simulates OTHER"]
    assert "conducted" in reasons[3]
    assert all(row.low <= row.simulated <= row.high for row in found.rows[:3])


def test_the_json_has_every_column_and_what_was_found(found):
    content = json.loads(json.dumps(as_json(found), allow_nan=False))
    assert set(content["rows"][0]) == {*COLUMNS, "simulated", "simulated_low", "simulated_high", "pass", "reason"}
    assert content["rows"][0]["value"] == 70
    assert content["rows"][0]["n"] == 20
    assert content["rows"][4]["simulated"] is None
    judged = [row["pass"] for row in content["rows"] if row["pass"] is not None]
    assert (content["passed"], content["failed"]) == (sum(judged), len(judged) - sum(judged))
    assert content["failed"] >= 1


def test_the_text_shows_misses_and_what_was_recalled_apart(found):
    text = as_text(found)
    assert "MISS" in text
    assert text.index("RECALLED FROM MEMORY") > text.index("quality_of_life")
    assert "not computable: no study simulates OTHER" in text


def test_the_page_stands_alone_and_marks_misses(found):
    page = validation_html(found)
    assert page.count("<svg") == 1
    assert "<strong>MISS, far off</strong>" in page
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert page.count("<section") == page.count("</section>") >= 2


def test_the_page_is_french_where_asked(found):
    page = validation_html(found, language="fr")
    assert '<html lang="fr">' in page
    assert "<strong>MANQUÉ, de loin</strong>" in page
    visible = re.sub(r"<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    words = r"\b(?:simulated|published|trials|passes?|MISS|judged|months|recalled|row|rows|median)\b"
    assert re.findall(words, visible) == []


def test_the_same_seed_gives_the_same_numbers_whatever_the_workers(found):
    study = parse_study(STUDY)
    targets = read_targets(HEAD + ROWS, "t.csv", [study])
    again = validate(targets, [study], trials=3, seed=9, workers=2)
    assert [row.simulated for row in again.rows[:3]] == [row.simulated for row in found.rows[:3]]
    fresh = validate(targets, [study], trials=3, seed=10)
    assert [row.simulated for row in fresh.rows[:2]] != [row.simulated for row in found.rows[:2]]


def test_patients_are_followed_for_as_long_as_targets_ask():
    study = parse_study(STUDY)
    text = HEAD + "SMALL,drug,melanoma,1L,20,OS,48,30,,,%,read,,none,A 2020,\n"
    targets = read_targets(text, "t.csv", [study])
    assert followed_for(study, targets).follow_up_day == pytest.approx(54 * DAYS_PER_MONTH)
    assert followed_for(study, []) is None
    (row,) = validate(targets, [study], trials=1, seed=9).rows
    assert row.passed is not None


def test_a_ratio_without_a_data_cut_is_of_the_follow_up_of_the_study(found):
    assert found.rows[3].target.asked.month == pytest.approx(24)


def test_rows_are_counted_in_the_ways_that_matter(found):
    counted = score(looked_up(found.rows))
    assert counted.every.judged == 3
    assert counted.other_than_os.judged == 1
    survived = [row.passed for row in found.rows[:2]]
    assert counted.equal_weight == pytest.approx(100 * np.mean([np.mean(survived), 0.0]))
    assert found.rows[2] in counted.far_off
    assert score(from_memory(found.rows)).every.judged == 0


def numbers(*values: float) -> list[TrialNumbers]:
    return [TrialNumbers(k, np.array([v]), ("nobody",), {}, {}) for k, v in enumerate(values)]


@pytest.mark.parametrize(
    ("row", "values", "passed"),
    [
        ("OS,12,70,65,75,%", (60.0, 64.2), True),
        ("OS,12,70,65,75,%", (60.0, 63.0), False),
        ("OS,12,70,,,%", (73.0,), True),
        ("OS,12,70,,,%", (73.1,), False),
        ("median_OS,,10,9.5,10.5,months", (11.5,), True),
        ("median_OS,,10,9.5,10.5,months", (11.6,), False),
        ("median_OS,,10,9.5,,months", (math.inf, math.inf), True),
        ("median_OS,,10,9.5,12,months", (math.inf, math.inf), False),
        ("HR_OS,,0.7,0.6,0.8,ratio", (0.8,), True),
        ("HR_OS,,0.7,0.6,0.8,ratio", (0.81,), False),
        ("OS,12,70,65,75,%", (math.nan, math.nan, 70.0), None),
    ],
)
def test_the_rule_of_agreement(row, values, passed):
    text = HEAD + f"SMALL,drug,melanoma,1L,20,{row},read,,none,A 2020,\n"
    (target,) = read_targets(text, "t.csv", [parse_study(STUDY)])
    assert _row(target, 0, numbers(*values)).passed is passed


def test_reports_and_validation_have_one_rule():
    from remission.show.compare import Published, allowed

    one = Published("A", "median_OS", None, 34.1, 25.2, None, "months", "read", "")
    assert allowed(one) == agreement_band("median_OS", "months", 34.1, 25.2, None) == (25.2, math.inf)


def test_a_median_that_some_trials_do_not_reach_has_no_mean():
    assert over_trials(np.array([10.0, 20.0, math.inf]))[0] == 20.0
    assert math.isinf(over_trials(np.array([10.0, math.inf, math.inf]))[0])


def test_the_command_takes_targets_and_studies_of_ones_own(tmp_path, capsys):
    folder = tmp_path / "studies"
    folder.mkdir()
    (folder / "small.yaml").write_text(STUDY)
    table = tmp_path / "targets.csv"
    table.write_text(HEAD + ROWS)
    out, page = tmp_path / "found.json", tmp_path / "page.html"
    options = ["--targets", str(table), "--studies", str(folder), "--json", str(out), "--html", str(page)]
    assert main(["validate", *options, "--trials", "2", "--patients", "20", "--workers", "1"]) == 0
    assert "2 virtual trials of each of 1 studies" in capsys.readouterr().out
    assert len(json.loads(out.read_text())["rows"]) == 7
    assert page.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--studies", "nowhere"], "there is no such folder"),
        (["--targets", "nowhere.csv"], "the file cannot be read"),
        (["--trials", "0"], "not a number of trials"),
        (["--workers", "many"], "not a whole number"),
    ],
)
def test_wrong_input_is_told_and_not_a_traceback(options, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["validate", *options]) == 2
    assert said in capsys.readouterr().err


def test_every_fault_of_every_study_is_told(tmp_path, capsys):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(STUDY.replace("patients: 40", "patients: many"))
    assert main(["validate", "--studies", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("a whole number is needed here") == 2


ENGLISH = re.compile(
    r"\b(?:pooled|arms?|completed|course|normal|patients with|after|stopped|from|if|central|review|confirmed|the|is|no"
    r"|has|free|among|alive|second|ongoing|responders|duration|exposure|months?|years?)\b"
)


def test_every_row_of_the_catalogue_is_french_on_the_french_page():
    """With each reason that a row can have for standing alone."""
    known = [load_definition(name) for name in catalogue_names("studies")]
    words = Words("fr")
    targets = targets_of([study for study in known if study.published])
    cells = [row_cells(ValidatedRow(target, 1.0, 0.5, 2.0, True), words) for target in targets]
    reasons = {
        *("no study simulates X", "X is a pool of trials, and only Y is simulated", "Y has no arm to compare with"),
        *("Y has no arm Z", "the patients have no column x", "too few are followed at month 72", "Y was not simulated"),
        "a second course has no central reading",
    }
    cells += [row_cells(ValidatedRow(targets[0], math.nan, math.nan, math.nan, None, why), words) for why in reasons]
    assert any("relecture centralisée" in one[1] and "réponses confirmées" in one[1] for one in cells)
    assert {one for row in cells for one in row if ENGLISH.search(one)} == set()
    assert words.term(NOT_REVIEWED).startswith("pas de relecture")
    assert set(ENDPOINTS) | set(RATIOS) == {name for name in (*ENDPOINTS, *RATIOS) if words.term(name) != name}
