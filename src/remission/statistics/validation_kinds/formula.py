"""The data of a case as its R formula names them: which column is the group, the stratum, the covariates."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import numpy as np

from remission.errors import DataError
from remission.statistics.inputs import Bools, Floats
from remission.statistics.validation import Case

_SURV = re.compile(r"Surv\(\s*([^,()]+?)\s*,\s*([^,()]+?)\s*\)\s*~\s*([^,]+?)\s*(?:,|\)$)")


class Formula(NamedTuple):
    """``Surv(time, event) ~ terms + strata(s)``, looked up."""

    time: Floats
    event: Bools
    terms: tuple[str, ...]
    covariates: Floats
    strata: Any


def column(case: Case, name: str) -> np.ndarray:
    """A column by name; ``d$name``, ``0*name`` and ``name==value`` are understood.

    Examples
    --------
    >>> case = Case("a", "", "", "", {}, {}, 0, None, {"event": np.array([1, 0])}, {})
    >>> column(case, "0*d$event")
    array([0., 0.])
    """
    text = name.strip().removeprefix("as.numeric(").removeprefix("factor(").rstrip(")").replace("d$", "")
    if "==" in text:
        left, right = (part.strip() for part in text.split("=="))
        return np.asarray(column(case, left).astype(str) == right.strip("'\""), dtype=float)
    if "*" in text:
        factor, rest = text.split("*", 1)
        return float(factor) * column(case, rest)
    if text not in case.data:
        raise DataError("the data of this case have no such column", where=case.id, found=name)
    return np.asarray(case.data[text])


def formula(case: Case) -> Formula:
    """Time, event, terms and strata of the first survival formula in a call.

    Examples
    --------
    >>> data = {"time": np.array([1.0, 2.0]), "event": np.array([1, 0]), "arm": np.array([0, 1])}
    >>> case = Case("a", "", "", "f(Surv(time,event)~arm,data=d)", {}, {}, 0, None, data, {})
    >>> formula(case).terms
    ('arm',)
    """
    match = _SURV.search(case.call + ",")
    if match is None:
        raise DataError("no survival formula in this call", where=case.id, found=case.call)
    strata, terms = None, []
    for part in _terms(match[3]):
        if part.startswith("strata("):
            strata = column(case, part[len("strata(") : -1])
        elif part != "1":
            terms.append(part)
    time = np.asarray(column(case, match[1]), dtype=float)
    columns = [np.asarray(column(case, term), dtype=float) for term in terms]
    event = np.asarray(column(case, match[2]), dtype=float) != 0
    return Formula(time, event, tuple(terms), np.array(columns).T, strata)


def _terms(text: str) -> list[str]:
    return [part.strip() for part in text.split("+")]


def arms(case: Case, given: Formula | None = None) -> list[tuple[Floats, Bools]]:
    """Time and event of each group of the formula in sorted order; one pair without a group.

    Examples
    --------
    >>> data = {"time": np.array([1.0, 2.0]), "event": np.array([1, 0]), "arm": np.array([0, 1])}
    >>> case = Case("a", "", "", "f(Surv(time,event)~arm,data=d)", {}, {}, 0, None, data, {})
    >>> len(arms(case))
    2
    """
    read = given or formula(case)
    if not read.terms:
        return [(read.time, read.event)]
    group = column(case, read.terms[0])
    return [(read.time[group == label], read.event[group == label]) for label in np.unique(group)]


def two_arms(case: Case) -> tuple[Floats, Bools, np.ndarray]:
    """Columns time, event and arm as they are in most data sets.

    Examples
    --------
    >>> data = {"time": np.array([1.0]), "event": np.array([1]), "arm": np.array([0])}
    >>> two_arms(Case("a", "", "", "", {}, {}, 0, None, data, {}))[2]
    array([0])
    """
    return (
        np.asarray(case.data["time"], dtype=float),
        np.asarray(case.data["event"], dtype=float) != 0,
        np.asarray(case.data["arm"]),
    )
