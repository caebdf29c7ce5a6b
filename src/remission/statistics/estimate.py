"""The small frozen results that all statistics share, and the normal deviate behind their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from remission.errors import DataError
from remission.statistics.inputs import checked_level


@dataclass(frozen=True)
class Estimate:
    """A number with its interval.

    Parameters
    ----------
    value, lower, upper : float
        In the unit of the input; ``inf`` where a time is not reached.
    std_error : float or None
        On the scale of ``value``; None where the interval is not made from one.
    level : float
        Confidence level of the interval, two-sided.

    Examples
    --------
    >>> print(Estimate(1.5, 1.0, 2.0, 0.25))
    1.5 (1 to 2)
    """

    value: float
    lower: float
    upper: float
    std_error: float | None = None
    level: float = 0.95

    def __str__(self) -> str:
        return f"{self.value:.4g} ({self.lower:.4g} to {self.upper:.4g})"


@dataclass(frozen=True)
class Contrast:
    """A comparison of two groups: estimate, z and p.

    Parameters
    ----------
    estimate : Estimate
        Group 1 against group 0.
    z : float
        Positive when group 1 (the treated, the later label) lives longer.
    p_value : float
        Two-sided.
    p_one_sided : float
        Small when group 1 lives longer.

    Examples
    --------
    >>> contrast(Estimate(2.0, 0.04, 3.96, 1.0), 1.96).p_one_sided < 0.026
    True
    """

    estimate: Estimate
    z: float
    p_value: float
    p_one_sided: float


def contrast(estimate: Estimate, z: float) -> Contrast:
    """A `Contrast` from its estimate and z.

    Examples
    --------
    >>> contrast(Estimate(0.0, -1.0, 1.0), 0.0).p_value
    1.0
    """
    return Contrast(estimate, float(z), two_sided_p(z), upper_tail(z))


def upper_tail(z: float) -> float:
    """Probability that a standard normal exceeds ``z``, exact in the far tail.

    Examples
    --------
    >>> upper_tail(0.0)
    0.5
    """
    return 0.5 * math.erfc(z / math.sqrt(2))


def two_sided_p(z: float) -> float:
    """Probability that a standard normal is further from zero than ``z``.

    Examples
    --------
    >>> round(two_sided_p(-1.959963984540054), 12)
    0.05
    """
    return math.erfc(abs(z) / math.sqrt(2))


@lru_cache(maxsize=64)
def normal_deviate(level: float) -> float:
    """Half-width in standard errors of a two-sided interval.

    Examples
    --------
    >>> round(normal_deviate(0.95), 6)
    1.959964
    """
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + checked_level(level) / 2)


def normal_estimate(value: float, std_error: float, level: float = 0.95) -> Estimate:
    """Value plus and minus the normal deviate times its standard error.

    Examples
    --------
    >>> print(normal_estimate(0.0, 1.0))
    0 (-1.96 to 1.96)
    """
    half = normal_deviate(level) * std_error
    return Estimate(float(value), float(value - half), float(value + half), float(std_error), level)


def ratio_estimate(log_value: float, log_std_error: float, level: float = 0.95) -> Estimate:
    """A ratio whose interval is symmetrical on the log scale; ``std_error`` is that of the logarithm.

    Examples
    --------
    >>> print(ratio_estimate(0.0, 0.1))
    1 (0.822 to 1.217)
    """
    half = normal_deviate(level) * log_std_error
    low, value, high = (math.exp(min(700.0, log_value + shift)) for shift in (-half, 0.0, half))
    return Estimate(value, low, high, float(log_std_error), level)


def difference(treated: Estimate, control: Estimate, *, margin: float = 0.0) -> Contrast:
    """Two independent estimates with standard errors, treated minus control.

    Parameters
    ----------
    treated, control : Estimate
        Of something of which more is better.
    margin : float
        Difference under the null hypothesis.

    Raises
    ------
    DataError
        If an estimate has no standard error.

    Examples
    --------
    >>> print(difference(Estimate(5.0, 4.0, 6.0, 0.3), Estimate(4.0, 3.0, 5.0, 0.4)).estimate)
    1 (0.02002 to 1.98)
    """
    if not treated.std_error and not control.std_error:
        raise DataError("neither estimate has a standard error, so their difference cannot be tested", where="estimate")
    std_error = math.hypot(treated.std_error or 0.0, control.std_error or 0.0)
    value = treated.value - control.value
    return contrast(normal_estimate(value, std_error, treated.level), (value - margin) / std_error)
