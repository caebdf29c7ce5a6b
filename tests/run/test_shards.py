"""Shards of a run: any scheduler may share them out, and the files are those of one run."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fake_clinic import FakeStudy, simulate
from hypothesis import given
from hypothesis import strategies as st
from run_helpers import files_of

from remission.errors import StudyError
from remission.run.execute import execute, execute_shards, plan_run
from remission.run.folder import RunFolder
from remission.run.shards import MOST_SHARDS, Shards

HOW = {"simulate": simulate, "parameters_hash": "p", "block_patients": 64}
STUDY = FakeStudy(patients=64 * 9 + 10)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("whole") / "run"
    execute(STUDY, out=out, **HOW)
    return files_of(out)


@given(pieces=st.integers(0, 60), of=st.integers(1, 80))
def test_every_piece_belongs_to_one_shard(pieces: int, of: int) -> None:
    shares = [Shards(k, k, of).share(range(pieces)) for k in range(1, of + 1)]
    assert [piece for share in shares for piece in share] == list(range(pieces))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


@given(of=st.integers(1, 50), cut=st.data())
def test_a_range_of_shards_is_their_sum(of: int, cut: st.DataObject) -> None:
    first = cut.draw(st.integers(1, of))
    last = cut.draw(st.integers(first, of))
    alone = [piece for k in range(first, last + 1) for piece in Shards(k, k, of).share(range(37))]
    assert list(Shards.read(f"{first}-{last}/{of}").share(range(37))) == alone


@pytest.mark.parametrize("text", ["", "3", "0/3", "4/3", "3-2/4", "1/0", "-1/3", "1/3/5", "a/b", "1/9999999", "١/٣"])
def test_what_is_no_shard(text: str) -> None:
    with pytest.raises(StudyError, match="not a share of a run"):
        Shards.read(text)


def test_the_last_of_the_shards_closes_the_run(tmp_path: Path, whole: dict[str, bytes]) -> None:
    order = random.Random(3).sample(range(1, 6), 5)
    left = [execute_shards(STUDY, Shards(k, k, 5), out=tmp_path / "run", **HOW) for k in order]
    assert left[:4] == [16, 12, 8, 4]
    assert isinstance(left[4], RunFolder)
    assert files_of(tmp_path / "run") == whole


def test_shards_that_run_at_once(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """All shards start at the same moment, one of them twice."""
    with ThreadPoolExecutor(9) as jobs:
        shards = [Shards(k, k, 8) for k in (1, 2, 3, 4, 5, 6, 7, 8, 4)]
        ends = list(jobs.map(lambda one: execute_shards(STUDY, one, out=tmp_path / "run", **HOW), shards))
    assert any(isinstance(end, RunFolder) for end in ends)
    assert files_of(tmp_path / "run") == whole


def test_a_shard_of_a_finished_run_does_nothing(tmp_path: Path, whole: dict[str, bytes]) -> None:
    execute(STUDY, out=tmp_path / "run", **HOW)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")}
    assert isinstance(execute_shards(STUDY, Shards(1, 2, 4), out=tmp_path / "run", **HOW), RunFolder)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*")} == before


def test_a_plain_run_makes_what_shards_have_left(tmp_path: Path, whole: dict[str, bytes]) -> None:
    execute_shards(STUDY, Shards(2, 2, 3), out=tmp_path / "run", **HOW)
    execute(STUDY, out=tmp_path / "run", **HOW)
    assert files_of(tmp_path / "run") == whole


def test_more_shards_than_blocks(tmp_path: Path, whole: dict[str, bytes]) -> None:
    ends = [execute_shards(STUDY, Shards(k, k, 14), out=tmp_path / "run", **HOW) for k in range(1, 15)]
    assert isinstance(ends[-1], RunFolder)
    assert files_of(tmp_path / "run") == whole


def test_a_plan_of_a_shard_is_of_its_blocks_alone(tmp_path: Path) -> None:
    asked = {"out": tmp_path / "run", "parameters_hash": "p", "block_patients": 64}
    parts = [plan_run(STUDY, shards=Shards(k, k, 3), **asked) for k in (1, 2, 3)]
    every = plan_run(STUDY, **asked)
    assert [part.patients_in_shards for part in parts] == [192, 192, 202]
    assert sum(len(task.blocks) for part in parts for task in part.tasks) == 10
    assert sum(part.cost.disk_bytes for part in parts) == pytest.approx(every.cost.disk_bytes)
    assert MOST_SHARDS >= 10_000


def test_shards_that_extend_a_run(tmp_path: Path, whole: dict[str, bytes]) -> None:
    """The last block of the smaller run has a record, but of fewer patients: it is missing until it is made again."""
    execute(STUDY, out=tmp_path / "run", patients=64 * 4 + 7, **HOW)
    ends = [execute_shards(STUDY, Shards(k, k, 10), out=tmp_path / "run", **HOW) for k in (1, 2, 3, 4, 6, 7, 8, 9, 10)]
    assert ends[-1] == 2  # block 4, of each arm
    assert isinstance(execute_shards(STUDY, Shards(5, 5, 10), out=tmp_path / "run", **HOW), RunFolder)
    assert files_of(tmp_path / "run") == whole
