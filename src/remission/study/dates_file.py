"""Calendar dates of a study file: what rules leave unsaid about them, and faults of dates and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from remission.study import reader
from remission.study.dates import Enrolment, allowed_lines, exists_from
from remission.study.definition import Regimen
from remission.study.molecule import Molecule
from remission.study.policy_file import WrittenRule
from remission.study.reader import BAD, Key, Problems
from remission.study.yaml import Place

DIAGNOSED = {"from": Key(reader.calendar_date), "until": Key(reader.calendar_date)}


def diagnosed(place: Place, problems: Problems) -> Any:
    """Days between which patients are diagnosed."""
    values = reader.read_section(place, DIAGNOSED, problems)
    if not reader.whole(values.values()):
        return BAD
    if values["until"] < values["from"]:
        at = place.at("until") or place
        return problems.add(at, "the last diagnosis comes before the first", allowed=f"{values['from']} or later")
    return Enrolment(values["from"], values["until"])


@dataclass(frozen=True)
class Calendar:
    """What dates and lines are judged by."""

    enrolment: Enrolment | None
    follow_up_day: float | None
    regimens: Mapping[str, Regimen]
    molecules: Mapping[str, Molecule]

    def exists_from(self, name: str) -> date | None:
        """First day of a regimen or molecule; None for always."""
        return exists_from(name, self.regimens, self.molecules)

    @property
    def end(self) -> date | None:
        """Last day of follow-up of anybody; None where that is not known."""
        if self.enrolment is None or self.follow_up_day is None:
            return None
        return self.enrolment.end(self.follow_up_day)


def check_first_line(place: Place, regimen: str, calendar: Calendar, problems: Problems) -> None:
    """A first line must exist when the first patient is diagnosed, and be allowed there."""
    if regimen not in calendar.regimens:
        return
    since = calendar.exists_from(regimen)
    if calendar.enrolment is not None and since is not None and since > calendar.enrolment.first:
        problems.add(
            place,
            f"{regimen} exists only from {since}, and the first patient is diagnosed on {calendar.enrolment.first}",
            allowed="a first line that exists when patients are diagnosed",
            next_step="choose another first line and reach it by a rule, or diagnose later",
        )
    lines = _lines(regimen, calendar, place, problems)
    if lines and 1 not in lines:
        problems.add(place, f"{regimen} is not allowed as the first line", allowed=f"line {_either(lines)}")


def with_dates(written: Sequence[WrittenRule], calendar: Calendar, problems: Problems) -> list[WrittenRule]:
    """The rules with what they leave unsaid written out: nothing starts before it exists, or in a line not allowed."""
    return [_with_dates(each, calendar, problems) for each in written]


def _with_dates(written: WrittenRule, calendar: Calendar, problems: Problems) -> WrittenRule:
    rule = written.rule
    for name in rule.when.available:
        _check_available(written, name, calendar, problems)
    regimen = rule.then.regimen
    if regimen is None or regimen not in calendar.regimens:
        return written
    since, available = calendar.exists_from(regimen), rule.when.available
    if calendar.enrolment is not None and since is not None and since > calendar.enrolment.first:
        if regimen not in available:
            available = (*available, regimen)
        if calendar.end is not None and since > calendar.end and regimen not in rule.when.available:
            _never(written, "regimen", regimen, since, calendar, problems)
    lines = _lines(regimen, calendar, written.key("regimen"), problems)
    if lines and rule.when.line is not None:
        line = rule.when.line + (rule.then.kind == "next line")
        if line not in lines:
            what = f"the rule {rule.name!r} can never act: {regimen} is not allowed in line {line}"
            problems.add(written.key("regimen"), what, allowed=f"line {_either(lines)}")
    then = replace(rule.then, lines=lines)
    return replace(written, rule=replace(rule, when=replace(rule.when, available=available), then=then))


def _lines(regimen: str, calendar: Calendar, place: Place, problems: Problems) -> tuple[int, ...]:
    try:
        return allowed_lines(calendar.regimens[regimen], calendar.molecules)
    except ValueError as error:
        problems.add(place, f"{regimen} can never be given: {error}", next_step="change the lines of a molecule")
        return ()


def _check_available(written: WrittenRule, name: str, calendar: Calendar, problems: Problems) -> None:
    place, rule = written.key("available"), written.rule.name
    known = (*calendar.regimens, *(each for each in calendar.molecules if each not in calendar.regimens))
    if name not in known:
        hint = reader.did_you_mean(name, known)
        problems.add(
            place, "unknown molecule or regimen", found=name, allowed=", ".join(known) or "none", next_step=hint
        )
        return
    since = calendar.exists_from(name)
    if calendar.enrolment is None:
        step = "add diagnosed: {from: 2014-01-01, until: 2017-06-30}, for example"
        problems.add(place, "without dates of diagnosis nobody knows what is available", found=name, next_step=step)
    elif since is None or since <= calendar.enrolment.first:
        told = "has no date: it always exists" if since is None else f"exists since {since}"
        problems.add(
            place,
            f"the rule {rule!r} waits for what is there from the start: {name} {told}",
            allowed=f"a molecule that comes after the first diagnosis, on {calendar.enrolment.first}",
            next_step="remove available, or correct a date",
        )
    elif calendar.end is not None and since > calendar.end:
        _never(written, "available", name, since, calendar, problems)


def _never(written: WrittenRule, key: str, name: str, since: date, calendar: Calendar, problems: Problems) -> None:
    problems.add(
        written.key(key),
        f"the rule {written.rule.name!r} can never act: {name} exists only from {since}",
        allowed=f"a day up to {calendar.end}, when follow-up of the last patient ends",
        next_step="follow patients for longer, diagnose them later, or correct the date",
    )


def _either(lines: Sequence[int]) -> str:
    return " or ".join(map(str, lines))


def calendar_of(values: Mapping[str, Any], molecules: Mapping[str, Molecule]) -> Calendar:
    """What could be read of a study's dates, regimens and molecules."""
    return Calendar(
        enrolment=None if values["diagnosed"] is BAD else values["diagnosed"],
        follow_up_day=None if values["follow_up"] is BAD else values["follow_up"],
        regimens={} if values["regimens"] is BAD else values["regimens"],
        molecules=molecules,
    )
