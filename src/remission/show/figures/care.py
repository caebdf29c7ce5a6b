"""Stacked areas: where the patients of an arm stand over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from remission.show.care import STATES
from remission.show.figures.canvas import canvas, key, month_axis, name_axes, note, plain_axes
from remission.show.style import PAPER
from remission.show.style import STATES as COLOURS
from remission.show.texts import Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from remission.show.care import Shares

_WIDTH, _HEIGHT = 520.0, 310.0


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
    figure = canvas(_WIDTH, _HEIGHT)
    axes = plain_axes(figure, 50, 40, 12, 50)
    month_axis(axes, last_month)
    axes.set_ylim(0, 100)
    name_axes(axes, words("axis.months"), words("axis.patients_percent"))
    if not shares.percent.any():
        note(axes, words("none.patients"))
        return figure
    shown = [state for state, row in zip(STATES, shares.percent, strict=True) if row.any()]
    floor = np.zeros_like(shares.month)
    for state in shown:
        top = floor + shares.percent[STATES.index(state)]
        axes.fill_between(shares.month, floor, top, color=COLOURS[state], linewidth=0.6, edgecolor=PAPER)
        floor = top
    entries = [("bar", COLOURS[state], words(f"state.{state}")) for state in shown]
    key(figure, entries, 50)
    return figure
