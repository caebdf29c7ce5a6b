"""Policies as YAML: a list of rules, each with a name, what it waits for, and what it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from remission.study import reader
from remission.study.definition import COURSE_ENDS, Action, Condition, Rule
from remission.study.reader import BAD, Key, Problems, Reader
from remission.study.yaml import Place

RESPONSES = ("CR", "PR", "SD", "NON_CR_NON_PD", "PD", "NE")
ACTIONS = ("continue", "stop", "hold", "rechallenge", "next line", "end")
_STARTS = ("rechallenge", "next line")
_MOST_RULES = 100

CONDITION = {
    "state": Key(reader.choice("on drug", "off drug", what="state"), None),
    "line": Key(reader.integer(1, 20), None),
    "course": Key(reader.integer(1, 20), None),
    "response": Key(reader.one_or_more(reader.choice(*RESPONSES, what="response")), ()),
    "confirmed": Key(reader.yes_no, None),
    "lasting": Key(reader.duration(), None),
    "best": Key(reader.one_or_more(reader.choice(*RESPONSES, what="response")), ()),
    "on_drug_for": Key(reader.duration(), None),
    "off_drug_for": Key(reader.duration(), None),
    "toxicity": Key(reader.integer(1, 5), None),
    "stopped_by": Key(reader.one_or_more(reader.name), ()),
    "available": Key(reader.one_or_more(reader.name), ()),
}
_DAYS = ("lasting", "on_drug_for", "off_drug_for")


@dataclass(frozen=True)
class WrittenRule:
    """A rule and the place where it was written."""

    rule: Rule
    place: Place

    def key(self, name: str) -> Place:
        """Where one of its keys stands, of the rule itself or of its conditions."""
        when = self.place.at("when")
        return (when and when.at(name)) or self.place.at(name) or self.place


def rule_keys(regimens: Sequence[str]) -> dict[str, Key]:
    """Keys of a rule in a study with these regimens."""
    return {
        "rule": Key(reader.name),
        "when": Key(_condition, Condition()),
        "then": Key(reader.choice(*ACTIONS, what="action")),
        "regimen": Key(reader.choice(*regimens, what="regimen"), None),
        "for": Key(reader.duration(), None),
        "after": Key(reader.duration(), None),
        "share": Key(reader.share, 1.0),
    }


def rule_reader(regimens: Sequence[str]) -> Reader:
    """Reader of one rule."""
    keys = rule_keys(regimens)

    def read(place: Place, problems: Problems) -> Any:
        values = reader.read_section(place, keys, problems)
        if not reader.whole(values.values()):
            return BAD
        if not _action_fits(values, place, problems):
            return BAD
        action = Action(values["then"], values["regimen"], values["share"], values["for"], values["after"] or 0.0)
        return WrittenRule(Rule(values["rule"], _implied(values["when"], action), action), place)

    return read


def policy_reader(regimens: Sequence[str]) -> Reader:
    """Reader of a policy: rules with different names, as `WrittenRule`."""
    rules = reader.list_of(rule_reader(regimens))

    def read(place: Place, problems: Problems) -> Any:
        written = rules(place, problems)
        if written is BAD:
            return BAD
        if len(written) > _MOST_RULES:
            return problems.add(place, "the policy is too long", allowed=f"{_MOST_RULES} rules")
        seen: dict[str, WrittenRule] = {}
        for each in written:
            name = each.rule.name
            if name in COURSE_ENDS:
                problems.add(each.key("rule"), "this name is taken", next_step="choose another name")
            if name in seen:
                line = seen[name].place.line
                problems.add(each.key("rule"), f"line {line} has a rule of this name", allowed="other names")
            seen.setdefault(name, each)
        return written

    return read


def _condition(place: Place, problems: Problems) -> Any:
    values = reader.read_section(place, CONDITION, problems)
    if not reader.whole(values.values()):
        return BAD
    days = {f"{name}_day": values.pop(name) for name in _DAYS}
    return Condition(**values, **days)


def _action_fits(values: dict[str, Any], place: Place, problems: Problems) -> bool:
    kind, starts = values["then"], values["then"] in _STARTS
    if starts and values["regimen"] is None:
        problems.add(place.at("then") or place, f"{kind} needs a regimen", next_step="add regimen: NAME")
        return False
    if kind == "hold" and values["when"].toxicity is None:
        problems.add(
            place.at("then") or place,
            "hold needs a toxicity to wait for: what is held resumes when the toxicity has resolved",
            allowed="hold in a rule with toxicity: 1 to 5 in its when",
            next_step="add toxicity: 3, for example, or write then: stop",
        )
        return False
    for key in ("regimen", "for", "after"):
        if values[key] is not None and not starts:
            problems.add(place.at(key) or place, f"{kind} has no {key}", next_step=f"remove {key}")
            return False
    return True


def _implied(when: Condition, then: Action) -> Condition:
    """Write out the state that a rule leaves unsaid, so that it never matches where it could do nothing."""
    from dataclasses import replace

    if when.state is not None:
        return when
    state: Literal["on drug", "off drug"] | None = None
    if when.on_drug_for_day is not None or then.kind in ("stop", "hold"):
        state = "on drug"
    if when.off_drug_for_day is not None or when.stopped_by or then.kind == "rechallenge":
        state = "off drug"
    return replace(when, state=state)
