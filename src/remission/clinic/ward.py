"""The patients of one arm while they are followed: arrays with one row a patient, changed visit by visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remission import draws
from remission.arrays import Bools, Floats, Index, Ints, Texts
from remission.biology import Mechanism, TumourTable
from remission.clinic.chart import Chart
from remission.population import Patients, diagnosed_day
from remission.response import RecistState, Response
from remission.study import COURSE_ENDS, Arm, Regimen, StudyDefinition, exists_from
from remission.units import DAYS_PER_YEAR

NO_REGIMEN = -1
ORDERS = 3  # most drugs in one regimen


@dataclass
class Ward:
    """One arm's patients and what is known of each at this moment; shapes are (n,) unless said otherwise.

    Days count from the first dose. Codes index ``rules`` (why a course ended) and ``regimens``; -1 stands
    for none.
    """

    study: StudyDefinition
    arm: Arm
    table: TumourTable
    model: Mechanism
    seed: int
    patients: Patients
    regimens: tuple[Regimen, ...]
    rules: tuple[str, ...]
    diagnosed_day: Floats  # the date of day 0, as an ordinal; NaN outside the calendar

    # Where the integration stands; state (n, states), parameters (n, parameters)
    time_day: Floats
    state: Floats
    parameters: Floats
    step_day: Floats
    dose_step_day: Floats

    # Follow-up: who is still seen, and the next visit
    active: Bools
    failed: Texts
    visit: NDArray[np.int16]
    planned_visit_day: Floats
    visit_day: Floats

    # Fates drawn once: death from other causes, loss; the disease kills when its hazard reaches the threshold
    background_death_day: Floats
    lost_day: Floats
    death_threshold: Floats
    death_day: Floats
    death_cause: Texts

    # Treatment; next dose and doses given have shape (n, ORDERS)
    regimen: NDArray[np.int8]
    on_drug: Bools
    held: Bools
    line: NDArray[np.int8]
    course: NDArray[np.int8]
    course_start_day: Floats
    course_end_day: Floats
    course_end_rule: NDArray[np.int8]
    course_stop_day: Floats
    stop_rule: NDArray[np.int8]
    next_dose_day: Floats
    doses_given: NDArray[np.int16]
    last_dose_day: Floats

    # A course that has been decided and not begun: its first day (infinite without one), the rule that decided it
    pending_day: Floats
    pending_rule: NDArray[np.int8]

    # The next or latest toxicity, and the line whose drug makes it
    toxicity_day: Floats
    toxicity_grade: NDArray[np.int8]
    toxicity_resolved_day: Floats
    toxicity_line: NDArray[np.int8]
    toxicity_molecule: NDArray[np.object_]
    worst_grade: NDArray[np.int8]
    first_grade3_day: Floats

    # The chart on which the clinic acts, with the response in the first course and line; the central review's, if the
    # study has one; the response in whatever came later
    chart: Chart
    central: Chart | None
    later: RecistState
    second_best: NDArray[np.int8]

    # What the table of patients will say
    first_stop_day: Floats
    first_stop_rule: NDArray[np.int8]
    second_course_day: Floats
    next_line_day: Floats
    next_line: NDArray[np.int8]
    drug_day: Floats
    free_day: Floats

    @property
    def number(self) -> Ints:
        """Patient numbers."""
        return self.patients.number

    @property
    def treats(self) -> bool:
        """Whether the arm gives any drug from the start."""
        return bool(self.study.regimens[self.arm.regimen].orders)

    @property
    def in_first_phase(self) -> Bools:
        """Neither a second course nor a next line has begun."""
        return (self.line == 1) & (self.course <= 1)

    def recist(self, at: Index) -> RecistState:
        """What RECIST remembers of the present course of the patients at ``at``."""
        later = np.flatnonzero(~self.in_first_phase[at])
        return self.chart.first.take(at).put(later, self.later.take(at[later]))

    def exist(self, at: Index, name: str) -> Bools:
        """Whether a molecule or regimen can be prescribed to the patients at ``at`` today."""
        since = exists_from(name, self.study.regimens, self.study.molecules)
        assert since is not None, "a study file that waits for what always exists is refused"
        return self.diagnosed_day[at] + self.time_day[at] >= since.toordinal()

    def uniform(self, at: Index, purpose: str, index: Any = 0) -> Floats:
        """Uniform draws of the patients at ``at``; no purpose names an arm, so twins share them."""
        return draws.uniform(self.seed, self.number[at], purpose, index)


def admit(
    study: StudyDefinition,
    arm: Arm,
    table: TumourTable,
    model: Mechanism,
    seed: int,
    patients: Patients,
    chart: Chart,
    central: Chart | None,
) -> Ward:
    """The patients of an arm at enrolment, before any treatment."""
    n = len(patients.number)
    number = patients.number

    def none() -> Floats:
        return np.full(n, np.nan)

    return Ward(
        study=study,
        arm=arm,
        table=table,
        model=model,
        seed=seed,
        patients=patients,
        regimens=tuple(study.regimens.values()),
        rules=(*(rule.name for rule in arm.policy), *COURSE_ENDS),
        diagnosed_day=diagnosed_day(study, seed, number),
        time_day=np.zeros(n),
        state=patients.state.copy(),
        parameters=patients.parameters.copy(),
        step_day=np.zeros(n),
        dose_step_day=np.full(n, np.nan),
        active=np.ones(n, bool),
        failed=np.full(n, "", dtype="<U200"),
        visit=np.zeros(n, np.int16),
        planned_visit_day=np.zeros(n),
        visit_day=np.zeros(n),
        background_death_day=_background_death_day(table, seed, patients),
        lost_day=_lost_day(study, seed, number),
        death_threshold=draws.exponential(seed, number, "death from disease")
        if model.death_at is None
        else np.full(n, model.death_at),
        death_day=none(),
        death_cause=np.full(n, "", dtype="<U10"),
        regimen=np.full(n, NO_REGIMEN, np.int8),
        on_drug=np.zeros(n, bool),
        held=np.zeros(n, bool),
        line=np.ones(n, np.int8),
        course=np.zeros(n, np.int8),
        course_start_day=none(),
        course_end_day=np.full(n, np.inf),
        course_end_rule=np.full(n, -1, np.int8),
        course_stop_day=none(),
        stop_rule=np.full(n, -1, np.int8),
        next_dose_day=np.full((n, ORDERS), np.inf),
        doses_given=np.zeros((n, ORDERS), np.int16),
        last_dose_day=np.full(n, -np.inf),
        pending_day=np.full(n, np.inf),
        pending_rule=np.full(n, -1, np.int8),
        toxicity_day=np.full(n, np.inf),
        toxicity_grade=np.zeros(n, np.int8),
        toxicity_resolved_day=np.full(n, np.inf),
        toxicity_line=np.ones(n, np.int8),
        toxicity_molecule=np.full(n, None, object),
        worst_grade=np.zeros(n, np.int8),
        first_grade3_day=none(),
        chart=chart,
        central=central,
        later=chart.first,
        second_best=np.full(n, Response.NE, np.int8),
        first_stop_day=none(),
        first_stop_rule=np.full(n, -1, np.int8),
        second_course_day=none(),
        next_line_day=none(),
        next_line=np.full(n, NO_REGIMEN, np.int8),
        drug_day=np.zeros(n),
        free_day=np.zeros(n),
    )


def _background_death_day(table: TumourTable, seed: int, patients: Patients) -> Floats:
    """Death from other causes: the Gompertz law inverted at an exponential draw."""
    rate, rise = table.value("mortality_60"), table.value("mortality_rise")
    now = rate * np.exp(rise * (patients.covariates.age_year - 60))
    waiting = draws.exponential(seed, patients.number, "death from other causes")
    return np.log1p(rise * waiting / now) / rise * DAYS_PER_YEAR


def _lost_day(study: StudyDefinition, seed: int, number: Ints) -> Floats:
    """Loss to follow-up at the constant hazard that loses the study's share in a year; never where it has none."""
    if study.lost_to_follow_up_per_year == 0:
        return np.full(len(number), np.inf)
    hazard = -np.log1p(-study.lost_to_follow_up_per_year) / DAYS_PER_YEAR
    return draws.exponential(seed, number, "lost to follow-up") / hazard
