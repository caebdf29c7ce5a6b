"""Stacked areas: where the patients of an arm stand over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from remission.show.care import STATES
from remission.show.figures.axes import month_axis, plain_axes, y_axis
from remission.show.figures.canvas import canvas, note
from remission.show.figures.key import key, key_height
from remission.show.style import PAPER
from remission.show.style import STATES as COLOURS
from remission.texts import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from remission.show.care import Shares

_WIDTH, _HEIGHT, _LEFT = 520.0, 262.0, 50.0


def care_figure(shares: Shares, words: Words, last_month: float) -> Figure:
    """Areas from those on drug at the bottom to the dead, in percent of the arm.

    Examples
    --------
    >>> from remission.show.care import Shares
    >>> percent = np.array([[100.0, 40], [0, 30], [0, 0], [0, 10], [0, 20], [0, 0]])
    >>> shares = Shares(np.array([0.0, 12.0]), percent)
    >>> len(care_figure(shares, Words(), 12.0).axes[0].collections)
    4
    """
    shown = [state for state, row in zip(STATES, shares.percent, strict=True) if row.any()]
    entries = [("bar", COLOURS[state], words(f"state.{state}")) for state in shown]
    top = key_height(entries, _WIDTH, _LEFT)
    figure = canvas(_WIDTH, top + _HEIGHT)
    axes = plain_axes(figure, _LEFT, 40, 12, top)
    month_axis(axes, last_month, words("axis.months"))
    y_axis(axes, (0, 100), range(0, 101, 20), words("axis.patients_percent"), grid=False)
    if not shown:
        note(axes, words("none.patients"))
        return figure
    floor = np.zeros_like(shares.month)
    for state in shown:
        top = floor + shares.percent[STATES.index(state)]
        axes.fill_between(shares.month, floor, top, color=COLOURS[state], linewidth=0.6, edgecolor=PAPER)
        floor = top
    key(figure, entries, _LEFT)
    return figure
