"""What a run is kept in, and reading back only what was written.

A store holds files that are whole or absent: a folder (`remission.run.local_store`) or an object store
(`remission.run.object_store`). Nothing is ever locked: two processes may write the same name at once, and since
the same study and seed give the same bytes, whichever comes last changes nothing.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from remission.errors import RunError
from remission.run.files import FileEntry

Place = str | os.PathLike[str]
"""A folder, or the URI of one: ``runs/k6``, ``s3://bucket/k6``."""
MOST_DOCUMENT_BYTES = 64_000_000  # the manifest of 50 million patients in two arms
MOST_TABLE_BYTES = 1_000_000_000  # a block of a table has about a thousandth of this
AGAIN = "run the same command again, or remission resume FOLDER: it makes this file again from the study and the seed"


class Store(Protocol):
    """Where a run is kept."""

    @property
    def place(self) -> str:
        """The folder as the user named it, for messages."""

    def write(self, name: str, data: bytes) -> None:
        """Put a file in its place, whole; a `RunError` if that cannot be done."""

    def write_all(self, files: Mapping[str, bytes]) -> None:
        """Put files in their places, each whole; all are kept when this returns."""

    def read(self, name: str, most: int = MOST_DOCUMENT_BYTES) -> bytes:
        """Bytes of a file; a `RunError` if it is missing, cannot be read, or has more than ``most``."""

    def size(self, name: str) -> int | None:
        """Bytes in a file, or None if it is not there."""

    def names(self, folder: str = "") -> list[str]:
        """Names of what lies in a folder, sorted; none if there is no such folder."""

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""

    def clean(self) -> None:
        """Take away what killed writers left behind."""

    def free_bytes(self) -> int | None:
        """Room left, or None if it has no end or is not known."""


def store_at(place: Place) -> Store:
    """The store of a folder or URI.

    Raises
    ------
    RunError
        If the URI is of a kind that is not known, or cannot be used.

    Examples
    --------
    >>> store_at("runs/k6").place, store_at("file:///data/k6").place
    ('runs/k6', '/data/k6')
    """
    text = os.fspath(place)
    scheme, separator, _ = text.partition("://")
    if not separator or scheme == "file":
        from remission.run.local_store import LocalStore

        return LocalStore(Path(unquote(urlsplit(text).path) if separator else text))
    from remission.run.object_store import object_store

    return object_store(text)


def entry_of(data: bytes, rows: int | None = None) -> FileEntry:
    """Size and sha256 of bytes to be written.

    Examples
    --------
    >>> entry_of(b"").sha256[:8]
    'e3b0c442'
    """
    return FileEntry(rows, len(data), hashlib.sha256(data).hexdigest())


def read_verified(store: Store, name: str, entry: FileEntry) -> bytes:
    """Bytes of a file, refused unless they are those that were written.

    Raises
    ------
    RunError
        If the file is missing or differs from its entry in a single bit.
    """
    size = store.size(name)
    if size is not None and size != entry.bytes:  # before its content is taken into memory
        raise damaged(name, f"{size} bytes", f"{entry.bytes} bytes")
    data = store.read(name, MOST_TABLE_BYTES)
    digest = hashlib.sha256(data).hexdigest()
    if digest != entry.sha256:
        raise damaged(name, f"sha256 {digest[:16]}…", f"sha256 {entry.sha256[:16]}…")
    return data


def damaged(name: str, found: str, allowed: str | None = None) -> RunError:
    """The refusal of a file that is not as it was written."""
    return RunError(
        "the file has changed since it was written", where=name, found=found, allowed=allowed, next_step=AGAIN
    )


def too_large(place: str, size: int | None, most: int) -> RunError:
    """The refusal of a file that is larger than anything a run writes."""
    found = "more" if size is None else f"{size} bytes"
    return RunError("the file is too large", where=place, found=found, allowed=f"at most {most} bytes")


def missing_file(place: str) -> RunError:
    """The refusal of a file that is not there."""
    return RunError("the file is missing", where=place, next_step=AGAIN)


def check_name(name: str, place: str) -> None:
    """Refuse a name that leads out of the run folder.

    Raises
    ------
    RunError
        If it is absolute, climbs, or holds a backslash.
    """
    if name.startswith("/") or ".." in name.split("/") or "\\" in name or "\0" in name:
        raise RunError("the name leads out of the run folder", where=place, found=name)
