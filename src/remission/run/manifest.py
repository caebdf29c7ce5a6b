"""The list of every file of a finished run: written last, so a folder that has it is finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from remission.errors import RunError
from remission.run.files import PROVENANCE, STUDY, FileEntry, record_name
from remission.run.plan import blocks
from remission.run.provenance import FORMAT, Provenance
from remission.run.records import read_record
from remission.run.seal import sealed_json
from remission.run.store import AGAIN, Store, entry_of


def complete_files(store: Store, provenance: Provenance) -> dict[str, FileEntry]:
    """Entries of all files of a run but the summary, from the records of its blocks.

    Raises
    ------
    RunError
        If a block is not there.
    """
    files = {name: entry_of(store.read(name)) for name in (STUDY, PROVENANCE)}
    for arm in provenance.arms:
        for block in blocks(provenance.patients, provenance.block_patients):
            record = read_record(store, arm, block.index)
            if record is None or record.patients != block.count or record.key != provenance.identity.key:
                raise RunError(
                    "the folder is not finished: another process may be at work on it",
                    where=f"arm {arm}, block {block.index}",
                    next_step=AGAIN.replace("this file", "what is missing"),
                )
            files[record_name(arm, block.index)] = entry_of(store.read(record_name(arm, block.index)))
            files.update(record.named_files())
    return files


def manifest_json(provenance: Provenance, files: Mapping[str, FileEntry]) -> bytes:
    """Bytes of ``manifest.json``."""
    known = provenance.identity
    document: dict[str, Any] = {
        "format": FORMAT,
        "version": known.version,
        "study": known.study,
        "seed": known.seed,
        "patients": provenance.patients,
        "arms": list(provenance.arms),
        "key": known.key,
        "files": {name: asdict(entry) for name, entry in sorted(files.items())},
    }
    return sealed_json(document)
