"""From a sheet to a table whose columns have a meaning: what the names say, or the mapping file."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field

import numpy as np

from remission.arrays import Array, Bools, Ints
from remission.cohort.cells import cell_findings, cells_of, read_cells
from remission.cohort.fields import TABLES, UNITS, Field, field_of, fits
from remission.cohort.finding import SHOWN_ROWS, Finding
from remission.cohort.mapping import ColumnMap, Mapping, TableMap
from remission.cohort.sheet import Sheet
from remission.cohort.values import is_formula, read_diameters
from remission.errors import DataError, Problem

_FLAGS = frozenset({"0", "1", "0.0", "1.0", "Y", "N", "yes", "no"})


@dataclass(frozen=True)
class Table:
    """One file as far as it is understood.

    Parameters
    ----------
    kind : str
        ``patients``, ``lesions``, ``responses`` or ``changes``.
    file : str
        Its name.
    columns : mapping of str to ndarray, shape (rows,)
        By field: days, mm, g/L, percent; flags as 1, 0, NaN; words and names as text, empty where missing.
    names : mapping of str to str
        Column of the file that each field was read from.
    units : mapping of str to str
        Unit in which the file has the fields that have one.
    row : ndarray of int64, shape (rows,)
        Row numbers as a spreadsheet counts them.
    unused : tuple of str
        Columns that were not read.
    """

    kind: str
    file: str
    columns: MappingABC[str, Array]
    names: MappingABC[str, str]
    row: Ints
    unused: tuple[str, ...] = ()
    units: MappingABC[str, str] = dataclass_field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.row)

    def finding(
        self,
        rule: str,
        severity: str,
        what: str,
        bad: Bools,
        column: str = "",
        found: str = "",
        next_step: str = "",
    ) -> list[Finding]:
        """A finding on the rows that are marked; none if none is."""
        rows = self.row[bad]
        if not len(rows):
            return []
        name = self.names.get(column, column)
        shown = tuple(int(row) for row in rows[:SHOWN_ROWS])
        return [Finding(rule, severity, what, self.file, name, shown, len(rows), found, next_step)]  # type: ignore[arg-type]


def interpret(sheet: Sheet, said: TableMap, mapping: Mapping) -> tuple[Table, list[Finding]]:
    """What a sheet says.

    Parameters
    ----------
    sheet : Sheet
    said : TableMap
        What the mapping file says of this file.
    mapping : Mapping
        What it says of all files.

    Returns
    -------
    Table
    list of Finding
        Cells that could not be read, or were read in a way that must be said.

    Raises
    ------
    DataError
        If the columns do not say what the table is, a unit is missing, or two columns could be one field.
    """
    if said.rows:
        sheet = _chosen_rows(sheet, said)
    kind = said.kind or kind_of(sheet, said)
    if kind is None:
        raise DataError(
            "the names of the columns do not say what this table is",
            where=sheet.name,
            found=", ".join(sheet.columns),
            allowed=", ".join(TABLES),
            next_step="state its `kind` and `columns` in a mapping file: remission cohort FILES --mapping FILE",
        )
    placed, problems = _placed(sheet, said, kind)
    units = {field.name: _unit(sheet, field, column, mapping, problems) for field, column in placed}
    if problems:
        raise DataError(problems)
    row = np.arange(sheet.rows, dtype=np.int64) if sheet.numbers is None else sheet.numbers
    names = {field.name: _shown(column) for field, column in placed}
    used = {name for _, column in placed for name in column.columns} | set(said.rows)
    unused = tuple(name for name in sheet.columns if name not in used)
    empty = Table(kind, sheet.name, {}, names, row + 2, unused)
    columns: dict[str, Array] = {}
    findings: list[Finding] = []
    for field, column in placed:
        unit = units[field.name]
        if unit == "":
            findings.append(_left_out(sheet, field, column))
            continue
        found = _read(sheet, empty, field, column, unit, mapping, findings)
        if "status" in found and "status" in columns:  # texts among the diameters gave some already
            found["status"] = np.where(columns["status"] == "", found["status"], columns["status"])
        columns |= found
    findings += _unread_formulas(sheet, empty)
    stated = {name: unit for name, unit in units.items() if unit}
    table = replace(empty, columns=columns, units=stated)
    return _without_undated(table, mapping), findings


def _chosen_rows(sheet: Sheet, said: TableMap) -> Sheet:
    keep = np.ones(sheet.rows, bool)
    for name, words in said.rows.items():
        _check_column(sheet, name, said.where)
        column = sheet.columns[name]
        wanted = np.array([word in words for word in column.words], bool)
        keep &= wanted[column.codes]
    if not keep.any():
        chosen = "; ".join(f"{name}: {', '.join(words)}" for name, words in said.rows.items())
        raise DataError("no row is left", where=said.where or sheet.name, found=chosen)
    return sheet.only(keep)


def _check_column(sheet: Sheet, name: str, where: str) -> None:
    if name not in sheet.columns:
        from remission.study.reader import did_you_mean

        allowed = ", ".join(sheet.columns)
        near = did_you_mean(name, sheet.columns)
        raise DataError(
            "the file has no such column", where=where or sheet.name, found=name, allowed=allowed, next_step=near
        )


def kind_of(sheet: Sheet, said: TableMap) -> str | None:
    """The kind of table of which the columns speak, if they do."""
    has = {kind: _recognised(sheet, kind) | set(said.columns) for kind in TABLES}
    timed = {kind: bool(has[kind] & {"time", "date"}) for kind in has}
    if "diameter" in has["lesions"] and timed["lesions"]:
        return "lesions"
    if "change" in has["changes"] and timed["changes"]:
        return "changes"
    ends = {"os", "pfs", "best_response", "death_date", "last_seen_date"} & has["patients"]
    if has["responses"] & {"response", "iresponse"} and timed["responses"] and not ends:
        return "responses"
    if "patient" in has["patients"] and len(has["patients"]) > 1:
        return "patients"
    return None


def _recognised(sheet: Sheet, kind: str) -> set[str]:
    return {field.name for field in TABLES[kind] for column in sheet.columns if fits(field, column)[0]}


def _placed(sheet: Sheet, said: TableMap, kind: str) -> tuple[list[tuple[Field, ColumnMap]], list[Problem]]:
    """Each field with the columns that hold it."""
    placed: list[tuple[Field, ColumnMap]] = []
    problems: list[Problem] = []
    claimed = {name for column in said.columns.values() for name in column.columns}
    for field in TABLES[kind]:
        if field.name in said.columns:
            column = said.columns[field.name]
            for name in column.columns:
                _check_column(sheet, name, column.where)
            placed.append((field, column))
            continue
        if said.columns and field.name not in ("patient", "arm"):
            continue  # a mapping that names columns names all of them
        known = [name for name in sheet.columns if fits(field, name)[0] and name not in claimed]
        if len(known) > 1 and said.columns and field.name == "arm":
            continue
        if len(known) > 1:
            problems.append(_ambiguous(sheet, field, known))
        elif known:
            placed.append((_as_written(sheet, field, known[0]), ColumnMap((known[0],))))
            claimed.add(known[0])
    if not any(field.name == "patient" for field, _ in placed):
        problems.append(_no_patient(sheet))
    return placed, problems


def _as_written(sheet: Sheet, field: Field, column: str) -> Field:
    """A column called response holds yes and no, or best responses: its words tell."""
    best = field_of("patients", "best_response")
    if field.name != "responder" or best is None:
        return field
    spelled = {word.lower() for word in sheet.columns[column].words}
    return best if spelled & {"cr", "pr", "sd", "pd"} else field


def _ambiguous(sheet: Sheet, field: Field, known: list[str]) -> Problem:
    step = f"say which in a mapping file: columns: {{{field.name}: {known[0]}}}"
    return Problem(f"two columns could be {field.name}", sheet.name, ", ".join(known), None, step)


def _no_patient(sheet: Sheet) -> Problem:
    step = "state it in a mapping file: columns: {patient: NAME}, or {patient: {each: row}}"
    return Problem("no column names the patient", sheet.name, ", ".join(sheet.columns), None, step)


def _unit(sheet: Sheet, field: Field, column: ColumnMap, mapping: Mapping, problems: list[Problem]) -> str | None:
    """Unit of a field; None if it has none, empty if it is not known and the field can be left out."""
    if field.kind not in UNITS:
        return None
    unit = column.unit
    if unit is None and column.columns:
        unit = fits(field, column.columns[0])[1] or mapping.units.get(field.kind)
    units = UNITS[field.kind]
    if unit is None:
        if field.kind == "albumin":
            return ""
        step = f"--units {next(iter(units))}, or in a mapping file: {{column: …, unit: …}}"
        where = f"{sheet.name}, column {_shown(column)}"
        problems.append(Problem(f"the unit of {field.name} is not stated", where, None, ", ".join(units), step))
        return None
    if unit not in units:
        problems.append(Problem("the unit does not fit", column.where or sheet.name, unit, ", ".join(units)))
    return unit


def _shown(column: ColumnMap) -> str:
    return " / ".join(column.columns) or (f"constant {column.constant}" if column.constant else "each row")


def _left_out(sheet: Sheet, field: Field, column: ColumnMap) -> Finding:
    step = f"state it: --units {' or '.join(UNITS[field.kind])}"
    what = f"{field.name} has no unit and is left out"
    return Finding("unit-not-stated", "warning", what, sheet.name, _shown(column), next_step=step)


def _read(
    sheet: Sheet,
    table: Table,
    field: Field,
    column: ColumnMap,
    unit: str | None,
    mapping: Mapping,
    findings: list[Finding],
) -> dict[str, Array]:
    cells = cells_of(sheet, column)
    found = {}
    if field.kind == "length" and field.name == "diameter":
        reading, status = read_diameters(cells, mapping.missing, mapping.decimal)
        text = reading.noted["text"]
        if text.any():
            found["status"] = np.where(text, status, "")
        words = ", ".join(sorted({cells.text(row) for row in np.flatnonzero(text)[:1000]}))
        what = "text in a column of diameters is read as a status"
        findings += table.finding("text-in-numbers", "warning", what, text, field.name, words)
    else:
        reading = read_cells(cells, field, column, mapping, sheet.days_since)
    findings += cell_findings(cells, reading, table, field, mapping)
    factor = UNITS[field.kind][unit] if unit else 1.0
    return {**found, field.name: reading.values * factor if unit else reading.values}


def _unread_formulas(sheet: Sheet, table: Table) -> list[Finding]:
    """Formulas in columns that are not read do no harm here, but the file is not what its owner thinks."""
    found: list[Finding] = []
    for name in table.unused:
        cells = sheet.columns[name]
        bad = np.array([is_formula(word) for word in cells.words], bool)
        if bad.any():
            what = "a formula, or its error, stands in a column that is not read"
            found += table.finding("formula", "warning", what, bad[cells.codes], name)
    return found


def _without_undated(table: Table, mapping: Mapping) -> Table:
    """Rows of a scan without a whole date are left out if the mapping file says so."""
    if mapping.partial_dates != "leave out" or "date" not in table.columns or "time" in table.columns:
        return table
    keep = np.isfinite(table.columns["date"])
    columns = {name: values[keep] for name, values in table.columns.items()}
    return replace(table, columns=columns, row=table.row[keep])
