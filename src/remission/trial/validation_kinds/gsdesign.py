"""gsDesign: boundaries, crossing and conditional power, survival and rates."""

from __future__ import annotations

from typing import Any

import numpy as np

from remission.errors import DataError
from remission.statistics.r_call import Call
from remission.statistics.validation import Case, Ours, case_kind
from remission.trial.boundary import Boundary, boundary
from remission.trial.classical import farrington_manning_size, lachin_foulkes_size, schoenfeld_size
from remission.trial.conditional import conditional_power
from remission.trial.crossing import crossing_probabilities
from remission.trial.hazard import Accrual
from remission.trial.plan import Plan
from remission.trial.scenario import Scenario, Stratum
from remission.trial.validation_kinds.reading import (
    array,
    call_of,
    piecewise,
    shaped,
    spending,
    spending_of,
    text_of,
)


def gs_boundary(call: Call) -> Boundary:
    """The design of a ``gsDesign`` call with its test types 1 to 6.

    Examples
    --------
    >>> from remission.statistics.r_call import find_call
    >>> call = find_call("gsDesign::gsDesign(k=2,test.type=1,sfu=sfLDOF)", "gsDesign::gsDesign")
    >>> gs_boundary(call).upper.round(3)
    array([2.963, 1.969])
    """
    looks, kind = int(call.value("k", 0, 3)), int(call.value("test.type", 1, 4))
    alpha, power = float(call.value("alpha", 2, 0.025)), 1.0 - float(call.value("beta", 3, 0.1))
    timing = array(call, "timing", 1.0)
    if timing.size == 1 and looks > 1:
        timing = np.arange(1, looks + 1) / looks if timing[0] == 1.0 else np.array([timing[0], 1.0])
    fraction = np.append(timing, 1.0) if timing.size == looks - 1 else timing
    efficacy = spending(text_of(call, "sfu", "sfHSD"), call.value("sfupar", default=-4.0))
    if kind in (1, 2):
        return boundary(fraction, Plan(alpha, efficacy, sides=kind), power)
    futility = spending_of(text_of(call, "sfl", "sfHSD"), call.value("sflpar", default=-2.0))
    harm = kind in (5, 6)
    plan = Plan(
        alpha, efficacy, futility, float(call.value("astar", 4, 0.0)) or 1.0 - alpha if harm else None,
        "null" if harm else "alternative", kind in (3, 5),
    )  # fmt: skip
    return boundary(fraction, plan, power)


@case_kind("gsDesign::gsDesign(")
def design(case: Case) -> Ours:
    """Bounds, spending of each look, and the inflation of the sample size."""
    call = call_of(case, "gsDesign::gsDesign")
    made = gs_boundary(call)
    size = float(call.value("n.fix", default=1.0)) * made.inflation * made.fraction
    spent = np.diff(made.alpha_spent, prepend=0.0)
    beta = spent if made.plan.sides == 2 else np.diff(made.beta_spent, prepend=0.0)
    values: dict[str, Any] = {"upper_z": made.upper, "alpha_spend": spent, "n_inflation": size}
    if case.output.get("lower_z") is not None:
        values |= {"lower_z": made.lower, "beta_spend": beta}
    return Ours(values | {"n.I": size})


@case_kind("gsDesign::gsProbability(")
def crossing(case: Case) -> Ours:
    """Probabilities of crossing fixed bounds, looks by effects."""
    call = call_of(case, "gsDesign::gsProbability")
    found = crossing_probabilities(array(call, "n.I"), array(call, "b"), array(call, "a"), array(call, "theta"))
    expected = found.expected_information
    return Ours({"upper_prob": found.upper.T, "lower_prob": found.lower.T, "expected_information": expected})


@case_kind("gsDesign::gsCP(", "gsDesign::gsCP(gsDesign::gsDesign(")
def conditional(case: Case) -> Ours:
    """Conditional power at an interim look, for several effects; its n.I is what remains."""
    outer, inner = call_of(case, "gsDesign::gsCP"), call_of(case, "gsDesign::gsDesign")
    made = gs_boundary(inner)
    information = float(inner.value("n.fix", default=1.0)) * made.inflation * made.fraction
    look, z = int(outer.value("i", default=1)), float(outer.value("zi"))
    estimate = z / np.sqrt(information[look - 1])
    effects = array(outer, "theta") if "theta" in outer.named else np.array([estimate])
    power = [conditional_power(information, made.upper, look, z, float(effect)) for effect in effects]
    left = information[look:] - information[look - 1]
    return Ours(shaped({"cp": np.array(power), "n.I": left}, case))


@case_kind("gsDesign::nSurv(")
def survival_size(case: Case) -> Ours:
    """Patients and events for proportional hazards."""
    call = call_of(case, "gsDesign::nSurv")
    cuts = call.value("S")
    starts = np.concatenate(([0.0], np.cumsum(np.atleast_1d(cuts)))) if cuts is not None else [0.0]
    control = piecewise(call.value("lambdaC", default=np.log(2) / 6), starts)
    leaving = piecewise(call.value("eta", default=0.0), starts)
    leaving_e = piecewise(call.value("etaE"), starts) if call.value("etaE") is not None else leaving
    ratio, margin = float(call.value("hr", default=0.6)), float(call.value("hr0", default=1.0))
    stratum = Stratum(control, control.times(ratio), leaving, leaving_e)
    rates, periods = array(call, "gamma", 1.0), array(call, "R", 12.0)
    enrolment = Accrual(tuple(np.broadcast_to(rates, periods.shape)), tuple(np.cumsum(periods)))
    scenario = Scenario(enrolment, (stratum,), float(call.value("ratio", default=1.0)))
    options = {"alpha": float(call.value("alpha", default=0.025)) / int(call.value("sided", default=1))}
    options |= {"power": 1.0 - float(call.value("beta", default=0.1)), "margin": margin}
    method = str(call.value("method", default="LachinFoulkes"))
    if method not in ("LachinFoulkes", "Schoenfeld"):
        raise DataError("this method is not known here", found=method)
    solve = lachin_foulkes_size if method == "LachinFoulkes" else schoenfeld_size
    size = solve(scenario, float(call.value("T", default=18.0)), **options)
    return Ours({"n": size.patients, "events": size.events})


@case_kind("gsDesign::nBinomial(")
def rates_size(case: Case) -> Ours:
    """Patients for two rates; the null hypothesis is that p1 - p2 is delta0."""
    call = call_of(case, "gsDesign::nBinomial")
    p1, p2 = float(call.value("p1", 0)), float(call.value("p2", 1))
    delta, ratio = float(call.value("delta0", default=0.0)), float(call.value("ratio", default=1.0))
    alpha = float(call.value("alpha", default=0.025)) / int(call.value("sided", default=1))
    power = 1.0 - float(call.value("beta", default=0.1))
    if p1 - p2 < delta:
        size = farrington_manning_size(p2, p1, -delta, alpha=alpha, power=power, ratio=ratio)
    else:
        size = farrington_manning_size(p1, p2, delta, alpha=alpha, power=power, ratio=1.0 / ratio)
    return Ours({"n_total": size})
