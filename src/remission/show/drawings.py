"""The drawings of the report, section by section, each with its title and a description in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from markupsafe import Markup

from remission.calibration.outcomes import after_completion
from remission.run.numbers import course_ends
from remission.show.care import STATES, Shares
from remission.show.compare import Published
from remission.show.figures.care import care_figure
from remission.show.figures.course import course_figure
from remission.show.figures.freedom import freedom_figure
from remission.show.figures.response import spider_figure, waterfall_figure
from remission.show.figures.survival import survival_figure
from remission.show.figures.svg import inline_svg
from remission.show.figures.swimmer import swimmer_figure
from remission.show.figures.toxicity import grades_figure, onset_figure
from remission.show.freedom import TimeSpent, time_spent
from remission.show.gather import ArmData, Courses
from remission.show.lines import quantity
from remission.show.style import RESPONSES, arm_colour
from remission.show.survival import Curve, Point, Survival, at_risk_times, curve
from remission.show.toxicity import Onset, grades, onset
from remission.statistics.kaplan_meier import kaplan_meier
from remission.tables import by_central_review
from remission.texts import Words
from remission.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from remission.show.course import Course


_FEWEST = 5  # patients behind a curve that is worth drawing
_TABLE_MONTHS = (0, 1, 3, 6, 12, 24, 36, 60)  # the early ones serve cohorts that were followed briefly


@dataclass(frozen=True)
class Table:
    """Numbers of a drawing worth reading as numbers; rows begin with a name, above which no header stands."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Drawn:
    """A drawing with its words; `wide` ones take the whole width of the page, `first` ones begin a row."""

    name: str
    title: str
    description: str
    svg: Markup
    wide: bool = False
    table: Table | None = None
    first: bool = False


@dataclass(frozen=True)
class Section:
    """Drawings under one heading; `name` is the key of the heading's text."""

    name: str
    figures: tuple[Drawn, ...]


def drawn(
    figure: Figure, name: str, title: str, description: str, *, wide: bool = False, table: Table | None = None
) -> Drawn:
    """A figure with its words, as markup."""
    return Drawn(name, title, description, inline_svg(figure, name, title, description), wide, table)


def survival_section(
    arms: Sequence[ArmData], published: Sequence[Published], last_month: float, words: Words
) -> Section:
    """Overall and progression-free survival."""
    figures = []
    for name, endpoint, measure in (("os", "OS", "axis.alive"), ("pfs", "PFS", "axis.progression_free")):
        months = at_risk_times(last_month)
        known = [shown for arm in arms if (shown := arm.those_known(f"{name}_day")).followed]
        if not known:
            continue
        central = [] if name == "os" else _reviewed(known, endpoint, published)
        curves = (
            *(_curve(arm, name, _points(published, arm.name, (endpoint,)), months) for arm in known),
            *(_central_curve(arm, name, points, months, words) for arm, points in central),
        )
        figure = survival_figure(Survival(curves, last_month, months), words, measure=words(measure))
        values = " ".join(_median_text(arm, name, words) for arm in known)
        ends = " ".join((words("curve.ends"), *([words("curve.central.text")] if central else [])))
        text = words(f"figure.{name}.text", values=values, ends=ends)
        figures.append(drawn(figure, name, words(f"figure.{name}"), text))
    return Section("survival", tuple(figures))


def _reviewed(
    arms: Sequence[ArmData], endpoint: str, published: Sequence[Published]
) -> list[tuple[ArmData, list[Point]]]:
    """Arms of which something was published by central review, with that; none where the study has no such review."""
    found = ((arm, _points(published, arm.name, (endpoint,), central=True)) for arm in arms)
    return [(arm, points) for arm, points in found if points and by_central_review("pfs_day") in arm.patients]


def _central_curve(arm: ArmData, name: str, points: Sequence[Point], months: Sequence[float], words: Words) -> Curve:
    found = _curve(arm, by_central_review(name), points, months)
    return replace(found, label=words("curve.central", arm=arm.label), dashed=True)


