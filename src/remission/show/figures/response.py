"""Waterfall and spider plots, coloured by best response."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from remission.show.figures.axes import month_axis, plain_axes, x_axis, y_axis
from remission.show.figures.canvas import bars, canvas, note, polylines
from remission.show.figures.key import key
from remission.show.response import BEST_FIRST
from remission.show.style import MUTED, RESPONSES
from remission.texts import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from remission.show.response import Spider, Waterfall

CEILING_PCT = 100.0
_PARTIAL_PCT, _PROGRESSION_PCT = -30.0, 20.0  # RECIST 1.1 (Eisenhauer 2009)
_WIDTH, _HEIGHT = 520.0, 300.0
_MARGINS = (54.0, 40.0, 12.0, 32.0)


def waterfall_figure(data: Waterfall, words: Words) -> Figure:
    """One bar for each patient, cut off at +100 %.

    Examples
    --------
    >>> from remission.show.response import waterfall
    >>> data = waterfall(np.array([-50.0, 20.0]), np.array(["PR", "PD"]))
    >>> len(waterfall_figure(data, Words()).axes[0].patches)
    2
    """
    figure = canvas(_WIDTH, _HEIGHT)
    axes = _change_axes(figure, words)
    x_axis(axes, (0, max(1, data.change_pct.size)), (), words("axis.patients_by_change"))
    if not data.change_pct.size:
        note(axes, words("none.scans"))
        return figure
    place = np.arange(data.change_pct.size)
    height = np.minimum(data.change_pct, CEILING_PCT)
    gap = 0.12 if place.size <= 150 else 0.0
    for response in BEST_FIRST:
        of = data.response == response
        bars(
            axes,
            place[of] + gap,
            np.minimum(height[of], 0),
            place[of] + 1 - gap,
            np.maximum(height[of], 0.7),
            RESPONSES[response],
        )
    _response_key(figure, set(data.response.tolist()), words)
    return figure


def spider_figure(data: Spider, words: Words, last_month: float) -> Figure:
    """One line for each patient, cut off at +100 %.

    Examples
    --------
    >>> from remission.show.response import Spider
    >>> len(spider_figure(Spider((), (), (), 0), Words(), 60.0).axes)
    1
    """
    figure = canvas(_WIDTH, _HEIGHT)
    axes = _change_axes(figure, words)
    month_axis(axes, last_month, words("axis.months"))
    if not data.month:
        note(axes, words("none.scans"))
        return figure
    for response in reversed(BEST_FIRST):
        of = [number for number, best in enumerate(data.response) if best == response]
        y = [data.change_pct[number] for number in of]
        polylines(axes, [data.month[number] for number in of], y, RESPONSES[response], width=0.9, opacity=0.75)
    _response_key(figure, set(data.response), words)
    return figure


def _change_axes(figure: Figure, words: Words) -> Axes:
    left, bottom, right, top = _MARGINS
    axes = plain_axes(figure, left, bottom, right, top)
    labels = ["−100", "−50", "0", "+50", "≥ +100"]
    limits, ticks = (-104, CEILING_PCT + 4), (-100, -50, 0, 50, 100)
    y_axis(axes, limits, ticks, words("axis.change"), labels=labels)
    for threshold in (_PARTIAL_PCT, _PROGRESSION_PCT):
        axes.axhline(threshold, color=MUTED, linewidth=0.8, dashes=(4, 3))
    return axes


def _response_key(figure: Figure, present: set[str], words: Words) -> None:
    shown = [response for response in BEST_FIRST if response in present]
    key(figure, [("bar", RESPONSES[response], words(f"short.{response}")) for response in shown], _MARGINS[0])
