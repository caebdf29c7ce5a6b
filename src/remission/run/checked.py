"""Values of a document from a stranger: of the right kind and size, or refused by name.

A checksum says that a document is as somebody wrote it, not that it was this program. What is read from it decides
how much is done and kept in memory, so everything is looked at before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from remission.errors import RunError
from remission.run.files import FileEntry

MOST_LETTERS = 10_000
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True)
class Document:
    """A section of a JSON document, by the name of its file.

    Examples
    --------
    >>> Document({"patients": "many"}, "provenance.json").whole("patients", 1, 100)
    Traceback (most recent call last):
    remission.errors.RunError: provenance.json: patients cannot be used
        found:   'many'
        allowed: a whole number, 1 to 100
    """

    content: Mapping[str, Any]
    file: str

    def whole(self, key: str, low: int, high: int) -> int:
        """A whole number in a range; a `RunError` if it is anything else."""
        value = self._get(key)
        if type(value) is not int or not low <= value <= high:
            raise self.refused(key, value, f"a whole number, {low} to {high}")
        return value

    def text(self, key: str) -> str:
        """Text of a bounded length."""
        return self._text(key, self._get(key))

    def texts(self, key: str, most: int) -> tuple[str, ...]:
        """A list of texts, none of them twice."""
        values = self._list(key, most)
        found = tuple(self._text(key, value) for value in values)
        if len(set(found)) < len(found):
            raise self.refused(key, values, "no name twice")
        return found

    def dictionary(self, key: str) -> dict[str, str]:
        """A section of texts."""
        return self._dictionary(key, self._get(key))

    def dictionaries(self, key: str, most: int) -> tuple[dict[str, str], ...]:
        """A list of sections of texts."""
        return tuple(self._dictionary(key, value) for value in self._list(key, most))

    def sections(self, key: str) -> dict[str, Document]:
        """Sections by their names."""
        value = self._get(key)
        if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
            raise self.refused(key, value, "sections")
        return {name: Document(each, self.file) for name, each in value.items()}

    def entry(self, most_bytes: int) -> FileEntry:
        """A section as what is known of a file."""
        rows = None if self.content.get("rows") is None else self.whole("rows", 0, 2**63 - 1)
        digest = self.text("sha256")
        if not _SHA256.match(digest):
            raise self.refused("sha256", digest, "64 hexadecimal digits")
        return FileEntry(rows, self.whole("bytes", 0, most_bytes), digest)

    def refused(self, key: str, value: object, allowed: str) -> RunError:
        """The refusal of a value."""
        return RunError(f"{key} cannot be used", where=self.file, found=repr(value)[:60], allowed=allowed)

    def _get(self, key: str) -> Any:
        if key not in self.content:
            raise RunError(f"the file lacks {key}", where=self.file)
        return self.content[key]

    def _list(self, key: str, most: int) -> list[Any]:
        values = self._get(key)
        if not isinstance(values, list) or len(values) > most:
            raise self.refused(key, values, f"a list of at most {most}")
        return values

    def _dictionary(self, key: str, value: object) -> dict[str, str]:
        if not isinstance(value, dict):
            raise self.refused(key, value, "a section")
        return {self._text(key, name): self._text(key, word) for name, word in value.items()}

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str) or len(value) > MOST_LETTERS:
            raise self.refused(key, value, f"text of at most {MOST_LETTERS} letters")
        return value
