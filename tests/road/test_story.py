"""The story of the brief, one person in every arm, and the pages that tell them."""

from __future__ import annotations

import numpy as np
import pytest

import remission
from remission.cli import main
from remission.errors import RunError
from remission.show.gather import as_names
from remission.show.story import STAGES, Story, most_told, stories, story_sentences
from remission.show.twins import courses_of, patient_html
from remission.texts import Words


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("road")
    return remission.load("melanoma-2017").run(patients=96, out=folder / "run", workers=1)


@pytest.fixture(scope="module")
def folder(result):
    return result.run_folder


def test_the_story_is_told_in_order(folder):
    told = stories(folder)
    assert [one.arm for one in told] == list(folder.arms)  # every arm begins with chemotherapy
    for one in told:
        counts = one.stages.sum(axis=1)
        assert (np.diff(counts) <= 0).all()
        assert len(one.patient) == 96
    alone = next(one for one in told if one.arm == "chemotherapy alone")
    assert alone.furthest == 0  # no other line ever begins
    road = told[0]
    assert 0 < road.stages[0].sum() < 96


def test_each_stage_holds_for_the_one_who_is_chosen(folder):
    story = most_told(stories(folder))
    patient = story.chosen()
    table = folder.table("lesions", [story.arm], ["patient", "visit", "site"])
    mine = (table["patient"].to_numpy() == patient) & (table["visit"].to_numpy() == 0)
    assert (as_names(table["site"])[mine] == "lung").sum() >= 2
    events = folder.table("events", [story.arm]).filter(
        np.asarray(folder.table("events", [story.arm])["patient"].to_numpy() == patient)
    )
    kinds = events["kind"].to_pylist()
    assert "next line" in kinds
    assert kinds.index("scan progression") < kinds.index("next line")


def test_who_came_furthest_is_drawn():
    stages = np.array([[1, 1, 1], [1, 0, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0]], bool)
    story = Story("A", "A", np.array([4, 5, 9]), stages, np.array([2, 5, 3]))
    assert story.furthest == 2
    assert story.chosen() == 9
    assert most_told([Story("B", "B", np.array([1]), np.zeros((5, 1), bool), np.array([0])), story]) is story
    assert len(story_sentences(story, Words())) == 1 + len(STAGES)
    assert "2, 66.7 %" in story_sentences(story, Words())[2]


def test_one_person_lives_in_every_arm(folder):
    courses = courses_of(folder, 5, Words())
    assert list(courses) == list(folder.arms)
    assert len({(course.facts["age_year"], course.diagnosed) for course in courses.values()}) == 1
    page = patient_html(folder, 5, "the road", Words())
    assert page.count("<svg") == len(folder.arms)
    assert page.count("<!doctype html>") == 1
    assert Words().date(courses["the road"].diagnosed) in page
    with pytest.raises(RunError, match="no such patient"):
        courses_of(folder, 96, Words())


def test_the_report_tells_the_value_and_the_patient(result):
    page = result.report().read_text(encoding="utf-8")
    assert 'id="gained"' in page
    assert "a bootstrap over patients" in page
    assert len(page) < 2_000_000


def test_the_commands(result, capsys):
    run = str(result.folder)
    assert main(["patient", run, "--like", "brief", "--arm", "the road"]) == 0
    assert "chemotherapy failed and another line began" in capsys.readouterr().out
    assert list(result.folder.glob("patient-*.html"))
    assert main(["patient", run, "--id", "3"]) == 0
    assert (result.folder / "patient-3.html").exists()
    capsys.readouterr()
    assert main(["value", run]) == 0
    assert "made possible by the earlier treatment" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status", "what"),
    [
        (["--id", "x"], 2, "not a number of a patient"),
        (["--id", "96"], 1, "no such patient was followed"),
        (["--like", "film"], 2, "no such story"),
        ([], 2, "nobody was asked for"),
        (["--id", "1", "--arm", "other"], 1, "no such arm"),
    ],
)
def test_what_cannot_be_shown_is_told(result, capsys, words, status, what):
    assert main(["patient", str(result.folder), *words]) == status
    assert what in capsys.readouterr().err
