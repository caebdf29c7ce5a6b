"""Is a cured share believable? Whether follow-up was long enough, and how far the models disagree.

- Maller and Zhou (1994): with the last event at ``e`` and the last follow-up at ``t``, ``N`` events among
``n`` patients
  fall into the last stretch of length ``t - e`` before ``e``; ``alpha = (1 - N / n) ** n`` below 0.05 speaks
  for enough.
- Selukar and Othus (2023), RECeUS: of those alive at the end of follow-up the estimated share who are not
cured should
  be below 0.05, and the cured share above 0.025.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.statistics.cure import CureModel, cure_model
from remission.statistics.cure_likelihood import KINDS
from remission.statistics.families import FAMILIES
from remission.statistics.inputs import checked_events, checked_times

_ALPHA = 0.05
_UNCURED_AT_END = 0.05
_LEAST_CURED = 0.025


@dataclass(frozen=True)
class FollowUp:
    """Adequacy of follow-up for a statement about cure.

    Parameters
    ----------
    last_event, last_time : float
    alpha : float
        Maller and Zhou's; small is enough.
    uncured_at_end : float
        Estimated share of the survivors at the end who are not cured.
    cured : float
        Estimated cured share; 0 where the model has no maximum with one.
    enough : bool
        Both rules hold.
    """

    last_event: float
    last_time: float
    alpha: float
    uncured_at_end: float
    cured: float
    enough: bool


def cure_follow_up(time: ArrayLike, event: ArrayLike, *, family: str = "weibull") -> FollowUp:
    """Whether follow-up was long enough to speak of cure.

    Raises
    ------
    DataError
        For bad arrays or no events.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> time = np.minimum(np.where(rng.random(300) < 0.4, 99, rng.exponential(5, 300)), 60)
    >>> cure_follow_up(time, time < 60).enough
    True
    """
    times = checked_times(time)
    events = checked_events(event, times.size)
    if not events.any():
        raise DataError("no event was seen, so nothing can be said of cure", where="event")
    last_event, last = float(times[events].max()), float(times.max())
    inside = events & (times > 2 * last_event - last)
    count = int(inside.sum()) if last > last_event else 0
    alpha = float((1 - count / times.size) ** times.size)
    try:
        model = cure_model(times, events, family=family)
    except DataError:  # the likelihood is highest at the edge, where nobody is cured
        return FollowUp(last_event, last, alpha, 1.0, 0.0, False)
    cured = model.cure_fraction().value
    alive = float(model.survival([last])[0])
    uncured = (alive - cured) / alive
    enough = alpha < _ALPHA and uncured < _UNCURED_AT_END and cured > _LEAST_CURED
    return FollowUp(last_event, last, alpha, uncured, cured, enough)


@dataclass(frozen=True)
class CureSpread:
    """The cured share by every model that could be fitted.

    Parameters
    ----------
    models : tuple of CureModel
        Best (lowest AIC) first.
    weights : ndarray, shape (models,)
        Akaike weights.
    lowest, highest, average : float
        Cured share over the models; the average is weighted.
    failed : tuple of str
        Models without a maximum, and why.
    """

    models: tuple[CureModel, ...]
    weights: Floats
    lowest: float
    highest: float
    average: float
    failed: tuple[str, ...]


def cure_spread(
    time: ArrayLike, event: ArrayLike, covariates: ArrayLike | None = None, *, at: ArrayLike = ()
) -> CureSpread:
    """Fit all families, mixture and non-mixture, and say how far their cured shares lie apart.

    Parameters
    ----------
    time, event, covariates
        As for `cure_model`.
    at : array_like
        Covariates at which the share is read.

    Raises
    ------
    DataError
        If no model has a maximum.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> time = np.minimum(np.where(rng.random(300) < 0.4, 99, rng.exponential(5, 300)), 60)
    >>> spread = cure_spread(time, time < 60)
    >>> bool(spread.lowest <= spread.average <= spread.highest)
    True
    """
    fitted: list[CureModel] = []
    failed: list[str] = []
    for family in FAMILIES:
        for kind in KINDS:
            try:
                fitted.append(cure_model(time, event, covariates, family=family, kind=kind))
            except DataError as error:
                failed.append(f"{family} {kind}: {error.problems[0].what}")
    if not fitted:
        raise DataError("no cure model has a maximum", found="; ".join(failed))
    fitted.sort(key=lambda model: model.aic)
    behind = np.array([model.aic - fitted[0].aic for model in fitted])
    weights = np.exp(-behind / 2)
    weights /= weights.sum()
    shares = np.array([model.cure_fraction(at).value for model in fitted])
    return CureSpread(
        tuple(fitted),
        weights,
        float(shares.min()),
        float(shares.max()),
        float(weights @ shares),
        tuple(failed),
    )
