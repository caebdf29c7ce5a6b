"""Work shared out to processes: they end with the one that started them, even where that was killed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
import os, sys, time
from pathlib import Path
from remission.calibration.pool import as_they_come

def wait(name):
    Path(sys.argv[1], name).write_text(str(os.getpid()))
    time.sleep(300)

if __name__ == "__main__":
    list(as_they_come(wait, ["one", "two"], 2))
"""


def alive(pid: str) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are read from /proc")
def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    parent = subprocess.Popen([sys.executable, str(tmp_path / "script.py"), str(tmp_path)])
    pids: list[str] = []
    end = time.monotonic() + 120
    while len(pids) < 2 and time.monotonic() < end:
        time.sleep(0.1)
        pids = [text for name in ("one", "two") if (file := tmp_path / name).exists() and (text := file.read_text())]
    assert len(pids) == 2
    parent.kill()
    parent.wait()
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(alive, pids))
