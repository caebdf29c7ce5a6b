"""Numbers behind the treatment-free survival figure: how the months up to a horizon are spent, on average.

The areas between Kaplan-Meier curves of the end of treatment, the start of another and death (Regan and
others 2019, J Clin Oncol 37:3350): they add up to the horizon. A second course counts as another treatment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from remission.arrays import Bools, Floats
from remission.statistics.kaplan_meier import KaplanMeier, kaplan_meier, restricted_mean
from remission.units import DAYS_PER_MONTH

PARTS: Final = ("on drug", "off drug", "next line", "dead")


@dataclass(frozen=True)
class TimeSpent:
    """Mean months of an arm's patients in each of `PARTS`, up to `horizon_month`."""

    label: str
    months: tuple[float, ...]
    horizon_month: float


Ends = tuple[Floats, Bools]


def time_spent(label: str, stop: Ends, other: Ends, death: Ends, horizon_month: float) -> TimeSpent:
    """Split the horizon into treatment, freedom from it, later treatment, and death.

    Parameters
    ----------
    stop, other, death : (ndarray, ndarray)
        Days and whether the end was seen, of the first course, of life without a new treatment, and of life;
        death ends all three.
    horizon_month : float
        Shortened to the follow-up where that is shorter.

    Examples
    --------
    >>> seen = np.array([True])
    >>> ends = (np.array([60.875]), seen), (np.array([121.75]), seen), (np.array([121.75]), seen)
    >>> time_spent("A", *ends, 6.0).months
    (2.0, 2.0, 0.0, 2.0)
    """
    curves = [kaplan_meier(*ends) for ends in (stop, other, death)]
    horizon = min(horizon_month * DAYS_PER_MONTH, *(_known_until(curve) for curve in curves))
    treated, until_other, alive = (restricted_mean(curve, horizon)[0] for curve in curves)
    days = (treated, until_other - treated, alive - until_other, horizon - alive)
    return TimeSpent(label, tuple(float(max(0.0, day)) / DAYS_PER_MONTH for day in days), horizon / DAYS_PER_MONTH)


def _known_until(curve: KaplanMeier) -> float:
    return curve.last_time if curve.survival[-1] > 0 else np.inf
