"""Pointwise confidence limits of a survival probability from its Greenwood variance.

With ``v`` the sum of ``d / (n (n - d))`` (the variance of ``log S``) and ``q`` the normal deviate:

- ``plain``    ``S -/+ q S sqrt(v)``, cut at 0 and 1
- ``log``      ``S exp(-/+ q sqrt(v))``, cut at 1
- ``log-log``  ``S ** exp(-/+ q sqrt(v) / log S)`` (Kalbfleisch and Prentice 1980), always inside 0 and 1
- ``logit``, ``arcsine``  symmetrical on those scales (Borgan and Liestoel 1990)

Before the first event there is no variance and both limits are 1. After the last patient has died the
variance is not defined: the estimate is 0, the lower limit 0, and the upper limit stays where it was.
"""

from __future__ import annotations

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.estimate import normal_deviate

TRANSFORMS = ("log-log", "log", "plain", "logit", "arcsine")


def survival_band(
    survival: Floats, log_variance: Floats, level: float = 0.95, transform: str = "log-log"
) -> tuple[Floats, Floats]:
    """Lower and upper limits along a curve.

    Parameters
    ----------
    survival : ndarray, shape (times,)
        Not increasing.
    log_variance : ndarray, shape (times,)
        Greenwood's sum; infinite or missing where ``survival`` is 0.
    transform : str
        One of `TRANSFORMS`.

    Raises
    ------
    DataError
        If the transform has another name.

    Examples
    --------
    >>> low, high = survival_band(np.array([0.5]), np.array([0.04]))
    >>> print(low.round(3), high.round(3))
    [0.295] [0.675]
    """
    if transform not in TRANSFORMS:
        raise DataError(
            "there is no such interval",
            where="transform",
            found=repr(transform),
            allowed=", ".join(TRANSFORMS),
        )
    deviate = normal_deviate(level)
    lower, upper = np.ones_like(survival), np.ones_like(survival)
    inside = (survival > 0) & (survival < 1)
    if inside.any():
        width = deviate * np.sqrt(log_variance[inside])
        lower[inside], upper[inside] = _limits(survival[inside], width, transform)
    dead = survival <= 0
    lower[dead] = 0.0
    if dead.any():
        first = int(np.argmax(dead))
        upper[dead] = upper[first - 1] if first else 1.0
    return lower, upper


def _limits(s: Floats, width: Floats, transform: str) -> tuple[Floats, Floats]:
    """Limits for 0 < s < 1; ``width`` is on the scale of ``log s``."""
    if transform == "plain":
        return np.maximum(s * (1 - width), 0.0), np.minimum(s * (1 + width), 1.0)
    if transform == "log":
        return s * np.exp(-width), np.minimum(s * np.exp(width), 1.0)
    if transform == "log-log":
        log_s = np.log(s)
        return s ** np.exp(-width / log_s), s ** np.exp(width / log_s)
    if transform == "logit":
        odds, half = np.log(s / (1 - s)), width / (1 - s)
        return 1 / (1 + np.exp(half - odds)), 1 / (1 + np.exp(-half - odds))
    angle, half = np.arcsin(np.sqrt(s)), 0.5 * width * np.sqrt(s / (1 - s))
    return np.sin(np.maximum(angle - half, 0.0)) ** 2, np.sin(np.minimum(angle + half, np.pi / 2)) ** 2
