"""A folder of a local or shared file system: written beside their place, synced, renamed."""

from __future__ import annotations

import errno
import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from remission.errors import RunError
from remission.run.store import MOST_DOCUMENT_BYTES, check_name, missing_file, too_large

_LEFTOVER = re.compile(r"\.tmp-\d+-[0-9a-f]{12}\Z")
_ATTEMPTS = 50  # as many processes may start on one folder while a file is written, and each clears what was left
_WRITERS = 4  # threads: they wait for the disk together, and it settles several files at once
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


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

    def __reduce__(self) -> tuple[type[LocalStore], tuple[Path]]:
        """In another process, which may stand elsewhere, the same folder."""
        return LocalStore, (self.root.absolute(),)

    @property
    def place(self) -> str:
        """The folder as the user named it."""
        return str(self.root)

    def _place(self, name: str) -> Path:
        check_name(name, self.place)
        path = self.root / name
        real, root = os.path.realpath(path), os.path.realpath(self.root)
        if os.path.commonpath([real, root]) != root:
            raise RunError("a link leads out of the run folder", where=str(path), found=real)
        return path

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

    def read(self, name: str, most: int = MOST_DOCUMENT_BYTES) -> bytes:
        """Bytes of a file.

        Raises
        ------
        RunError
            If it is missing, is no plain file, cannot be read, or has more than ``most`` bytes.
        """
        path = self._place(name)
        size = self.size(name)
        if size is None:
            raise missing_file(str(path))
        if size > most:
            raise too_large(str(path), size, most)
        try:
            with open(path, "rb") as file:
                data = file.read(size + 1)  # as many bytes as are asked for are taken from memory first
        except FileNotFoundError:
            raise missing_file(str(path)) from None
        except OSError as error:
            raise RunError(f"the file cannot be read: {error.strerror}", where=str(path)) from None
        if len(data) > most:
            raise too_large(str(path), None, most)
        return data

    def size(self, name: str) -> int | None:
        """Bytes in a plain file, or None if there is none: a pipe or device of that name is none."""
        try:
            found = self._place(name).stat()
        except OSError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def names(self, folder: str = "") -> list[str]:
        """Names of what lies in a folder, sorted, without files that are being written; none without a folder."""
        try:
            return sorted(name for name in os.listdir(self._place(folder)) if not _LEFTOVER.search(name))
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
