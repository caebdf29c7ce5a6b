"""Every text that the report asks for exists, in every language, with the same places to fill."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import remission.show
from remission.show.texts import ENGLISH, LANGUAGES, Words

HERE = Path(remission.show.__file__).parent
SOURCES = [*HERE.rglob("*.py"), *HERE.rglob("*.j2")]
ASKED = re.compile(r"""words\(\s*["']([^"'{}]+)["']""")


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_texts_asked_for_exist(source: Path) -> None:
    asked = set(ASKED.findall(source.read_text()))
    assert {key for key in asked if not key.endswith(".")} <= set(ENGLISH)


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_texts_with_the_same_places(language: str) -> None:
    table = LANGUAGES[language]
    assert set(table) == set(ENGLISH)
    assert {key: places(text) for key, text in table.items()} == {key: places(t) for key, t in ENGLISH.items()}


def test_every_kind_of_event_has_a_text() -> None:
    from remission.tables.columns import EVENT_KINDS, RESPONSES

    assert {f"event.{kind}" for kind in EVENT_KINDS} <= set(ENGLISH)
    assert {f"response.{name}" for name in RESPONSES} <= set(ENGLISH)


def test_numbers_below_zero_carry_a_minus_sign() -> None:
    assert Words().number(-1234.5, 1) == "−1,234.5"
    assert Words().number(-0.04, 1) == "0.0"


def test_visible_text_stands_in_one_place_only() -> None:
    """Sentences in the template would never be translated."""
    template = (HERE / "page.html.j2").read_text()
    body = template[template.index("<body>") :]
    visible = re.sub(r"{[{%#].*?[#%}]}|<[^>]*>", "", body, flags=re.DOTALL)
    assert re.findall(r"[A-Za-z]{2,}", visible) == []
