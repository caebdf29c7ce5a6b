"""Dates of diagnosis, molecules that arrive, lines in which they are allowed."""

from __future__ import annotations

from datetime import date

import pytest

from remission.study import load_definition, parse_study
from remission.study.dates import Enrolment

from .conftest import changed, line_of

LATER = """\
molecules:
  later:
    like: relatlimab
    available_from: {date: 2022-03-18, source: hypothetical, evidence: assumed}
regimens:
  later: [{molecule: later, dose: 160 mg, every: 4 weeks}]
"""
RULE = "      - rule: progression\n        when: {response: PD, confirmed: true}\n        then: stop\n"
ARRIVAL = """\
      - rule: arrival
        when: {response: PD, line: 1, available: later}
        then: next line
        regimen: later
"""
PERIOD = "diagnosed: {from: 2015-01-01, until: 2017-06-30}\n"


def dated(*pairs: tuple[str, str], period: str = PERIOD, later: str = LATER, follow_up: str = "10 years") -> str:
    return changed(
        ("follow_up: 24 months\n", f"follow_up: {follow_up}\n{period}"),
        ("regimens:\n", later),
        (RULE, ARRIVAL + RULE),
        *pairs,
    )


def test_a_rule_waits_for_the_regimen_that_it_starts():
    unsaid = parse_study(dated((", available: later", "")))
    assert unsaid.arms[0].policy[1].when.available == ("later",)
    assert unsaid.hash == parse_study(dated()).hash
    assert unsaid.diagnosed == Enrolment(date(2015, 1, 1), date(2017, 6, 30))


def test_what_exists_before_everyone_needs_no_waiting():
    early = LATER.replace("2022-03-18", "2014-01-01")
    study = parse_study(dated((", available: later", ""), later=early))
    assert study.arms[0].policy[1].when.available == ()


def test_keys_of_dates_are_part_of_the_meaning_and_others_are_not():
    hashes = {parse_study(text).hash for text in (dated(), dated(period=PERIOD.replace("2017", "2016")))}
    assert len(hashes) == 2
    known = load_definition("melanoma-2017")
    text = known.text.replace("arrival: nivolumab+relatlimab", "arrival: relatlimab")
    assert parse_study(text).hash == known.hash


@pytest.mark.parametrize(
    ("text", "piece", "what"),
    [
        (dated(period=""), "available: l", "without dates of diagnosis nobody knows what is available"),
        (
            dated(later=LATER.replace("2022-03-18", "2013-12-31")),
            "available: l",
            "waits for what is there from the start",
        ),
        (dated(follow_up="2 years"), "available: l", "can never act: later exists only from 2022-03-18"),
        (
            dated((", available: later", ""), follow_up="2 years"),
            "regimen: later",
            "can never act: later exists only from 2022-03-18",
        ),
        (dated(("available: later", "available: latter")), "available: l", "unknown molecule or regimen"),
        (dated(period=PERIOD.replace("2017", "2013")), "diagnosed", "the last diagnosis comes before the first"),
        (dated(period=PERIOD.replace("2015-01-01", "2015-13-01")), "diagnosed", "a date is needed here"),
        (
            dated(("    regimen: ipilimumab", "    regimen: later")),
            "    regimen: later\n  ",
            "exists only from 2022-03-18",
        ),
        (
            dated(later=LATER.replace("regimens", "    lines: [1, 3]\nregimens")),
            "regimen: later",
            "not allowed in line 2",
        ),
        (dated(later=LATER.replace("like: relatlimab", "label: x")), "later:", "target is missing"),
    ],
)
def test_dates_that_cannot_be_are_refused_with_their_line(faults, text, piece, what):
    found = [(problem.where, problem.what) for problem in faults(text)]
    assert any(what in told for _, told in found), found
    where = next(where for where, told in found if what in told)
    line = text.count("\n") if piece.endswith("  ") else line_of(text, piece)
    assert where == f"s.yaml:{line}"


def test_two_rules_for_one_situation_are_refused_and_different_dates_are_not(faults):
    again = ARRIVAL.replace("rule: arrival", "rule: once more")
    (found,) = faults(dated((ARRIVAL, ARRIVAL + again)))
    assert "two rules for one situation" in found.what
    unconditional = again.replace(", available: later", "").replace("regimen: later", "regimen: ipilimumab")
    study = parse_study(dated((ARRIVAL, ARRIVAL + unconditional)))
    assert [rule.then.regimen for rule in study.arms[0].policy[1:3]] == ["later", "ipilimumab"]


def test_lines_of_a_molecule_reach_the_rule():
    text = dated(("line: 1, ", ""), later=LATER.replace("regimens", "    lines: [2, 3]\nregimens"))
    assert parse_study(text).arms[0].policy[1].then.lines == (2, 3)


ROAD = load_definition("melanoma-2017").text


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("arrival: nivolumab+relatlimab", "arrival: dacarbazin", "unknown molecule or regimen"),
        ("road: the road", "road: the rod", "unknown arm"),
        ("without_both: chemotherapy alone", "without_both: the road", "must be different"),
        ("filled: twins", "filled: randomised", "the same patients in every arm"),
    ],
)
def test_arms_that_say_nothing_of_the_time_gained_are_refused(faults, old, new, what):
    text = ROAD.replace(old, new)
    assert text != ROAD
    assert any(what in problem.what for problem in faults(text))


def test_keys_that_a_study_does_not_use_are_no_part_of_its_hash():
    """Studies without dates keep the hash that they had before there were any."""
    from dataclasses import asdict

    from remission.study.definition import _bare

    without, with_dates = (str(_bare(asdict(load_definition(name)))) for name in ("keynote-006", "lung-2017"))
    for key in ("'diagnosed'", "'available'", "'lines'"):
        assert key not in without
        assert key in with_dates


def test_a_molecule_that_cannot_be_read_is_told_once_for_the_time_gained_too(faults):
    lung = load_definition("lung-2017").text
    (problem,) = faults(lung.replace("lines: [2, 3, 4]", "lines: [2, 3, x]"))
    assert problem.what == "a whole number is needed here"
