"""`Words`: the texts, numbers and dates of one language."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from remission.errors import StudyError
from remission.texts import english, french, typography

_POINT: Final = re.compile(r"(?<=\d)\.(?=\d)")
_DAY: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})$")


@dataclass(frozen=True)
class Language:
    """What one language has.

    Parameters
    ----------
    texts : mapping of str to str
        Of all pages.
    cohort : mapping of str to str
        What is said otherwise of real patients.
    explore : mapping of str to str
        Of the page of `remission explore`, which fills them itself in the browser.
    terms : mapping of str to str
        English words that stand in the data (sites, names of rules, of studies) in this language.
    """

    texts: Mapping[str, str]
    cohort: Mapping[str, str]
    explore: Mapping[str, str]
    terms: Mapping[str, str]


def _language(tables: Any, spaced: Callable[[str], str] = str) -> Language:
    """The tables of a language, each text with its spaces set."""
    every = {key: text for page in tables.PAGES for key, text in page.items()}
    parts = (every, tables.COHORT, tables.EXPLORE, tables.TERMS)
    return Language(*({key: spaced(text) for key, text in table.items()} for table in parts))


LANGUAGES: Final[Mapping[str, Language]] = {
    "en": _language(english),
    "fr": _language(french, typography.french),
}


def known_language(language: str, where: str = "language") -> str:
    """The language, if there is a table for it.

    Raises
    ------
    StudyError
        If there is none.

    Examples
    --------
    >>> known_language("de", "--lang")
    Traceback (most recent call last):
    remission.errors.StudyError: --lang: there are no texts in this language
        found:   de
        allowed: en, fr
    """
    if language not in LANGUAGES:
        what = "there are no texts in this language"
        raise StudyError(what, where=where, found=str(language), allowed=", ".join(LANGUAGES))
    return language


def words_in(language: str = "en", *, observed: bool = False) -> Words:
    """Texts of a language; of real patients if `observed`: they are not called virtual.

    Raises
    ------
    StudyError
        If there are no texts in that language.

    Examples
    --------
    >>> words_in("en", observed=True)("by", patients=3)
    '3 real patients'
    """
    return Words(known_language(language), observed)


@dataclass(frozen=True)
class Words:
    """Texts and numbers in one language.

    Parameters
    ----------
    language : str
        As the page's ``lang``: a key of `LANGUAGES`.
    observed : bool
        Whether the patients are real.

    Examples
    --------
    >>> words = Words()
    >>> words("percent", value=words.number(41.96, 1))
    '42.0 %'
    >>> Words("fr").number(12345.67, 1).replace("\\u202f", "_")
    '12_345,7'
    """

    language: str = "en"
    observed: bool = False
    _texts: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Choose the tables."""
        known = LANGUAGES[self.language]
        object.__setattr__(self, "_texts", {**known.texts, **known.cohort} if self.observed else known.texts)

    def __call__(self, key: str, **values: Any) -> str:
        """The text of a key, filled with values.

        Raises
        ------
        KeyError
            If there is no such text: a fault of the package.
        """
        return self._texts[key].format(**values)

    def named(self, group: str, name: str, **values: Any) -> str:
        """The text of a name in a group; where the group has none, the term of a user's own word.

        Examples
        --------
        >>> Words().named("event", "death"), Words().named("event", "a new kind")
        ('death', 'a new kind')
        """
        text = self._texts.get(f"{group}.{name}")
        return self.term(name) if text is None else text.format(**values)

    def term(self, word: str) -> str:
        """An English word of the data in this language; itself if the language has no term for it.

        Examples
        --------
        >>> Words("fr").term("lymph node"), Words("fr").term("Arm of a user")
        ('ganglion', 'Arm of a user')
        """
        return LANGUAGES[self.language].terms.get(word, word)

    def terms_in(self, text: str, words: Sequence[str]) -> str:
        """A text of the data in which these English words become the terms of this language.

        Examples
        --------
        >>> Words("fr").terms_in("a.csv, rows 2, 3, column os", ("rows", "column"))
        'a.csv, lignes 2, 3, colonne os'
        """
        known = [word for word in words if self.term(word) != word]
        if not known:
            return text
        return re.sub(rf"\b(?:{'|'.join(map(re.escape, known))})\b", lambda word: self.term(word[0]), text)

    def written(self, number: str) -> str:
        """A text of numbers with decimal points, with the decimal mark of this language instead.

        Examples
        --------
        >>> Words().written("+0.051"), Words("fr").written("+0.051")
        ('+0.051', '+0,051')
        """
        return _POINT.sub(self("decimal"), number)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number with that many decimals; infinite times were not reached.

        Examples
        --------
        >>> Words().number(12345.678, 1), Words().number(float("inf")), Words().number(-3.0)
        ('12,345.7', 'not reached', '−3')
        """
        if value is None or math.isnan(value):
            return self("unknown")
        if math.isinf(value):
            return self("not_reached")
        plain = f"{abs(value):,.{decimals}f}"
        swapped = plain.translate({ord(","): self("thousands"), ord("."): self("decimal")})
        return f"−{swapped}" if value < 0 and plain.strip("0.,") else swapped

    def date(self, day: date | str) -> str:
        """A day, also given as year-month-day, in the form of the language; any other text stays as it is.

        Examples
        --------
        >>> Words().date(date(2022, 3, 18)), Words("fr").date("2026-11-23"), Words("fr").date("")
        ('2022-03-18', '23/11/2026', '')
        """
        text = day.isoformat() if isinstance(day, date) else day
        found = _DAY.match(text)
        return text if found is None else self("date", **found.groupdict())

    def join(self, parts: list[str]) -> str:
        """Parts in one phrase.

        Examples
        --------
        >>> Words().join(["a", "b", "c"])
        'a, b and c'
        """
        return self("list.and").join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
