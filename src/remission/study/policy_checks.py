"""Faults of a policy that no single rule shows: rules that overlap, and rules that can never act."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from remission.study.definition import COURSE_ENDS, Condition, Regimen, Rule
from remission.study.policy_file import WrittenRule
from remission.study.reader import Problems, did_you_mean

_EQUAL = ("state", "line", "course", "confirmed")
_AT_LEAST = ("lasting_day", "on_drug_for_day", "off_drug_for_day", "toxicity")
_ONE_OF = ("response", "best", "stopped_by")
_DEPTH = ("PD", "SD", "PR", "CR")
_MOST_COURSES = 20
Reason = tuple[str, str, str | None, str | None]
"""Key at fault, what is wrong, what is allowed, and the next step."""


@dataclass(frozen=True)
class Surroundings:
    """What a policy is read in: its arm's first regimen, all regimens that could be read, and follow-up."""

    regimen: str | None
    regimens: Mapping[str, Regimen]
    follow_up_day: float | None


def check_policy(written: Sequence[WrittenRule], around: Surroundings, problems: Problems) -> None:
    """Add a problem for every rule that overlaps an earlier one or can never act."""
    rules = [each.rule for each in written]
    acting: list[WrittenRule] = []
    for each in written:
        reason = _never(each.rule, rules, around)
        if reason is not None:
            key, what, allowed, step = reason
            problems.add(
                each.key(key),
                f"the rule {each.rule.name!r} can never act: {what}",
                allowed=allowed,
                next_step=step,
            )
        else:
            _check_overlap(each, acting, problems)
            acting.append(each)


def _check_overlap(each: WrittenRule, earlier: Sequence[WrittenRule], problems: Problems) -> None:
    for other in earlier:
        if other.rule.then.share < 1 or other.rule.then.lines or not covers(other.rule.when, each.rule.when):
            continue
        name = other.rule.name
        if covers(each.rule.when, other.rule.when):
            what = f"two rules for one situation: {each.rule.name!r} waits for the same as {name!r}"
        else:
            what = f"the rule {each.rule.name!r} can never act: {name!r} comes first and covers it"
        problems.add(
            each.key("when"),
            f"{what} (line {other.place.line})",
            allowed="the first rule that matches acts",
            next_step=f"move it before {name!r}, change one of them, or remove it",
        )
        return


def covers(wide: Condition, narrow: Condition) -> bool:
    """Whether every situation that ``narrow`` waits for is one that ``wide`` waits for too.

    Examples
    --------
    >>> covers(Condition(toxicity=3), Condition(toxicity=4))
    True
    >>> covers(Condition(response=("CR",)), Condition(response=("CR", "PR")))
    False
    """
    equal = all(getattr(wide, n) in (None, getattr(narrow, n)) for n in _EQUAL)
    return (
        equal
        and all(_at_least(getattr(wide, n), getattr(narrow, n)) for n in _AT_LEAST)
        and all(_one_of(getattr(wide, n), getattr(narrow, n)) for n in _ONE_OF)
        and set(wide.available) <= set(narrow.available)
    )


def _at_least(wide: float | None, narrow: float | None) -> bool:
    return wide is None or (narrow is not None and narrow >= wide)


def _one_of(wide: Sequence[str], narrow: Sequence[str]) -> bool:
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _never(rule: Rule, rules: Sequence[Rule], around: Surroundings) -> Reason | None:
    """Why a rule can never act, or None."""
    for reason in (*_contradictions(rule), *_too_long(rule, around.follow_up_day)):
        return reason
    for reason in (*_unreachable(rule, rules, around), *_not_stopped_by(rule, rules)):
        return reason
    return None


