"""Recorded responses of CDISC: of visits from RS or ADRS, best responses from ADRS; by RECIST, iRECIST or both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from remission.arrays import Bools, Texts
from remission.cohort.cdisc_select import Tables, coded, of_parameter, pick_reader, study_days, within
from remission.cohort.finding import Finding
from remission.cohort.mapping import ColumnMap, TableMap
from remission.cohort.sheet import Sheet
from remission.errors import DataError

_BEST = {"BOR": "best_response", "CBOR": "confirmed_response"}
_UNKNOWN = ("", "NA", "MISSING")
_IRECIST = ("icr", "ipr", "isd", "iupd", "icpd", "ine", "non-icr/non-iupd")


def adrs_responses(sheet: Sheet, said: TableMap, visits: bool, days: bool, findings: list[Finding]) -> Tables:
    """Best responses of ADRS, and responses of visits if they are asked for; ``days`` as for `rs_responses`."""
    tables: Tables = []
    for code, field in _BEST.items():
        rows = of_parameter(sheet, code, findings) & ~np.isin(coded(sheet, "AVALC"), _UNKNOWN)
        # A best response by iRECIST is another end point than the one of RECIST.
        rows &= ~_by_irecist(coded(sheet, "AVALC"))
        if rows.any():
            columns = {"patient": ColumnMap(("USUBJID",)), field: ColumnMap(("AVALC",))}
            tables.append((within(sheet, rows, "PARAMCD"), TableMap("patients", columns)))
    rows = of_parameter(sheet, "OVR", findings) if visits else np.zeros(sheet.rows, bool)
    if rows.any():
        part = within(sheet, rows, "PARAMCD")
        part = within(part, pick_reader(part, "RS", said.reader, findings), "RSEVAL")
        tables += _by_criteria(part, "AVALC", "ADT", "ADY" if days else None)
    return tables


def rs_responses(sheet: Sheet, said: TableMap, days: bool, findings: list[Finding]) -> Tables:
    """Overall responses of visits in RS; ``days`` asks for study days beside the dates.

    Raises
    ------
    DataError
        If no overall response is left.
    """
    rows = pick_reader(sheet, "RS", said.reader, findings) & (coded(sheet, "RSTESTCD") == "OVRLRESP")
    rows &= ~((coded(sheet, "RSSTAT") == "NOT DONE") & (coded(sheet, "RSSTRESC") == ""))
    recist = np.char.find(np.char.upper(coded(sheet, "RSCAT")), "RECIST") >= 0
    if (rows & recist).any():
        rows &= recist  # other criteria, such as symptomatic deterioration, stand in the same table
    if not rows.any():
        raise DataError("no overall response (RSTESTCD OVRLRESP) is left", where=sheet.name)
    return _by_criteria(within(sheet, rows, "RSTESTCD"), "RSSTRESC", "RSDTC", "RSDY" if days else None)


def _by_criteria(sheet: Sheet, response: str, date: str, day: str | None) -> Tables:
    """One table for RECIST, one for iRECIST: as RSCAT says, else as the words do."""
    category = np.char.upper(coded(sheet, "RSCAT"))
    words = coded(sheet, response)
    irecist = np.where(category == "", _by_irecist(words), np.char.find(category, "IRECIST") >= 0)
    if "RSCAT" not in sheet.columns and irecist.any():
        irecist = np.ones(sheet.rows, bool)  # NE is a word of both
    when = {}
    if date in sheet.columns:
        when["date"] = ColumnMap((date,))
    if day is not None and day in sheet.columns:
        sheet = replace(sheet, columns={**sheet.columns, day: study_days(sheet.columns[day])})
        when["time"] = ColumnMap((day,), unit="days")
    tables: Tables = []
    for field, mine in (("iresponse", irecist), ("response", ~irecist)):
        if mine.any():
            columns = {"patient": ColumnMap(("USUBJID",)), field: ColumnMap((response,)), **when}
            tables.append((within(sheet, mine, response), TableMap("responses", columns)))
    return tables


def _by_irecist(words: Texts) -> Bools:
    return np.asarray(np.isin(np.char.lower(words), _IRECIST))
