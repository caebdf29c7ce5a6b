"""A molecule as data: where it acts, how it is cleared, what it blocks, what harm it does.

No number can be made without saying where it comes from and how far to trust that: it is a `Sourced` value,
or a `Parameter` or `ClearanceChange` with a source of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from remission.errors import DataError
from remission.units import Amount

if TYPE_CHECKING:
    from numpy.typing import NDArray

Evidence = Literal["read", "computed", "recalled", "assumed"]
EVIDENCE: tuple[Evidence, ...] = ("read", "computed", "recalled", "assumed")
"""``read`` in the source named, ``computed`` from figures that were, ``recalled`` from memory, or ``assumed``
where nothing is published."""

KINDS = ("antibody", "chemotherapy")
TARGETS = ("PD-1", "PD-L1", "CTLA-4", "LAG-3", "DNA")
COVARIATES = ("age_year", "weight_kg", "height_cm", "female", "albumin_g_per_L", "ldh_ratio_uln", "ecog")


class Sourced(float):
    """A number that says where it comes from; computes like any other.

    Parameters
    ----------
    value : float
        In the unit of the field that holds it.
    source, evidence : str
        Where it was found, and how far to trust that.

    Examples
    --------
    >>> incidence = Sourced(0.17, "Robert 2019", "read")
    >>> 2 * incidence, incidence.source
    (0.34, 'Robert 2019')
    """

    source: str
    evidence: Evidence

    def __new__(cls, value: float, source: str, evidence: Evidence) -> Sourced:
        number = super().__new__(cls, value)
        number.source = source
        number.evidence = evidence
        return number

    def __reduce__(self) -> tuple[type[Sourced], tuple[float, str, Evidence]]:
        return type(self), (float(self), self.source, self.evidence)


@dataclass(frozen=True)
class Covariate:
    """How a quantity depends on one feature of the patient.

    Parameters
    ----------
    name : str
        Column of the patients' table.
    reference, power : float or None
        Multiplies by ``(x / reference) ** power``.
    scale : float or None
        With it, by ``(ln(scale * x) / ln(reference)) ** power``: Feng 2014 relates clearance of ipilimumab to
        the logarithm of LDH in U/L, and patients here carry LDH as a multiple of the upper limit of normal.
    factor, at_least : float or None
        Multiplies by ``factor`` where ``x >= at_least`` (1 for yes or no).
    """

    name: str
    reference: float | None = None
    power: float | None = None
    scale: float | None = None
    factor: float | None = None
    at_least: float = 1.0

    def multiplier(self, x: NDArray) -> NDArray:
        """Factor by which the typical value is multiplied, one per patient.

        Examples
        --------
        >>> import numpy as np
        >>> Covariate("weight_kg", reference=80.0, power=0.5).multiplier(np.array([80.0, 20.0]))
        array([1. , 0.5])
        >>> Covariate("female", factor=0.8).multiplier(np.array([False, True]))
        array([1. , 0.8])
        """
        import numpy as np

        if self.factor is not None:
            return np.where(np.asarray(x, float) >= self.at_least, self.factor, 1.0)
        assert self.reference is not None
        assert self.power is not None
        if self.scale is not None:
            logarithm = np.log(np.maximum(self.scale * np.asarray(x, float), _LEAST_LDH))
            return np.asarray((logarithm / math.log(self.reference)) ** self.power)
        return np.asarray((np.asarray(x, float) / self.reference) ** self.power)


_LEAST_LDH = 2.0
"""Keeps the logarithm positive; no measured LDH, in U/L, is anywhere near."""


@dataclass(frozen=True)
class Parameter:
    """A quantity that varies between patients.

    Parameters
    ----------
    value : float
        Of the typical patient, in the unit of the field that holds it.
    sd_ln : float
        Standard deviation of its natural logarithm between patients (root of the published omega squared).
    covariates : tuple of Covariate
        Multiply the typical value.
    draw : str
        Name of the standard normal draw it uses; two parameters with one name move together.
    source, evidence : str
        Where it was found, and how far to trust that.
    """

    value: float
    sd_ln: float
    draw: str
    source: str
    evidence: Evidence
    covariates: tuple[Covariate, ...] = ()

    def individual(self, patients: Mapping[str, NDArray], normal: NDArray) -> NDArray:
        """Value of each patient from covariates and a standard normal draw.

        Raises
        ------
        DataError
            If a covariate is missing.
        """
        import numpy as np

        values = self.value * np.exp(self.sd_ln * np.asarray(normal, float))
        for covariate in self.covariates:
            if covariate.name not in patients:
                raise DataError("a covariate is missing", found=", ".join(patients), allowed=covariate.name)
            values = values * covariate.multiplier(patients[covariate.name])
        return values


@dataclass(frozen=True)
class ClearanceChange:
    """Clearance that falls during treatment: times ``exp(emax t^hill / (t50^hill + t^hill))``.

    Parameters
    ----------
    emax_ln : float
        Change of the logarithm of clearance after a long time (negative: it falls).
    sd : float
        Additive normal spread of ``emax_ln`` between patients.
    t50_day, hill : float
        Time of half the change since the first dose, and steepness.
    source, evidence : str
        As for `Parameter`.
    """

    emax_ln: float
    sd: float
    t50_day: float
    hill: float
    source: str
    evidence: Evidence

    def factor(self, time_day: NDArray, emax_ln: NDArray | float | None = None) -> NDArray:
        """Multiplier of clearance at a time since the first dose, for typical or individual ``emax_ln``."""
        import numpy as np

        power = np.asarray(time_day, float) ** self.hill
        change = self.emax_ln if emax_ln is None else emax_ln
        return np.asarray(np.exp(change * power / (self.t50_day**self.hill + power)))


@dataclass(frozen=True)
class Kinetics:
    """Two compartments, doses into the central one; clearance and flow in L/day, volumes in L.

    ``correlation`` is between the logarithms of clearance and central volume within patients.
    """

    clearance_L_per_day: Parameter
    central_volume_L: Parameter
    peripheral_volume_L: Parameter
    intercompartmental_L_per_day: Parameter
    correlation: float = 0.0
    clearance_change: ClearanceChange | None = None

    def individual(self, patients: Mapping[str, NDArray], normal: Callable[[str], NDArray]) -> dict[str, NDArray]:
        """The four quantities of every patient, and ``clearance_emax_ln`` where clearance changes with time.

        Parameters
        ----------
        patients : mapping of str to ndarray, shape (n,)
            Columns of the patients' table; those that the covariates name must be there.
        normal : callable
            Gives the standard normal draws, shape (n,), of a name: "clearance", "central_volume",
            "peripheral_volume", "intercompartmental" or "clearance_change".

        Returns
        -------
        dict of str to ndarray, shape (n,)
            Keyed as the fields of this class.
        """
        import numpy as np

        draws = {name: normal(name) for name in sorted({p.draw for p in self._parameters().values()})}
        if self.correlation and "clearance" in draws and "central_volume" in draws:
            own = math.sqrt(1 - self.correlation**2)
            draws["central_volume"] = self.correlation * draws["clearance"] + own * draws["central_volume"]
        values = {name: p.individual(patients, draws[p.draw]) for name, p in self._parameters().items()}
        if self.clearance_change is not None:
            change = self.clearance_change
            values["clearance_emax_ln"] = np.asarray(change.emax_ln + change.sd * normal("clearance_change"))
        return values

    def _parameters(self) -> dict[str, Parameter]:
        return {
            "clearance_L_per_day": self.clearance_L_per_day,
            "central_volume_L": self.central_volume_L,
            "peripheral_volume_L": self.peripheral_volume_L,
            "intercompartmental_L_per_day": self.intercompartmental_L_per_day,
        }


@dataclass(frozen=True)
class Occupancy:
    """Share of receptors blocked at a level c: ``c / (c + half_saturation_mg_per_L)``."""

    half_saturation_mg_per_L: Sourced


@dataclass(frozen=True)
class Effect:
    """Kinetics of a drug of which only the effect is followed.

    Parameters
    ----------
    reference_dose : Amount
        Dose that raises the effect by 1; others raise it in proportion.
    decay_per_day : Sourced
        The effect fades exponentially at this rate.
    """

    reference_dose: Amount
    decay_per_day: Sourced


@dataclass(frozen=True)
class Toxicity:
    """Treatment-related adverse events of grade 3 to 5.

    Parameters
    ----------
    grade_3_to_5 : Sourced
        Published share of treated patients who have one.
    grade_3_to_5_if_treated_on : Sourced
        Share who would have one if treatment never ended; larger, since most stop before.
    grade_3_to_5_combined : Sourced or None
        The same where another antibody is given with it; None where that changes nothing.
    share_grade_4, share_fatal : Sourced
        Shares of those events; the rest are grade 3.
    onset_median_day, onset_sd_ln : Sourced
        Log-normal time from the first dose of a course to the event.
    resolution_median_day, resolution_sd_ln : Sourced
        Log-normal time from onset to resolution.
    """

    grade_3_to_5: Sourced
    grade_3_to_5_if_treated_on: Sourced
    share_grade_4: Sourced
    share_fatal: Sourced
    onset_median_day: Sourced
    onset_sd_ln: Sourced
    resolution_median_day: Sourced
    resolution_sd_ln: Sourced
    grade_3_to_5_combined: Sourced | None = None


@dataclass(frozen=True)
class Molecule:
    """One drug.

    Parameters
    ----------
    name, label : str
        Short name, and how tables call it.
    kind : str
        "antibody" or "chemotherapy".
    target : str
        "PD-1", "PD-L1", "CTLA-4", "LAG-3" or "DNA".
    available_from : date or None
        First day on which it can be prescribed; None for always.
    kinetics : Kinetics or None
        Of an antibody.
    occupancy : Occupancy or None
        Of an antibody.
    effect : Effect or None
        Of a chemotherapy.
    toxicity : Toxicity
    lines : tuple of int
        Lines of treatment in which it may be given; empty for all.
    """

    name: str
    label: str
    kind: Literal["antibody", "chemotherapy"]
    target: str
    toxicity: Toxicity
    available_from: date | None = None
    kinetics: Kinetics | None = None
    occupancy: Occupancy | None = None
    effect: Effect | None = None
    lines: tuple[int, ...] = ()
