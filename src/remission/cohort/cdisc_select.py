"""Rows of a CDISC table: by reader, by parameter."""

from __future__ import annotations

import re

import numpy as np

from remission.arrays import Bools, Texts
from remission.cohort.finding import Finding
from remission.cohort.mapping import TableMap
from remission.cohort.sheet import Coded, Sheet
from remission.errors import DataError

Chosen = tuple[Sheet, TableMap]
Tables = list[Chosen]
_NUMBER = re.compile(r"-?\d+(\.\d+)?\Z")
_INVESTIGATOR = "INVESTIGATOR"


def coded(sheet: Sheet, name: str) -> Texts:
    """A column as text; empty cells where the sheet has no such column.

    Examples
    --------
    >>> coded(Sheet("a.csv", {}, 2, ""), "RSEVAL").tolist()
    ['', '']
    """
    column = sheet.columns.get(name)
    if column is None:
        return np.full(sheet.rows, "", np.str_)
    return np.array(column.words or ("",), np.str_)[column.codes]


def study_days(column: Coded) -> Coded:
    """Study days as days from the first dose: CDISC calls the first dose day 1 and knows no day 0.

    Examples
    --------
    >>> study_days(Coded(("1", "42", "-3", ""), np.arange(4, dtype=np.int32))).words
    ('0', '41', '-3', '')
    """
    words = [f"{float(word) - (float(word) > 0):g}" if _NUMBER.match(word) else word for word in column.words]
    return Coded(tuple(words), column.codes)


def within(sheet: Sheet, rows: Bools, column: str) -> Sheet:
    """Some rows of a sheet.

    Raises
    ------
    DataError
        If none is left.
    """
    if not rows.any():
        raise DataError("no row is left of the table", where=f"{sheet.name}, column {column}")
    return sheet.only(rows)


def of_parameter(sheet: Sheet, code: str, findings: list[Finding]) -> Bools:
    """Rows of an ADaM parameter: of that name, else of the only one whose name begins with it (``PFSINV``).

    Raises
    ------
    DataError
        If there are several of which none has the plain name.
    """
    parameter = coded(sheet, "PARAMCD")
    names = sorted({name for name in parameter.tolist() if name.startswith(code)})
    if not names or code in names:
        return np.asarray(parameter == code)
    if len(names) > 1:
        step = f"choose one in a mapping file: rows: {{PARAMCD: {names[0]}}}, with kind and columns of this file"
        where = f"{sheet.name}, column PARAMCD"
        raise DataError(f"several parameters could be {code}", where=where, found=", ".join(names), next_step=step)
    what = f"the parameter {names[0]} is read as {code}"
    findings.append(Finding("parameter-by-prefix", "warning", what, sheet.name, "PARAMCD"))
    return np.asarray(parameter == names[0])


def pick_reader(sheet: Sheet, domain: str, wanted: str | None, findings: list[Finding]) -> Bools:
    """Rows of one reader: the one asked for, else the investigator.

    Parameters
    ----------
    sheet : Sheet
    domain : str
        ``TU``, ``TR`` or ``RS``.
    wanted : str or None
        Content of --EVAL or --EVALID.
    findings : list of Finding
        Told if there were several readers and none was asked for.

    Raises
    ------
    DataError
        If there is no such reader.
    """
    who, which = coded(sheet, f"{domain}EVAL"), coded(sheet, f"{domain}EVALID")
    readers = sorted(set(np.where(which == "", who, which).tolist()))
    if wanted is not None:
        rows = (who == wanted) | (which == wanted)
        if not rows.any():
            allowed = ", ".join(readers)
            raise DataError("there is no such reader", where=sheet.name, found=wanted, allowed=allowed)
        return rows
    if len(readers) == 1:
        return np.ones(sheet.rows, bool)
    rows = (who == _INVESTIGATOR) & (which == "")
    if not rows.any():
        step = "state `reader: NAME` of this file in a mapping file"
        raise DataError("several readers", where=sheet.name, found=", ".join(readers), next_step=step)
    what = f"of {len(readers)} readers the investigator is read; another: `reader: {readers[-1]}` in a mapping file"
    findings.append(Finding("several-readers", "warning", what, sheet.name, f"{domain}EVAL", found=", ".join(readers)))
    return rows
