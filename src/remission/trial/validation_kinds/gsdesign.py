"""gsDesign: boundaries, crossing and conditional power, survival and rates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtri

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.r_call import Call, find_call
from remission.statistics.validation import Case, Ours, case_kind
from remission.trial.boundary import Boundary, boundary
from remission.trial.classical import (
    Size,
    farrington_manning_power,
    farrington_manning_size,
    lachin_foulkes_size,
    schoenfeld_size,
)
from remission.trial.crossing import Density, carry, crossing_probabilities
from remission.trial.events import time_of_events
from remission.trial.hazard import Accrual
from remission.trial.plan import Plan, upper_bound
from remission.trial.scenario import Scenario, Stratum
from remission.trial.spending import Spending
from remission.trial.validation_kinds.gsdesign_spending import spending
from remission.trial.validation_kinds.reading import array, call_of, piecewise, shaped, spending_of, text_of

_DESIGN = "k test.type alpha beta astar delta n.fix timing sfu sfupar sfl sflpar tol r n.I maxn.IPlan"
# gsDesign writes 20 where a look has no bound.
_OPEN = 20.0
_SURV = "lambdaC hr hr0 eta etaE gamma R S T minfup ratio alpha beta sided tol method"


class Made(NamedTuple):
    """A group-sequential design: its boundary, its information, what futility spends, and under which rate."""

    boundary: Boundary
    information: Floats
    lower_spent: Floats
    harm: bool


def gs_design(call: Call, fixed: float | None = None) -> Made:
    """The design of a ``gsDesign`` call with its test types 1 to 6.

    Parameters
    ----------
    call : Call
    fixed : float, optional
        Sample size of the design without interim looks, in place of ``n.fix``.

    Examples
    --------
    >>> from remission.statistics.r_call import find_call
    >>> call = find_call("gsDesign::gsDesign(k=2,test.type=1,sfu=sfLDOF)", "gsDesign::gsDesign")
    >>> gs_design(call).boundary.upper.round(3)
    array([2.963, 1.969])
    """
    call = call.matched(_DESIGN)
    for name in ("n.I", "maxn.IPlan"):
        if name in call.named:
            raise DataError("this argument is not read here", where=call.function, found=name)
    looks, kind = int(call.value("k", default=3)), int(call.value("test.type", default=4))
    if kind not in range(1, 7):
        raise DataError("this type of test is not known here", found=str(kind), allowed="1 to 6")
    alpha, power = float(call.value("alpha", default=0.025)), 1.0 - float(call.value("beta", default=0.1))
    timing = array(call, "timing", 1.0)
    if timing.size == 1 and looks > 1:
        timing = np.arange(1, looks + 1) / looks if timing[0] == 1.0 else np.array([timing[0], 1.0])
    fraction = np.append(timing, 1.0) if timing.size == looks - 1 else timing
    efficacy = spending(text_of(call, "sfu", "sfHSD"), call.named.get("sfupar", "-4"))
    harm = kind in (5, 6)
    if kind in (1, 2):
        made = boundary(fraction, Plan(alpha, efficacy, sides=kind), power)
        lower = np.diff(made.alpha_spent, prepend=0.0)
    else:
        futility = spending_of(text_of(call, "sfl", "sfHSD"), call.named.get("sflpar", "-2"))
        error = (float(call.value("astar", default=0.0)) or 1.0 - alpha) if harm else None
        plan = Plan(alpha, efficacy, futility, error, "null" if harm else "alternative", kind in (3, 5))
        made = boundary(fraction, plan, power)
        if kind == 6:
            made = replace(made, lower=np.minimum(_harm_alone(made, futility, float(error or 0.0)), made.upper))
        null = crossing_probabilities(made.fraction, made.upper, made.lower)
        lower = null.lower[0] if harm else np.diff(made.beta_spent, prepend=0.0)
    size = float(call.value("n.fix", default=1.0)) if fixed is None else fixed
    delta = float(call.value("delta", default=0.0))
    if delta:
        size = float(((ndtri(1.0 - alpha) + ndtri(power)) / delta) ** 2)
    return Made(made, size * made.inflation * made.fraction, lower, harm)


def _harm_alone(made: Boundary, futility: Spending, error: float) -> Floats:
    """Lower bounds that spend as if efficacy never stopped a trial (type 6)."""
    spend = np.diff(futility.cumulative(error, made.fraction), prepend=0.0)
    lower = np.empty(spend.size)
    density: Density | None = None
    for k in range(spend.size):
        lower[k] = -upper_bound(made.fraction, k, float(spend[k]), density)
        density = carry(0.0, made.fraction, k, -np.inf, -lower[k], density)
    return lower


def gs_boundary(call: Call) -> Boundary:
    """The boundary of a ``gsDesign`` call."""
    return gs_design(call).boundary


@case_kind("gsDesign::gsDesign(")
def design(case: Case) -> Ours:
    """Bounds, spending of each look, and the inflation of the sample size."""
    return Ours(_values(gs_design(call_of(case, "gsDesign::gsDesign")), case))


def _values(found: Made, case: Case) -> dict[str, Any]:
    made = found.boundary
    values: dict[str, Any] = {
        "upper_z": np.minimum(made.upper, _OPEN),
        "alpha_spend": np.diff(made.alpha_spent, prepend=0.0),
    }
    if case.output.get("lower_z") is not None:
        values |= {"lower_z": np.maximum(made.lower, -_OPEN), "beta_spend": found.lower_spent}
    return values | {"n.I": found.information, "n_inflation": found.information}


@case_kind("gsDesign::gsProbability(")
def crossing(case: Case) -> Ours:
    """Probabilities of crossing fixed bounds, or those of a design, looks by effects."""
    call = call_of(case, "gsDesign::gsProbability").matched("k theta n.I a b r d overrun")
    inner = find_call(call.named.get("d", ""), "gsDesign::gsDesign")
    if inner is None:
        information, upper, lower = array(call, "n.I"), array(call, "b"), array(call, "a")
    else:
        found = gs_design(inner)
        information, upper, lower = found.information, found.boundary.upper, found.boundary.lower
    crossed = crossing_probabilities(information, upper, lower, array(call, "theta", 0.0))
    expected = crossed.expected_information
    return Ours({"upper_prob": crossed.upper.T, "lower_prob": crossed.lower.T, "expected_information": expected})


@case_kind("gsDesign::gsCP(", "gsDesign::gsCP(gsDesign::gsDesign(")
def conditional(case: Case) -> Ours:
    """Conditional power at an interim look, for several effects; its n.I is what remains.

    As in gsDesign futility stops a trial in this; the effects left out are the estimate, none, and that of
    the design.
    """
    outer = call_of(case, "gsDesign::gsCP").matched("x theta i zi r")
    found = gs_design(call_of(case, "gsDesign::gsDesign"))
    information, made = found.information, found.boundary
    look, z = int(outer.value("i", default=1)), float(outer.value("zi", default=0.0))
    if not 1 <= look < information.size:
        raise DataError("conditional power is asked at a look with another one after it", found=str(look))
    planned = made.drift / np.sqrt(information[-1])
    effects = array(outer, "theta", [z / np.sqrt(information[look - 1]), 0.0, planned])
    left = information[look:] - information[look - 1]
    start = z * np.sqrt(information[look - 1])
    bounds = [(side[look:] * np.sqrt(information[look:]) - start) / np.sqrt(left) for side in (made.upper, made.lower)]
    crossed = crossing_probabilities(left, bounds[0], bounds[1], effects)
    each = crossed.upper.sum(axis=1)
    if np.size(case.output.get("cp", 0.0)) == crossed.upper.size:
        each = crossed.upper.ravel()
    return Ours(shaped({"cp": each, "n.I": left, "theta": effects}, case))


def _survival(call: Call) -> tuple[Scenario, float, float, dict[str, float], str]:
    """Scenario with relative enrolment, time of the final look, margin, levels, and the method."""
    cuts = call.value("S")
    starts = np.concatenate(([0.0], np.cumsum(np.atleast_1d(cuts)))) if cuts is not None else [0.0]
    control = piecewise(call.value("lambdaC", default=np.log(2) / 6), starts)
    leaving = piecewise(call.value("eta", default=0.0), starts)
    leaving_e = piecewise(call.value("etaE"), starts) if call.value("etaE") is not None else leaving
    ratio, margin = float(call.value("hr", default=0.6)), float(call.value("hr0", default=1.0))
    stratum = Stratum(control, control.times(ratio), leaving, leaving_e)
    rates, periods = array(call, "gamma", 1.0), array(call, "R", 12.0)
    end, after = call.value("T", default=18.0), call.value("minfup", default=6.0)
    if ("T" in call.named and end is None) or ("minfup" in call.named and after is None):
        raise DataError("durations that are solved for are not known here", where=call.function)
    # Enrolment ends so long before the final look that the last patient is followed for ``minfup``.
    periods = periods.copy()
    if periods.size == 1 or periods.sum() < end - after:
        periods[-1] = end - after - periods[:-1].sum()
    enrolment = Accrual(tuple(np.broadcast_to(rates, periods.shape)), tuple(np.cumsum(periods)))
    scenario = Scenario(enrolment, (stratum,), float(call.value("ratio", default=1.0)))
    levels = {"alpha": float(call.value("alpha", default=0.025)) / int(call.value("sided", default=1))}
    levels |= {"power": 1.0 - float(call.value("beta", default=0.1))}
    return scenario, float(end), margin, levels, str(call.value("method", default="LachinFoulkes"))


def _survival_size(call: Call) -> tuple[Size, Scenario, float]:
    scenario, end, margin, levels, method = _survival(call)
    if method not in ("LachinFoulkes", "Schoenfeld"):
        raise DataError("this method is not known here", found=method)
    solve = lachin_foulkes_size if method == "LachinFoulkes" else schoenfeld_size
    return solve(scenario, end, margin=margin, **levels), scenario, end


@case_kind("gsDesign::nSurv(")
def survival_size(case: Case) -> Ours:
    """Patients and events for proportional hazards."""
    size, _, _ = _survival_size(call_of(case, "gsDesign::nSurv").matched(_SURV))
    return Ours({"n": size.patients, "events": size.events})


@case_kind("gsDesign::gsSurv(")
def survival_looks(case: Case) -> Ours:
    """Bounds, events, patients and calendar times of the looks for proportional hazards."""
    call = call_of(case, "gsDesign::gsSurv").matched(
        "k test.type alpha sided beta astar timing sfu sfupar sfl sflpar r lambdaC hr hr0 eta etaE gamma R S T minfup "
        "ratio tol"
    )
    size, scenario, end = _survival_size(call)
    planned = {name: text for name, text in call.named.items() if name in _DESIGN.split()}
    planned["alpha"] = str(float(call.value("alpha", default=0.025)) / int(call.value("sided", default=1)))
    found = gs_design(Call("gsDesign::gsDesign", (), planned), size.events)
    events = found.information
    trial = scenario.with_patients(size.patients * events[-1] / size.events)
    times = np.array([*(time_of_events(trial, float(count)) for count in events[:-1]), end])
    values = _values(found, case) | {"events": events, "time": times, "T": times}
    return Ours(values | {"n": trial.accrual.enrolled(times)})


@case_kind("gsDesign::nBinomial(")
def rates_size(case: Case) -> Ours:
    """Patients for two rates, or the power of so many; the null hypothesis is that p1 - p2 is delta0."""
    call = call_of(case, "gsDesign::nBinomial").matched("p1 p2 alpha beta delta0 ratio sided outtype scale n")
    if str(call.value("scale", default="Difference")).lower() != "difference" or "outtype" in call.named:
        raise DataError("only the difference of two rates is known here", where=case.id)
    p1, p2 = float(call.value("p1")), float(call.value("p2"))
    delta, ratio = float(call.value("delta0", default=0.0)), float(call.value("ratio", default=1.0))
    alpha = float(call.value("alpha", default=0.025)) / int(call.value("sided", default=1))
    if p1 - p2 < delta:
        p1, p2, delta, ratio = p2, p1, -delta, 1.0 / ratio
    given = call.value("n")
    if given is None:
        power = 1.0 - float(call.value("beta", default=0.1))
        return Ours({"n_total": farrington_manning_size(p1, p2, delta, alpha=alpha, power=power, ratio=1.0 / ratio)})
    power = farrington_manning_power(p1, p2, delta, float(given), alpha=alpha, ratio=1.0 / ratio)
    return Ours({"n_total": power, "power": power})
