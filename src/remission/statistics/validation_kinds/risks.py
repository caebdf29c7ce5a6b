"""Competing risks: R's survival and cmprsk."""

from __future__ import annotations

import numpy as np

from remission.statistics.competing_risks import cumulative_incidence, gray_test
from remission.statistics.r_call import find_call
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import column


@case_kind("summary(survival::survfit(Surv(time,factor(cause))")
def aalen_johansen(case: Case) -> Ours:
    """Cumulative incidence of both causes at given times, arm by arm."""
    call = find_call(case.call, "summary")
    times = call.value("times") if call else case.inputs["times"]
    time, cause = (np.asarray(column(case, name), dtype=float) for name in ("time", "cause"))
    groups = [np.ones(time.size, dtype=bool)]
    if "~arm" in case.call.replace(" ", ""):
        arm = column(case, "arm")
        groups = [arm == label for label in np.unique(arm)]
    curves = [cumulative_incidence(time[g], cause[g]) for g in groups]
    values: dict[str, object] = {"time": np.tile(times, len(groups))}
    for kind in (1, 2):
        found = [curve.at(times, kind) for curve in curves]
        values |= {f"cif{kind}": np.concatenate([one[0] for one in found])}
        values |= {f"se{kind}": np.concatenate([one[1] for one in found])}
    return Ours(values)


@case_kind("cmprsk::cuminc(")
def gray(case: Case) -> Ours:
    """Gray's test of each cause."""
    call = find_call(case.call, "cmprsk::cuminc")
    rho = float(call.value("rho", default=0.0)) if call else 0.0
    time, cause, arm = (np.asarray(column(case, name), dtype=float) for name in ("time", "cause", "arm"))
    causes = [int(kind) for kind in np.unique(cause[cause > 0])]
    tests = [gray_test(time, cause, arm, of=kind, rho=rho) for kind in causes]
    values = {"stat": [test.chi_square for test in tests], "p": [test.p_value for test in tests]}
    return Ours(values | {"df": [test.degrees_of_freedom for test in tests]})
