"""Subjects of CDISC: ADSL, else DM, else the columns on subjects that every ADaM table carries; survival from ADTTE."""

from __future__ import annotations

import re
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from remission.cohort.cdisc_select import Tables, coded, of_parameter, within
from remission.cohort.finding import SHOWN_ROWS, Finding
from remission.cohort.mapping import ColumnMap, TableMap
from remission.cohort.sheet import Sheet
from remission.cohort.values import read_days

_MONTH = 365.25 / 12
_UNITS = {"days": 1.0, "weeks": 7.0, "months": _MONTH, "years": 365.25}
_UNIT_IN_LABEL = re.compile(r"\b(day|week|month|year)s?\b", re.IGNORECASE)
_ENDPOINTS = {"OS": "os", "PFS": "pfs"}
_EVENT = ("0", "0.0")
_NOTHING = ("", ".", "NA")
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
    names = _first_known(sheet, _OF_SUBJECTS)
    if "start_date" not in names:
        return sheet, TableMap("patients", names)
    column = names["start_date"].columns[0]
    kept = ~np.isin(coded(sheet, column), _NOTHING) | np.isin(coded(sheet, "USUBJID"), list(analysed))
    findings += _left_out(sheet, ~kept, column, "subjects without a start of treatment are left out")
    return within(sheet, kept, column), TableMap("patients", names)


def subjects_of_adam(sheet: Sheet) -> tuple[Sheet, TableMap]:
    """Subjects of an ADaM table with many rows a subject: the first row of each."""
    first = np.zeros(sheet.rows, bool)
    first[np.unique(coded(sheet, "USUBJID"), return_index=True)[1]] = True
    return within(sheet, first, "USUBJID"), TableMap("patients", _first_known(sheet, _OF_SUBJECTS))


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


def _left_out(sheet: Sheet, rows: NDArray[np.bool_], column: str, what: str) -> list[Finding]:
    if not rows.any():
        return []
    numbers = tuple(sheet.row_number(int(row)) for row in np.flatnonzero(rows)[:SHOWN_ROWS])
    return [Finding("rows-left-out", "warning", what, sheet.name, column, numbers, int(rows.sum()))]
