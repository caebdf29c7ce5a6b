"""Which published numbers a calibration fits, on what scale, and how much each weighs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from remission.arrays import Bools, Floats
from remission.calibration.targets import Target

NOT_FITTED: Final = ("TRAE", "irAE", "discontinued", "median_followup", "median_exposure", "median_treatment_duration")
"""Beginnings of endpoints that the tumour does not decide: toxicity is the molecules', follow-up the trial's."""
_RECALLED, _MEDIAN, _HEADLINE = 0.5, 0.6, 1.5
_NEVER_REACHED_MONTHS: Final = 120.0
_LEAST: Final = 1e-3
_LEAST_ERROR_PERCENT: Final = 6.0
"""No arm has so many patients, and no model is so exact, that a percentage should decide more closely."""


@dataclass(frozen=True)
class FitTargets:
    """Targets as numbers on the scale of the fit: percent as they are, times and ratios by their logarithm.

    Attributes
    ----------
    targets : tuple of Target
    wanted, error, weight : ndarray, shape (m,)
        The error is half of the width within which a simulated number agrees, at least 6 points.
    """

    targets: tuple[Target, ...]
    wanted: Floats
    error: Floats
    weight: Floats

    def scaled(self, values: Floats) -> Floats:
        """Simulated numbers on the scale of the fit; a median that was not reached counts as ten years."""
        finite = np.where(np.isposinf(values), _NEVER_REACHED_MONTHS, values)
        return np.where(self._by_logarithm, np.log(np.maximum(finite, _LEAST)), finite)

    def standard_error(self, simulated: Floats) -> Floats:
        """Standard errors that give each target its weight, shape (m,).

        Half of the width of agreement is about 1.5 of them. Where the members miss a target together by more than two,
        its error grows with the miss (Huber 1964, Ann Math Stat 35:73): what cannot be met must not pull the rest.

        Parameters
        ----------
        simulated : ndarray, shape (members, m)
            On the scale of the fit.
        """
        error = self.error / 1.5 / np.sqrt(self.weight)
        miss = np.abs(np.nanmedian(simulated, axis=0) - self.wanted) / error
        return error * np.sqrt(np.maximum(1.0, miss / 2))

    @property
    def _by_logarithm(self) -> Bools:
        return np.array([by_logarithm(target) for target in self.targets])

    def mean(self, simulated: Floats) -> Floats:
        """Mean over members, in the units of the targets; NaN where none could be computed, shape (m,)."""
        finite = np.where(np.isposinf(simulated), _NEVER_REACHED_MONTHS, simulated)
        known = np.isfinite(finite).any(axis=0)
        return np.where(known, np.nanmean(np.where(known, finite, 0.0), axis=0), np.nan)

    def loss(self, values: Floats) -> float:
        """Weighted mean of the squared misfits in units of the error.

        A misfit beyond two errors counts as if it grew linearly, so that what cannot be met does not decide; what could
        not be computed counts as a miss of two errors.
        """
        misfit = np.abs(self.scaled(values) - self.wanted) / self.error
        misfit = np.where(np.isnan(misfit), 2.0, misfit)
        square = np.where(misfit < 2, misfit**2, 4 * misfit - 4)
        return float((self.weight * square).sum() / self.weight.sum())


def by_logarithm(target: Target) -> bool:
    """Times and ratios are fitted by their logarithm."""
    return target.figure.unit != "%"


def fit_targets(targets: Sequence[Target]) -> FitTargets:
    """Targets that a tumour's numbers can decide, with their errors and weights.

    A figure recalled from memory weighs half; a median, which jumps from scan to scan, 0.6; a headline 1.5. The points
    of one curve of one arm share the square root of their number, since they are not independent.
    """
    chosen = [one for one in targets if _fitted(one)]
    size = Counter(map(_curve, chosen))
    wanted, error, weight = [], [], []
    for target in chosen:
        band = target.band
        assert band is not None
        value, half = target.figure.value, (band[1] - band[0]) / 2
        logarithmic = by_logarithm(target)
        wanted.append(np.log(value) if logarithmic else value)
        error.append(half / value if logarithmic else max(half, _LEAST_ERROR_PERCENT))
        weight.append(_importance(target) / np.sqrt(size[_curve(target)]))
    return FitTargets(tuple(chosen), np.array(wanted), np.array(error), np.array(weight))


def _fitted(target: Target) -> bool:
    return not target.reason and target.band is not None and not target.figure.endpoint.startswith(NOT_FITTED)


def _curve(target: Target) -> tuple[str, str, str]:
    return target.figure.trial, target.figure.arm, target.figure.endpoint


def _importance(target: Target) -> float:
    recalled = _RECALLED if target.figure.evidence in ("recalled", "assumed") else 1.0
    median = _MEDIAN if target.figure.endpoint.startswith("median") else 1.0
    return recalled * median * (_HEADLINE if target.headline else 1.0)
