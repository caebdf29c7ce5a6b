"""One patient from the first dose to today: lesions, responses, doses, and numbered decisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from remission.show.figures.canvas import canvas, key, month_axis, name_axes, plain_axes, rule_lines
from remission.show.style import INK, LESIONS, MUTED, PAPER, RESPONSES, SMALL, STATES
from remission.show.texts import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from remission.show.course import Course

_WIDTH, _LEFT, _RIGHT = 1060.0, 110.0, 20.0
_LETTERS = {"CR": "CR", "PR": "PR", "SD": "SD", "PD": "PD", "NON_CR_NON_PD": "SD", "NE": "NE"}


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
    strips = 30.0 + 20.0 * drugs
    figure = canvas(_WIDTH, 52 + 270 + strips + 40)
    above = plain_axes(figure, _LEFT, strips + 54, _RIGHT, 52)
    below = plain_axes(figure, _LEFT, 38, _RIGHT, 52 + 270 + 18)
    last = max(3.0, np.ceil(course.last_month / 3) * 3)
    for axes in (above, below):
        month_axis(axes, last)
    _lesions(above, course, words)
    _flags(above, course)
    _strips(below, course, words, drugs)
    name_axes(below, words("axis.months"))
    entries = [("line", colour, name) for name, colour in _names(course, words)]
    key(
        figure,
        [*entries[:8], ("o", MUTED, words("key.measured")), ("line", MUTED, words("key.true"))],
        _LEFT,
        12,
    )
    return figure


def _names(course: Course, words: Words) -> list[tuple[str, str]]:
    return [
        (f"{words('lesion', number=lesion.number)} {lesion.site}", LESIONS[place % len(LESIONS)])
        for place, lesion in enumerate(course.lesions)
    ]


def _lesions(axes: Axes, course: Course, words: Words) -> None:
    for place, lesion in enumerate(course.lesions):
        colour = LESIONS[place % len(LESIONS)]
        dashes = {"target": (None, None), "non-target": (4, 2), "new": (1, 1.5)}.get(
            lesion.role, (None, None)
        )
        axes.plot(lesion.month, lesion.true_mm, color=colour, linewidth=1.4, alpha=0.7, dashes=dashes)
        axes.plot(
            lesion.month,
            lesion.measured_mm,
            linestyle="none",
            marker="o",
            markersize=4.4,
            markerfacecolor=colour,
            markeredgecolor=PAPER,
            markeredgewidth=0.6,
        )
    rule_lines(axes)
    highest = max((_highest(lesion.measured_mm, lesion.true_mm) for lesion in course.lesions), default=10.0)
    axes.set_ylim(0, 1.06 * max(10.0, highest))
    axes.tick_params(labelbottom=False)
    name_axes(axes, None, words("axis.diameter"))


def _highest(*values: np.ndarray) -> float:
    joined = np.concatenate(values)
    return float(np.nanmax(joined)) if np.isfinite(joined).any() else 0.0


def _flags(axes: Axes, course: Course) -> None:
    """Numbered lines through the panel; a number moves up when its neighbour is close."""
    across = axes.get_xaxis_transform()
    previous, level = -np.inf, 0
    for step in course.steps:
        near = step.month - previous < axes.get_xlim()[1] * 0.018
        level = (level + 1) % 2 if near else 0
        previous = step.month
        axes.axvline(step.month, color=MUTED, linewidth=0.8, dashes=(2, 3))
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
    axes.set_ylim(-drugs, 1.4)
    axes.spines["left"].set_visible(False)
    names = dict.fromkeys(molecule for molecule, _, _ in course.dose_month)
    axes.set_yticks([0.7, *(-0.5 - row for row in range(len(names)))], [words("strip.response"), *names])
    axes.tick_params(axis="y", length=0)
    for scan in course.scans:
        axes.plot(
            [scan.month], [0.7], marker="s", markersize=16, color=RESPONSES[scan.response], markeredgewidth=0
        )
        light = scan.response in ("CR", "PD")
        axes.text(
            scan.month,
            0.68,
            _LETTERS[scan.response],
            fontsize=8.5,
            ha="center",
            va="center",
            color="#fefefe" if light else "#1f2430",
        )
    rows = {molecule: -0.5 - row for row, molecule in enumerate(names)}
    for (molecule, number, line), months in course.dose_month.items():
        state = "next line" if line > 1 else ("second course" if number > 1 else "on drug")
        y = np.full(months.size, rows[molecule])
        axes.plot(
            months, y, linestyle="none", marker="|", markersize=11, color=STATES[state], markeredgewidth=1.3
        )
