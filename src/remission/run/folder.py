"""A run folder as its readers see it: nothing is loaded until asked for, and nothing is given unverified."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from remission.errors import Problem, RunError
from remission.run.files import STUDY, SUMMARY, FileEntry, table_name
from remission.run.manifest import read_manifest
from remission.run.observed import parse_observed
from remission.run.parquet import from_parquet
from remission.run.plan import blocks
from remission.run.provenance import OBSERVED, Provenance, read_provenance
from remission.run.store import Place, Store, damaged, entry_of, read_verified, store_at
from remission.run.summary_file import read_summary
from remission.tables import schema

MOST_STUDY_BYTES = 2_000_000
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
    def open(cls, place: Place) -> RunFolder:
        """Open the run in a folder or at a URI (``s3://bucket/k6``).

        Raises
        ------
        RunError
            If there is none, it is not finished, its manifest is damaged, or a later version made it.
        """
        return cls.of(store_at(place))

    @classmethod
    def of(cls, store: Store) -> RunFolder:
        """The run in a store; errors as for `open`."""
        provenance = known_provenance(store)
        return cls(store, provenance, read_manifest(store, provenance))

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
        return study_in(self.store, self.provenance)

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
                yield from readers.map(lambda file: self.file(file, name, columns), names[first : first + _READERS])

    def file(self, name: str, table: str, columns: Sequence[str] | None = None) -> pa.Table:
        """One file of a table, verified while it is read; errors as for `table`."""
        entry = self._entry(name)
        return from_parquet(read_verified(self.store, name, entry), name, table, entry.rows, columns)

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
            If the file is missing, has changed, or is not the summary of a run.
        """
        return read_summary(read_verified(self.store, SUMMARY, self._entry(SUMMARY)), self.arms)

    def verify(self) -> tuple[Problem, ...]:
        """Read every file of the manifest and say which are missing or changed, and which tables are strangers.

        A file among the tables that the manifest does not know would be read by readers that take the whole folder.
        """
        with ThreadPoolExecutor(_READERS) as readers:
            found = [problem for problems in readers.map(self._verify, sorted(self.files)) for problem in problems]
        return (*found, *self._strangers())

    def _verify(self, name: str) -> tuple[Problem, ...]:
        try:
            read_verified(self.store, name, self.files[name])
        except RunError as error:
            return error.problems
        return ()

    def _strangers(self) -> list[Problem]:
        tables = {name.rpartition("/")[0] for name in self.files if "/" in name}
        parents = {folder.partition("/")[0] for folder in tables}
        found = [
            f"{folder}/{name}"
            for folder in sorted(tables | parents)
            for name in self.store.names(folder)
            if f"{folder}/{name}" not in tables and f"{folder}/{name}" not in self.files
        ]
        return [Problem("the manifest does not know the file", where=name, next_step="take it away") for name in found]


def known_provenance(store: Store) -> Provenance:
    """Provenance of the run in a store.

    Raises
    ------
    RunError
        If there is none, or it cannot be used.
    """
    provenance = read_provenance(store)
    if provenance is None:
        step = f"remission run STUDY --out {store.place}"
        raise RunError("there is no run in this folder", where=store.place, next_step=step)
    return provenance


def study_in(store: Store, provenance: Provenance) -> Any:
    """The study as it was or is to be run, read from the folder's own study file.

    Raises
    ------
    RunError, StudyError
        If the file has changed, or this version reads it otherwise.
    """
    from remission.study import parse_study

    data, digest = store.read(STUDY, MOST_STUDY_BYTES), provenance.study_sha256
    if entry_of(data).sha256 != digest:
        raise damaged(STUDY, f"sha256 {entry_of(data).sha256[:16]}…", f"sha256 {digest[:16]}…")
    identity = provenance.identity
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise RunError("the file is not text", where=STUDY, allowed="YAML in UTF-8") from None
    study: Any = parse_observed(text, STUDY) if identity.filled == OBSERVED else parse_study(text, where=STUDY)
    lacking = [arm for arm in provenance.arms if arm not in {known.name for known in study.arms}]
    if lacking:
        raise RunError("the study file has no such arm", where=STUDY, found=lacking[0][:60])
    if identity.filled == OBSERVED:
        return study
    return replace(study, patients=provenance.patients, seed=identity.seed, filled=identity.filled)
