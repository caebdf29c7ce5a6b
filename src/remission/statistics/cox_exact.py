"""The exact (discrete) partial likelihood: all ways in which ``d`` of those at risk could have been the ones
to die.

The sum over ways is the ``d``-th elementary symmetric function of the risks. Risk sets are nested, so that
one pass from the last patient to the first builds the functions for all of them; derivatives are carried
along (Gail, Lubin and Rubinstein 1981).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError

if TYPE_CHECKING:
    from remission.statistics.cox import Derivatives, RiskOrder

# A polynomial of this degree is where the symmetric functions still fit in a double for any trial-sized risk
# set.
_MOST_TIED = 500


def exact_likelihood(x: Floats, sets: RiskOrder) -> Callable[[Floats], Derivatives]:
    """The likelihood as a function of the coefficients.

    Parameters
    ----------
    x : ndarray, shape (patients, covariates)
    sets : RiskOrder

    Raises
    ------
    DataError
        If so many events are tied that their combinations cannot be counted.

    Examples
    --------
    >>> from remission.statistics.cox import risk_order
    >>> sets = risk_order(np.array([1.0, 1.0, 2.0]), np.array([True, True, False]))
    >>> round(exact_likelihood(np.array([[0.0], [1.0], [0.0]]), sets)(np.zeros(1)).value, 4)
    -1.0986
    """
    if sets.size.max() > _MOST_TIED:
        raise DataError(
            "too many events are tied for the exact likelihood",
            where="ties",
            found=f"{sets.size.max()} events at one time",
            allowed=f"{_MOST_TIED}",
            next_step='use ties="efron"',
        )
    return lambda beta: _evaluate(beta, x, sets)


def _evaluate(beta: Floats, x: Floats, sets: RiskOrder) -> Derivatives:
    from remission.statistics.cox import Derivatives

    covariates = x.shape[1]
    eta = x @ beta
    value = float(eta[sets.rows].sum())
    score = x[sets.rows].sum(axis=0)
    information = np.zeros((covariates, covariates))
    firsts = np.flatnonzero(sets.rank == 0)
    wanted = {int(sets.last[i]): int(sets.size[i]) for i in firsts}
    starts = set(sets.start.tolist())
    degree = int(sets.size.max())
    shift = float(eta.max())
    place = -1
    for place, row in enumerate(sets.order):
        if place in starts or place == 0:
            e, de, dde = _empty(degree, covariates)
        e, de, dde = _with_one_more(e, de, dde, np.exp(eta[row] - shift), x[row])
        if place in wanted:
            d = wanted[place]
            mean = de[d] / e[d]
            value -= float(np.log(e[d])) + d * shift
            score = score - mean
            information += dde[d] / e[d] - np.outer(mean, mean)
    if not np.isfinite(value):
        raise DataError("the exact likelihood left the range of numbers", where="ties", next_step='use ties="efron"')
    return Derivatives(value, score, information)


def _empty(degree: int, covariates: int) -> tuple[Floats, Floats, Floats]:
    """Symmetric functions of no risks at all, degrees 0 to ``degree``, and their derivatives."""
    e = np.zeros(degree + 1)
    e[0] = 1.0
    return e, np.zeros((degree + 1, covariates)), np.zeros((degree + 1, covariates, covariates))


def _with_one_more(e: Floats, de: Floats, dde: Floats, risk: float, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Add one patient: ``e_k <- e_k + risk e_(k-1)``, differentiated once and twice by the coefficients."""
    low, dlow, ddlow = e[:-1], de[:-1], dde[:-1]
    cross = x[:, None] * dlow[:, None, :]
    e2, de2, dde2 = e.copy(), de.copy(), dde.copy()
    e2[1:] += risk * low
    de2[1:] += risk * (dlow + low[:, None] * x)
    dde2[1:] += risk * (ddlow + cross + cross.transpose(0, 2, 1) + low[:, None, None] * np.outer(x, x))
    return e2, de2, dde2
