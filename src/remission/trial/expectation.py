"""What a scenario leads one to expect at a calendar time: patients at risk, events, the average hazard ratio.

At calendar time T a patient is at risk u after randomisation if enrolled by T - u and neither dead nor
lost. All expectations are integrals over u of products of piecewise exponentials; between the points where
a piece changes the integrands are smooth, so composite Gauss-Legendre quadrature is exact to about 1e-12.
Where the event is seen at visits only, they are sums over the visits: at risk at one is who comes to it without
progression at the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.trial.hazard import Hazard
from remission.trial.scenario import Scenario, Stratum

_NODES = 10
# A panel spans at most this share of the follow-up, so that weights such as sqrt(1 - S) are resolved near 0.
_PANELS = 16


@dataclass(frozen=True)
class AtRisk:
    """Expected numbers of one stratum on quadrature nodes of follow-up time, or at visits.

    Attributes
    ----------
    time, weight : ndarray, shape (nodes,)
        Nodes and quadrature weights; visits have the weight 1.
    control, experimental : ndarray, shape (nodes,)
        Patients at risk.
    hazard_control, hazard_experimental : ndarray, shape (nodes,)
        Their hazards of the event; at a visit the share of those at risk whose event is seen.
    pooled_survival : ndarray, shape (nodes,)
        Limit of the Kaplan-Meier estimate of both arms together, just before each node.
    edges : ndarray, shape (panels + 1,), or None
        Ends of the panels that the nodes lie in; None for visits.
    """

    time: Floats
    weight: Floats
    control: Floats
    experimental: Floats
    hazard_control: Floats
    hazard_experimental: Floats
    pooled_survival: Floats
    edges: Floats | None

    @property
    def together(self) -> bool:
        """Whether events come together, at visits."""
        return self.edges is None

    def up_to(self, values: Floats) -> Floats:
        """Integral of a function from 0 to each node, or its sum over the visits up to each."""
        return np.cumsum(values) if self.edges is None else integrals(values, self.edges)

    @property
    def events_control(self) -> Floats:
        """Events of the control arm at each node, times the quadrature weight."""
        return self.weight * self.control * self.hazard_control

    @property
    def events_experimental(self) -> Floats:
        """Events of the experimental arm at each node, times the quadrature weight."""
        return self.weight * self.experimental * self.hazard_experimental


@lru_cache(maxsize=1)
def _rule() -> tuple[Floats, Floats, Floats]:
    """Nodes, weights, and the matrix that integrates an interpolating polynomial up to each node."""
    x, w = np.polynomial.legendre.leggauss(_NODES)
    powers = np.vander(x, _NODES, increasing=True)
    order = np.arange(1, _NODES + 1)
    primitives = (x[:, None] ** order - (-1.0) ** order) / order
    return x, w, primitives @ np.linalg.inv(powers)


def integrals(values: Floats, edges: Floats) -> Floats:
    """Integral from 0 to each node of a function given on the nodes of `at_risk`.

    Examples
    --------
    >>> integrals(np.ones(10), np.array([0.0, 2.0]))[-1].round(3)
    np.float64(1.974)
    """
    _, weights, primitive = _rule()
    half = np.diff(edges) / 2.0
    panels = values.reshape(half.size, -1)
    before = np.concatenate(([0.0], np.cumsum((panels @ weights) * half)))[:-1]
    return (before[:, None] + (panels @ primitive.T) * half[:, None]).ravel()


def _edges(scenario: Scenario, stratum: Stratum, time: float, more: tuple[float, ...]) -> Floats:
    """Points where something changes, with panels that grow from 0 on."""
    hazards = (stratum.control, stratum.experimental, stratum.dropout_control, stratum.dropout_experimental)
    cuts = [cut for hazard in hazards for cut in hazard.cuts] + [time - cut for cut in scenario.accrual.cuts]
    grid = time * (np.arange(_PANELS + 1) / _PANELS) ** 2
    points = np.concatenate((grid, np.asarray((*cuts, *more))))
    return np.unique(points[(points >= 0.0) & (points <= time)])


@lru_cache(maxsize=64)
def at_risk(
    scenario: Scenario,
    time: float,
    stratum: Stratum,
    until: float | None = None,
    cuts: tuple[float, ...] = (),
) -> AtRisk:
    """Expected numbers at risk of one stratum at one calendar time.

    Parameters
    ----------
    scenario : Scenario
    time : float
        Calendar time since the first enrolment.
    stratum : Stratum
        One of the scenario's.
    until : float or None
        Follow-up beyond this is left out.
    cuts : tuple of float
        Further follow-up times at which what will be integrated changes its form.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0))
    >>> at_risk(trial, 24.0, trial.strata[0]).events_control.sum().round(2)
    np.float64(159.83)
    """
    if not time > 0:
        raise DataError("a look is taken after the first enrolment", found=f"{time:g}", allowed="above 0")
    if scenario.visits:
        return _at_visits(scenario, time, stratum, time if until is None else until)
    edges = _edges(scenario, stratum, time, cuts)
    if until is not None:
        edges = np.append(edges[edges < until], min(until, time))
    x, w, _ = _rule()
    half = np.diff(edges) / 2.0
    u = (edges[:-1] + half)[:, None] + half[:, None] * x
    enrolled = scenario.accrual.enrolled(time - u) * stratum.share
    share = scenario.ratio / (1.0 + scenario.ratio)
    leave_c, leave_e = stratum.dropout_control.survival(u), stratum.dropout_experimental.survival(u)
    control = enrolled * (1.0 - share) * stratum.control.survival(u) * leave_c
    experimental = enrolled * share * stratum.experimental.survival(u) * leave_e
    hazard_c, hazard_e = stratum.control.rate(u), stratum.experimental.rate(u)
    total = control + experimental
    mixed = np.divide(control * hazard_c + experimental * hazard_e, total, out=np.zeros_like(total), where=total > 0)
    pooled = np.exp(-integrals(mixed.ravel(), edges))
    flat = u.ravel(), (half[:, None] * w).ravel(), control.ravel(), experimental.ravel()
    return AtRisk(*flat, hazard_c.ravel(), hazard_e.ravel(), pooled, edges)


def _at_visits(scenario: Scenario, time: float, stratum: Stratum, until: float) -> AtRisk:
    """Expected numbers at the visits of one stratum that somebody has come to by a calendar time."""
    visits = np.asarray(scenario.visits)
    visits = visits[(visits <= until) & (scenario.accrual.enrolled(time - visits) > 0.0)]
    before = np.concatenate(([0.0], visits))[:-1]
    enrolled = scenario.accrual.enrolled(time - visits) * stratum.share
    share = scenario.ratio / (1.0 + scenario.ratio)

    def arm(part: float, event: Hazard, dropout: Hazard) -> tuple[Floats, Floats]:
        hazard = -np.expm1(event.cumulative(before) - event.cumulative(visits))
        return enrolled * part * event.survival(before) * dropout.survival(visits), hazard

    control, hazard_c = arm(1.0 - share, stratum.control, stratum.dropout_control)
    experimental, hazard_e = arm(share, stratum.experimental, stratum.dropout_experimental)
    seen = (control * hazard_c + experimental * hazard_e) / np.maximum(control + experimental, 1e-300)
    pooled = np.asarray(np.cumprod(np.append(1.0, 1.0 - seen))[:-1], float)
    return AtRisk(visits, np.ones(visits.size), control, experimental, hazard_c, hazard_e, pooled, None)


@dataclass(frozen=True)
class Expected:
    """Expectations at calendar times.

    Attributes
    ----------
    time, events, events_control, events_experimental : ndarray, shape (times,)
    average_hazard_ratio : ndarray, shape (times,)
        Geometric mean of the hazard ratio over the expected events (Mukhopadhyay and others, Contemporary
        Clinical Trials 2020;96:106090).
    information, information_null : ndarray, shape (times,)
        Of the logarithm of the average hazard ratio, under the scenario and with equal arms.
    """

    time: Floats
    events: Floats
    events_control: Floats
    events_experimental: Floats
    average_hazard_ratio: Floats
    information: Floats
    information_null: Floats


def expected(scenario: Scenario, times: ArrayLike) -> Expected:
    """Expected events and average hazard ratio at calendar times.

    Parameters
    ----------
    scenario : Scenario
    times : array_like, shape (times,)
        Calendar times above 0.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)), dropout=0.001)
    >>> later = expected(trial, [12.0, 36.0])
    >>> later.events.round(2), later.average_hazard_ratio.round(4)
    (array([126.41, 367.76]), array([0.7955, 0.67  ]))
    """
    instants = np.atleast_1d(np.asarray(times, float))
    rows = np.array([_expected_at(scenario, float(time)) for time in instants])
    control, experimental, log_ratio, information, null = rows.T
    return Expected(instants, control + experimental, control, experimental, np.exp(log_ratio), information, null)


def _expected_at(scenario: Scenario, time: float) -> tuple[float, float, float, float, float]:
    """Events of both arms, log of the average hazard ratio, its information under both hypotheses."""
    totals = np.zeros(5)
    for stratum in scenario.strata:
        numbers = at_risk(scenario, time, stratum)
        control, experimental = numbers.events_control, numbers.events_experimental
        pieces = np.searchsorted(np.union1d(stratum.control.cuts, stratum.experimental.cuts), numbers.time)
        by_c, by_e = np.bincount(pieces, control), np.bincount(pieces, experimental)
        with np.errstate(divide="ignore", invalid="ignore"):
            hazards = (_cumulative(x, numbers.together) for x in (numbers.hazard_experimental, numbers.hazard_control))
            ratio = np.subtract(*map(np.log, hazards))
            inform = np.where(by_c * by_e > 0, by_c * by_e / (by_c + by_e), 0.0)
        where = (control > 0) & (experimental > 0)
        both = (control + experimental)[where]
        totals += (
            control.sum(), experimental.sum(), both @ ratio[where], inform.sum(), both.sum()
        )  # fmt: skip
    events_c, events_e, weighted, information, both_arms = totals
    null = (events_c + events_e) * scenario.ratio / (1.0 + scenario.ratio) ** 2
    return events_c, events_e, weighted / both_arms if both_arms > 0 else np.nan, information, null


def _cumulative(hazard: Floats, together: bool) -> Floats:
    """Hazards; of shares seen at visits what was accumulated since the visit before."""
    return -np.log1p(-hazard) if together else hazard
