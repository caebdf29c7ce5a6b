"""Measurements of CDISC: of a node the short axis counts, of everything else the longest diameter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from remission.cohort.cdisc_select import coded, pick_reader, study_days, within
from remission.cohort.finding import Finding
from remission.cohort.mapping import ColumnMap, TableMap
from remission.cohort.sheet import Coded, Sheet
from remission.errors import DataError

_NODE = "LYMPH NODE"
_SHORT_AXIS = ("LPERP", "SAXIS")
_LONGEST = ("LDIAM",)
_STATE = "TUMSTATE"
_ROLES = {"TARGET": "target", "NON-TARGET": "non-target", "NEW": "new"}
_FIELDS = ("patient", "date", "time", "lesion", "organ", "is_node", "role", "diameter", "status")
Known = dict[tuple[str, str], tuple[str, str]]


def tr_lesions(
    sheet: Sheet, said: TableMap, identified: Sequence[Sheet], findings: list[Finding]
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
    findings : list of Finding
        Told of what was chosen.
    """
    known: Known = {}
    for one in identified:
        known |= _identified(one, said.reader)
    rows = pick_reader(sheet, "TR", said.reader, findings)
    test, link = coded(sheet, "TRTESTCD"), coded(sheet, "TRLNKID")
    keys = list(zip(coded(sheet, "USUBJID").tolist(), link.tolist(), strict=True))
    organ = np.array([known.get(key, ("", ""))[0] for key in keys], np.str_)
    role = np.array([known.get(key, ("", ""))[1] for key in keys], np.str_)
    group = np.array([_ROLES.get(word.upper(), "") for word in coded(sheet, "TRGRPID").tolist()], np.str_)
    role = np.where(role == "", group, role)
    node = np.char.find(np.char.upper(organ), _NODE) >= 0
    measured = np.where(node, np.isin(test, _SHORT_AXIS), np.isin(test, _LONGEST))
    state = test == _STATE
    # Of a lesion with a diameter the state says nothing more.
    rows &= measured | (state & (role != "target"))
    _check_units(sheet, rows & measured)
    size = coded(sheet, "TRSTRESN")
    size = np.where(size == "", coded(sheet, "TRSTRESC"), size)
    undone = coded(sheet, "TRSTAT") == "NOT DONE"
    status = np.where(undone, "not evaluable", np.where(state, coded(sheet, "TRSTRESC"), ""))
    columns = {
        "patient": coded(sheet, "USUBJID"),
        "date": coded(sheet, "TRDTC"),
        "lesion": link,
        "organ": organ,
        "is_node": np.where(node, "yes", "no"),
        "role": role,
        "diameter": np.where(measured & ~undone, size, ""),
        "status": status,
    }
    if "TRDTC" not in sheet.columns:
        del columns["date"]
        days = study_days(sheet.columns["TRDY"])
        columns["time"] = np.array(days.words, np.str_)[days.codes]
    return _as_table(sheet, columns, rows, _TR)


_TR = {
    "patient": "USUBJID",
    "date": "TRDTC",
    "time": "TRDY",
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
    parts = [coded(sheet, name)[rows].tolist() for name in ("USUBJID", "TULNKID", "TULOC", "TUSTRESC")]
    return {
        (subject, link): (organ, _ROLES.get(role.upper(), ""))
        for subject, link, organ, role in zip(*parts, strict=True)
    }


def _check_units(sheet: Sheet, rows: NDArray[np.bool_]) -> None:
    units = set(coded(sheet, "TRSTRESU")[rows].tolist()) - {""}
    if units - {"mm"}:
        found = ", ".join(sorted(units))
        raise DataError("diameters in another unit", where=f"{sheet.name}, column TRSTRESU", found=found, allowed="mm")


def adtr_lesions(sheet: Sheet, findings: list[Finding]) -> tuple[Sheet, TableMap]:
    """ADTR as a table of lesions: LDIAMn, and of nodes NLDIAMn."""
    parameter = coded(sheet, "PARAMCD")
    node = (coded(sheet, "TULOCGR1") == "NODAL") | (np.char.find(coded(sheet, "TULOC"), _NODE) >= 0)
    node |= coded(sheet, "TULOCGR1") == "NODE"
    short, longest = np.char.startswith(parameter, "NLDIAM"), np.char.startswith(parameter, "LDIAM")
    rows = np.where(node, short, longest)
    what = "ADTR holds targets only: non-targets and new lesions are not known from it"
    findings.append(Finding("targets-only", "warning", what, sheet.name, "PARAMCD"))
    columns = {
        "patient": coded(sheet, "USUBJID"),
        "date": coded(sheet, "ADT"),
        "lesion": coded(sheet, "TRLNKID"),
        "organ": coded(sheet, "TULOC"),
        "is_node": np.where(node, "yes", "no"),
        "role": np.full(sheet.rows, "target"),
        "diameter": coded(sheet, "AVAL"),
    }
    names = {"patient": "USUBJID", "date": "ADT", "lesion": "TRLNKID", "organ": "TULOC", "diameter": "AVAL"}
    return _as_table(sheet, columns, rows, {**names, "is_node": "TULOCGR1", "role": "role (target)"})


def _as_table(
    sheet: Sheet, columns: dict[str, NDArray[np.str_]], rows: NDArray[np.bool_], names: dict[str, str]
) -> tuple[Sheet, TableMap]:
    """Columns as a sheet that keeps the file's name and row numbers."""
    made = {names[field]: _coded(values) for field, values in columns.items()}
    whole = Sheet(sheet.name, made, sheet.rows, sheet.sha256, sheet.typed, sheet.numbers)
    units = {"diameter": "mm", "time": "days"}
    said = {field: ColumnMap((names[field],), unit=units.get(field)) for field in _FIELDS if field in columns}
    return within(whole, rows, names["lesion"]), TableMap("lesions", said)


def _coded(values: NDArray[np.str_]) -> Coded:
    words, codes = np.unique(values, return_inverse=True)
    return Coded(tuple(words.tolist()), codes.astype(np.int32))
