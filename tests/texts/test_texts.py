"""Every text that a page asks for exists, in every language, with the same places to fill; none is left over."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import remission
from remission.errors import StudyError
from remission.texts import LANGUAGES, Words, english, french, known_language
from remission.texts.words import Language

HERE = Path(remission.__file__).parent
OWN = HERE / "texts"
SOURCES = [
    path for path in (*HERE.rglob("*.py"), *HERE.rglob("*.j2")) if OWN not in path.parents or path.name == "words.py"
]
TEMPLATES = sorted(HERE.rglob("*.html.j2"))
TOGETHER = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
ENGLISH = LANGUAGES["en"].texts
OTHERS = [language for language in LANGUAGES if language != "en"]

ASKED = re.compile(r"""words\(\s*f?["']([^"']+)["']""")
FAMILY = re.compile(r"""f?"([a-z_]+(?:\.[a-z_]+)*\.)(?:\{|" ~)|named\(\s*"([a-z_]+)\"""")
LITERAL = re.compile(r"""["']([a-z][^"'\s{}]*(?: [^"'{}]+)?)["']""")
SAME_IN_BOTH = {
    "percent",
    "interval",
    "letters.NE",
    "endpoint.part",
    "short.PD",
    "short.SD",
    "response.PD",
    "grade",
    "axis.patients_percent",
    "care.month",
    "verdict.not judged",
    "table.verdict",
    "table.source",
    "table.sources",
    "due.patient",
    "patient.person",
    "figure.care",
    "figure.course",
    "patient.title",
    "story.of",
    "plain.of_arm",
    "value.of",
    "counted.patients",
    "made.patients",
    "design.tests",
    "design.test",
    "design.information",
    "validate.by",
    "title",
    "patients",
    "tables",
    "status.done",
    "axis.percent",
}
"""Texts that are written the same in English and French: each new one has to be added here, in sight."""


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def tables(language: Language) -> Iterator[tuple[Mapping[str, str], Mapping[str, str]]]:
    """Tables of English, and the same ones of a language."""
    yield ENGLISH, language.texts
    yield LANGUAGES["en"].cohort, language.cohort
    yield LANGUAGES["en"].explore, language.explore


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.relative_to(HERE).as_posix())
def test_texts_asked_for_exist(source: Path) -> None:
    asked = {key for key in ASKED.findall(source.read_text(encoding="utf-8")) if "{" not in key}
    assert {key for key in asked if not key.endswith(".")} <= set(ENGLISH)


def test_no_text_is_left_over() -> None:
    """Each key stands in a page or belongs to a family that is asked for by name (``f"state.{state}"``)."""
    families = tuple(one or f"{other}." for one, other in FAMILY.findall(TOGETHER))
    asked = set(LITERAL.findall(TOGETHER))
    assert [key for key in ENGLISH if key not in asked and not key.startswith(families)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_languages_have_the_same_texts_with_the_same_places(language: str) -> None:
    for first, second in tables(LANGUAGES[language]):
        assert {key: places(text) for key, text in second.items()} == {key: places(t) for key, t in first.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    def letters(text: str) -> str:
        return re.sub(r"\{[^}]*\}|[^a-z]", "", text.lower())

    same = {
        key
        for first, second in tables(LANGUAGES[language])
        for key, text in first.items()
        if letters(text) == letters(second[key]) and letters(text)
    }
    assert same - SAME_IN_BOTH == set()
    assert all(
        text.strip() for _, second in tables(LANGUAGES[language]) for text in second.values() if text != "\u202f"
    )


@pytest.mark.parametrize("tables_of", [english, french], ids=["en", "fr"])
def test_no_key_stands_in_two_pages(tables_of: object) -> None:
    keys = [key for page in tables_of.PAGES for key in page]  # type: ignore[attr-defined]
    assert len(keys) == len(set(keys))
    assert set(tables_of.COHORT) <= set(keys)  # type: ignore[attr-defined]


def test_french_has_its_own_spaces_and_marks() -> None:
    own = LANGUAGES["fr"]
    french_texts = [text for table in (own.texts, own.cohort, own.explore, own.terms) for text in table.values()]
    assert [text for text in french_texts if re.search(r"\S [;:!?%»]|« |\w[;!?]|\d%|'|\"", text)] == []
    assert Words("fr")("percent", value=Words("fr").number(45.26, 1)) == "45,3\u202f%"
    assert Words("fr").number(-12345.6, 1) == "−12\u202f345,6"
    assert Words("fr").date("2026-11-23") == "23/11/2026"
    assert Words("fr").join(["a", "b", "c"]) == "a, b et c"


def test_every_word_of_the_data_has_a_french_term() -> None:
    from remission.population import NO_CANDIDATE, SITES
    from remission.solver.status import Status
    from remission.study import load_definition
    from remission.study.catalogue import CATALOGUE, catalogue_names

    said = {NO_CANDIDATE, *SITES, "error", "warning", *(Status(code).sentence for code in Status if code.failed)}
    for name in catalogue_names("studies"):
        study = load_definition(name)
        rules = {rule.name for arm in study.arms for rule in arm.policy}
        said |= {study.title, *rules}
    cohort = "".join(path.read_text(encoding="utf-8") for path in (HERE / "cohort").rglob("*.py"))
    said |= set(re.findall(r'(?:[Ff]inding\(\s*|note\(\s*)"([a-z-]+)"', cohort))
    designs = "".join(path.read_text(encoding="utf-8") for path in (CATALOGUE / "designs").iterdir())
    said |= {title.strip() for title in re.findall(r"^title: (.*)$", designs, re.MULTILINE)}
    assert len(said) > 90
    assert said - set(LANGUAGES["fr"].terms) == set()


def test_every_term_is_a_word_of_the_data() -> None:
    data = [*HERE.rglob("*.yaml"), *HERE.rglob("*.csv"), HERE.parents[1] / "docs" / "cohort.md"]
    said = TOGETHER + "".join(path.read_text(encoding="utf-8") for path in data if path.exists())
    built = {"none of 200 candidates was diagnosed and eligible"}
    assert [term for term in LANGUAGES["fr"].terms if term not in said and term not in built] == []


def test_every_kind_of_event_has_a_text() -> None:
    from remission.tables.columns import EVENT_KINDS, RESPONSES

    assert {f"event.{kind}" for kind in EVENT_KINDS} <= set(ENGLISH)
    assert {f"response.{name}" for name in RESPONSES} <= set(ENGLISH)


def test_numbers_below_zero_carry_a_minus_sign() -> None:
    assert Words().number(-1234.5, 1) == "−1,234.5"
    assert Words().number(-0.04, 1) == "0.0"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.relative_to(HERE).as_posix())
def test_visible_text_stands_in_one_place_only(template: Path) -> None:
    """Sentences in a template would never be translated."""
    text = template.read_text(encoding="utf-8")
    assert '<html lang="{{ words.language }}">' in text
    body = text[: text.index("<!doctype")] + text[text.index("<body>") :]
    visible = re.sub(r"{[{%#].*?[#%}]}|<[^>]*>", "", body, flags=re.DOTALL)
    assert re.findall(r"[A-Za-z]{2,}", visible) == []


def test_an_unknown_language_is_refused_with_those_allowed() -> None:
    with pytest.raises(StudyError, match=r"(?s)--lang.*found: +klingon.*allowed: en, fr"):
        known_language("klingon", "--lang")
