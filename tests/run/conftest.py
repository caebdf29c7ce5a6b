"""Tests of the run folder work with a fake clinic, which further processes must be able to import."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Any]:
    """Run a fake study into ``tmp_path/run`` (or ``out``), as a user would."""
    import fake_clinic

    from remission.run.execute import execute

    def go(study: Any = None, **asked: Any) -> Any:
        asked = {
            "out": tmp_path / "run",
            "simulate": fake_clinic.simulate,
            "parameters_hash": "p",
            "block_patients": 512,
            **asked,
        }
        return execute(study or fake_clinic.FakeStudy(), **asked)

    return go


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run that no test may touch."""
    import fake_clinic

    from remission.run.execute import execute

    out = tmp_path_factory.mktemp("finished") / "run"
    asked = {"simulate": fake_clinic.simulate, "parameters_hash": "p", "block_patients": 512}
    execute(fake_clinic.FakeStudy(), out=out, **asked)
    return out


@pytest.fixture
def done(finished: Path, tmp_path: Path) -> Path:
    """The finished run, in the place where ``run`` would have left it."""
    return Path(shutil.copytree(finished, tmp_path / "run"))
