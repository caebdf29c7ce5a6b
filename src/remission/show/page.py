"""What stands on the page besides the drawings: title, one paragraph, key numbers, counts, origin."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from remission.show.compare import Row, simulated_estimate
from remission.show.course import Course, Step
from remission.show.gather import ArmData
from remission.show.lines import Group, quantity
from remission.show.style import arm_colour, variable
from remission.texts import Words
from remission.units import DAYS_PER_MONTH

_FREE = "treatment_free_36"
_SEX = {True: "patient.woman", False: "patient.man", None: "patient.person"}


@dataclass(frozen=True)
class Tile:
    """Key numbers of an arm: (value, what it is)."""

    label: str
    colour: str
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Counted:
    """Patients of an arm by what became of them."""

    label: str
    colour: str
    numbers: tuple[str, ...]
    reasons: str


def colour_of(index: int) -> str:
    """CSS variable of an arm's colour.

    Examples
    --------
    >>> colour_of(0)
    '--c-0072b2'
    """
    return variable(arm_colour(index))


def tile(arm: ArmData, summary: Mapping[str, Any], last_month: float, words: Words) -> Tile:
    """Response, median survival, survival at the end and time free of treatment."""
    month = float(last_alive_month(summary, arm.name, last_month) or 0)
    wanted = (
        ("ORR", None, "%", words("tile.response")),
        ("median_OS", None, "plain", words("tile.median")),
        ("OS", month, "%", words("tile.alive", month=words.number(month))),
        (_FREE, None, "plain", words("tile.free")),
    )
    numbers = []
    for endpoint, at, unit, meaning in wanted:
        value = simulated_estimate(summary, arm.name, endpoint, at).value
        if value is not None:
            text = quantity(value, "%", words) if unit == "%" else words.number(value, 1)
            numbers.append((text, meaning))
    return Tile(arm.label, colour_of(arm.index), tuple(numbers))


def last_alive_month(summary: Mapping[str, Any], arm: str, last_month: float) -> float | None:
    """Latest month, not after the end of follow-up, at which the summary gives survival.

    Examples
    --------
    >>> last_alive_month({"arms": {"A": {"OS": {"12": 70.0, "60": 40.0, "72": None}}}}, "A", 60.0)
    60.0
    """
    months = summary["arms"].get(arm, {}).get("OS", {})
    known = [float(month) for month, value in months.items() if value is not None and float(month) <= last_month]
    return max(known, default=None)


def plain_words(
    arms: Sequence[ArmData],
    summary: Mapping[str, Any],
    rows: Sequence[Row],
    last_month: float,
    words: Words,
    *,
    twins: bool = False,
) -> str:
    """The result in one paragraph that needs no statistics to read; `twins` live in every arm."""
    followed = [arm for arm in arms if arm.followed]
    if not followed:
        return words("plain.nobody")
    patients = len(set().union(*(arm.patients["patient"].tolist() for arm in followed)))
    who = words(
        "plain.twins" if twins else "plain.who",
        patients=words.number(patients),
        arms=words.join([arm.label for arm in followed]),
        months=words.number(last_month),
    )
    month = min(last_alive_month(summary, arm.name, last_month) or 0.0 for arm in followed)
    parts = [
        who,
        _each(followed, summary, "ORR", None, "percent", "plain.response", words),
        _each(followed, summary, "median_OS", None, "months", "plain.median", words),
        _each(followed, summary, "OS", month, "percent", "plain.alive", words, month=words.number(month)),
        _each(followed, summary, _FREE, None, "months", "plain.free", words),
        *_met(rows, words),
        _failures(arms, words),
        _nobody(arms, words),
    ]
    return " ".join(part for part in parts if part)


def _each(
    arms: Sequence[ArmData],
    summary: Mapping[str, Any],
    endpoint: str,
    at: float | None,
    unit: str,
    key: str,
    words: Words,
    **values: str,
) -> str:
    """A sentence with the number of each arm; empty where the summary has none."""
    found = []
    for arm in arms:
        value = simulated_estimate(summary, arm.name, endpoint, at).value
        if value is not None:
            number = words.number(value, 1)
            text = number if math.isinf(value) else words(unit, value=number)
            found.append(words("plain.of_arm", value=text, arm=arm.label))
    return words(key, values=words.join(found), **values) if found else ""


def _met(rows: Sequence[Row], words: Words) -> list[str]:
    """How many published numbers are met; without those recalled; and without those fitted."""
    judged = [row for row in rows if row.verdict in ("met", "missed")]
    few = sum(row.verdict == "too few" for row in rows)
    if not judged and not few:
        return [words("plain.unpublished")]
    met = _count_met(judged)
    parts = [words("plain.met", judged=len(judged), met=met, missed=len(judged) - met)]
    parts += [words("plain.too_few", number=few)] if few else []
    known = [row for row in judged if row.published.evidence != "recalled"]
    if len(known) < len(judged):
        parts.append(words("plain.recalled", met=_count_met(known), judged=len(known)))
    fitted = sum(row.published.fitted for row in rows)
    if fitted:
        others = [row for row in judged if not row.published.fitted]
        parts.append(words("plain.fitted", number=fitted, judged=len(others), met=_count_met(others)))
    return parts


def result_remarks(rows: Sequence[Row], words: Words, *, twins: bool) -> list[str]:
    """What must be known to read the table of results."""
    remarks = [words("table.twins")] if twins else []
    return remarks + (_met(rows, words) if rows else [])


def _count_met(rows: Sequence[Row]) -> int:
    return sum(row.verdict == "met" for row in rows)


def _nobody(arms: Sequence[ArmData], words: Words) -> str:
    empty = [arm.label for arm in arms if not arm.followed]
    return words("plain.no_patients", arms=words.join(empty)) if empty else ""


def _failures(arms: Sequence[ArmData], words: Words) -> str:
    failed = sum(arm.statuses.get("failed", 0) for arm in arms)
    return words("plain.failed", failed=words.number(failed)) if failed else ""


def sources(groups: Sequence[Group]) -> list[str]:
    """Where published numbers come from, once each, in the order of the table."""
    return list(dict.fromkeys(line.source for group in groups for line in group.lines if line.source))


def counted_columns(words: Words) -> tuple[str, ...]:
    """Headings of the numbers in `Counted`."""
    return tuple(
        words(f"counted.{name}") for name in ("patients", "followed", "failed", "not_enrolled", "died", "lost")
    )


def counted(arm: ArmData, words: Words) -> Counted:
    """How many were followed, failed, were not enrolled, died, were lost, and why."""
    numbers = (
        arm.enrolled,
        *(arm.statuses.get(status, 0) for status in ("followed", "failed", "not_enrolled")),
        int(arm.patients["os_event"].sum()),
        int((arm.patients["lost_day"] > 0).sum()),
    )
    told = (f"{words.term(reason)} ({words.number(number)})" for reason, number in arm.reasons.items())
    reasons = words("list.semicolon").join(told)
    texts = tuple(words.number(number) for number in numbers)
    return Counted(arm.label, colour_of(arm.index), texts, reasons or words("counted.none"))


def patient_facts(course: Course, words: Words) -> str:
    """Who the patient is."""
    facts = course.facts
    return words(
        "patient.facts",
        sex=words(_SEX[facts["female"]]),
        age=words.number(facts["age_year"]),
        weight=words.number(facts["weight_kg"]),
        ldh=words.number(facts["ldh_ratio_uln"], 1),
        ecog=words.number(facts["ecog"]),
        lesions=words.number(facts["lesions"]),
        targets=words.number(facts["targets"]),
        sum=words.number(facts["baseline_sum_mm"]),
        best=words.named("response", facts["best_response"] or "NE"),
    )


def patient_steps(course: Course, words: Words) -> list[dict[str, str]]:
    """What happened to the patient, as rows of a table."""
    return [
        {
            "number": str(step.number),
            "month": _when(course, step, words),
            "what": _event_text(step, words),
            "rule": words.term(step.rule or ""),
        }
        for step in course.steps
    ]


def _when(course: Course, step: Step, words: Words) -> str:
    """Month of a step, and its date in a study with dates."""
    month = words.number(step.month, 1)
    if course.diagnosed is None:
        return month
    day = course.diagnosed + timedelta(days=int(step.month * DAYS_PER_MONTH + 1e-6))
    return words("step.dated", month=month, date=words.date(day))


def _event_text(step: Step, words: Words) -> str:
    what = words.named("event", step.kind)
    if step.grade:
        return words("step.told", what=what, told=words("grade", grade=step.grade))
    told = step.detail and step.kind != "scan progression"  # which says progression already
    detail = words.date(words.named("response", step.detail or ""))
    return words("step.told", what=what, told=detail) if told else what


def made_of(provenance: Any, words: Words) -> list[tuple[str, str]]:
    """What made the run: the lines that a reader needs to make it again."""
    known = provenance.document() if hasattr(provenance, "document") else dict(provenance)
    names = ("study_hash", "parameters_hash", "patients", "seed", "version", "command")
    return [(words(f"made.{name}"), str(known[name])) for name in names if known.get(name) is not None]


def provenance_text(provenance: Any) -> str:
    """All that is recorded, as indented JSON."""
    known = provenance.document() if hasattr(provenance, "document") else dict(provenance)
    return json.dumps(known, indent=1, ensure_ascii=False, default=asdict)
