"""What a molecule adds and what made that possible: a dot and its interval for each part."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remission.road.value import PARTS
from remission.show.figures.axes import plain_axes, x_axis, y_axis
from remission.show.figures.canvas import canvas, markers, polylines
from remission.show.figures.key import key
from remission.show.style import ARMS, MUTED
from remission.texts import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from remission.road.value import TimeGainedValue

_WIDTH, _LEFT, _ROW = 1060.0, 330.0, 34.0
_OUTCOMES = ("alive", "free")


def gained_figure(value: TimeGainedValue, words: Words) -> Figure:
    """Months alive, and months alive without a drug, by part."""
    figure = canvas(_WIDTH, 84 + _ROW * len(PARTS))
    axes = plain_axes(figure, _LEFT, 48, 20, 36)
    labels = [words(f"gained.{part}") for part in PARTS]
    y_axis(axes, (len(PARTS), 0), [row + 0.5 for row in range(len(PARTS))], labels=labels, line=False)
    numbers = [number for outcome in _OUTCOMES for number in value.parts[outcome].values()]
    low, high = min(0.0, *(one.low for one in numbers)), max(1.0, *(one.high for one in numbers))
    room = 0.05 * (high - low)
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100) if (high - low) / each <= 12)
    ticks = [float(tick) for tick in range(-200, 201, step) if low - room <= tick <= high + room]
    x_axis(axes, (low - room, high + room), ticks, words("axis.gained"), grid=True)
    polylines(axes, [(0, 0)], [(0, len(PARTS))], MUTED, width=1.0)
    for place, outcome in enumerate(_OUTCOMES):
        for row, part in enumerate(PARTS):
            one, y = value.parts[outcome][part], row + 0.36 + 0.28 * place
            polylines(axes, [(one.low, one.high)], [(y, y)], ARMS[place], width=2.2)
            markers(axes, [one.value], [y], "o", ARMS[place], size=7)
    key(figure, [("o", ARMS[place], words(f"gained.of.{outcome}")) for place, outcome in enumerate(_OUTCOMES)], _LEFT)
    return figure
