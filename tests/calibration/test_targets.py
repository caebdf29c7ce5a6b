"""Targets find the patients they speak of, and rows that cannot be read are named by their line."""

from __future__ import annotations

import pytest

from remission.calibration.targets import Members, read_targets, targets_of, trials_of
from remission.errors import StudyError
from remission.study import Criterion, catalogue_names, load_definition, parse_study
from remission.study.published import COLUMNS, NOT_REVIEWED

HEAD = ",".join(COLUMNS) + "\n"
STUDY = """\
study: my trial
patients: 20
seed: 1
tumour: melanoma
follow_up: 12 months
scans: {at: 12 weeks, then: [{every: 12 weeks}]}
subgroups: {LDH normal: {ldh_ratio_uln: {at_most: 1}}}
regimens:
  drug: [{molecule: nivolumab, dose: 3 mg/kg, every: 2 weeks}]
  no drug: []
arms:
  drug: {ratio: 1, regimen: drug}
  placebo: {ratio: 1, regimen: no drug, published_as: [placebo, PBO]}
"""


def row(trial="My-Trial", arm="drug", endpoint="OS", time="6", value="50", note="", unit="%", ci=",") -> str:
    return f"{trial},{arm},melanoma,1L,,{endpoint},{time},{value},{ci},{unit},read,{note},none,Somebody 2020,\n"


def one(*args, **kwargs):
    (target,) = read_targets(HEAD + row(*args, **kwargs), "t.csv", [parse_study(STUDY)])
    return target


def test_a_row_finds_its_arm_by_name():
    target = one()
    assert target.members == (Members("my trial", ("drug",)),)
    assert target.where == "t.csv:2"
    assert target.columns["source_citation"] == "Somebody 2020"
    assert target.band == (47.0, 53.0)


def test_a_subgroup_is_a_part_of_its_arm():
    (target,) = read_targets(HEAD + row(arm='"placebo, LDH normal"'), "t.csv", [parse_study(STUDY)])
    assert target.members == (Members("my trial", ("placebo",), (Criterion("ldh_ratio_uln", at_most=1.0),)),)


@pytest.mark.parametrize("endpoint", ["HR_OS", "HR_OS_vs_PBO", "HR_OS_vs_plac"])
def test_a_ratio_finds_its_control(endpoint):
    assert one(endpoint=endpoint, unit="ratio").others == (Members("my trial", ("placebo",)),)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"trial": "OTHER"}, "no study simulates OTHER"),
        ({"arm": "vaccine"}, "my trial has no arm vaccine"),
        ({"endpoint": "HR_OS_vs_vaccine", "unit": "ratio"}, "my trial has no arm to compare with"),
    ],
)
def test_a_row_without_patients_says_why(change, reason):
    target = one(**change)
    assert target.reason == reason
    assert target.members == ()


def test_every_row_that_cannot_be_read_is_named():
    with pytest.raises(StudyError) as caught:
        read_targets(HEAD + row(value="many") + row() + row(value=""), "t.csv", [parse_study(STUDY)])
    assert [problem.where for problem in caught.value.problems] == ["t.csv:2", "t.csv:4"]


def test_a_table_without_a_column_is_refused():
    with pytest.raises(StudyError, match="columns are missing"):
        read_targets("trial,arm\n", "t.csv", [])


def test_everything_published_of_the_catalogue_finds_its_patients_once():
    known = [load_definition(name) for name in catalogue_names("studies")]
    targets = targets_of([study for study in known if study.published])
    assert not [target.where for target in targets if target.reason]
    assert len({tuple(target.columns.values()) for target in targets}) == len(targets)
    pooled = next(target for target in targets if target.figure.trial == "CheckMate 017+057")
    assert {one.study for one in pooled.members} == {"checkmate-017", "checkmate-057"}


def test_a_pool_is_not_computed_from_one_of_its_trials():
    alone = parse_study(STUDY.replace("tumour:", "trial: [my trial, POOL]\ntumour:"))
    (target,) = read_targets(HEAD + row(trial="POOL"), "t.csv", [alone])
    assert target.reason == "POOL is a pool of trials, and only my trial is simulated"


def test_the_criterion_of_a_known_row_is_that_of_the_catalogue():
    study = load_definition("keynote-006")
    known = next(
        t for t in targets_of([study]) if t.figure.endpoint == "median_PFS" and t.figure.criterion.measure == "irRC"
    )
    bare = {name: known.columns[name] for name in COLUMNS}
    line = ",".join(f'"{value}"' for value in bare.values()) + "\n"
    (target,) = read_targets(HEAD + line, "t.csv", [study])
    assert str(target.asked.criterion) == "irRC, investigator"
    assert trials_of(study) == ("KEYNOTE-006",)


READ_BY = ",".join((*COLUMNS, "criterion")) + "\n"


def judged(criterion: str, *, assessors: str = "[investigator, central]", endpoint: str = "PFS", note: str = "") -> str:
    """The reader and measure of a row, as text."""
    study = parse_study(STUDY + f"assessors: {assessors}\n" if assessors else STUDY)
    line = row(endpoint=endpoint, note=note).rstrip() + f',"{criterion}"\n'
    (target,) = read_targets(READ_BY + line, "t.csv", [study])
    return target.reason or str(target.asked.criterion)


def test_the_order_in_which_a_criterion_is_found():
    assert judged("RECIST 1.1, central") == "RECIST 1.1, central"
    assert judged("RECIST 1.1") == "RECIST 1.1, investigator"
    assert judged("RECIST 1.1", assessors="central") == "RECIST 1.1, central"
    assert judged("", note="by irRC", assessors="central") == "irRC, investigator"
    assert judged("", note="no mirRCle", assessors="central") == "central"
    assert judged("", endpoint="OS", assessors="central") == ""
    assert judged("RECIST 1.1 by BICR", assessors="") == NOT_REVIEWED
    assert judged("RECIST 1.1", assessors="") == "RECIST 1.1, investigator"


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ("", "RECIST 1.1, central"),
        ("RECIST 1.1", "RECIST 1.1, central"),
        ("confirmed", "confirmed, central"),
        ("RECIST 1.1, investigator", "RECIST 1.1, investigator"),
        ("irRC", "irRC, investigator"),
    ],
)
def test_a_criterion_without_a_reader_takes_that_of_the_catalogue(own, found):
    study = load_definition("keynote-006")
    known = next(t for t in targets_of([study]) if t.figure.endpoint == "PFS" and t.figure.criterion.is_central)
    line = ",".join(f'"{known.columns[name]}"' for name in COLUMNS) + f',"{own}"\n'
    (target,) = read_targets(READ_BY + line, "t.csv", [study])
    assert str(target.asked.criterion) == found
