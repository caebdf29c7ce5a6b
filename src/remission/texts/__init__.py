"""Every text of the pages, by language: a folder for each language, a table in it for each page.

The rule: no text stands in a template or in code. A text is a format string with a key; a page asks `Words` for it.
Texts are written with ordinary spaces; `remission.texts.typography` sets those that a language wants narrow or
unbroken.
"""

from remission.texts.words import LANGUAGES, Words, known_language, words_in

__all__ = ["LANGUAGES", "Words", "known_language", "words_in"]
