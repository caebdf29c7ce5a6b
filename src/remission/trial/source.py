"""Where simulated patients come from, and those whose hazards are typed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.trial.arrival import NEVER, arrival, enrolment, seen_at_visits
from remission.trial.hazard import Hazard
from remission.trial.randomness import permuted_blocks
from remission.trial.scenario import Scenario, Stratum


class Patients(NamedTuple):
    """Patients of a block of trials before any data cut; all arrays have shape (trials, patients).

    Attributes
    ----------
    entry : ndarray
        Calendar time of enrolment.
    time : ndarray
        Follow-up time at which the event, or dropout, would be seen.
    event : ndarray of bool
        Whether it is the event.
    treated : ndarray of int8
        1 in the experimental arm.
    stratum : ndarray of int8 or None
        Number of the stratum; None for one stratum.
    """

    entry: Floats
    time: Floats
    event: Bools
    treated: NDArray[np.int8]
    stratum: NDArray[np.int8] | None


class Source(Protocol):
    """Something that patients can be drawn from."""

    @property
    def patients(self) -> int:
        """Patients in each trial."""

    @property
    def strata(self) -> int:
        """Number of strata."""

    @property
    def visits(self) -> Floats | None:
        """Follow-up times of the visits at which alone an event is seen, or None."""

    def draw(self, rng: np.random.Generator, trials: int) -> Patients:
        """Patients of some trials."""

    def without_effect(self) -> Source:
        """The same trial in which the experimental arm lives as the control arm does."""


@dataclass(frozen=True)
class Switching:
    """Control patients who cross over to the experimental treatment before their event.

    Parameters
    ----------
    rate : Hazard
        Of switching, in follow-up time.
    hazard_ratio : float
        Factor on the control hazard afterwards.
    share : float
        Share of control patients to whom switching is open.
    """

    rate: Hazard
    hazard_ratio: float
    share: float = 1.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.hazard_ratio) and self.hazard_ratio > 0):
            raise DataError("the hazard ratio after switching must be above 0", found=f"{self.hazard_ratio:g}")
        if not 0.0 <= self.share <= 1.0:
            raise DataError("the share that may switch lies between 0 and 1", found=f"{self.share:g}")


@dataclass(frozen=True)
class HazardSource:
    """Patients whose event, dropout and enrolment follow piecewise hazards.

    Parameters
    ----------
    scenario : Scenario
        Its number of patients is rounded to a whole one. With visits the event is progression: seen at the
        first visit after it, so that who leaves between the two is censored, at the last visit.
    switching : Switching or None
    evenly : bool
        Whether patients come at fixed times, as rpact has it: patient i of n when i / n of all are due.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual
    >>> from remission.trial.randomness import block_generator
    >>> trial = Scenario.two_arms(Accrual.uniform(100, 12.0), Hazard.from_median(12.0))
    >>> HazardSource(trial).draw(block_generator(1, 0), 4).time.shape
    (4, 100)
    """

    scenario: Scenario
    switching: Switching | None = None
    evenly: bool = False

    @property
    def patients(self) -> int:
        """Patients in each trial."""
        return round(self.scenario.accrual.patients)

    @property
    def strata(self) -> int:
        """Number of strata."""
        return len(self.scenario.strata)

    @property
    def visits(self) -> Floats | None:
        """Follow-up times of the visits."""
        return np.asarray(self.scenario.visits, float) if self.scenario.visits else None

    def without_effect(self) -> HazardSource:
        """The same hazards in both arms, and so nothing to switch to."""
        return replace(self, scenario=self.scenario.without_effect(), switching=None)

    def draw(self, rng: np.random.Generator, trials: int) -> Patients:
        """Patients of some trials."""
        entry = enrolment(rng, trials, self.patients, self.scenario.accrual)
        if self.evenly:
            entry[:] = self.scenario.accrual.quantile(np.arange(1, self.patients + 1) / self.patients)
        if self.strata == 1:
            treated = permuted_blocks(rng, trials, self.patients, self.scenario.ratio)
            stratum = None
        else:
            stratum = _strata(rng, trials, self.patients, self.scenario.strata)
            treated = _stratified(rng, stratum, self.scenario.ratio, self.strata)
        time, lost = self._times(rng, treated, stratum)
        event = (time <= lost) & (time < NEVER)
        np.minimum(time, lost, out=time)
        if self.visits is not None:
            time, event = seen_at_visits(time, event, lost, self.visits)
        return Patients(entry, time, event, treated, stratum)

    def _times(
        self, rng: np.random.Generator, treated: NDArray[np.int8], stratum: NDArray[np.int8] | None
    ) -> tuple[Floats, Floats]:
        """Times of event and of dropout."""
        waits = rng.standard_exponential(treated.shape)
        leaves = rng.standard_exponential(treated.shape)
        time, lost = (np.empty(treated.shape) for _ in range(2)) if stratum is not None else (waits, leaves)
        for number, group in enumerate(self.scenario.strata):
            own = arrival(waits, treated, group.control, group.experimental)
            gone = arrival(leaves, treated, group.dropout_control, group.dropout_experimental)
            if self.switching is not None:
                own = self._switched(rng, waits, treated, group, own)
            if stratum is None:
                return own, gone
            here = stratum == number
            time[here], lost[here] = own[here], gone[here]
        return time, lost

    def _switched(
        self, rng: np.random.Generator, waits: Floats, treated: NDArray[np.int8], group: Stratum, time: Floats
    ) -> Floats:
        """Times of control patients whose hazard changes when they cross over."""
        assert self.switching is not None
        switch = np.minimum(self.switching.rate.inverse(rng.standard_exponential(treated.shape)), NEVER)
        open_to = (treated == 0) & (rng.random(treated.shape) < self.switching.share)
        reached = group.control.cumulative(switch)
        after = group.control.inverse(reached + (waits - reached) / self.switching.hazard_ratio)
        return np.where(open_to & (waits > reached), np.minimum(after, NEVER), time)


def _strata(rng: np.random.Generator, trials: int, patients: int, strata: Sequence[Stratum]) -> NDArray[np.int8]:
    edges = np.cumsum([stratum.share for stratum in strata])[:-1]
    return np.searchsorted(edges, rng.random((trials, patients)), side="right").astype(np.int8)


def _stratified(rng: np.random.Generator, stratum: NDArray[np.int8], ratio: float, strata: int) -> NDArray[np.int8]:
    """Permuted blocks inside each stratum, in the order of enrolment."""
    treated = np.zeros(stratum.shape, np.int8)
    for number in range(strata):
        here = stratum == number
        arms = permuted_blocks(rng, stratum.shape[0], stratum.shape[1], ratio)
        place = np.maximum(np.cumsum(here, axis=1) - 1, 0)
        treated = np.where(here, np.take_along_axis(arms, place, axis=1), treated)
    return treated
