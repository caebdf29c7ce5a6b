"""Every text that the page asks for exists, and the page itself says nothing."""

from __future__ import annotations

import re
from pathlib import Path

import remission.web
from remission.texts import LANGUAGES

HERE = Path(remission.web.__file__).parent / "static"
ENGLISH = LANGUAGES["en"].explore
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in sorted(HERE.iterdir()))


def test_texts_asked_for_exist():
    asked = set(re.findall(r"""\bt\(\s*"([^"]+)"[,)]""", SOURCES)) | set(re.findall(r'data-text="([^"]+)"', SOURCES))
    assert len(asked) > 15
    assert asked <= set(ENGLISH)


def test_texts_that_are_put_together_exist():
    from remission.show.freedom import PARTS
    from remission.study.catalogue import catalogue_names

    wanted = {f"part.{part}" for part in PARTS} | {f"tumour.{name}" for name in catalogue_names("tumours")}
    wanted |= {f"number.{row}" for row in re.findall(r'"([\w-]+)"', re.search(r"ROWS = \[(.*?)\]", SOURCES, re.S)[1])}
    wanted |= {f"status.{state}" for state in re.findall(r'state: "(\w+)"', SOURCES)}
    assert wanted <= set(ENGLISH)


def test_the_page_says_nothing_of_its_own():
    page = (HERE / "index.html").read_text(encoding="utf-8")
    body = page[page.index("<body>") :]
    assert set(re.findall(r">\s*([^<>\s][^<>]*)<", body)) == {"English", "Français"}


def test_the_page_needs_no_network():
    assert not re.search(r"(?:src|href|from|import|url)\W{1,4}https?:", SOURCES)
