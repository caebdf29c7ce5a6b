"""A run folder as its readers see it: nothing is loaded until asked for, and nothing is given unverified."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from remission.errors import Problem, RunError
from remission.run.files import MANIFEST, PROVENANCE, STUDY, SUMMARY, FileEntry, table_name
from remission.run.observed import parse_observed
from remission.run.parquet import from_parquet
from remission.run.plan import blocks
from remission.run.provenance import OBSERVED, Provenance, check_format, read_provenance
from remission.run.seal import unsealed
from remission.run.store import LocalStore, Store, damaged, read_verified
from remission.tables import TABLE_NAMES, schema

_READERS = 4  # threads: hashing and decoding release the interpreter's lock


@dataclass(frozen=True)
class RunFolder:
    """A finished run.

    Parameters
    ----------
    store : Store
        Where it lies.
    provenance : Provenance
        What made it.
    files : mapping of str to FileEntry
        Rows, bytes and sha256 of every file.

    Examples
    --------
    >>> RunFolder.open("nowhere")
    Traceback (most recent call last):
    remission.errors.RunError: nowhere: there is no run in this folder
        next:    remission run STUDY --out nowhere
    """

    store: Store
    provenance: Provenance
    files: Mapping[str, FileEntry]

    @classmethod
    def open(cls, path: str | Path) -> RunFolder:
        """Open the run in a folder.

        Raises
        ------
        RunError
            If there is none, it is not finished, its manifest is damaged, or a later version made it.
        """
        store = LocalStore(Path(path))
        provenance = read_provenance(store)
        if provenance is None:
            step = f"remission run STUDY --out {path}"
            raise RunError("there is no run in this folder", where=str(path), next_step=step)
        if store.size(MANIFEST) is None:
            step = "run the command that began it again: it does what is missing"
            raise RunError("the run in this folder is not finished", where=str(path), next_step=step)
        manifest = unsealed(store.read(MANIFEST), MANIFEST)
        check_format(manifest, MANIFEST)
        files = {name: FileEntry(**entry) for name, entry in manifest["files"].items()}
        _refuse_other_size(files, provenance)
        return cls(store, provenance, files)

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the arms, in the order of the study."""
        return self.provenance.arms

    @property
    def definition(self) -> Any:
        """The study as it was run, read from the folder's own study file.

        Raises
        ------
        RunError, StudyError
            If the file has changed, or this version reads it otherwise.
        """
        from remission.study import parse_study

        text = read_verified(self.store, STUDY, self.files[STUDY]).decode()
        identity = self.provenance.identity
        if identity.filled == OBSERVED:
            return parse_observed(text, STUDY)
        asked: dict[str, Any] = {
            "patients": self.provenance.patients,
            "seed": identity.seed,
            "filled": identity.filled,
        }
        return replace(parse_study(text, where=STUDY), **asked)

    def table(self, name: str, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table:
        """One of the five tables, verified while it is read.

        Parameters
        ----------
        name : str
            ``patients``, ``visits``, ``lesions``, ``doses`` or ``events``.
        arms : sequence of str, optional
            All arms if not given; rows come arm by arm.
        columns : sequence of str, optional
            All columns if not given.

        Raises
        ------
        RunError
            If an arm or a file is not there, or a file has changed since it was written.
        DataError
            If there is no such table.
        """
        empty = schema(name, None if columns is None else tuple(columns)).empty_table()
        return pa.concat_tables([empty, *self.pieces(name, arms, columns)]).unify_dictionaries()

    def pieces(
        self, name: str, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None
    ) -> Iterator[pa.Table]:
        """A table block by block, for tables larger than memory; arguments and errors as for `table`."""
        schema(name, None if columns is None else tuple(columns))
        names = [
            table_name(name, arm, block.index)
            for arm in self._known(arms)
            for block in blocks(self.provenance.patients, self.provenance.block_patients)
        ]
        with ThreadPoolExecutor(_READERS) as readers:
            for first in range(0, len(names), _READERS):
                yield from readers.map(lambda file: self._read(file, name, columns), names[first : first + _READERS])

    def _read(self, file: str, name: str, columns: Sequence[str] | None) -> pa.Table:
        return from_parquet(read_verified(self.store, file, self._entry(file)), file, name, columns)

    def _entry(self, file: str) -> FileEntry:
        if file not in self.files:
            raise RunError("the manifest does not know the file", where=file)
        return self.files[file]

    def _known(self, arms: Sequence[str] | None) -> Sequence[str]:
        strange = [arm for arm in arms or () if arm not in self.arms]
        if strange:
            raise RunError("no such arm", found=", ".join(strange), allowed=", ".join(self.arms))
        return self.arms if arms is None else arms

    def summary(self) -> dict[str, Any]:
        """Content of ``summary.json``.

        Raises
        ------
        RunError
            If the file is missing or has changed.
        """
        content: dict[str, Any] = json.loads(read_verified(self.store, SUMMARY, self._entry(SUMMARY)))
        return content

    def verify(self) -> tuple[Problem, ...]:
        """Read every file of the manifest and say which are missing or changed; empty if all is well."""
        problems: list[Problem] = []
        for name, entry in self.files.items():
            try:
                read_verified(self.store, name, entry)
            except RunError as error:
                problems += error.problems
        return tuple(problems)


def _refuse_other_size(files: Mapping[str, FileEntry], provenance: Provenance) -> None:
    """The manifest must list as many files as provenance says, before anything is done for each of them."""
    per_arm = math.ceil(provenance.patients / provenance.block_patients) * (len(TABLE_NAMES) + 1)
    expected = per_arm * len(provenance.arms) + len((STUDY, PROVENANCE, SUMMARY))
    if len(files) != expected:
        raise damaged(MANIFEST, f"{len(files)} files", f"{expected} files")
