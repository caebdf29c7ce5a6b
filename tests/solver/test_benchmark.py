"""The benchmark: the same task for all, errors measured, absent peers named."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from remission.errors import DataError
from remission.solver.benchmark.command import bench_solver
from remission.solver.benchmark.measure import Curve, Point, largest_error
from remission.solver.benchmark.ours import Ours
from remission.solver.benchmark.peers import PEERS
from remission.solver.benchmark.task import DOSE_DAYS, SEEN_DAYS, Task

MODELS = Path(__file__).parents[2].parent / "shared" / "reference" / "models"
OWN = files("remission.biology").joinpath("mechanism.ant").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def task() -> Task:
    return Task("mechanism", OWN)


def test_the_task_is_the_one_of_the_page(task: Task) -> None:
    assert len(DOSE_DAYS) == 35
    assert SEEN_DAYS[0] == 42
    assert SEEN_DAYS[-1] == 735
    assert 22 <= len(task.varied) <= 46
    assert task.sbml_with_doses.count("<event ") == 35
    assert "<event" not in task.sbml


def test_methods_and_threads_agree(task: Task) -> None:
    ours, fine = Ours(task), Ours(task, "RODAS5P")
    found = ours.states(9, 1e-4, 1e-4)
    assert largest_error(ours.volumes(found), ours.volumes(fine.states(9, 1e-9, 1e-6))) < 3e-4
    assert np.array_equal(found, Ours(task, threads=2).states(9, 1e-4, 1e-4))


@pytest.mark.parametrize("name", ["S", "M", "L", "mechanism"])
def test_libroadrunner_says_the_same(task: Task, name: str) -> None:
    """An oracle: the same SBML read by other code, every state, with 35 doses of each drug."""
    pytest.importorskip("roadrunner", exc_type=ImportError)
    if name != "mechanism":
        path = MODELS / f"{name}.ant"
        if not path.exists():
            pytest.skip(f"{path.name}: the shared reference models are not on this machine")
        task = Task(name, path.read_text(encoding="utf-8"))
    ours = Ours(task, "RODAS5P")
    found, own = PEERS["libroadrunner"](task).states(1, 1e-9, 1e-11), ours.states(1, 1e-9, 1e-9)
    assert largest_error(ours.volumes(found), ours.volumes(own)) < 1e-5
    scale = np.abs(own).max(axis=(0, 1)) + 1e-3
    assert np.max(np.abs(found - own) / scale) < 1e-4


def test_the_best_run_is_the_fastest_that_is_accurate() -> None:
    points = (Point(1e-3, 1e-6, 3e-4, 900.0, 9), Point(1e-4, 1e-6, 9e-5, 500.0, 9), Point(1e-4, 1e-3, 8e-5, 600.0, 9))
    assert Curve(points).best == points[2]
    assert Curve().best is None
    assert largest_error(np.array([[np.nan]]), np.ones((1, 1))) == np.inf


def test_the_command_writes_numbers_and_figure_and_names_absent_peers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "numbalsoda", None)
    bench_solver(
        OWN, json=tmp_path / "rates.json", figure=tmp_path / "precision.svg", peers=["numbalsoda"], patients=32
    )
    rates = json.loads((tmp_path / "rates.json").read_text())["mechanism"]
    assert rates["remission"] > 0
    assert rates["numbalsoda"] is rates["ratio"] is None
    printed = capsys.readouterr().out
    assert "not installed" in printed
    assert "two threads" in printed
    assert "<svg" in (tmp_path / "precision.svg").read_text()


def test_wrong_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no model of the benchmark"):
        bench_solver(OWN, models=tmp_path)
    with pytest.raises(DataError, match="unknown peer"):
        bench_solver(OWN, peers=["lsodar"])
