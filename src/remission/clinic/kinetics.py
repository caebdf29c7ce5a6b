"""Which drug goes where: a molecule's kinetics become parameters of the mechanism's channel for its
target."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from remission import draws
from remission.clinic.ward import Array, Index, Ward
from remission.errors import StudyError
from remission.study import Molecule, Regimen

# The mechanism's channel of each target; PD-L1 blockade frees PD-1 as PD-1 blockade does.
CHANNELS = {"PD-1": "pd1", "PD-L1": "pd1", "CTLA-4": "ctla4"}
_PARAMETERS = {
    "clearance_L_per_day": "CL",
    "central_volume_L": "V1",
    "intercompartmental_L_per_day": "Q",
    "peripheral_volume_L": "V2",
}


def channel_of(molecule: Molecule) -> str:
    """The mechanism's channel of a molecule.

    Raises
    ------
    StudyError
        If the mechanism has none for its target.
    """
    if molecule.target not in CHANNELS or molecule.kinetics is None or molecule.occupancy is None:
        raise StudyError(
            f"the mechanism has no place for {molecule.name}",
            found=f"target {molecule.target}",
            allowed="antibodies against " + ", ".join(CHANNELS),
            next_step="choose another molecule for this arm",
        )
    return CHANNELS[molecule.target]


def set_kinetics(ward: Ward, who: Index, regimen: Regimen) -> None:
    """Give the patients at ``who`` their own kinetics of every molecule of a regimen.

    A patient's draws belong to the molecule, not to the course: a second course meets the same clearance.
    """
    covariates = _covariates(ward, who)
    for order in regimen.orders:
        molecule = ward.study.molecules[order.molecule]
        channel = channel_of(molecule)
        assert molecule.kinetics is not None
        assert molecule.occupancy is not None

        def normal(what: str, name: str = molecule.name) -> Array:
            return draws.normal(ward.seed, ward.number[who], f"kinetics of {name}: {what}")

        values = molecule.kinetics.individual(covariates, normal)
        for name, symbol in _PARAMETERS.items():
            ward.parameters[who, ward.model.parameter[f"{channel}_{symbol}"]] = values[name]
        half = float(molecule.occupancy.half_saturation_mg_per_L)
        ward.parameters[who, ward.model.parameter[f"{channel}_half"]] = half


def _covariates(ward: Ward, who: Index) -> Mapping[str, Array]:
    """Columns of the patients' table that kinetics may name."""
    covariates = ward.patients.covariates
    names = ("age_year", "weight_kg", "height_cm", "female", "albumin_g_per_L", "ldh_ratio_uln", "ecog")
    return {name: np.asarray(getattr(covariates, name)[who], float) for name in names}
