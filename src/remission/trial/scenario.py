"""What a designer assumes: who enrols when, the hazards of both arms in each stratum, and dropout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

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

    Raises
    ------
    DataError
        If shares of strata do not sum to 1, or the ratio is not above 0.

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

    def __post_init__(self) -> None:
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
