"""Colours and sizes, the same in every figure and in the page.

Arms take the blue, vermilion, green and purple of Okabe and Ito (2008, "Color Universal Design"), which
people with any colour vision tell apart. Responses run from green to brown (ColorBrewer BrBG, safe for
colour blindness), because they are ordered. States of care have their own set, so that a colour never means
two things.

A figure is drawn in the light colours below. In the page each becomes a CSS variable, so that one drawing
serves a light screen, a dark one and paper.
"""

from __future__ import annotations

from typing import Final

INK: Final = "#1f2430"
MUTED: Final = "#5b6472"
GRID: Final = "#e3e6ea"
PAPER: Final = "#fefefe"

# Words on a coloured ground, which stays when the page turns dark: not variables of the page.
LIGHT_WORDS: Final = "#ffffff"
DARK_WORDS: Final = "#161a22"

ARMS: Final = ("#0072b2", "#d55e00", "#009e73", "#8a5a9e", "#5f6b7a", "#a6761d")
RESPONSES: Final = {
    "CR": "#01665e",
    "PR": "#5ab4ac",
    "SD": "#9ca3ae",
    "NON_CR_NON_PD": "#9ba2ad",
    "PD": "#bf812d",
    "NE": "#dcdfe3",
}
STATES: Final = {
    "on drug": "#33628f",
    "off drug": "#8fc9b0",
    "second course": "#7b5ea7",
    "next line": "#e0b354",
    "dead": "#6b7079",
    "not followed": "#eceef1",
}
GRADES: Final = {3: "#f0b98d", 4: "#d5743c", 5: "#8c2d04"}
LESIONS: Final = ("#0173b2", "#de8f05", "#029e74", "#cc78bc", "#ca9161", "#949494")

FONT_SIZE: Final = 12.0
SMALL: Final = 11.0

_DARK: Final = {
    INK: "#e8eaee",
    MUTED: "#a3acba",
    GRID: "#333a45",
    PAPER: "#14171c",
    "#0072b2": "#56a8e0",
    "#d55e00": "#f08a45",
    "#009e73": "#35c29a",
    "#8a5a9e": "#b78bcb",
    "#5f6b7a": "#9aa6b5",
    RESPONSES["CR"]: "#35a096",
    RESPONSES["PR"]: "#8fd3cc",
    RESPONSES["SD"]: "#7d8591",
    RESPONSES["NON_CR_NON_PD"]: "#7c8490",
    RESPONSES["PD"]: "#dfa45a",
    RESPONSES["NE"]: "#4a515c",
    STATES["on drug"]: "#5b93c9",
    STATES["off drug"]: "#5fa98a",
    STATES["second course"]: "#a78bd0",
    STATES["dead"]: "#565c66",
    STATES["not followed"]: "#262b33",
    LESIONS[0]: "#4ea7de",
}


def arm_colour(index: int) -> str:
    """Colour of the arm that stands at `index` in the study file; arms beyond the sixth repeat.

    Examples
    --------
    >>> arm_colour(0)
    '#0072b2'
    """
    return ARMS[index % len(ARMS)]


def variable(colour: str) -> str:
    """Name of the CSS variable that holds a colour of the figures.

    Examples
    --------
    >>> variable("#0072b2")
    '--c-0072b2'
    """
    return f"--c-{colour[1:]}"


def palette() -> tuple[tuple[str, str, str], ...]:
    """Every colour as (CSS variable, on a light ground, on a dark ground).

    Examples
    --------
    >>> palette()[0]
    ('--c-1f2430', '#1f2430', '#e8eaee')
    """
    groups = (RESPONSES.values(), STATES.values(), GRADES.values(), LESIONS)
    colours = dict.fromkeys((INK, MUTED, GRID, PAPER, *ARMS, *(colour for group in groups for colour in group)))
    return tuple((variable(colour), colour, _DARK.get(colour, colour)) for colour in colours)
