"""The numbers of a pair of arms: the first named is the treated, the second the control."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from remission.arrays import Array
from remission.errors import DataError
from remission.run.arm_summary import ArmPatients
from remission.run.numbers import estimated, with_limits
from remission.statistics.cox import cox
from remission.statistics.estimate import Estimate
from remission.statistics.log_rank import log_rank
from remission.statistics.rmst import rmst_difference
from remission.units import DAYS_PER_MONTH

RMST_MONTHS = 36
_ENDPOINTS = {"OS": "os", "PFS": "pfs", "iPFS": "ipfs"}


def contrast_summary(treated: ArmPatients, control: ArmPatients) -> dict[str, Any]:
    """Hazard ratios, log-rank p and differences of restricted means of two arms.

    Arms of twins hold the same persons; intervals and p treat them as different ones, which is conservative: the
    intervals are too wide and p is too large.
    """
    numbers: dict[str, Any] = {}
    for name, stem in _ENDPOINTS.items():
        numbers |= endpoint_contrast(name, *_pooled(treated, control, stem))
    return numbers


def _pooled(treated: ArmPatients, control: ArmPatients, stem: str) -> tuple[Array, ...]:
    arms = (control, treated)
    days = np.concatenate([arm[f"{stem}_day"] for arm in arms])
    event = np.concatenate([arm[f"{stem}_event"].astype(bool) for arm in arms])
    group = np.repeat([0, 1], [len(arm[f"{stem}_day"]) for arm in arms])
    return days, event, group


def endpoint_contrast(name: str, days: Array, event: Array, group: Array) -> dict[str, Any]:
    """Hazard ratio, log-rank p and difference of restricted means; ``group`` 1 is the treated, 0 the control."""
    horizon = RMST_MONTHS * DAYS_PER_MONTH
    ratio = hazard_ratio(days, event, group)
    means = estimated(lambda: rmst_difference(days, event, group, horizon).difference.estimate)
    which = "" if name == "OS" else f"_{name}"
    return {
        **with_limits(f"HR_{name}", ratio),
        f"logrank_p{which}": _log_rank_p(days, event, group),
        **with_limits(f"rmst_difference{which}_{RMST_MONTHS}", means, 1 / DAYS_PER_MONTH),
    }


def hazard_ratio(days: Array, event: Array, group: Array) -> Estimate | None:
    """Hazard ratio of ``group`` 1 to 0 by Cox regression; None where the data allow none.

    Examples
    --------
    >>> days, event = np.array([1.0, 2.0, 3.0, 4.0]), np.ones(4, bool)
    >>> hazard_ratio(days, event, np.array([0, 1, 0, 1])).value < 1
    True
    """
    return estimated(lambda: cox(days, event, group).hazard_ratio())


def _log_rank_p(days: Array, event: Array, group: Array) -> float | None:
    try:
        p = log_rank(days, event, group).p_value
    except DataError:
        return None
    return float(f"{p:.4g}") if math.isfinite(p) else None
