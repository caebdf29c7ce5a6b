"""Toxicity: worst grade in each arm, and when the first severe one came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from remission.show.figures.axes import even_ticks, month_axis, plain_axes, x_axis, y_axis
from remission.show.figures.canvas import bars, canvas
from remission.show.figures.key import key
from remission.show.style import FONT_SIZE, GRADES, INK, arm_colour
from remission.texts import Words

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
    y_axis(axes, (max(1, len(arms)), 0), line=False)
    widest = max(5.0, 1.08 * max((sum(arm.percent) for arm in arms), default=0.0))
    x_axis(axes, (0, widest), even_ticks(widest), words("axis.patients_percent"), grid=True)
    for row, arm in enumerate(arms):
        left = 0.0
        for colour, percent in zip(GRADES.values(), arm.percent, strict=True):
            bars(axes, left, row + 0.42, left + percent, row + 0.82, colour)
            left += percent
        axes.text(0, row + 0.36, arm.label, fontsize=FONT_SIZE, color=INK, ha="left", va="bottom")
        total = words("percent", value=words.number(left, 1))
        axes.text(left + 0.012 * widest, row + 0.62, total, fontsize=FONT_SIZE, color=INK, ha="left", va="center")
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
    highest = max(5.0, 1.1 * max((float(arm.percent.max()) for arm in arms), default=0.0))
    month_axis(axes, last_month, words("axis.months"))
    y_axis(axes, (0, highest), even_ticks(highest), words("axis.first_severe"))
    for arm in arms:
        axes.plot(arm.month, arm.percent, drawstyle="steps-post", color=arm_colour(arm.arm), linewidth=1.8)
    key(figure, [("line", arm_colour(arm.arm), arm.label) for arm in arms], 50)
    return figure
