"""From records of lesions to one `Scan` over all visits of all patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.arrays import Bools, Floats, Ints
from remission.response.columns import Measurements
from remission.response.criteria import Codes
from remission.response.records import (
    Lesions,
    Records,
    has_increased,
    has_progressed_unequivocally,
)
from remission.response.scan import Scan
from remission.response.selection import choose_new_targets, first_present
from remission.response.visits import Visits
from remission.response.words import NEW, NON_TARGET, TARGET

_NANOMETRES = 1e6  # in a millimetre


@dataclass(frozen=True)
class Tally:
    """Counts per patient and visit that the tables show beside the responses.

    Attributes
    ----------
    targets, nontargets : (p,) int
        Lesions of each patient at baseline.
    baseline_sum_mm : (p,) float
        Sum of target diameters at baseline, NaN without targets.
    new_lesions : (v,) int
        New lesions that have appeared up to each visit.
    """

    targets: Ints
    nontargets: Ints
    baseline_sum_mm: Floats
    new_lesions: Ints


def assemble_scans(
    rows: Measurements, visits: Visits, lesions: Lesions, role: Codes, records: Records
) -> tuple[Scan, Tally]:
    """What every visit showed, the baseline visits included.

    Returns
    -------
    Scan
        One row a visit, in the order of ``visits``.
    Tally
    """
    of = _Counter(records, visits, role[records.lesion], len(rows.patients), lesions)
    targets, nontargets = of.lesions(role == TARGET), of.lesions(role == NON_TARGET)
    n_targets, n_nontargets = targets[visits.patient], nontargets[visits.patient]
    measured = of.is_role(TARGET) & np.isfinite(records.diameter_mm)
    is_nontarget = of.is_role(NON_TARGET)
    sum_mm = of.total(measured, records.diameter_mm)
    progressed = has_progressed_unequivocally(records)
    increased = has_increased(records)
    # Nodes vary about their normal size: one of 10 mm is no lesion that came back.
    seen = ~records.gone & ~lesions.is_node[records.lesion]
    new = _NewLesions(of, lesions, role, records, visits)
    scan = Scan(
        time_day=visits.time_day,
        sum_mm=np.where(of.count(measured) > 0, sum_mm, np.nan),
        targets_gone=(n_targets > 0) & (of.count(measured & records.gone) == n_targets),
        nontargets_gone=(n_nontargets > 0) & (of.count(is_nontarget & records.gone) == n_nontargets),
        nontargets_progressed=of.any(is_nontarget & progressed),
        new_lesion=new.present,
        evaluable=of.count(measured) == n_targets,
        new_lesion_sum_mm=new.sum_mm,
        further_new_lesion=new.appeared,
        nontargets_increased=of.any(is_nontarget & increased),
        new_nontargets_increased=of.any(new.unmeasured & increased),
        nontargets_evaluable=of.count(is_nontarget) == n_nontargets,
        targets_seen=of.any(of.is_role(TARGET) & seen),
        nontargets_seen=of.any(is_nontarget & seen),
        symptomatic=np.bincount(visits.of_row, rows.symptomatic, len(visits.patient)) > 0,
    )
    baseline = np.where(targets > 0, sum_mm[visits.first], np.nan)
    return scan, Tally(targets, nontargets, baseline, new.so_far)


class _Counter:
    """Counts and sums of records per visit, and of lesions per patient."""

    def __init__(self, records: Records, visits: Visits, role: Codes, patients: int, lesions: Lesions) -> None:
        self._visit, self._visits = records.visit, len(visits.patient)
        self._patient, self._patients = lesions.patient, patients
        self._role = role

    def is_role(self, role: np.int8) -> Bools:
        return np.asarray(self._role == role)

    def lesions(self, which: Bools) -> Ints:
        return np.bincount(self._patient[which], minlength=self._patients)

    def count(self, which: Bools) -> Ints:
        return np.bincount(self._visit[which], minlength=self._visits)

    def any(self, which: Bools) -> Bools:
        return self.count(which) > 0

    def total(self, which: Bools, value: Floats) -> Floats:
        """Sums per visit, in whole nanometres: exact, so that the order of lesions leaves no trace."""
        whole = np.rint(value[which] * _NANOMETRES)
        return np.bincount(self._visit[which], whole, self._visits) / _NANOMETRES


class _NewLesions:
    """New lesions over the visits: there or not, how many so far, the sum of those that iRECIST measures."""

    def __init__(self, of: _Counter, lesions: Lesions, role: Codes, records: Records, visits: Visits) -> None:
        is_new = of.is_role(NEW)
        first_seen = first_present(lesions, records)
        measured = choose_new_targets(lesions, role, records)[records.lesion]
        appears = is_new & (records.visit == first_seen[records.lesion])
        there = is_new & ~records.gone
        was_there = is_new & records.was(~records.gone, False)
        # A lesion not judged at a visit is taken to be as it was.
        change = of.count(there & ~was_there) - of.count(~there & was_there)
        self.present = _running(change, visits) > 0
        self.appeared = of.any(appears)
        self.so_far = _running(of.count(appears), visits)
        self.unmeasured = is_new & ~measured
        seen = measured & np.isfinite(records.diameter_mm) & (records.visit >= first_seen[records.lesion])
        expected = _running(of.count(appears & measured), visits)
        complete = (expected > 0) & (of.count(seen) == expected)
        self.sum_mm = np.where(complete, of.total(seen, records.diameter_mm), np.nan)


def _running(count: Ints, visits: Visits) -> Ints:
    """Sum of ``count`` over the visits of a patient up to each one."""
    total = np.cumsum(count)
    before = np.where(visits.first > 0, total[visits.first - 1], 0)
    return total - before[visits.patient]
