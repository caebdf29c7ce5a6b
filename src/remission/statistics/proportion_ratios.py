"""Two proportions compared by their ratio or their odds ratio, with Miettinen and Nurminen's score intervals
(1985).

The score of a ratio is judged with the shares that are most likely when the ratio is exactly that, and its
variance is enlarged by ``n / (n - 1)``. The limits are where it reaches the normal deviate.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from remission.statistics.estimate import Estimate, normal_deviate
from remission.statistics.inputs import checked_level
from remission.statistics.proportions import checked_counts

# Logarithm of the largest ratio looked at.
_FURTHEST = 20.0

Score = Callable[[float], float]


def risk_ratio(
    responders: int, patients: int, control_responders: int, control_patients: int, *, level: float = 0.95
) -> Estimate:
    """Share of the treated over that of the control, with its score interval.

    Raises
    ------
    DataError
        If counts are impossible.

    Examples
    --------
    >>> print(risk_ratio(34, 170, 20, 168))
    1.68 (1.017 to 2.793)
    """
    x1, n1, x0, n0 = checked_counts(responders, patients, control_responders, control_patients)

    def score(log_ratio: float) -> float:
        ratio = math.exp(log_ratio)
        a, b, c = (n1 + n0) * ratio, -(n1 * ratio + x1 + n0 + x0 * ratio), x1 + x0
        p0 = 2 * c / (-b + math.sqrt(max(b * b - 4 * a * c, 0.0)))
        p1 = ratio * p0
        variance = (p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0) * (n1 + n0) / (n1 + n0 - 1)
        return (x1 / n1 - ratio * x0 / n0) / math.sqrt(variance) if variance > 0 else 0.0

    return _estimate(_divided(x1 * n0, x0 * n1), score, x1, x0, level)


def odds_ratio(
    responders: int, patients: int, control_responders: int, control_patients: int, *, level: float = 0.95
) -> Estimate:
    """Odds of the treated over those of the control, with its score interval.

    Raises
    ------
    DataError
        If counts are impossible.

    Examples
    --------
    >>> print(odds_ratio(34, 170, 20, 168))
    1.85 (1.02 to 3.352)
    """
    x1, n1, x0, n0 = checked_counts(responders, patients, control_responders, control_patients)

    def score(log_ratio: float) -> float:
        more = math.expm1(log_ratio)
        a, b, c = n0 * more, n1 * (more + 1) + n0 - (x1 + x0) * more, -(x1 + x0)
        root = math.sqrt(max(b * b - 4 * a * c, 0.0))
        p0 = -2 * c / (b + root)
        p1 = p0 * (more + 1) / (1 + p0 * more)
        spreads = n1 * p1 * (1 - p1), n0 * p0 * (1 - p0)
        if min(spreads) <= 0:
            return 0.0
        return (x1 - n1 * p1) * math.sqrt((1 / spreads[0] + 1 / spreads[1]) * (n1 + n0 - 1) / (n1 + n0))

    # An arm in which all respond is at the other end of the odds ratio.
    above, below = (x1, x0) if x1 < n1 and x0 < n0 else (n0 - x0, n1 - x1)
    return _estimate(_divided(x1 * (n0 - x0), x0 * (n1 - x1)), score, above, below, level)


def _divided(above: int, below: int) -> float:
    """A ratio; infinite over nothing, and not a number if there is nothing on either side."""
    return above / below if below else math.inf if above else math.nan


def _estimate(value: float, score: Score, above: int, below: int, level: float) -> Estimate:
    """Limits where the score, which falls with the ratio, is the deviate above and below zero."""
    deviate = normal_deviate(checked_level(level))
    lower = 0.0 if above == 0 else math.exp(_where(score, deviate))
    upper = math.inf if below == 0 else math.exp(_where(score, -deviate))
    return Estimate(value, lower, upper, None, level)


def _where(score: Score, deviate: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(lambda x: score(x) - deviate, -_FURTHEST, _FURTHEST, xtol=1e-13, rtol=1e-13))
