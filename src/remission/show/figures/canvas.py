"""A blank figure, plain axes, and many shapes as one path: what every drawing shares.

One unit of a figure is one CSS pixel (72 to the inch), so a text of size 11 is 11 pixels high when the
figure is shown at its own width. matplotlib's pyplot is not used: it keeps global state and costs start-up
time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from remission.show.style import FONT_SIZE, GRID, INK, MUTED, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike

_PIXELS_PER_INCH = 72.0
KEY_LINE = 17.0


def canvas(width_px: float, height_px: float) -> Figure:
    """An empty figure of that size.

    Examples
    --------
    >>> canvas(720, 360).get_size_inches().tolist()
    [10.0, 5.0]
    """
    figure = Figure(figsize=(width_px / _PIXELS_PER_INCH, height_px / _PIXELS_PER_INCH), dpi=_PIXELS_PER_INCH)
    figure.patch.set_visible(False)
    return figure


def plain_axes(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Axes that stand so many pixels from the figure's edges, with lines on the left and below only."""
    width, height = figure.get_size_inches() * _PIXELS_PER_INCH
    box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
    axes = figure.add_axes(box)
    axes.patch.set_visible(False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(MUTED)
    axes.spines[["left", "bottom"]].set_linewidth(0.8)
    axes.tick_params(labelsize=SMALL, labelcolor=MUTED, color=MUTED, length=3, width=0.8, pad=3)
    axes.set_axisbelow(True)
    return axes


def name_axes(axes: Axes, x: str | None = None, y: str | None = None) -> None:
    """Write what the axes measure, in the quiet colour."""
    if x is not None:
        axes.set_xlabel(x, fontsize=SMALL, color=MUTED, labelpad=3)
    if y is not None:
        axes.set_ylabel(y, fontsize=SMALL, color=MUTED, labelpad=4)


def rule_lines(axes: Axes, which: str = "y") -> None:
    """Thin lines across the axes at the ticks of `which` (``"x"`` or ``"y"``)."""
    axes.grid(axis="y" if which == "y" else "x", color=GRID, linewidth=0.8)


def month_axis(axes: Axes, last_month: float) -> None:
    """Time in months from zero, with ticks where visits are talked about: 3, 6 or 12 months apart."""
    step = next(step for step in (3, 6, 12, 24, 60, 120, 1200) if last_month / step <= 11 or step == 1200)
    axes.set_xlim(0, last_month)
    axes.set_xticks(np.arange(0, last_month + 1e-9, step))


def bars(
    axes: Axes,
    left: ArrayLike,
    bottom: ArrayLike,
    right: ArrayLike,
    top: ArrayLike,
    colour: str,
    *,
    opacity: float = 1.0,
) -> None:
    """Any number of filled rectangles as a single path, which keeps the page small.

    Parameters
    ----------
    left, bottom, right, top : array_like, shape (n,)
        Edges in the units of the axes. Nothing is drawn for n = 0.
    """
    edges = np.broadcast_arrays(
        *(np.atleast_1d(np.asarray(edge, float)) for edge in (left, bottom, right, top))
    )
    if edges[0].size == 0:
        return
    x0, y0, x1, y1 = edges
    corners = np.stack([x0, y0, x1, y0, x1, y1, x0, y1, x0, y0], axis=1).reshape(-1, 2)
    one = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    path = Path(corners, np.tile(np.array(one, dtype=Path.code_type), x0.size))
    axes.add_patch(PathPatch(path, facecolor=colour, edgecolor="none", linewidth=0, alpha=opacity))


def polylines(
    axes: Axes,
    x: Sequence[ArrayLike],
    y: Sequence[ArrayLike],
    colour: str,
    *,
    width: float = 1.0,
    opacity: float = 1.0,
) -> None:
    """Any number of open lines as a single path; points that are not finite break a line."""
    if not x:
        return
    gap = [np.nan]
    joined_x = np.concatenate([part for line in x for part in (np.asarray(line, float), gap)])
    joined_y = np.concatenate([part for line in y for part in (np.asarray(line, float), gap)])
    axes.plot(joined_x, joined_y, color=colour, linewidth=width, alpha=opacity, solid_joinstyle="round")


def key(figure: Figure, entries: Sequence[tuple[str, str, str]], x_px: float, y_px: float = 12.0) -> None:
    """Legend that fills lines from the left: each entry is (shape, colour, words).

    Parameters
    ----------
    entries : sequence of (str, str, str)
        Shape is ``"bar"``, ``"line"``, ``"dash"`` or a matplotlib marker.
    x_px, y_px : float
        Where the first entry begins, from the left and from the top; lines are `KEY_LINE` apart.
    """
    width, height = figure.get_size_inches() * _PIXELS_PER_INCH
    x, y = x_px, height - y_px
    for shape, colour, words in entries:
        # 0.54 em is about the mean width of a letter in common sans-serif faces.
        wide = 17 + 0.54 * SMALL * len(words)
        if x > x_px and x + wide > width - 4:
            x, y = x_px, y - KEY_LINE
        figure.add_artist(_swatch(shape, colour, x, y, width, height))
        figure.text((x + 17) / width, y / height, words, fontsize=SMALL, color=INK, va="center_baseline")
        x += wide + 13


def _swatch(shape: str, colour: str, x: float, y: float, width: float, height: float) -> Line2D:
    ends = np.array([x, x + 12]) / width
    if shape in ("line", "dash"):
        dashes = (3, 1.6) if shape == "dash" else (None, None)
        return Line2D(
            ends, [y / height] * 2, color=colour, linewidth=2.2, solid_capstyle="butt", dashes=dashes
        )
    if shape == "bar":
        return Line2D(ends, [y / height] * 2, color=colour, linewidth=9, solid_capstyle="butt")
    filled = shape not in ("|", "x", "+")
    return Line2D(
        [ends.mean()],
        [y / height],
        marker=shape,
        color="none",
        markersize=6.5,
        markerfacecolor=colour if filled else "none",
        markeredgecolor=colour,
        markeredgewidth=0 if filled else 1.6,
    )


def note(axes: Axes, words: str) -> None:
    """A sentence in the middle of axes that have nothing to show."""
    axes.text(
        0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", fontsize=FONT_SIZE, color=MUTED
    )
