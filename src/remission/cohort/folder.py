"""A cohort written as a run folder: the same five tables, summary and report as a simulation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np

from remission import __version__
from remission.cohort.bounds import refuse_what_no_folder_holds
from remission.cohort.cohort import Cohort, Source
from remission.cohort.finding import Finding, finding_line
from remission.cohort.follow_up import due_document, visits_due
from remission.cohort.outcomes import Outcomes
from remission.cohort.summary import summarise_cohort
from remission.cohort.tables import arm_tables
from remission.errors import RunError
from remission.run.closing import close
from remission.run.files import MANIFEST, PROVENANCE, STUDY
from remission.run.folder import RunFolder
from remission.run.observed import observed_text
from remission.run.plan import blocks
from remission.run.provenance import (
    OBSERVED,
    Identity,
    Provenance,
    read_provenance,
    write_provenance,
)
from remission.run.records import FinishedBlock, write_blocks
from remission.run.store import Place, Store, store_at

BLOCK_PATIENTS = 16_384
_NOTHING_DRAWN = "none: a real cohort"


def write_cohort(
    cohort: Cohort,
    ends: Outcomes,
    findings: Sequence[Finding],
    out: Place,
    *,
    command: str,
    mapping_sha256: str | None = None,
    on: date | None = None,
) -> RunFolder:
    """Write a cohort into a folder.

    Parameters
    ----------
    cohort : Cohort
    ends : Outcomes
    findings : sequence of Finding
        All findings; they go into the study file, provenance and report.
    out : path or URI
        A new folder, or one with the same cohort.
    command : str
        What made the folder.
    mapping_sha256 : str, optional
        Of the mapping file.
    on : date, optional
        Day for which visits due and overdue are listed.

    Raises
    ------
    DataError
        If there is more than a folder can hold: arms, lesions or visits of a patient, years.
    RunError
        If the folder holds something else, or cannot be written.
    """
    store = store_at(out)
    arms = tuple(dict.fromkeys(cohort.arms.tolist()))
    refuse_what_no_folder_holds(cohort, ends, arms)
    text = _study_text(cohort, ends, findings, arms)
    provenance = _provenance(cohort, arms, text, findings, command, mapping_sha256)
    _refuse_other(store, provenance)
    store.remove(MANIFEST)
    store.write(STUDY, text.encode())
    write_provenance(store, provenance)
    for arm in arms:
        for block in blocks(len(cohort), BLOCK_PATIENTS):
            tables = arm_tables(cohort, ends, arm, block.patients)
            write_blocks(store, provenance.identity.key, [FinishedBlock(arm, block.index, block.count, tables)])
    return close(store, lambda _: _summary(cohort, ends, findings, arms, on))


def _study_text(cohort: Cohort, ends: Outcomes, findings: Sequence[Finding], arms: Sequence[str]) -> str:
    longest = [float(np.nanmax(days)) for days in (ends.os_day, ends.pfs_day) if np.isfinite(days).any()]
    notes = [f"{finding.severity}: {finding_line(finding.document())}" for finding in findings]
    files = {source.name: source.sha256 for source in cohort.sources}
    return observed_text(cohort.name, cohort.title, max(longest, default=1.0), arms, files, notes)


def _provenance(
    cohort: Cohort,
    arms: tuple[str, ...],
    text: str,
    findings: Sequence[Finding],
    command: str,
    mapping_sha256: str | None,
) -> Provenance:
    files = [_file(source) for source in cohort.sources]
    content = [source.sha256 for source in cohort.sources] + [mapping_sha256 or "", cohort.name, *arms]
    meaning = hashlib.sha256("\0".join(content).encode()).hexdigest()
    identity = Identity(cohort.name, meaning, None, OBSERVED, __version__, _NOTHING_DRAWN)
    further: dict[str, Any] = {
        "command": command,
        "files": files,
        "mapping": mapping_sha256,
        "findings": [finding.document() for finding in findings],
    }
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return Provenance(identity, len(cohort), arms, sha256, (), BLOCK_PATIENTS, further)


def _file(source: Source) -> dict[str, Any]:
    found = asdict(source)
    return {**found, "columns": dict(source.columns), "unused": list(source.unused)}


def _refuse_other(store: Store, provenance: Provenance) -> None:
    known = read_provenance(store)
    if known is None:
        if store.names():
            step = "give a new folder with --out"
            raise RunError("the folder holds other files", where=store.place, next_step=step)
        return
    if known.identity.filled != OBSERVED or known.identity.study != provenance.identity.study:
        raise RunError(
            "the folder holds something else",
            where=f"{store.place}/{PROVENANCE}",
            found=known.identity.study,
            next_step="give another folder with --out",
        )
    for table in ("patients", "visits", "lesions", "doses", "events", "blocks"):
        for arm in store.names(table):
            for file in store.names(f"{table}/{arm}"):
                store.remove(f"{table}/{arm}/{file}")


def _summary(
    cohort: Cohort, ends: Outcomes, findings: Sequence[Finding], arms: tuple[str, ...], on: date | None
) -> dict[str, Any]:
    summary = summarise_cohort(cohort, ends, arms)
    summary["findings"] = [finding.document() for finding in findings]
    if on is not None:
        last = np.full(len(cohort), np.nan)
        visits = ends.judged.visits
        np.fmax.at(last, visits["patient"], visits["time_day"])
        start, died = cohort.number("start_date"), ends.os_event == 1
        due = visits_due(cohort.ids, cohort.arms, start, last, died, on)
        summary["visits_due"] = due_document(due, on, int((np.isnan(start) & ~died).sum()))
    return summary
