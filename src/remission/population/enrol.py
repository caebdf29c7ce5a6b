"""From candidates to patients: each grows untreated from a small tumour to diagnosis, and must be eligible.

Growing to diagnosis matters more than any other choice: a lesion that the immune system would clear without
help never reaches diagnosis, so nobody responds without a drug. Candidate after candidate is grown for each
patient number until one is diagnosed and eligible.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Bools, Floats, Index, Ints
from remission.biology import TumourTable
from remission.population.own_model import OwnPatients
from remission.population.sample import LYMPH_NODE, Covariates, Lot
from remission.population.source import Source
from remission.population.tumour import Tumour
from remission.solver import Status
from remission.study import Criterion, OwnModel
from remission.study.eligibility import fulfilled

MAX_CANDIDATES = 200
PERFORMANCE_STATUS = Criterion("ecog", at_most=1)
GROWTH_RTOL = 1e-3
NODE_TARGET_MM = 15.0
TARGET_MM = 10.0
TARGETS, TARGETS_PER_SITE = 5, 2
NO_CANDIDATE = f"none of {MAX_CANDIDATES} candidates was diagnosed and eligible"


@dataclass(frozen=True)
class Patients:
    """Patients at enrolment; every array has one row a patient.

    Attributes
    ----------
    number : ndarray of int64, shape (n,)
    attempts : ndarray of int16, shape (n,)
        Candidates grown until one was diagnosed and eligible.
    enrolled : ndarray of bool, shape (n,)
        False where no candidate was; such a patient has no meaningful values.
    growth_time_day : ndarray, shape (n,)
        From a small tumour to diagnosis.
    state, parameters : ndarray, shape (n, states) and (n, parameters)
        The mechanism at diagnosis.
    site : ndarray of int, shape (n, 6)
        Index into ``SITES``.
    target : ndarray of bool, shape (n, 6)
        Lesions followed as RECIST targets; whatever else is visible is a non-target, and the rest is still unseen.
    volume_mL, scar : ndarray, shape (n, 6)
        Volume at diagnosis, and the share of it that stays as a scar.
    covariates : Covariates
    """

    number: Ints
    attempts: NDArray[np.int16]
    enrolled: Bools
    growth_time_day: Floats
    state: Floats
    parameters: Floats
    site: Ints
    target: Bools
    volume_mL: Floats
    scar: Floats
    covariates: Covariates

    def take(self, index: Index | Bools) -> Patients:
        """The patients at ``index``, in that order."""
        return _rows(self, index)


def _rows(record, index):
    """A dataclass of arrays with the rows at ``index``."""
    changed = {}
    for field in fields(record):
        value = getattr(record, field.name)
        changed[field.name] = value[index] if isinstance(value, np.ndarray) else _rows(value, index)
    return replace(record, **changed)


def _put(record, index, other) -> None:
    """Write the rows of ``other`` into a dataclass of arrays at ``index``."""
    for field in fields(record):
        value = getattr(record, field.name)
        if isinstance(value, np.ndarray):
            value[index] = getattr(other, field.name)
        else:
            _put(value, index, getattr(other, field.name))


def enrol(
    table: TumourTable,
    seed: int,
    patients: Ints,
    previously_treated: float = 0.0,
    eligible: tuple[Criterion, ...] = (),
    model: OwnModel | None = None,
) -> Patients:
    """Patients by number, each from its own row of candidates.

    Parameters
    ----------
    table : TumourTable
    seed : int
    patients : ndarray of int64, shape (n,)
    previously_treated : float
        Share with earlier treatment, 0 to 1.
    eligible : tuple of Criterion
        What the study asks of its patients, besides a measurable lesion and a performance status of 0 or 1.
    model : OwnModel, optional
        How their lesions grow, where that is not the project's own mechanism; the table says who they are.

    Examples
    --------
    >>> from remission.biology import load_tumour
    >>> few = enrol(load_tumour("melanoma"), 1, np.arange(4))
    >>> alone = enrol(load_tumour("melanoma"), 1, np.array([2]))
    >>> bool((few.state[2] == alone.state[0]).all())
    True
    """
    source: Source = Tumour(table) if model is None else OwnPatients(table, model)
    patients = np.asarray(patients, np.int64)
    result: Patients | None = None
    waiting = np.arange(len(patients))
    for candidate in range(MAX_CANDIDATES):
        lot = Lot(seed, patients[waiting], np.full(len(waiting), candidate, np.int64))
        grown = _grow(source, lot, previously_treated, eligible)
        if result is None:
            result = grown
        else:
            _put(result, waiting, grown)
        waiting = waiting[~grown.enrolled]
        if len(waiting) == 0:
            break
    assert result is not None
    return result


def _grow(source: Source, lot: Lot, previously_treated: float, criteria: tuple[Criterion, ...]) -> Patients:
    """One candidate for each patient of the lot, grown to diagnosis where that happens."""
    model, drawn = source.mechanism, source.start(lot, previously_treated)
    eligible = fulfilled((PERFORMANCE_STATUS, *criteria), vars(drawn.covariates), len(lot.patient))
    start = np.zeros(len(lot.patient))
    thresholds = np.column_stack([np.full(len(start), np.inf), drawn.diagnosed_at])
    grown = model.kernel.advance(
        drawn.state,
        drawn.parameters,
        start,
        np.where(eligible, drawn.limit_day, start),  # who may not be enrolled need not grow
        thresholds=thresholds,
        terminal=(False, True),
        rtol=GROWTH_RTOL,
        atol=model.tolerance,
    )
    volume = model.kernel.observe(grown.state, drawn.parameters, grown.time_day)
    target = choose_targets(diameter_mm(volume), drawn.site)
    parameters, state = source.at_enrolment(drawn.parameters, grown.state, volume.sum(axis=1))
    diagnosed = (grown.status == Status.CROSSED) | (drawn.limit_day == 0)
    return Patients(
        number=lot.patient,
        attempts=(lot.candidate + 1).astype(np.int16),
        enrolled=eligible & diagnosed & target.any(axis=1),
        growth_time_day=grown.time_day,
        state=state,
        parameters=parameters,
        site=drawn.site,
        target=target,
        volume_mL=volume,
        scar=drawn.scar,
        covariates=drawn.covariates,
    )


def diameter_mm(volume_mL: Floats) -> Floats:
    """Diameter of a sphere.

    Examples
    --------
    >>> float(diameter_mm(np.array(np.pi / 6)))
    10.0
    """
    return 10 * np.cbrt(6 / np.pi * volume_mL)


def choose_targets(size_mm: Floats, site: Ints) -> Bools:
    """RECIST 1.1 targets (Eisenhauer 2009): the largest measurable lesions, at most 2 per organ and 5 in all.

    Shapes are (n, 6). A lesion is measurable from 10 mm, a lymph node from 15 mm (short axis).
    """
    least = np.where(site == LYMPH_NODE, NODE_TARGET_MM, TARGET_MM)
    measurable = size_mm >= least
    larger = (size_mm[:, None, :] > size_mm[:, :, None]) & measurable[:, None, :]
    same_site = site[:, None, :] == site[:, :, None]
    ahead_in_site = (larger & same_site).sum(axis=2)
    chosen = measurable & (ahead_in_site < TARGETS_PER_SITE)
    return chosen & ((larger & chosen[:, None, :]).sum(axis=2) < TARGETS)
