"""Toxicity: worst grade in each arm, and when the first severe one came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from remission.show.figures.canvas import bars, canvas, key, month_axis, name_axes, plain_axes, rule_lines
from remission.show.style import FONT_SIZE, GRADES, INK, arm_colour
from remission.show.texts import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from remission.show.toxicity import Grades, Onset

_WIDTH, _ROW = 520.0, 50.0


def grades_figure(arms: Sequence[Grades], words: Words) -> Figure:
    """A bar for each arm, made of grades 3, 4 and 5.

    Examples
    --------
    >>> from remission.show.toxicity import Grades
    >>> len(grades_figure([Grades("A", (10.0, 2.0, 0.5), 200)], Words()).axes[0].patches)
    3
    """
    figure = canvas(_WIDTH, 32 + 40 + _ROW * max(1, len(arms)))
    axes = plain_axes(figure, 16, 40, 64, 32)
    axes.set_ylim(len(arms), 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    widest = max((sum(arm.percent) for arm in arms), default=0.0)
    axes.set_xlim(0, max(5.0, 1.08 * widest))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    rule_lines(axes, "x")
    name_axes(axes, words("axis.patients_percent"))
    for row, arm in enumerate(arms):
        left = 0.0
        for colour, percent in zip(GRADES.values(), arm.percent, strict=True):
            bars(axes, left, row + 0.42, left + percent, row + 0.82, colour)
            left += percent
        axes.text(0, row + 0.36, arm.label, fontsize=FONT_SIZE, color=INK, ha="left", va="bottom")
        total = words("percent", value=words.number(left, 1))
        axes.text(left, row + 0.62, f" {total}", fontsize=FONT_SIZE, color=INK, ha="left", va="center")
    key(figure, [("bar", colour, words("grade", grade=grade)) for grade, colour in GRADES.items()], 16)
    return figure


def onset_figure(arms: Sequence[Onset], words: Words, last_month: float) -> Figure:
    """Share of patients who have had a first severe toxicity, by month.

    Examples
    --------
    >>> len(onset_figure([], Words(), 24.0).axes)
    1
    """
    figure = canvas(_WIDTH, 262)
    axes = plain_axes(figure, 50, 40, 18, 32)
    for arm in arms:
        axes.plot(arm.month, arm.percent, drawstyle="steps-post", color=arm_colour(arm.arm), linewidth=1.8)
    rule_lines(axes)
    month_axis(axes, last_month)
    highest = max((float(arm.percent.max()) for arm in arms if arm.percent.size), default=0.0)
    axes.set_ylim(0, max(5.0, 1.1 * highest))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    name_axes(axes, words("axis.months"), words("axis.first_severe"))
    key(figure, [("line", arm_colour(arm.arm), arm.label) for arm in arms], 50)
    return figure
