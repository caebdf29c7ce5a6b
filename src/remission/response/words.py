"""The words that a table of measurements may use, and what they say of a lesion's size."""

from __future__ import annotations

import numpy as np

from remission.arrays import Bools, Floats
from remission.response.criteria import NORMAL_NODE_MM, TOO_SMALL_MM, Codes

ROLES = ("", "target", "non-target", "new")
UNKNOWN, TARGET, NON_TARGET, NEW = (np.int8(code) for code in range(len(ROLES)))

STATUSES = (
    "",
    "present",
    "absent",
    "too small",  # to measure: 5 mm unless a diameter is given
    "increased",  # since the last scan
    "unequivocal progression",
    "equivocal",  # a new lesion that may be none: not counted until it is certain
    "merged",  # with another lesion, whose row carries the longest diameter of both
    "not evaluable",
)
_, PRESENT, ABSENT, TOO_SMALL, INCREASED, UNEQUIVOCAL, EQUIVOCAL, MERGED, UNSEEN = (
    np.int8(code) for code in range(len(STATUSES))
)


def diameter_of(diameter_mm: Floats, status: Codes) -> Floats:
    """Diameter that counts: 0 mm for absent and merged lesions, 5 mm for those too small to measure.

    Eisenhauer 2009, "special notes on the assessment of target lesions".

    Examples
    --------
    >>> from remission.response.words import ABSENT, TOO_SMALL
    >>> diameter_of(np.array([12.0, np.nan, np.nan]), np.array([0, ABSENT, TOO_SMALL])).tolist()
    [12.0, 0.0, 5.0]
    """
    nothing = (status == ABSENT) | (status == MERGED)
    small = (status == TOO_SMALL) & np.isnan(diameter_mm)
    return np.where(nothing, 0.0, np.where(small, TOO_SMALL_MM, diameter_mm))


def is_gone(diameter_mm: Floats, status: Codes, is_node: Bools) -> Bools:
    """Disappeared, or a node of normal size (below 10 mm); ``diameter_mm`` as from `diameter_of`."""
    return np.asarray((diameter_mm == 0) | (status == ABSENT) | (is_node & (diameter_mm < NORMAL_NODE_MM)))


def is_known(diameter_mm: Floats, status: Codes, evaluable: Bools) -> Bools:
    """Something certain is said of the lesion."""
    said = (status != 0) & (status != UNSEEN) & (status != EQUIVOCAL)
    vague = (status == UNSEEN) | (status == EQUIVOCAL)
    return evaluable & ~vague & (said | np.isfinite(diameter_mm))
