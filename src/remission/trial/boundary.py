"""Group-sequential boundaries for efficacy (spending, Wang-Tsiatis, Haybittle-Peto, fixed) and futility."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from remission.errors import DataError
from remission.trial.crossing import (
    Density,
    carry,
    check_information,
    crossing_probabilities,
    tail,
    tail_density,
)
from remission.trial.spending import Spending

Array = NDArray[np.float64]


@dataclass(frozen=True)
class WangTsiatis:
    """Bounds proportional to ``t ** (shape - 0.5)``: shape 0 is O'Brien-Fleming, 0.5 is Pocock.

    Wang and Tsiatis, Biometrics 1987;43:193. No spending function is involved: the constant is solved for.
    """

    shape: float


@dataclass(frozen=True)
class HaybittlePeto:
    """The same high bound at every interim look, and what error is left at the last one.

    Haybittle, British Journal of Radiology 1971;44:793; Peto and others, British Journal of Cancer
    1976;34:585.
    """

    z: float = 3.0


@dataclass(frozen=True)
class FixedBounds:
    """Bounds of Z typed in, one for each look (infinite where a look has none)."""

    z: tuple[float, ...]


Efficacy = Spending | WangTsiatis | HaybittlePeto | FixedBounds
Futility = Spending | FixedBounds


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
        Cumulative error spent: alpha without effect (and, unless binding, as if futility were ignored),
        beta at ``drift``.
    alpha, power : float
        One-sided alpha, and the power the design was solved for.
    sides : int
        1 or 2.
    binding : bool
        Whether alpha counts on stopping for futility.
    drift : float
        Mean of Z at full information that gives the power.
    inflation : float
        Maximum information over that of a trial with one look.

    Examples
    --------
    >>> plan = boundary([0.5, 1.0], alpha=0.025, efficacy=Spending("obrien-fleming"))
    >>> plan.upper.round(3)
    array([2.963, 1.969])
    """

    fraction: Array
    upper: Array
    lower: Array
    alpha_spent: Array
    beta_spent: Array
    alpha: float
    power: float
    sides: int
    binding: bool
    drift: float
    inflation: float

    @property
    def nominal_p(self) -> Array:
        """One-sided p at which each look rejects."""
        return np.asarray(ndtr(-self.upper))


def boundary(
    fraction: ArrayLike,
    *,
    alpha: float = 0.025,
    power: float = 0.9,
    efficacy: Efficacy | None = None,
    futility: Futility | None = None,
    futility_error: float | None = None,
    futility_under: str = "alternative",
    binding: bool = False,
    sides: int = 1,
) -> Boundary:
    """Boundaries, error spent and the drift that gives the power.

    Parameters
    ----------
    fraction : array_like, shape (looks,)
        Information fractions, increasing, ending at 1.
    alpha : float
        One-sided level; a two-sided design spends it on either side.
    power : float
        For the drift, and for beta spending.
    efficacy : Spending, WangTsiatis, HaybittlePeto, FixedBounds or None
        Lan-DeMets O'Brien-Fleming spending when None.
    futility : Spending, FixedBounds or None
        Spending of beta (or of ``futility_error``), or bounds of Z typed in.
    futility_error : float or None
        What the futility bound spends in all; ``1 - power`` when None.
    futility_under : str
        ``"alternative"``: the bound spends beta at the drift and ends where efficacy begins; ``"null"``: it
        spends ``futility_error`` without effect (a bound for harm).
    binding : bool
        Whether the efficacy bound may be lower because trials stop for futility. Non-binding keeps alpha
        also when the bound is ignored.
    sides : int
        2 makes the lower bound the mirror image of the upper one.

    Returns
    -------
    Boundary

    Raises
    ------
    DataError
        If looks are out of order or do not end at 1, a rate is not between 0 and 1, or no bound gives the
        power.

    Examples
    --------
    >>> boundary([1/3, 2/3, 1], efficacy=WangTsiatis(0.5)).upper.round(3)
    array([2.289, 2.289, 2.289])
    """
    info = _check_fraction(fraction)
    _check_rates(alpha, power, sides, futility, futility_under)
    rule = efficacy if efficacy is not None else Spending("obrien-fleming")
    error = 1.0 - power if futility_error is None else futility_error
    maker = _Maker(info, alpha, rule, futility, error, futility_under == "null", binding, sides)
    return maker.solve(power)


