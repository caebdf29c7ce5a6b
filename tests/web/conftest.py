"""A server without processes of its own: what it would have done elsewhere is done in a thread, on made-up views."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra 'explore' is not installed")
pytest.importorskip("httpx", reason="httpx is not installed")

from fastapi.testclient import TestClient

from remission.run.execute import execute
from remission.study import parse_study
from remission.web.jobs import Jobs
from remission.web.places import Places
from remission.web.server import make_app
from remission.web.workers import Workers

PORT = 8765
ORIGIN = f"http://127.0.0.1:{PORT}"
SMALL = """\
study: small
patients: 12
seed: 7
tumour: melanoma
filled: twins
follow_up: 6 months
scans: {at: 12 weeks, then: [{every: 6 weeks}]}
regimens:
  pembrolizumab: [{molecule: pembrolizumab, dose: 2 mg/kg, every: 3 weeks}]
  no drug: []
arms:
  drug: {ratio: 1, regimen: pembrolizumab}
  no drug: {ratio: 1, regimen: no drug}
"""


class Threads(Workers):
    """Workers in this process."""

    def __init__(self) -> None:
        super().__init__(count=1)
        self._threads = ThreadPoolExecutor(2)

    def submit(self, function: Callable[..., Any], *arguments: Any, first: bool = False) -> Future[Any]:
        return self._threads.submit(function, *arguments)

    def start(self) -> None:
        pass

    def stop(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run that no test may touch."""
    folder = tmp_path_factory.mktemp("web") / "small"
    execute(parse_study(SMALL), out=folder, workers=1)
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The folder that the server is given."""
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


@pytest.fixture
def jobs(place: Path) -> Iterator[Jobs]:
    """Jobs that are done in this process."""
    found = Jobs(Places(place.resolve()), Threads())
    yield found
    found.stop()
    found.workers.stop()


@pytest.fixture
def client(place: Path, jobs: Jobs) -> Iterator[TestClient]:
    """A page of the server."""
    with TestClient(make_app(place, PORT, jobs=jobs), base_url=ORIGIN) as open_client:
        yield open_client
