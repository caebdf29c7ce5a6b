"""YAML as a tree of places: each value knows its file and line, and nothing in the file is ever executed.

The file is composed into nodes, never constructed into objects, so tags cannot run code. Every scalar stays
the text that was written, and the reader of its key decides what it means (``no`` is not false, nor ``012``
ten). Size and depth are bounded; duplicate keys, anchors, tags and second documents are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from remission.errors import Problem, StudyError

MOST_BYTES = 1_000_000
MOST_DEPTH = 30
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_NULLS = ("", "~", "null")
_PLAIN_TAGS = ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")


@dataclass(frozen=True)
class Place:
    """A value of a file and where it stands.

    Parameters
    ----------
    content : str, tuple of Place, dict of str to Place, or None
        Text, a list, a section, or nothing.
    file : str
        Name of the file, as the user wrote it.
    line : int
        From 1; the line of the key, where there is one.
    """

    content: str | tuple[Place, ...] | Mapping[str, Place] | None
    file: str
    line: int

    @property
    def where(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.line}"

    @property
    def shown(self) -> str:
        """What stands there, in a few words, for a message."""
        if self.content is None:
            return "nothing"
        if isinstance(self.content, str):
            return self.content if len(self.content) <= 60 else self.content[:57] + "..."
        if isinstance(self.content, tuple):
            return f"a list of {len(self.content)}"
        return "a section: " + ", ".join(list(self.content)[:6])

    def at(self, key: str) -> Place | None:
        """What stands under a key; None if this is no section, or has no such key."""
        return self.content.get(key) if isinstance(self.content, Mapping) else None


def read_yaml_file(path: str | Path) -> tuple[Place, str]:
    """Read a file into its tree and its text.

    Raises
    ------
    StudyError
        If it cannot be read, is too large, is not text, or is not YAML; all duplicate keys at once.
    """
    text = read_text(path)
    return parse_yaml(text, str(path)), text


def read_text(path: str | Path) -> str:
    """The text of a file of bounded size.

    Raises
    ------
    StudyError
        If it cannot be read, is too large, or is not text.
    """
    try:
        with open(path, "rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except IsADirectoryError:
        raise StudyError("this is a folder, not a file", where=str(path)) from None
    except OSError as error:
        raise StudyError("the file cannot be read", where=str(path), found=error.strerror) from None
    if len(raw) > MOST_BYTES:
        raise StudyError("the file is too large", where=str(path), found="more", allowed=f"at most {MOST_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise StudyError("the file is not text", where=str(path), allowed="YAML in UTF-8") from None
    if "\0" in text:
        raise StudyError("the file is not text", where=str(path), allowed="YAML in UTF-8")
    return text


def parse_yaml(text: str, file: str, if_empty: str = "`remission new FILE` writes a commented study") -> Place:
    """The tree of a text; ``file`` names it in messages, and ``if_empty`` says what to do with an empty one.

    Raises
    ------
    StudyError
        If it is not YAML, is empty, or uses what is not allowed; all such places at once.

    Examples
    --------
    >>> tree = parse_yaml("patients: 834\\nseed: 2017\\n", "study.yaml")
    >>> tree.at("seed").content, tree.at("seed").where
    ('2017', 'study.yaml:2')
    """
    node = _compose(text, file)
    if node is None:
        raise StudyError("the file is empty", where=file, next_step=if_empty)
    problems: list[Problem] = []
    place = _place(node, file, node.start_mark.line + 1, problems, MOST_DEPTH)
    if problems:
        raise StudyError(problems)
    return place


def _compose(text: str, file: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = file if mark is None else f"{file}:{mark.line + 1}"
        raise StudyError(
            "this is not YAML", where=where, found=error.problem, next_step=_hint(str(error.problem))
        ) from None
    except (YAMLError, ValueError) as error:
        raise StudyError("this is not YAML", where=file, found=str(error).splitlines()[0]) from None
    except RecursionError:
        raise StudyError("the file is nested too deeply", where=file, allowed=f"{MOST_DEPTH} levels") from None


def _hint(problem: str) -> str:
    if "'\\t'" in problem:
        return "indent with spaces, not with tabs"
    if "alias" in problem:
        return "put text that begins with * in quotes"
    if "document" in problem:
        return "keep one study a file; remove the line ---"
    return "check the indentation, the brackets, and that a space follows each colon"


def _place(node: Any, file: str, line: int, problems: list[Problem], depth: int) -> Place:
    where = f"{file}:{line}"
    if depth == 0:
        raise StudyError("the file is nested too deeply", where=where, allowed=f"{MOST_DEPTH} levels")
    if node.anchor is not None:
        problems.append(Problem("anchors are not allowed", where, f"&{node.anchor}", None, "write the value out"))
        return Place(None, file, line)
    if str(node.tag).removeprefix("tag:yaml.org,2002:") not in _PLAIN_TAGS:
        problems.append(Problem("tags are not allowed", where, str(node.tag), None, "remove the tag"))
    if isinstance(node.value, str):
        _refuse_no_text(node.value, where, problems)
        nothing = node.value in _NULLS and not node.style
        return Place(None if nothing else node.value, file, line)
    if node.id == "sequence":
        items = (_place(item, file, item.start_mark.line + 1, problems, depth - 1) for item in node.value)
        return Place(tuple(items), file, line)
    return Place(_section(node, file, problems, depth), file, line)


def _refuse_no_text(value: str, where: str, problems: list[Problem]) -> None:
    """Escapes can write what no file can hold as text, nor a system take as a name."""
    found = _NO_TEXT.search(value)
    if found:
        problems.append(Problem("the value is not text", where, repr(found.group()), None, "remove the escape"))


def _section(node: Any, file: str, problems: list[Problem], depth: int) -> dict[str, Place]:
    entries: dict[str, Place] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node.value, str):
            problems.append(Problem("a key must be a word", f"{file}:{line}"))
            continue
        key = key_node.value
        _refuse_no_text(key, f"{file}:{line}", problems)
        if key in entries:
            first = entries[key].line
            problems.append(
                Problem("a key stands twice", f"{file}:{line}", key, None, f"remove it here or on line {first}")
            )
            continue
        entries[key] = _place(value_node, file, line, problems, depth - 1)
    return entries
