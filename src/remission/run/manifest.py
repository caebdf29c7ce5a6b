"""The list of every file of a finished run: written last, so a folder that has it is finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from remission.errors import RunError
from remission.run.checked import Document
from remission.run.files import MANIFEST, PROVENANCE, STUDY, SUMMARY, FileEntry, record_name, table_name
from remission.run.plan import blocks
from remission.run.provenance import FORMAT, Provenance, check_format
from remission.run.seal import sealed_json, unsealed
from remission.run.store import MOST_TABLE_BYTES, Store, damaged
from remission.tables import TABLE_NAMES


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


def read_manifest(store: Store, provenance: Provenance) -> dict[str, FileEntry]:
    """Entries of the files of a finished run: those that its provenance calls for, and no others.

    Raises
    ------
    RunError
        If the run is not finished, the manifest is damaged, or it names other files.
    """
    if store.size(MANIFEST) is None:
        step = f"remission resume {store.place}"
        raise RunError("the run in this folder is not finished", where=store.place, next_step=step)
    document = unsealed(store.read(MANIFEST), MANIFEST)
    check_format(document, MANIFEST)
    listed = Document(document, MANIFEST).sections("files")
    expected = expected_names(provenance)
    strange = sorted(listed.keys() ^ expected)
    if strange:
        raise damaged(
            MANIFEST, f"{len(listed)} files, among the differences {strange[0][:80]}", f"{len(expected)} files"
        )
    return {name: entry.entry(MOST_TABLE_BYTES) for name, entry in listed.items()}


def expected_names(provenance: Provenance) -> set[str]:
    """Names of all files that a run consists of."""
    names = {STUDY, PROVENANCE, SUMMARY}
    for block in blocks(provenance.patients, provenance.block_patients):
        for arm in provenance.arms:
            names |= {table_name(table, arm, block.index) for table in TABLE_NAMES}
            names.add(record_name(arm, block.index))
    return names
