"""A block of an arm in the folder: five files, then the record that says they are there.

The record is written last, so a block without a record is not done, whatever files it has; a block with one
is done if its files are, to the bit, those of the record. Records are small, and the manifest is their sum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import pyarrow as pa

from remission.errors import RunError
from remission.run.checked import Document
from remission.run.environment import environment
from remission.run.files import FileEntry, record_name, table_name
from remission.run.parquet import to_parquet
from remission.run.seal import sealed_json, unsealed
from remission.run.store import MOST_TABLE_BYTES, Store, entry_of, read_verified
from remission.tables import TABLE_NAMES

_ENCODERS = 4  # threads: encoding and compressing release the interpreter's lock


@dataclass(frozen=True)
class BlockRecord:
    """What a finished block of one arm consists of.

    Parameters
    ----------
    key : str
        What made it (study, seed, parameters, version), see `remission.run.provenance.Identity`.
    arm : str
        Name of the arm.
    block : int
        Number of the block.
    patients : int
        Patient numbers that the block covers; the last block of a run may be short.
    files : mapping of str to FileEntry
        One entry per table.
    made_with : dict
        Libraries and processor of the process that made it.
    """

    key: str
    arm: str
    block: int
    patients: int
    files: Mapping[str, FileEntry]
    made_with: Mapping[str, str]

    def named_files(self) -> dict[str, FileEntry]:
        """Entries by the file's name in the run folder."""
        return {table_name(table, self.arm, self.block): entry for table, entry in self.files.items()}


@dataclass(frozen=True)
class FinishedBlock:
    """A block of an arm as simulated: its number, the patient numbers it covers, its tables."""

    arm: str
    block: int
    patients: int
    tables: Mapping[str, pa.Table]


def write_blocks(store: Store, key: str, finished: Sequence[FinishedBlock]) -> None:
    """Write the tables of blocks, then, when all are on disk, their records.

    Raises
    ------
    RunError
        If a file cannot be written.
    """
    tables = [(each, table) for each in finished for table in TABLE_NAMES]
    with ThreadPoolExecutor(_ENCODERS) as encoders:
        encoded = list(encoders.map(lambda pair: to_parquet(pair[0].tables[pair[1]]), tables))
    names = [table_name(table, each.arm, each.block) for each, table in tables]
    store.write_all(dict(zip(names, encoded, strict=True)))
    entries = {
        (each.arm, each.block, table): entry_of(data, each.tables[table].num_rows)
        for (each, table), data in zip(tables, encoded, strict=True)
    }
    store.write_all(dict(_record_file(key, each, entries) for each in finished))


def _record_file(key: str, each: FinishedBlock, entries: Mapping[tuple[str, int, str], FileEntry]) -> tuple[str, bytes]:
    files = {table: entries[each.arm, each.block, table] for table in TABLE_NAMES}
    record = BlockRecord(key, each.arm, each.block, each.patients, files, environment())
    return record_name(each.arm, each.block), record_bytes(record)


def record_bytes(record: BlockRecord) -> bytes:
    """Bytes of the record of a block."""
    return sealed_json(asdict(record))


def read_record(store: Store, arm: str, block: int) -> BlockRecord | None:
    """The record of a block, or None if there is none or it is damaged: the block is then to be made."""
    name = record_name(arm, block)
    try:
        record = _record_of(Document(unsealed(store.read(name), name), name))
    except RunError:
        return None
    return record if (record.arm, record.block) == (arm, block) else None


def _record_of(found: Document) -> BlockRecord:
    sections = found.sections("files")
    files = {table: sections[table].entry(MOST_TABLE_BYTES) for table in TABLE_NAMES if table in sections}
    if set(files) != set(TABLE_NAMES):
        raise found.refused("files", list(sections), ", ".join(TABLE_NAMES))
    numbers = {name: found.whole(name, 0, 2**63 - 1) for name in ("block", "patients")}
    made_with = found.dictionary("made_with")
    return BlockRecord(key=found.text("key"), arm=found.text("arm"), files=files, made_with=made_with, **numbers)


def damaged_files(store: Store, record: BlockRecord) -> list[str]:
    """Names of the files of a block that are missing or not as they were written."""
    return [name for name, entry in record.named_files().items() if not _is_whole(store, name, entry)]


def _is_whole(store: Store, name: str, entry: FileEntry) -> bool:
    try:
        read_verified(store, name, entry)
    except RunError:
        return False
    return True
