"""The data of a case as its R call names them: which rows, which column is the group, the stratum, the
covariates."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.statistics.r_call import Call, closing, find_call, split_arguments
from remission.statistics.r_value import evaluate
from remission.statistics.validation import Case

_NOT_READ = ("cluster(", "offset(", "frailty(", "tt(", "pspline(", "ridge(", "ns(", "poly(")


class Formula(NamedTuple):
    """``Surv(time, event) ~ terms + strata(s)``, looked up.

    Parameters
    ----------
    time : ndarray, shape (patients,)
    event : ndarray of bool, shape (patients,)
    entry : ndarray, shape (patients,), or None
        Where follow-up starts later than at zero.
    terms : tuple of str
        As they are written, without strata.
    covariates : ndarray, shape (patients, columns)
        The terms as numbers: categories as indicators of all but the first, interactions as products.
    group : ndarray of int, shape (patients,), or None
        The combination of all terms that each patient belongs to, in R's order.
    strata : ndarray of int, shape (patients,), or None
    """

    time: Floats
    event: Bools
    entry: Floats | None
    terms: tuple[str, ...]
    covariates: Floats
    group: np.ndarray | None
    strata: np.ndarray | None


def arguments(case: Case, function: str, formals: str) -> Call:
    """Arguments of a call that must be there, all named; one that is not read here is refused.

    Raises
    ------
    DataError
        If the case does not call the function, or gives it an argument that is not listed.

    Examples
    --------
    >>> case = Case("a", "", "", "f(3, k=2)", {}, {}, 0, None, {}, {})
    >>> arguments(case, "f", "x k").value("x")
    3.0
    """
    call = find_call(case.call, function)
    if call is None:
        raise DataError("the case does not call this function", where=case.id, found=function)
    return call.matched(formals)


def table(case: Case) -> dict[str, np.ndarray]:
    """Columns of the data set, and of those only the rows that the call keeps.

    ``subset(d, arm == 1)``, ``d[d$arm == 1, ]`` and ``subset = arm == 1`` are understood.

    Examples
    --------
    >>> data = {"table": {"arm": [0, 1]}, "arm": np.array([0, 1])}
    >>> table(Case("a", "", "", "f(data=subset(d, arm==1))", {}, {}, 0, None, data, {}))
    {'arm': array([1])}
    """
    columns = {name: case.data[name] for name in case.data.get("table", case.data)}
    condition = _condition(case.call)
    if condition is None:
        return columns
    kept = np.asarray(evaluate(condition, {**columns, "d": columns}), dtype=bool)
    return {name: values[kept] for name, values in columns.items()}


def _condition(call: str) -> str | None:
    """The text of the condition on rows."""
    whole = find_call(call, "subset")
    if whole is not None and whole.positional[:1] == ("d",):
        return whole.named.get("subset", whole.positional[1] if len(whole.positional) > 1 else None)
    match = re.search(r"(?<![\w.$])d\[(?![\[,'\"])", call)
    if match:
        inside = call[match.end() : closing(call, match.end() - 1)]
        return split_arguments(inside)[0] if "," in inside else None
    match = re.search(r"[(,]\s*subset\s*=(?!=)", call)
    return split_arguments(call[match.end() : _end(call, match.end())])[0] if match else None


def _end(text: str, start: int) -> int:
    """Where the bracket that holds a place closes."""
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth < 0:
            return place
    return len(text)


def column(case: Case, text: str) -> np.ndarray:
    """The value of an expression of columns, such as ``d$age`` or ``stratum == 'B'``.

    Examples
    --------
    >>> case = Case("a", "", "", "", {}, {}, 0, None, {"event": np.array([1, 0])}, {})
    >>> column(case, "0*d$event")
    array([0., 0.])
    """
    columns = table(case)
    try:
        return np.asarray(evaluate(text, {**columns, "d": columns}))
    except DataError as error:
        raise DataError("the data of this case have no such column", where=case.id, found=text) from error


def surv(case: Case) -> Call:
    """The ``Surv()`` of a call, its arguments named: ``time``, ``event``, and ``time2`` or ``entry``.

    Examples
    --------
    >>> case = Case("a", "", "", "f(Surv(left, right, type='interval2') ~ arm)", {}, {}, 0, None, {}, {})
    >>> dict(surv(case).named)
    {'type': "'interval2'", 'time': 'left', 'time2': 'right'}
    """
    found = find_call(case.call, "Surv")
    if found is None:
        raise DataError("no survival formula in this call", where=case.id, found=case.call)
    if "interval2" in found.named.get("type", ""):
        return found.matched("time time2 type")
    many = len(found.positional) + sum(name in found.named for name in ("time", "time2", "event"))
    return found.matched("entry time event type" if many == 3 else "time event type")


def formula(case: Case) -> Formula:
    """Time, event, terms and strata of the survival formula in a call.

    Examples
    --------
    >>> data = {"time": np.array([1.0, 2.0]), "event": np.array([1, 0]), "arm": np.array([0, 1])}
    >>> case = Case("a", "", "", "f(Surv(time,event)~arm,data=d)", {}, {}, 0, None, data, {})
    >>> formula(case).terms
    ('arm',)
    """
    named = surv(case).named
    time = np.asarray(column(case, named["time"]), dtype=float)
    event = np.asarray(column(case, named["event"])) != 0 if "event" in named else np.ones(time.size, bool)
    entry = np.asarray(column(case, named["entry"]), dtype=float) if "entry" in named else None
    strata, terms = split_terms(case)
    return Formula(
        time, event, entry, tuple(terms), design(case, terms, time.size),
        combined([column(case, term) for term in terms]) if terms and not _crossed(terms) else None,
        combined([column(case, each) for each in strata]) if strata else None,
    )  # fmt: skip


def _crossed(terms: list[str]) -> bool:
    return any(":" in term or "*" in term for term in terms)


def split_terms(case: Case) -> tuple[list[str], list[str]]:
    """What is inside ``strata()``, and the other terms of the formula, as text.

    Examples
    --------
    >>> case = Case("a", "", "", "f(Surv(t, e) ~ arm + strata(s), data=d)", {}, {}, 0, None, {}, {})
    >>> split_terms(case)
    (['s'], ['arm'])
    """
    match = re.search(r"Surv\(", case.call)
    start = closing(case.call, match.end() - 1) + 1 if match else 0
    match = re.compile(r"\s*~\s*").match(case.call, start)
    if match is None:
        raise DataError("no survival formula in this call", where=case.id, found=case.call)
    right = split_arguments(case.call[match.end() : _end(case.call, match.end())])[0]
    strata, terms = [], []
    for part in _sum(right):
        if part.startswith("strata("):
            strata += split_arguments(part[len("strata(") : -1])
        elif part.startswith(_NOT_READ) or part.startswith("-"):
            raise DataError("this term of a formula is not read here", where=case.id, found=part)
        elif part != "1":
            terms.append(part)
    return strata, terms


def _sum(text: str) -> list[str]:
    """Cut at the plus signs that are in no bracket."""
    parts, depth, current = [], 0, ""
    for mark in text:
        depth += (mark in "([") - (mark in ")]")
        if mark == "+" and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += mark
    return [*parts, current.strip()]


def combined(columns: list[np.ndarray]) -> np.ndarray:
    """Codes of the combinations of several columns, the first varying slowest.

    Examples
    --------
    >>> combined([np.array(["b", "a", "a"]), np.array([1, 1, 2])])
    array([2, 0, 1])
    """
    code = np.zeros(len(columns[0]), dtype=np.int64)
    for values in columns:
        labels, place = np.unique(values, return_inverse=True)
        code = code * labels.size + place
    return np.asarray(np.unique(code, return_inverse=True)[1])


def design(case: Case, terms: list[str], rows: int) -> Floats:
    """Columns of numbers for the terms of a formula, main effects before interactions.

    Examples
    --------
    >>> data = {"arm": np.array([0, 1]), "sex": np.array(["f", "m"])}
    >>> design(Case("a", "", "", "", {}, {}, 0, None, data, {}), ["arm*sex"], 2)
    array([[0., 0., 0.],
           [1., 1., 1.]])
    """
    main: list[str] = []
    products: list[str] = []
    for term in terms:
        bare = re.sub(r"\([^()]*\)", "", term)
        if "*" in bare:
            parts = [part.strip() for part in term.split("*")]
            main += [part for part in parts if part not in main]
            products.append(":".join(parts))
        elif ":" in bare:
            products.append(term)
        elif term not in main:
            main.append(term)
    columns = [one for term in main for one in _coded(column(case, term))]
    for product in products:
        factors = [_coded(column(case, part)) for part in product.split(":")]
        combinations = [np.ones(rows)]
        for factor in factors:
            combinations = [left * right for right in factor for left in combinations]
        columns += combinations
    return np.array(columns, dtype=float).reshape(len(columns), rows).T


def _coded(values: np.ndarray) -> list[Floats]:
    """A number as it is; categories as indicators of all but the first."""
    if values.dtype.kind in "fiub":
        return [values.astype(float)]
    return [(values == label).astype(float) for label in np.unique(values)[1:]]


def members(case: Case, given: Formula | None = None) -> list[Bools]:
    """Which patients belong to each group of the formula, in R's order; one group without terms.

    Examples
    --------
    >>> data = {"time": np.array([1.0, 2.0]), "event": np.array([1, 0]), "arm": np.array([0, 1])}
    >>> case = Case("a", "", "", "f(Surv(time,event)~arm,data=d)", {}, {}, 0, None, data, {})
    >>> len(members(case))
    2
    """
    read = given or formula(case)
    if read.group is None:
        return [np.ones(read.time.size, dtype=bool)]
    return [read.group == code for code in np.unique(read.group)]


def two_arms(case: Case) -> tuple[Floats, Bools, np.ndarray]:
    """Columns time, event and arm as they are in most data sets.

    Examples
    --------
    >>> data = {"time": np.array([1.0]), "event": np.array([1]), "arm": np.array([0])}
    >>> two_arms(Case("a", "", "", "", {}, {}, 0, None, data, {}))[2]
    array([0])
    """
    columns = table(case)
    return (
        np.asarray(columns["time"], dtype=float),
        np.asarray(columns["event"], dtype=float) != 0,
        np.asarray(columns["arm"]),
    )
