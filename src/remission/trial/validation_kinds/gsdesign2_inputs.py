"""What a call of gsDesign2 is about: its strata, its weight, and the design that follows from its looks."""

from __future__ import annotations

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.r_call import Call
from remission.statistics.r_value import evaluate
from remission.statistics.validation import Case
from remission.trial.hazard import Accrual, Hazard
from remission.trial.scenario import Scenario, Stratum
from remission.trial.validation_kinds.gsdesign2_information import Series, Weighted, average, weighted
from remission.trial.validation_kinds.reading import array, definition
from remission.trial.validation_kinds.three_informations import Design, Rule


def strata_of(case: Case, call: Call) -> list[Scenario]:
    """A scenario for each stratum, with its own enrolment and hazards.

    Raises
    ------
    DataError
        If enrolment and hazards name other strata.
    """
    enrol = definition(case, call.named["enroll_rate"], "gsDesign2::define_enroll_rate")
    fail = definition(case, call.named["fail_rate"], "gsDesign2::define_fail_rate")
    enrol, fail = enrol.matched("duration rate stratum"), fail.matched("duration fail_rate dropout_rate hr stratum")
    names, enrolled = stratum_names(fail), stratum_names(enrol)
    if set(names) != set(enrolled):
        raise DataError("enrolment and hazards have other strata", where=case.id, found=f"{enrolled}, {names}")
    found = []
    for name in dict.fromkeys(names):
        rows = [i for i, other in enumerate(enrolled) if other == name]
        lengths, rates = (column[rows] for column in columns(enrol, "duration", "rate"))
        accrual = Accrual(tuple(rates), tuple(np.cumsum(lengths)))
        stratum = _stratum(fail, [i for i, other in enumerate(names) if other == name], name)
        found.append(Scenario(accrual, (stratum,), float(call.value("ratio", default=1.0))))
    return found


def stratum_names(call: Call) -> list[str]:
    """Stratum of each row of a table; all one where none is named."""
    count = max(np.size(evaluate(text)) for name, text in call.named.items() if name != "stratum")
    given = call.value("stratum", default="All")
    return [str(given)] * count if isinstance(given, str) else [str(name) for name in given]


def columns(call: Call, *names: str) -> list[Floats]:
    """Columns of a table, each as long as the longest; hazard ratios left out are 1, dropout is 0."""
    columns = [array(call, name, {"hr": 1.0, "dropout_rate": 0.0}.get(name)) for name in names]
    rows = max(max(column.size for column in columns), len(stratum_names(call)))
    return [np.resize(column, rows) for column in columns]


def _stratum(call: Call, rows: list[int], name: str) -> Stratum:
    length, rate, ratio, lost = (
        column[rows] for column in columns(call, "duration", "fail_rate", "hr", "dropout_rate")
    )
    cuts = tuple(np.cumsum(length)[:-1])
    control = Hazard(tuple(rate), cuts)
    leaving = Hazard(tuple(lost), cuts)
    return Stratum(control, control.times(Hazard(tuple(ratio), cuts)), leaving, leaving, 1.0, name)


def series_of(strata: list[Scenario], times: Floats, weight: Weighted | None) -> Series:
    """Quantities of the looks, by the average hazard ratio or for a weight."""
    return average(strata, times) if weight is None else weighted(strata, times, weight)


def harrington(call: Call) -> Weighted:
    """The Fleming-Harrington weight that a call names."""
    return Weighted(float(call.value("rho", default=0.0)), float(call.value("gamma", default=0.0)))


def modest(call: Call) -> Weighted:
    """The Magirr-Burman weight that a call names."""
    most = float(call.value("w_max", default=np.inf))
    return Weighted(-1.0, 0.0, float(call.value("tau", default=6.0)), most)


def design_of(series: Series, call: Call, upper: Rule, lower: Rule) -> Design:
    """The design, with the informations that the call asks for."""
    scale = str(call.value("info_scale", default="h0_h1_info"))
    spends = bool(call.value("h1_spending", default=True))
    info, info0 = series.info, series.info0
    info1 = info if spends else info0
    if scale == "h0_info":
        info, info1 = info0, info0
    elif scale == "h1_info":
        info = info0 = info1
    theta1 = series.effect if spends else np.zeros_like(series.effect)
    return Design(series.effect, info, info0, theta1, info1, upper, lower, bool(call.value("binding", default=False)))
