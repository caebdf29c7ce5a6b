"""Open thousands of malformed inputs as the command line would, and say what came of each.

    python validation/fuzz.py [--inputs N] [--seed N] [--first N] [--kind NAME] [--keep FOLDER]

Held of every input: a result or a refusal that says where; no other exception, no end of the process, at most 10
seconds of processor time and 6 GB, nothing left behind by a refusal; damage under a checksum is refused; what means the
same gives the same. The exit status is 1 if anything else came of one. An input is made from the seed and its number
alone: `--first N --inputs 1` makes it again, and `--keep` puts the files of those that failed into a folder.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
WALL_SECONDS = 600.0  # for an input that waits instead of working; machines are shared, so the bound is wide


def main() -> int:
    """Judge the inputs asked for, and print what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--kind", action="append", default=[])
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    counts, failed, seconds, peak = Counter[tuple[str, str]](), 0, 0.0, 0
    for verdict in verdicts(asked.seed, asked.first, asked.first + asked.inputs, tuple(asked.kind)):
        counts[verdict["kind"], verdict["outcome"]] += 1
        seconds, peak = seconds + verdict.get("seconds", 0.0), max(peak, verdict.get("peak_kB", 0))
        if (done := counts.total()) % 500 == 0:
            print(f"{done} of {asked.inputs}, {failed} failed", file=sys.stderr, flush=True)
        if not verdict["sound"]:
            failed += 1
            print(f"{verdict['index']}  {verdict['kind']}: {verdict['outcome']}  ({verdict['how']})")
            print("    " + verdict["detail"].strip().replace("\n", "\n    "), flush=True)
            if asked.keep:
                _keep(asked.keep / str(verdict["index"]), asked.seed, verdict["index"], tuple(asked.kind))
    for (kind, outcome), count in sorted(counts.items()):
        print(f"{count:6d}  {kind}: {outcome}")
    total = f"{sum(counts.values())} inputs, seed {asked.seed}: {failed} failed"
    print(f"{total}; {seconds:.0f} s of processor time, at most {peak / 1e6:.1f} GB")
    return 1 if failed else 0


def verdicts(seed: int, first: int, last: int, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """A verdict on each input; a process that ends is a verdict too, and another goes on after it."""
    while first < last:
        words = [sys.executable, "-m", "malformed.child", str(seed), str(first), str(last), *names]
        with subprocess.Popen(words, cwd=HERE, stdout=subprocess.PIPE, text=True) as child:
            begun: dict[str, Any] = {}
            said: list[str] = []
            for line in _lines(child):
                read = _json(line)
                if read is None:
                    said.append(line)
                elif "begun" in read:
                    begun = read
                elif "index" in read:
                    begun = {}
                    first = read["index"] + 1
                    yield read
        if first < last and not begun:
            raise SystemExit(f"the process that judges ended with status {child.returncode} between two inputs")
        if begun:
            first = begun["begun"] + 1
            outcome = "too long" if child.returncode in (-27, -9) else "end of the process"
            detail = f"status {child.returncode}\n" + "".join(said[:40])
            yield {**begun, "index": begun["begun"], "outcome": outcome, "detail": detail, "sound": False}


def _lines(child: subprocess.Popen[str]) -> Iterator[str]:
    """Lines of a process, which is ended if none comes for too long."""
    assert child.stdout is not None
    while True:
        timer = threading.Timer(WALL_SECONDS, child.kill)
        timer.start()
        line = child.stdout.readline()
        timer.cancel()
        if not line:
            return
        yield line


def _json(line: str) -> dict[str, Any] | None:
    try:
        read = json.loads(line)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _keep(folder: Path, seed: int, index: int, names: tuple[str, ...]) -> None:
    from malformed.judge import case_of

    for name, data in case_of(seed, index, names)[1].files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
