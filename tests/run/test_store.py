"""Files are whole or absent, and a changed bit is refused."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remission.errors import RunError
from remission.run.files import arm_folder
from remission.run.local_store import LocalStore
from remission.run.seal import sealed_json, unsealed
from remission.run.store import entry_of, read_verified


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "run")


def left(store: LocalStore) -> list[str]:
    return [path.name for path in store.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("number", "what", "step"),
    [
        (errno.ENOSPC, "the disk is full", "finished blocks are kept"),
        (errno.EDQUOT, "the disk is full", "finished blocks are kept"),
        (errno.EROFS, "cannot be written", "make the folder writable"),
        (errno.EACCES, "cannot be written", "make the folder writable"),
        (errno.EIO, "cannot be written", "Input/output error"),
    ],
)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_refuses(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch, number: int, what: str, step: str, call: str
) -> None:
    store.write("doses/A/1", b"before")

    def refuse(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(RunError, match=what) as caught:
        store.write("doses/A/1", b"after")
    assert step in str(caught.value)
    assert "doses/A/1" in str(caught.value)
    assert left(store) == ["1"]
    assert store.read("doses/A/1") == b"before"


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte, where the machine lets us mount one."""
    place = tmp_path / "tiny"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs rights that this user lacks")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full(tiny_disk: Path) -> None:
    store = LocalStore(tiny_disk / "run")
    store.write("doses/A/1", bytes(600_000))
    with pytest.raises(RunError, match="the disk is full"):
        store.write("doses/A/2", bytes(600_000))
    assert left(store) == ["1"]


def test_a_folder_that_is_really_read_only(tiny_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)
    with pytest.raises(RunError, match="the folder cannot be written"):
        LocalStore(tiny_disk / "run").write("doses/A/1", b"x")
    assert list(tiny_disk.iterdir()) == []


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file")
    with pytest.raises(RunError, match="not a folder"):
        LocalStore(tmp_path / "run").names()
    with pytest.raises(RunError):
        LocalStore(tmp_path / "run").write("doses/A/1", b"x")


def test_leftovers_go_and_files_stay(store: LocalStore) -> None:
    store.write("doses/A/1", b"x")
    (store.root / "doses/A/2.tmp-1-0123456789ab").write_bytes(b"half")
    store.clean()
    assert left(store) == ["1"]


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "doses/../../outside", "..\\outside"])
def test_no_name_leads_out_of_the_folder(store: LocalStore, name: str) -> None:
    for attempt in (store.read, store.remove, store.size, lambda name: store.write(name, b"x")):
        with pytest.raises(RunError, match="leads out of the run folder"):
            attempt(name)


def test_a_temporary_file_that_another_process_cleared(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    true_replace, calls = os.replace, []

    def cleared_once(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == 1:
            store.clean()
        true_replace(source, target)

    monkeypatch.setattr(os, "replace", cleared_once)
    store.write("doses/A/1", b"x")
    assert store.read("doses/A/1") == b"x"
    assert len(set(calls)) == 2


@given(data=st.binary(min_size=1, max_size=200), place=st.integers(min_value=0))
def test_any_flipped_bit_is_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, place: int) -> None:
    store = LocalStore(tmp_path_factory.mktemp("bits"))
    entry = entry_of(data)
    spoilt = bytearray(data)
    spoilt[place // 8 % len(data)] ^= 1 << place % 8
    store.write("file", bytes(spoilt))
    with pytest.raises(RunError, match="changed since it was written") as caught:
        read_verified(store, "file", entry)
    assert "run the same command again" in str(caught.value)


def test_a_file_that_grew_is_refused_unread(store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write("file", b"xx")
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))
    with pytest.raises(RunError, match="2 bytes"):
        read_verified(store, "file", entry_of(b"x"))


def test_every_bit_of_a_sealed_document_counts() -> None:
    data = sealed_json({"seed": 7, "arms": ["A", "Bé"], "patients": 834, "share": 0.5, "none": None})
    for place in range(8 * len(data)):
        spoilt = bytearray(data)
        spoilt[place // 8] ^= 1 << place % 8
        with pytest.raises(RunError):
            unsealed(bytes(spoilt), "provenance.json")


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"{}", b"[" * 100_000, b"\xff", b'{"checksum": 1}'])
def test_what_is_no_sealed_document_is_refused(data: bytes) -> None:
    with pytest.raises(RunError, match=r"manifest\.json"):
        unsealed(data, "manifest.json")


@given(name=st.text(min_size=1, max_size=30))
def test_an_arm_folder_is_one_level_below(name: str) -> None:
    folder = arm_folder(name)
    assert "/" not in folder
    assert "\\" not in folder
    assert not folder.startswith(".")
    assert folder.isprintable()


@given(one=st.text(min_size=1, max_size=9), other=st.text(min_size=1, max_size=9))
def test_two_arms_have_two_folders(one: str, other: str) -> None:
    assert (arm_folder(one) == arm_folder(other)) == (one == other)
