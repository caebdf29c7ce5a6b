"""A full disk, a folder that turns read-only, a clock that jumps, a flipped bit: no loss, and nothing to remove."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from run_helpers import files_of

import remission.run
from remission.cli import FAILED, main
from remission.errors import RunError
from remission.run.execute import Step
from remission.run.folder import RunFolder
from remission.run.local_store import LocalStore
from remission.run.seal import sealed_json

Run = Callable[..., RunFolder]
FLIPS = 60
CLOCKS = {"time", "datetime", "st_mtime", "st_ctime", "st_atime", "utime", "sched"}


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, too small for the run, where the machine lets us mount one."""
    place = tmp_path / "tiny"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs rights that this user lacks")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def remount(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(place)], check=True)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_fills_up_and_is_given_room(
    run: Run, tiny_disk: Path, tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalStore, "free_bytes", lambda _: None)  # another program takes the room later
    asked: dict[str, Any] = {"patients": 2500, "block_patients": 64, "workers": workers}
    with pytest.raises(RunError, match=r"the disk is full(?s:.*)finished blocks are kept"):
        run(out=tiny_disk / "run", **asked)
    kept = {name: data for name, data in files_of(tiny_disk / "run").items() if name.startswith("blocks/")}
    assert not [name for name in files_of(tiny_disk / "run") if ".tmp-" in name]
    remount(tiny_disk, "size=100m")
    steps: list[Step] = []
    run(out=tiny_disk / "run", progress=steps.append, **asked)
    assert steps[0].found == len(kept) > 0
    assert steps[0].damaged == ()
    run(out=tmp_path / "whole", **asked)
    assert files_of(tiny_disk / "run") == files_of(tmp_path / "whole")


def test_a_folder_that_turns_read_only(run: Run, tiny_disk: Path, tmp_path: Path) -> None:
    remount(tiny_disk, "size=100m")
    asked: dict[str, Any] = {"patients": 640, "block_patients": 64, "workers": 1}

    def turn(step: Step) -> None:
        if step.done == 8:
            remount(tiny_disk, "ro")

    with pytest.raises(RunError, match=r"the folder cannot be written(?s:.*)make the folder writable"):
        run(out=tiny_disk / "run", progress=turn, **asked)
    with pytest.raises(RunError, match="is not finished"):
        RunFolder.open(tiny_disk / "run")
    remount(tiny_disk, "rw")
    steps: list[Step] = []
    run(out=tiny_disk / "run", progress=steps.append, **asked)
    assert steps[0].found == 8
    run(out=tmp_path / "whole", **asked)
    assert files_of(tiny_disk / "run") == files_of(tmp_path / "whole")


def test_a_finished_folder_is_read_from_a_read_only_disk(run: Run, tiny_disk: Path) -> None:
    remount(tiny_disk, "size=100m")
    run(out=tiny_disk / "run")
    remount(tiny_disk, "ro")
    try:
        folder = run(out=tiny_disk / "run")
        assert folder.verify() == ()
        assert main(["verify", str(tiny_disk / "run")]) == 0
    finally:
        remount(tiny_disk, "rw")


@pytest.mark.parametrize("days", [-4000, 4000])
def test_a_clock_that_jumps(done: Path, run: Run, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Times of files, past or future, and the clock of the machine decide nothing."""
    whole = files_of(done)
    (done / "visits/A/00001.parquet").unlink()
    then = time.time() + days * 86_400
    for path in done.rglob("*"):
        os.utime(path, (then, then))
    monkeypatch.setattr(time, "time", lambda: then)
    steps: list[Step] = []
    run(progress=steps.append)
    assert (steps[0].found, steps[-1].done) == (5, 6)
    assert files_of(done) == whole


@pytest.mark.parametrize("path", sorted(Path(remission.run.__file__).parent.glob("*.py")), ids=lambda path: path.name)
def test_nothing_here_reads_a_clock(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    used |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    used |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not used & CLOCKS


def test_sixty_files_with_one_flipped_bit_each_are_refused(done: Path) -> None:
    """By the reader that opens the file, by `verify`, and by name; one file at a time, all kinds of file."""
    folder, chance = RunFolder.open(done), np.random.Generator(np.random.Philox(60))
    names = [*sorted(folder.files), "manifest.json"]
    refused = 0
    for name in [names[k % len(names)] for k in range(FLIPS)]:
        data = (done / name).read_bytes()
        spoilt, place = bytearray(data), int(chance.integers(8 * len(data)))
        spoilt[place // 8] ^= 1 << place % 8
        (done / name).write_bytes(bytes(spoilt))
        said = refusal(done, name)
        refused += name in said
        (done / name).write_bytes(data)
    assert refused == FLIPS
    assert RunFolder.open(done).verify() == ()


def refusal(place: Path, name: str) -> str:
    """What a reader of the file says, which must refuse it; and `verify` must name it too, if it can be opened."""
    try:
        folder = RunFolder.open(place)
    except RunError as error:
        return str(error)
    assert [problem.where for problem in folder.verify()] == [name]
    table = name.split("/")[0]
    readers: dict[str, Callable[[], Any]] = {
        "study.yaml": lambda: folder.definition,
        "summary.json": folder.summary,
        "provenance.json": folder.verify,
        "blocks": folder.verify,
    }
    try:
        found = readers.get(table, lambda: folder.table(table))()
    except RunError as error:
        return str(error)
    assert table in ("blocks", "provenance.json")  # these two are no results: only `verify` reads their checksums
    return " ".join(str(problem) for problem in found)


@pytest.mark.parametrize(("number", "version"), [(0, "0.0.7"), (2, "3.1.0")])
def test_a_folder_of_another_format_names_the_version_that_opens_it(
    done: Path, run: Run, number: int, version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Earlier or later: opened, continued and repeated only by the version that knows the format."""
    for name in ("provenance.json", "manifest.json"):
        document = json.loads((done / name).read_text())
        del document["checksum"]
        (done / name).write_bytes(sealed_json({**document, "format": number, "version": version}))
    before = files_of(done)
    what = rf"format {number}, made by remission {version}(?s:.*)install remission {version}"
    for attempt in (lambda: RunFolder.open(done), run):
        with pytest.raises(RunError, match=what):
            attempt()
    for command in ("verify", "report", "resume", "rerun"):
        assert main([command, str(done)]) == FAILED
        assert f"install remission {version}" in capsys.readouterr().err
    assert files_of(done) == before
