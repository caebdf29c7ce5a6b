"""The rules of stopping: how bounds for efficacy and futility follow from information, whatever the
endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from remission.arrays import Floats
from remission.errors import DataError
from remission.trial.crossing import Density, carry, crossing_probabilities, tail, tail_density
from remission.trial.spending import Spending


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

LAN_DEMETS = Spending("obrien-fleming")


@dataclass(frozen=True)
class Plan:
    """Rules of stopping.

    Parameters
    ----------
    alpha : float
        One-sided level; a two-sided design spends it on either side.
    efficacy : Spending, WangTsiatis, HaybittlePeto or FixedBounds
    futility : Spending, FixedBounds or None
        Spending of ``futility_error``, or bounds of Z typed in.
    futility_error : float or None
        What the futility bound spends in all; None is beta, one less the power.
    futility_under : str
        ``"alternative"``: the bound spends beta under the effect and ends where efficacy begins; ``"null"``:
        it spends ``futility_error`` without effect (a bound for harm).
    binding : bool
        Whether the efficacy bound may be lower because trials stop for futility. Non-binding keeps alpha also
        when the bound is ignored.
    sides : int
        2 makes the lower bound the mirror image of the upper one.

    Raises
    ------
    DataError
        If a rate or choice is not allowed.

    Examples
    --------
    >>> Plan(alpha=0.7)
    Traceback (most recent call last):
    remission.errors.DataError: alpha: one-sided alpha must lie between 0 and 0.5
        found:   0.7
    """

    alpha: float = 0.025
    efficacy: Efficacy = LAN_DEMETS
    futility: Futility | None = None
    futility_error: float | None = None
    futility_under: str = "alternative"
    binding: bool = False
    sides: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.alpha < 0.5:
            raise DataError("one-sided alpha must lie between 0 and 0.5", found=f"{self.alpha:g}", where="alpha")
        if self.futility_error is not None and not 0.0 < self.futility_error < 1.0:
            raise DataError("the error spent on futility lies between 0 and 1", found=f"{self.futility_error:g}")
        if self.sides not in (1, 2):
            raise DataError("a test has 1 or 2 sides", found=str(self.sides), where="sides")
        if self.sides == 2 and self.futility is not None:
            raise DataError("a two-sided design here has no futility bound", next_step="use sides=1")
        if self.futility_under not in ("alternative", "null"):
            raise DataError(
                "futility is spent under one of two hypotheses",
                found=self.futility_under,
                allowed="alternative, null",
            )
        if self.futility_under == "null" and self.futility is not None and self.futility_error is None:
            raise DataError("a bound for harm needs its own error rate", where="futility_error")

    @property
    def follows_effect(self) -> bool:
        """Whether bounds depend on the effect (they do when futility spends beta)."""
        return isinstance(self.futility, Spending) and self.futility_under == "alternative"

    def bounds(self, fraction: Floats, mean: Floats, power: float) -> tuple[Floats, Floats]:
        """Upper and lower bounds of Z.

        Parameters
        ----------
        fraction : ndarray, shape (looks,)
            Information fractions, increasing, ending at 1.
        mean : ndarray, shape (looks,)
            Mean of Z under the alternative, for futility that spends beta.
        power : float
            Its complement is the beta that is spent.
        """
        return _Bounds(self, fraction, mean, 1.0 - power).both()


@dataclass(frozen=True)
class _Bounds:
    """One design's rules and information, and the steps to its bounds."""

    plan: Plan
    info: Floats
    mean: Floats
    beta: float

    def both(self) -> tuple[Floats, Floats]:
        open_below = np.full(self.info.size, -np.inf)
        futility = self.plan.futility
        if self.plan.sides == 2:
            upper = self.efficacy(None)
            return upper, -upper
        if futility is None:
            return self.efficacy(open_below), open_below
        if isinstance(futility, FixedBounds):
            lower = _padded(futility.z, self.info.size, -np.inf)
            return self.efficacy(lower if self.plan.binding else open_below), lower
        return self._spent(futility)

    def efficacy(self, lower: Floats | None) -> Floats:
        """Upper bounds without effect, given the lower ones; None means symmetric."""
        rule = self.plan.efficacy
        if isinstance(rule, WangTsiatis):
            return self._wang_tsiatis(rule, lower)
        if isinstance(rule, FixedBounds):
            return _padded(rule.z, self.info.size, np.inf)
        density: Density | None = None
        upper = np.empty(self.info.size)
        for k in range(self.info.size):
            upper[k] = self._next_upper(k, density, upper[:k], None if lower is None else lower[:k])
            low = -upper[k] if lower is None else lower[k]
            density = carry(0.0, self.info, k, low, upper[k], density)
        return upper

    def _next_upper(self, k: int, density: Density | None, upper: Floats, lower: Floats | None) -> float:
        rule = self.plan.efficacy
        if isinstance(rule, Spending):
            spent = np.diff(rule.cumulative(self.plan.alpha, self.info), prepend=0.0)[k]
            return upper_bound(self.info, k, spent, density)
        assert isinstance(rule, HaybittlePeto)
        if k + 1 < self.info.size:
            return rule.z
        before = 0.0
        if k:
            down = -upper if lower is None else lower
            before = float(crossing_probabilities(self.info[:k], upper, down, 0.0).upper.sum())
        if before >= self.plan.alpha:
            raise DataError(
                "the interim bound leaves no error for the last look",
                found=f"z = {rule.z:g} spends {before:g} of {self.plan.alpha:g}",
                next_step="raise the interim bound",
            )
        return upper_bound(self.info, k, self.plan.alpha - before, density)

    def _wang_tsiatis(self, rule: WangTsiatis, lower: Floats | None) -> Floats:
        shape = self.info ** (rule.shape - 0.5)

        def kept(constant: float) -> float:
            upper = constant * shape
            low = -upper if lower is None else np.minimum(lower, upper)
            return self.plan.alpha - float(crossing_probabilities(self.info, upper, low).upper.sum())

        guess = float(-ndtri(self.plan.alpha))
        return rising_root(kept, guess, "no bound of this shape keeps alpha") * shape

    def _spent(self, futility: Spending) -> tuple[Floats, Floats]:
        """Efficacy and futility bounds look by look, as each may depend on the other."""
        plan, looks = self.plan, self.info.size
        error = self.beta if plan.futility_error is None else plan.futility_error
        spend = np.diff(futility.cumulative(error, self.info), prepend=0.0)
        shift = np.zeros(looks) if plan.futility_under == "null" else self.mean
        upper, lower = np.empty(looks), np.full(looks, -np.inf)
        free = None if plan.binding else self.efficacy(lower)
        null: Density | None = None
        shifted: Density | None = None
        for k in range(looks):
            upper[k] = free[k] if free is not None else self._next_upper(k, null, upper[:k], lower[:k])
            mirrored = None if shifted is None else Density(-shifted.z, shifted.mass)
            lower[k] = min(shift[k] - upper_bound(self.info, k, spend[k], mirrored), upper[k])
            if k + 1 == looks and plan.futility_under == "alternative":
                lower[k] = upper[k]
            null = carry(0.0, self.info, k, lower[k], upper[k], null)
            shifted = carry(0.0, self.info, k, lower[k] - shift[k], upper[k] - shift[k], shifted)
        return upper, lower


