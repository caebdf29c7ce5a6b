"""Published results: every figure has its source, and one is chosen by a stated rule."""

from __future__ import annotations

import pytest

from remission.errors import StudyError
from remission.study import catalogue_names, load_definition, published, published_for
from remission.study.published import (
    COLUMNS,
    all_published,
    choose,
    parse_published,
)
from remission.study.published_arms import PublishedArm, other_arm, published_arm

HEAD = ",".join(COLUMNS) + "\n"


def row(value: float, evidence: str, source: str, endpoint: str = "OS", time: str = "12") -> str:
    return f"T,A,melanoma,1L,100,{endpoint},{time},{value},,,%,{evidence},,none,{source},\n"


@pytest.mark.parametrize("name", catalogue_names("published"))
def test_every_figure_has_a_source_and_an_evidence(name):
    figures = all_published(name)
    assert figures
    for figure in figures:
        assert figure.source_citation
        assert figure.evidence in ("read", "computed", "recalled")
        assert figure.ci_low is None or figure.ci_low <= figure.value
        assert figure.ci_high is None or figure.value <= figure.ci_high


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        ([row(1, "recalled", "B 2020"), row(2, "computed", "made"), row(3, "read", "A 2015")], 3),
        ([row(1, "recalled", "B 2020"), row(2, "computed", "made")], 2),
        ([row(1, "read", "A 2015"), row(2, "read", "B 2019")], 2),
        ([row(1, "recalled", "A 2015"), row(2, "recalled", "B 2019")], 2),
        ([row(1, "computed", "A 2019"), row(2, "read", "A 2019")], 2),
    ],
)
def test_the_rule_of_choice(rows, chosen):
    for order in (rows, rows[::-1]):
        (figure,) = choose(parse_published(HEAD + "".join(order), "p.csv"))
        assert figure.value == chosen
        assert "chosen over" in figure.note


def subjects(figures):
    return [(f.arm, f.endpoint, f.criterion, f.against, f.time_months) for f in figures]


def test_nothing_is_chosen_twice_and_nothing_is_lost():
    chosen = subjects(published("keynote-006"))
    assert len(chosen) == len(set(chosen))
    assert set(chosen) == set(subjects(all_published("keynote-006")))


def test_figures_of_a_study_carry_the_names_of_its_arms():
    study = load_definition("keynote-006")
    figures = published_for(study)
    assert {figure.arm for figure in figures} == {"pembrolizumab", "ipilimumab"}
    at_33 = {f.arm: f.value for f in figures if (f.endpoint, f.time_months) == ("OS", 33)}
    assert at_33 == {"pembrolizumab": 50.0, "ipilimumab": 39.0}


def test_progression_by_another_criterion_is_another_thing():
    figures = published_for(load_definition("keynote-006"))
    medians = {(f.arm, str(f.criterion), f.part): f.value for f in figures if f.endpoint == "median_PFS"}
    assert medians == {
        ("pembrolizumab", "irRC, investigator", ""): 8.4,
        ("ipilimumab", "irRC, investigator", ""): 3.4,
        ("ipilimumab", "RECIST 1.1, central", ""): 2.8,
        ("pembrolizumab", "RECIST 1.1, central", "10 mg/kg Q2W"): 5.5,
        ("pembrolizumab", "RECIST 1.1, central", "10 mg/kg Q3W"): 4.1,
    }


def test_parts_of_an_arm_do_not_stand_beside_the_whole():
    figures = published_for(load_definition("keynote-006"))
    rates = [f for f in figures if f.arm == "pembrolizumab" and f.endpoint == "ORR"]
    assert {f.part for f in rates if not f.criterion.is_central} == {""}
    assert {f.part for f in rates if str(f.criterion) == "RECIST 1.1, central"} == {"10 mg/kg Q2W", "10 mg/kg Q3W"}


def test_a_figure_that_names_no_reader_is_of_the_first_assessor_of_its_study():
    relativity = published_for(load_definition("relativity-047"))
    assert {str(f.criterion) for f in relativity if f.endpoint in ("CR", "ORR")} == {"RECIST 1.1, confirmed, central"}
    assert {str(f.criterion) for f in relativity if f.endpoint == "median_PFS"} == {"RECIST 1.1, central"}
    assert {str(f.criterion) for f in relativity if f.endpoint in ("OS", "TRAE_G3-4")} == {""}
    keynote = published_for(load_definition("keynote-006"))
    assert {str(f.criterion) for f in keynote if f.endpoint == "PFS"} == {"irRC, investigator", "RECIST 1.1, central"}
    checkmate = published_for(load_definition("checkmate-067"))
    assert not [f for f in checkmate if f.criterion.is_central]


def test_a_criterion_that_was_not_read_says_so():
    stated = [f for f in all_published("keynote-006") if f.criterion]
    assert len(stated) > 10
    for figure in stated:
        assert figure.note == "irRC, investigator" or "criterion recalled" in figure.note or "inferred" in figure.note


def test_shares_of_few_have_the_interval_of_few():
    """Wilson's interval of 23 of 24 is 79.8 to 99.3 %."""
    figure = next(f for f in all_published("keynote-006") if f.endpoint == "no_PD_after_completion_if_CR")
    assert (figure.n, figure.ci_low, figure.ci_high) == (24, 79.8, 99.3)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("trial,arm\nT,A\n", "columns are missing"),
        (HEAD.replace("arm,", "arm,arm,"), "a column is named twice"),
        (HEAD + row(1, "read", "A 2015").rstrip() + ",one more\n", r"p\.csv:2: the row has another number of cells"),
        (HEAD + row(1, "read", "A" * 140_000), r"p\.csv:2: the table cannot be read"),
        (HEAD + row(1, "heard", "A 2015"), "needs a value, an evidence and a source"),
        (HEAD + row(1, "read", ""), "needs a value, an evidence and a source"),
        (HEAD + row(float("nan"), "read", "A 2015"), "not a finite number"),
        (HEAD + row(1, "read", "A 2015").replace("100", "many"), "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(text, what):
    with pytest.raises(StudyError, match=what):
        parse_published(text, "p.csv")


@pytest.mark.parametrize("name", catalogue_names("studies"))
def test_every_published_arm_of_a_trial_is_found_in_its_study(name):
    study = load_definition(name)
    for figure in all_published(study.published) if study.published else ():
        meant = published_arm(study, figure.arm)
        assert meant is not None, figure.arm
        if figure.unit == "ratio":
            assert other_arm(study, meant.arms, figure.against) is not None, figure.endpoint


def test_several_arms_together_and_subgroups_are_not_shown_as_one_arm():
    study = load_definition("keynote-010")
    assert published_arm(study, "pembrolizumab pooled, TPS>=50%") == PublishedArm(
        ("pembrolizumab 2 mg per kg", "pembrolizumab 10 mg per kg"), "TPS>=50%"
    )
    shown = {(f.arm, f.against) for f in published_for(study) if f.endpoint == "HR_OS"}
    assert shown == {
        ("pembrolizumab 2 mg per kg", "docetaxel"),
        ("pembrolizumab 10 mg per kg", "docetaxel"),
    }
    assert {f.trial for f in published_for(load_definition("checkmate-017"))} == {"CheckMate 017"}
