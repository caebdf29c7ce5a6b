"""Policies as data: at a visit the first rule whose conditions all hold acts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Bools, Floats, Index, Ints
from remission.clinic.ward import Ward
from remission.response import Response
from remission.study import Condition, Rule

NO_RULE = -1
_ROUNDING_DAY = 1e-6  # a patient is seen on the very day, give or take rounding


@dataclass(frozen=True)
class VisitFacts:
    """What the rules may ask about m patients at a visit; arrays of shape (m,).

    ``response`` is the RECIST response of the latest scan, unbroken since ``since_day``; ``confirmed`` says
    that this scan confirms a progression; ``grade`` is the worst toxicity since the last visit; ``line`` and
    ``course`` are those under treatment before anything is decided.
    """

    response: NDArray[np.int8]
    since_day: Floats
    best: NDArray[np.int8]
    confirmed: Bools
    grade: NDArray[np.int8]
    line: NDArray[np.int8]
    course: NDArray[np.int8]


def decide(ward: Ward, at: Index, facts: VisitFacts) -> Ints:
    """Place in the policy of the rule that acts for each patient at ``at``, `NO_RULE` where none does.

    Nothing is decided while a new course is pending.
    """
    chosen = np.full(len(at), NO_RULE)
    open_rows = np.isinf(ward.pending_day[at])
    for place, rule in enumerate(ward.arm.policy):
        rows = np.flatnonzero(open_rows)
        if len(rows) == 0:
            break
        acts = rows[_holds(ward, at, facts, rule, rows)]
        chosen[acts] = place
        open_rows[acts] = False
    return chosen


def _holds(ward: Ward, at: Index, facts: VisitFacts, rule: Rule, rows: Index) -> Bools:
    """Whether a rule's conditions hold and it is open to the patients at rows of ``at``."""
    who = at[rows]
    now = ward.time_day[who]
    holds = np.ones(len(rows), bool)
    for test in _tests(ward, who, now, facts, rule.when, rows):
        holds &= test
    if rule.then.kind in ("stop", "hold"):
        holds &= ward.on_drug[who]  # what is not going on can neither stop nor wait
    if rule.then.lines:
        holds &= np.isin(ward.line[who] + (rule.then.kind == "next line"), rule.then.lines)
    if rule.then.share < 1:
        open_to = np.flatnonzero(holds)
        holds[open_to] = ward.uniform(who[open_to], f"share of {rule.name}") < rule.then.share
    return holds


def _tests(ward: Ward, who: Index, now: Floats, facts: VisitFacts, when: Condition, rows: Index):
    """One array for each condition that the rule gives."""
    if when.state is not None:
        yield ward.on_drug[who] == (when.state == "on drug")
    if when.line is not None:
        yield ward.line[who] == when.line
    if when.course is not None:
        yield ward.course[who] == when.course
    if when.response:
        yield np.isin(facts.response[rows], _codes(when.response))
    if when.best:
        yield np.isin(facts.best[rows], _codes(when.best))
    if when.confirmed is not None:
        yield facts.confirmed[rows] == when.confirmed
    if when.lasting_day is not None:
        yield now - facts.since_day[rows] >= when.lasting_day
    if when.on_drug_for_day is not None:
        yield ward.on_drug[who] & (now - ward.course_start_day[who] >= when.on_drug_for_day - _ROUNDING_DAY)
    if when.off_drug_for_day is not None:
        yield ~ward.on_drug[who] & (now - ward.course_stop_day[who] >= when.off_drug_for_day - _ROUNDING_DAY)
    if when.toxicity is not None:
        yield facts.grade[rows] >= when.toxicity
    if when.stopped_by:
        yield np.isin(ward.stop_rule[who], [ward.rules.index(name) for name in when.stopped_by])
    for name in when.available:
        yield ward.exist(who, name)


def _codes(names: tuple[str, ...]) -> list[int]:
    return [Response[name].value for name in names]
