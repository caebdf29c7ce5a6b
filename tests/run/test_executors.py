"""Further processes do the same work, and one that dies does not end the run."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_clinic import FakeStudy
from hypothesis import given
from hypothesis import strategies as st

from remission.errors import RunError
from remission.run.folder import RunFolder
from remission.run.plan import BATCH_BLOCKS, available_cores, batches, blocks, worker_count

Run = Callable[..., RunFolder]


def test_a_block_that_ends_one_worker_is_done_again(run: Run, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb"
    bomb.touch()
    folder = run(FakeStudy(deadly=str(bomb)), workers=2)
    assert not bomb.exists()
    assert folder.verify() == ()


def test_a_block_that_ends_every_worker_is_reported(run: Run) -> None:
    with pytest.raises(RunError, match="3 worker processes ended while they worked on patients") as caught:
        run(FakeStudy(always_deadly=True), workers=2)
    assert f"exit status {-signal.SIGKILL}" in str(caught.value)
    assert "use fewer workers" in str(caught.value)


def test_an_error_in_a_worker_is_the_error_of_the_run(run: Run) -> None:
    with pytest.raises(ValueError, match="a fault in the clinic") as caught:
        run(FakeStudy(fault="a fault in the clinic"), workers=2)
    assert any("in a worker process" in note for note in caught.value.__notes__)


def test_what_a_clinic_prints_does_not_disturb(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    import fake_clinic

    folder = run(simulate=fake_clinic.talkative, workers=2)
    assert folder.verify() == ()
    assert "a word" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("asked", "patients", "expected"), [(None, 834, 1), (None, 8192, 1), (3, 834, 1), (3, 9000, 3)]
)
def test_workers(asked: int | None, patients: int, expected: int) -> None:
    assert worker_count(asked, len(blocks(patients)), patients) == expected


def test_large_work_uses_every_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remission.run.plan.available_cores", lambda: 7)
    assert worker_count(None, 20, 40_000) == 7


@pytest.mark.parametrize(
    ("quota", "most"), [("100000 100000", 1), ("50000 100000", 1), ("max 100000", None), ("", None)]
)
def test_a_quota_of_a_container_counts(tmp_path: Path, quota: str, most: int | None) -> None:
    (tmp_path / "cpu.max").write_text(quota)
    free = available_cores(tmp_path / "absent")
    assert available_cores(tmp_path / "cpu.max") == (most or free)


@given(missing=st.lists(st.sampled_from([(), ("A",), ("A", "B")]), max_size=60), workers=st.integers(1, 20))
def test_batches_hold_every_missing_block_once(missing: list[tuple[str, ...]], workers: int) -> None:
    lacking = [(block, arms) for block, arms in zip(blocks(2048 * 60), missing, strict=False) if arms]
    tasks = batches(lacking, workers)
    assert [(block, task.arms) for task in tasks for block in task.blocks] == lacking
    assert all(len(task.blocks) <= BATCH_BLOCKS for task in tasks)
