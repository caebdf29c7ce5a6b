"""What a reader sees of each lesion at a scan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remission import draws
from remission.arrays import Bools, Floats
from remission.biology import TumourTable
from remission.population import LYMPH_NODE, UNSEEN_MM, Patients, diameter_mm
from remission.study import INVESTIGATOR

FLOOR_MM = 5.0  # too small to measure is written as 5 mm (Eisenhauer 2009)
NORMAL_NODE_MM = 10.0  # a node below this is normal (Eisenhauer 2009)


@dataclass(frozen=True)
class Reading:
    """The lesions of m patients at one scan; all of shape (m, 6).

    ``gone`` is what RECIST calls disappeared: out of sight, or a node of normal size.
    """

    true_mm: Floats
    measured_mm: Floats
    gone: Bools


def draw_reader_bias(table: TumourTable, seed: int, patients: Patients, reader: str) -> Floats:
    """The part of a reader's error that stays with a lesion, as a factor, shape (n, 6)."""
    places = np.arange(1, patients.site.shape[1] + 1)
    error = draws.normal(seed, patients.number[:, None], _purpose(reader, "reader error of a lesion"), places)
    return np.exp(table.value("reader_sd_lesion") * error)


def _purpose(reader: str, what: str) -> str:
    """What a draw is for; the investigator's keep the names that they had alone."""
    return what if reader == INVESTIGATOR else f"{reader} {what}"


def read_lesions(
    table: TumourTable,
    seed: int,
    patients: Patients,
    reader: str,
    bias: Floats,
    volume_mL: Floats,
    time_day: Floats,
    visit: NDArray[np.int16],
) -> Reading:
    """Measure every lesion of m patients, as one reader does.

    A lesion never looks smaller than its scar, which resorbs. The reader's error has a part that stays with
    the lesion and a part that changes from visit to visit.
    """
    resorbed = 2.0 ** (-time_day / table.value("scar_half_life"))
    scar_mL = patients.scar * patients.volume_mL * resorbed[:, None]
    true_mm = diameter_mm(np.maximum(volume_mL, scar_mL))
    lesions = patients.site.shape[1]
    index = visit[:, None].astype(np.int64) * lesions + np.arange(lesions)
    error = draws.normal(seed, patients.number[:, None], _purpose(reader, "reader error of a visit"), index)
    seen = np.maximum(true_mm * bias * np.exp(table.value("reader_sd_visit") * error), FLOOR_MM)
    node = patients.site == LYMPH_NODE
    # A node that has shrunk to nothing visible is still a (normal) node of some millimetres.
    measured = np.where(node | (true_mm >= UNSEEN_MM), seen, 0.0)
    gone = np.where(node, measured < NORMAL_NODE_MM, measured == 0)
    return Reading(true_mm, measured, gone)


def sum_of(lesions: Bools, measured_mm: Floats) -> Floats:
    """Sum of the diameters of some lesions, shape (m,)."""
    return np.where(lesions, measured_mm, 0.0).sum(axis=1)
