"""Plain axes: a line, small ticks, numbers and a name, drawn as a few shapes.

matplotlib's own axis objects make a line object and two labels for each tick, which is half the time of a
page of small figures; here the ticks of an axis are one path.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from remission.show.figures.canvas import PIXELS_PER_INCH, polylines
from remission.show.style import GRID, MUTED, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

_TICK_PX, _LABEL_PX, _NAME_PX, _FURTHEST_NAME_PX = 4.0, 7.0, 24.0, 42.0


def plain_axes(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Axes without lines or ticks, so many pixels from the figure's edges."""
    width, height = figure.get_size_inches() * PIXELS_PER_INCH
    axes = figure.add_axes((left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height))
    axes.set_axis_off()
    return axes


def x_axis(
    axes: Axes,
    limits: tuple[float, float],
    ticks: Sequence[float] = (),
    name: str | None = None,
    *,
    labels: Sequence[str] | None = None,
    grid: bool = False,
) -> None:
    """A horizontal axis along the bottom; `labels` stand for the numbers of the ticks.

    Examples
    --------
    >>> from remission.show.figures.canvas import canvas
    >>> axes = plain_axes(canvas(200, 100), 20, 20, 0, 0)
    >>> x_axis(axes, (0.0, 10.0), (0.0, 5.0), "Months")
    >>> [text.get_text() for text in axes.texts]
    ['0', '5', 'Months']
    """
    axes.set_xlim(*limits)
    across, pixel = axes.get_xaxis_transform(), 1 / _size(axes)[1]
    if grid:
        polylines(
            axes,
            [[tick] * 2 for tick in ticks],
            [(0, 1)] * len(ticks),
            GRID,
            width=0.8,
            transform=across,
            level=0.5,
        )
    down = [(0, -_TICK_PX * pixel)] * len(ticks)
    polylines(axes, [[tick] * 2 for tick in ticks], down, MUTED, width=0.8, transform=across)
    polylines(axes, [(0, 1)], [(0, 0)], MUTED, width=0.8, transform=axes.transAxes)
    for tick, label in zip(ticks, _numbers(ticks) if labels is None else labels, strict=True):
        _write(axes, tick, -_LABEL_PX * pixel, label, across, ha="center", va="top")
    if name is not None:
        where = -_NAME_PX * pixel if len(ticks) else -_LABEL_PX * pixel
        _write(axes, 0.5, where, name, axes.transAxes, ha="center", va="top")


def y_axis(
    axes: Axes,
    limits: tuple[float, float],
    ticks: Sequence[float] = (),
    name: str | None = None,
    *,
    labels: Sequence[str] | None = None,
    grid: bool = True,
    line: bool = True,
) -> None:
    """A vertical axis along the left, its name above it; `labels` stand for the numbers of the ticks.

    Examples
    --------
    >>> from remission.show.figures.canvas import canvas
    >>> axes = plain_axes(canvas(200, 100), 20, 20, 0, 0)
    >>> y_axis(axes, (0.0, 10.0), (0.0, 5.0), "mm")
    >>> [text.get_text() for text in axes.texts]
    ['0', '5', 'mm']
    """
    axes.set_ylim(*limits)
    across, pixel = axes.get_yaxis_transform(), 1 / _size(axes)[0]
    if grid:
        polylines(
            axes,
            [(0, 1)] * len(ticks),
            [[tick] * 2 for tick in ticks],
            GRID,
            width=0.8,
            transform=across,
            level=0.5,
        )
    if line:
        left = [(0, -_TICK_PX * pixel)] * len(ticks)
        polylines(axes, left, [[tick] * 2 for tick in ticks], MUTED, width=0.8, transform=across)
        polylines(axes, [(0, 0)], [(0, 1)], MUTED, width=0.8, transform=axes.transAxes)
    for tick, label in zip(ticks, _numbers(ticks) if labels is None else labels, strict=True):
        _write(axes, -_LABEL_PX * pixel, tick, label, across, ha="right", va="center_baseline")
    if name is not None:
        left_edge = axes.get_position().x0 * axes.figure.bbox.width
        place = -min(left_edge - 12, _FURTHEST_NAME_PX) * pixel
        _write(axes, place, 0.5, name, axes.transAxes, ha="center", va="center", rotation=90)


def _write(
    axes: Axes, x: float, y: float, words: str, transform: Transform, *, ha: str, va: str, rotation: float = 0
) -> None:
    axes.text(x, y, words, transform=transform, ha=ha, va=va, rotation=rotation, fontsize=SMALL, color=MUTED)


def month_axis(axes: Axes, last_month: float, name: str | None = None, *, labels: bool = True) -> None:
    """Time in months from zero, with ticks where visits are talked about: 3, 6 or 12 months apart."""
    step = next(step for step in (3, 6, 12, 24, 60, 120, 1200) if last_month / step <= 11 or step == 1200)
    ticks = np.arange(0, last_month + 1e-9, step).tolist()
    x_axis(axes, (0, last_month), ticks, name, labels=None if labels else [""] * len(ticks))


def even_ticks(top: float, most: int = 6) -> list[float]:
    """Round numbers from 0 up to `top`, at most `most` steps.

    Examples
    --------
    >>> even_ticks(17.7)
    [0.0, 5.0, 10.0, 15.0]
    """
    rough = max(top, 1e-9) / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [float(tick) for tick in np.arange(0, top + 1e-9, step)]


def _size(axes: Axes) -> tuple[float, float]:
    """Width and height of the frame in pixels."""
    box = axes.get_position()
    return box.width * axes.figure.bbox.width, box.height * axes.figure.bbox.height


def _numbers(ticks: Sequence[float]) -> list[str]:
    return [f"{tick:g}" for tick in ticks]
