"""When a simulated number agrees with a published one: the one rule of reports, validation and calibration.

A percentage agrees inside the published interval widened by 3 points, a time inside the interval or within 15 % of the
value, a hazard ratio inside the interval. A value without an interval is its own; an interval with a lower limit alone
has no end, for the upper one was not reached.
"""

from __future__ import annotations

import math

PERCENT_MARGIN = 3.0
TIME_MARGIN = 0.15
CONDUCT = ("median_followup", "median_exposure")
"""How a trial was conducted, not what came out of it: not judged."""


def agreement_band(
    endpoint: str, unit: str, value: float, low: float | None = None, high: float | None = None
) -> tuple[float, float] | None:
    """Within what a simulated value agrees with a published one; None where that is not judged.

    Parameters
    ----------
    endpoint, unit : str
        As in tables of published results: units are ``%``, ``months``, ``days`` and ``ratio``.
    value, low, high : float or None
        The published value and its interval, in that unit.

    Examples
    --------
    >>> agreement_band("ORR", "%", 42.0, 38.0, 46.0)
    (35.0, 49.0)
    >>> agreement_band("median_PFS", "months", 10.0, 9.0, 12.0)
    (8.5, 12.0)
    >>> agreement_band("HR_OS", "ratio", 0.7) is None
    True
    """
    if endpoint in CONDUCT or (unit == "ratio" and (low is None or high is None)):
        return None
    top = math.inf if high is None and low is not None else value if high is None else high
    bottom = value if low is None else low
    if unit == "%":
        return bottom - PERCENT_MARGIN, top + PERCENT_MARGIN
    if unit == "ratio":
        return bottom, top
    return min(bottom, value * (1 - TIME_MARGIN)), max(top, value * (1 + TIME_MARGIN))
