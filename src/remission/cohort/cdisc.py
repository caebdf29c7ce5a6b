"""CDISC tables: SDTM tumour domains (TU, TR, RS) and ADaM (ADSL, ADTR, ADRS, ADTTE) as tables of a cohort.

Each becomes what a mapping file could have said of it, so that all that follows is the same code. SDTM
Implementation Guide 3.4, tumour domains; ADaM Implementation Guide 1.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remission.cohort.cdisc_lesions import adtr_lesions, tr_lesions
from remission.cohort.cdisc_select import coded, pick_reader, study_days, within
from remission.cohort.finding import SHOWN_ROWS, Finding
from remission.cohort.mapping import ColumnMap, TableMap
from remission.cohort.sheet import Sheet
from remission.cohort.values import read_days
from remission.errors import DataError

Chosen = tuple[Sheet, TableMap]
_MONTH = 365.25 / 12
_UNITS = {"days": 1.0, "weeks": 7.0, "months": _MONTH, "years": 365.25}
_ENDPOINTS = {"OS": "os", "PFS": "pfs"}
_ARMS = ("TRT01A", "TRT01P", "ACTARM", "ARM")


def is_cdisc(sheet: Sheet) -> bool:
    """Whether a sheet is one of the CDISC tables that are known.

    Examples
    --------
    >>> is_cdisc(Sheet("patients.csv", {}, 0, ""))
    False
    """
    return "USUBJID" in sheet.columns and domain_of(sheet) is not None


def domain_of(sheet: Sheet) -> str | None:
    """Name of the CDISC table, by the columns that only it has; None if it is none of those known."""
    has = sheet.columns.keys()
    if "PARAMCD" in has:
        return "ADTTE" if "CNSR" in has else "ADTR" if "TRLNKID" in has else "ADRS" if "AVALC" in has else None
    marks = {"TR": "TRTESTCD", "RS": "RSTESTCD", "TU": "TULNKID", "ADSL": "TRTSDT"}
    return next((name for name, column in marks.items() if column in has), None)


def cdisc_tables(chosen: Sequence[Chosen]) -> tuple[list[Chosen], list[Finding]]:
    """CDISC sheets as tables of a cohort, and what must be said of the way.

    Measurements come from TR with TU, else from ADTR; responses of visits from RS, else from ADRS.

    Raises
    ------
    DataError
        If TR comes without TU, or no row is left of a table.
    """
    by_domain: dict[str, list[Chosen]] = {}
    for sheet, said in chosen:
        by_domain.setdefault(domain_of(sheet) or "", []).append((sheet, said))
    findings: list[Finding] = []
    tables: list[Chosen] = []
    for domain, convert in _CONVERT.items():
        for sheet, said in by_domain.get(domain, []):
            replaced = _REPLACED_BY.get(domain)
            if replaced in by_domain and domain != "ADRS":
                what = f"{domain} is not read: {replaced} holds the measurements"
                findings.append(Finding("table-not-read", "warning", what, sheet.name))
                continue
            tables += convert(sheet, said, by_domain, findings)
    return tables, findings


def _adsl(sheet: Sheet, said: TableMap, by_domain: dict[str, list[Chosen]], findings: list[Finding]) -> list[Chosen]:
    """Subjects; those who never began treatment are left out, and counted."""
    started = ~np.isin(coded(sheet, "TRTSDT"), ("", "."))
    findings += _left_out(sheet, ~started, "TRTSDT", "subjects without a start of treatment are left out")
    names = {
        "patient": ("USUBJID",),
        "arm": _ARMS,
        "age": ("AGE",),
        "sex": ("SEX",),
        "start_date": ("TRTSDT",),
        "birth_date": ("BRTHDT", "BRTHDTC"),
        "death_date": ("DTHDT", "DTHDTC"),
        "last_seen_date": ("LSTALVDT",),
        "drug_stop_date": ("TRTEDT",),
    }
    return [(within(sheet, started, "TRTSDT"), TableMap("patients", _first_known(sheet, names)))]


def _first_known(sheet: Sheet, names: dict[str, tuple[str, ...]]) -> dict[str, ColumnMap]:
    """Of several columns that could hold a field, the first that the sheet has with any content."""
    found = {}
    for field, candidates in names.items():
        for name in candidates:
            if name in sheet.columns and (coded(sheet, name) != "").any():
                found[field] = ColumnMap((name,))
                break
    return found


def _adtte(sheet: Sheet, said: TableMap, by_domain: dict[str, list[Chosen]], findings: list[Finding]) -> list[Chosen]:
    """Overall and progression-free survival; CNSR 0 is an event, all else censored."""
    tables: list[Chosen] = []
    for parameter, field in _ENDPOINTS.items():
        rows = coded(sheet, "PARAMCD") == parameter
        if not rows.any():
            continue
        part = within(sheet, rows, "PARAMCD")
        censored = {word.lower(): "no" if word in ("0", "0.0") else "yes" for word in part.columns["CNSR"].words}
        columns = {
            "patient": ColumnMap(("USUBJID",)),
            field: ColumnMap(("AVAL",), unit=time_unit(part)),
            f"{field}_censored": ColumnMap(("CNSR",), values=censored),
        }
        if "ADSL" not in by_domain:
            columns |= _first_known(part, {"arm": _ARMS})
        tables.append((part, TableMap("patients", columns)))
    return tables


def time_unit(sheet: Sheet) -> str | None:
    """Unit of AVAL: as AVALU says, else as the dates of event and start say; None if neither does."""
    if "AVALU" in sheet.columns:
        stated = {word.lower().rstrip("s") + "s" for word in sheet.columns["AVALU"].words if word}
        return stated.pop() if len(stated) == 1 and stated <= set(_UNITS) else None
    if not {"ADT", "STARTDT"} <= sheet.columns.keys():
        return None
    end, start = (read_days(sheet.columns[name], ("",)).values for name in ("ADT", "STARTDT"))
    days = end - start + 1.0
    value = np.array([float(word) if word else np.nan for word in coded(sheet, "AVAL")])
    known = np.isfinite(days) & np.isfinite(value)
    for unit, factor in _UNITS.items():
        # Both ways of counting the first day are in use.
        if known.any() and (np.abs(value * factor - days)[known] <= 1.0 + 0.02 * factor).mean() > 0.95:
            return unit
    return None


def _adrs(sheet: Sheet, said: TableMap, by_domain: dict[str, list[Chosen]], findings: list[Finding]) -> list[Chosen]:
    """Best responses, and responses of visits where there is no RS."""
    parameter = coded(sheet, "PARAMCD")
    tables: list[Chosen] = []
    for code, field in (("BOR", "best_response"), ("CBOR", "confirmed_response")):
        rows = (parameter == code) & ~np.isin(coded(sheet, "AVALC"), ("", "NA", "MISSING"))
        if rows.any():
            columns = {"patient": ColumnMap(("USUBJID",)), field: ColumnMap(("AVALC",))}
            tables.append((within(sheet, rows, "PARAMCD"), TableMap("patients", columns)))
    rows = parameter == "OVR"
    if rows.any() and "RS" not in by_domain:
        columns = {name: ColumnMap((column,)) for name, column in _OVR.items() if column in sheet.columns}
        tables.append((within(sheet, rows, "PARAMCD"), TableMap("responses", columns)))
    return tables


_OVR = {"patient": "USUBJID", "date": "ADT", "response": "AVALC"}


def _rs(sheet: Sheet, said: TableMap, by_domain: dict[str, list[Chosen]], findings: list[Finding]) -> list[Chosen]:
    """Overall responses of visits, by RECIST or iRECIST."""
    rows = pick_reader(sheet, "RS", said.reader, findings) & (coded(sheet, "RSTESTCD") == "OVRLRESP")
    if "RSSTAT" in sheet.columns:
        rows &= coded(sheet, "RSSTAT") != "NOT DONE"
    if not rows.any():
        raise DataError("no overall response (RSTESTCD OVRLRESP) is left", where=sheet.name)
    category = coded(sheet, "RSCAT") if "RSCAT" in sheet.columns else np.full(sheet.rows, "RECIST 1.1")
    tables = []
    for field, mine in (("iresponse", category == "iRECIST"), ("response", category != "iRECIST")):
        if not (rows & mine).any():
            continue
        columns = {"patient": ColumnMap(("USUBJID",)), field: ColumnMap(("RSSTRESC",))}
        part = within(sheet, rows & mine, "RSTESTCD")
        if "RSDY" in part.columns:
            part = replace(part, columns={**part.columns, "RSDY": study_days(part.columns["RSDY"])})
        if "RSDTC" in sheet.columns:
            columns["date"] = ColumnMap(("RSDTC",))
        if "RSDY" in sheet.columns and ("ADSL" not in by_domain or "RSDTC" not in sheet.columns):
            columns["time"] = ColumnMap(("RSDY",), unit="days")
        tables.append((part, TableMap("responses", columns)))
    return tables


def _tr(sheet: Sheet, said: TableMap, by_domain: dict[str, list[Chosen]], findings: list[Finding]) -> list[Chosen]:
    if "TU" not in by_domain:
        step = "give the TU file too: it says which lesions are targets, and where they lie"
        raise DataError("TR comes without TU", where=sheet.name, next_step=step)
    return [tr_lesions(sheet, said, [one for one, _ in by_domain["TU"]], findings)]


def _adtr(sheet: Sheet, said: TableMap, by_domain: dict[str, list[Chosen]], findings: list[Finding]) -> list[Chosen]:
    return [adtr_lesions(sheet, findings)]


Convert = Callable[[Sheet, TableMap, dict[str, list[Chosen]], list[Finding]], list[Chosen]]
_CONVERT: dict[str, Convert] = {"ADSL": _adsl, "ADTTE": _adtte, "ADRS": _adrs, "TR": _tr, "ADTR": _adtr, "RS": _rs}
_REPLACED_BY = {"ADTR": "TR"}


def _left_out(sheet: Sheet, rows: NDArray[np.bool_], column: str, what: str) -> list[Finding]:
    if not rows.any():
        return []
    numbers = [sheet.row_number(int(row)) for row in np.flatnonzero(rows)[:SHOWN_ROWS]]
    found: Any = tuple(numbers)
    return [Finding("rows-left-out", "warning", what, sheet.name, column, found, int(rows.sum()))]
