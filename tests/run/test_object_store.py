"""A run in an S3-compatible store: the same bytes, and every reader reads it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fake_clinic import FakeStudy, simulate
from run_helpers import SHORT_STUDY, files_of

import remission
from remission.cli import main
from remission.errors import RunError
from remission.run.execute import execute, execute_shards
from remission.run.folder import RunFolder
from remission.run.object_store import ObjectStore
from remission.run.shards import Shards
from remission.run.store import Store, store_at

moto = pytest.importorskip("moto.server", reason="the S3-compatible server of the tests is not installed")
HOW = {"simulate": simulate, "parameters_hash": "p", "block_patients": 64}
STUDY = FakeStudy(patients=100)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3-compatible server, named in the environment as a user would."""
    from pyarrow.fs import FileSystem

    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    running = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    before = dict(os.environ)
    os.environ |= {**keys, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    system, _ = FileSystem.from_uri("s3://runs/?allow_bucket_creation=true")
    system.create_dir("runs")
    yield f"http://{host}:{port}"
    os.environ.clear()
    os.environ.update(before)
    running.stop()


@pytest.fixture
def place(server: str) -> str:
    return f"s3://runs/{uuid4().hex}/k6"


def objects_of(store: Store, folder: str = "") -> dict[str, bytes]:
    """Every object below a prefix."""
    found: dict[str, bytes] = {}
    for name in store.names(folder):
        path = f"{folder}/{name}" if folder else name
        found |= {path: store.read(path)} if store.size(path) is not None else objects_of(store, path)
    return found


def test_the_same_bytes_as_in_a_folder(place: str, tmp_path: Path) -> None:
    execute(STUDY, out=place, **HOW)
    execute(STUDY, out=tmp_path / "run", **HOW)
    assert objects_of(store_at(place)) == files_of(tmp_path / "run")
    assert RunFolder.open(place).verify() == ()


def test_workers_and_shards_write_there_too(place: str, tmp_path: Path) -> None:
    execute_shards(STUDY, Shards(2, 2, 2), out=place, **HOW)
    execute(STUDY, out=place, workers=2, **HOW)
    execute(STUDY, out=tmp_path / "run", **HOW)
    assert objects_of(store_at(place)) == files_of(tmp_path / "run")


def test_what_is_missing_or_changed_is_made_again(place: str) -> None:
    folder = execute(STUDY, out=place, **HOW)
    whole = objects_of(folder.store)
    folder.store.remove("visits/A/00001.parquet")
    folder.store.remove("no such file")
    folder.store.write("doses/A/00000.parquet", b"PAR1")
    assert {problem.where for problem in RunFolder.open(place).verify()} == {
        f"{place}/visits/A/00001.parquet",
        "doses/A/00000.parquet",
    }
    execute(STUDY, out=place, **HOW)
    assert objects_of(folder.store) == whole


def test_a_put_that_fails_leaves_nothing(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_at(place)
    store.write("doses/A/1", b"before")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "")
    elsewhere = store_at(place.replace("s3://runs/", "s3://no-such-bucket/"))
    with pytest.raises(RunError, match=r"cannot be written(?s:.*)see that the bucket exists"):
        elsewhere.write("doses/A/1", b"after")
    assert store.names("doses/A") == ["1"]


def test_the_commands_read_it(place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "short.yaml").write_text(SHORT_STUDY, encoding="utf-8")
    assert main(["run", str(tmp_path / "short.yaml"), "--out", place]) == 0
    assert f"report  {place}/report.html" in capsys.readouterr().out
    for command in ("verify", "report", "resume", "rerun"):
        assert main([command, place]) == 0, command
    result = remission.open_run(place)
    assert (result.folder, result.patients.num_rows) == (place, 40)
    assert result.run_folder.store.read("report.html").lower().startswith(b"<!doctype html>")
    assert main(["patient", place, "--id", "0"]) == 0
    assert "patient-0.html" in result.run_folder.store.names()


def test_keys_in_a_uri_are_shown_and_kept_nowhere(place: str, tmp_path: Path) -> None:
    secret = place.replace("s3://", "s3://me:mysecret@") + "?region=us-east-1"
    folder = execute(STUDY, out=secret, **HOW)
    assert folder.store.place == place
    assert not any(b"mysecret" in data for data in objects_of(store_at(place)).values())
    with pytest.raises(RunError) as caught:
        RunFolder.open(secret.replace("/k6", "/none"))
    assert "mysecret" not in str(caught.value)


@pytest.mark.parametrize(
    ("uri", "what"),
    [("ftp://host/k6", "no such kind of place"), ("s3://", "cannot be used"), ("s3://runs/a?b=c", "cannot be used")],
)
def test_a_place_that_cannot_be_used(server: str, uri: str, what: str) -> None:
    with pytest.raises(RunError, match=what):
        RunFolder.open(uri)


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "doses/../../outside", "..\\outside"])
def test_no_name_leads_out_of_the_prefix(place: str, name: str) -> None:
    store: Any = store_at(place)
    assert isinstance(store, ObjectStore)
    for attempt in (store.read, store.remove, store.size, lambda name: store.write(name, b"x")):
        with pytest.raises(RunError, match="leads out of the run folder"):
            attempt(name)
