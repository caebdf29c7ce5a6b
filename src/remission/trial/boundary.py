"""Group-sequential boundaries on the scale of information fractions, before any endpoint is chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from remission.arrays import Floats
from remission.errors import DataError
from remission.trial.crossing import check_information, crossing_probabilities
from remission.trial.plan import Plan, rising_root


@dataclass(frozen=True)
class Boundary:
    """Boundaries of a group-sequential design.

    Attributes
    ----------
    fraction : ndarray, shape (looks,)
        Information over the maximum information.
    upper, lower : ndarray, shape (looks,)
        Reject for efficacy when Z reaches ``upper``; stop for futility (two-sided designs: reject the other
        way) when Z falls to ``lower``. Infinite where there is no bound.
    alpha_spent, beta_spent : ndarray, shape (looks,)
        Cumulative error spent: alpha without effect (and, unless binding, as if futility were ignored), beta
        at ``drift``.
    power : float
        The power the design was solved for.
    drift : float
        Mean of Z at full information that gives the power.
    inflation : float
        Maximum information over that of a trial with one look.
    plan : Plan
        The rules it came from.
    """

    fraction: Floats
    upper: Floats
    lower: Floats
    alpha_spent: Floats
    beta_spent: Floats
    power: float
    drift: float
    inflation: float
    plan: Plan

    @property
    def nominal_p(self) -> Floats:
        """One-sided p at which each look rejects."""
        return np.asarray(ndtr(-self.upper))


def boundary(fraction: ArrayLike, plan: Plan | None = None, power: float = 0.9) -> Boundary:
    """Boundaries, error spent, and the drift that gives the power.

    Parameters
    ----------
    fraction : array_like, shape (looks,)
        Information fractions, increasing, ending at 1.
    plan : Plan or None
        Rules of stopping; one-sided 0.025 with O'Brien-Fleming-like spending when None.
    power : float
        For the drift, and for beta spending.

    Raises
    ------
    DataError
        If looks are out of order or do not end at 1, or no effect gives the power.

    Examples
    --------
    >>> boundary([0.5, 1.0]).upper.round(3)
    array([2.963, 1.969])
    >>> from remission.trial.plan import WangTsiatis
    >>> boundary([1/3, 2/3, 1], Plan(efficacy=WangTsiatis(0.5), sides=2)).upper.round(3)
    array([2.289, 2.289, 2.289])
    """
    rules = plan if plan is not None else Plan()
    info = check_fraction(fraction)
    check_power(power, rules.alpha)
    single = float(ndtri(1.0 - rules.alpha) + ndtri(power))
    drift = _drift(rules, info, power, single)
    upper, lower = rules.bounds(info, drift * np.sqrt(info), power)
    counted = lower if rules.binding or rules.sides == 2 else None
    null = crossing_probabilities(info, upper, counted, 0.0)
    effect = crossing_probabilities(info, upper, lower, drift)
    spent = null.upper[0].cumsum(), effect.lower[0].cumsum()
    return Boundary(info, upper, lower, *spent, power, drift, (drift / single) ** 2, rules)


def _drift(plan: Plan, info: Floats, power: float, guess: float) -> float:
    """Drift at which the design has the power; bounds that do not depend on it are made once."""
    root = np.sqrt(info)
    still = None if plan.follows_effect else plan.bounds(info, guess * root, power)

    def gain(drift: float) -> float:
        upper, lower = still if still is not None else plan.bounds(info, drift * root, power)
        return float(crossing_probabilities(info, upper, lower, drift).upper.sum()) - power

    return rising_root(gain, guess, "no effect gives this power: the futility bound stops too many trials")


def check_fraction(fraction: ArrayLike) -> Floats:
    """Information fractions as an array, refused unless they increase to 1.

    Examples
    --------
    >>> check_fraction([0.5, 1.0])
    array([0.5, 1. ])
    """
    info = check_information(fraction)
    if abs(info[-1] - 1.0) > 1e-9:
        raise DataError(
            "information fractions must end at 1",
            found=f"{info[-1]:g}",
            next_step="divide the information of each look by that of the last",
        )
    return info


def check_power(power: float, alpha: float) -> None:
    """Refuse a power that is not between alpha and 1.

    Examples
    --------
    >>> check_power(0.9, 0.025)
    """
    if not alpha < power < 1.0:
        raise DataError("power must lie between alpha and 1", found=f"{power:g}", where="power")
