"""A figure as an SVG element that can stand inside an HTML page."""

from __future__ import annotations

import io
import re
from itertools import chain
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape
from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG

from remission.show.style import palette

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Text stays text (searchable, small), identifiers do not change from run to run, and hairpins smaller than a
# fifth of a pixel are left out of lines.
_SETTINGS: dict[Any, Any] = {"svg.fonttype": "none", "path.simplify": True, "path.simplify_threshold": 0.2}
_VARIABLES = {light: f"var({name})" for name, light, _ in palette()}
_COLOUR = re.compile("|".join(_VARIABLES))
_DECIMALS = re.compile(r"(\.\d\d)\d+")
_NUMBERED_GROUP = re.compile(r' id="[a-zA-Z0-9.]+_\d+"')
_FONT = re.compile(r"font-family: [^;\"]*;? ?")
_INDENT = re.compile(r"\n\s+")
_PREAMBLE = re.compile(r"^.*?(?=<svg)|<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", re.DOTALL)
_METADATA = ("Creator", "Date", "Format", "Type")  # left out, so that equal figures give equal text
_SHORTER = ((_PREAMBLE, ""), (_DECIMALS, r"\1"), (_NUMBERED_GROUP, ""), (_FONT, ""), (_INDENT, "\n"))
_VARIABLE = re.compile(r"var\(--c-([0-9a-f]{6})\)")
_VIEW_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_FACES = "Helvetica Neue, Arial, Liberation Sans, sans-serif"
_OPENING = re.compile(r"<svg[^>]*?viewBox=\"(?P<box>[^\"]*)\"[^>]*>", re.DOTALL)


def inline_svg(figure: Figure, name: str, title: str, description: str) -> Markup:
    """The figure as an ``<svg>`` element with a title and a description for those who do not see it.

    Colours of `remission.show.style` become CSS variables; the page gives them their values.

    Parameters
    ----------
    figure : matplotlib Figure
    name : str
        Unique in the page; letters, digits and hyphens. Identifiers inside the drawing are derived from it.
    title, description : str
        Plain text; characters that mean something in markup are escaped.

    Examples
    --------
    >>> from remission.show.figures.canvas import canvas
    >>> inline_svg(canvas(72, 36), "empty", "A title", "n < 1")[:67]
    Markup('<svg class="figure" viewBox="0 0 72 36" role="img" aria-labelledby=')
    """
    for text in chain(figure.texts, *(axes.texts for axes in figure.axes)):
        text.set_parse_math(False)  # a name with dollar signs is not a formula
    buffer = io.StringIO()
    with rc_context({**_SETTINGS, "svg.hashsalt": name}):
        FigureCanvasSVG(figure).print_svg(buffer, metadata=dict.fromkeys(_METADATA))
    drawing = buffer.getvalue()
    for pattern, replacement in _SHORTER:
        drawing = pattern.sub(replacement, drawing)
    drawing = _COLOUR.sub(lambda match: _VARIABLES[match[0]], drawing)
    return Markup(_OPENING.sub(lambda match: _opening(match["box"], name, title, description), drawing, 1))


def standalone_svg(drawing: Markup) -> str:
    """An inlined drawing as the text of an SVG file: colours of a light page, a white ground, its own size.

    Examples
    --------
    >>> from remission.show.figures.canvas import canvas
    >>> text = standalone_svg(inline_svg(canvas(72, 36), "empty", "A title", "Nothing is drawn."))
    >>> 'width="72"' in text, "var(" in text
    (True, False)
    """
    width, height = _VIEW_BOX.search(drawing).groups()  # type: ignore[union-attr]
    text = _VARIABLE.sub(r"#\1", str(drawing))
    size = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="{_FACES}" '
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return text.replace("<svg ", size, 1).replace("</desc>", f"</desc>{ground}", 1) + "\n"


def _opening(box: str, name: str, title: str, description: str) -> str:
    return (
        f'<svg class="figure" viewBox="{box}" role="img" aria-labelledby="{name}-t {name}-d" '
        f'style="--width: {float(box.split()[2]):.0f}px" xmlns:xlink="http://www.w3.org/1999/xlink">'
        f'<title id="{name}-t">{escape(title)}</title><desc id="{name}-d">{escape(description)}</desc>'
    )
