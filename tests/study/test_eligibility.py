"""Who is enrolled and what a subgroup is: read from a file, applied to patients."""

from __future__ import annotations

import numpy as np
import pytest

from remission.errors import StudyError
from remission.study import Criterion, parse_study
from remission.study.describe import describe
from remission.study.eligibility import fulfilled
from remission.study.published_arms import PublishedArm, published_arm

from .conftest import RIGHT, changed

HEAD = "tumour: melanoma\n"
ELIGIBLE = HEAD + (
    "eligible:\n  ldh_ratio_uln: {at_most: 2}\n  age_year: {at_least: 18, at_most: 65}\n  squamous: yes\n  female: no\n"
)
SUBGROUPS = HEAD + (
    "subgroups:\n"
    '  "LDH>ULN": {ldh_ratio_uln: {at_least: 1}}\n'
    '  "TPS>=50%": {pd_l1_percent: {at_least: 50}}\n'
    "  CR patients: {complete_response: yes}\n"
)


def test_criteria_are_read_in_their_units():
    study = parse_study(changed((HEAD, ELIGIBLE)))
    assert set(study.eligible) == {
        Criterion("ldh_ratio_uln", at_most=2.0),
        Criterion("age_year", 18.0, 65.0),
        Criterion("squamous", at_least=0.5),
        Criterion("female", at_most=0.5),
    }
    assert "ldh_ratio_uln at most 2" in describe(study)
    assert "squamous: yes" in describe(study)


def test_who_is_enrolled_changes_the_study_and_a_subgroup_does_not():
    assert parse_study(changed((HEAD, ELIGIBLE))).hash != parse_study(RIGHT).hash
    assert parse_study(changed((HEAD, SUBGROUPS))).hash == parse_study(RIGHT).hash


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("eligible: {ldh: {at_most: 2}}\n", 5, "unknown key"),
        ("eligible:\n  ldh_ratio_uln: {}\n", 6, "a bound is needed"),
        ("eligible:\n  ecog: {at_least: 6}\n", 6, "no patient could meet this"),
        ("eligible:\n  age_year: {at_least: 60, at_most: 50}\n", 6, "no patient could meet this"),
        ("eligible:\n  female: perhaps\n", 6, "yes or no is needed"),
        ("eligible:\n  complete_response: yes\n", 6, "unknown key"),
        ("eligible:\n  previously_treated: yes\n", 6, "nobody could be enrolled"),
        ("subgroups:\n  everybody: {}\n", 6, "the subgroup would be everybody"),
        ("subgroups:\n  a, b: {female: yes}\n", 6, "not a name of a subgroup"),
        ("subgroups: all\n", 5, "names are needed here"),
    ],
)
def test_faults_are_told_with_their_line(faults, text, line, what):
    (problem,) = faults(changed((HEAD, HEAD + text)))
    assert problem.where == f"s.yaml:{line}"
    assert what in problem.what


def test_a_value_that_is_not_known_meets_no_criterion():
    columns = {"pd_l1_percent": np.array([np.nan, 0.0, 60.0]), "ecog": np.array([0, 1, 2], np.int8)}
    assert fulfilled((Criterion("pd_l1_percent", at_most=100),), columns, 3).tolist() == [False, True, True]
    assert fulfilled((Criterion("ecog", at_most=1),), columns, 3).tolist() == [True, True, False]
    assert fulfilled((), columns, 3).all()
    with pytest.raises(StudyError, match="no such covariate"):
        fulfilled((Criterion("squamous", at_least=0.5),), columns, 3)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("A", PublishedArm(("A",))),
        ("pool", PublishedArm(("A", "B"))),
        ("A, LDH>ULN", PublishedArm(("A",), "LDH>ULN")),
        ("pool, TPS>=50%", PublishedArm(("A", "B"), "TPS>=50%")),
        ("CR patients", PublishedArm(("A", "B"), "CR patients")),
        ("B 3 mg/kg", PublishedArm(("B",), None, "3 mg/kg")),
        ("placebo", None),
        ("placebo, LDH>ULN", None),
    ],
)
def test_what_publications_mean_by_an_arm(name, meant):
    text = changed((HEAD, SUBGROUPS)).replace("ratio: 1\n", "ratio: 1\n    published_as: pool\n")
    assert published_arm(parse_study(text), name) == meant
