"""Swimmer plot: one lane for each patient, coloured by what he or she was on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from remission.show.care import STATES
from remission.show.figures.axes import month_axis, plain_axes, y_axis
from remission.show.figures.canvas import bars, canvas, markers, note
from remission.show.figures.key import Entry, key, key_height
from remission.show.style import INK, PAPER
from remission.show.style import STATES as COLOURS
from remission.texts import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from remission.show.swimmer import Swimmer

_WIDTH, _LANE, _LEFT, _BOTTOM = 520.0, 9.0, 16.0, 40.0
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
    entries = _entries(data, words)
    top = key_height(entries, _WIDTH, _LEFT)
    figure = canvas(_WIDTH, top + _BOTTOM + max(60.0, _LANE * data.lanes))
    axes = plain_axes(figure, _LEFT, _BOTTOM, 20, top)
    month_axis(axes, last_month, words("axis.months"))
    y_axis(axes, (-0.5, max(1, data.lanes) - 0.5), line=False)
    if not data.lanes:
        note(axes, words("none.patients"))
        return figure
    for state in STATES:
        of = [stay for stay in data.stays if stay.state == state]
        lane = np.array([stay.lane for stay in of], float)
        starts, ends = [stay.start_month for stay in of], [stay.end_month for stay in of]
        bars(axes, starts, lane - 0.36, ends, lane + 0.36, COLOURS[state])
    _signs(axes, data)
    key(figure, entries, _LEFT)
    return figure


def _signs(axes: Axes, data: Swimmer) -> None:
    for kind, marker in _MARKERS.items():
        month = [mark.month for mark in data.marks if mark.kind == kind]
        lane = [mark.lane for mark in data.marks if mark.kind == kind]
        lines = marker == "x"  # a sign made of lines has no inside
        edge, width = (INK, 1.3) if lines else (PAPER, 0.8)
        markers(axes, month, lane, marker, INK, edge=edge, edge_width=width, clip=False)
    beyond = [month + 0.5 for _, month in data.alive]
    markers(axes, beyond, [lane for lane, _ in data.alive], ">", INK, clip=False)


def _entries(data: Swimmer, words: Words) -> list[Entry]:
    present = {stay.state for stay in data.stays}
    states = [("bar", COLOURS[state], words(f"state.{state}")) for state in STATES if state in present]
    signs = [(marker, INK, words(f"mark.{kind}")) for kind, marker in _MARKERS.items()]
    return [*states, *signs, (">", INK, words("mark.alive"))]
