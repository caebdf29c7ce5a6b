"""Compiled models of the tests live in a folder of their own; helpers (`solver_*.py`) are put on the path."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = os.environ.get("REMISSION_CACHE")
    os.environ["REMISSION_CACHE"] = str(tmp_path_factory.mktemp("kernels"))
    yield
    if before is None:
        del os.environ["REMISSION_CACHE"]
    else:
        os.environ["REMISSION_CACHE"] = before
