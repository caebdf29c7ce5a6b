"""Tables of several files become one cohort: patients found by their identifier, dates counted from the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from remission.arrays import Array, Ints, Texts
from remission.cohort.cohort import Cohort, Origin, Scans, Source
from remission.cohort.days import START, begin_days, day_of_scans, differing_days
from remission.cohort.finding import Finding
from remission.cohort.interpret import Table
from remission.cohort.patient_table import PatientRows, merge_patients, places
from remission.errors import DataError, Problem

ALL = "all"
NOT_STATED = "not stated"
_DATES = {
    "drug_stop": "drug_stop_date",
    "second_course": "second_course_date",
    "next_line": "next_line_date",
}
_DAYS_PER_YEAR = 365.25


def build(
    name: str, title: str, tables: Sequence[Table], sources: Sequence[Source], findings: Sequence[Finding] = ()
) -> Cohort:
    """One cohort from interpreted tables.

    Parameters
    ----------
    name, title : str
    tables : sequence of Table
    sources : sequence of Source
        One for each table, in the same order.
    findings : sequence of Finding
        What was met while reading.

    Raises
    ------
    DataError
        If a patient has no identifier.
    """
    ids = _identifiers(tables)
    rows = merge_patients([table for table in tables if table.kind == "patients"], ids)
    arms = _arms(tables, ids, rows)
    columns, origins = dict(rows.columns), dict(rows.origins)
    begun = begin_days(tables, ids, columns, origins)
    begun += differing_days(tables, ids, columns.get(START))
    columns, origins = _derived(columns, origins)
    scans = {kind: _scans(kind, tables, ids, columns.get(START)) for kind in ("lesions", "responses", "changes")}
    order = _order(arms)
    place = np.empty(len(ids), np.int64)
    place[order] = np.arange(len(ids))
    return Cohort(
        name,
        title,
        ids[order],
        arms[order],
        {field: values[order] for field, values in columns.items()},
        {field: replace(at, row=at.row[order]) for field, at in origins.items()},
        _renumbered(scans["lesions"], place),
        _renumbered(scans["responses"], place),
        _renumbered(scans["changes"], place),
        tuple(sources),
        (*findings, *begun, *rows.findings, *_strangers(tables, rows, ids), *_two_arms(tables, ids)),
    )


def _identifiers(tables: Sequence[Table]) -> Texts:
    """All identifiers, in order of first appearance; those of the tables of patients first."""
    ordered = sorted(tables, key=lambda table: table.kind != "patients")
    problems = [
        Problem("a patient has no identifier", f"{table.file}, row {table.row[np.flatnonzero(lacking)[0]]}")
        for table in ordered
        if (lacking := table.columns["patient"] == "").any()
    ]
    if problems:
        raise DataError(problems)
    found = [_distinct(table.columns["patient"]) for table in ordered]
    return _distinct(np.concatenate(found))


def _distinct(names: Array) -> Texts:
    values, first = np.unique(names, return_index=True)
    return np.asarray(values[np.argsort(first, kind="stable")], np.str_)


def _arms(tables: Sequence[Table], ids: Texts, rows: PatientRows) -> Texts:
    """Arm of each patient; scans tell it where no table of patients does."""
    arms = np.asarray(rows.columns.get("arm", np.full(len(ids), "", np.str_)), object)
    for table in tables:
        if table.kind != "patients" and "arm" in table.columns:
            patient, arm = places(ids, table.columns["patient"]), table.columns["arm"]
            first = np.unique(patient, return_index=True)[1]
            who = patient[first]
            arms[who] = np.where(arms[who] == "", arm[first], arms[who])
    if not (arms != "").any():
        return np.full(len(ids), ALL)
    return np.asarray(np.where(arms == "", NOT_STATED, arms), np.str_)


def _two_arms(tables: Sequence[Table], ids: Texts) -> list[Finding]:
    """Patients whose scans stand in more than one arm: an identifier may be used twice."""
    found: list[Finding] = []
    for table in tables:
        if table.kind == "patients" or "arm" not in table.columns:
            continue
        patient, arm = places(ids, table.columns["patient"]), table.columns["arm"]
        _, first, codes = np.unique(patient, return_index=True, return_inverse=True)
        bad = arm != arm[first[codes]]
        what = "a patient has scans in two arms"
        step = "if identifiers repeat between studies, state `patient: [STUDY, ID]` in a mapping file"
        name = str(table.columns["patient"][np.flatnonzero(bad)[0]]) if bad.any() else ""
        found += table.finding("two-arms", "error", what, bad, "arm", name, step)
    return found


def _order(arms: Texts) -> Ints:
    """Patients in order of arm, the arms in order of first appearance."""
    values, first, codes = np.unique(arms, return_index=True, return_inverse=True)
    rank = np.empty(len(values), np.int64)
    rank[np.argsort(first)] = np.arange(len(values))
    return np.argsort(rank[codes], kind="stable")


def _derived(columns: dict[str, Array], origins: dict[str, Origin]) -> tuple[dict[str, Array], dict[str, Origin]]:
    """Events from censor flags, times from dates; a field that a file states is left as it is."""

    def put(field: str, values: Array, source: str) -> None:
        if field not in columns:
            columns[field], origins[field] = values, origins[source]

    for end in ("os", "pfs"):
        if f"{end}_censored" in columns:
            put(f"{end}_event", 1.0 - columns[f"{end}_censored"], f"{end}_censored")
    start = columns.get(START)
    if start is None:
        return columns, origins
    for field, date in _DATES.items():
        if date in columns:
            put(field, columns[date] - start, date)
    if "birth_date" in columns:
        put("age", (start - columns["birth_date"]) / _DAYS_PER_YEAR, "birth_date")
    nothing = np.full(len(start), np.nan)
    death, seen = columns.get("death_date", nothing), columns.get("last_seen_date", nothing)
    if "os" not in columns and ("death_date" in columns or "last_seen_date" in columns):
        died = np.isfinite(death)
        source = "last_seen_date" if "last_seen_date" in columns else "death_date"
        last = np.where(died, death, seen) - start
        put("os", last, source)
        put("os_event", np.where(np.isfinite(last), died.astype(float), np.nan), source)
    if "pfs" not in columns and "progression_date" in columns and "os" in columns:
        progressed = columns["progression_date"] - start
        # A progression after the last contact keeps its day: the audit tells that the two contradict each other.
        put("pfs", np.where(np.isfinite(progressed), progressed, columns["os"]), "progression_date")
        event = np.isfinite(progressed) | (columns["os_event"] == 1)
        put("pfs_event", np.where(np.isfinite(columns["pfs"]), event.astype(float), np.nan), "progression_date")
    return columns, origins


def _scans(kind: str, tables: Sequence[Table], ids: Texts, start: Array | None) -> Scans | None:
    mine = [(number, table) for number, table in enumerate(tables) if table.kind == kind]
    if not mine:
        return None
    names = {name for _, table in mine for name in table.columns} - {"patient", "arm", "time", "date"}
    parts: dict[str, list[Array]] = {name: [] for name in ("patient", "time_day", "file", "row", *names)}
    for number, table in mine:
        patient = places(ids, table.columns["patient"])
        parts["patient"].append(patient)
        begun = np.full(len(ids), np.nan) if start is None else start
        parts["time_day"].append(day_of_scans(table, patient, begun))
        parts["file"].append(np.full(len(table), number, np.int16))
        parts["row"].append(table.row)
        for name in names:
            parts[name].append(table.columns.get(name, np.full(len(table), _empty(name, mine))))
    joined = {name: np.concatenate(values) for name, values in parts.items()}
    return Scans(joined.pop("patient"), joined, joined.pop("file"), joined.pop("row"))


def _empty(name: str, tables: list[tuple[int, Table]]) -> Any:
    text = any(table.columns[name].dtype.kind == "U" for _, table in tables if name in table.columns)
    return "" if text else np.nan


def _strangers(tables: Sequence[Table], rows: PatientRows, ids: Texts) -> list[Finding]:
    """Patients with scans of whom the tables of patients know nothing."""
    if not rows.known.any():
        return []
    found: list[Finding] = []
    for table in tables:
        if table.kind != "patients":
            bad = ~rows.known[places(ids, table.columns["patient"])]
            what = "scans of patients who are in no table of patients"
            found += table.finding("unknown-patient", "warning", what, bad, "patient")
    return found


def _renumbered(scans: Scans | None, place: Ints) -> Scans | None:
    if scans is None:
        return None
    return Scans(place[scans.patient], scans.columns, scans.file, scans.row)
