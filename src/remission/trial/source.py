"""Where simulated patients come from: hazards typed in, or a virtual trial or cohort resampled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remission.errors import DataError
from remission.trial.hazard import Accrual, Hazard
from remission.trial.randomness import check_ratio, permuted_blocks
from remission.trial.scenario import Scenario, Stratum

Array = NDArray[np.float64]

# Follow-up that no data cut reaches, in any unit of time; stands for "never".
_NEVER = 1e9


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

    entry: Array
    time: Array
    event: NDArray[np.bool_]
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
    def visits(self) -> Array | None:
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
        Its number of patients is rounded to a whole one.
    switching : Switching or None
    visit_times : tuple of float
        When given, the event is progression: seen at the first visit after it, so that who leaves between
        the two is censored, at the last visit.
    evenly : bool
        Whether patients come at fixed times, as rpact has it: patient i of n when i / n of all are due.

    Examples
    --------
    >>> from remission.trial.randomness import block_generator
    >>> trial = Scenario.two_arms(Accrual.uniform(100, 12.0), Hazard.from_median(12.0))
    >>> HazardSource(trial).draw(block_generator(1, 0), 4).time.shape
    (4, 100)
    """

    scenario: Scenario
    switching: Switching | None = None
    visit_times: tuple[float, ...] = ()
    evenly: bool = False

    def __post_init__(self) -> None:
        _check_visits(self.visit_times)

    @property
    def patients(self) -> int:
        """Patients in each trial."""
        return round(self.scenario.accrual.patients)

    @property
    def strata(self) -> int:
        """Number of strata."""
        return len(self.scenario.strata)

    @property
    def visits(self) -> Array | None:
        """Follow-up times of the visits."""
        return np.asarray(self.visit_times, float) if self.visit_times else None

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
        event = time <= lost
        np.minimum(time, lost, out=time)
        if self.visit_times:
            time, event = seen_at_visits(time, event, lost, np.asarray(self.visit_times))
        return Patients(entry, time, event, treated, stratum)

    def _times(
        self, rng: np.random.Generator, treated: NDArray[np.int8], stratum: NDArray[np.int8] | None
    ) -> tuple[Array, Array]:
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
        self, rng: np.random.Generator, waits: Array, treated: NDArray[np.int8], group: Stratum, time: Array
    ) -> Array:
        """Times of control patients whose hazard changes when they cross over."""
        assert self.switching is not None
        switch = np.minimum(self.switching.rate.inverse(rng.standard_exponential(treated.shape)), _NEVER)
        open_to = (treated == 0) & (rng.random(treated.shape) < self.switching.share)
        reached = group.control.cumulative(switch)
        after = group.control.inverse(reached + (waits - reached) / self.switching.hazard_ratio)
        return np.where(open_to & (waits > reached), np.minimum(after, _NEVER), time)


def _check_visits(visit_times: Sequence[float]) -> None:
    times = np.asarray(visit_times, float)
    if times.size and not (np.isfinite(times).all() and times[0] > 0 and (np.diff(times) > 0).all()):
        raise DataError("visits must increase from above 0", found=str(tuple(visit_times[:6])))


def enrolment(rng: np.random.Generator, trials: int, patients: int, accrual: Accrual) -> Array:
    """Calendar times of enrolment in their order: as many independent draws from the accrual, sorted.

    Sums of exponential gaps over their total are sorted uniforms (Devroye, Non-Uniform Random Variate
    Generation, 1986, ch. V.3).
    """
    gaps = rng.standard_exponential((trials, patients + 1))
    np.cumsum(gaps, axis=1, out=gaps)
    even = len(accrual.cuts) == 1
    share = gaps[:, :-1] * ((accrual.duration if even else 1.0) / gaps[:, -1:])
    return share if even else accrual.quantile(share)


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


def arrival(waits: Array, treated: NDArray[np.int8], control: Hazard, experimental: Hazard) -> Array:
    """Times at which cumulative hazards reach unit exponentials; `_NEVER` where they never do.

    Examples
    --------
    >>> arrival(np.array([[0.5, 0.5]]), np.array([[0, 1]], np.int8), Hazard((0.1,)), Hazard((0.05,)))
    array([[ 5., 10.]])
    """
    if max(control.rates) == max(experimental.rates) == 0.0:
        return np.full(waits.shape, _NEVER)
    few = len(control.rates) + len(experimental.rates) <= 8
    if few and min(*control.rates, *experimental.rates) > 0:
        return _by_pieces(waits, treated, control, experimental)
    if control == experimental:
        return np.minimum(control.inverse(waits), _NEVER)
    late = np.where(treated == 1, experimental.inverse(waits), control.inverse(waits))
    return np.minimum(late, _NEVER)


def _by_pieces(waits: Array, treated: NDArray[np.int8], control: Hazard, experimental: Hazard) -> Array:
    """Few pieces of either arm, no rate zero: each piece adds the hazard used up in it over its rate."""
    cuts = np.union1d(control.cuts, experimental.cuts)
    starts = np.concatenate(([0.0], cuts))
    rates = np.stack([control.rate(starts), experimental.rate(starts)])
    widths = np.diff(starts)
    time = 0.0
    left = waits
    for piece, width in enumerate(widths):
        room = width * _by_arm(rates[:, piece], treated)
        time = time + np.minimum(left, room) * _by_arm(1.0 / rates[:, piece], treated)
        left = left - room
        np.maximum(left, 0.0, out=left)
    return time + left * _by_arm(1.0 / rates[:, -1], treated)


def _by_arm(values: Array, treated: NDArray[np.int8]) -> Array:
    """The value of each patient's arm; one number when the arms share it."""
    return values[0] if values[0] == values[1] else values[0] + (values[1] - values[0]) * treated


def seen_at_visits(
    time: Array, event: NDArray[np.bool_], lost: Array, visits: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """Progression as visits show it: at the next visit, unless the patient leaves before it.

    Examples
    --------
    >>> seen_at_visits(np.array([5.0, 5.0]), np.ones(2, bool), np.array([99.0, 5.5]), np.array([3.0, 6.0]))
    (array([6., 3.]), array([ True, False]))
    """
    padded = np.concatenate(([0.0], visits, [_NEVER]))
    following = padded[np.searchsorted(padded[1:], time, side="left") + 1]
    seen = event & (following <= lost) & (following < _NEVER)
    last = padded[np.searchsorted(padded[1:-1], np.where(event, np.minimum(following, lost), lost), side="right")]
    return np.where(seen, following, last), seen


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

    time: Array
    event: NDArray[np.bool_]

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
        _check_visits(self.visit_times)
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
    def visits(self) -> Array | None:
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
