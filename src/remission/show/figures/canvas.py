"""A blank figure, and many shapes as one path: what every drawing shares.

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

from remission.show.style import FONT_SIZE, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform
    from numpy.typing import ArrayLike

PIXELS_PER_INCH = 72.0


def canvas(width_px: float, height_px: float) -> Figure:
    """An empty figure of that size.

    Examples
    --------
    >>> canvas(720, 360).get_size_inches().tolist()
    [10.0, 5.0]
    """
    figure = Figure(figsize=(width_px / PIXELS_PER_INCH, height_px / PIXELS_PER_INCH), dpi=PIXELS_PER_INCH)
    figure.patch.set_visible(False)
    return figure


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
    edges = np.broadcast_arrays(*(np.atleast_1d(np.asarray(edge, float)) for edge in (left, bottom, right, top)))
    if edges[0].size == 0:
        return
    x0, y0, x1, y1 = edges
    corners = np.stack([x0, y0, x1, y0, x1, y1, x0, y1, x0, y0], axis=1).reshape(-1, 2)
    one = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY]
    path = Path(corners, np.tile(np.array(one, dtype=Path.code_type), x0.size))
    axes.add_artist(PathPatch(path, facecolor=colour, edgecolor="none", linewidth=0, alpha=opacity))


def polylines(
    axes: Axes,
    x: Sequence[ArrayLike],
    y: Sequence[ArrayLike],
    colour: str,
    *,
    width: float = 1.0,
    opacity: float = 1.0,
    transform: Transform | None = None,
    level: float = 2.0,
) -> None:
    """Any number of open lines as a single path; points that are not finite break a line.

    Lines in another system than the axes' own data (`transform`) are not cut off at the frame. What has the
    higher `level` lies on top; areas and bars have 1.
    """
    if not x:
        return
    gap = [np.nan]
    joined_x = np.concatenate([part for line in x for part in (np.asarray(line, float), gap)])
    joined_y = np.concatenate([part for line in y for part in (np.asarray(line, float), gap)])
    line = Line2D(joined_x, joined_y, color=colour, linewidth=width, alpha=opacity, solid_joinstyle="round")
    line.set_zorder(level)
    if transform is not None:
        line.set_transform(transform)
    axes.add_artist(line)
    line.set_clip_on(transform is None)


def markers(
    axes: Axes,
    x: ArrayLike,
    y: ArrayLike,
    marker: str,
    colour: str,
    *,
    size: float = 6.0,
    edge: str | None = None,
    edge_width: float = 0.0,
    clip: bool = True,
) -> None:
    """The same sign at any number of places."""
    line = Line2D(np.asarray(x, float), np.asarray(y, float), linestyle="none", marker=marker, markersize=size)
    line.set_markerfacecolor(colour)
    line.set_markeredgecolor(edge or colour)
    line.set_markeredgewidth(edge_width)
    axes.add_artist(line)
    line.set_clip_on(clip)


def note(axes: Axes, words: str) -> None:
    """A sentence in the middle of axes that have nothing to show."""
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", fontsize=FONT_SIZE, color=MUTED)
