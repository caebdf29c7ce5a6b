"""Conditional and predictive power: the chance to end with success, given what an interim look has shown."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from remission.errors import DataError
from remission.trial.crossing import check_information, crossing_probabilities


def conditional_power(
    information: ArrayLike, upper: ArrayLike, look: int, z: float, theta: float | None = None
) -> float:
    """Probability that a later look crosses its efficacy bound, given Z at an interim look.

    After look i the score is a Brownian motion that starts at ``z * sqrt(I_i)`` (Jennison and Turnbull
    2000, ch. 10). Futility bounds are not counted.

    Parameters
    ----------
    information, upper : array_like, shape (looks,)
        Information and efficacy bounds of all looks.
    look : int
        Which look has been taken, from 1.
    z : float
        Its statistic, above zero in favour of the experimental arm.
    theta : float or None
        Effect assumed from now on (mean of Z is ``theta * sqrt(information)``); None takes the estimate
        ``z / sqrt(I_look)``, the "current trend".

    Raises
    ------
    DataError
        If looks are out of order, or no look is left.

    Examples
    --------
    >>> round(conditional_power([150.0, 300.0], [2.963, 1.969], 1, 1.2, 0.0), 3)
    0.057
    """
    info = check_information(information)
    bound = np.asarray(upper, float).ravel()
    if bound.size != info.size or np.isnan(bound).any() or not np.isfinite(z):
        raise DataError("conditional power needs a z and one bound for each look", found=f"z={z}, bounds {bound}")
    if not 1 <= look < info.size:
        raise DataError(
            "conditional power is asked at a look with another one after it",
            found=str(look),
            allowed=f"1 to {info.size - 1}",
        )
    start, later = z * np.sqrt(info[look - 1]), info[look:] - info[look - 1]
    effect = z / np.sqrt(info[look - 1]) if theta is None else theta
    ahead = (bound[look:] * np.sqrt(info[look:]) - start) / np.sqrt(later)
    return float(crossing_probabilities(later, ahead, theta=effect).upper.sum())


def predictive_power(information: ArrayLike, upper: ArrayLike, look: int, z: float) -> float:
    """Conditional power averaged over what the interim look says of the effect, with a flat prior.

    Spiegelhalter, Freedman and Blackburn, Controlled Clinical Trials 1986;7:8. Arguments as for
    `conditional_power`.

    Examples
    --------
    >>> round(predictive_power([150.0, 300.0], [2.963, 1.969], 1, 1.2), 3)
    0.393
    """
    info = check_information(information)
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    root = np.sqrt(info[min(max(look, 1), info.size) - 1])
    powers = [conditional_power(info, upper, look, z, (z + node) / root) for node in nodes]
    return float(weights @ powers / weights.sum())
