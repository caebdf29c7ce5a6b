"""Statistics in the form of ``summary.json``: percent and months, limits beside numbers, null for none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from remission.arrays import Array
from remission.errors import DataError
from remission.statistics.estimate import Estimate
from remission.statistics.kaplan_meier import KaplanMeier, kaplan_meier
from remission.statistics.proportions import proportion
from remission.statistics.treatment_free import treatment_free_survival
from remission.units import DAYS_PER_MONTH

MONTHS = (6, 12, 18, 24, 33, 36, 48, 60)
# The end of a curve that rests on a few patients of many misleads (Pocock and others 2002, Lancet 359:1686).
FEWEST_AT_RISK, LARGE = 5, 50
_SAME_DAY = 1e-6  # days: months and days are not multiples of each other to the last bit
_PERCENT = 100.0
_DECIMALS = 4
_UNKNOWN = (math.inf,) * 3
Numbers = dict[str, Any]


def rounded(value: float) -> float | None:
    """A number as it is written: four decimals, null for what is not finite.

    Examples
    --------
    >>> rounded(1 / 3), rounded(math.inf)
    (0.3333, None)
    """
    return round(float(value), _DECIMALS) if math.isfinite(value) else None


def with_limits(name: str, estimate: Estimate | None, scale: float = 1.0) -> Numbers:
    """A number and its limits under three keys; all null where there is no estimate.

    Examples
    --------
    >>> with_limits("ORR", Estimate(0.5, 0.4, 0.6), 100)
    {'ORR': 50.0, 'ORR_low': 40.0, 'ORR_high': 60.0}
    """
    values = (math.inf,) * 3 if estimate is None else (estimate.value, estimate.lower, estimate.upper)
    names = (name, f"{name}_low", f"{name}_high")
    return {key: rounded(value * scale) for key, value in zip(names, values, strict=True)}


def estimated(estimate: Callable[[], Estimate]) -> Estimate | None:
    """An estimate, or None where the data allow none (no events, a horizon beyond follow-up).

    Examples
    --------
    >>> estimated(lambda: kaplan_meier([], []).median) is None
    True
    """
    try:
        return estimate()
    except DataError:
        return None


def share(name: str, members: Array) -> Numbers:
    """Percent of true values with Wilson's interval; null among nobody.

    Examples
    --------
    >>> share("CR", np.array([True, False, False, False]))["CR"]
    25.0
    """
    count, size = int(np.sum(members)), len(members)
    return with_limits(name, proportion(count, size) if size else None, _PERCENT)


def plain_median(days: Array) -> float | None:
    """Median in months of times that are all known.

    Examples
    --------
    >>> plain_median(np.array([30.4375, 60.875, 91.3125]))
    2.0
    """
    return rounded(float(np.median(days)) / DAYS_PER_MONTH) if len(days) else None


def median_numbers(name: str, days: Array, event: Array) -> Numbers:
    """Kaplan-Meier median in months with its interval; null if not reached.

    Examples
    --------
    >>> median_numbers("median_OS", np.array([30.4375, 60.875]), np.array([True, True]))["median_OS"]
    1.5
    """
    return with_limits(name, estimated(lambda: kaplan_meier(days, event).median), 1 / DAYS_PER_MONTH)


def curve_numbers(name: str, days: Array, event: Array, months: Sequence[int], thin: bool = False) -> Numbers:
    """Percent surviving at each month, with a log-log interval; null beyond what is known.

    Beyond what is known is a month after follow-up, and one at which fewer than `FEWEST_AT_RISK` of `LARGE` or
    more patients are at risk, if anybody was lost to sight before: at scans the living are censored, and the few
    who die after the last scan would pull a curve to 0. With ``thin`` the curve is read to its end, as published
    ones are. While nobody has had the event, the interval is Wilson's.

    Examples
    --------
    >>> curve_numbers("OS", np.array([10.0, 400.0]), np.array([True, False]), (12, 24))["OS"]
    {'12': 50.0, '24': None}
    """
    curve = kaplan_meier(days, event)
    fewest = 1 if thin else FEWEST_AT_RISK
    read = {str(month): tuple(map(rounded, survival_at(curve, month, days, event, fewest=fewest))) for month in months}
    keys = (name, f"{name}_low", f"{name}_high")
    return {key: {month: point[place] for month, point in read.items()} for place, key in enumerate(keys)}


def fewest_at_risk(patients: int) -> int:
    """How many must be at risk for a curve of so many patients to be shown.

    Examples
    --------
    >>> fewest_at_risk(49), fewest_at_risk(50)
    (1, 5)
    """
    return FEWEST_AT_RISK if patients >= LARGE else 1


def survival_at(
    curve: KaplanMeier, month: float, days: Array, event: Array, *, fewest: int = FEWEST_AT_RISK
) -> tuple[float, float, float]:
    """Percent surviving at a month with its limits, as `curve_numbers` reads it; infinite where it is not known.

    ``fewest`` must be at risk in a large group of which anybody was lost to sight before.

    Examples
    --------
    >>> days, event = np.array([10.0, 400.0]), np.array([True, False])
    >>> survival_at(kaplan_meier(days, event), 12, days, event)[0]
    50.0
    """
    day = month * DAYS_PER_MONTH
    at_risk = int(np.sum(days >= day - _SAME_DAY))
    censored = bool(np.any((days < day - _SAME_DAY) & ~np.asarray(event, bool)))
    if censored and len(days) >= LARGE and at_risk < fewest:
        return _UNKNOWN
    try:
        point = curve.at([day])
    except DataError:
        return _UNKNOWN
    survival = float(point.survival[0])
    if 0 < survival < 1:
        low, high = float(point.lower[0]), float(point.upper[0])
    else:
        low, high = _limits_at_the_edge(survival, at_risk if survival == 1 else len(days) * (not censored))
    return survival * _PERCENT, low * _PERCENT, high * _PERCENT


def _limits_at_the_edge(survival: float, patients: int) -> tuple[float, float]:
    """Wilson's limits of all or none of so many patients, where Greenwood's variance is 0; none if nobody is left."""
    if not patients:
        return math.inf, math.inf
    whole = proportion(patients if survival == 1 else 0, patients)
    return whole.lower, whole.upper


def treatment_free_numbers(columns: Mapping[str, Array], months: int) -> Numbers:
    """Months alive, off the first treatment and before any other, within the first so many months.

    Regan et al. 2019: the area between the time to the end of the first course (or death) and the time to the
    next course or line (or death). A patient who never had a drug counts as off treatment from the start.
    """
    tau = months * DAYS_PER_MONTH
    first, following = course_ends(columns)
    free = estimated(lambda: treatment_free_survival(*first, *following, tau).treatment_free)
    return with_limits(f"treatment_free_{months}", free, 1 / DAYS_PER_MONTH)


def course_ends(columns: Mapping[str, Array]) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Times and events of the end of the first course, and of the start of the next treatment, or death."""
    end, died = columns["os_day"], columns["os_event"].astype(bool)
    stop = np.where(columns["on_drug_day"] == 0, 0.0, columns["drug_stop_day"])
    following = np.fmin(columns["second_course_day"], columns["next_line_day"])
    return _or_death(stop, end, died), _or_death(following, end, died)


def _or_death(days: Array, end: Array, died: Array) -> tuple[Array, Array]:
    """The earlier of a time (NaN: never) and the end of life or follow-up."""
    return np.fmin(days, end), died | (days <= end)
