"""How the months up to a horizon are spent: one bar for each arm and horizon."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from remission.show.figures.axes import plain_axes, x_axis, y_axis
from remission.show.figures.canvas import bars, canvas
from remission.show.figures.key import key
from remission.show.freedom import PARTS
from remission.show.style import DARK_WORDS, FONT_SIZE, INK, LIGHT_WORDS, SMALL, STATES
from remission.texts import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from remission.show.freedom import TimeSpent

_WIDTH, _ROW = 1060.0, 46.0


def freedom_figure(rows: Sequence[TimeSpent], words: Words) -> Figure:
    """Bars cut into time on treatment, free of it, on later treatment, and lost to death.

    Examples
    --------
    >>> from remission.show.freedom import TimeSpent
    >>> len(freedom_figure([TimeSpent("A", (10.0, 5.0, 6.0, 15.0), 36.0)], Words()).axes[0].patches)
    4
    """
    figure = canvas(_WIDTH, 32 + 40 + _ROW * max(1, len(rows)))
    axes = plain_axes(figure, 16, 40, 24, 32)
    y_axis(axes, (max(1, len(rows)), 0), line=False)
    longest = max((row.horizon_month for row in rows), default=1.0)
    ticks = range(0, int(longest) + 1, 6 if longest <= 72 else 24)
    x_axis(axes, (0, longest), ticks, words("axis.mean_months"), grid=True)
    for row, spent in enumerate(rows):
        left = 0.0
        for part, months in zip(PARTS, spent.months, strict=True):
            bars(axes, left, row + 0.42, left + months, row + 0.84, STATES[part])
            if months > 0.028 * longest:
                number = words.number(months, 1)
                colour = LIGHT_WORDS if part in ("on drug", "dead") else DARK_WORDS
                axes.text(
                    left + months / 2,
                    row + 0.645,
                    number,
                    fontsize=SMALL,
                    color=colour,
                    ha="center",
                    va="center",
                )
            left += months
        axes.text(0, row + 0.36, spent.label, fontsize=FONT_SIZE, color=INK, ha="left", va="bottom")
    key(figure, [("bar", STATES[part], words(f"part.{part}")) for part in PARTS], 16)
    return figure