def _contradictions(rule: Rule) -> Iterator[Reason]:
    when, kind = rule.when, rule.then.kind
    if rule.then.share == 0:
        yield "share", "it is open to nobody", "more than 0 %", None
    if when.state == "off drug" and kind in ("stop", "hold"):
        yield "state", f"off drug there is nothing to {kind}", "state: on drug", None
    if when.state == "on drug" and kind == "rechallenge":
        yield "state", "a second course begins off drug", "state: off drug", None
    if when.state == "on drug" and (when.off_drug_for_day is not None or when.stopped_by):
        key = "stopped_by" if when.stopped_by else "off_drug_for"
        yield key, "it waits for on drug and off drug at once", "state: off drug", None
    if when.state == "off drug" and when.on_drug_for_day is not None:
        yield "on_drug_for", "it waits for on drug and off drug at once", "state: on drug", None
    if when.lasting_day is not None and not when.response:
        yield "lasting", "no response is named that could last", None, "add response: CR, for example"
    if when.confirmed is not None and when.response != ("PD",):
        yield "confirmed", "only progression is confirmed", "response: PD", None
    if _best_is_worse(when):
        yield "best", "the best response is never worse than this visit's", None, None


def _best_is_worse(when: Condition) -> bool:
    now = [_DEPTH.index(r) for r in when.response if r in _DEPTH]
    best = [_DEPTH.index(r) for r in when.best if r in _DEPTH]
    ranked = len(now) == len(when.response) and len(best) == len(when.best)
    return bool(now) and bool(best) and ranked and max(best) < min(now)


def _too_long(rule: Rule, follow_up_day: float | None) -> Iterator[Reason]:
    times = {
        "on_drug_for": rule.when.on_drug_for_day,
        "off_drug_for": rule.when.off_drug_for_day,
        "lasting": rule.when.lasting_day,
    }
    for key, day in times.items():
        if day is not None and follow_up_day is not None and day > follow_up_day:
            yield key, "follow-up ends before that", f"at most {follow_up_day:g} days", None


def _unreachable(rule: Rule, rules: Sequence[Rule], around: Surroundings) -> Iterator[Reason]:
    reached = _reached(rules)
    if not any(_at(rule.when, line, course) for line, course in reached):
        key = "course" if rule.when.line in (None, *(line for line, _ in reached)) else "line"
        act = "rechallenge" if key == "course" else "next line"
        yield key, f"no rule leads to that {key}", None, f"add a rule with then: {act}, before progression"
    if rule.when.state == "off drug" and not _treatment_ends(rules, around):
        yield (
            "state",
            "nothing ends treatment, no rule and no regimen",
            None,
            "add a rule with then: stop",
        )
    if rule.when.state == "on drug" and not _drug_is_given(rules, around):
        yield "when", "the arm gives no drug", None, "remove the rule"


def _reached(rules: Sequence[Rule]) -> set[tuple[int, int]]:
    """Lines and courses that the policy can lead to, from the first of each."""
    reached, fresh = {(1, 1)}, [(1, 1)]
    while fresh:
        line, course = fresh.pop()
        for rule in rules:
            if not _at(rule.when, line, course) or rule.then.share == 0:
                continue
            step = {"rechallenge": (line, course + 1), "next line": (line + 1, 1)}.get(rule.then.kind)
            if step is not None and step not in reached and max(step) <= _MOST_COURSES:
                reached.add(step)
                fresh.append(step)
    return reached


def _at(when: Condition, line: int, course: int) -> bool:
    return when.line in (None, line) and when.course in (None, course)


def _used(rules: Sequence[Rule], around: Surroundings) -> list[Regimen] | None:
    """All regimens of an arm; None if one could not be read."""
    names = [around.regimen, *(rule.then.regimen for rule in rules if rule.then.regimen is not None)]
    if any(name not in around.regimens for name in names):
        return None
    return [around.regimens[name] for name in names if name is not None]


def _drug_is_given(rules: Sequence[Rule], around: Surroundings) -> bool:
    used = _used(rules, around)
    return used is None or any(regimen.orders for regimen in used)


def _treatment_ends(rules: Sequence[Rule], around: Surroundings) -> bool:
    used = _used(rules, around)
    if used is None or any(rule.then.kind == "stop" or rule.then.for_day is not None for rule in rules):
        return True
    return any(all(order.doses_at_most is not None for order in regimen.orders) for regimen in used)


def _not_stopped_by(rule: Rule, rules: Sequence[Rule]) -> Iterator[Reason]:
    stops = [other.name for other in rules if other.then.kind == "stop"]
    allowed = (*stops, *COURSE_ENDS)
    for name in rule.when.stopped_by:
        if name not in allowed:
            what = f"no rule {name!r} stops treatment"
            yield "stopped_by", what, ", ".join(allowed), did_you_mean(name, allowed)
