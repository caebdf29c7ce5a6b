"""A process that judges one input after another, and is ended by the system if one takes too long.

    python -m malformed.child SEED FIRST LAST [KIND ...]

The bound is processor time of one input: its alarm is not handled, so that no code of ours, nor of a library, can
outlast it. Each verdict is one line of JSON.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

CPU_SECONDS = 10.0
MEMORY_BYTES = 6_000_000_000


def main(words: list[str]) -> None:
    """Judge the inputs asked for."""
    told = os.fdopen(os.dup(1), "w")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    seed, first, last, names = int(words[0]), int(words[1]), int(words[2]), tuple(words[3:])
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["REMISSION_CACHE"] = str(Path(scratch) / "cache")
        _prepare(told)
        for index in range(first, last):
            _one(told, seed, index, names, Path(scratch))


def _prepare(told: IO[str]) -> None:
    """What is made once, outside the bound of an input: sound folders, a compiled model; then the bound of memory."""
    from malformed.folders import sound_folders
    from malformed.studies import _studies

    sound_folders()
    _studies()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    faulthandler.enable(told)
    faulthandler.register(signal.SIGPROF, told, chain=True)
    _tell(told, {"ready": True})


def _one(told: IO[str], seed: int, index: int, names: tuple[str, ...], scratch: Path) -> None:
    from malformed.judge import case_of, document, judge

    kind, case = case_of(seed, index, names)
    _tell(told, {"begun": index, "kind": kind.name, "how": case.how})
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    verdict = judge(kind, case, scratch)
    signal.setitimer(signal.ITIMER_PROF, 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _tell(told, document(verdict, index=index, sound=verdict.sound, peak_kB=peak))


def _tell(told: IO[str], line: dict[str, Any]) -> None:
    told.write(json.dumps(line) + "\n")
    told.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
