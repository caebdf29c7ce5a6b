"""A made-up run, its summary and its page, made once for all tests of the report."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest

from remission.show.report import report_html

from .synthetic import MadeRun, make_keynote

VOID = {"meta", "br", "img", "link", "input", "hr"}
# SVG elements that the drawings close themselves.
EMPTY_SVG = {"path", "use", "rect"}


@dataclass
class Element:
    """A start tag, with the text that follows it until its end."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


class Page(HTMLParser):
    """A page as a list of elements; complains about tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source = text
        self.elements: list[Element] = []
        self.faults: list[str] = []
        self._open: list[Element] = []
        self.feed(text)
        self.faults += [f"{element.tag} is never closed" for element in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1].tag if self._open else 'nothing'}")
            return
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def named(self, tag: str, **attributes: str) -> list[Element]:
        """Elements of a tag whose attributes hold these values."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        return [
            element
            for element in self.elements
            if element.tag == tag and all(element.attributes.get(name) == value for name, value in wanted.items())
        ]

    def rows(self) -> list[tuple[str, list[str]]]:
        """Class and cells of every table row."""
        found: list[tuple[str, list[str]]] = []
        for element in self.elements:
            if element.tag == "tr":
                found.append((element.attributes.get("class", ""), []))
            elif element.tag in ("td", "th") and found:
                found[-1][1].append(element.text.strip())
        return found


@pytest.fixture(scope="session")
def run() -> MadeRun:
    """The made-up run, with KEYNOTE-006 as its study."""
    return make_keynote()


@pytest.fixture(scope="session")
def summary(run: MadeRun) -> dict[str, Any]:
    return run.summary()


@pytest.fixture(scope="session")
def page(run: MadeRun) -> Page:
    """The report of the made-up run."""
    return Page(report_html(run))
