"""Competing risks: R's survival and cmprsk."""

from __future__ import annotations

import numpy as np

from remission.statistics.competing_risks import cumulative_incidence, gray_test
from remission.statistics.r_call import find_call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments, column, combined, split_terms, surv


def aalen_johansen(case: Case) -> Ours:
    """Cumulative incidence of all causes at given times, group by group.

    Examples
    --------
    >>> data = {"time": np.array([1.0, 2.0, 3.0]), "cause": np.array([1, 2, 0])}
    >>> call = "summary(survfit(Surv(time, factor(cause)) ~ 1), times=2)"
    >>> aalen_johansen(Case("a", "", "", call, {}, {}, 0, None, data, {})).values["cif2"].round(3)
    array([0.333])
    """
    arguments(case, "survival::survfit", "formula data subset")
    call = arguments(case, "summary", "object times extend")
    times = np.atleast_1d(call.value("times", default=case.inputs.get("times")))
    named = surv(case).named
    inside = find_call(named["event"], "factor") or find_call(named["event"], "as.factor")
    text = named["event"] if inside is None else inside.positional[0]
    time, cause = (np.asarray(column(case, name), dtype=float) for name in (named["time"], text))
    terms = split_terms(case)[1]
    group = combined([column(case, term) for term in terms]) if terms else np.zeros(time.size, int)
    curves = [cumulative_incidence(time[group == g], cause[group == g]) for g in np.unique(group)]
    values: dict[str, object] = {"time": np.tile(times, len(curves))}
    for kind in map(int, np.unique(cause[cause > 0])):
        found = [curve.at(times, kind) for curve in curves]
        values |= {f"cif{kind}": np.concatenate([one[0] for one in found])}
        values |= {f"se{kind}": np.concatenate([one[1] for one in found])}
    return Ours(values)


@case_kind("cmprsk::cuminc(")
def gray(case: Case) -> Ours:
    """Gray's test of each cause."""
    call = arguments(case, "cmprsk::cuminc", "ftime fstatus group rho cencode subset")
    rho, censored = float(call.value("rho", default=0.0)), float(call.value("cencode", default=0.0))
    time, cause = (np.asarray(column(case, call.named[name]), dtype=float) for name in ("ftime", "fstatus"))
    group = column(case, call.named["group"])
    cause = np.where(cause == censored, 0.0, cause)
    causes = [int(kind) for kind in np.unique(cause[cause > 0])]
    tests = [gray_test(time, cause, group, of=kind, rho=rho) for kind in causes]
    values = {"stat": [test.chi_square for test in tests], "p": [test.p_value for test in tests]}
    return Ours(values | {"df": [test.degrees_of_freedom for test in tests]})
