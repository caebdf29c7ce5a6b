"""What a molecule tells the mechanism of a patient: its kinetics become parameters of its inlet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from remission import draws
from remission.arrays import Floats, Index
from remission.clinic.ward import Ward
from remission.study import Molecule, Regimen


def set_kinetics(ward: Ward, who: Index, regimen: Regimen) -> None:
    """Give the patients at ``who`` their own kinetics of every molecule of a regimen.

    A patient's draws belong to the molecule, not to the course: a second course meets the same clearance.
    """
    covariates = _covariates(ward, who)
    for order in regimen.orders:
        molecule = ward.study.molecules[order.molecule]
        quantities = _quantities(ward, who, molecule, covariates)
        for name, column in ward.model.inlet_of(molecule).parameter.items():
            ward.parameters[who, column] = quantities[name]


def _quantities(
    ward: Ward, who: Index, molecule: Molecule, covariates: Mapping[str, Floats]
) -> Mapping[str, Floats | float]:
    """What a molecule says of each patient, by name."""
    if molecule.effect is not None:
        return {"decay_per_day": float(molecule.effect.decay_per_day)}
    assert molecule.kinetics is not None
    assert molecule.occupancy is not None

    def normal(what: str) -> Floats:
        return draws.normal(ward.seed, ward.number[who], f"kinetics of {molecule.name}: {what}")

    half = float(molecule.occupancy.half_saturation_mg_per_L)
    return {**molecule.kinetics.individual(covariates, normal), "half_saturation_mg_per_L": half}


def _covariates(ward: Ward, who: Index) -> Mapping[str, Floats]:
    """Columns of the patients' table that kinetics may name."""
    covariates = ward.patients.covariates
    names = ("age_year", "weight_kg", "height_cm", "female", "albumin_g_per_L", "ldh_ratio_uln", "ecog")
    return {name: np.asarray(getattr(covariates, name)[who], float) for name in names}