def _curve(arm: ArmData, name: str, points: Sequence[Point], months: Sequence[float]) -> Curve:
    day, event = arm.patients[f"{name}_day"], arm.patients[f"{name}_event"]
    return curve(arm.label, arm_colour(arm.index), day, event, months, points)


def _points(
    published: Sequence[Published], arm: str, endpoints: Sequence[str], *, central: bool = False
) -> list[Point]:
    """What was published along a curve of progression by RECIST 1.1, of the investigator's or of a central review."""
    return [
        Point(one.month, one.value, _or_nan(one.low), _or_nan(one.high))
        for one in published
        if one.arm == arm and one.endpoint in endpoints and one.month is not None
        if one.criterion.is_central == central and not one.criterion.waits_for_confirmation
    ]


def _or_nan(limit: float | None) -> float:
    return float("nan") if limit is None else limit


def _median_text(arm: ArmData, name: str, words: Words) -> str:
    median = kaplan_meier(arm.patients[f"{name}_day"] / DAYS_PER_MONTH, arm.patients[f"{name}_event"]).median
    limits = words("interval", low=words.number(median.lower, 1), high=words.number(median.upper, 1))
    value = quantity(median.value, "months", words)
    return words("value.curve", arm=arm.label, median=value, interval=limits)


def response_section(
    arms: Sequence[ArmData], courses: Mapping[str, Courses], last_month: float, words: Words
) -> Section:
    """Waterfall and spider plot of each arm."""
    figures = []
    for arm in arms:
        fall, web = courses[arm.name].waterfall, courses[arm.name].spider
        numbers = {"bars": fall.change_pct.size, "measured": fall.measured, "unmeasured": fall.unmeasured}
        text = words("figure.waterfall.text", **{name: words.number(value) for name, value in numbers.items()})
        title = words("figure.waterfall", arm=arm.label)
        figures.append(drawn(waterfall_figure(fall, words), f"waterfall-{arm.index}", title, text))
    for arm in arms:
        web = courses[arm.name].spider
        shown = {"shown": words.number(len(web.month)), "patients": words.number(web.patients)}
        text, title = words("figure.spider.text", **shown), words("figure.spider", arm=arm.label)
        drawing = drawn(spider_figure(web, words, last_month), f"spider-{arm.index}", title, text)
        figures.append(replace(drawing, first=arm is arms[0]))
    return Section("response", tuple(figures))


def care_section(arms: Sequence[ArmData], courses: Mapping[str, Courses], last_month: float, words: Words) -> Section:
    """Where the patients of each arm stand, month by month."""
    figures = []
    for arm in arms:
        shares = courses[arm.name].shares
        text = words("figure.care.text", patients=words.number(arm.followed))
        title, table = words("figure.care", arm=arm.label), _care_table(shares, words)
        figure = care_figure(shares, words, last_month)
        figures.append(drawn(figure, f"care-{arm.index}", title, text, table=table))
    return Section("care", tuple(figures))


def _care_table(shares: Shares, words: Words) -> Table:
    """The same shares as numbers, at the last few of `_TABLE_MONTHS` that were reached."""
    months = [month for month in _TABLE_MONTHS if month < shares.month.size][-4:]
    header = tuple(words("care.month", month=month) for month in months)
    rows = [
        (words(f"state.{state}"), *(words("percent", value=words.number(row[month])) for month in months))
        for state, row in zip(STATES, shares.percent, strict=True)
        if row.any()
    ]
    return Table(header, tuple(rows))


def swimmer_section(
    arms: Sequence[ArmData], courses: Mapping[str, Courses], last_month: float, words: Words
) -> Section:
    """One lane for each of the first patients."""
    figures = []
    for arm in arms:
        lanes = courses[arm.name].swimmer
        shown = {"shown": words.number(lanes.lanes), "patients": words.number(lanes.patients)}
        text, title = words("figure.swimmer.text", **shown), words("figure.swimmer", arm=arm.label)
        figures.append(drawn(swimmer_figure(lanes, words, last_month), f"swimmer-{arm.index}", title, text))
    return Section("courses", tuple(figures))


