"""Legends above the frame, in as many lines as their words need."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from remission.show.figures.canvas import PIXELS_PER_INCH
from remission.show.style import INK, PAPER, SMALL

Entry = tuple[str, str, str]
KEY_LINE = 17.0
DASHES: Final = (0.0, (2.2, 1.1))
_FIRST_LINE, _SWATCH, _GAP, _EDGE = 12.0, 17.0, 13.0, 4.0
_LETTER = 0.54  # of the font size: about the mean width of a letter in common sans-serif faces


def key_height(entries: Sequence[Entry], width_px: float, x_px: float) -> float:
    """Pixels that a legend takes from the top of a figure, with some air below it.

    Examples
    --------
    >>> short, long = ("bar", "#0072b2", "words"), ("bar", "#0072b2", "w" * 50)
    >>> key_height([short], 520, 50), key_height([long, long], 520, 50)
    (32.0, 49.0)
    """
    lines = max((line for _, line in _places(entries, width_px, x_px)), default=0)
    return 32.0 + KEY_LINE * lines


def key(figure: Figure, entries: Sequence[Entry], x_px: float) -> None:
    """Draw a legend: each entry is (shape, colour, words).

    Parameters
    ----------
    entries : sequence of (str, str, str)
        Shape is ``"bar"``, ``"line"``, ``"dashed"``, ``"hollow"`` or a matplotlib marker.
    x_px : float
        Where lines begin, from the left.
    """
    width, height = figure.get_size_inches() * PIXELS_PER_INCH
    places = _places(entries, width, x_px)
    for (shape, colour, words), (x, line) in zip(entries, places, strict=True):
        y = 1 - (_FIRST_LINE + KEY_LINE * line) / height
        figure.add_artist(_swatch(shape, colour, np.array([x, x + 12]) / width, y))
        figure.text((x + _SWATCH) / width, y, words, fontsize=SMALL, color=INK, va="center_baseline")


def _places(entries: Sequence[Entry], width_px: float, x_px: float) -> Iterator[tuple[float, int]]:
    """Where each entry begins: pixels from the left, and line from the top."""
    x, line = x_px, 0
    for _, _, words in entries:
        wide = _SWATCH + _LETTER * SMALL * len(words)
        if x > x_px and x + wide > width_px - _EDGE:
            x, line = x_px, line + 1
        yield x, line
        x += wide + _GAP


def _swatch(shape: str, colour: str, ends: np.ndarray, y: float) -> Line2D:
    if shape in ("line", "dashed", "bar"):
        width = 9.0 if shape == "bar" else 2.2
        line = Line2D(ends, [y, y], color=colour, linewidth=width, solid_capstyle="butt")
        if shape == "dashed":
            line.set_linestyle(DASHES)
        return line
    hollow, lines = shape == "hollow", shape in ("|", "x", "+")
    return Line2D(
        [ends.mean()],
        [y],
        linestyle="none",
        marker="D" if hollow else shape,
        markersize=5.5 if hollow else 6.5,
        markerfacecolor=PAPER if hollow else colour,
        markeredgecolor=colour,
        markeredgewidth=1.4 if hollow or lines else 0,
    )
