"""How good, how harmful, how soon: what a molecule would add if it were another, and came on another date."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import numpy as np

from remission.biology import load_tumour
from remission.errors import StudyError
from remission.population import enrol
from remission.road.lives import Lives
from remission.road.read import arrival_days, arriving_regimens, lives_in_arm
from remission.study import DoseOrder, Molecule, Sourced, StudyDefinition
from remission.units import DAYS_PER_MONTH

BLOCKED = (0.5, 0.9, 0.99)
TOXICITY = (0.5, 1.0)
YEARS_SOONER = (4, 2, 0)
_TYPICAL_KG, _TYPICAL_M2 = 80.0, 1.9
_HYPOTHETICAL = ("hypothetical", "assumed")


@dataclass(frozen=True)
class Arrival:
    """One hypothetical molecule on the road; differences are to the same patients without it.

    Parameters
    ----------
    blocked : float
        Share of its receptors that the mean level of the typical patient blocks.
    toxicity : float
        Factor on its shares of toxicity.
    date : date
        From which it exists.
    reached : float
        Share of patients who were given it.
    months, free_months, severe : (float, float, float)
        Mean difference with its 95 % interval, normal over patients: months alive, months alive without a drug,
        toxicities of grade 3 to 5 a patient.
    """

    blocked: float
    toxicity: float
    date: date
    reached: float
    months: tuple[float, float, float]
    free_months: tuple[float, float, float]
    severe: tuple[float, float, float]


def arriving_molecule(study: StudyDefinition) -> Molecule:
    """The molecule of the study's arrival that comes last.

    Raises
    ------
    StudyError
        If the study has no ``time_gained``, or the molecule is no antibody.
    """
    arrival_days(study, 0)  # refuses a study without an arrival
    orders = [order for name in arriving_regimens(study) for order in study.regimens[name].orders]
    assert study.time_gained is not None
    named = {order.molecule for order in orders}
    dated = [study.molecules[name] for name in sorted(named) if study.molecules[name].available_from is not None]
    latest = max(dated, key=lambda molecule: molecule.available_from or date.min)
    if latest.kinetics is None:
        raise StudyError(
            "potency is varied by the share of receptors blocked, which chemotherapy does not do",
            where=f"time_gained of {study.name}",
            found=latest.name,
            allowed="an antibody",
        )
    return latest


def mean_level(molecule: Molecule, order: DoseOrder) -> float:
    """Mean level in mg/L of the typical patient at steady state: dose over clearance and interval.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> study = load_definition("relativity-047")
    >>> order = study.regimens["nivolumab+relatlimab"].orders[1]
    >>> round(mean_level(study.molecules["relatlimab"], order), 1)
    43.3
    """
    assert molecule.kinetics is not None
    per = {"mg": 1.0, "mg/kg": _TYPICAL_KG, "mg/m2": _TYPICAL_M2}[order.dose.unit]
    every = float(np.mean(order.every_day))
    return order.dose.value * per / (molecule.kinetics.clearance_L_per_day.value * every)


def another(
    study: StudyDefinition, molecule: Molecule, blocked: float, toxicity: float, since: date
) -> StudyDefinition:
    """The study with a molecule of that potency, toxicity and date."""
    orders = [order for name in arriving_regimens(study) for order in study.regimens[name].orders]
    order = next(each for each in orders if each.molecule == molecule.name)
    half = mean_level(molecule, order) * (1 - blocked) / blocked
    harm = molecule.toxicity
    shares = {
        name: Sourced(min(1.0, toxicity * share), *_HYPOTHETICAL)  # type: ignore[arg-type]
        for name in ("grade_3_to_5", "grade_3_to_5_if_treated_on", "grade_3_to_5_combined")
        if (share := getattr(harm, name)) is not None
    }
    assert molecule.occupancy is not None
    changed = replace(
        molecule,
        occupancy=replace(molecule.occupancy, half_saturation_mg_per_L=Sourced(half, *_HYPOTHETICAL)),  # type: ignore[arg-type]
        toxicity=replace(harm, **shares),
        available_from=since,
    )
    return replace(study, molecules={**study.molecules, molecule.name: changed})


def arrivals(
    study: StudyDefinition,
    *,
    patients: int = 500,
    seed: int | None = None,
    blocked: Sequence[float] = BLOCKED,
    toxicity: Sequence[float] = TOXICITY,
    dates: Iterable[date] | None = None,
) -> list[Arrival]:
    """What every combination of potency, toxicity and date adds to the road of a study.

    Parameters
    ----------
    study : StudyDefinition
        With ``time_gained``; its arrival's latest molecule is varied.
    patients : int
        Of the study's numbers, from 0.
    seed : int, optional
        In place of the study's.
    blocked, toxicity : sequence of float
        Shares of receptors between 0 and 1, and factors on toxicity.
    dates : iterable of date, optional
        By default four and two years sooner than the molecule, and its own date.

    Raises
    ------
    StudyError
        If the study has no ``time_gained``, or its arrival is no antibody.
    """
    molecule = arriving_molecule(study)
    own = molecule.available_from or date.min
    when = [_years_sooner(own, years) for years in YEARS_SOONER] if dates is None else list(dates)
    lot = study.seed if seed is None else seed
    table = load_tumour(study.tumour)
    enrolled = enrol(table, lot, np.arange(patients), study.previously_treated, study.eligible, study.model)
    assert study.time_gained is not None
    road, without = study.time_gained.road, study.time_gained.without_arrival
    base = lives_in_arm(study, without, table, lot, enrolled, arrival_days(study, lot))
    rows = []
    for share, factor, since in product(blocked, toxicity, when):
        changed = another(study, molecule, share, factor, since)
        lived = lives_in_arm(changed, road, table, lot, enrolled, arrival_days(changed, lot))
        rows.append(_row(share, factor, since, lived, base))
    return rows


def _years_sooner(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


def _row(share: float, factor: float, since: date, lived: Lives, base: Lives) -> Arrival:
    both = np.intersect1d(lived.patient, base.patient)
    mine, other = np.isin(lived.patient, both), np.isin(base.patient, both)

    def difference(name: str, scale: float = 1.0) -> tuple[float, float, float]:
        change = scale * (getattr(lived, name)[mine] - getattr(base, name)[other])
        half = 1.96 * change.std(ddof=1) / np.sqrt(len(change)) if len(change) > 1 else np.nan
        return float(change.mean()), float(change.mean() - half), float(change.mean() + half)

    month = 1 / DAYS_PER_MONTH
    numbers = (difference("alive_day", month), difference("free_day", month), difference("severe"))
    return Arrival(share, factor, since, float(lived.reached.mean()), *numbers)
