"""Kill -9 at random moments, then the same command, until the files are there: are they the same, to the bit?

    python tests/run/crash_suite.py --kills 100 [--seed 1]

Each round works on a new folder with one or two coordinators of one or two workers. At a random moment after the
start, during imports, simulation, writing or closing, one process of those that live, coordinator or worker, is
killed; a coordinator that ended is started again. When the folder is finished, every file is compared with those
of a run that nobody disturbed. The fake clinic is quick, so that most of the time goes into what is tested here.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
PATIENTS = 64 * 17 + 10
PAUSE_S = 0.3  # of each batch: long beside the start of a process, so that most kills meet work


@dataclass
class Outcome:
    """What a suite came to."""

    kills: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        who = ", ".join(f"{count} {name}s" for name, count in sorted(self.kills.items()))
        verdict = "; ".join(self.wrong) or "every file as without a kill"
        return f"{self.kills.total()} kills ({who}) in {self.rounds} folders: {verdict}"


def start(out: Path, workers: int) -> subprocess.Popen[bytes]:
    """A coordinator of its own process."""
    command = [sys.executable, str(HERE / "killable.py"), str(out), str(workers), str(PATIENTS), str(PAUSE_S)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def children(pid: int) -> list[int]:
    """Processes that a process has started."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in path.read_text().split()]
        except OSError:  # it ended while we looked
            continue
    return found


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, by its path within it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def suite(kills: int, seed: int, place: Path, tell: Callable[[str], None] = lambda _: None) -> Outcome:
    """Kill so many times, in as many folders as that takes."""
    began = time.monotonic()
    _finish([start(place / "whole", 1)])
    seconds, expected = time.monotonic() - began, files_of(place / "whole")
    chance, outcome = random.Random(seed), Outcome()
    while outcome.kills.total() < kills and not outcome.wrong:
        outcome.rounds += 1
        out = place / f"round-{outcome.rounds}"
        before = outcome.kills.total()
        _round(out, chance, outcome, kills, seconds)
        if outcome.kills.total() == before:  # everybody was done too soon: the machine has become quicker
            seconds /= 2
        found = files_of(out)
        different = sorted(name for name in {*found, *expected} if found.get(name) != expected.get(name))
        outcome.wrong += [f"{out}: {name} differs" for name in different]
        tell(str(outcome))
    return outcome


def _round(out: Path, chance: random.Random, outcome: Outcome, kills: int, seconds: float) -> None:
    workers = [chance.choice((1, 2)) for _ in range(chance.choice((1, 1, 2)))]
    crew = [start(out, count) for count in workers]
    for _ in range(chance.randint(2, 8)):
        time.sleep(chance.uniform(0, seconds / 2))
        alive = [process for process in crew if process.poll() is None]
        if not alive or outcome.kills.total() >= kills:
            break
        processes = [(process.pid, "coordinator") for process in alive]
        processes += [(child, "worker") for process in alive for child in children(process.pid)]
        kind = chance.choice(sorted({name for _, name in processes}))
        victim, name = chance.choice([each for each in processes if each[1] == kind])
        try:
            os.kill(victim, signal.SIGKILL)
        except ProcessLookupError:
            continue
        outcome.kills[name] += 1
        if name == "coordinator":
            place = next(k for k, process in enumerate(crew) if process.pid == victim)
            crew[place].communicate()
            crew[place] = start(out, workers[place])
    given_up = _finish(crew)
    if given_up or not (out / "manifest.json").exists():  # or it was overtaken by one that was killed
        _finish([start(out, 1)])


def _finish(crew: list[subprocess.Popen[bytes]]) -> bool:
    """Wait for coordinators; whether one gave up because the suite had killed three workers over one batch."""
    given_up = False
    for process in crew:
        _, errors = process.communicate(timeout=600)
        if process.returncode and b"3 worker processes ended" not in errors:
            raise SystemExit(errors.decode())
        given_up |= process.returncode != 0
    return given_up


def main() -> int:
    """The suite as a command; 1 if a file differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        outcome = suite(asked.kills, asked.seed, Path(place), lambda text: print(text, flush=True))
    return 1 if outcome.wrong or outcome.kills.total() < asked.kills else 0


if __name__ == "__main__":
    sys.exit(main())
