"""A model of the user's own as data: its equations, and what the clinic has to know about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class OwnLesion:
    """One lesion: a name of the model, and what that is in millilitres or millimetres.

    Parameters
    ----------
    name : str
        What the user calls it.
    measure : str
        "volume", of a sphere, in mL; or "diameter" in mm.
    of : str
        State, parameter or rule of the model.
    factor : float
        Millilitres, or millimetres, in one unit of it.
    """

    name: str
    measure: Literal["volume", "diameter"]
    of: str
    factor: float = 1.0


@dataclass(frozen=True)
class OwnDrug:
    """Where a molecule goes.

    Parameters
    ----------
    name : str
        The molecule.
    into : str
        State that receives a dose.
    factor : float
        Units of that state in a milligram; of a chemotherapy, in a reference dose.
    sets : tuple of (str, str)
        Quantities of the molecule (`MOLECULE_QUANTITIES`), and the parameter of the model that each becomes.
    """

    name: str
    into: str
    factor: float = 1.0
    sets: tuple[tuple[str, str], ...] = ()


MOLECULE_QUANTITIES = (
    "clearance_L_per_day",
    "central_volume_L",
    "intercompartmental_L_per_day",
    "peripheral_volume_L",
    "half_saturation_mg_per_L",
    "decay_per_day",
)
"""What a molecule can tell a model of a patient, or of itself."""


@dataclass(frozen=True)
class OwnSpread:
    """A parameter, or a state at the start, that differs between patients: log-normal within bounds.

    Parameters
    ----------
    name : str
    value : float
        Median.
    sd : float
        Standard deviation of the natural logarithm.
    low, high : float
        Bounds of what is drawn.
    """

    name: str
    value: float
    sd: float
    low: float
    high: float


@dataclass(frozen=True)
class OwnStart:
    """Diagnosis of a model that is grown to it without treatment: the total volume at which a tumour is found.

    Parameters
    ----------
    volume_mL, sd : float
        Median, and standard deviation of the natural logarithm.
    within_day : float
        Who has not come to it by then is nobody's patient.
    """

    volume_mL: float
    sd: float
    within_day: float


@dataclass(frozen=True)
class OwnDeath:
    """When the disease kills: at a total volume, or by a hazard.

    Parameters
    ----------
    volume_mL : float or None
    hazard : str or None
        Name in the model of the cumulative hazard; it kills where it reaches an exponential draw of mean 1.
    """

    volume_mL: float | None = None
    hazard: str | None = None


@dataclass(frozen=True)
class OwnModel:
    """Equations and mapping.

    Parameters
    ----------
    equations : str
        SBML or Antimony, word for word.
    lesions, drugs, varies : tuple
        In the order of the file.
    start : OwnStart or None
        None starts from the model's own initial values.
    death : OwnDeath or None
        None: the disease kills nobody.
    """

    equations: str
    lesions: tuple[OwnLesion, ...]
    drugs: tuple[OwnDrug, ...]
    varies: tuple[OwnSpread, ...] = ()
    start: OwnStart | None = None
    death: OwnDeath | None = None