@dataclass(frozen=True)
class _Maker:
    """The inputs of `boundary`, and the steps from them to its result."""

    info: Array
    alpha: float
    efficacy: Efficacy
    futility: Futility | None
    error: float
    under_null: bool
    binding: bool
    sides: int

    def solve(self, power: float) -> Boundary:
        fixed = ndtri(1.0 - self.alpha) + ndtri(power)
        drift = self._drift(power, float(fixed))
        upper, lower = self.bounds(drift)
        ignored = lower if self.binding or self.sides == 2 else None
        null = crossing_probabilities(self.info, upper, ignored, 0.0)
        alternative = crossing_probabilities(self.info, upper, lower, drift)
        return Boundary(
            self.info, upper, lower, null.upper[0].cumsum(), alternative.lower[0].cumsum(), self.alpha, power,
            self.sides, self.binding, drift, float((drift / fixed) ** 2),
        )  # fmt: skip

    def _drift(self, power: float, guess: float) -> float:
        """Drift at which the design has the power; where bounds do not depend on it they are made once."""
        moves = isinstance(self.futility, Spending) and not self.under_null
        still = None if moves else self.bounds(guess)

        def shortfall(drift: float) -> float:
            upper, lower = still if still is not None else self.bounds(drift)
            return float(crossing_probabilities(self.info, upper, lower, drift).upper.sum()) - power

        return rising_root(
            shortfall, guess, "no effect gives this power: the futility bound stops too many trials"
        )

    def bounds(self, drift: float) -> tuple[Array, Array]:
        if self.sides == 2:
            upper = self._efficacy_bounds(None)
            return upper, -upper
        if self.futility is None:
            return self._efficacy_bounds(np.full(self.info.size, -np.inf)), np.full(self.info.size, -np.inf)
        if isinstance(self.futility, FixedBounds):
            lower = _padded(self.futility.z, self.info.size, -np.inf)
            return self._efficacy_bounds(lower if self.binding else np.full(lower.size, -np.inf)), lower
        return self._spent_bounds(drift)

    def _efficacy_bounds(self, lower: Array | None) -> Array:
        """Upper bounds; ``lower`` None means symmetric."""
        if isinstance(self.efficacy, WangTsiatis):
            return self._wang_tsiatis(lower)
        if isinstance(self.efficacy, FixedBounds):
            return _padded(self.efficacy.z, self.info.size, np.inf)
        density: Density | None = None
        upper = np.empty(self.info.size)
        for k in range(self.info.size):
            upper[k] = self._next_upper(k, density, upper[:k], None if lower is None else lower[:k])
            low = -upper[k] if lower is None else lower[k]
            density = carry(0.0, self.info, k, low, upper[k], density)
        return upper

    def _next_upper(self, k: int, density: Density | None, upper: Array, lower: Array | None) -> float:
        if isinstance(self.efficacy, Spending):
            spent = np.diff(self.efficacy.cumulative(self.alpha, self.info), prepend=0.0)[k]
            return _upper_bound(0.0, self.info, k, spent, density)
        assert isinstance(self.efficacy, HaybittlePeto)
        if k + 1 < self.info.size:
            return self.efficacy.z
        before = 0.0
        if k:
            down = -upper if lower is None else lower
            before = float(crossing_probabilities(self.info[:k], upper, down, 0.0).upper.sum())
        if before >= self.alpha:
            raise DataError(
                "the interim bound leaves no error for the last look",
                found=f"z = {self.efficacy.z:g} spends {before:g} of {self.alpha:g}",
                next_step="raise the interim bound",
            )
        return _upper_bound(0.0, self.info, k, self.alpha - before, density)

    def _wang_tsiatis(self, lower: Array | None) -> Array:
        assert isinstance(self.efficacy, WangTsiatis)
        shape = self.info ** (self.efficacy.shape - 0.5)

        def excess(constant: float) -> float:
            upper = constant * shape
            low = -upper if lower is None else np.minimum(lower, upper)
            return float(crossing_probabilities(self.info, upper, low, 0.0).upper.sum()) - self.alpha

        guess = float(ndtri(1.0 - self.alpha))
        return rising_root(lambda c: -excess(c), guess, "no bound of this shape keeps alpha") * shape

    def _spent_bounds(self, drift: float) -> tuple[Array, Array]:
        """Efficacy and futility bounds look by look, as each may depend on the other."""
        assert isinstance(self.futility, Spending)
        looks = self.info.size
        spend = np.diff(self.futility.cumulative(self.error, self.info), prepend=0.0)
        upper, lower = np.empty(looks), np.full(looks, -np.inf)
        free = None if self.binding else self._efficacy_bounds(lower)
        effect = 0.0 if self.under_null else drift
        null: Density | None = None
        shifted: Density | None = None
        for k in range(looks):
            upper[k] = free[k] if free is not None else self._next_upper(k, null, upper[:k], lower[:k])
            mirrored = None if shifted is None else Density(-shifted.z, shifted.mass)
            lower[k] = min(-_upper_bound(-effect, self.info, k, spend[k], mirrored), upper[k])
            if k + 1 == looks and not self.under_null:
                lower[k] = upper[k]
            null = carry(0.0, self.info, k, lower[k], upper[k], null)
            shifted = carry(effect, self.info, k, lower[k], upper[k], shifted)
        return upper, lower


