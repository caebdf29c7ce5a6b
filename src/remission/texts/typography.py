"""Spaces as French printing wants them, so that a table of texts is typed with ordinary ones."""

from __future__ import annotations

import re
from typing import Final

NARROW: Final = "\u202f"
UNBROKEN: Final = "\u00a0"
# A colon and the inside of quotation marks take a whole space, the other marks a narrow one (Imprimerie nationale,
# Lexique des règles typographiques, 2002). No line ends before any of them.
_BEFORE: Final = ((re.compile(r" (?=[;!?%])"), NARROW), (re.compile(r" (?=[:»])|(?<=«) "), UNBROKEN))
_NUMBER_AND_UNIT: Final = re.compile(r"(?<=[\d}]) (?=(?:mois|ans|mm|kg|patients|lésions)\b)")


def french(text: str) -> str:
    """A text with the spaces of French printing.

    Examples
    --------
    >>> french("Survie : 45 % ; {value} mois").encode("ascii", "backslashreplace").decode()
    'Survie\\\\xa0: 45\\\\u202f%\\\\u202f; {value}\\\\xa0mois'
    """
    for spaces, wanted in _BEFORE:
        text = spaces.sub(wanted, text)
    return _NUMBER_AND_UNIT.sub(UNBROKEN, text)
