"""The page of the solver says what runs."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from remission.solver.machine import host_lanes

PAGE = (Path(__file__).parents[2] / "docs" / "solver.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
MODEL = "S = 10; S' = 0.01*S - k*A*S; k = 1e-4; A = 0; A' = -0.2*A; volume_mL := 2*S;"


def test_the_ten_lines_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len([line for line in PROGRAMS[0].splitlines() if line and "import" not in line]) <= 10
    (tmp_path / "model.ant").write_text(MODEL)
    monkeypatch.chdir(tmp_path)
    room: dict = {}
    exec(PROGRAMS[0], room)
    table = room["table"]
    assert table.column_names == ["patient", "time_day", "volume_mL", "status"]
    assert (table.num_rows, table["volume_mL"].null_count) == (9000, 0)
    assert set(table["status"].to_pylist()) == {"the stop day was reached"}
    exec(PROGRAMS[1], room)
    course = room["course"]
    assert (course.time_day >= 365.0).all()
    assert len(set(course.time_day.tolist())) > 1


def test_what_is_printed_of_the_equation_is_what_is_on_the_page() -> None:
    room: dict = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(PROGRAMS[2], room)
    text = printed.getvalue()
    lines = re.search(r"```llvm\n(.*?)```", PAGE, re.DOTALL)
    assert lines is not None
    for line in lines[1].split("\n"):
        assert line.strip() in text
    for name in re.findall(r"`(\w+)`", PAGE.split("| generated function")[1].split("\n\n")[0]):
        assert f"@{name}(" in text or name in ("locate", "interpolate", "fire"), name
    if host_lanes() == 8:
        assert all(word in text for word in ("zmm", "vdivpd", "vfnmsub213pd"))


def test_every_file_named_on_the_page_is_there() -> None:
    folder = Path(__file__).parents[2] / "src" / "remission" / "solver"
    named = set(re.findall(r"\(`([a-z_`, ]+)`\)", PAGE))
    files = {name.strip("` ") for group in named for name in group.split(",")}
    assert {"reading", "graph", "elimination"} <= files
    assert not [name for name in files if not (folder / f"{name}.py").exists()]
