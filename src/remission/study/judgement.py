"""By what and by whom response and progression were judged, read from the words of a table of published results."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from remission.errors import StudyError
from remission.study.definition import CENTRAL_REVIEW, INVESTIGATOR

RECIST: Final = "RECIST 1.1"
"""The measure that is meant where no other is told."""
_BY_CONFIRMATION: Final = ("irRC", "iRECIST")
_MEASURES: Final = {
    **{"recist 1.1": RECIST, "recist1.1": RECIST, "recist v1.1": RECIST, "recist": RECIST},
    **{"irrc": "irRC", "irecist": "iRECIST", "mwho": "mWHO"},
}
_READERS: Final = {
    **dict.fromkeys(("investigator", "investigator review", "local", "local review"), INVESTIGATOR),
    **dict.fromkeys(
        ("central", "central review", "bicr", "icr", "irc", "independent", "independent review"), CENTRAL_REVIEW
    ),
    **dict.fromkeys(("independent central review", "blinded independent central review"), CENTRAL_REVIEW),
}
_CONFIRMED: Final = {"confirmed": True, "unconfirmed": False}
_BETWEEN: Final = re.compile(r"[,;]|\bby\b")


@dataclass(frozen=True, order=True)
class Judgement:
    """How response and progression were judged; as text, what a table of published results says.

    Parameters
    ----------
    measure : str
        ``RECIST 1.1``, ``irRC``, ``iRECIST`` or ``mWHO``; empty where that is not told.
    confirmed : bool
        Whether only confirmed responses count.
    reader : str
        ``investigator`` or ``central``; empty where that is not told.

    Examples
    --------
    >>> str(Judgement("RECIST 1.1", confirmed=True, reader="central")), bool(Judgement())
    ('RECIST 1.1, confirmed, central', False)
    """

    measure: str = ""
    confirmed: bool = False
    reader: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, (self.measure, "confirmed" if self.confirmed else "", self.reader)))

    def __bool__(self) -> bool:
        return self != NOT_TOLD

    @property
    def waits_for_confirmation(self) -> bool:
        """Whether progression counts only once it is confirmed: of irRC and iRECIST."""
        return self.measure in _BY_CONFIRMATION

    @property
    def is_central(self) -> bool:
        """Whether a central review judged."""
        return self.reader == CENTRAL_REVIEW

    def by(self, reader: str) -> Judgement:
        """The same, by this reader where none is told."""
        return self if self.reader else replace(self, reader=reader)


NOT_TOLD: Final = Judgement()


def read_judgement(text: str, where: str = "") -> Judgement:
    """Words of a column ``criterion``, in any capitals and order, with commas or ``by`` between them.

    Parameters
    ----------
    text : str
    where : str
        File and line, for messages.

    Raises
    ------
    StudyError
        If a word is not known, or two of them contradict each other.

    Examples
    --------
    >>> read_judgement("RECIST 1.1, confirmed by BICR")
    Judgement(measure='RECIST 1.1', confirmed=True, reader='central')
    """
    measures, readers, confirmed = set[str](), set[str](), set[bool]()
    for word in (" ".join(part.split()) for part in _BETWEEN.split(text)):
        plain = word.casefold()
        if plain in _MEASURES:
            measures.add(_MEASURES[plain])
        elif plain in _READERS:
            readers.add(_READERS[plain])
        elif plain in _CONFIRMED:
            confirmed.add(_CONFIRMED[plain])
        elif plain:
            raise StudyError(
                "the criterion has a word that is not known",
                where=where,
                found=word,
                allowed=", ".join((*sorted({*_MEASURES.values()}), "confirmed", INVESTIGATOR, CENTRAL_REVIEW)),
                next_step="write these words with commas between them; what else is to be said goes into the note",
            )
    if len(measures) > 1 or len(readers) > 1 or len(confirmed) > 1:
        step = "give every criterion a row of its own"
        raise StudyError(
            "the criterion says two things that exclude each other", where=where, found=text, next_step=step
        )
    return Judgement("".join(measures), any(confirmed), "".join(readers))
