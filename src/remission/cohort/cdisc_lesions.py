"""Measurements of CDISC: of a node the short axis counts, of everything else the longest diameter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from remission.arrays import Bools, Texts
from remission.cohort.cdisc_select import coded, pick_reader, study_days, within
from remission.cohort.finding import SHOWN_ROWS, Finding
from remission.cohort.mapping import ColumnMap, TableMap
from remission.cohort.sheet import Coded, Sheet
from remission.errors import DataError

_NODE = "LYMPH NODE"
_SHORT_AXIS = ("LPERP", "SAXIS")
_LONGEST = ("LDIAM",)
_COUNTED = "DIAMETER"  # the one of the two that counts, in tables that say so
_STATE = "TUMSTATE"
_FIELDS = ("patient", "date", "time", "visit", "lesion", "organ", "is_node", "role", "diameter", "status")
Known = dict[tuple[str, str], tuple[str, str]]


def tr_lesions(
    sheet: Sheet, said: TableMap, identified: Sequence[Sheet], days: bool, findings: list[Finding]
) -> tuple[Sheet, TableMap]:
    """TR as a table of lesions; organ and role of each lesion come from TU.

    Parameters
    ----------
    sheet : Sheet
        TR.
    said : TableMap
        With the reader, if one was asked for.
    identified : sequence of Sheet
        TU.
    days : bool
        Whether study days are wanted beside the dates.
    findings : list of Finding
        Told of what was chosen.
    """
    known: Known = {}
    for one in identified:
        known |= _identified(one, said.reader)
    rows = pick_reader(sheet, "TR", said.reader, findings)
    test, link, date = coded(sheet, "TRTESTCD"), coded(sheet, "TRLNKID"), coded(sheet, "TRDTC")
    keys = list(zip(coded(sheet, "USUBJID").tolist(), link.tolist(), strict=True))
    organ = np.array([known.get(key, ("", ""))[0] for key in keys], np.str_)
    role = np.array([known.get(key, ("", ""))[1] for key in keys], np.str_)
    role = np.where(role == "", _roles(coded(sheet, "TRGRPID")), role)
    node = np.char.find(np.char.upper(organ), _NODE) >= 0
    counted = test == _COUNTED
    by_axis = np.where(node, np.isin(test, _SHORT_AXIS), np.isin(test, _LONGEST))
    measured = rows & (counted if (rows & counted).any() else by_axis)
    state = rows & (test == _STATE)
    undone = coded(sheet, "TRSTAT") == "NOT DONE"
    _check_units(sheet, measured)
    size = coded(sheet, "TRSTRESN")
    size = np.where(size == "", coded(sheet, "TRSTRESC"), size)
    by_length = rows & ~undone & node & np.isin(test, _LONGEST) & (size != "")
    visit = list(
        zip(*(part.tolist() for part in (coded(sheet, "USUBJID"), link, date, coded(sheet, "VISITNUM"))), strict=True)
    )
    findings += _unread_nodes(sheet, visit, by_length, measured & ~undone, role)
    status, alone = _states(sheet, keys, date, measured & ~undone, state, role)
    columns = {
        "patient": coded(sheet, "USUBJID"),
        "date": date,
        "visit": coded(sheet, "VISITNUM"),
        "lesion": link,
        "organ": organ,
        "is_node": np.where(node, "yes", "no"),
        "role": role,
        "diameter": np.where(measured & ~undone, size, ""),
        "status": np.where(undone, "not evaluable", status),
    }
    if "TRDTC" not in sheet.columns:
        del columns["date"]
    if "TRDY" in sheet.columns and (days or "TRDTC" not in sheet.columns):
        day = study_days(sheet.columns["TRDY"])
        columns["time"] = np.array(day.words, np.str_)[day.codes]
    planned = undone & (date == "") & ("TRDTC" in sheet.columns)
    return _as_table(sheet, columns, (measured | alone) & ~planned, _TR)


def _unread_nodes(
    sheet: Sheet,
    visit: Sequence[tuple[str, ...]],
    by_length: Bools,
    measured: Bools,
    role: Texts,
) -> list[Finding]:
    """Nodes of which a visit has the longest diameter and no diameter that counts; of non-targets less is lost."""
    sized = {visit[row] for row in np.flatnonzero(measured).tolist()}
    unread = by_length & np.array([key not in sized for key in visit], bool)
    what = "a node has a longest diameter and no short axis: its size is not read"
    step = "give the short axis (LPERP, SAXIS, NLDIAM); if accepted, the node is not measured at these visits"
    found: list[Finding] = []
    for severity, bad in (("error", unread & (role != "non-target")), ("warning", unread & (role == "non-target"))):
        if bad.any():
            numbers = tuple(sheet.row_number(int(row)) for row in np.flatnonzero(bad)[:SHOWN_ROWS])
            place = (sheet.name, "", numbers, int(bad.sum()), "")
            found.append(Finding("node-without-short-axis", severity, what, *place, step))  # type: ignore[arg-type]
    return found


def _states(
    sheet: Sheet,
    keys: Sequence[tuple[str, str]],
    date: Texts,
    measured: Bools,
    state: Bools,
    role: Texts,
) -> tuple[Texts, Bools]:
    """Status of each row, and the rows of states of lesions that were not measured at that visit.

    Of a target with a diameter the state says nothing more; of other lesions it says whether they progressed.
    """
    visit = [(*key, day, number) for key, day, number in zip(keys, date, coded(sheet, "VISITNUM"), strict=True)]
    word = coded(sheet, "TRSTRESC")
    told = {visit[row]: str(word[row]) for row in np.flatnonzero(state)}
    sized = {visit[row] for row in np.flatnonzero(measured).tolist()}
    status = np.array([told.get(key, "") for key in visit], np.str_)
    status = np.where(measured & (role == "target"), "", status)
    alone = np.zeros(len(visit), bool)
    alone[[row for row in np.flatnonzero(state) if visit[row] not in sized]] = True
    return status, alone


_TR = {
    "patient": "USUBJID",
    "date": "TRDTC",
    "time": "TRDY",
    "visit": "VISITNUM",
    "lesion": "TRLNKID",
    "organ": "TULOC of TU",
    "is_node": "is_node (from TULOC of TU)",
    "role": "TUSTRESC of TU",
    "diameter": "TRSTRESN",
    "status": "TRSTRESC",
}


def _identified(sheet: Sheet, wanted: str | None) -> Known:
    """Organ and role of each lesion of each subject, by one reader."""
    rows = pick_reader(sheet, "TU", wanted, [])
    parts = [coded(sheet, name)[rows].tolist() for name in ("USUBJID", "TULNKID", "TULOC")]
    roles = _roles(coded(sheet, "TUSTRESC"))[rows].tolist()
    return {(subject, link): (organ, role) for subject, link, organ, role in zip(*parts, roles, strict=True)}


def _roles(words: Texts) -> Texts:
    """Roles of lesions by the words of TUSTRESC and TRGRPID, such as ``NON-TARGET`` and ``NEW TARGET``."""
    upper = np.char.upper(words)

    def says(part: str) -> Bools:
        return np.asarray(np.char.find(upper, part) >= 0)

    target = np.where(says("NON"), "non-target", "target")
    return np.where(says("NEW"), "new", np.where(says("TARGET"), target, "")).astype(np.str_)


def _check_units(sheet: Sheet, rows: Bools) -> None:
    units = set(coded(sheet, "TRSTRESU")[rows].tolist()) - {""}
    if units - {"mm"}:
        found = ", ".join(sorted(units))
        raise DataError("diameters in another unit", where=f"{sheet.name}, column TRSTRESU", found=found, allowed="mm")


def adtr_lesions(sheet: Sheet, days: bool, findings: list[Finding]) -> tuple[Sheet, TableMap]:
    """ADTR as a table of lesions: LDIAMn, and of nodes NLDIAMn."""
    parameter = coded(sheet, "PARAMCD")
    node = (coded(sheet, "TULOCGR1") == "NODAL") | (np.char.find(coded(sheet, "TULOC"), _NODE) >= 0)
    node |= coded(sheet, "TULOCGR1") == "NODE"
    short, longest = np.char.startswith(parameter, "NLDIAM"), np.char.startswith(parameter, "LDIAM")
    rows = np.where(node, short, longest)
    role = np.full(sheet.rows, "target")
    visit = list(zip(*(coded(sheet, name).tolist() for name in ("USUBJID", "TRLNKID", "ADT", "AVISITN")), strict=True))
    findings += _unread_nodes(sheet, visit, node & longest & (coded(sheet, "AVAL") != ""), rows, role)
    what = "ADTR holds targets only: non-targets and new lesions are not known from it"
    findings.append(Finding("targets-only", "warning", what, sheet.name, "PARAMCD"))
    columns = {
        "patient": coded(sheet, "USUBJID"),
        "date": coded(sheet, "ADT"),
        "visit": coded(sheet, "AVISITN"),
        "lesion": coded(sheet, "TRLNKID"),
        "organ": coded(sheet, "TULOC"),
        "is_node": np.where(node, "yes", "no"),
        "role": role,
        "diameter": coded(sheet, "AVAL"),
    }
    if "ADT" not in sheet.columns:
        del columns["date"]
    if "ADY" in sheet.columns and (days or "ADT" not in sheet.columns):
        day = study_days(sheet.columns["ADY"])
        columns["time"] = np.array(day.words, np.str_)[day.codes]
    return _as_table(sheet, columns, rows, _ADTR)


_ADTR = {
    "patient": "USUBJID",
    "date": "ADT",
    "time": "ADY",
    "visit": "AVISITN",
    "lesion": "TRLNKID",
    "organ": "TULOC",
    "is_node": "TULOCGR1",
    "role": "role (target)",
    "diameter": "AVAL",
}


def _as_table(sheet: Sheet, columns: dict[str, Texts], rows: Bools, names: dict[str, str]) -> tuple[Sheet, TableMap]:
    """Columns as a sheet that keeps the file's name and row numbers."""
    made = {names[field]: _coded(values) for field, values in columns.items()}
    whole = replace(sheet, columns=made)
    units = {"diameter": "mm", "time": "days"}
    said = {field: ColumnMap((names[field],), unit=units.get(field)) for field in _FIELDS if field in columns}
    return within(whole, rows, names["lesion"]), TableMap("lesions", said)


def _coded(values: Texts) -> Coded:
    words, codes = np.unique(values, return_inverse=True)
    return Coded(tuple(words.tolist()), codes.astype(np.int32))
