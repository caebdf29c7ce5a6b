"""The report in French: of the page's own words none stays English, numbers have a decimal comma."""

from __future__ import annotations

import re
import string

import pytest

from remission.errors import StudyError
from remission.show.report import report_html
from remission.show.table import run_table
from remission.texts import LANGUAGES

from .conftest import Page
from .synthetic import MadeRun

LEAST_LETTERS = 9  # shorter pieces of English texts may be French words, or parts of them


@pytest.fixture(scope="module")
def french(run: MadeRun) -> Page:
    return Page(report_html(run, language="fr"))


def without_quotations(page: Page) -> str:
    """The page without what it quotes: the study file, the provenance, sources."""
    text = re.sub(r"<pre>.*?</pre>|<style>.*?</style>", "", page.source, flags=re.DOTALL)
    return re.sub(r'<ol class="sources".*?</ol>|<dl class="made">.*?</dl>| title="[^"]*"', "", text, flags=re.DOTALL)


def test_the_page_says_that_it_is_french(french: Page, page: Page) -> None:
    assert french.named("html")[0].attributes["lang"] == "fr"
    assert page.named("html")[0].attributes["lang"] == "en"
    assert french.faults == []
    assert len(french.elements) == len(page.elements)


def test_no_english_is_left(french: Page) -> None:
    shown = without_quotations(french)
    own = "\n".join(LANGUAGES["fr"].texts.values())
    pieces = {
        piece.strip()
        for text in LANGUAGES["en"].texts.values()
        for piece, *_ in string.Formatter().parse(text)
        if len(piece.strip()) >= LEAST_LETTERS and piece.strip() not in own
    }
    assert len(pieces) > 150
    assert sorted(piece for piece in pieces if piece in shown) == []


def test_numbers_have_a_decimal_comma(french: Page) -> None:
    cells = [element.text for element in french.elements if element.tag in ("td", "dd", "text")]
    allowed = re.compile(r"RECIST 1\.1|\d+\.\d+\.\d+")
    with_point = [cell for cell in cells if re.search(r"\d\.\d", allowed.sub("", cell))]
    assert with_point == []
    assert any(re.fullmatch(r"\d+,\d\u202f%", cell.strip()) for cell in cells)


def test_the_table_on_the_screen_may_be_french(run: MadeRun) -> None:
    assert "Réponse objective" in run_table(run, language="fr")


def test_an_unknown_language_is_refused(run: MadeRun) -> None:
    with pytest.raises(StudyError, match="allowed: en, fr"):
        report_html(run, language="de")
