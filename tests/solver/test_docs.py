"""The page of the solver says what runs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "solver.md").read_text(encoding="utf-8")
MODEL = "S = 10; S' = 0.01*S - k*A*S; k = 1e-3; A = 0; A' = -0.2*A; hazard = 0; hazard' = k*S; volume_mL := 2*S;"


def test_the_ten_lines_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert program is not None
    (tmp_path / "model.ant").write_text(MODEL)
    monkeypatch.chdir(tmp_path)
    room: dict = {}
    exec(program.group(1), room)
    assert (room["result"].status == 0).all()
    assert np.isfinite(room["volume_mL"]).all()


def test_every_file_named_on_the_page_is_there() -> None:
    folder = Path(__file__).parents[2] / "src" / "remission" / "solver"
    named = set(re.findall(r"\(`([a-z_`, ]+)`\)", PAGE))
    files = {name.strip("` ") for group in named for name in group.split(",")}
    assert {"reading", "graph", "elimination"} <= files
    assert not [name for name in files if not (folder / f"{name}.py").exists()]
