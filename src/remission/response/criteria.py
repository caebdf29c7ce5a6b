"""The numbers of RECIST 1.1 and iRECIST, each with its source, and how two measured sums are compared.

RECIST 1.1: Eisenhauer EA, Eur J Cancer 2009;45:228. iRECIST: Seymour L, Lancet Oncol 2017;18:e143.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Bools, Floats

Codes = NDArray[np.int8]

PARTIAL_FRACTION = 0.70  # of the baseline sum (Eisenhauer 2009, "evaluation of target lesions")
PROGRESSION_RATIO = 1.20  # of the nadir (same)
PROGRESSION_INCREASE_MM = 5.0  # and at least this much above the nadir (same)
FURTHER_INCREASE_MM = 5.0  # confirms an iUPD of targets or of new-lesion targets (Seymour 2017, table 2)

MEASURABLE_MM = 10.0  # longest diameter on CT (Eisenhauer 2009, "measurable")
MEASURABLE_NODE_MM = 15.0  # short axis of a target node (same)
NORMAL_NODE_MM = 10.0  # short axis below which a node is normal (same)
TOO_SMALL_MM = 5.0  # for a lesion seen but too small to measure (Eisenhauer 2009, "special notes")
MOST_TARGETS = 5  # in all (Eisenhauer 2009, "baseline documentation")
MOST_TARGETS_PER_ORGAN = 2  # all nodes are one organ (EORTC RECIST clarifications, "two target lesions")

# Diameters are read to 0.1 mm at best; anything below a millionth of that is rounding of binary fractions.
_ROUNDING_MM = 1e-7


@dataclass(frozen=True)
class Timing:
    """The intervals that a protocol sets.

    Parameters
    ----------
    confirmation_day : float
        From a response to the scan that confirms it, and from the first iUPD to the scan that may confirm it
        (4 weeks: Eisenhauer 2009, "confirmation"; Seymour 2017).
    minimum_stable_day : float
        From baseline to the first scan on which stable disease counts as a best response (protocol; 6 weeks
        less one week of scan window by default).
    confirmation_latest_day : float
        From the last scan of an iUPD block to the latest scan that may confirm it. Seymour 2017 asks for that
        scan within 8 weeks; calendars with 12 weeks between scans cannot give it, so no limit is set unless
        asked for.
    """

    confirmation_day: float = 28.0
    minimum_stable_day: float = 35.0
    confirmation_latest_day: float = math.inf


def at_least(value: Floats, bound: Floats | float) -> Bools:
    """``value >= bound`` for lengths in mm, deaf to rounding of fractions; False where either is NaN."""
    return np.asarray(value >= bound - _ROUNDING_MM)


def at_most(value: Floats, bound: Floats | float) -> Bools:
    """``value <= bound`` for lengths in mm, deaf to rounding of fractions; False where either is NaN."""
    return np.asarray(value <= bound + _ROUNDING_MM)


def exceeds(value: Floats, bound: Floats | float) -> Bools:
    """``value > bound`` for lengths in mm, deaf to rounding of fractions; False where either is NaN."""
    return np.asarray(value > bound + _ROUNDING_MM)


def has_progressed(sum_mm: Floats, nadir_mm: Floats) -> Bools:
    """Whether a sum of diameters is a progression from its nadir: 20 % more and 5 mm more.

    Examples
    --------
    >>> has_progressed(np.array([12.0, 60.0, 59.0]), np.array([8.0, 50.0, 50.0])).tolist()
    [False, True, False]
    """
    return at_least(sum_mm, PROGRESSION_RATIO * nadir_mm) & at_least(sum_mm, nadir_mm + PROGRESSION_INCREASE_MM)
