"""CDISC tables: SDTM (DM, TU, TR, RS) and ADaM (ADSL, ADTR, ADRS, ADTTE) as tables of a cohort.

Each becomes what a mapping file could have said of it, so that all that follows is the same code. SDTM
Implementation Guide 3.4, tumour domains; ADaM Implementation Guide 1.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remission.cohort.cdisc_lesions import adtr_lesions, tr_lesions
from remission.cohort.cdisc_responses import adrs_responses, rs_responses
from remission.cohort.cdisc_select import Chosen, Tables
from remission.cohort.cdisc_subjects import subjects, subjects_of_adam, survival
from remission.cohort.finding import Finding
from remission.cohort.mapping import TableMap
from remission.cohort.sheet import Sheet
from remission.errors import DataError

_MARKS = {"TR": "TRTESTCD", "RS": "RSTESTCD", "TU": "TULNKID", "ADSL": "TRTSDT", "DM": "RFSTDTC"}
_RESPONSE_PARAMETERS = ("BOR", "CBOR", "OVR")
_WITH_SUBJECTS = ("ADTTE", "ADRS", "ADTR")


def is_cdisc(sheet: Sheet) -> bool:
    """Whether a sheet is one of the CDISC tables that are known.

    Examples
    --------
    >>> is_cdisc(Sheet("patients.csv", {}, 0, ""))
    False
    """
    sheet = _in_capitals(sheet)
    return "USUBJID" in sheet.columns and domain_of(sheet) is not None


def is_other_cdisc(sheet: Sheet) -> bool:
    """Whether a sheet is a CDISC table of another kind, such as adverse events.

    Examples
    --------
    >>> is_other_cdisc(Sheet("patients.csv", {}, 0, ""))
    False
    """
    return _in_capitals(sheet).columns.keys() >= {"STUDYID", "USUBJID"} and not is_cdisc(sheet)


def domain_of(sheet: Sheet) -> str | None:
    """Name of the CDISC table, by the columns that only it has; None if it is none of those known."""
    has = sheet.columns.keys()
    if "PARAMCD" in has:
        if "CNSR" in has or "TRLNKID" in has:
            return "ADTTE" if "CNSR" in has else "ADTR"
        return "ADRS" if any(word.startswith(_RESPONSE_PARAMETERS) for word in sheet.columns["PARAMCD"].words) else None
    return next((name for name, column in _MARKS.items() if column in has), None)


def cdisc_tables(chosen: Sequence[Chosen]) -> tuple[Tables, list[Finding]]:
    """CDISC sheets as tables of a cohort, and what must be said of the way.

    Subjects come from ADSL, else from DM, else from the other ADaM tables; measurements from TR with TU, else
    from ADTR; responses of visits from RS, else from ADRS.

    Raises
    ------
    DataError
        If TR comes without TU or TU without TR, or no row is left of a table.
    """
    tables_of: dict[str, Tables] = {}
    for sheet, said in chosen:
        sheet = _in_capitals(sheet)
        tables_of.setdefault(domain_of(sheet) or "", []).append((sheet, said))
    findings: list[Finding] = []
    tables = _subjects(tables_of, findings)
    # Study days count from a day of their own: they serve where no table of subjects says when treatment began.
    days = not any("start_date" in said.columns for _, said in tables)
    for sheet, _ in tables_of.get("ADTTE", []):
        tables += survival(sheet, findings)
    for sheet, said in tables_of.get("ADRS", []):
        tables += adrs_responses(sheet, said, "RS" not in tables_of, days, findings)
    tables += _lesions(tables_of, days, findings)
    for sheet, said in tables_of.get("RS", []):
        tables += rs_responses(sheet, said, days, findings)
    return tables, findings


def _in_capitals(sheet: Sheet) -> Sheet:
    """CDISC names are capitals; exports often are not."""
    return replace(sheet, columns={name.upper(): column for name, column in sheet.columns.items()})


def _subjects(tables_of: dict[str, Tables], findings: list[Finding]) -> Tables:
    for domain in ("ADSL", "DM"):
        if domain in tables_of:
            if domain == "ADSL":
                findings += _not_read(tables_of.get("DM", []), "DM is not read: ADSL holds the subjects")
            # Who is randomised and never treated still lives or dies in ADTTE.
            analysed = {word for sheet, _ in tables_of.get("ADTTE", []) for word in sheet.columns["USUBJID"].words}
            return [subjects(sheet, analysed, findings) for sheet, _ in tables_of[domain]]
    return [subjects_of_adam(sheet, findings) for domain in _WITH_SUBJECTS for sheet, _ in tables_of.get(domain, [])]


def _lesions(tables_of: dict[str, Tables], days: bool, findings: list[Finding]) -> Tables:
    identified = [sheet for sheet, _ in tables_of.get("TU", [])]
    measured, analysed = tables_of.get("TR", []), tables_of.get("ADTR", [])
    if measured and not identified:
        step = "give the TU file too: it says which lesions are targets, and where they lie"
        raise DataError("TR comes without TU", where=measured[0][0].name, next_step=step)
    if identified and not measured:
        step = "give the TR file too: it holds the measurements"
        raise DataError("TU comes without TR", where=identified[0].name, next_step=step)
    if not measured:
        return [adtr_lesions(sheet, days, findings) for sheet, _ in analysed]
    findings += _not_read(analysed, "ADTR is not read: TR holds the measurements")
    return [tr_lesions(sheet, said, identified, days, findings) for sheet, said in measured]


def _not_read(tables: Tables, what: str) -> list[Finding]:
    return [Finding("table-not-read", "warning", what, sheet.name) for sheet, _ in tables]


__all__ = ["TableMap", "cdisc_tables", "domain_of", "is_cdisc", "is_other_cdisc"]
