"""Two groups whose events are seen only at visits: the log-rank test of interval-censored data, also
stratified.

Finkelstein (1986): under proportional hazards the score of a patient with interval ``(L, R]`` is
``(S(L) log S(L) - S(R) log S(R)) / (S(L) - S(R))`` with ``S`` the pooled Turnbull curve of the stratum: high
for early events, negative for late ones and censorings, zero in sum. The sum over the treated has mean zero
and the variance of drawing that many patients without replacement (Fay 1999).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.estimate import Contrast, contrast, normal_estimate
from remission.statistics.inputs import checked_groups, two_groups
from remission.statistics.interval_censored import checked_intervals, turnbull


def interval_log_rank(
    left: ArrayLike, right: ArrayLike, group: ArrayLike, strata: ArrayLike | None = None, *, level: float = 0.95
) -> Contrast:
    """Compare two groups of interval-censored times.

    Parameters
    ----------
    left, right : array_like, shape (patients,)
        ``right`` is NaN or ``inf`` where the event was not seen; equal ends are exact times.
    group, strata : array_like, shape (patients,)
        The later label is the treated group; curves and scores are made inside each stratum.

    Returns
    -------
    Contrast
        Its estimate is a log hazard ratio (treated over control) of one step from equality, score over
        variance; z is positive when the treated live longer.

    Raises
    ------
    DataError
        For bad intervals, other than two groups, or scores without variance.

    Examples
    --------
    >>> left, right = [0, 0, 3, 3, 6, 6, 9, 9], [3, 3, 6, 6, 9, 9, np.inf, np.inf]
    >>> interval_log_rank(left, right, [0, 0, 0, 1, 0, 1, 1, 1]).z.__round__(3)
    1.735
    """
    low, high = checked_intervals(left, right)
    codes = two_groups(group, low.size).codes
    stratum = np.zeros(low.size, dtype=np.intp)
    if strata is not None:
        stratum = checked_groups(strata, low.size, "strata", at_least=1).codes
    score = variance = 0.0
    for code in np.unique(stratum):
        member = stratum == code
        if not np.isfinite(high[member]).any():
            continue
        scores = _patient_scores(low[member], high[member])
        treated = codes[member] == 1
        many, n1 = scores.size, int(treated.sum())
        score += float((scores[treated] - scores.mean()).sum())
        if many > 1:
            spread = float(((scores - scores.mean()) ** 2).sum())
            variance += n1 * (many - n1) / (many * (many - 1)) * spread
    if not variance > 1e-12:
        raise DataError(
            "the test has no variance: no stratum has both groups and different intervals", where="left, right"
        )
    estimate = normal_estimate(score / variance, 1 / math.sqrt(variance), level)
    return contrast(estimate, -score / math.sqrt(variance))


def _patient_scores(low: Floats, high: Floats) -> Floats:
    """Derivative of each patient's log likelihood by the log hazard of all."""
    curve = turnbull(low, high)
    before = np.where(low == high, _mass_up_to(curve.right, curve.mass, low, "left"), 0.0)
    at_low = np.where(low == high, 1 - before, 1 - _mass_up_to(curve.right, curve.mass, low, "right"))
    at_high = np.where(np.isfinite(high), 1 - _mass_up_to(curve.right, curve.mass, high, "right"), 0.0)
    at_low, at_high = np.clip(at_low, 0.0, 1.0), np.clip(at_high, 0.0, 1.0)
    return np.asarray((_entropy(at_low) - _entropy(at_high)) / (at_low - at_high))


def _mass_up_to(ends: Floats, mass: Floats, times: Floats, side: str) -> Floats:
    """Probability of intervals that end before (``left``) or by (``right``) each time."""
    total = np.append(0.0, np.cumsum(mass))
    return total[np.searchsorted(ends, times, side="left" if side == "left" else "right")]


def _entropy(s: Floats) -> Floats:
    """``s log s``, which is 0 at 0."""
    return np.where(s > 1e-12, s * np.log(np.where(s > 1e-12, s, 1.0)), 0.0)
