"""gsDesign's spending functions by their names (its manual, "Spending functions")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.r_call import find_call
from remission.statistics.r_value import evaluate
from remission.trial.plan import Efficacy, WangTsiatis
from remission.trial.spending import Spending

Function = Callable[[float, Floats], Floats]
"""Error spent by information fractions, from the total."""


@dataclass(frozen=True)
class Named(Spending):
    """A spending function given as a function of the total error and the fractions."""

    function: Function | None = None

    def cumulative(self, error: float, fraction: ArrayLike) -> Floats:
        """Error spent by each information fraction (values above 1 count as 1)."""
        assert self.function is not None
        return np.asarray(self.function(error, np.minimum(np.atleast_1d(np.asarray(fraction, float)), 1.0)))


# Distribution and quantile functions through which two points of the function, or its line, are given.
_THROUGH: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "sfLogistic": (special.expit, special.logit),
    "sfNormal": (special.ndtr, special.ndtri),
    "sfCauchy": (stats.cauchy.cdf, stats.cauchy.ppf),
    "sfExtremeValue": (lambda y: np.exp(-np.exp(-y)), lambda p: -np.log(-np.log(p))),
    "sfExtremeValue2": (lambda y: 1.0 - np.exp(-np.exp(y)), lambda p: np.log(-np.log(1.0 - p))),
}
_WITHIN = ("sfTruncated", "sfTrimmed", "sfGapped")


def spending(text: str, parameter: str | None) -> Efficacy:
    """A spending function or boundary family of gsDesign by its name, its parameters as they are written.

    Raises
    ------
    DataError
        If the name or the number of parameters is not known.

    Examples
    --------
    >>> spending("gsDesign::sfLDOF", None)
    Spending(family='obrien-fleming', parameter=1.0, fractions=(), spent=())
    """
    name = text.strip("'\" ").split("::")[-1]
    if name in _WITHIN:
        return _named(partial(_within, name, *_range_of(parameter)))
    values = np.atleast_1d(np.asarray(evaluate(parameter), float)) if parameter not in (None, "NULL") else np.zeros(0)
    if name == "sfLDOF" and (values.size == 0 or not 0.005 <= values[0] <= 20.0 or values[0] == 1.0):
        return Spending("obrien-fleming")
    if name == "sfLDPocock":
        return Spending("pocock")
    if name == "sfHSD":
        return Spending("hwang-shih-decani", float(values[0]) if values.size else -4.0)
    if name == "sfPower":
        return Spending("kim-demets", float(values[0]))
    if name in ("OF", "Pocock", "WT"):
        return WangTsiatis({"OF": 0.0, "Pocock": 0.5}.get(name, float(values[0]) if values.size else 0.0))
    return _named(_function(name, values))


def by_look(shares: Floats) -> Named:
    """Cumulative shares given look by look.

    Examples
    --------
    >>> by_look(np.array([0.2, 1.0])).cumulative(0.025, [0.4, 1.0])
    array([0.005, 0.025])
    """
    return _named(partial(_points, shares))


def _named(function: Function) -> Named:
    return Named("user", 1.0, (1.0,), (1.0,), function)


def _function(name: str, values: Floats) -> Function:
    if name in _THROUGH and values.size in (2, 4):
        return partial(_through, *_THROUGH[name], values)
    if name == "sfTDist" and values.size in (3, 5):
        law = stats.t(values[-1])
        return partial(_through, law.cdf, law.ppf, values[:-1])
    if name == "sfExponential":
        return lambda error, t: error ** (t ** -values[0])
    if name == "sfLDOF":
        return lambda error, t: 2.0 * special.ndtr(special.ndtri(error / 2.0) / t ** (values[0] / 2.0))
    if name == "sfBetaDist" and values.size in (2, 4):
        a, b = values if values.size == 2 else _beta_through(values)
        return lambda error, t: error * special.betainc(a, b, t)
    if name in ("sfLinear", "sfStep"):
        times, spent = np.split(values, 2)
        if name == "sfLinear":
            return lambda error, t: error * np.interp(t, (0.0, *times, 1.0), (0.0, *spent, 1.0))
        stairs = np.concatenate(([0.0], spent, [1.0]))
        return lambda error, t: error * stairs[np.searchsorted((*times, 1.0), t, side="right")]
    if name == "sfPoints":
        return partial(_points, values)
    if name in ("sfXG1", "sfXG2", "sfXG3"):
        return partial(_xi_gallo, name, float(values[0]))
    raise DataError("this spending function is not known here", found=name)


def _through(
    below: Callable[[Floats], Floats], at: Callable[[Floats], Floats], values: Floats, error: float, t: Floats
) -> Floats:
    """A line on the scale of a distribution, given by its coefficients or by two points."""
    if values.size == 2:
        a, b = values
    else:
        x, y = at(values[:2]), at(values[2:])
        b = (y[1] - y[0]) / (x[1] - x[0])
        a = y[1] - b * x[1]
    inside = t < 1.0
    return np.where(inside, error * below(a + b * at(np.where(inside, t, 0.5))), error)


def _beta_through(values: Floats) -> Floats:
    """Parameters of the beta distribution through two points."""
    from scipy.optimize import fsolve

    found = fsolve(lambda p: special.betainc(*np.exp(p), values[:2]) - values[2:], np.zeros(2), xtol=1e-12)
    return np.asarray(np.exp(found))


def _points(values: Floats, error: float, t: Floats) -> Floats:
    """Shares given look by look."""
    shares = np.append(values, 1.0) if values.size == t.size - 1 else values
    if shares.size != t.size:
        raise DataError("points of a spending function are one for each look", found=f"{values.size} for {t.size}")
    return error * shares


def _xi_gallo(name: str, gamma: float, error: float, t: Floats) -> Floats:
    """Conditional error spending (Xi and Gallo 2019)."""
    left = {"sfXG1": np.sqrt(1.0 - t), "sfXG2": 1.0 - t, "sfXG3": 1.0 - np.sqrt(t)}[name]
    edge = special.ndtri(1.0 - error / 2.0) - special.ndtri(1.0 - gamma) * left
    return np.asarray(2.0 * special.ndtr(-edge / np.sqrt(t)))


def _range_of(parameter: str | None) -> tuple[Floats, Spending]:
    inside = find_call(parameter or "", "list")
    if inside is None:
        raise DataError("the parameters of a spending function cannot be read", found=str(parameter))
    inner = spending(inside.named["sf"], inside.named.get("param"))
    if not isinstance(inner, Spending):
        raise DataError("a family of boundaries where a spending function is needed", found=inside.named["sf"])
    return np.asarray(inside.value("trange"), float), inner


def _within(name: str, limits: Floats, inner: Spending, error: float, t: Floats) -> Floats:
    """Another function spent only inside a range, or only outside it."""
    low, high = limits
    if name == "sfGapped":
        spent = inner.cumulative(error, np.minimum(t, low))
    elif name == "sfTrimmed":
        spent = np.where(t > low, inner.cumulative(error, np.maximum(t, low)), 0.0)
    else:
        spent = np.where(t > low, inner.cumulative(error, np.clip((t - low) / (high - low), 1e-12, 1.0)), 0.0)
    return np.where(t >= high, error, spent)
