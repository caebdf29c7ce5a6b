"""The end of a run: when every block is there, provenance, summary and, last, the manifest.

Whoever finds the run complete closes it. Two who do so at once write the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from remission.errors import RunError
from remission.run.files import MANIFEST, PROVENANCE, RECORDS, STUDY, SUMMARY, FileEntry, arm_folder, record_name
from remission.run.folder import RunFolder
from remission.run.manifest import manifest_json
from remission.run.plan import Block, blocks
from remission.run.provenance import Provenance, read_provenance, write_provenance
from remission.run.records import BlockRecord, read_record, record_bytes
from remission.run.seal import plain_json
from remission.run.store import Store, entry_of, read_verified

Summarise = Callable[[RunFolder], dict[str, Any]]
_READERS = 8  # threads: on an object store each waits for an answer


def is_finished(store: Store) -> bool:
    """Whether a folder has its manifest, and documents that agree with it."""
    try:
        folder = RunFolder.of(store)
        for name in (STUDY, PROVENANCE, SUMMARY):
            read_verified(store, name, folder.files[name])
    except RunError:
        return False
    return True


def missing_blocks(store: Store, provenance: Provenance) -> int:
    """How many blocks, each of one arm, are not there yet.

    Names are looked at first: of many jobs, each of which asks, all but the last need no more.
    """
    names = {arm: set(store.names(f"{RECORDS}/{arm_folder(arm)}")) for arm in provenance.arms}
    every = _all_blocks(provenance)
    without = sum(record_name(arm, block.index).rpartition("/")[2] not in names[arm] for arm, block in every)
    return without or sum(record is None for _, _, record in _records(store, provenance))


def close(store: Store, summarise: Summarise) -> RunFolder:
    """Write what a finished run has besides its blocks.

    Parameters
    ----------
    store : Store
        A folder with provenance and blocks.
    summarise : callable
        Makes the content of ``summary.json`` from the folder.

    Raises
    ------
    RunError
        If a block is missing.
    """
    provenance = read_provenance(store)
    if provenance is None:
        raise RunError("the folder holds no run", where=PROVENANCE)
    files, environments = _blocks_of(store, provenance)
    made = replace(provenance, environments=environments)
    if made != provenance:
        write_provenance(store, made)
    files |= {name: entry_of(store.read(name)) for name in (STUDY, PROVENANCE)}
    summary = plain_json(summarise(RunFolder(store, made, files)))
    store.write(SUMMARY, summary)
    store.clean()
    files[SUMMARY] = entry_of(summary)
    store.write(MANIFEST, manifest_json(made, files))
    return RunFolder(store, made, files)


def _blocks_of(store: Store, provenance: Provenance) -> tuple[dict[str, FileEntry], tuple[dict[str, str], ...]]:
    """Entries of the files of all blocks, and what they were made with, in order of first use."""
    files: dict[str, FileEntry] = {}
    environments: dict[tuple[tuple[str, str], ...], None] = {}
    for arm, block, record in _records(store, provenance):
        if record is None:
            raise RunError(
                "the run is not finished: another process may be at work on it",
                where=f"arm {arm}, block {block.index}",
                next_step="run the same command again, or remission resume FOLDER: it makes what is missing",
            )
        files[record_name(arm, block.index)] = entry_of(record_bytes(record))
        files.update(record.named_files())
        environments[tuple(record.made_with.items())] = None
    return files, tuple(dict(each) for each in environments)


def _records(store: Store, provenance: Provenance) -> Iterator[tuple[str, Block, BlockRecord | None]]:
    """The record of each block of this run; None if there is none, or one of another run or of fewer patients."""

    def read(place: tuple[str, Block]) -> tuple[str, Block, BlockRecord | None]:
        arm, block = place
        record = read_record(store, arm, block.index)
        fits = record and record.patients == block.count and record.key == provenance.identity.key
        return arm, block, record if fits else None

    with ThreadPoolExecutor(_READERS) as readers:
        yield from readers.map(read, _all_blocks(provenance))


def _all_blocks(provenance: Provenance) -> list[tuple[str, Block]]:
    every = blocks(provenance.patients, provenance.block_patients)
    return [(arm, block) for block in every for arm in provenance.arms]
