"""Rules are read in order, and the first whose conditions all hold acts."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from remission import draws
from remission.clinic.policy import NO_RULE, VisitFacts, decide
from remission.response import Response
from remission.study import Action, Condition, Rule


def ward(*rules, n=4, **arrays):
    """The least of a ward that a policy reads."""
    defaults = {
        "number": np.arange(n),
        "time_day": np.full(n, 100.0),
        "on_drug": np.ones(n, bool),
        "line": np.ones(n, np.int8),
        "course": np.ones(n, np.int8),
        "course_start_day": np.zeros(n),
        "course_stop_day": np.full(n, np.nan),
        "stop_rule": np.full(n, -1, np.int8),
        "pending_day": np.full(n, np.inf),
        "rules": tuple(rule.name for rule in rules),
        "arm": SimpleNamespace(policy=rules),
    }
    made = SimpleNamespace(**(defaults | arrays))
    made.uniform = lambda at, purpose: draws.uniform(1, made.number[at], purpose)
    return made


def facts(n=4, **arrays):
    defaults = {
        "response": np.full(n, Response.SD, np.int8),
        "since_day": np.zeros(n),
        "best": np.full(n, Response.SD, np.int8),
        "confirmed": np.zeros(n, bool),
        "grade": np.zeros(n, np.int8),
        "line": np.ones(n, np.int8),
        "course": np.ones(n, np.int8),
    }
    return VisitFacts(**(defaults | arrays))


def rule(name="rule", kind="stop", share=1.0, **when):
    return Rule(name, Condition(**when), Action(kind, share=share))


EVERYONE = np.arange(4)


def test_no_rule_acts_where_none_matches():
    assert decide(ward(rule(response=("PD",))), EVERYONE, facts()).tolist() == [NO_RULE] * 4


def test_the_first_match_acts():
    response = np.array([Response.PD, Response.CR, Response.SD, Response.PD], np.int8)
    rules = (rule("progression", response=("PD",)), rule("any"))
    assert decide(ward(*rules), EVERYONE, facts(response=response)).tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("when", "arrays", "seen", "expected"),
    [
        ({"state": "on drug"}, {"on_drug": np.array([True, False, True, True])}, {}, [0, -1, 0, 0]),
        ({"line": 2}, {"line": np.array([1, 2, 2, 1], np.int8)}, {}, [-1, 0, 0, -1]),
        ({"course": 2}, {"course": np.array([1, 2, 1, 1], np.int8)}, {}, [-1, 0, -1, -1]),
        ({"confirmed": True}, {}, {"confirmed": np.array([True, False, False, True])}, [0, -1, -1, 0]),
        ({"lasting_day": 90.0}, {}, {"since_day": np.array([0.0, 10.0, 11.0, 50.0])}, [0, 0, -1, -1]),
        ({"toxicity": 3}, {}, {"grade": np.array([0, 2, 3, 4], np.int8)}, [-1, -1, 0, 0]),
        ({"best": ("CR", "PR")}, {}, {"best": np.array([1, 2, 3, 5], np.int8)}, [0, 0, -1, -1]),
        ({"on_drug_for_day": 100.0}, {"course_start_day": np.array([0, 1, -5, 50.0])}, {}, [0, -1, 0, -1]),
    ],
)
def test_each_condition(when, arrays, seen, expected):
    assert decide(ward(rule(**when), **arrays), EVERYONE, facts(**seen)).tolist() == expected


def test_off_drug_conditions():
    rules = (rule("first"), rule("again", kind="rechallenge", state="off drug", stopped_by=("first",)))
    stopped = ward(
        *rules,
        on_drug=np.zeros(4, bool),
        stop_rule=np.array([0, 0, 1, -1], np.int8),
        course_stop_day=np.array([0.0, 90.0, 0.0, np.nan]),
    )
    assert decide(stopped, EVERYONE, facts()).tolist() == [1, 1, -1, -1]
    waiting = replace(rules[1], when=Condition(state="off drug", off_drug_for_day=84.0))
    stopped.arm = SimpleNamespace(policy=(rules[0], waiting))
    assert decide(stopped, EVERYONE, facts()).tolist() == [1, -1, 1, -1]


def test_what_is_not_going_on_cannot_stop():
    off = ward(rule("toxicity", toxicity=3), on_drug=np.zeros(4, bool))
    assert decide(off, EVERYONE, facts(grade=np.full(4, 4, np.int8))).tolist() == [NO_RULE] * 4


def test_nothing_is_decided_about_a_course_that_has_not_begun():
    pending = np.array([np.inf, 101.0, np.inf, 200.0])
    assert decide(ward(rule(), pending_day=pending), EVERYONE, facts()).tolist() == [0, -1, 0, -1]


def test_a_share_is_drawn_once_per_patient_and_rule():
    n = 20_000
    rules = (rule("some", kind="next line", share=0.3),)
    many = ward(*rules, n=n)
    first = decide(many, np.arange(n), facts(n))
    assert np.mean(first == 0) == pytest.approx(0.3, abs=0.015)
    assert (decide(many, np.arange(n), facts(n)) == first).all()
    other = ward(replace(rules[0], name="others"), n=n)
    assert (decide(other, np.arange(n), facts(n)) != first).any()
