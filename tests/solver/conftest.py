"""Compiled models of the tests live in a folder of their own, not in the user's cache."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = os.environ.get("REMISSION_CACHE")
    os.environ["REMISSION_CACHE"] = str(tmp_path_factory.mktemp("kernels"))
    yield
    if before is None:
        del os.environ["REMISSION_CACHE"]
    else:
        os.environ["REMISSION_CACHE"] = before
