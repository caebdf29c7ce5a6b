"""The lines of the result table as text: the same for the page and for the terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from remission.show.compare import Published, Row, simulated_like
from remission.study.judgement import RECIST
from remission.texts import Words

# Endpoints in the order a reader looks for them; others follow by name.
ORDER: Final = (
    "ORR",
    "CR",
    "DCR",
    "median_TTR",
    "median_time_to_response",
    "median_response_duration",
    "median_OS",
    "OS",
    "HR_OS",
    "median_PFS",
    "PFS",
    "HR_PFS",
    "median_iPFS",
    "iPFS",
    "HR_iPFS",
    "TRAE_G3-5",
    "TRAE_G3-4",
    "discontinued_TRAE",
    "stopped_for_toxicity",
    "completed_2y_treatment",
    "second_course",
    "second_course_ORR",
    "next_line",
    "treatment_free_36",
    "treatment_free_60",
    "responders_with_DoR>=30mo",
    "PFS_after_completion_est",
    "no_PD_after_completion_if_CR",
    "no_PD_after_completion_if_PR",
    "no_PD_after_completion_if_SD",
    "PFS_after_completion",
    "PFS_after_completion_CR",
    "PFS_after_completion_PR",
    "PFS_after_completion_SD",
    "OS_after_completion",
    "median_exposure",
    "median_followup",
)
_TWO_YEARS: Final = 24.0
_IN_MONTHS: Final = ("median_", "treatment_free_")
_RATIOS: Final = ("HR_OS", "HR_PFS", "HR_iPFS")
Numbers = Mapping[str, Any]


@dataclass(frozen=True)
class Line:
    """One line of the table, ready to print; `state` is ``"met"``, ``"missed"``, ``"too few"`` or ``"not judged"``."""

    endpoint: str
    published: str
    published_interval: str
    simulated: str
    simulated_interval: str
    verdict: str
    evidence: str
    source: str
    state: str
    note: str = ""


@dataclass(frozen=True)
class Group:
    """The lines of one arm."""

    label: str
    arm: int
    lines: tuple[Line, ...]


def result_groups(
    arms: Sequence[tuple[str, str]], rows: Iterable[Row], summary: Mapping[str, Any], words: Words
) -> tuple[Group, ...]:
    """Lines by arm: what was published beside what was simulated, then what was simulated only.

    Parameters
    ----------
    arms : sequence of (name, label)
        In the order of the study.
    rows : iterable of Row
        From `remission.show.compare.compare`.
    summary : mapping
        Content of ``summary.json``.

    Examples
    --------
    >>> result_groups([("A", "Arm A")], [], {"arms": {"A": {"ORR": 42.0}}}, Words())[0].lines[0].simulated
    '42.0 %'
    """
    labels, listed = dict(arms), list(rows)
    groups = list[Group]()
    for index, (name, label) in enumerate(arms):
        of = [row for row in listed if row.published.arm == name]
        of += _own_rows(name, [other for other, _ in arms[index + 1 :]], summary, of)
        planned = summary["arms"].get(name, {}).get("planned_treatment")
        lines = tuple(_line(row, labels, planned, words) for row in sorted(of, key=_place))
        if summary["arms"].get(name, {}).get("followed") == 0:
            groups.append(Group(words("table.nobody", arm=label), index, ()))
        elif lines:
            groups.append(Group(label, index, lines))
    return tuple(groups)


def _place(row: Row) -> tuple[int, str, float]:
    endpoint = row.published.endpoint
    rank = ORDER.index(endpoint) if endpoint in ORDER else len(ORDER)
    return rank, endpoint, row.published.month or 0.0


def _line(row: Row, labels: Mapping[str, str], planned: float | None, words: Words) -> Line:
    one, alone = row.published, math.isnan(row.published.value)
    other = labels.get(one.against or "", one.against or "")
    name = endpoint_text(_endpoint_name(one.endpoint, planned), one.month, words, other=other)
    if one.criterion.is_central:
        name = words("endpoint.by_central_review", endpoint=name)
    return Line(
        words("endpoint.part", endpoint=name, part=words.term(one.part)) if one.part else name,
        "" if alone else quantity(one.value, one.unit, words),
        interval(one.low, one.high, one.unit, words),
        words.term(one.reason)
        if one.reason
        else quantity(row.simulated.value, one.unit, words, absent="not_simulated"),
        interval(row.simulated.low, row.simulated.high, one.unit, words),
        "" if alone else words(f"verdict.{row.verdict}"),
        _evidence(one, words),
        one.source,
        row.verdict,
        one.note,
    )


def _evidence(one: Published, words: Words) -> str:
    """Where a published number comes from, its criterion if not RECIST 1.1, and whether the tumour was fitted to it.

    By whom it was judged stands with the name of the endpoint.
    """
    parts = [words.named("evidence", one.evidence)] if one.evidence else []
    parts += [one.criterion.measure] if one.criterion.measure not in ("", RECIST) else []
    parts += [words.term("confirmed")] if one.criterion.confirmed else []
    parts += [words("evidence.fitted")] if one.fitted else []
    return ", ".join(parts)


def _endpoint_name(endpoint: str, planned_month: float | None) -> str:
    """Completed treatment is of two years only where the plan was."""
    other = endpoint == "completed_2y_treatment" and planned_month != _TWO_YEARS
    return "completed_planned" if other else endpoint


def _own_rows(arm: str, others: Sequence[str], summary: Numbers, rows: Sequence[Row]) -> list[Row]:
    """Simulated numbers of the known endpoints that nothing published stands beside."""
    published = [row.published for row in rows]
    seen = {(one.key, one.month) for one in published if one.against is None}
    # A number without a time in the summary may have one in print: "completed two years", at 24 months.
    seen |= {(endpoint, None) for endpoint, _ in seen}
    compared = {(one.key, one.against) for one in published}
    found = []
    for endpoint in ORDER:
        for month in _months(summary["arms"].get(arm, {}), endpoint):
            if (endpoint, month) not in seen:
                found.append(_own_row(arm, endpoint, month, None, summary))
        if endpoint in _RATIOS:
            new = [other for other in others if (endpoint, other) not in compared]
            found += [_own_row(arm, endpoint, None, other, summary) for other in new]
    return [row for row in found if row.simulated.value is not None]


def _months(numbers: Numbers, endpoint: str) -> list[float | None]:
    """Times at which an endpoint is shown: whole years of a curve; None for a number without a time."""
    if endpoint not in numbers:
        return []
    value = numbers[endpoint]
    return [float(month) for month in value if float(month) % 12 == 0] if isinstance(value, Mapping) else [None]


def _own_row(arm: str, endpoint: str, month: float | None, against: str | None, summary: Numbers) -> Row:
    unit = "ratio" if against else ("months" if endpoint.startswith(_IN_MONTHS) else "%")
    nothing = Published(arm, endpoint, month, math.nan, None, None, unit, "", "", against)
    return Row(nothing, simulated_like(nothing, summary), "not judged")


def endpoint_text(endpoint: str, month: float | None, words: Words, *, other: str = "") -> str:
    """What an endpoint is called; `other` is the label of the arm compared with.

    Examples
    --------
    >>> endpoint_text("OS", 12.0, Words()), endpoint_text("HR_OS", None, Words(), other="Ipilimumab")
    ('Alive at 12 months', 'Hazard ratio of death v Ipilimumab')
    """
    return words.named("endpoint", endpoint, month=words.number(month) if month is not None else "", other=other)


def quantity(value: float | None, unit: str, words: Words, *, absent: str = "unknown") -> str:
    """A number with its unit.

    Examples
    --------
    >>> [quantity(0.731, "ratio", Words()), quantity(16.0, "months", Words()), quantity(None, "%", Words())]
    ['0.73', '16.0 mo', 'unknown']
    """
    if value is None:
        return words(absent)
    if unit == "ratio":
        return words.number(value, 2)
    text = words.number(value, 1 if unit in ("%", "months") else 0)
    return text if math.isinf(value) or unit not in _UNIT_TEXTS else words(_UNIT_TEXTS[unit], value=text)


_UNIT_TEXTS: Final = {"%": "percent", "months": "months.short"}


def interval(low: float | None, high: float | None, unit: str, words: Words) -> str:
    """An interval without its unit; empty where there is none.

    Examples
    --------
    >>> interval(13.3, 22.0, "months", Words()), interval(None, None, "%", Words())
    ('13.3–22.0', '')
    """
    if low is None and high is None:
        return ""
    decimals = 2 if unit == "ratio" else 1
    open_end = words("not_reached.short")
    lower, upper = (open_end if limit is None else words.number(limit, decimals) for limit in (low, high))
    return words("interval", low=lower, high=upper)