def _upper_bound(theta: float, info: Array, look: int, spend: float, before: Density | None) -> float:
    """Bound above which Z falls with probability ``spend``: Newton's method on the logarithm of the tail.

    The logarithm of a normal tail is concave, so after one step the iterates come down to the root from
    above.
    """
    if spend <= 0.0:
        return np.inf
    bound = float(theta * np.sqrt(info[look]) - ndtri(min(spend, 0.999)))
    if tail(theta, info, look, -np.inf, before) <= spend:
        return -np.inf
    for _ in range(60):
        now = tail(theta, info, look, bound, before)
        if now <= 0.0:
            bound *= 0.5
            continue
        move = np.log(now / spend) * now / tail_density(theta, info, look, bound, before)
        bound += float(np.clip(move, -2.0, 2.0))
        if abs(move) < 1e-12:
            break
    return bound


def rising_root(f: Callable[[float], float], guess: float, impossible: str) -> float:
    """Root of a rising function near a positive guess: secant steps, held inside a bracket that they widen.

    Raises
    ------
    DataError
        With the message ``impossible`` when the root is not within a factor of 100 of the guess.

    Examples
    --------
    >>> round(rising_root(lambda x: x * x - 2.0, 1.0, "no root"), 9)
    1.414213562
    """
    low, high = guess / 100.0, guess * 100.0
    x, y = guess, f(guess)
    other = guess * (1.02 if y < 0 else 0.98)
    for _ in range(100):
        low, high = (x, high) if y < 0 else (low, x)
        slope = ((value := f(other)) - y) / (other - x)
        x, y = other, value
        low, high = (max(low, x), high) if y < 0 else (low, min(high, x))
        other = x - y / slope if slope > 0 else 2.0 * high
        if abs(other - x) < 1e-11 * x or y == 0.0:
            return other if y != 0.0 else x
        if not low < other < high:
            other = min(0.5 * (low + high), 2.0 * x) if y < 0 else max(0.5 * (low + high), 0.5 * x)
        if not low < other < high or high - low < 1e-13 * guess:
            break
    if min(low - guess / 100.0, guess * 100.0 - high) <= 1e-9 * guess:
        raise DataError(impossible)
    return other


def _padded(z: tuple[float, ...], looks: int, last: float) -> Array:
    """Typed-in bounds, one a look; a missing last one means none."""
    values = np.asarray(z, float)
    if values.size == looks - 1:
        values = np.append(values, last)
    if values.size != looks or np.isnan(values).any():
        raise DataError(
            "fixed bounds need one number for each look", found=f"{values.size} for {looks} looks"
        )
    return values


def _check_fraction(fraction: ArrayLike) -> Array:
    info = check_information(fraction)
    if abs(info[-1] - 1.0) > 1e-9:
        raise DataError(
            "information fractions must end at 1",
            found=f"{info[-1]:g}",
            next_step="divide the information of each look by that of the last",
        )
    return info


def _check_rates(alpha: float, power: float, sides: int, futility: Futility | None, under: str) -> None:
    if not 0.0 < alpha < 0.5:
        raise DataError("one-sided alpha must lie between 0 and 0.5", found=f"{alpha:g}", where="alpha")
    if not alpha < power < 1.0:
        raise DataError("power must lie between alpha and 1", found=f"{power:g}", where="power")
    if sides not in (1, 2):
        raise DataError("a test has 1 or 2 sides", found=str(sides), where="sides")
    if sides == 2 and futility is not None:
        raise DataError("a two-sided design here has no futility bound", next_step="use sides=1")
    if under not in ("alternative", "null"):
        raise DataError(
            "futility is spent under one of two hypotheses", found=under, allowed="alternative, null"
        )
