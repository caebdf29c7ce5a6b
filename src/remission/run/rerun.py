"""A run made again from what its folder says of itself, and compared with the folder, table by table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from remission.errors import Problem, RunError
from remission.run.execute import Progress, execute
from remission.run.executors import Executor
from remission.run.files import SUMMARY, table_name
from remission.run.folder import RunFolder, known_provenance, study_in
from remission.run.plan import blocks
from remission.run.provenance import OBSERVED, Provenance
from remission.run.store import Place, Store
from remission.run.work import Simulate
from remission.tables import TABLE_NAMES


@dataclass(frozen=True)
class TableAgreement:
    """How the files of a table agree.

    Parameters
    ----------
    table : str
        Name of the table, or ``summary``.
    files : int
        How many there are.
    same : int
        Of these, with the same bits.
    same_values : int
        Of the others, with the same values: another version of the writer packs them otherwise.
    first : str or None
        The first file with other values.
    """

    table: str
    files: int
    same: int
    same_values: int
    first: str | None


@dataclass(frozen=True)
class Agreement:
    """What came of a rerun.

    Parameters
    ----------
    tables : tuple of TableAgreement
        The five tables and the summary.
    damaged : tuple of Problem
        Files of the folder that are not as they were written.
    made_with : tuple of str
        In what the two were made differently: version, parameters, libraries, processor.
    """

    tables: tuple[TableAgreement, ...]
    damaged: tuple[Problem, ...]
    made_with: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every bit of every table agrees, and the folder is whole."""
        return not self.damaged and all(each.same == each.files for each in self.tables)


def study_again(store: Store) -> tuple[Any, Provenance, dict[str, Any]]:
    """The study of a folder, its provenance, and what was asked for, as `execute` takes it.

    Raises
    ------
    RunError
        If the folder holds no run, or real patients.
    """
    provenance = known_provenance(store)
    if provenance.identity.filled == OBSERVED:
        raise RunError(
            "the folder holds real patients, who are not simulated again",
            where=store.place,
            next_step=f"read them again: {provenance.further.get('command', 'remission cohort')}",
        )
    asked = {"arms": provenance.arms, "block_patients": provenance.block_patients}
    return study_in(store, provenance), provenance, asked


def rerun(
    folder: RunFolder,
    out: Place,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
    simulate: Simulate | None = None,
    parameters_hash: str | None = None,
) -> Agreement:
    """Make a run again in another place and compare it with its folder.

    Parameters
    ----------
    folder : RunFolder
        A finished run; nothing in it changes.
    out : path or URI
        Where it is made again.
    workers, executor, progress, simulate, parameters_hash : optional
        As for `execute`.

    Raises
    ------
    RunError
        If the folder holds real patients, or the other place cannot be used.
    """
    study, provenance, asked = study_again(folder.store)
    again = execute(
        study,
        out=out,
        executor=executor,
        progress=progress,
        simulate=simulate,
        parameters_hash=parameters_hash,
        workers=workers,
        **asked,
    )
    tables = [_table_agreement(folder, again, table) for table in TABLE_NAMES]
    summary = _agreement("summary", [(SUMMARY, folder.files[SUMMARY] == again.files[SUMMARY], False)])
    return Agreement((*tables, summary), folder.verify(), _differences(provenance, again.provenance))


def _table_agreement(folder: RunFolder, again: RunFolder, table: str) -> TableAgreement:
    names = [
        table_name(table, arm, block.index)
        for arm in folder.arms
        for block in blocks(folder.provenance.patients, folder.provenance.block_patients)
    ]
    found = []
    for name in names:
        same = folder.files[name] == again.files[name]
        same_values = False if same else _same_values(folder, again, name, table)
        found.append((name, same, same_values))
    return _agreement(table, found)


def _same_values(folder: RunFolder, again: RunFolder, name: str, table: str) -> bool:
    try:
        one, other = (_plain(each.file(name, table)) for each in (folder, again))
    except RunError:  # the folder's own file is damaged, which is told elsewhere
        return False
    return bool(one.equals(other))


def _plain(table: pa.Table) -> pa.Table:
    """Without dictionaries, of which equal values may have different ones."""
    types = [field.type.value_type if pa.types.is_dictionary(field.type) else field.type for field in table.schema]
    return pa.table([column.cast(kind) for column, kind in zip(table.columns, types, strict=True)], table.column_names)


def _agreement(table: str, found: Sequence[tuple[str, bool, bool]]) -> TableAgreement:
    other = [name for name, same, same_values in found if not (same or same_values)]
    same = sum(same for _, same, _ in found)
    same_values = sum(same_values for _, _, same_values in found)
    return TableAgreement(table, len(found), same, same_values, other[0] if other else None)


def _differences(then: Provenance, now: Provenance) -> tuple[str, ...]:
    known = (("remission", "version"), ("parameters", "parameters_hash"), ("study", "study_hash"))
    pairs = [(name, getattr(then.identity, key), getattr(now.identity, key)) for name, key in known]
    here: Mapping[str, str] = now.environments[0] if now.environments else {}
    pairs += [(name, each[name], here.get(name, "?")) for each in then.environments for name in each]
    return tuple(
        f"{name}: {before} then, {after} now" for name, before, after in dict.fromkeys(pairs) if before != after
    )


def agreement_text(agreement: Agreement) -> str:
    """What came of a rerun, for the screen.

    Examples
    --------
    >>> print(agreement_text(Agreement((TableAgreement("visits", 2, 2, 0, None),), (), ())))
    table      files  same bits  same values
    visits         2          2            2
    every bit agrees
    """
    lines = [f"{'table':9s} {'files':>6s} {'same bits':>10s} {'same values':>12s}"]
    lines += [
        f"{each.table:9s} {each.files:6d} {each.same:10d} {each.same + each.same_values:12d}"
        + (f"  first other: {each.first}" if each.first else "")
        for each in agreement.tables
    ]
    lines += [f"made with  {difference}" for difference in agreement.made_with]
    lines += [str(problem) for problem in agreement.damaged]
    lines.append("every bit agrees" if agreement.same else "the two do not agree to the bit")
    return "\n".join(lines)
