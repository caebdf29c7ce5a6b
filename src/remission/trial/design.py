"""A design as its file describes it, and what simulating it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from remission.errors import DataError
from remission.trial.expectation import Expected, expected
from remission.trial.hazard import Hazard
from remission.trial.looks import Look, look_times
from remission.trial.max_combo import max_combo_looks, max_combo_looks_size, max_combo_power, max_combo_size
from remission.trial.operating import Operating, operating_characteristics
from remission.trial.plan import Plan, rising_root
from remission.trial.power import power, size, whole_patients
from remission.trial.scenario import Scenario
from remission.trial.simulate import SimulatedTrials, simulate
from remission.trial.source import HazardSource, Source
from remission.trial.statistic import (
    CureFraction,
    MaxCombo,
    Milestone,
    RestrictedMean,
    Statistic,
    WeightedLogRank,
    check_margin,
)


@dataclass(frozen=True)
class Design:
    """A trial to be simulated. Times are in days when it comes from a file.

    Parameters
    ----------
    name, title : str
    source : Source
    statistics : tuple of Statistic
    looks : tuple of Look
    plan : Plan
    target : float
        Power aimed at.
    non_inferiority : bool
        Whether the question is non-inferiority; margins are checked against it.
    trials, seed : int
    origin : str
        What patients are drawn from, in words.
    text : str
        The file, verbatim.
    margin_note : str
        How the margin was derived, in words.

    Raises
    ------
    DataError
        If a margin lies on the wrong side.
    """

    name: str
    title: str
    source: Source
    statistics: tuple[Statistic, ...]
    looks: tuple[Look, ...]
    plan: Plan
    target: float = 0.9
    non_inferiority: bool = False
    trials: int = 10_000
    seed: int = 2017
    origin: str = "hazards"
    text: str = ""
    margin_note: str = ""

    def __post_init__(self) -> None:
        for statistic in self.statistics:
            check_margin(statistic, self.non_inferiority)

    @property
    def scenario(self) -> Scenario | None:
        """Hazards behind the source, if they were typed in and nobody switches."""
        plain = isinstance(self.source, HazardSource) and self.source.switching is None
        return self.source.scenario if plain and isinstance(self.source, HazardSource) else None


@dataclass(frozen=True)
class DesignResult:
    """What a design does.

    Attributes
    ----------
    design : Design
    found : SimulatedTrials
        Trials under the assumptions.
    nulls : tuple of SimulatedTrials
        Trials without effect, one set for each null hypothesis; none where a margin leaves open what they
        would be.
    rows : tuple of Operating
        One for each statistic.
    expected : Expected or None
        Events and average hazard ratio at the looks, without simulation.
    calculated : tuple of float or None
        Power of each statistic without simulation; None where there is no formula.
    null_notes : tuple of str
        What "without effect" means for each statistic.
    proportional : tuple of float or None
        Power of each statistic had the last hazard ratio held from the first day: what planning for
        proportional hazards would have promised. None where hazards are proportional or were not typed in.
    needed : tuple of float or None
        Patients with which each statistic would have the power aimed at, by formula, in whole blocks of
        two, with the same enrolment period and the same calendar times of the looks.
    """

    design: Design
    found: SimulatedTrials
    nulls: tuple[SimulatedTrials, ...]
    rows: tuple[Operating, ...]
    expected: Expected | None
    calculated: tuple[float | None, ...]
    null_notes: tuple[str, ...]
    proportional: tuple[float | None, ...] | None
    needed: tuple[float | None, ...]


def run_design(design: Design, progress: Callable[[str, int], None] | None = None) -> DesignResult:
    """Simulate a design with and without effect, and compute what can be computed.

    Parameters
    ----------
    design : Design
    progress : callable or None
        Told which simulation runs, and how many of its trials are done.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> trial = Scenario.two_arms(Accrual.uniform(200, 360.0), Hazard.from_median(360.0), hazard_ratio=0.6)
    >>> design = Design("small", "", HazardSource(trial), (WeightedLogRank(),), (Look(events=120),), Plan(),
    ...                 trials=640)
    >>> run_design(design).rows[0].type_i_error < 0.06
    True
    """

    def told(what: str) -> Callable[[int], None] | None:
        return None if progress is None else lambda done: progress(what, done)

    options: dict[str, Any] = {"trials": design.trials, "seed": design.seed}
    found = simulate(design.source, design.looks, design.statistics, progress=told("effect"), **options)
    worlds = [null_world(design, statistic) for statistic in design.statistics]
    nulls = []
    for note, world in {note: source for source, note in worlds if source is not None}.items():
        tested = [x for x, (_, said) in zip(design.statistics, worlds, strict=True) if said == note]
        told_null = told("no effect")
        nulls.append(simulate(world, design.looks, tested, estimates=False, progress=told_null, **options))
    rows = operating_characteristics(found, nulls, design.plan, design.target)
    scenario = design.scenario
    table = None if scenario is None else _expected(scenario, design)
    powers = _powers(design, scenario)
    promised = None if scenario is None else _proportional(scenario)
    notes = tuple(note for _, note in worlds)
    planned = None if promised is None else _powers(design, promised)
    needed = tuple(_needed(design, scenario, statistic) for statistic in design.statistics)
    return DesignResult(design, found, tuple(nulls), rows, table, powers, notes, planned, needed)


def null_world(design: Design, statistic: Statistic) -> tuple[Source | None, str]:
    """The null hypothesis of a statistic as a source of patients, and in words.

    For superiority both arms live as the control arm does. For non-inferiority the experimental hazard is
    the control's times a constant: the margin itself, or what puts a difference of survival or restricted
    means at the margin. A cohort has no hazards to multiply, and no such world is made for it.
    """
    if not design.non_inferiority or isinstance(statistic, MaxCombo):
        return design.source.without_effect(), "both arms live as the control arm does"
    source = design.source
    if isinstance(statistic, CureFraction) or not isinstance(source, HazardSource):
        return None, "not simulated: a margin cannot be imposed on these patients"
    if not isinstance(statistic, WeightedLogRank) and len(source.scenario.strata) > 1:
        return None, "not simulated: a margin cannot be imposed on these patients"
    factor = _factor(source.scenario, statistic)
    null = replace(source, scenario=source.scenario.at_margin(factor), switching=None)
    return null, f"the experimental hazard is {factor:.4g} times the control's"


def _factor(scenario: Scenario, statistic: WeightedLogRank | RestrictedMean | Milestone) -> float:
    """Hazard ratio that puts a statistic at its margin."""
    if isinstance(statistic, WeightedLogRank):
        return statistic.margin
    control = scenario.strata[0].control

    def seen(hazard: Hazard) -> float:
        if isinstance(statistic, Milestone):
            return float(scenario.seen_survival(hazard, statistic.at))
        return float(scenario.seen_mean(hazard, statistic.tau))

    def short(factor: float) -> float:
        return statistic.margin - (seen(control.times(factor)) - seen(control))

    return rising_root(short, 1.3, f"no hazard ratio puts {statistic.name} at its margin")


def _expected(scenario: Scenario, design: Design) -> Expected | None:
    try:
        return expected(scenario, look_times(scenario, design.looks))
    except DataError:
        return None


def _powers(design: Design, scenario: Scenario | None) -> tuple[float | None, ...]:
    return tuple(_calculated(design, scenario, statistic) for statistic in design.statistics)


def _calculated(design: Design, scenario: Scenario | None, statistic: Statistic) -> float | None:
    """Power by formula; None where there is none for this statistic, source or plan."""
    if scenario is None:
        return None
    try:
        if isinstance(statistic, MaxCombo):
            if len(design.looks) > 1:
                if design.plan.futility is not None:
                    return None
                times = look_times(scenario, design.looks)
                counted = all(look.events is not None for look in design.looks)
                return float(max_combo_looks(scenario, times, statistic, design.plan, by_events=counted)[1][-1])
            time = float(look_times(scenario, design.looks)[0])
            late = design.looks[0].events is not None
            return max_combo_power(scenario, time, statistic, design.plan.alpha, by_events=late).power
        return float(power(scenario, design.looks, statistic, design.plan, target=design.target).power[-1])
    except DataError:
        return None


def _needed(design: Design, scenario: Scenario | None, statistic: Statistic) -> float | None:
    """Patients for the power aimed at; None where there is no formula, or no number is enough."""
    if scenario is None:
        return None
    try:
        times = look_times(scenario, design.looks)
        if isinstance(statistic, MaxCombo):
            if times.size > 1 and design.plan.futility is not None:
                return None
            if times.size > 1:
                patients = max_combo_looks_size(scenario, times, statistic, design.plan, target=design.target)
            else:
                time, alpha = float(times[0]), design.plan.alpha
                patients = max_combo_size(scenario, time, statistic, alpha=alpha, target=design.target).patients
            return whole_patients(scenario.with_patients(patients)).accrual.patients
        looks = [Look(time=float(time)) for time in times]
        sized, _ = size(scenario, looks, statistic, design.plan, target=design.target)
        return whole_patients(sized).accrual.patients
    except DataError:
        return None


def _proportional(scenario: Scenario) -> Scenario | None:
    """The scenario with its last hazard ratio from the first day; None if that is what it has."""
    if any(s.control.rates[-1] == 0.0 for s in scenario.strata):
        return None
    held = scenario.with_hazards(lambda s: (s.control, s.control.times(s.experimental.rates[-1] / s.control.rates[-1])))
    times = [cut for s in scenario.strata for cut in (0.0, *s.control.cuts, *s.experimental.cuts)]
    same = all(
        np.allclose(old.experimental.rate(times), new.experimental.rate(times))
        for old, new in zip(scenario.strata, held.strata, strict=True)
    )
    return None if same else held
