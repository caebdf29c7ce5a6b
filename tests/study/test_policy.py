"""Policies: rules that overlap and rules that can never act are found before anything runs."""

from __future__ import annotations

import pytest

from remission.errors import StudyError
from remission.study import Condition, parse_study
from remission.study.policy_checks import covers

from .conftest import changed, line_of

FIRST = """\
      - rule: toxicity
        when: {toxicity: 3}
        then: stop
"""


def with_rules(rules: str, *more: tuple[str, str]) -> str:
    """The right study with its first rule replaced."""
    return changed((FIRST, rules), *more)


def rule(name: str, when: str, then: str = "stop") -> str:
    return f"      - rule: {name}\n        when: {{{when}}}\n        then: {then}\n"


RECHALLENGE = "rechallenge\n        regimen: pembrolizumab"
NEXT = "next line\n        regimen: ipilimumab"


def test_two_rules_for_one_situation(faults):
    text = with_rules(rule("one", "toxicity: 4") + rule("two", "toxicity: 4", "hold"))
    (problem,) = faults(text)
    assert "two rules for one situation" in problem.what
    assert problem.where == f"s.yaml:{line_of(text, 'when: {toxicity: 4}') + 3}"


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("toxicity: 3", "toxicity: 4"),
        ("response: [CR, PR]", "response: CR"),
        ("on_drug_for: 6 months", "on_drug_for: 12 months, response: CR"),
        ("state: on drug", "response: CR, lasting: 6 months"),
        ("response: PD", "response: PD, confirmed: true, line: 1, course: 1"),
    ],
)
def test_a_rule_behind_a_more_general_one_never_acts(faults, earlier, later):
    found = faults(with_rules(rule("wide", earlier) + rule("narrow", later)))
    assert "'narrow' can never act: 'wide' comes first" in found[0].what


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("toxicity: 4", "toxicity: 3"), ("toxicity: 3, response: CR", "response: [CR, PR]")],
)
def test_a_more_general_rule_may_come_later(earlier, later):
    rules = rule("narrow", earlier, "hold") + rule("wide", later)
    text = with_rules(rules).replace("confirmed: true", "course: 1")
    assert len(parse_study(text).arm("A").policy) == 3


def test_a_rule_open_to_a_share_leaves_room_for_the_same_situation():
    when = "state: on drug, response: PD, confirmed: true"
    half = rule("half", when, NEXT + "\n        share: 50 %")
    assert len(parse_study(with_rules(half)).arm("A").policy) == 2


NEVER = [
    (rule("r", "state: off drug, response: PD"), "off drug there is nothing to stop"),
    (rule("r", "course: 2, toxicity: 4"), "no rule leads to that course"),
    (rule("r", "line: 2, toxicity: 4"), "no rule leads to that line"),
    (rule("r", "on_drug_for: 3 years"), "follow-up ends before that"),
    (rule("r", "response: CR, lasting: 3 years"), "follow-up ends before that"),
    (rule("r", "lasting: 6 months"), "no response is named"),
    (rule("r", "response: CR, best: PR"), "never worse"),
    (rule("r", "state: on drug, stopped_by: progression", "continue"), "on drug and off drug at once"),
    (rule("r", "state: on drug, off_drug_for: 1 month", "continue"), "on drug and off drug at once"),
    (rule("r", "state: off drug, on_drug_for: 1 month", "continue"), "on drug and off drug at once"),
    (rule("r", "state: on drug, response: PD", RECHALLENGE), "begins off drug"),
    (rule("r", "stopped_by: progresion, response: PD", RECHALLENGE), "no rule 'progresion' stops treatment"),
    (rule("r", "response: PD", NEXT + "\n        share: 0 %"), "open to nobody"),
]


@pytest.mark.parametrize(("rules", "why"), NEVER)
def test_a_rule_that_can_never_act_says_why(faults, rules, why):
    (problem,) = faults(with_rules(rules))
    assert "the rule 'r' can never act" in problem.what
    assert why in problem.what


def test_off_drug_is_never_reached_when_nothing_ends_treatment(faults):
    progression = rule("progression", "response: PD, confirmed: true")
    text = changed((FIRST, ""), (progression, rule("again", "response: PD", RECHALLENGE)))
    (problem,) = faults(text)
    assert "nothing ends treatment" in problem.what


def policy_of_b(rules: str) -> tuple[str, str]:
    """The change that gives arm B a policy."""
    return "    regimen: ipilimumab\n", "    regimen: ipilimumab\n    policy:\n" + rules


def test_off_drug_is_reached_when_the_doses_come_to_an_end():
    when = "state: off drug, stopped_by: all doses given, response: PD"
    text = changed(policy_of_b(rule("later", when, "next line\n        regimen: pembrolizumab")))
    assert parse_study(text).arm("B").policy[0].when.stopped_by == ("all doses given",)


def test_a_stopping_rule_without_any_drug_never_acts(faults):
    dose = "    - {molecule: ipilimumab, dose: 3 mg/kg, every: 3 weeks, doses_at_most: 4}\n"
    text = changed(("  ipilimumab:\n" + dose, "  ipilimumab: []\n"), policy_of_b(rule("r", "toxicity: 3")))
    (problem,) = faults(text)
    assert "the arm gives no drug" in problem.what


def test_a_second_course_is_reached_through_rechallenge():
    again = rule("again", "response: PD, stopped_by: progression", RECHALLENGE)
    second = rule("second", "course: 2, toxicity: 4")
    assert len(parse_study(with_rules(again + second)).arm("A").policy) == 3


def test_hold_without_a_toxicity_is_refused_at_its_line(faults):
    text = with_rules(rule("pause", "response: SD", "hold"))
    (problem,) = faults(text)
    assert "hold needs a toxicity" in problem.what
    assert problem.where == f"s.yaml:{line_of(text, 'then: hold')}"
    assert "toxicity: 3" in problem.next_step


@pytest.mark.parametrize(
    ("then", "what"),
    [
        ("next line", "needs a regimen"),
        ("rechallenge", "needs a regimen"),
        ("stop\n        regimen: ipilimumab", "stop has no regimen"),
        ("hold\n        for: 3 months", "hold has no for"),
        ("pause", "unknown action"),
    ],
)
def test_an_action_has_what_it_needs_and_no_more(faults, then, what):
    (problem,) = faults(with_rules(rule("r", "toxicity: 4", then)))
    assert what in problem.what


def test_names_of_rules_differ_and_are_not_taken(faults):
    (problem,) = faults(with_rules(rule("progression", "toxicity: 4")))
    assert "has a rule of this name" in problem.what
    (problem,) = faults(with_rules(rule("all doses given", "toxicity: 4")))
    assert "this name is taken" in problem.what


def test_every_condition_covers_itself_and_anything_covers_less():
    condition = Condition("on drug", 1, 1, ("PD",), True, None, ("CR",), 90.0, None, 3, ())
    assert covers(condition, condition)
    assert covers(Condition(), condition)
    assert not covers(condition, Condition())


def test_a_policy_of_the_wrong_kind(faults):
    text = changed(("    policy:\n      - rule: toxicity\n", "    policy:\n      rule: toxicity\n"))
    with pytest.raises(StudyError):
        parse_study(text)
