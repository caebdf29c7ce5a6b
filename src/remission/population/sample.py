"""Who might become a patient: candidates drawn from a tumour's table.

Every draw is keyed by seed, patient, purpose and place (candidate number times a stride, plus lesion), so
candidate number c of patient k is the same person whoever else is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remission import draws
from remission.arrays import Bools, Floats, Ints
from remission.biology import LESIONS, Mechanism, Parameter, TumourTable

Groups = Mapping[str, Bools]
SITES = ("lung", "lymph node", "soft tissue", "liver", "adrenal")
LYMPH_NODE = SITES.index("lymph node")
_STRIDE = 16  # places of one candidate in the index of a draw
ML_PER_CELL = 5e-9  # 2e8 cells per mL
FOUND = 5  # lesions found at diagnosis at most; the places left hold metastases that are too small to be seen
UNSEEN_MM = 4.0  # a lesion below this is not seen (half of a usual CT slice of 5 mm and partial volume)


@dataclass(frozen=True)
class Lot:
    """The draws of one candidate for each of n patients."""

    seed: int
    patient: Ints
    candidate: Ints
    lesions: int = LESIONS

    def uniform(self, purpose: str) -> Floats:
        """One uniform draw a patient, shape (n,)."""
        return draws.uniform(self.seed, self.patient, purpose, self.candidate * _STRIDE)

    def normal(self, purpose: str) -> Floats:
        """One standard normal draw a patient, shape (n,)."""
        return draws.normal(self.seed, self.patient, purpose, self.candidate * _STRIDE)

    def _places(self) -> Ints:
        return self.candidate[:, None] * _STRIDE + np.arange(1, self.lesions + 1)

    def uniform_lesions(self, purpose: str) -> Floats:
        """One uniform draw a lesion, shape (n, 6)."""
        return draws.uniform(self.seed, self.patient[:, None], purpose, self._places())

    def normal_lesions(self, purpose: str) -> Floats:
        """One standard normal draw a lesion, shape (n, 6)."""
        return draws.normal(self.seed, self.patient[:, None], purpose, self._places())

    def of_patient(self, row: Parameter) -> Floats:
        """A log-normal patient-level parameter, shape (n,)."""
        if row.sd_patient == 0:
            return np.full(self.patient.shape, row.value)
        value = row.value * np.exp(row.sd_patient * self.normal(row.parameter))
        return np.clip(value, row.low, row.high)

    def of_lesion(self, row: Parameter) -> Floats:
        """A log-normal lesion-level parameter, shape (n, 6)."""
        shape = (len(self.patient), LESIONS)
        if row.sd_patient == 0 and row.sd_lesion == 0:
            return np.full(shape, row.value)
        spread = np.zeros(shape)
        if row.sd_patient:
            spread += row.sd_patient * self.normal(row.parameter)[:, None]
        if row.sd_lesion:
            spread += row.sd_lesion * self.normal_lesions(row.parameter)
        return np.clip(row.value * np.exp(spread), row.low, row.high)

    def choice(self, purpose: str, shares: Floats) -> Ints:
        """A place in ``shares`` for each patient, shape (n,)."""
        return np.searchsorted(np.cumsum(shares / shares.sum())[:-1], self.uniform(purpose), side="right")


@dataclass(frozen=True)
class Covariates:
    """What is measured of a patient at enrolment; arrays of shape (n,)."""

    age_year: Floats
    female: Bools
    weight_kg: Floats
    height_cm: Floats
    albumin_g_per_L: Floats
    ldh_ratio_uln: Floats
    ecog: NDArray[np.int8]
    previously_treated: Bools
    squamous: Bools
    pd_l1_percent: Floats


@dataclass(frozen=True)
class Candidates:
    """Drawn, not yet grown: model parameters, lesions and covariates."""

    parameters: Floats
    site: Ints
    mean_growth: Floats
    cells_at_diagnosis: Floats
    escape_fraction: Floats
    scar: Floats
    covariates: Covariates


def draw_candidates(table: TumourTable, mechanism: Mechanism, lot: Lot, previously_treated: float) -> Candidates:
    """Candidates of a tumour.

    Parameters
    ----------
    table : TumourTable
    mechanism : Mechanism
    lot : Lot
        Whose draws.
    previously_treated : float
        Share of patients with earlier treatment.
    """
    groups = draw_groups(table, lot, previously_treated)
    parameters = _model_parameters(table, mechanism, lot, groups)
    found = 1 + lot.choice("lesions", np.array([table.value(f"lesions_{count}") for count in range(1, FOUND + 1)]))
    is_found = np.arange(LESIONS) < found[:, None]
    size = lot.of_lesion(table["lesion_cells"]) * _group_factor(table, groups, "lesion_cells")[:, None]
    cells = np.where(is_found, size, _unseen_cells(table, lot, found))
    return Candidates(
        parameters=parameters,
        site=draw_sites(table, lot),
        mean_growth=(parameters[:, mechanism.lesion_parameter["growth"]] * is_found).sum(axis=1) / found,
        cells_at_diagnosis=cells,
        escape_fraction=_escape_fraction(table, lot),
        scar=lot.of_lesion(table["scar"]),
        covariates=draw_covariates(table, lot, groups, cells.sum(axis=1)),
    )


def draw_groups(table: TumourTable, lot: Lot, previously_treated: float) -> Groups:
    """Who was treated earlier, and whose tumour is squamous."""
    return {
        "previously_treated": lot.uniform("previously treated") < previously_treated,
        "squamous": lot.uniform("squamous") < table.value("squamous"),
    }


def draw_sites(table: TumourTable, lot: Lot) -> Ints:
    """Organ of each lesion, as an index into ``SITES``."""
    shares = np.array([table.value("site_" + site.replace(" ", "_")) for site in SITES])
    cuts = np.cumsum(shares / shares.sum())[:-1]
    return np.searchsorted(cuts, lot.uniform_lesions("site"), side="right")


def _unseen_cells(table: TumourTable, lot: Lot, found: Ints) -> Floats:
    """Sizes of the metastases that a scan does not show at diagnosis, the largest in place ``found``, shape (n, 6).

    Metastases that are seeded at a constant rate and grow exponentially are spread evenly over the logarithm of size
    (Iwata 2000, J Theor Biol 203:177), here below what a scan shows: a Poisson process, denser where more were found.
    """
    density = lot.of_patient(table["unseen"]) * found
    waiting = -np.log(lot.uniform_lesions("unseen"))
    waiting[np.arange(LESIONS) < found[:, None]] = 0.0
    largest = np.pi / 6 * (UNSEEN_MM / 10) ** 3 / ML_PER_CELL
    return largest * np.exp(-np.cumsum(waiting, axis=1) / density[:, None])


def _group_factor(table: TumourTable, groups: Groups, name: str) -> Floats:
    """Product of the factors that the table gives for a parameter in the groups of each patient, shape (n,).

    The row ``squamous:death_rate`` multiplies the death rate of patients whose tumour is squamous.
    """
    factor = np.ones(len(next(iter(groups.values()))))
    for group, members in groups.items():
        row = f"{group}:{name}"
        if row in table:
            factor[members] *= table.value(row)
    return factor


def _model_parameters(table: TumourTable, mechanism: Mechanism, lot: Lot, groups: Groups) -> Floats:
    """Model parameters of every patient; what the table does not name keeps the value of the model text."""
    parameters = np.tile(mechanism.kernel.defaults, (len(lot.patient), 1))
    for name, column in mechanism.parameter.items():
        if name in table:
            parameters[:, column] = lot.of_patient(table[name]) * _group_factor(table, groups, name)
    for name, columns in mechanism.lesion_parameter.items():
        if name in table:
            parameters[:, columns] = lot.of_lesion(table[name]) * _group_factor(table, groups, name)[:, None]
    # A linear birth-death clone in decline is gone when its expected size reaches Exp(1) times death / net
    # loss.
    for clone in ("extinct_S", "extinct_R"):
        waiting = -np.log(lot.uniform_lesions(clone))
        parameters[:, mechanism.lesion_parameter[clone]] = table.value("turnover_ratio") * waiting
    return parameters


def _escape_fraction(table: TumourTable, lot: Lot) -> Floats:
    """Share of escape cells when growth starts, shape (n,): none in most, log-uniform in the carriers."""
    carrier = lot.uniform("escape carrier") < table.value("escape_share")
    decades = table.value("escape_decades") * lot.uniform("escape fraction")
    return np.where(carrier, table.value("escape_fraction") * 10.0**-decades, 0.0)


def draw_covariates(table: TumourTable, lot: Lot, groups: Groups, cells: Floats) -> Covariates:
    """What is measured of patients with so many tumour cells."""
    frailty = lot.normal("death_rate")
    female = lot.uniform("female") < table.value("female")
    by_sex = {
        name: np.where(female, lot.of_patient(table[f"{name}_female"]), lot.of_patient(table[f"{name}_male"]))
        for name in ("weight", "height")
    }
    size = np.log(cells / (3 * table.value("lesion_cells")))
    ldh = lot.of_patient(table["ldh"]) * np.exp(table.value("ldh_burden") * size + table.value("ldh_frailty") * frailty)
    return Covariates(
        age_year=lot.of_patient(table["age"]),
        female=female,
        weight_kg=by_sex["weight"],
        height_cm=by_sex["height"],
        albumin_g_per_L=lot.of_patient(table["albumin"]),
        ldh_ratio_uln=ldh,
        ecog=_performance_status(table, lot, frailty, size),
        previously_treated=groups["previously_treated"],
        squamous=groups["squamous"],
        pd_l1_percent=_pd_l1_percent(table, lot),
    )


def _pd_l1_percent(table: TumourTable, lot: Lot) -> Floats:
    """Share of tumour cells that stain for PD-L1, percent: a reading correlated with the brake that anti-PD-1 lifts.

    Two published shares fix its distribution: 1 % and more, and 50 % and more; between them it is log-uniform, above
    uniform.
    """
    from scipy.special import ndtr

    correlation = table.value("pd_l1_correlation")
    own = np.sqrt(1 - correlation**2) * lot.normal("PD-L1 staining")
    exceeded = 1 - ndtr(correlation * lot.normal("pdl1") + own)
    positive, high = table.value("pd_l1_1"), table.value("pd_l1_50")
    low = 50 ** ((positive - exceeded) / (positive - high))
    return np.select([exceeded < high, exceeded < positive], [100 - 50 * exceeded / high, low], 0.0)


def _performance_status(table: TumourTable, lot: Lot, frailty: Floats, size: Floats) -> NDArray[np.int8]:
    """Performance status 0, 1 or 2 and more, from a latent score of frailty and burden with unit variance."""
    from scipy.special import ndtr

    # Burden of a sum of log-normal lesions has a spread of about 1.1 in the logarithm.
    latent = ndtr(0.5 * frailty + 0.5 * size / 1.1 + np.sqrt(0.5) * lot.normal("performance status"))
    too_frail = table.value("ecog_2")
    restricted = too_frail + (1 - too_frail) * table.value("ecog_1")
    return ((latent > 1 - restricted).astype(np.int8) + (latent > 1 - too_frail)).astype(np.int8)
