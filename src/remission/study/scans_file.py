"""The calendar of scans as YAML."""

from __future__ import annotations

from typing import Any

from remission.study import reader
from remission.study.calendar import LEAST_BETWEEN_SCANS_DAY, ScanCalendar, ScanSpan
from remission.study.reader import BAD, Key, Problems
from remission.study.yaml import Place


def between_scans(place: Place, problems: Problems) -> Any:
    """A time from scan to scan: long enough that their windows do not meet."""
    days = reader.duration()(place, problems)
    if days is not BAD and days < LEAST_BETWEEN_SCANS_DAY:
        return _too_close(place, place.shown, problems)
    return days


def _too_close(place: Place, found: str | None, problems: Problems) -> Any:
    return problems.add(
        place,
        "the scans are too close together: each falls within 3.5 days of its date",
        found=found,
        allowed=f"at least {LEAST_BETWEEN_SCANS_DAY:g} days from scan to scan; the baseline scan is day 0",
        next_step="leave more time between the scans",
    )


SCANS = {
    "at": Key(reader.one_or_more(reader.duration())),
    "then": Key(lambda place, problems: _spans(place, problems), ()),
}
SPAN = {"every": Key(between_scans), "until": Key(reader.duration(), None)}


def scans(place: Place, problems: Problems) -> Any:
    """First scans and what follows them, later and later."""
    values = reader.read_section(place, SCANS, problems)
    if not reader.whole(values.values()):
        return BAD
    for day, before in zip(values["at"], (0.0, *values["at"]), strict=False):
        if day <= before:
            found = f"day {day:g} after day {before:g}"
            return problems.add(
                place.at("at") or place,
                "the scans go backwards",
                found=found,
                allowed="later and later times",
            )
        if day - before < LEAST_BETWEEN_SCANS_DAY:
            return _too_close(place.at("at") or place, f"day {day:g} after day {before:g}", problems)
    return _calendar(place, values["at"], values["then"], problems)


def _calendar(place: Place, at_day: tuple[float, ...], spans: Any, problems: Problems) -> Any:
    end = at_day[-1]
    for number, span in enumerate(spans, 1):
        if span.until_day is None and number < len(spans):
            return problems.add(
                place.at("then") or place,
                "scans after a span without an end would never come",
                next_step="give it an until, or make it the last",
            )
        if span.until_day is not None and span.until_day <= end:
            return problems.add(
                place.at("then") or place,
                "the scans go backwards",
                found=f"until day {span.until_day:g} after day {end:g}",
                allowed="later and later times, counted from the start of treatment",
            )
        end = span.until_day if span.until_day is not None else end
    return ScanCalendar(at_day, spans)


def _spans(place: Place, problems: Problems) -> Any:
    if not isinstance(place.content, tuple):
        return problems.add(place, "a list is needed here", next_step="begin each item with a dash")
    spans = [reader.read_section(each, SPAN, problems) for each in place.content]
    if not all(reader.whole(span.values()) for span in spans):
        return BAD
    return tuple(ScanSpan(span["every"], span["until"]) for span in spans)
