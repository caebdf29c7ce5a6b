"""Kaplan-Meier curves with bands, published points, and the numbers at risk below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from remission.show.figures.axes import month_axis, plain_axes, y_axis
from remission.show.figures.canvas import canvas, markers, polylines
from remission.show.figures.key import DASHES, key, key_height
from remission.show.style import INK, MUTED, PAPER, SMALL
from remission.texts import Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from remission.show.survival import Curve, Survival

_WIDTH, _PLOT, _ROW = 520.0, 262.0, 16.0
_LEFT, _RIGHT, _AXIS = 50.0, 18.0, 40.0


def survival_figure(survival: Survival, words: Words, *, measure: str, time: str | None = None) -> Figure:
    """Curves on one pair of axes; `measure` and `time` name what the axes show.

    Examples
    --------
    >>> from remission.show.survival import Survival
    >>> len(survival_figure(Survival((), 60.0, (0.0,)), Words(), measure="Alive, %").axes)
    1
    """
    entries = [("dashed" if curve.dashed else "line", curve.colour, curve.label) for curve in survival.curves]
    if any(curve.points for curve in survival.curves):
        entries.append(("hollow", MUTED, words("key.published")))
    top, table = key_height(entries, _WIDTH, _LEFT), 22 + _ROW * len(survival.curves)
    figure = canvas(_WIDTH, top + _PLOT + _AXIS + table)
    axes = plain_axes(figure, _LEFT, _AXIS + table, _RIGHT, top)
    month_axis(axes, survival.last_month, time or words("axis.months"))
    y_axis(axes, (0, 103), range(0, 101, 20), measure)
    for curve in survival.curves:
        _draw(axes, curve)
    key(figure, entries, _LEFT)
    _numbers_at_risk(axes, survival, words)
    return figure


def _draw(axes: Axes, curve: Curve) -> None:
    colour = curve.colour
    if not curve.dashed:  # its band would lie upon that of the other curve of the colour
        axes.fill_between(curve.month, curve.low, curve.high, step="post", color=colour, alpha=0.16, linewidth=0)
    style = DASHES if curve.dashed else "-"
    axes.plot(curve.month, curve.percent, drawstyle="steps-post", color=colour, linewidth=1.8, linestyle=style)
    month = [point.month for point in curve.points]
    limits = [(point.low, point.high) for point in curve.points]
    polylines(axes, [(time, time) for time in month], limits, colour, width=1.1)
    percent = [point.percent for point in curve.points]
    markers(axes, month, percent, "D", PAPER, size=5.5, edge=colour, edge_width=1.4, clip=False)


def _numbers_at_risk(axes: Axes, survival: Survival, words: Words) -> None:
    """Rows below the axis, each number centred under its month."""
    height = axes.figure.bbox.height * axes.get_position().height
    across = axes.get_xaxis_transform()
    top = -(_AXIS + 8) / height
    axes.text(0, top, words("at_risk"), transform=across, fontsize=SMALL, color=MUTED, ha="left", va="center")
    for row, curve in enumerate(survival.curves, start=1):
        y = top - row * _ROW / height
        colour = curve.colour
        axes.text(
            -0.075,
            y,
            "□" if curve.dashed else "■",
            transform=axes.transAxes,
            fontsize=14,
            color=colour,
            ha="center",
            va="center",
        )
        for month, number in zip(survival.at_risk_month, curve.at_risk, strict=True):
            axes.text(
                month, y, words.number(number), transform=across, fontsize=SMALL, color=INK, ha="center", va="center"
            )
