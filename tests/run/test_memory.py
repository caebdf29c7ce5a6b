"""A process that makes block after block holds no more memory at the end than after the first few."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from run_helpers import SHORT_STUDY

SCRIPT = """
import json, sys
from pathlib import Path
from remission.run.execute import execute
from remission.run.executors import Serial
from remission.study import load_definition

held = []

def look(step):
    held.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)

execute(load_definition(sys.argv[1]), out=sys.argv[2], patients=12 * 2048, workers=1, progress=look, executor=Serial())
print(json.dumps(held))
"""
MOST_GROWTH = 30e6  # bytes from the first batch on; it held 350 MB, within 10 MB, when this was written


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_a_long_running_worker_does_not_grow(tmp_path: Path) -> None:
    study = tmp_path / "short.yaml"
    study.write_text(SHORT_STUDY)
    told = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(study), str(tmp_path / "run")], check=True, capture_output=True, text=True
    )
    held = json.loads(told.stdout)
    assert len(held) > 5
    assert max(held[2:]) - held[1] < MOST_GROWTH
