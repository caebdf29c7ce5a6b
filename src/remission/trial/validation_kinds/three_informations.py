"""Bounds and crossing probabilities as gsDesign2 makes them: each hypothesis has its own information.

Efficacy spends by the information of the null hypothesis, futility by that of the alternative, and the
probabilities are those of the alternative; the bound of the first look, and of no other, is put on the scale
of the null hypothesis's information. A futility bound that spends does not end where efficacy begins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.trial.crossing import Density, carry, tail
from remission.trial.plan import rising_root, upper_bound
from remission.trial.spending import Spending


class Fixed(NamedTuple):
    """Bounds typed in."""

    z: Floats


class Spent(NamedTuple):
    """Bounds that spend an error, at looks that are tested."""

    spending: Spending
    total: float
    timing: Floats | None
    tested: Bools


Rule = Fixed | Spent


class Outcome(NamedTuple):
    """Bounds, and cumulative probabilities of crossing them with the effect and without."""

    upper: Floats
    lower: Floats
    power: Floats
    futility: Floats
    power_null: Floats
    futility_null: Floats


@dataclass(frozen=True)
class Design:
    """Effects and informations of the looks, and the rules of both bounds.

    Parameters
    ----------
    theta, info, info0 : ndarray, shape (looks,)
        Effect, its information, and that of the null hypothesis.
    theta1, info1 : ndarray, shape (looks,)
        With which futility spends.
    """

    theta: Floats
    info: Floats
    info0: Floats
    theta1: Floats
    info1: Floats
    upper: Rule
    lower: Rule
    binding: bool = False

    def scaled(self, factor: float) -> Design:
        """The same design with more patients."""
        return replace(self, info=self.info * factor, info0=self.info0 * factor, info1=self.info1 * factor)

    def outcome(self) -> Outcome:
        """Bounds and probabilities."""
        upper, lower = self._bounds()
        power, futility = _crossed(self.info, self.theta, upper, lower, self.info0)
        null = _crossed(self.info0, np.zeros_like(self.theta), upper, lower, self.info0)
        return Outcome(upper, lower, power.cumsum(), futility.cumsum(), null[0].cumsum(), null[1].cumsum())

    def _bounds(self) -> tuple[Floats, Floats]:
        looks = self.info.size
        upper, lower = np.full(looks, np.inf), np.full(looks, -np.inf)
        shift = self.theta1 * np.sqrt(self.info1)
        null: Density | None = None
        shifted: Density | None = None
        for k in range(looks):
            mirrored = None if shifted is None else Density(-shifted.z, shifted.mass)
            lower[k] = -_bound(self.lower, k, self.info1, mirrored, -shift[k], falling=True)
            upper[k] = _bound(self.upper, k, self.info0, null, 0.0)
            null = carry(0.0, self.info0, k, lower[k] if self.binding else -np.inf, upper[k], null)
            shifted = carry(0.0, self.info1, k, lower[k] - shift[k], upper[k] - shift[k], shifted)
        return upper, lower


def _bound(rule: Rule, look: int, info: Floats, before: Density | None, shift: float, falling: bool = False) -> float:
    """An upper bound of one look (of minus Z, for a lower one)."""
    if isinstance(rule, Fixed):
        value = float(rule.z[look if rule.z.size > 1 else 0])
        return -value if falling else value
    timing = info / info[-1] if rule.timing is None else rule.timing
    cumulative = rule.spending.cumulative(rule.total, timing)
    spent = max((cumulative[i] for i in range(look) if rule.tested[i]), default=0.0)
    increment = cumulative[look] - spent if rule.tested[look] else 0.0
    return shift + upper_bound(info, look, float(increment), before)


def _crossed(info: Floats, theta: Floats, upper: Floats, lower: Floats, info0: Floats) -> tuple[Floats, Floats]:
    """Probabilities of first crossing at each look; bounds may cross each other at the last."""
    shift = theta * np.sqrt(info)
    up, down = np.empty(info.size), np.empty(info.size)
    density: Density | None = None
    for k in range(info.size):
        stretch = np.sqrt(info[0] / info0[0]) if k == 0 else 1.0
        alive = 1.0 if density is None else float(density.mass.sum())
        up[k] = tail(0.0, info, k, upper[k] * stretch - shift[k], density)
        down[k] = max(0.0, alive - tail(0.0, info, k, lower[k] * stretch - shift[k], density))
        density = carry(0.0, info, k, lower[k] - shift[k], upper[k] - shift[k], density)
    return up, down


def sized(design: Design, alpha: float, beta: float) -> tuple[float, Outcome]:
    """How many times the information must be for the power, and what follows.

    Examples
    --------
    >>> one = np.ones(1)
    >>> bounds = Fixed(np.array([1.96])), Fixed(np.array([-np.inf]))
    >>> round(sized(Design(0.3 * one, one, one, 0.3 * one, one, *bounds), 0.025, 0.1)[0], 1)
    116.7
    """
    effect = float(design.theta[-1])
    if effect <= 0:
        raise DataError("no number of patients reaches the power: the scenario lies on the null side")
    alone = float((ndtri(alpha) / np.sqrt(design.info0[-1]) + ndtri(beta) / np.sqrt(design.info[-1])) / effect) ** 2
    if design.info.size == 1:
        made = design.scaled(alone)
        upper, none = np.array([-ndtri(alpha)]), np.array([-np.inf])
        power = np.array([float(ndtr(np.sqrt(made.info[0]) * (effect - upper[0] / np.sqrt(made.info0[0]))))])
        return alone, Outcome(upper, none, power, 0.0 * power, np.array([alpha]), 0.0 * power)
    factor = rising_root(
        lambda x: float(design.scaled(x).outcome().power[-1]) - (1.0 - beta), alone, "no size reaches this power"
    )
    return factor, design.scaled(factor).outcome()