def freedom_section(
    arms: Sequence[ArmData], published: Sequence[Published], last_month: float, words: Words
) -> Section:
    """How the months to 36, and to the end of follow-up, are spent; and what followed the planned end."""
    rows, values = [], []
    for horizon in sorted({min(36.0, last_month), last_month}):
        for arm in arms:
            spent = _time_spent(arm, horizon)
            month = words.number(spent.horizon_month)
            label = words("freedom.row", arm=arm.label, month=month)
            rows.append(TimeSpent(label, spent.months, spent.horizon_month))
            free = words.number(spent.months[1], 1)
            values.append(words("freedom.value", arm=arm.label, value=free, month=month))
    text = words("figure.freedom.text", values=" ".join(values))
    figure = drawn(freedom_figure(rows, words), "freedom", words("figure.freedom"), text, wide=True)
    after = (_after_drawing(arm, published, last_month, words) for arm in arms)
    return Section("freedom", (figure, *(one for one in after if one is not None)))


def _after_drawing(arm: ArmData, published: Sequence[Published], last_month: float, words: Words) -> Drawn | None:
    """Progression after the planned end of treatment by best response; None where too few completed it."""
    found = {best: after_completion(arm.patients, "pfs", (best,)) for best in ("CR", "PR", "SD")}
    shown = {best: ends for best, ends in found.items() if ends[0].size >= _FEWEST}
    if not shown:
        return None
    longest = max(float(day.max()) for day, _ in shown.values()) / DAYS_PER_MONTH
    last = min(last_month, max(12.0, 6.0 * np.ceil(longest / 6)))
    months = at_risk_times(last)
    curves = tuple(
        curve(
            words(f"short.{best}"),
            RESPONSES[best],
            day,
            event,
            months,
            _points(published, arm.name, (f"PFS_after_completion_{best}", f"no_PD_after_completion_if_{best}")),
        )
        for best, (day, event) in shown.items()
    )
    figure = survival_figure(
        Survival(curves, last, months),
        words,
        measure=words("axis.progression_free"),
        time=words("axis.months_after"),
    )
    completed = words.number(sum(day.size for day, _ in found.values()))
    text = words(
        "figure.after.text",
        completed=completed,
        patients=words.number(arm.followed),
        ends=words("curve.ends"),
    )
    return drawn(figure, f"after-{arm.index}", words("figure.after", arm=arm.label), text)


def _time_spent(arm: ArmData, horizon_month: float) -> TimeSpent:
    death = (arm.patients["os_day"], arm.patients["os_event"])
    return time_spent(arm.label, *course_ends(arm.patients), death, horizon_month)


def toxicity_section(arms: Sequence[ArmData], last_month: float, words: Words) -> Section:
    """Worst grade, and the time to the first severe one."""
    followed = [arm for arm in arms if arm.followed]
    by_grade = [grades(arm.label, arm.patients["worst_grade"]) for arm in followed]
    values = words("list.semicolon").join(
        words("value.of", arm=one.label, value=words("percent", value=words.number(sum(one.percent), 1)))
        for one in by_grade
    )
    text = words("figure.grades.text", values=values)
    worst = drawn(grades_figure(by_grade, words), "grades", words("figure.grades"), text)
    onsets: list[Onset] = [
        onset(
            arm.label,
            arm.index,
            arm.patients["first_grade3_day"],
            arm.patients["os_day"],
            arm.patients["os_event"],
        )
        for arm in followed
    ]
    first = onset_figure(onsets, words, last_month)
    return Section("toxicity", (worst, drawn(first, "onset", words("figure.onset"), words("figure.onset.text"))))


def course_drawing(course: Course, words: Words, name: str = "course") -> Drawn:
    """One patient's course."""
    title = words("figure.course", patient=course.patient, arm=course.arm)
    text = words("figure.course.text", lesions=len(course.lesions), month=words.number(course.last_month, 1))
    return drawn(course_figure(course, words), name, title, text, wide=True)
