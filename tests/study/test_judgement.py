"""By what and by whom results were judged: one value, whatever words a table uses."""

from __future__ import annotations

import sys

import pytest

from remission.errors import StudyError
from remission.study import catalogue_names, load_definition, parse_study
from remission.study.definition import Condition
from remission.study.judgement import NOT_TOLD, Judgement, read_judgement
from remission.study.published import (
    COLUMNS,
    NOT_REVIEWED,
    all_published,
    judged_by,
    not_reviewed,
    parse_published,
    published_for,
)

from .conftest import RIGHT, changed

HEAD = ",".join((*COLUMNS, "criterion")) + "\n"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", NOT_TOLD),
        ("RECIST 1.1", Judgement("RECIST 1.1")),
        ("recist v1.1, CENTRAL", Judgement("RECIST 1.1", reader="central")),
        ("RECIST 1.1 by BICR", Judgement("RECIST 1.1", reader="central")),
        ("IRC, confirmed", Judgement(confirmed=True, reader="central")),
        ("blinded independent central review", Judgement(reader="central")),
        ("Independent  Review; unconfirmed", Judgement(reader="central")),
        ("central review,", Judgement(reader="central")),
        ("irrc", Judgement("irRC")),
        ("irRC, central", Judgement("irRC", reader="central")),
        ("iRECIST, local", Judgement("iRECIST", reader="investigator")),
        ("mWHO", Judgement("mWHO")),
    ],
)
def test_words_in_any_capitals_and_order(text, meant):
    assert read_judgement(text) == meant
    assert read_judgement(str(meant)) == meant


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("RECIST 1.1, centrall", "a word that is not known.*centrall"),
        ("not central", "a word that is not known"),
        ("RECIST 1.1, irRC", "exclude each other"),
        ("central, investigator", "exclude each other"),
        ("confirmed, unconfirmed", "exclude each other"),
    ],
)
def test_a_criterion_that_cannot_be_read_is_named_by_its_line(text, what):
    row = f'T,A,melanoma,1L,100,PFS,12,40,,,%,read,,none,A 2015,,"{text}"\n'
    with pytest.raises(StudyError, match=rf"(?s)p\.csv:2.*{what}"):
        parse_published(HEAD + row, "p.csv")


@pytest.mark.parametrize("name", catalogue_names("studies"))
def test_irrc_is_the_investigators_and_a_second_course_too(name):
    study = load_definition(name)
    for figure in all_published(study.published) if study.published else ():
        judged = judged_by(figure, study).criterion
        if judged.waits_for_confirmation or figure.endpoint == "ORR_second_course":
            assert judged.reader == "investigator"


ONE_THING = """\
SMALL,A,melanoma,1L,100,PFS,12,40,,,%,read,,none,A 2015,,RECIST 1.1
SMALL,A,melanoma,1L,100,PFS,12,42,,,%,read,,none,B 2018,,"RECIST 1.1, central"
SMALL,A,melanoma,1L,100,PFS,12,45,,,%,read,,none,B 2018,,"RECIST 1.1, investigator"
"""


@pytest.mark.parametrize(
    ("assessors", "values"), [("central", {42, 45}), ("[investigator, central]", {42, 45}), (None, {42, 45})]
)
def test_one_row_for_what_a_study_takes_for_the_same(assessors, values, monkeypatch):
    figures = parse_published(HEAD + ONE_THING, "p.csv")
    monkeypatch.setattr(sys.modules["remission.study.published"], "all_published", lambda _: figures)
    said = "" if assessors is None else f"assessors: {assessors}\n"
    study = parse_study(changed(("tumour:", f"published: keynote-006\ntrial: SMALL\n{said}tumour:")))
    chosen = published_for(study)
    assert {figure.value for figure in chosen} == values
    assert len(chosen) == 2
    assert [not_reviewed(figure.criterion, study) for figure in chosen].count(True) == (assessors is None)


def test_check_says_what_a_study_without_a_review_cannot_be_held_against():
    from remission.study.describe import describe

    plain = " ".join(describe(parse_study(load_definition("keynote-006").text)).split())
    assert NOT_REVIEWED not in plain
    text = load_definition("keynote-006").text.replace("assessors: [investigator, central]", "assessors: investigator")
    plain = " ".join(describe(parse_study(text)).split())
    central = sum(figure.criterion.is_central for figure in published_for(load_definition("keynote-006")))
    assert central > 10
    assert f"{central} published numbers are of a central review: {NOT_REVIEWED}" in plain


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("", "assessors: investigator\n", True),
        ("assessors: central\n", "assessors: [investigator, central]\n", True),
        ("assessors: [central, investigator]\n", "assessors: [investigator, central]\n", True),
        ("", "assessors: central\n", False),
    ],
)
def test_the_hash_knows_whether_there_is_a_central_review(first, second, same):
    one, other = (parse_study(changed(("tumour:", f"{said}tumour:"))).hash for said in (first, second))
    assert (one == other) == same


def test_assessors_that_cannot_be_read():
    assert parse_study(RIGHT).assessors == ()
    for said, what in (("somebody", "assessor"), ("[central, central]", "named twice")):
        with pytest.raises(StudyError, match=what):
            parse_study(changed(("tumour:", f"assessors: {said}\ntumour:")))


@pytest.mark.parametrize(
    ("when", "then", "planned"),
    [
        ({}, {}, True),
        ({"response": ("CR", "PR", "SD", "NON_CR_NON_PD")}, {}, True),
        ({"response": ("CR",)}, {}, False),
        ({"response": ("CR", "PR", "SD", "PD")}, {}, False),
        ({"best": ("CR",)}, {}, False),
        ({"lasting_day": 180.0, "response": ("CR", "PR", "SD", "NON_CR_NON_PD")}, {}, False),
        ({"toxicity": 3}, {}, False),
        ({"course": 2}, {}, False),
        ({"line": 2}, {}, False),
        ({"on_drug_for_day": None}, {}, False),
        ({}, {"share": 0.5}, False),
        ({}, {"kind": "hold"}, False),
    ],
)
def test_a_plan_stops_everyone_without_progression(when, then, planned):
    from remission.study import Action, Rule

    condition = Condition(**{"on_drug_for_day": 730.5, **when})
    assert Rule("end", condition, Action(**{"kind": "stop", **then})).is_planned_stop == planned
