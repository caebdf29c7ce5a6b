"""Patients of a virtual trial or of a real cohort, resampled."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.trial.arrival import arrival, enrolment
from remission.trial.hazard import Accrual, Hazard
from remission.trial.randomness import check_ratio, permuted_blocks
from remission.trial.scenario import check_visits
from remission.trial.source import Patients


@dataclass(frozen=True)
class Cohort:
    """Time and event of the patients of one arm, real or virtual.

    Raises
    ------
    DataError
        If arrays do not fit, or hold a time that is negative or not a number.

    Examples
    --------
    >>> Cohort.of([5.0, 7.0], [True, False]).time
    array([5., 7.])
    """

    time: Floats
    event: Bools

    @staticmethod
    def of(time: ArrayLike, event: ArrayLike) -> Cohort:
        """A checked cohort."""
        times, events = np.asarray(time, float), np.asarray(event)
        if times.ndim != 1 or times.shape != events.shape or times.size == 0:
            raise DataError(
                "a cohort needs one time and one event for each patient",
                found=f"{times.shape}, {events.shape}",
            )
        if not np.isfinite(times).all() or times.min() < 0:
            raise DataError("times of a cohort must be numbers of 0 or more", found=f"{times.min():g}")
        if not np.isin(events, (0, 1)).all():
            raise DataError("events of a cohort are 0 or 1", found=str(np.unique(events)[:5]))
        return Cohort(times, events.astype(bool))


@dataclass(frozen=True)
class CohortSource:
    """Patients resampled, with replacement, from those of two arms.

    Parameters
    ----------
    control, experimental : Cohort
        A patient censored there is censored at the same follow-up time here.
    accrual : Accrual
        Its number of patients is rounded to a whole one.
    ratio : float
        Experimental patients per control patient.
    visit_times : tuple of float
        Visits at which alone the event can be seen; a cut between two visits censors at the last one. Empty
        for an event that is dated exactly.
    dropout : Hazard or None
        Further dropout, on top of censoring in the cohort.

    Examples
    --------
    >>> from remission.trial.randomness import block_generator
    >>> arm = Cohort.of([5.0, 7.0, 9.0], [1, 1, 0])
    >>> source = CohortSource(arm, arm, Accrual.uniform(20, 12.0))
    >>> set(source.draw(block_generator(1, 0), 2).time.ravel()) <= {5.0, 7.0, 9.0}
    True
    """

    control: Cohort
    experimental: Cohort
    accrual: Accrual
    ratio: float = 1.0
    visit_times: tuple[float, ...] = ()
    dropout: Hazard | None = None

    def __post_init__(self) -> None:
        check_visits(self.visit_times)
        check_ratio(self.ratio)

    @property
    def patients(self) -> int:
        """Patients in each trial."""
        return round(self.accrual.patients)

    @property
    def strata(self) -> int:
        """One stratum."""
        return 1

    @property
    def visits(self) -> Floats | None:
        """Follow-up times of the visits."""
        return np.asarray(self.visit_times, float) if self.visit_times else None

    def without_effect(self) -> CohortSource:
        """Both arms resampled from the control patients."""
        return replace(self, experimental=self.control)

    def draw(self, rng: np.random.Generator, trials: int) -> Patients:
        """Patients of some trials."""
        entry = enrolment(rng, trials, self.patients, self.accrual)
        treated = permuted_blocks(rng, trials, self.patients, self.ratio)
        both = np.concatenate((self.control.time, self.experimental.time))
        seen = np.concatenate((self.control.event, self.experimental.event))
        sizes = np.array([self.control.time.size, self.experimental.time.size])
        who = (rng.random(treated.shape) * sizes[treated]).astype(np.int64) + sizes[0] * treated
        time, event = both[who], seen[who]
        if self.dropout is not None:
            lost = arrival(rng.standard_exponential(treated.shape), treated, self.dropout, self.dropout)
            event &= time <= lost
            time = np.minimum(time, lost)
        return Patients(entry, time, event, treated, None)
