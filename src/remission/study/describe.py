"""A study in words: what was understood of a file."""

from __future__ import annotations

from remission.study.calendar import ScanCalendar
from remission.study.dates import exists_from
from remission.study.definition import (
    CENTRAL_REVIEW,
    Action,
    Arm,
    Condition,
    Criterion,
    DoseOrder,
    Regimen,
    Rule,
    StudyDefinition,
)
from remission.units import DAYS_PER_MONTH, DAYS_PER_WEEK

_WIDTH = 100
_SHOWN_SCANS = 3
_CALL = "published_as says what an arm is called there"
_CENSORS = "ends follow-up at progression: overall survival is censored there, and later deaths are not seen"
_RESPONSES = {"NON_CR_NON_PD": "non-CR/non-PD", "NE": "not evaluable"}


def describe(study: StudyDefinition) -> str:
    """Several lines of plain text.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> print(describe(load_definition("keynote-006")).splitlines()[1])
    834 patients with melanoma, 34 % of them previously treated, randomised, seed 2017
    """
    lines = [f"{study.name}: {study.title}" if study.title else study.name, *_frame(study)]
    for arm in study.arms:
        lines += ["", *_arm(study, arm)]
    return "\n".join(wrapped for line in lines for wrapped in _wrapped(line))


def _wrapped(line: str) -> list[str]:
    from textwrap import wrap

    return wrap(line, _WIDTH, subsequent_indent="     ", break_long_words=False) or [""]


def duration_text(days: float) -> str:
    """A number of days in the unit in which it is whole.

    Examples
    --------
    >>> duration_text(84), duration_text(730.5), duration_text(10)
    ('12 weeks', '24 months', '10 days')
    """
    for length, unit in ((DAYS_PER_WEEK, "week"), (DAYS_PER_MONTH, "month")):
        count = days / length
        if abs(count - round(count)) < 1e-6 and round(count) > 0:
            return f"{count:g} {unit}" + ("s" if round(count) > 1 else "")
    return f"{days:g} days"


def _frame(study: StudyDefinition) -> list[str]:
    treated = study.previously_treated
    earlier = f", {100 * treated:g} % of them previously treated" if treated else ""
    filled = "every patient in every arm (twins)" if study.filled == "twins" else "randomised"
    lost = study.lost_to_follow_up_per_year
    lines = [
        f"{study.patients} patients with {study.tumour}{earlier}, {filled}, seed {study.seed}",
        f"followed for {duration_text(study.follow_up_day)}; scans {_scans(study.scans)}",
        f"off drug a visit every {duration_text(study.watch_every_day)}; a scan confirms another after "
        f"{duration_text(study.confirmation_day)} or more",
    ]
    if study.model is not None:
        lesions = ", ".join(lesion.name for lesion in study.model.lesions)
        lines.append(f"a model of the study's own; lesions: {lesions}")
    if study.diagnosed is not None:
        lines.append(f"diagnosed between {study.diagnosed.first} and {study.diagnosed.last}")
    lines += [f"enrolled only with {', '.join(map(_criterion, study.eligible))}"] if study.eligible else []
    lines += [f"{100 * lost:g} % a year are lost to follow-up"] if lost else []
    if CENTRAL_REVIEW in study.assessors:
        lines.append("response and progression are judged by a central review besides, on which no decision rests")
    return lines + _published(study)


_FLAGS = ("female", "previously_treated", "squamous")


def _criterion(one: Criterion) -> str:
    if one.covariate in _FLAGS:
        return f"{one.covariate}: {'no' if one.at_least is None else 'yes'}"
    bounds = {"at least": one.at_least, "at most": one.at_most}
    said = [f"{word} {bound:g}" for word, bound in bounds.items() if bound is not None]
    return f"{one.covariate} {' and '.join(said)}"


def _published(study: StudyDefinition) -> list[str]:
    """Which arms have published results to be held against, and which have none."""
    from remission.study.published import NOT_REVIEWED, not_reviewed, published_for

    if study.published is None:
        return []
    figures = published_for(study)
    found = {figure.arm for figure in figures}
    matched = [arm.name for arm in study.arms if arm.name in found]
    others = [arm.name for arm in study.enabled_arms if arm.name not in found]
    if not matched:
        return [
            f"no arm is held against the published results of {study.published}, for none is called as there; {_CALL}"
        ]
    lines = [f"held against the published results of {study.published}: {', '.join(matched)}"]
    central = sum(not_reviewed(figure.criterion, study) for figure in figures)
    lines += [f"without published results: {', '.join(others)}; {_CALL}"] if others else []
    lines += [f"{central} published numbers are of a central review: {NOT_REVIEWED}"] if central else []
    return lines


