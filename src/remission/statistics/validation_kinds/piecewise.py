"""Piecewise exponential hazards in simtrial."""

from __future__ import annotations

import numpy as np

from remission.statistics.piecewise_exponential import piecewise_exponential
from remission.statistics.validation import Case, Ours, case_kind
from remission.statistics.validation_kinds.formula import arguments, column, surv


@case_kind("simtrial::fit_pwexp(")
def simtrial_piecewise(case: Case) -> Ours:
    """Time at risk, events, rates and minus twice the log likelihood of each stretch."""
    call = arguments(case, "simtrial::fit_pwexp", "srv intervals")
    lengths = np.atleast_1d(call.value("intervals", default=3))
    named = surv(case).named
    time = np.asarray(column(case, named["time"]), dtype=float)
    event = np.asarray(column(case, named["event"])) != 0
    fit = piecewise_exponential(time, event, np.cumsum(lengths))
    values = {"intervals": [*lengths, np.inf], "ttot": fit.exposure, "event": fit.events, "rate": fit.rate}
    return Ours(values | {"m2ll": -2 * fit.log_likelihood})
