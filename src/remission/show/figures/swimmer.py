"""Swimmer plot: one lane for each patient, coloured by what he or she was on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from remission.show.care import STATES
from remission.show.figures.canvas import bars, canvas, key, month_axis, name_axes, note, plain_axes
from remission.show.style import INK, PAPER
from remission.show.style import STATES as COLOURS
from remission.show.texts import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from remission.show.swimmer import Swimmer

_WIDTH, _LANE, _LEFT, _TOP, _BOTTOM = 520.0, 9.0, 16.0, 76.0, 40.0
_MARKERS = {"response": "^", "progression": "D", "death": "x"}


def swimmer_figure(data: Swimmer, words: Words, last_month: float) -> Figure:
    """Lanes with bars and signs; an arrowhead where the patient is alive at the end of observation.

    Examples
    --------
    >>> from remission.show.swimmer import Mark, Stay, Swimmer
    >>> data = Swimmer((Stay(0, 0.0, 4.0, "on drug"),), (Mark(0, 4.0, "death"),), (), 1, 1)
    >>> len(swimmer_figure(data, Words(), 60.0).axes[0].patches)
    1
    """
    figure = canvas(_WIDTH, _TOP + _BOTTOM + max(60.0, _LANE * data.lanes))
    axes = plain_axes(figure, _LEFT, _BOTTOM, 20, _TOP)
    month_axis(axes, last_month)
    axes.set_ylim(-0.5, max(1, data.lanes) - 0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    name_axes(axes, words("axis.months"))
    if not data.lanes:
        note(axes, words("none.patients"))
        return figure
    for state in STATES:
        of = [stay for stay in data.stays if stay.state == state]
        lane = np.array([stay.lane for stay in of], float)
        starts, ends = [stay.start_month for stay in of], [stay.end_month for stay in of]
        bars(axes, starts, lane - 0.36, ends, lane + 0.36, COLOURS[state])
    _signs(axes, data)
    _keys(figure, data, words)
    return figure


def _signs(axes: Axes, data: Swimmer) -> None:
    for kind, marker in _MARKERS.items():
        of = [mark for mark in data.marks if mark.kind == kind]
        thin = marker == "x"  # a sign made of lines has no inside
        _markers(
            axes,
            [mark.month for mark in of],
            [mark.lane for mark in of],
            marker,
            edge=INK if thin else PAPER,
            edge_width=1.3 if thin else 0.8,
        )
    _markers(axes, [month + 0.5 for _, month in data.alive], [lane for lane, _ in data.alive], ">")


def _markers(
    axes: Axes,
    x: Sequence[float],
    y: Sequence[float],
    marker: str,
    *,
    edge: str = INK,
    edge_width: float = 0.0,
) -> None:
    axes.plot(
        x,
        y,
        linestyle="none",
        marker=marker,
        markersize=6,
        color=INK,
        markeredgecolor=edge,
        markeredgewidth=edge_width,
        clip_on=False,
    )


def _keys(figure: Figure, data: Swimmer, words: Words) -> None:
    present = {stay.state for stay in data.stays}
    states = [("bar", COLOURS[state], words(f"state.{state}")) for state in STATES if state in present]
    signs = [(marker, INK, words(f"mark.{kind}")) for kind, marker in _MARKERS.items()]
    key(figure, [*states, *signs, (">", INK, words("mark.alive"))], _LEFT)
