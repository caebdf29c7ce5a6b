"""Files that are whole or absent: written beside their place, synced, renamed; read back only if unchanged.

Nothing is ever locked. Two processes may write the same name at once: each writes its own temporary file, and
since the same study and seed give the same bytes, whichever rename comes last changes nothing.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol
from uuid import uuid4

from remission.errors import RunError
from remission.run.files import FileEntry

_LEFTOVER = re.compile(r"\.tmp-\d+-[0-9a-f]{12}\Z")
_ATTEMPTS = 3
_WRITERS = 4  # threads: they wait for the disk together, and it settles several files at once
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


class Store(Protocol):
    """Where a run is kept: a folder here; an object store needs the same few methods."""

    def write(self, name: str, data: bytes) -> None: ...

    def write_all(self, files: Mapping[str, bytes]) -> None: ...

    def read(self, name: str) -> bytes: ...

    def size(self, name: str) -> int | None: ...

    def names(self, folder: str = "") -> list[str]: ...

    def remove(self, name: str) -> None: ...

    def clean(self) -> None: ...

    def free_bytes(self) -> int | None: ...


@dataclass(frozen=True)
class LocalStore:
    """A folder on a local or shared file system.

    Parameters
    ----------
    root : Path
        The run folder; made when something is first written.

    Examples
    --------
    >>> import tempfile
    >>> store = LocalStore(Path(tempfile.mkdtemp()))
    >>> store.write("doses/A/00000.parquet", b"bytes")
    >>> store.names("doses"), store.read("doses/A/00000.parquet")
    (['A'], b'bytes')
    """

    root: Path

    def _place(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or "\\" in name:
            raise RunError("the name leads out of the run folder", where=str(self.root), found=name)
        return self.root.joinpath(*parts)

    def write(self, name: str, data: bytes) -> None:
        """Put a file in its place, whole.

        Raises
        ------
        RunError
            If the disk is full or the folder cannot be written; nothing half-written is left.
        """
        self.write_all({name: data})

    def write_all(self, files: Mapping[str, bytes]) -> None:
        """Put files in their places, each whole, all on disk when this returns; errors as for `write`."""
        folders = {(self._place(name)).parent for name in files}
        with ThreadPoolExecutor(_WRITERS) as writers:
            for folder in folders:
                with _explained(folder, 0):
                    _make_folder(folder)
            list(writers.map(self._put, files, files.values()))
        for folder in folders:
            with _explained(folder, 0):
                _sync_folder(folder)

    def _put(self, name: str, data: bytes) -> None:
        path = self._place(name)
        with _explained(path, len(data)):
            for _ in range(_ATTEMPTS):
                # Another process that starts on this folder may clear our temporary file: write it again.
                with suppress(FileNotFoundError):
                    _write_whole(path, data)
                    return
        step = "find out which program removes it"
        raise RunError("the file vanishes while it is written", where=str(path), next_step=step)

    def read(self, name: str) -> bytes:
        """Bytes of a file.

        Raises
        ------
        RunError
            If it is missing or cannot be read.
        """
        path = self._place(name)
        try:
            return path.read_bytes()
        except FileNotFoundError:
            raise RunError("the file is missing", where=str(path), next_step=AGAIN) from None
        except OSError as error:
            raise RunError(f"the file cannot be read: {error.strerror}", where=str(path)) from None

    def size(self, name: str) -> int | None:
        """Bytes in a file, or None if it is not there."""
        try:
            return (self._place(name)).stat().st_size
        except OSError:
            return None

    def names(self, folder: str = "") -> list[str]:
        """Names of what lies in a folder, sorted; none if there is no such folder."""
        try:
            return sorted(os.listdir(self._place(folder)))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RunError(f"not a folder: {error.strerror}", where=str(self._place(folder))) from None

    def remove(self, name: str) -> None:
        """Take a file away, if it is there."""
        path = self._place(name)
        with _explained(path, 0):
            path.unlink(missing_ok=True)

    def clean(self) -> None:
        """Take away what killed writers left behind."""
        for folder, _, files in os.walk(self.root):
            for name in files:
                if _LEFTOVER.search(name):
                    with suppress(OSError):
                        os.unlink(os.path.join(folder, name))

    def free_bytes(self) -> int | None:
        """Room left on the disk that holds, or will hold, the folder."""
        place = next(folder for folder in (self.root, *self.root.absolute().parents) if folder.exists())
        return shutil.disk_usage(place).free


AGAIN = "run the same command again: it makes this file again from the study and the seed"


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
    data = store.read(name)
    digest = hashlib.sha256(data).hexdigest()
    if digest != entry.sha256:
        raise damaged(name, f"sha256 {digest[:16]}…", f"sha256 {entry.sha256[:16]}…")
    return data


def damaged(name: str, found: str, allowed: str | None = None) -> RunError:
    """The refusal of a file that is not as it was written."""
    return RunError(
        "the file has changed since it was written", where=name, found=found, allowed=allowed, next_step=AGAIN
    )


def _write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}-{uuid4().hex[:12]}")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """A rename outlives a power cut only once its folder is on disk (POSIX; Windows cannot open a folder)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _explained(path: Path, wanted_bytes: int) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _refusal(error, path, wanted_bytes) from None


def _refusal(error: OSError, path: Path, wanted_bytes: int) -> RunError:
    if error.errno in _FULL:
        what, step = (
            "the disk is full",
            "free some room, then run the same command again: finished blocks are kept",
        )
        return RunError(what, where=str(path), found=f"no room for {wanted_bytes} bytes", next_step=step)
    if error.errno in _FORBIDDEN:
        step = "make the folder writable, or give another with --out"
        return RunError("the folder cannot be written", where=str(path), found=error.strerror, next_step=step)
    return RunError("the file cannot be written", where=str(path), found=error.strerror or str(error))