def _scans(scans: ScanCalendar) -> str:
    parts = ["at " + ", ".join(duration_text(day) for day in scans.at_day[:_SHOWN_SCANS])]
    if len(scans.at_day) > _SHOWN_SCANS:
        parts[0] += f", ... {duration_text(scans.at_day[-1])}"
    for span in scans.then:
        until = "" if span.until_day is None else f" until {duration_text(span.until_day)}"
        parts.append(f"every {duration_text(span.every_day)}{until}")
    return ", then ".join(parts)


def _arm(study: StudyDefinition, arm: Arm) -> list[str]:
    label = "" if arm.label == arm.name else f" ({arm.label})"
    return [
        f"arm {arm.name}{label}: {_filled(study, arm)}",
        f"  first line: {_regimen(study.regimens[arm.regimen])}",
        *(
            f"  {number}. {rule.name}: {_when(study, rule.when)} -> {_then(study, rule.then)}"
            for number, rule in enumerate(arm.policy, 1)
        ),
        *(f"  warning: {rule.name!r} {_CENSORS}" for rule in arm.policy if _ends_at_progression(rule)),
    ]


def _ends_at_progression(rule: Rule) -> bool:
    return rule.then.kind == "end" and "PD" in rule.when.response


def _filled(study: StudyDefinition, arm: Arm) -> str:
    off = "" if arm.enabled else f'switched off; --arm "{arm.name}" switches it on; '
    shared = [other.ratio for other in study.enabled_arms if other.ratio is not None]
    if study.filled == "twins" or arm.ratio is None:
        return f"{off}every patient"
    return f"{off}{arm.ratio} of {sum(shared)} patients"


def _regimen(regimen: Regimen) -> str:
    if not regimen.orders:
        return "no drug"
    return " with ".join(_order(order) for order in regimen.orders)


def _order(order: DoseOrder) -> str:
    every = " or ".join(duration_text(day) for day in order.every_day)
    times = "" if order.doses_at_most is None else f", {order.doses_at_most} times"
    start = f", from day {order.start_day:g}" if order.start_day else ""
    return f"{order.molecule} {order.dose.value:g} {order.dose.unit} every {every}{times}{start}"


def _when(study: StudyDefinition, when: Condition) -> str:
    parts: list[str] = [when.state] if when.state else []
    parts += [f"line {when.line}"] if when.line else []
    parts += [f"course {when.course}"] if when.course else []
    if when.response:
        confirmed = {True: " confirmed", False: " not yet confirmed", None: ""}[when.confirmed]
        lasting = f" for {duration_text(when.lasting_day)}" if when.lasting_day else ""
        parts.append(_either(when.response) + confirmed + lasting)
    parts += [f"best response {_either(when.best)}"] if when.best else []
    if when.on_drug_for_day is not None:
        parts.append(f"treated for {duration_text(when.on_drug_for_day)}")
    if when.off_drug_for_day is not None:
        parts.append(f"off drug for {duration_text(when.off_drug_for_day)}")
    parts += [f"toxicity of grade {when.toxicity} or more"] if when.toxicity else []
    parts += [f"stopped by {_either(when.stopped_by)}"] if when.stopped_by else []
    for name in when.available:
        parts.append(f"once {name} exists ({exists_from(name, study.regimens, study.molecules)})")
    return ", ".join(parts) or "always"


def _either(names: tuple[str, ...]) -> str:
    return " or ".join(_RESPONSES.get(name, name) for name in names)


def _then(study: StudyDefinition, then: Action) -> str:
    text: str = then.kind
    if then.regimen is not None:
        text += f" with {_regimen(study.regimens[then.regimen])}"
    if then.for_day is not None:
        text += f", for {duration_text(then.for_day)}"
    if then.after_day:
        text += f", {duration_text(then.after_day)} later"
    text += f", in line {_either(tuple(map(str, then.lines)))}" if then.lines else ""
    return text + (f", for {100 * then.share:g} % of the patients" if then.share < 1 else "")
