"""The validation on the screen: a table by trial, rows from memory apart, and the counts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from remission.calibration.score import MOST_POINTS_OFF, Score, from_memory, looked_up, score
from remission.calibration.validate import ValidatedRow, Validation
from remission.study.judgement import RECIST, Judgement
from remission.texts import Words

_MOST_ARM: Final = 34
# Words within the names of published arms, and within reasons that name something; longer ones first.
_OF_ARMS: Final = (
    "completed 35 cycles",
    "completed 2 y",
    "second course",
    "LDH normal",
    "pooled",
    "arms",
    "ULN",
    "docetaxel",
)
_OF_REASONS: Final = (
    *("no study simulates", "is a pool of trials, and only", "is simulated", "was not simulated"),
    *("has no arm to compare with", "has no arm", "the patients have no column", "too few are followed at month"),
)
_DECIMALS: Final = {"ratio": 2, "days": 0}
_UNITS: Final = {"%": "percent", "months": "months.short", "days": "validate.days"}


def as_text(found: Validation) -> str:
    """Everything that was found, row by row."""
    words = Words()
    lines = [_title(found), ""]
    for heading, rows in (("", looked_up(found.rows)), ("recalled from memory, shown apart", from_memory(found.rows))):
        if rows and heading:
            lines += [heading.upper(), ""]
        for trial in dict.fromkeys(row.target.figure.trial for row in rows):
            lines += [trial, *_table([row for row in rows if row.target.figure.trial == trial], words), ""]
    lines += ["COUNTS", *score_lines("looked_up", score(looked_up(found.rows)), words)]
    if from_memory(found.rows):
        lines += score_lines("memory", score(from_memory(found.rows)), words)
    return "\n".join(lines)


def _title(found: Validation) -> str:
    sets = ", ".join(f"{count} accepted tables of {name}" for name, count in found.accepted.items() if count)
    with_sets = f" ({sets})" if sets else ""
    return (
        f"{found.trials} virtual trials of each of {len(found.studies)} studies, seed {found.seed}{with_sets}: "
        "the mean, and between which 95 % of the trials lie"
    )


def _table(rows: Sequence[ValidatedRow], words: Words) -> Iterator[str]:
    head = (*(words(f"validate.{name}") for name in ("arm", "endpoint", "published", "simulated")), "")
    cells = [head, *(row_cells(row, words) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head) - 1)]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=False))
        yield f"  {'  '.join(padded)}  {line[-1]}".rstrip()


def row_cells(row: ValidatedRow, words: Words) -> tuple[str, str, str, str, str]:
    """Arm, endpoint, published, simulated, and verdict of a row, as text."""
    figure = row.target.figure
    arm = _arm(figure.arm, words)
    arm = arm if len(arm) <= _MOST_ARM else arm[: _MOST_ARM - 3] + "..."
    endpoint = words.term(row.target.columns["endpoint"])
    if figure.time_months is not None:
        endpoint = words("validate.at", endpoint=endpoint, month=words.written(f"{figure.time_months:g}"))
    by = _judged_by(figure.criterion)
    if by and ("PFS" in figure.endpoint or figure.criterion.is_central):
        endpoint = words("validate.by", endpoint=endpoint, criterion=", ".join(map(words.term, by)))
    published = _with_interval(figure.value, figure.ci_low, figure.ci_high, figure.unit, words)
    if math.isnan(row.simulated):
        return arm, endpoint, published, "", words("validate.not_computable", reason=_reason(row.reason, words))
    simulated = _with_interval(row.simulated, row.low, row.high, figure.unit, words)
    if row.passed is None:
        return arm, endpoint, published, simulated, words("validate.not_judged", reason=_reason(row.reason, words))
    return arm, endpoint, published, simulated, words("validate.pass" if row.passed else "validate.miss")


def _arm(name: str, words: Words) -> str:
    return words.terms_in(words.term(name), _OF_ARMS)


def _reason(reason: str, words: Words) -> str:
    return words.terms_in(words.term(reason), _OF_REASONS)


def _judged_by(criterion: Judgement) -> list[str]:
    """What a criterion says beyond RECIST 1.1 by the investigator."""
    told = (criterion.measure if criterion.measure != RECIST else "", "confirmed" if criterion.confirmed else "")
    return [*filter(None, told), *(["central review"] if criterion.is_central else [])]


def _with_interval(value: float, low: float | None, high: float | None, unit: str, words: Words) -> str:
    number = _number(value, unit, words)
    if low is None or math.isnan(low):
        return number
    decimals = 2 if unit == "ratio" else 1
    top = "" if high is None or math.isinf(high) else words.number(high, decimals)
    return words("validate.interval", value=number, low=words.number(low, decimals), high=top)


def _number(value: float, unit: str, words: Words) -> str:
    number = words.number(value, _DECIMALS.get(unit, 1))
    return number if math.isinf(value) or unit not in _UNITS else words(_UNITS[unit], value=number)


def score_lines(group: str, counted: Score, words: Words) -> list[str]:
    """The counts of some rows in words; `group` is ``"looked_up"`` or ``"memory"``."""
    every, others = counted.every, counted.other_than_os
    name, number = words(f"validate.group.{group}"), len(counted.far_off) or words("validate.score.none")
    first, second = _percent(every.percent, words), _percent(others.percent, words)
    equal = _percent(counted.equal_weight, words, bracket=False)
    lines = [
        "  " + words("validate.score", group=name, passed=every.passed, judged=every.judged, percent=first),
        "    " + words("validate.score.others", passed=others.passed, judged=others.judged, percent=second),
        "    " + words("validate.score.equal", percent=equal),
        "    " + words("validate.score.far", points=f"{MOST_POINTS_OFF:g}", number=number),
    ]
    return lines + ["      " + _far_line(row, words) for row in counted.far_off]


def _far_line(row: ValidatedRow, words: Words) -> str:
    figure = row.target.figure
    endpoint = words.term(figure.endpoint)
    if figure.time_months is not None:
        endpoint = words("validate.score.at", endpoint=endpoint, month=words.written(f"{figure.time_months:g}"))
    return words(
        "validate.score.row",
        trial=figure.trial,
        arm=_arm(figure.arm, words),
        endpoint=endpoint,
        simulated=words.number(row.simulated, 1),
        published=words.written(f"{figure.value:g}"),
    )


def _percent(value: float, words: Words, *, bracket: bool = True) -> str:
    if math.isnan(value):
        return ""
    percent = words("percent", value=words.number(value))
    return f" ({percent})" if bracket else f" {percent}"
