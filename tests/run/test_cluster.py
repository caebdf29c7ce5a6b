"""A Dask cluster does the same work, and a worker that is killed costs only its block."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_clinic import FakeStudy, simulate
from run_helpers import SHORT_STUDY, files_of

from remission.cli import FAILED, WRONG_INPUT, main
from remission.errors import RunError
from remission.run.cluster import Cluster
from remission.run.execute import Step, execute

dask = pytest.importorskip("dask", reason="Dask is not installed (the extra 'cluster')")
distributed = pytest.importorskip("distributed", reason="Dask is not installed (the extra 'cluster')")
HERE = str(Path(__file__).parent)
HOW = {"simulate": simulate, "parameters_hash": "p", "block_patients": 64}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A scheduler and two worker processes, each replaced if it dies, as under any deployer."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([HERE, *sys.path])  # workers import the fake clinic
    once = dask.config.set({"distributed.scheduler.allowed-failures": 1})
    with (
        once,
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as running,
    ):
        yield running
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture
def engine(cluster: Any) -> Cluster:
    return Cluster(cluster.scheduler_address)


def test_the_same_bytes_as_alone(engine: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder may be named from where the run starts; workers stand elsewhere."""
    study = FakeStudy(patients=700)
    steps: list[Step] = []
    execute(study, out=tmp_path / "alone", **HOW)
    monkeypatch.chdir(tmp_path)
    execute(study, out="run", executor=engine, workers=engine.workers(), progress=steps.append, **HOW)
    assert engine.workers() == 2
    assert (steps[0].done, steps[-1].done) == (0, 22)
    assert files_of(tmp_path / "run") == files_of(tmp_path / "alone")


def test_workers_that_are_killed_cost_only_their_blocks(cluster: Any, engine: Cluster, tmp_path: Path) -> None:
    study = FakeStudy(patients=64 * 24, pause_s=0.05)
    execute(FakeStudy(patients=64 * 24), out=tmp_path / "alone", **HOW)
    victims: list[int] = []

    def kill(step: Step) -> None:
        if step.done and not victims:
            with distributed.Client(cluster, set_as_default=False) as client:
                victims.extend(client.run(os.getpid).values())
            for victim in victims:
                os.kill(victim, signal.SIGKILL)

    execute(study, out=tmp_path / "run", executor=engine, workers=2, progress=kill, **HOW)
    assert len(victims) == 2
    assert files_of(tmp_path / "run") == files_of(tmp_path / "alone")


def test_a_task_that_ends_every_worker_is_reported(engine: Cluster, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"several workers ended(?s:.*)finished blocks are kept"):
        execute(FakeStudy(always_deadly=True, patients=60), out=tmp_path / "run", executor=engine, **HOW)


def test_an_error_on_a_worker_is_the_error_of_the_run(engine: Cluster, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a fault in the clinic"):
        execute(FakeStudy(fault="a fault in the clinic"), out=tmp_path / "run", executor=engine, **HOW)


def test_a_folder_that_workers_do_not_see(engine: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from remission.run.local_store import LocalStore

    monkeypatch.setattr(LocalStore, "__reduce__", lambda self: (LocalStore, (Path("/nowhere/run"),)))
    with pytest.raises(RunError, match=r"does not see the run folder(?s:.*)every node shares"):
        execute(FakeStudy(), out=tmp_path / "run", executor=engine, **HOW)


def test_the_command(engine: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "short.yaml").write_text(SHORT_STUDY, encoding="utf-8")
    asked = ["run", str(tmp_path / "short.yaml"), "--no-report", "--out"]
    assert main([*asked, str(tmp_path / "alone")]) == 0
    assert main([*asked, str(tmp_path / "run"), "--cluster", engine.address]) == 0
    assert files_of(tmp_path / "run") == files_of(tmp_path / "alone")
    capsys.readouterr()
    assert main([*asked, str(tmp_path / "run"), "--cluster", engine.address, "--workers", "2"]) == WRONG_INPUT
    assert "a cluster has its own workers" in capsys.readouterr().err


def test_nobody_at_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remission.run.cluster._SECONDS_TO_ANSWER", 0.5)
    with pytest.raises(RunError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        Cluster("tcp://127.0.0.1:9").workers()
    assert main(["plan", "keynote-006", "--cluster", "nonsense://x"]) == FAILED
