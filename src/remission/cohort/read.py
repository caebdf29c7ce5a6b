"""Files in, a checked cohort out; and the whole way to a run folder."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from remission.cohort.audit import audit
from remission.cohort.build import build
from remission.cohort.cdisc import cdisc_tables, is_cdisc, is_other_cdisc
from remission.cohort.cdisc_select import Chosen
from remission.cohort.cohort import Cohort, Source
from remission.cohort.files import find_files, read_sheet
from remission.cohort.finding import Finding, refuse_errors
from remission.cohort.folder import write_cohort
from remission.cohort.interpret import Table, interpret, kind_of
from remission.cohort.mapping import Mapping, TableMap, read_mapping
from remission.cohort.outcomes import Outcomes, outcomes
from remission.cohort.sheet import Sheet
from remission.errors import DataError, Problem
from remission.run.folder import RunFolder
from remission.run.store import Place

Places = Sequence[str | Path] | str | Path


@dataclass(frozen=True)
class Checked:
    """A cohort with the end points of its patients and what the audit found."""

    cohort: Cohort
    outcomes: Outcomes
    findings: tuple[Finding, ...]
    mapping: Mapping


def read_cohort(
    places: Places,
    mapping: Mapping | str | Path | None = None,
    units: MappingABC[str, str] | None = None,
) -> tuple[Cohort, Mapping]:
    """Files as a cohort, before the audit.

    Parameters
    ----------
    places : path or sequence of paths
        Files, or folders with files.
    mapping : Mapping or path, optional
    units : mapping of str to str, optional
        Units of times, lengths and albumin without one in their names, over those of the mapping file.

    Raises
    ------
    DataError, StudyError
        With every fault of files and mapping that leaves no cohort to check.
    """
    said = mapping if isinstance(mapping, Mapping) else read_mapping(mapping) if mapping else Mapping()
    said = replace(said, units={**said.units, **(units or {})})
    paths = find_files([places] if isinstance(places, str | Path) else places)
    said.check_files([path.name for path in paths])
    sheets = [read_sheet(path, said.encoding) for path in paths]
    plain, cdisc, unread = _sorted(sheets, said, _named(places))
    further, met = cdisc_tables(cdisc)
    tables, findings = _interpreted([*plain, *further], said)
    if not tables:
        raise DataError("there is nothing to be read", where=", ".join(sheet.name for sheet in sheets))
    name = said.name or (paths[0].stem if len(paths) == 1 else "cohort")
    hashes = {sheet.name: sheet for sheet in sheets}
    sources = [_source(table, hashes) for table in tables]
    cohort = build(name, said.title or name, tables, sources, [*unread, *met, *findings])
    return replace(cohort, timing=said.timing), said


def _named(places: Places) -> set[str]:
    """Files that were named one by one, not found in a folder."""
    each = [places] if isinstance(places, str | Path) else places
    return {Path(place).name for place in each if not Path(place).is_dir()}


def _sorted(
    sheets: Sequence[Sheet], said: Mapping, named: set[str]
) -> tuple[list[Chosen], list[Chosen], list[Finding]]:
    """Sheets read by names or mapping, those read as CDISC, and those that hold something else.

    A folder may hold anything; what is asked for by name must say what it is.
    """
    plain: list[Chosen] = []
    cdisc: list[Chosen] = []
    unread: list[Finding] = []
    for sheet in sheets:
        for table in said.of(sheet.name):
            told = bool(table.columns or table.kind)
            stray = sheet.name not in named and kind_of(sheet, table) is None
            if not told and is_cdisc(sheet):
                cdisc.append((sheet, table))
            elif not told and (is_other_cdisc(sheet) or stray):
                what = "the table is not read: it holds neither subjects, lesions, responses nor survival"
                unread.append(Finding("table-not-read", "warning", what, sheet.name))
            else:
                plain.append((sheet, table))
    return plain, cdisc, unread


def _interpreted(chosen: Iterable[tuple[Sheet, TableMap]], mapping: Mapping) -> tuple[list[Table], list[Finding]]:
    """All tables; the faults of all files at once."""
    tables: list[Table] = []
    findings: list[Finding] = []
    problems: list[Problem] = []
    for sheet, said in chosen:
        try:
            table, found = interpret(sheet, said, mapping)
        except DataError as error:
            problems += error.problems
            continue
        tables.append(table)
        findings += found
    if problems:
        raise DataError(problems)
    return tables, findings


def _source(table: Table, sheets: MappingABC[str, Sheet]) -> Source:
    sheet = sheets[table.file]
    return Source(table.file, sheet.sha256, sheet.rows, table.kind, dict(table.names), table.unused)


def _command(
    cohort: Cohort, mapping: Mapping | str | Path | None, units: MappingABC[str, str] | None, on: date | None
) -> str:
    """The command that makes the folder again; files by their names, for a folder can be handed on."""
    words = ["remission", "cohort", *dict.fromkeys(source.name for source in cohort.sources), "--out", "DIR"]
    if mapping is not None:
        words += ["--mapping", "FILE" if isinstance(mapping, Mapping) else Path(mapping).name]
    words += ["--units", ",".join(units.values())] if units else []
    words += ["--date", on.isoformat()] if on else []
    return shlex.join(words)


def check_cohort(
    places: Places,
    mapping: Mapping | str | Path | None = None,
    units: MappingABC[str, str] | None = None,
    on: date | None = None,
) -> Checked:
    """Files as a cohort that has passed the audit, with the end points of its patients.

    Raises
    ------
    AuditError
        With every finding that stops.
    DataError, StudyError
        As `read_cohort`.
    """
    cohort, said = read_cohort(places, mapping, units)
    found = audit(cohort, said.accept, None if on is None else float(on.toordinal()))
    refuse_errors(found)
    ends = outcomes(cohort)
    return Checked(cohort, ends, (*found, *ends.findings), said)


def day_of(text: str) -> date:
    """A day as ISO writes it.

    Raises
    ------
    DataError
        If it is none.

    Examples
    --------
    >>> day_of("2026-11-23").year
    2026
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DataError("not a day", where="--date", found=text, allowed="such as 2026-11-23") from None


def import_files(
    places: Places,
    out: Place,
    *,
    mapping: Mapping | str | Path | None = None,
    units: MappingABC[str, str] | None = None,
    on: date | None = None,
    command: str | None = None,
) -> RunFolder:
    """Real patients from files into a run folder.

    Parameters
    ----------
    places : path or sequence of paths
        Files, or folders with files.
    out : path or URI
        The run folder.
    mapping : Mapping or path, optional
        What columns mean where their names do not say so.
    units : mapping of str to str, optional
        As for `read_cohort`.
    on : date, optional
        Day for which visits due and overdue are listed; later dates are refused.
    command : str, optional
        What is recorded as having made the folder.

    Raises
    ------
    AuditError
        With every finding that stops; nothing is written.
    DataError, StudyError, RunError
        If files, mapping or folder cannot be used.
    """
    checked = check_cohort(places, mapping, units, on)
    return write_cohort(
        checked.cohort,
        checked.outcomes,
        checked.findings,
        out,
        command=command or _command(checked.cohort, mapping, units, on),
        mapping_sha256=checked.mapping.sha256,
        on=on,
    )
