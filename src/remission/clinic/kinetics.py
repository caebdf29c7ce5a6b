"""Which drug goes where: a molecule's kinetics become parameters of the mechanism's channel for its
target."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from remission import draws
from remission.clinic.ward import Array, Index, Ward
from remission.study import Molecule, Regimen

# The mechanism's channel of each target; PD-L1 blockade frees PD-1 as PD-1 blockade does.
CHANNELS = {"PD-1": "pd1", "PD-L1": "pd1", "CTLA-4": "ctla4", "LAG-3": "lag3", "DNA": "chemo"}
_PARAMETERS = {
    "clearance_L_per_day": "CL",
    "central_volume_L": "V1",
    "intercompartmental_L_per_day": "Q",
    "peripheral_volume_L": "V2",
}


def channel_of(molecule: Molecule) -> str:
    """The mechanism's channel of a molecule."""
    return CHANNELS[molecule.target]


def dose_state(molecule: Molecule) -> str:
    """The state that a dose goes into: the central compartment of an antibody, the effect of a chemotherapy."""
    channel = channel_of(molecule)
    return channel if molecule.kinetics is None else f"{channel}_central"


def set_kinetics(ward: Ward, who: Index, regimen: Regimen) -> None:
    """Give the patients at ``who`` their own kinetics of every molecule of a regimen.

    A patient's draws belong to the molecule, not to the course: a second course meets the same clearance.
    """
    covariates = _covariates(ward, who)
    for order in regimen.orders:
        for name, values in _channel_parameters(ward, who, ward.study.molecules[order.molecule], covariates).items():
            ward.parameters[who, ward.model.parameter[name]] = values


def _channel_parameters(
    ward: Ward, who: Index, molecule: Molecule, covariates: Mapping[str, Array]
) -> dict[str, Array | float]:
    """Parameters of the mechanism's channel for one molecule."""
    channel = channel_of(molecule)
    if molecule.effect is not None:
        return {f"{channel}_decay": float(molecule.effect.decay_per_day)}
    assert molecule.kinetics is not None
    assert molecule.occupancy is not None

    def normal(what: str) -> Array:
        return draws.normal(ward.seed, ward.number[who], f"kinetics of {molecule.name}: {what}")

    values = molecule.kinetics.individual(covariates, normal)
    return {
        **{f"{channel}_{symbol}": values[name] for name, symbol in _PARAMETERS.items()},
        f"{channel}_half": float(molecule.occupancy.half_saturation_mg_per_L),
    }


def _covariates(ward: Ward, who: Index) -> Mapping[str, Array]:
    """Columns of the patients' table that kinetics may name."""
    covariates = ward.patients.covariates
    names = ("age_year", "weight_kg", "height_cm", "female", "albumin_g_per_L", "ldh_ratio_uln", "ecog")
    return {name: np.asarray(getattr(covariates, name)[who], float) for name in names}
