"""An object store (S3, Google Cloud Storage, Azure) through pyarrow's file systems.

A put is whole or absent there, so nothing is written beside its place and renamed; a writer that is killed leaves
at most an upload that was never completed, which nobody sees and a rule of the bucket can expire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from remission.errors import RunError
from remission.run.store import MOST_DOCUMENT_BYTES, check_name, missing_file, too_large

SCHEMES = ("s3", "gs", "gcs", "abfs", "abfss")
_WRITTEN = "write it as s3://BUCKET/FOLDER; keys come from the environment"
_WRITERS = 8  # threads: each put waits for an answer


@dataclass(frozen=True)
class ObjectStore:
    """A prefix of a bucket.

    Parameters
    ----------
    uri : str
        As ``s3://bucket/prefix``, with options of pyarrow's file systems after a question mark. Keys and secrets
        are better left to the environment; they are written nowhere.
    """

    uri: str

    def __reduce__(self) -> tuple[type[ObjectStore], tuple[str]]:
        """In another process a connection of its own."""
        return ObjectStore, (self.uri,)

    @property
    def place(self) -> str:
        """The URI without options, user and password."""
        parts = urlsplit(self.uri)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))

    @cached_property
    def _opened(self) -> tuple[Any, str]:
        import pyarrow as pa
        from pyarrow.fs import FileSystem

        try:
            system, root = FileSystem.from_uri(_with_plain_puts(self.uri))
        except (pa.ArrowException, ValueError, OSError) as error:
            found = _first(error)
            raise RunError("the place cannot be used", where=self.place, found=found, next_step=_WRITTEN) from None
        if not str(root).strip("/"):
            raise RunError("the place cannot be used", where=self.place, found="no bucket", next_step=_WRITTEN)
        return system, str(root).rstrip("/")

    def _path(self, name: str) -> str:
        check_name(name, self.place)
        root = self._opened[1]
        return f"{root}/{name}" if name else root

    def write(self, name: str, data: bytes) -> None:
        """Put an object in its place, whole.

        Raises
        ------
        RunError
            If it cannot be written.
        """
        path = self._path(name)
        with self._explained(name, "the file cannot be written"), self._opened[0].open_output_stream(path) as stream:
            stream.write(data)

    def write_all(self, files: Mapping[str, bytes]) -> None:
        """Put objects in their places; all are kept when this returns; errors as for `write`."""
        with ThreadPoolExecutor(_WRITERS) as writers:
            list(writers.map(self.write, files, files.values()))

    def read(self, name: str, most: int = MOST_DOCUMENT_BYTES) -> bytes:
        """Bytes of an object.

        Raises
        ------
        RunError
            If it is missing, cannot be read, or has more than ``most`` bytes.
        """
        with (
            self._explained(name, "the file cannot be read"),
            self._opened[0].open_input_file(self._path(name)) as file,
        ):
            if file.size() > most:
                raise too_large(f"{self.place}/{name}", file.size(), most)
            data: bytes = file.read()
        return data

    def size(self, name: str) -> int | None:
        """Bytes in an object, or None if there is none."""
        with self._explained(name, "the file cannot be read"):
            found = self._opened[0].get_file_info(self._path(name))
        return int(found.size) if found.is_file else None

    def names(self, folder: str = "") -> list[str]:
        """Names of what lies under a prefix, sorted; none if nothing does."""
        from pyarrow.fs import FileSelector

        with self._explained(folder, "the place cannot be listed"):
            found = self._opened[0].get_file_info(FileSelector(self._path(folder), allow_not_found=True))
        return sorted(each.base_name for each in found)

    def remove(self, name: str) -> None:
        """Take an object away, if it is there."""
        with self._explained(name, "the file cannot be removed"), suppress(FileNotFoundError):
            self._opened[0].delete_file(self._path(name))

    def clean(self) -> None:
        """Nothing half-written is ever seen here."""

    def free_bytes(self) -> int | None:
        """Not known of an object store."""
        return None

    @contextmanager
    def _explained(self, name: str, what: str) -> Iterator[None]:
        where = f"{self.place}/{name}" if name else self.place
        try:
            yield
        except FileNotFoundError:
            raise missing_file(where) from None
        except OSError as error:
            step = "see that the bucket exists and that keys in the environment may read and write it"
            raise RunError(what, where=where, found=_first(error), next_step=step) from None


def object_store(uri: str) -> ObjectStore:
    """The store of a URI.

    Raises
    ------
    RunError
        If it is of another kind.

    Examples
    --------
    >>> object_store("s3://bucket/k6?region=eu-west-3").place
    's3://bucket/k6'
    >>> object_store("ftp://host/k6")
    Traceback (most recent call last):
    remission.errors.RunError: ftp://host/k6: no such kind of place
        found:   ftp
        allowed: a folder, or a URI of s3, gs, gcs, abfs, abfss
    """
    scheme = urlsplit(uri).scheme
    if scheme not in SCHEMES:
        allowed = f"a folder, or a URI of {', '.join(SCHEMES)}"
        raise RunError("no such kind of place", where=uri, found=scheme, allowed=allowed)
    return ObjectStore(uri)


def _with_plain_puts(uri: str) -> str:
    """One request for a small object instead of three (S3)."""
    option = "allow_delayed_open=true"
    if urlsplit(uri).scheme != "s3" or "allow_delayed_open" in uri:
        return uri
    return f"{uri}{'&' if urlsplit(uri).query else '?'}{option}"


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
