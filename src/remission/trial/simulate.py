"""Simulation of whole trials: any number of statistics at any number of looks, in blocks of trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from remission.arrays import Bools, Floats, Ints
from remission.errors import DataError
from remission.trial.cut import calendar_of_events, cut, times_of_looks
from remission.trial.evaluate import Evaluated, evaluate
from remission.trial.looks import Look
from remission.trial.randomness import block_generator, block_size
from remission.trial.source import Patients, Source
from remission.trial.statistic import Statistic

_LARGE = 3_000_000


@dataclass(frozen=True)
class SimulatedTrials:
    """What was seen at every look of every trial, as if none had stopped early.

    Attributes
    ----------
    statistics : tuple of Statistic
    looks : tuple of Look
    seed : int
    time, events, patients : ndarray, shape (trials, looks)
        Calendar time, events, and patients enrolled.
    reached : ndarray of bool, shape (trials, looks)
        Whether the events that the look waits for ever came; if not, it was taken when the last patient had
        left.
    z, estimate, information : ndarray, shape (trials, looks, statistics)
        As in `remission.trial.evaluate.Evaluated`; NaN where a statistic cannot be computed.
    covariance : tuple of ndarray or None
        For each MaxCombo statistic the mean covariance of its scores, shape (looks, tests, tests).
    """

    statistics: tuple[Statistic, ...]
    looks: tuple[Look, ...]
    seed: int
    time: Floats
    events: Floats
    patients: Floats
    reached: Bools
    z: Floats
    estimate: Floats
    information: Floats
    covariance: tuple[Floats | None, ...]

    @property
    def trials(self) -> int:
        """Number of trials."""
        return len(self.time)

    @property
    def failed(self) -> Ints:
        """Trials on which each statistic cannot be computed, shape (looks, statistics)."""
        return np.isnan(self.z).sum(axis=0)


def simulate(
    source: Source,
    looks: Sequence[Look],
    statistics: Sequence[Statistic],
    trials: int = 10_000,
    seed: int = 2017,
    *,
    estimates: bool = True,
    progress: Callable[[int], None] | None = None,
) -> SimulatedTrials:
    """Simulate trials and evaluate every statistic at every look.

    Parameters
    ----------
    source : Source
        Where patients come from.
    looks : sequence of Look
        In the order in which they are taken.
    statistics : sequence of Statistic
    trials, seed : int
        What happens in trial k depends on the source, the seed and k alone.
    estimates : bool
        Whether to estimate hazard ratios too.
    progress : callable or None
        Told how many trials are done.

    Raises
    ------
    DataError
        If there is no look, no statistic or no trial, or a look asks for more events than there are patients.

    Examples
    --------
    >>> from remission.trial.hazard import Accrual, Hazard
    >>> from remission.trial.scenario import Scenario
    >>> from remission.trial.source import HazardSource
    >>> from remission.trial.statistic import WeightedLogRank
    >>> trial = Scenario.two_arms(Accrual.uniform(200, 12.0), Hazard.from_median(12.0), hazard_ratio=0.6)
    >>> found = simulate(HazardSource(trial), [Look(events=120)], [WeightedLogRank()], trials=64, seed=1)
    >>> found.z.shape, bool(found.z.mean() > 2)
    ((64, 1, 1), True)
    """
    if not looks or not statistics or trials < 1:
        raise DataError(
            "a simulation needs a look, a statistic and a trial",
            found=f"{len(looks)} looks, {len(statistics)} statistics, {trials} trials",
        )
    _keep_memory()
    blocks = []
    size = block_size(source.patients)
    for block in range(-(-trials // size)):
        patients = source.draw(block_generator(seed, block), size)
        blocks.append(_block(source, patients, looks, statistics, estimates))
        if progress is not None:
            progress(min(trials, (block + 1) * size))
    columns = zip(*(block[:7] for block in blocks), strict=True)
    time, events, enrolled, reached, z, estimate, information = (np.concatenate(x)[:trials] for x in columns)
    by_statistic = zip(*(block[7] for block in blocks), strict=True)
    covariance = tuple(None if each[0] is None else np.mean(each, axis=0) for each in by_statistic)
    return SimulatedTrials(
        tuple(statistics), tuple(looks), seed, time, events, enrolled, reached, z, estimate, information, covariance
    )


def _keep_memory() -> None:
    """Have the C library keep freed memory: it learns from one large array that such come and go.

    Otherwise the arrays of each block are given back to the system and fetched anew, page by page, which
    takes a third of the time of a block. Nothing is written to the array, so it takes no memory.
    """
    np.empty(_LARGE)


def _block(
    source: Source,
    patients: Patients,
    looks: Sequence[Look],
    statistics: Sequence[Statistic],
    estimates: bool,
) -> tuple[Floats, Floats, Floats, Bools, Floats, Floats, Floats, tuple[Floats | None, ...]]:
    """One block: time, events, patients, reached, z, estimate, information, covariances by statistic."""
    calendar = calendar_of_events(patients)
    times = times_of_looks(patients, calendar, looks)
    found: list[Evaluated] = []
    events, enrolled = np.empty(times.time.shape), np.empty(times.time.shape)
    for k in range(len(looks)):
        seen = cut(patients, calendar, times.time[:, k], source.visits)
        events[:, k] = seen.event.view(np.int8).sum(axis=1, dtype=np.int64)
        enrolled[:, k] = source.patients if seen.present is None else np.count_nonzero(seen.present, axis=1)
        found.append(evaluate(patients, seen, source.strata, statistics, estimates))
    z, estimate, information = (np.stack(part, axis=1) for part in zip(*(each[:3] for each in found), strict=True))
    parts = zip(*(each.covariance for each in found), strict=True)
    covariance = tuple(None if part[0] is None else np.stack(part) for part in parts)
    return times.time, events, enrolled, times.reached, z, estimate, information, covariance
