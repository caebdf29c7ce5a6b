"""Doses: which are due before the next visit, how much, and which are withheld for toxicity."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from remission.arrays import Bools, Floats, Index, Texts
from remission.clinic.ward import Ward
from remission.population import Covariates
from remission.solver import Doses
from remission.study import DoseOrder, Regimen
from remission.units import Amount


@dataclass(frozen=True)
class DoseRows:
    """Doses of one interval, one row each, in order of patient and time.

    ``row`` counts within the interval; ``amount`` is what the mechanism receives: the milligrams of an antibody, the
    multiple of its reference dose of a chemotherapy.
    """

    row: Index
    time_day: Floats
    molecule: Texts
    dose_mg: Floats
    amount: Floats
    withheld: Bools

    def given_before(self, end_day: Floats) -> DoseRows:
        """The rows before each patient's own end, shape of ``end_day`` (m,)."""
        return self._take(self.time_day < end_day[self.row])

    def given(self) -> DoseRows:
        """The rows that were given."""
        return self._take(~self.withheld)

    def _take(self, keep: Bools | Index) -> DoseRows:
        return DoseRows(*(getattr(self, field.name)[keep] for field in fields(self)))


def amount_mg(dose: Amount, covariates: Covariates, at: Index) -> Floats:
    """Milligrams of a dose for the patients at ``at``; body surface by Mosteller (1987).

    Examples
    --------
    A patient of 80 kg receives 240 mg of 3 mg/kg.
    """
    if dose.unit == "mg":
        return np.full(len(at), dose.value)
    if dose.unit == "mg/kg":
        return dose.value * covariates.weight_kg[at]
    return dose.value * np.sqrt(covariates.height_cm[at] * covariates.weight_kg[at] / 3600)


def doses_until(ward: Ward, at: Index, end_day: Floats) -> DoseRows:
    """Doses due for the patients at ``at`` from now until before ``end_day`` (m,).

    While treatment is held, a dose that is due is withheld: its date passes. The next dose days and counts of the
    ward move on.
    """
    parts: list[DoseRows] = []
    for code, regimen in enumerate(ward.regimens):
        rows = np.flatnonzero(ward.on_drug[at] & (ward.regimen[at] == code))
        for place, order in enumerate(regimen.orders):
            parts += _order_rows(ward, at, rows, place, order, end_day)
    if not parts:
        none = np.empty(0)
        return DoseRows(np.empty(0, np.intp), none, np.empty(0, "<U1"), none, none, np.empty(0, bool))
    whole = DoseRows(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(DoseRows)))
    return whole._take(np.lexsort((whole.time_day, whole.row)))


def _order_rows(ward: Ward, at: Index, rows: Index, place: int, order: DoseOrder, end_day: Floats) -> list[DoseRows]:
    """Rows of one drug of a regimen."""
    who = at[rows]
    first = ward.next_dose_day[who, place]
    until = np.minimum(end_day[rows], ward.course_end_day[who])
    every = interval_day(ward, who, order.every_day)
    most = np.inf if order.doses_at_most is None else order.doses_at_most
    due = np.clip(np.ceil((until - first) / every - 1e-9), 0, most - ward.doses_given[who, place])
    due = np.where(np.isfinite(first), due, 0).astype(np.int64)
    if due.sum() == 0:
        return []
    row = np.repeat(rows, due)
    count = np.arange(due.sum()) - np.repeat(np.cumsum(due) - due, due)
    time = np.repeat(first, due) + count * np.repeat(every, due)
    patient = at[row]
    withheld = ward.held[patient]
    ward.next_dose_day[who, place] = first + due * every
    # A fixed number of doses counts the dates, given or not, as four-dose courses do.
    ward.doses_given[who, place] += due
    dose = amount_mg(order.dose, ward.patients.covariates, patient)
    effect = ward.study.molecules[order.molecule].effect
    amount = dose if effect is None else dose / amount_mg(effect.reference_dose, ward.patients.covariates, patient)
    return [DoseRows(row, time, np.full(len(row), order.molecule), dose, amount, withheld)]


def last_date_day(ward: Ward, who: Index, regimen: Regimen, first_day: Floats) -> Floats:
    """When the interval after the last dose of a regimen that begins on ``first_day`` has passed.

    Infinite for a regimen with a drug that has no last dose; shape of ``who``.
    """
    ends = [np.full(len(who), -np.inf if regimen.orders else np.inf)]
    for order in regimen.orders:
        doses = np.inf if order.doses_at_most is None else order.doses_at_most
        ends.append(first_day + order.start_day + doses * interval_day(ward, who, order.every_day))
    return np.maximum.reduce(ends)


def interval_day(ward: Ward, who: Index, every_day: tuple[float, ...]) -> Floats:
    """Interval between doses; where several are pooled, patients are shared out equally by lot."""
    if len(every_day) == 1:
        return np.full(len(who), every_day[0])
    lot = np.minimum((ward.uniform(who, "dose interval") * len(every_day)).astype(int), len(every_day) - 1)
    return np.asarray(every_day)[lot]


def schedule(ward: Ward, rows: DoseRows, patients: int) -> Doses:
    """The given doses as the solver wants them."""
    given = rows.given()
    inlets = {name: ward.model.inlet_of(ward.study.molecules[str(name)]) for name in np.unique(given.molecule)}
    state = np.array([inlets[name].state for name in given.molecule], np.int32)
    amount = given.amount * np.array([inlets[name].factor for name in given.molecule], float)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(given.row, minlength=patients))])
    return Doses(offsets.astype(np.int64), given.time_day, state, amount)
