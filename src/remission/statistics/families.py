"""Distributions of the logarithm of a time: ``w = (log t - location) / scale``.

=================  =============================================  ================================
family             survival ``S(w)``                              usual parameters
=================  =============================================  ================================
``weibull``        ``exp(-e^w)``                                  scale ``e^location``, shape ``1 / scale``
``log-normal``     ``Phi(-w)``                                    meanlog, sdlog
``log-logistic``   ``1 / (1 + e^w)``                              scale ``e^location``, shape ``1 / scale``
``generalised gamma``  incomplete gamma function (Prentice 1974)  mu, sigma, Q (1 is Weibull, 0 log-normal)
=================  =============================================  ================================
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, gammainc, gammaincc, gammaln, log_ndtr, ndtr

from remission.arrays import Floats
from remission.errors import DataError

FAMILIES = ("weibull", "log-normal", "log-logistic", "generalised gamma")
_NEARLY_NORMAL = 1e-3


class Standard(NamedTuple):
    """Survival of ``w``, logarithm of its density, and the latter's first two derivatives."""

    survival: Floats
    log_density: Floats
    slope: Floats
    curvature: Floats


def standard(family: str, w: Floats, q: float = 0.0) -> Standard:
    """A family at standardised log times.

    Parameters
    ----------
    family : str
        One of `FAMILIES`.
    w : ndarray
    q : float
        Shape of the generalised gamma.

    Examples
    --------
    >>> print(standard("weibull", np.array([0.0])).survival.round(4))
    [0.3679]
    """
    w = np.clip(w, -700.0, 700.0)
    if family == "weibull":
        grown = np.exp(np.minimum(w, 30.0))
        return Standard(np.exp(-grown), w - grown, 1 - grown, -grown)
    if family == "log-normal" or (family == "generalised gamma" and abs(q) < _NEARLY_NORMAL):
        return Standard(ndtr(-w), -(w**2) / 2 - np.log(2 * np.pi) / 2, -w, -np.ones_like(w))
    if family == "log-logistic":
        share = expit(w)
        return Standard(expit(-w), w - 2 * np.logaddexp(0.0, w), 1 - 2 * share, -2 * share * (1 - share))
    return _generalised_gamma(w, q)


def _generalised_gamma(w: Floats, q: float) -> Standard:
    shape = q**-2
    grown = np.exp(np.clip(q * w, -700.0, 60.0))
    tail = gammaincc if q > 0 else gammainc
    constant = np.log(abs(q)) + shape * np.log(shape) - gammaln(shape)
    return Standard(np.asarray(tail(shape, shape * grown)), constant + shape * (q * w - grown), (1 - grown) / q, -grown)


def log_survival(family: str, w: Floats, q: float = 0.0) -> Floats:
    """Logarithm of the survival, exact where the survival itself is no number any more.

    Examples
    --------
    >>> log_survival("weibull", np.array([5.0])).round(3)
    array([-148.413])
    """
    if family == "weibull":
        return -np.exp(np.minimum(w, 700.0))
    if family == "log-normal":
        return np.asarray(log_ndtr(-w))
    if family == "log-logistic":
        return -np.logaddexp(0.0, w)
    return np.log(np.maximum(standard(family, w, q).survival, 1e-300))


def checked_family(family: str) -> str:
    """A known family.

    Raises
    ------
    DataError
        If it is not one.

    Examples
    --------
    >>> checked_family("weibull")
    'weibull'
    """
    if family not in FAMILIES:
        raise DataError(
            "there is no such distribution", where="family", found=repr(family), allowed=", ".join(FAMILIES)
        )
    return family
