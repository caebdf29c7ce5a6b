"""Killed at any moment, then started again: the same files, to the bit."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import crash_suite
import pytest
from run_helpers import files_of

HERE = Path(__file__).parent
PATIENTS = 64 * 17 + 10
SEED = 20260


def start(out: Path, workers: int, patients: int = PATIENTS) -> subprocess.Popen[str]:
    command = [sys.executable, str(HERE / "killable.py"), str(out), str(workers), str(patients)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=_hear_interrupts
    )


def _hear_interrupts() -> None:
    """A shell that starts tests in the background makes them deaf to Ctrl-C; the run under test must hear it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def finish(out: Path, workers: int) -> str:
    process = start(out, workers)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return errors


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
    """Files of a run that nobody disturbed, and how long its blocks took."""
    out = tmp_path_factory.mktemp("whole") / "run"
    process = start(out, 1)
    assert process.stdout is not None
    process.stdout.readline()
    began = time.monotonic()
    process.communicate(timeout=120)
    return files_of(out), time.monotonic() - began


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers in /proc")
def test_kills_at_random_moments(tmp_path: Path) -> None:
    """The short form of ``python tests/run/crash_suite.py --kills 100``."""
    outcome = crash_suite.suite(5, seed=SEED, place=tmp_path)
    assert outcome.kills.total() == 5
    assert outcome.wrong == []


def test_kill_while_a_finished_run_is_extended(tmp_path: Path, whole: tuple[dict[str, bytes], float]) -> None:
    expected, seconds = whole
    out = tmp_path / "run"
    _, errors = start(out, 1, 64 * 4 + 7).communicate(timeout=120)
    assert (out / "manifest.json").exists(), errors
    process = start(out, 1)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(random.Random(SEED).uniform(0, seconds / 3))
    process.kill()
    process.wait()
    assert not (out / "manifest.json").exists()
    finish(out, 1)
    assert files_of(out) == expected


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers in /proc")
def test_a_killed_worker_costs_only_its_block(tmp_path: Path, whole: tuple[dict[str, bytes], float]) -> None:
    out = tmp_path / "run"
    process = start(out, 2)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.readline()
    victims = crash_suite.children(process.pid)
    assert len(victims) == 2
    for victim in victims:
        subprocess.run(["kill", "-9", str(victim)], check=True)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert files_of(out) == whole[0]


def test_two_processes_on_one_folder(tmp_path: Path, whole: tuple[dict[str, bytes], float]) -> None:
    out = tmp_path / "run"
    both = [start(out, 1), start(out, 1)]
    ends = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], ends
    assert files_of(out) == whole[0]


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_says_how_to_go_on(tmp_path: Path, whole: tuple[dict[str, bytes], float], workers: int) -> None:
    out = tmp_path / "run"
    process = start(out, workers)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert "InterruptedRunError: stopped after" in errors
    assert "run the same command again: finished blocks are kept" in errors
    assert not [name for name in files_of(out) if ".tmp-" in name]
    assert any(name.startswith("blocks/") for name in files_of(out))
    finish(out, 1)
    assert files_of(out) == whole[0]