def upper_bound(info: Floats, look: int, spend: float, before: Density | None) -> float:
    """Bound that a trial without effect first exceeds at ``look`` with probability ``spend``.

    Newton's method on the logarithm of the tail; that of a normal is concave, so after one step the iterates
    come down to the root from above.
    """
    if spend <= 0.0:
        return np.inf
    if tail(0.0, info, look, -np.inf, before) <= spend:
        return -np.inf
    bound = float(-ndtri(min(spend, 0.999)))
    for _ in range(60):
        now = tail(0.0, info, look, bound, before)
        if now <= 0.0:
            bound *= 0.5
            continue
        move = np.log(now / spend) * now / tail_density(0.0, info, look, bound, before)
        bound += float(np.clip(move, -2.0, 2.0))
        if abs(move) < 1e-12:
            break
    return bound


def rising_root(f: Callable[[float], float], guess: float, impossible: str) -> float:
    """Root of a rising function of a positive number, near a guess: secant steps held inside a bracket.

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
    before, x = (guess, f(guess)), guess * 1.02
    for _ in range(80):
        y = f(x)
        low, high = (max(low, x), high) if y < 0 else (low, min(high, x))
        slope = (y - before[1]) / (x - before[0])
        step = x - y / slope if slope > 0 else (high if y < 0 else low)
        before = (x, y)
        if y == 0.0 or (slope > 0 and abs(step - x) <= 1e-11 * abs(x)):
            return x
        x = step if low < step < high else 0.5 * (low + high)
        if high - low <= 1e-12 * guess:
            break
    if min(x - guess / 100.0, guess * 100.0 - x) <= 1e-6 * guess:
        raise DataError(impossible)
    return x


def _padded(z: tuple[float, ...], looks: int, last: float) -> Floats:
    """Typed-in bounds, one a look; a missing last one means none."""
    values = np.asarray(z, float)
    if values.size == looks - 1:
        values = np.append(values, last)
    if values.size != looks or np.isnan(values).any():
        raise DataError("fixed bounds need one number for each look", found=f"{values.size} for {looks} looks")
    return values
