"""A scan: what the reader sees of each lesion, and what RECIST makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remission import draws
from remission.biology import LESIONS, TumourTable
from remission.clinic.ward import Array, Index, Ward
from remission.population import LYMPH_NODE, Patients, diameter_mm
from remission.response import Scan

UNSEEN_MM = 4.0  # a lesion below this is not seen (half of a usual CT slice of 5 mm and partial volume)
FLOOR_MM = 5.0  # too small to measure is written as 5 mm (Eisenhauer 2009)
NORMAL_NODE_MM = 10.0  # a node below this is normal (Eisenhauer 2009)
# Eisenhauer 2009 asks for "unequivocal", substantial worsening of non-targets and gives no number.
NONTARGET_GROWTH, NONTARGET_GROWTH_MM = 1.4, 10.0
# "Any increase" confirms an iUPD of non-targets (Seymour 2017); less than this is within the reader's error.
NONTARGET_INCREASE_MM = 5.0


@dataclass(frozen=True)
class Reading:
    """The lesions of m patients at one scan; all of shape (m, 5)."""

    true_mm: Array
    measured_mm: Array
    gone: NDArray[np.bool_]


def draw_reader_bias(table: TumourTable, seed: int, patients: Patients) -> Array:
    """The part of the reader's error that stays with a lesion, as a factor, shape (n, 5)."""
    places = np.arange(1, LESIONS + 1)
    error = draws.normal(seed, patients.number[:, None], "reader error of a lesion", places)
    return np.exp(table.value("reader_sd_lesion") * error)


def read_lesions(
    table: TumourTable,
    seed: int,
    patients: Patients,
    bias: Array,
    volume_mL: Array,
    time_day: Array,
    visit: NDArray[np.int16],
) -> Reading:
    """Measure every lesion of m patients.

    A lesion never looks smaller than its scar, which resorbs. The reader's error has a part that stays with
    the lesion and a part that changes from visit to visit.
    """
    resorbed = 2.0 ** (-time_day / table.value("scar_half_life"))
    scar_mL = patients.scar * patients.volume_mL * resorbed[:, None]
    true_mm = diameter_mm(np.maximum(volume_mL, scar_mL))
    index = visit[:, None].astype(np.int64) * LESIONS + np.arange(LESIONS)
    error = draws.normal(seed, patients.number[:, None], "reader error of a visit", index)
    seen = np.maximum(true_mm * bias * np.exp(table.value("reader_sd_visit") * error), FLOOR_MM)
    node = patients.site == LYMPH_NODE
    present = patients.present
    # A node that has shrunk to nothing visible is still a (normal) node of some millimetres.
    measured = np.where(present & (node | (true_mm >= UNSEEN_MM)), seen, 0.0)
    gone = present & np.where(node, measured < NORMAL_NODE_MM, measured == 0)
    return Reading(np.where(present, true_mm, 0.0), measured, gone)


def sum_of(lesions: NDArray[np.bool_], measured_mm: Array) -> Array:
    """Sum of the diameters of some lesions, shape (m,)."""
    return np.where(lesions, measured_mm, 0.0).sum(axis=1)


def make_scan(ward: Ward, at: Index, reading: Reading) -> Scan:
    """What RECIST needs of a scan of the patients at ``at``; what the ward remembers of scans is brought up to date."""
    present, target = ward.patients.present[at], ward.target[at]
    hidden = ward.out_of_sight[at]
    others = present & ~target & ~hidden
    total = sum_of(others, reading.measured_mm)
    nadir, last, known = ward.nontarget_nadir_mm[at], ward.nontarget_last_mm[at], ward.seen_new_lesions[at]
    node = ward.patients.site[at] == LYMPH_NODE
    seen = present & ~node & (reading.measured_mm > 0)
    last_mm = ward.measured_mm[at]
    returned = hidden & ~reading.gone
    newly_returned = returned & np.where(node, last_mm < NORMAL_NODE_MM, last_mm == 0)
    ward.nontarget_nadir_mm[at] = np.minimum(nadir, total)
    ward.nontarget_last_mm[at] = total
    ward.seen_new_lesions[at] = ward.new_lesions[at]
    ward.measured_mm[at] = reading.measured_mm
    return Scan(
        time_day=ward.time_day[at],
        sum_mm=sum_of(target, reading.measured_mm),
        targets_gone=np.all(reading.gone | ~target, axis=1),
        nontargets_gone=np.all(reading.gone | ~others, axis=1) & (ward.earlier_new_lesions[at] == 0),
        nontargets_progressed=(total >= NONTARGET_GROWTH * nadir) & (total - nadir >= NONTARGET_GROWTH_MM),
        new_lesion=(ward.new_lesions[at] > ward.earlier_new_lesions[at]) | np.any(returned, axis=1),
        evaluable=np.ones(len(at), bool),
        further_new_lesion=(ward.new_lesions[at] > known) | np.any(newly_returned, axis=1),
        nontargets_increased=total - last >= NONTARGET_INCREASE_MM,
        targets_seen=np.any(seen & target, axis=1),
        nontargets_seen=np.any(seen & others, axis=1),
    )
