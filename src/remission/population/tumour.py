"""Patients of a tumour of the catalogue, in the project's own mechanism: from a small tumour to diagnosis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.arrays import Floats
from remission.biology import Mechanism, TumourTable, mechanism
from remission.population.sample import ML_PER_CELL, Candidates, Lot, draw_candidates
from remission.population.source import Start


@dataclass(frozen=True)
class Tumour:
    """Candidates as a tumour's table draws them."""

    table: TumourTable

    @property
    def mechanism(self) -> Mechanism:
        """The project's own."""
        return mechanism()

    def start(self, lot: Lot, previously_treated: float) -> Start:
        """The candidates of a lot."""
        drawn = draw_candidates(self.table, self.mechanism, lot, previously_treated)
        return Start(
            parameters=drawn.parameters,
            state=_small_tumour(self.table, self.mechanism, drawn),
            limit_day=self.table.value("slow_growth_limit") / drawn.mean_growth,
            diagnosed_at=drawn.cells_at_diagnosis.sum(axis=1),
            site=drawn.site,
            scar=drawn.scar,
            covariates=drawn.covariates,
        )

    def at_enrolment(self, parameters: Floats, state: Floats, burden_mL: Floats) -> tuple[Floats, Floats]:
        """The death rate at the burden of diagnosis, and the clock of death set back to enrolment."""
        return (
            _with_risk(self.table, self.mechanism, parameters, burden_mL),
            _at_enrolment(self.mechanism, state),
        )


def _small_tumour(table: TumourTable, model: Mechanism, drawn: Candidates) -> Floats:
    """Where untreated growth starts, shape (n, states)."""
    state = np.zeros((len(drawn.site), len(model.kernel.states)))
    growth = drawn.parameters[:, model.lesion_parameter["growth"]]
    cells = drawn.cells_at_diagnosis * table.value("initial_fraction") ** (growth / drawn.mean_growth[:, None])
    cells = np.where(cells < 1, 0.0, cells)
    escape = cells * drawn.escape_fraction[:, None]
    state[:, model.lesion_state["S"]] = cells - escape
    state[:, model.lesion_state["R"]] = escape
    state[:, model.lesion_state["T"]] = table.value("initial_t_cells") * cells
    priming = drawn.parameters[:, model.parameter["priming"]]
    state[:, model.state["E"]] = table.value("initial_effectors") * priming
    # What lags behind a burden that has always grown exponentially.
    lag = 1 + drawn.mean_growth * drawn.parameters[:, model.parameter["burden_lag"]]
    state[:, model.state["lagged_burden"]] = ML_PER_CELL * cells.sum(axis=1) / lag
    return state


def _at_enrolment(model: Mechanism, state: Floats) -> Floats:
    """The grown state with the clock of death set back to enrolment."""
    state = state.copy()
    state[:, model.state["death_hazard"]] = 0
    return state


def _with_risk(table: TumourTable, model: Mechanism, parameters: Floats, burden_mL: Floats) -> Floats:
    """Parameters with the death rate at the burden of diagnosis.

    In the course of one patient the hazard follows burden with ``death_power``; between patients, whose burdens differ
    for other reasons than risk, it follows the burden at diagnosis with the smaller ``death_power_baseline``.
    """
    parameters = parameters.copy()
    power = table.value("death_power_baseline") - table.value("death_power")
    parameters[:, model.parameter["death_rate"]] *= (np.maximum(burden_mL, 1e-4) / 100) ** power
    return parameters
