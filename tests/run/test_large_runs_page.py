"""The page on large runs: its lines for other readers are executed, and its commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import remission
from remission.cli import main

PAGE = (Path(__file__).parents[2] / "docs/large-runs.md").read_text(encoding="utf-8")
READING = PAGE.split("## Reading the tables without remission")[1].split("\n## ")[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page")
    remission.load("keynote-006").run(60, out=place / "runs/k6")
    return place


@pytest.mark.parametrize("reader", ["polars", "duckdb", "pandas"])
def test_other_readers_open_the_tables(folder: Path, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip(reader, reason="only the extra 'test' installs it")
    code = next(text for text in re.findall(r"```python\n(.*?)```", READING, re.DOTALL) if f"import {reader}" in text)
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    exec(code, names)
    run = remission.open_run(folder / "runs/k6")
    if reader == "polars":
        rows = names["by_arm"].to_dicts()  # type: ignore[attr-defined]
        arms = run.summary()["arms"]
        assert [row["arm"] for row in rows] == sorted(arms)
        for row in rows:
            assert 100 * row["responders"] == pytest.approx(arms[row["arm"]]["ORR"], abs=1e-3)
    if reader == "duckdb":
        events = run.events.filter(run.events["grade"].is_valid()).to_pylist()
        grades = {(event["arm"], event["grade"], event["patient"]) for event in events if event["kind"] == "toxicity"}
        expected = {(arm, grade) for arm, grade, _ in grades}
        assert {(arm, grade) for arm, grade, _ in names["grades"]} == expected  # type: ignore[attr-defined]
    if reader == "pandas":
        assert names["total"].sum() == pytest.approx(sum(run.doses["dose_mg"].to_pylist()))  # type: ignore[attr-defined]


def test_the_commands_of_the_page_exist(capsys: pytest.CaptureFixture[str]) -> None:
    commands = re.findall(r"remission ((?:run|plan|resume|rerun|verify)\b[^`\n]*)", PAGE)
    assert len(commands) > 10
    for command in commands:
        verb = command.split()[0]
        assert main([verb, "--help"]) == 0
        said = capsys.readouterr().out
        assert all(flag in said for flag in re.findall(r"--[a-z-]+", command)), command
