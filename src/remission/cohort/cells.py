"""Cells of a field read by its kind, and what must be said of those that could not be."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from remission.arrays import Bools
from remission.cohort.fields import Field
from remission.cohort.finding import Finding
from remission.cohort.mapping import ColumnMap, Mapping
from remission.cohort.sheet import Coded, Sheet, joined
from remission.cohort.values import Reading, read_days, read_flags, read_names, read_numbers, read_words

if TYPE_CHECKING:
    from remission.cohort.interpret import Table


def cells_of(sheet: Sheet, column: ColumnMap) -> Coded:
    """Cells of a field: of one column, of several joined, or made up as the mapping file says."""
    if column.each_row:
        words = tuple(str(number + 2) for number in range(sheet.rows))
        return Coded(words, np.arange(sheet.rows, dtype=np.int32))
    if column.constant is not None and not column.columns:
        return Coded((column.constant,), np.zeros(sheet.rows, np.int32))
    return joined([sheet.columns[name] for name in column.columns])


def read_cells(cells: Coded, field: Field, column: ColumnMap, mapping: Mapping, days_since: date | None) -> Reading:
    """Cells as the field's kind is read; ``days_since`` as in `Sheet`."""
    if field.kind == "name":
        return read_names(cells, mapping.missing)
    if field.kind == "flag":
        return read_flags(cells, mapping.missing, column.values)
    if field.kind == "word":
        # Not evaluable is an answer, not a missing one.
        return read_words(cells, mapping.missing, field.words or {}, column.values)
    if field.kind == "date":
        return read_days(cells, mapping.missing, mapping.date_format, mapping.partial_dates, days_since)
    return read_numbers(cells, mapping.missing, mapping.decimal)


_WHAT = {
    "flag": "neither true nor false",
    "word": "the word is not known",
    "date": "not a date",
}


def cell_findings(cells: Coded, reading: Reading, table: Table, field: Field, mapping: Mapping) -> list[Finding]:
    """What was met in the cells of a field: formulas, unreadable cells, dates that lack a day or were numbers."""
    found: list[Finding] = []

    def note(rule: str, severity: str, what: str, bad: Bools, step: str = "") -> None:
        first = cells.text(int(np.flatnonzero(bad)[0])) if bad.any() else ""
        found.extend(table.finding(rule, severity, what, bad, field.name, first, step))

    formula = reading.noted["formula"]
    note("formula", "error", "a formula, or its error, stands in a cell", formula, "save the values, not the formulas")
    bad = reading.bad & ~formula
    step = _step_for(field)
    rule = {"flag": "unknown-word", "word": "unknown-word", "date": "not-a-date"}.get(field.kind, "text-in-numbers")
    note(rule, "error", _WHAT.get(field.kind, "text in a column of numbers"), bad, step)
    partial = reading.noted.get("partial")
    if partial is not None:
        placed = mapping.partial_dates
        severity = "error" if placed == "refuse" else "warning"
        said = {"refuse": "", "leave out": ": their rows are left out"}.get(placed, f": placed on the {placed} day")
        step = "complete them, or state `partial_dates: first` (or middle, leave out) in a mapping file"
        note("partial-dates", severity, f"dates lack a day{said}", partial, step)
        what = "numbers without a format of dates are read as days since 1960"
        note("dates-as-numbers", "warning", what, reading.noted["serial"])
    return found


def _step_for(field: Field) -> str:
    if field.kind == "date":
        return "write dates as 2014-03-06, or state `date_format` in a mapping file"
    if field.kind == "word":
        allowed = ", ".join(dict.fromkeys((field.words or {}).values()))
        return f"use one of {allowed}; or say in a mapping file what it means: values: {{…: …}}"
    if field.kind == "flag":
        return "use 1 and 0; or say in a mapping file what it means: values: {…: yes}"
    return "correct the cells, or add the word to `missing` in a mapping file (decimal comma: `decimal: ','`)"
