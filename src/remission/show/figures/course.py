"""One patient from the first dose to today: lesions, responses, doses, and numbered decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from remission.show.figures.axes import even_ticks, month_axis, plain_axes, y_axis
from remission.show.figures.canvas import canvas, markers, polylines
from remission.show.figures.key import Entry, key, key_height
from remission.show.style import DARK_WORDS, INK, LESIONS, LIGHT_WORDS, MUTED, PAPER, RESPONSES, SMALL, STATES
from remission.texts import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from remission.show.course import Course

_WIDTH, _PLOT, _LEFT, _RIGHT, _NUMBERS = 1060.0, 270.0, 110.0, 20.0, 24.0
_DASHES = {"non-target": (4, 2), "new": (1, 1.5)}


def course_figure(course: Course, words: Words) -> Figure:
    """Diameters above, then a strip of responses and one of doses on the same time axis.

    Examples
    --------
    >>> from remission.show.course import Course
    >>> course = Course(3, "A", "choice.anyone", {}, (), (), {}, (), 12.0)
    >>> len(course_figure(course, Words()).axes)
    2
    """
    drugs = max(1, len({molecule for molecule, _, _ in course.dose_month}))
    strips, entries = 30.0 + 20.0 * drugs, _entries(course, words)
    top = key_height(entries, _WIDTH, _LEFT) + _NUMBERS
    figure = canvas(_WIDTH, top + _PLOT + strips + 56)
    above = plain_axes(figure, _LEFT, strips + 56, _RIGHT, top)
    below = plain_axes(figure, _LEFT, 40, _RIGHT, top + _PLOT + 16)
    last = max(3.0, np.ceil(course.last_month / 3) * 3)
    month_axis(above, last, labels=False)
    month_axis(below, last, words("axis.months"))
    _lesions(above, course, words)
    _flags(above, course)
    _strips(below, course, words, drugs)
    key(figure, entries, _LEFT)
    return figure


def _entries(course: Course, words: Words) -> list[Entry]:
    lesions = [
        ("line", LESIONS[place % len(LESIONS)], f"{lesion.number} {words.term(lesion.site)}")
        for place, lesion in enumerate(course.lesions)
    ]
    return [*lesions, ("o", MUTED, words("key.measured")), ("line", MUTED, words("key.true"))]


def _lesions(axes: Axes, course: Course, words: Words) -> None:
    highest = max((_highest(lesion.measured_mm, lesion.true_mm) for lesion in course.lesions), default=10.0)
    top = 1.06 * max(10.0, highest)
    y_axis(axes, (0, top), even_ticks(top), words("axis.diameter"))
    for place, lesion in enumerate(course.lesions):
        colour = LESIONS[place % len(LESIONS)]
        dashes = _DASHES.get(lesion.role, (None, None))
        axes.plot(lesion.month, lesion.true_mm, color=colour, linewidth=1.4, alpha=0.7, dashes=dashes)
        markers(axes, lesion.month, lesion.measured_mm, "o", colour, size=4.6, edge=PAPER, edge_width=0.6)


def _highest(*values: np.ndarray) -> float:
    joined = np.concatenate(values)
    return float(np.nanmax(joined)) if np.isfinite(joined).any() else 0.0


def _flags(axes: Axes, course: Course) -> None:
    """Numbered lines through the panel; a number moves up when its neighbour is close."""
    across = axes.get_xaxis_transform()
    previous, level = -np.inf, 0
    months = [(step.month, step.month) for step in course.steps]
    polylines(axes, months, [(0, 1)] * len(months), MUTED, width=0.7, opacity=0.7, transform=across)
    for step in course.steps:
        near = step.month - previous < axes.get_xlim()[1] * 0.018
        level = (level + 1) % 2 if near else 0
        previous = step.month
        axes.text(
            step.month,
            1.035 + 0.062 * level,
            str(step.number),
            transform=across,
            fontsize=SMALL,
            fontweight="bold",
            color=INK,
            ha="center",
            va="center",
        )


def _strips(axes: Axes, course: Course, words: Words, drugs: int) -> None:
    names = list(dict.fromkeys(molecule for molecule, _, _ in course.dose_month))
    ticks = [0.7, *(-0.5 - row for row in range(len(names)))]
    labels = [words("strip.response"), *(words.term(name) for name in names)]
    y_axis(axes, (-drugs, 1.4), ticks, labels=labels, grid=False, line=False)
    plain = [visit.month for visit in course.visits if not visit.response]
    markers(axes, plain, [0.7] * len(plain), "o", MUTED, size=4, clip=False)
    for response in dict.fromkeys(visit.response for visit in course.visits if visit.response):
        month = [visit.month for visit in course.visits if visit.response == response]
        markers(axes, month, [0.7] * len(month), "s", RESPONSES[response], size=17)
        colour = LIGHT_WORDS if response in ("CR", "PD") else DARK_WORDS
        for time in month:
            letters = words(f"letters.{response}")
            axes.text(time, 0.7, letters, color=colour, fontsize=8.5, ha="center", va="center_baseline")
    rows = {molecule: -0.5 - row for row, molecule in enumerate(names)}
    for (molecule, number, line), months in course.dose_month.items():
        state = "next line" if line > 1 else ("second course" if number > 1 else "on drug")
        y = np.full(months.size, rows[molecule])
        markers(axes, months, y, "|", STATES[state], size=11, edge_width=1.3)
