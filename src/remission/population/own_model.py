"""Patients of a user's own model: the model says how their lesions grow, a tumour's table who they are."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from remission.arrays import Floats
from remission.biology import Mechanism, TumourTable, mechanism_of
from remission.population.sample import ML_PER_CELL, Lot, draw_covariates, draw_groups, draw_sites
from remission.population.source import Start
from remission.study import OwnModel


@dataclass(frozen=True)
class OwnPatients:
    """Candidates whose parameters and initial states vary as the model's mapping says.

    Age, weight, performance status and what else is measured of a patient come from the tumour's table, and so do the
    organs of the lesions; a lesion leaves no scar but what the model holds.
    """

    table: TumourTable
    model: OwnModel

    @property
    def mechanism(self) -> Mechanism:
        """The model, compiled."""
        return mechanism_of(self.model)

    def start(self, lot: Lot, previously_treated: float) -> Start:
        """The candidates of a lot."""
        lot = replace(lot, lesions=len(self.model.lesions))
        parameters, state = self._drawn(lot)
        burden = self.mechanism.kernel.observe(state, parameters, np.zeros(len(state))).sum(axis=1)
        found, limit = burden, np.zeros(len(state))
        if self.model.start is not None:
            spread = self.model.start.sd * lot.normal("own model: volume at diagnosis")
            found = self.model.start.volume_mL * np.exp(spread)
            limit = np.full(len(state), self.model.start.within_day)
        groups = draw_groups(self.table, lot, previously_treated)
        site = draw_sites(self.table, lot)
        return Start(
            parameters=parameters,
            state=state,
            limit_day=limit,
            diagnosed_at=found,
            site=site,
            scar=np.zeros(site.shape),
            covariates=draw_covariates(self.table, lot, groups, np.maximum(found / ML_PER_CELL, 1.0)),
        )

    def _drawn(self, lot: Lot) -> tuple[Floats, Floats]:
        """Parameters and initial states."""
        kernel, count = self.mechanism.kernel, len(lot.patient)
        parameters, state = np.tile(kernel.defaults, (count, 1)), np.tile(kernel.initial_state, (count, 1))
        for row in self.model.varies:
            drawn = row.value * np.exp(row.sd * lot.normal(f"own model: {row.name}"))
            is_parameter = row.name in self.mechanism.parameter
            column = (self.mechanism.parameter if is_parameter else self.mechanism.state)[row.name]
            (parameters if is_parameter else state)[:, column] = np.clip(drawn, row.low, row.high)
        return parameters, state

    def at_enrolment(self, parameters: Floats, state: Floats, burden_mL: Floats) -> tuple[Floats, Floats]:
        """As they are: but for a hazard, which begins at enrolment."""
        hazard = (self.model.death.hazard or "") if self.model.death is not None else ""
        if hazard in self.mechanism.state:
            state = state.copy()
            state[:, self.mechanism.state[hazard]] = 0
        return parameters, state
