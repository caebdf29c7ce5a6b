"""The page on the run folder says what the folder holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from remission.run.documentation import with_tables
from remission.tables import schema
from remission.tables.columns import TABLES

PAGE = (Path(__file__).parents[2] / "docs/run-folder.md").read_text(encoding="utf-8")


def keys_of(part: str) -> set[str]:
    """Keys in the first column of the table under a heading."""
    section = PAGE.split(f"## {part}\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {key for row in rows for key in re.findall(r"`([^`]+)`", row)}


def test_the_tables_of_the_page_are_those_of_the_program() -> None:
    assert with_tables(PAGE) == PAGE, "run: python -m remission.run.documentation docs/run-folder.md"


def test_each_file_documents_its_own_columns() -> None:
    for name, columns in TABLES.items():
        for column in columns:
            assert schema(name).field(column.name).metadata == {b"meaning": column.meaning.encode()}


def test_every_key_of_the_summary_is_on_the_page(done: Path) -> None:
    summary: dict[str, Any] = json.loads((done / "summary.json").read_text())
    inner = [*summary["arms"].values(), *summary["contrasts"].values()]
    found = set(summary) | {key for numbers in inner for key in numbers}
    assert {re.sub("_(low|high)$", "", key) for key in found} == keys_of("summary.json")


def test_every_key_of_the_provenance_is_on_the_page(done: Path) -> None:
    assert set(json.loads((done / "provenance.json").read_text())) == keys_of("provenance.json")
