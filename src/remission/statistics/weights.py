"""Weights of the log-rank family, as functions of the pooled table of one stratum.

Each is a small frozen object; calling it gives one weight for each event time. ``S(t-)`` is the pooled
Kaplan-Meier curve just before ``t``, ``n`` the number at risk.

=====================  =====================================  ==========================================
object                 weight                                 source
=====================  =====================================  ==========================================
`LogRank`              1                                      Mantel 1966
`FlemingHarrington`    S(t-)^rho (1 - S(t-))^gamma            Fleming and Harrington 1991
`ModestlyWeighted`     1 / max(S(t-), S(t*-))                 Magirr and Burman 2019
`MagirrBurman`         min(w_max, 1 / S(min(t, t*)-))         Magirr 2021, as simtrial computes it
`EarlyZero`            0 before the delay, 1 from it on       Xu et al. 2017
`Gehan`                n                                      Gehan 1965
`TaroneWare`           sqrt(n)                                Tarone and Ware 1977
`Peto`                 product of (1 - d / (n + 1))           Peto and Peto 1972, Andersen's form
=====================  =====================================  ==========================================
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from remission.arrays import Floats
from remission.errors import DataError


class EventTable(NamedTuple):
    """Event times of one stratum (or, with leading axes, of many trials).

    Parameters
    ----------
    time : ndarray, shape (..., events)
        Distinct event times.
    at_risk, at_risk_treated, events, events_treated : ndarray, same shape
        Just before the time and at it; treated is group 1.
    survival_before : ndarray, same shape
        Pooled Kaplan-Meier just before the time.
    """

    time: Floats
    at_risk: Floats
    at_risk_treated: Floats
    events: Floats
    events_treated: Floats
    survival_before: Floats


class Weight(Protocol):
    """A weight of the log-rank family."""

    def __call__(self, table: EventTable) -> Floats:
        """Weights at the event times of a table."""


@dataclass(frozen=True)
class LogRank:
    """Equal weights.

    Examples
    --------
    >>> LogRank() == LogRank()
    True
    """

    def __call__(self, table: EventTable) -> Floats:
        return np.ones_like(table.at_risk)


@dataclass(frozen=True)
class FlemingHarrington:
    """``S(t-)^rho (1 - S(t-))^gamma``; (0, 0) is the log-rank test, (0, 0.5) and (0, 1) look for late
    effects.

    Examples
    --------
    >>> FlemingHarrington(0, 0.5)
    FlemingHarrington(rho=0, gamma=0.5)
    """

    rho: float
    gamma: float

    def __post_init__(self) -> None:
        if not (self.rho >= 0 and self.gamma >= 0):
            raise DataError(
                "the exponents of a Fleming-Harrington weight are not negative",
                where="rho, gamma",
                found=f"{self.rho}, {self.gamma}",
                allowed="0 or more",
            )

    def __call__(self, table: EventTable) -> Floats:
        s = table.survival_before
        return _power(s, self.rho) * _power(np.maximum(1.0 - s, 0.0), self.gamma)


def _power(base: Floats, exponent: float) -> Floats:
    """Powers that matter most without the cost of a general power."""
    if exponent == 0:
        return np.ones_like(base)
    if exponent == 1:
        return base
    return np.sqrt(base) if exponent == 0.5 else base**exponent


@dataclass(frozen=True)
class ModestlyWeighted:
    """``1 / max(S(t-), S(t*-))``: weights rise until ``t_star`` and then stay.

    Parameters
    ----------
    t_star : float or None
        Time from which the weight stays.
    s_star : float or None
        Instead of a time, the survival from which it stays.

    Examples
    --------
    >>> ModestlyWeighted(6)
    ModestlyWeighted(t_star=6, s_star=None)
    """

    t_star: float | None = None
    s_star: float | None = None

    def __post_init__(self) -> None:
        if (self.t_star is None) == (self.s_star is None) or not 0 < (self.s_star or 1.0) <= 1:
            raise DataError(
                "a modest weight stays from a time or from a survival, one of them",
                where="t_star, s_star",
                found=f"{self.t_star}, {self.s_star}",
                allowed="a time above 0, or a survival between 0 and 1",
            )

    def __call__(self, table: EventTable) -> Floats:
        if self.t_star is None:
            return 1.0 / np.maximum(table.survival_before, self.s_star or 1.0)
        after = table.survival_before * (1 - table.events / table.at_risk)
        reached = np.where(table.time < self.t_star, after, 1.0).min(axis=-1, keepdims=True, initial=1.0)
        return 1.0 / np.maximum(table.survival_before, reached)


@dataclass(frozen=True)
class MagirrBurman:
    """``min(w_max, 1 / S(min(t, delay)-))``, taking S just before the last event up to the delay.

    Examples
    --------
    >>> MagirrBurman(4, w_max=2)
    MagirrBurman(delay=4, w_max=2)
    """

    delay: float
    w_max: float = np.inf

    def __call__(self, table: EventTable) -> Floats:
        rising = np.where(table.time <= self.delay, 1.0 / table.survival_before, 1.0)
        return np.minimum(np.maximum.accumulate(rising, axis=-1), self.w_max)


@dataclass(frozen=True)
class EarlyZero:
    """Nothing before the delay, equal weights from it on.

    Examples
    --------
    >>> EarlyZero(3)
    EarlyZero(delay=3)
    """

    delay: float

    def __call__(self, table: EventTable) -> Floats:
        return (table.time >= self.delay).astype(np.float64)


@dataclass(frozen=True)
class Gehan:
    """The number at risk (Gehan, Breslow, Wilcoxon): early differences count most.

    Examples
    --------
    >>> Gehan() == Gehan()
    True
    """

    def __call__(self, table: EventTable) -> Floats:
        return table.at_risk


@dataclass(frozen=True)
class TaroneWare:
    """The square root of the number at risk.

    Examples
    --------
    >>> TaroneWare() == TaroneWare()
    True
    """

    def __call__(self, table: EventTable) -> Floats:
        return np.sqrt(table.at_risk)


@dataclass(frozen=True)
class Peto:
    """Peto and Peto's survival-like weight: the product up to and with ``t`` of ``1 - d / (n + 1)``.

    Examples
    --------
    >>> Peto() == Peto()
    True
    """

    def __call__(self, table: EventTable) -> Floats:
        return np.asarray(np.cumprod(1 - table.events / (table.at_risk + 1), axis=-1), dtype=float)
