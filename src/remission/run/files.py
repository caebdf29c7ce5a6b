"""Names and entries of the files in a run folder."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

STUDY = "study.yaml"
PROVENANCE = "provenance.json"
MANIFEST = "manifest.json"
SUMMARY = "summary.json"
RECORDS = "blocks"


@dataclass(frozen=True)
class FileEntry:
    """What is known of a file: rows (None if it is no table), bytes, sha256 of the bytes."""

    rows: int | None
    bytes: int
    sha256: str


def arm_folder(arm: str) -> str:
    """An arm's name as the name of a folder: one level deep whatever the name holds.

    Examples
    --------
    >>> arm_folder("ipilimumab"), arm_folder("../10 mg/kg")
    ('ipilimumab', '%2E.%2F10 mg%2Fkg')
    """
    quoted = quote(arm, safe=" +=,@")
    return f"%2E{quoted[1:]}" if quoted.startswith(".") else quoted


def table_name(table: str, arm: str, block: int) -> str:
    """Where a block of a table lies in the run folder.

    Examples
    --------
    >>> table_name("visits", "ipilimumab", 3)
    'visits/ipilimumab/00003.parquet'
    """
    return f"{table}/{arm_folder(arm)}/{block:05d}.parquet"


def record_name(arm: str, block: int) -> str:
    """Where the record of a finished block lies."""
    return f"{RECORDS}/{arm_folder(arm)}/{block:05d}.json"
