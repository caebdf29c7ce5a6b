"""What a designer assumes: who enrols when, the hazards of both arms in each stratum, dropout, and visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Floats
from remission.errors import DataError
from remission.trial.hazard import Accrual, Hazard

NO_DROPOUT = Hazard((0.0,))


@dataclass(frozen=True)
class Stratum:
    """Hazards of the two arms in one stratum.

    Parameters
    ----------
    control, experimental : Hazard
        Of the event.
    dropout_control, dropout_experimental : Hazard
        Of leaving before the event.
    share : float
        Share of all patients.
    name : str
    """

    control: Hazard
    experimental: Hazard
    dropout_control: Hazard = NO_DROPOUT
    dropout_experimental: Hazard = NO_DROPOUT
    share: float = 1.0
    name: str = "all"


@dataclass(frozen=True)
class Scenario:
    """Assumptions about one trial with two arms.

    Parameters
    ----------
    accrual : Accrual
        Enrolment in calendar time, all strata and arms together.
    strata : tuple of Stratum
        Shares sum to 1.
    ratio : float
        Experimental patients per control patient.
    visits : tuple of float
        Follow-up times at which alone the event is seen, as progression is at scans: an event between two of them is
        dated to the later one, and whoever has none was followed to the last one. Empty for an event that is dated
        when it happens.

    Raises
    ------
    DataError
        If shares of strata do not sum to 1, the ratio is not above 0, or visits do not increase.

    Examples
    --------
    >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(12.0),
    ...                           hazard_ratio=Hazard((1.0, 0.6), (3.0,)), dropout=0.001)
    >>> trial.strata[0].experimental.cuts
    (3.0,)
    """

    accrual: Accrual
    strata: tuple[Stratum, ...]
    ratio: float = 1.0
    visits: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        check_visits(self.visits)
        total = sum(stratum.share for stratum in self.strata)
        if abs(total - 1.0) > 1e-9 or min(stratum.share for stratum in self.strata) <= 0:
            raise DataError("the shares of the strata must be above 0 and sum to 1", found=f"sum {total:g}")
        if not (np.isfinite(self.ratio) and self.ratio > 0):
            raise DataError("the randomisation ratio must be above 0", found=f"{self.ratio:g}", where="ratio")

    @staticmethod
    def two_arms(
        accrual: Accrual,
        control: Hazard,
        *,
        hazard_ratio: float | Hazard = 1.0,
        dropout: float | Hazard = 0.0,
        ratio: float = 1.0,
    ) -> Scenario:
        """One stratum, the experimental hazard given as a ratio that may change in time, the same dropout."""
        leaving = dropout if isinstance(dropout, Hazard) else Hazard((dropout,))
        return Scenario(accrual, (Stratum(control, control.times(hazard_ratio), leaving, leaving),), ratio)

    def with_hazards(self, hazards: Callable[[Stratum], tuple[Hazard, Hazard]]) -> Scenario:
        """The same trial with other hazards: control and experimental of each stratum by a function."""
        pairs = ((stratum, hazards(stratum)) for stratum in self.strata)
        return replace(self, strata=tuple(replace(s, control=c, experimental=e) for s, (c, e) in pairs))

    def without_effect(self) -> Scenario:
        """The same trial when the experimental arm lives as the control arm does."""
        return self.with_hazards(lambda s: (s.control, s.control))

    def at_margin(self, margin: float) -> Scenario:
        """The null hypothesis of non-inferiority: experimental hazard at the margin."""
        return self.with_hazards(lambda s: (s.control, s.control.times(margin)))

    def with_patients(self, patients: float) -> Scenario:
        """The same trial with more or fewer patients over the same period."""
        return replace(self, accrual=self.accrual.scaled(patients / self.accrual.patients))

    def seen_survival(self, hazard: Hazard, time: ArrayLike) -> Floats:
        """Survival that a curve of patients of this trial shows: with visits, that of the last visit by each time.

        Examples
        --------
        >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard((0.1,)))
        >>> replace(trial, visits=(3.0, 6.0, 9.0)).seen_survival(Hazard((0.1,)), [2.0, 8.0]).round(3)
        array([1.   , 0.549])
        """
        return hazard.survival(self._visited(time) if self.visits else time)

    def seen_mean(self, hazard: Hazard, time: ArrayLike) -> Floats:
        """Area up to each time under the curve that patients of this trial show.

        Examples
        --------
        >>> trial = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard((0.1,)))
        >>> replace(trial, visits=(3.0, 6.0, 9.0)).seen_mean(Hazard((0.1,)), [2.0, 8.0]).round(3)
        array([2.  , 6.32])
        """
        if not self.visits:
            return hazard.restricted_mean(time)
        edges = np.array((0.0, *self.visits))
        alive = hazard.survival(edges)
        whole = np.concatenate(([0.0], np.cumsum(alive[:-1] * np.diff(edges))))
        last = self._visited(time)
        place = np.searchsorted(edges, last)
        return np.asarray(whole[place] + alive[place] * (np.asarray(time, float) - last))

    def _visited(self, time: ArrayLike) -> Floats:
        """The last visit by each time, or the start."""
        edges = np.array((0.0, *self.visits))
        return np.asarray(edges[np.searchsorted(edges, np.asarray(time, float), side="right") - 1])


def check_visits(visits: Sequence[float]) -> None:
    """Refuse times of visits that do not increase from above 0.

    Raises
    ------
    DataError
        If they do not.

    Examples
    --------
    >>> check_visits((3.0, 6.0))
    """
    times = np.asarray(visits, float)
    if times.size and not (np.isfinite(times).all() and times[0] > 0 and (np.diff(times) > 0).all()):
        raise DataError("visits must increase from above 0", where="visits", found=str(tuple(visits[:6])))
