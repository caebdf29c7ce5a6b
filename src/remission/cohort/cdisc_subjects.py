"""Subjects of CDISC: ADSL, else DM, else the columns on subjects that every ADaM table carries; survival from ADTTE."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

import numpy as np

from remission.arrays import Bools
from remission.cohort.cdisc_select import Tables, coded, of_parameter, within
from remission.cohort.finding import SHOWN_ROWS, Finding
from remission.cohort.mapping import ColumnMap, TableMap
from remission.cohort.sheet import Coded, Sheet
from remission.cohort.values import read_days

_MONTH = 365.25 / 12
_UNITS = {"days": 1.0, "weeks": 7.0, "months": _MONTH, "years": 365.25}
_UNIT_IN_LABEL = re.compile(r"\b(day|week|month|year)s?\b", re.IGNORECASE)
_ENDPOINTS = {"OS": "os", "PFS": "pfs"}
_EVENT = ("0", "0.0")
_NOTHING = ("", ".", "NA")
_ONGOING = "ONGOING"
# Planned before actual: trials compare those whom they randomised.
_ARMS = ("TRT01P", "TRT01A", "ACTARM", "ARM")
_OF_SUBJECTS = {
    "patient": ("USUBJID",),
    "arm": _ARMS,
    "age": ("AGE",),
    "sex": ("SEX",),
    "start_date": ("TRTSDT", "RFXSTDTC", "RFSTDTC"),
    "birth_date": ("BRTHDT", "BRTHDTC"),
    "death_date": ("DTHDT", "DTHDTC"),
    "last_seen_date": ("LSTALVDT", "RFPENDTC"),
    "drug_stop_date": ("TRTEDT", "RFXENDTC"),
}


def subjects(sheet: Sheet, analysed: Collection[str], findings: list[Finding]) -> tuple[Sheet, TableMap]:
    """Subjects of ADSL or DM; those who never began treatment, nor are ``analysed``, are left out, and counted."""
    sheet, names = _with_end_of_treatment(sheet, _first_known(sheet, _OF_SUBJECTS), findings)
    if "start_date" not in names:
        return sheet, TableMap("patients", names)
    column = names["start_date"].columns[0]
    kept = ~np.isin(coded(sheet, column), _NOTHING) | np.isin(coded(sheet, "USUBJID"), list(analysed))
    findings += _left_out(sheet, ~kept, column, "subjects without a start of treatment are left out")
    return within(sheet, kept, column), TableMap("patients", names)


def subjects_of_adam(sheet: Sheet, findings: list[Finding]) -> tuple[Sheet, TableMap]:
    """Subjects of an ADaM table with many rows a subject: the first row of each."""
    first = np.zeros(sheet.rows, bool)
    first[np.unique(coded(sheet, "USUBJID"), return_index=True)[1]] = True
    sheet = within(sheet, first, "USUBJID")
    sheet, names = _with_end_of_treatment(sheet, _first_known(sheet, _OF_SUBJECTS), findings)
    return sheet, TableMap("patients", names)


def _with_end_of_treatment(
    sheet: Sheet, names: dict[str, ColumnMap], findings: list[Finding]
) -> tuple[Sheet, dict[str, ColumnMap]]:
    """The last dose is the end of treatment of those who are not still treated.

    EOTSTT says who is; else the end of the study (EOSSTT) or death says that treatment is over. Of the others
    the last dose is taken as the end, which is told.
    """
    status = np.char.upper(coded(sheet, "EOTSTT"))
    ongoing = status == _ONGOING
    if "EOTSTT" in sheet.columns:
        said = {word.lower(): "yes" if word.upper() == _ONGOING else "no" for word in set(status.tolist())}
        names = {**names, "on_treatment": ColumnMap(("EOTSTT",), values={w: v for w, v in said.items() if w})}
    if "drug_stop_date" not in names:
        return sheet, names
    column = names["drug_stop_date"].columns[0]
    last = coded(sheet, column)
    off_study = ~np.isin(np.char.upper(coded(sheet, "EOSSTT")), (*_NOTHING, _ONGOING))
    dead = ~np.isin(coded(sheet, names["death_date"].columns[0]), _NOTHING) if "death_date" in names else off_study
    unsaid = ~np.isin(last, _NOTHING) & np.isin(status, _NOTHING) & ~off_study & ~dead
    what = "the last dose is taken as the end of treatment: no EOTSTT, end of study or death says so"
    if unsaid.any():
        rows = tuple(sheet.row_number(int(row)) for row in np.flatnonzero(unsaid)[:SHOWN_ROWS])
        step = "give EOTSTT (ONGOING for those still treated) in ADSL"
        place = (sheet.name, column, rows, int(unsaid.sum()))
        findings.append(Finding("end-of-treatment-assumed", "warning", what, *place, next_step=step))
    words, codes = np.unique(np.where(ongoing, "", last), return_inverse=True)
    ended = Coded(tuple(words.tolist()), codes.astype(np.int32))
    return replace(sheet, columns={**sheet.columns, column: ended}), names


def _first_known(sheet: Sheet, names: dict[str, tuple[str, ...]]) -> dict[str, ColumnMap]:
    """Of several columns that could hold a field, the first that the sheet has with any content."""
    found = {}
    for field, candidates in names.items():
        for name in candidates:
            if name in sheet.columns and not np.isin(coded(sheet, name), _NOTHING).all():
                found[field] = ColumnMap((name,))
                break
    return found


def survival(sheet: Sheet, findings: list[Finding]) -> Tables:
    """Overall and progression-free survival of ADTTE; CNSR 0 is an event, all other numbers are censored."""
    tables: Tables = []
    for parameter, field in _ENDPOINTS.items():
        rows = of_parameter(sheet, parameter, findings)
        if not rows.any():
            continue
        part = within(sheet, rows, "PARAMCD")
        words = [word for word in part.columns["CNSR"].words if word not in _NOTHING]
        censored = {word.lower(): "no" if word in _EVENT else "yes" for word in words if _is_number(word)}
        columns = {
            "patient": ColumnMap(("USUBJID",)),
            field: ColumnMap(("AVAL",), unit=time_unit(part)),
            f"{field}_censored": ColumnMap(("CNSR",), values=censored),
        }
        tables.append((part, TableMap("patients", columns)))
    return tables


def time_unit(sheet: Sheet) -> str | None:
    """Unit of AVAL: as AVALU or PARAM says, else as the dates of event and start do; None if none of them does."""
    stated = {f"{word.lower().rstrip('s')}s" for word in coded(sheet, "AVALU").tolist() if word}
    if not stated:
        stated = {f"{word.lower()}s" for label in set(coded(sheet, "PARAM")) for word in _UNIT_IN_LABEL.findall(label)}
    if stated:
        return stated.pop() if len(stated) == 1 and stated <= set(_UNITS) else None
    if not {"ADT", "STARTDT"} <= sheet.columns.keys():
        return None
    end, start = (
        read_days(sheet.columns[name], _NOTHING[:1], since=sheet.days_since).values for name in ("ADT", "STARTDT")
    )
    days = end - start + 1.0
    value = np.array([float(word) if _is_number(word) else np.nan for word in coded(sheet, "AVAL").tolist()])
    known = np.isfinite(days) & np.isfinite(value)
    for unit, factor in _UNITS.items():
        # Both ways of counting the first day are in use.
        if known.any() and (np.abs(value * factor - days)[known] <= 1.0 + 0.02 * factor).mean() > 0.95:
            return unit
    return None


def _is_number(word: str) -> bool:
    try:
        return bool(np.isfinite(float(word)))
    except ValueError:
        return False


def _left_out(sheet: Sheet, rows: Bools, column: str, what: str) -> list[Finding]:
    if not rows.any():
        return []
    numbers = tuple(sheet.row_number(int(row)) for row in np.flatnonzero(rows)[:SHOWN_ROWS])
    return [Finding("rows-left-out", "warning", what, sheet.name, column, numbers, int(rows.sum()))]
