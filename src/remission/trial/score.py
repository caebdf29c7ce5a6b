"""The log-rank score at one time of follow-up, its variance, and how both move with what was counted there.

Where events are dated exactly they come one at a time. Where they are seen at visits all those of one visit come
together: the log-rank test takes their hypergeometric variance (Mantel 1966), the test against a margin lets them leave
one after the other (Efron 1977), which for many events is an average over the share of them that has left.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from remission.arrays import Floats
from remission.trial.expectation import AtRisk

# Shares of tied events that have left, and their weights in the average over them.
_LEFT, _SHARE = (np.polynomial.legendre.leggauss(6)[0] + 1.0) / 2.0, np.polynomial.legendre.leggauss(6)[1] / 2.0
_IMAGINARY = 1e-20


class Counts(NamedTuple):
    """Patients at risk and events at each time, experimental and control arm; shape (times,)."""

    risk_experimental: Floats
    risk_control: Floats
    events_experimental: Floats
    events_control: Floats


class Score(NamedTuple):
    """Score (above zero favours the experimental arm) and its variance at each time."""

    value: Floats
    variance: Floats


def expected_counts(numbers: AtRisk) -> Counts:
    """What a scenario leads one to expect at each time; quadrature weights are in the events."""
    return Counts(numbers.experimental, numbers.control, numbers.events_experimental, numbers.events_control)


def score_at(counts: Counts, margin: float, together: bool) -> Score:
    """Score of the partial likelihood at a hazard ratio, and its variance, before any weight.

    Parameters
    ----------
    counts : Counts
    margin : float
        Hazard ratio of the null hypothesis.
    together : bool
        Whether the events of one time are those of a visit.

    Examples
    --------
    >>> one = Counts(*(np.array([x]) for x in (50.0, 50.0, 4.0, 6.0)))
    >>> score_at(one, 1.0, together=True)
    Score(value=array([1.]), variance=array([2.25]))
    """
    treated, control, own, others = counts
    events = own + others
    if together and margin != 1.0:
        left = margin * (treated - np.multiply.outer(_LEFT, own))
        share = left / (left + control - np.multiply.outer(_LEFT, others))
        return Score(events * (_SHARE @ share) - own, events * (_SHARE @ (share * (1.0 - share))))
    total = margin * treated + control
    share = margin * treated / total
    spread = events * share * (1.0 - share)
    return Score(events * share - own, spread * (1.0 - events / total) if together else spread)


def score_slopes(counts: Counts, margin: float, together: bool) -> tuple[Counts, Counts]:
    """Derivatives of the score and of its variance by each count, by steps along the imaginary axis.

    Such steps lose no digits (Squire and Trapp, SIAM Review 1998;40:110).

    Examples
    --------
    >>> one = Counts(*(np.array([x]) for x in (50.0, 50.0, 4.0, 6.0)))
    >>> score_slopes(one, 1.0, together=True)[0].events_experimental
    array([-0.5])
    """
    moved: list[tuple[Floats, Floats]] = []
    for place in range(len(counts)):
        stepped: Any = [part + (_IMAGINARY * 1j if k == place else 0.0) for k, part in enumerate(counts)]
        found = score_at(Counts(*stepped), margin, together)
        moved.append((found.value.imag / _IMAGINARY, found.variance.imag / _IMAGINARY))
    values, variances = zip(*moved, strict=True)
    return Counts(*values), Counts(*variances)
