"""The short form of `validation/fuzz.py`, and proof that what judges inputs can find fault with them."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from remission.errors import RemissionError

ROOT = Path(__file__).parents[2]
VALIDATION = ROOT / "validation"
sys.path.insert(0, str(VALIDATION))

from malformed import judge as judging  # noqa: E402
from malformed.case import Case, Kind  # noqa: E402


def fuzz(*words: str) -> subprocess.CompletedProcess[str]:
    """The command, as anyone runs it."""
    command = [sys.executable, "validation/fuzz.py", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_malformed_inputs_give_a_result_or_a_refusal_that_says_where() -> None:
    done = fuzz("--inputs", "100", "--seed", "7")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "100 inputs, seed 7: 0 failed" in done.stdout
    told = {line.split("  ")[-1].split(":")[0] for line in done.stdout.splitlines() if re.match(r" +\d+  ", line)}
    assert told >= {"study", "molecule", "design", "cohort", "mapping file", "forged run folder", "damaged run folder"}


def _outcome(open_: Any, case: Case) -> str:
    return judging.judge(Kind("planted", 1, lambda random: case, open_), case).outcome


def _refuse(problem_where: str | None) -> Any:
    def refuse(folder: Path, deep: bool) -> None:
        raise RemissionError("no", where=problem_where)

    return refuse


def _refuse_and_leave(folder: Path, deep: bool) -> None:
    (folder / "half.parquet").write_bytes(b"")
    raise RemissionError("no", where="here")


@pytest.mark.parametrize(
    ("open_", "must", "outcome"),
    [
        (lambda folder, deep: 1, "any", "opened"),
        (_refuse("here"), "any", "refused"),
        (_refuse("here"), "refuse", "refused"),
        (lambda folder, deep: 1 / 0, "any", "traceback"),
        (_refuse(None), "any", "no place"),
        (_refuse_and_leave, "any", "left behind"),
        (lambda folder, deep: 1, "refuse", "not refused"),
        (lambda folder, deep: (folder / "a").read_bytes(), "same", "another result"),
        (_refuse("here"), "same", "another result"),
    ],
)
def test_each_fault_is_found(open_: Any, must: Any, outcome: str) -> None:
    assert _outcome(open_, Case({"a": b"1"}, "planted", must, {"a": b"2"})) == outcome


PLANTED = """
import os, sys, signal
sys.path.insert(0, {validation!r})
from malformed import child, judge
from malformed.case import Case, Kind
child.CPU_SECONDS = 0.3
child._prepare = lambda told: (child.faulthandler.register(signal.SIGPROF, told, chain=True))
def open_(folder, deep):
    {body}
judge.KINDS = (Kind("planted", 1, lambda random: Case({{"a": b"1"}}, "planted"), open_),)
child.main(["1", "0", "2"])
"""


@pytest.mark.parametrize(("body", "status"), [("while True: pass", -27), ("os.abort()", -6)])
def test_a_process_that_hangs_or_dies_is_found(body: str, status: int) -> None:
    text = PLANTED.format(validation=str(VALIDATION), body=body)
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == status, (done.stdout, time.monotonic() - began)
    assert '"begun": 0' in done.stdout
    assert '"begun": 1' not in done.stdout


def test_an_input_is_made_from_its_number_alone() -> None:
    makes = [judging.case_of(3, index) for index in (11, 12, 11)]
    assert makes[0][1].files == makes[2][1].files
    assert makes[0][1].files != makes[1][1].files


def test_what_means_the_same_is_another_text() -> None:
    """Otherwise nothing would be held by comparing the two."""
    from malformed.cohorts import tables
    from malformed.mutate_table import same_csv

    text = tables()["plain"]["patients.csv"]
    made = [same_csv(Random(seed), text)[0] for seed in range(10)]
    assert all(data != text.encode() for data in made)
    assert len(set(made)) > 5
