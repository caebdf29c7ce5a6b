"""The value of the time gained: differences between twins, and a difference of these differences.

Four arms hold the same patients: with and without the earlier treatment, with and without what arrives later. Per
patient, outcome *y* and arms *road*, *without arrival*, *without earlier*, *without both*:

- the earlier treatment does ``y(without arrival) - y(without both)``;
- the molecule does by itself ``y(without earlier) - y(without both)``;
- the earlier treatment made possible ``[y(road) - y(without arrival)] - [y(without earlier) - y(without both)]``.

The three add up to ``y(road) - y(without both)``. Means over patients are restricted to follow-up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from remission import draws
from remission.arrays import Array
from remission.road.lives import Lives
from remission.units import DAYS_PER_MONTH

ARMS: Final = ("road", "without_arrival", "without_earlier", "without_both")
STOOD: Final = ("alive", "fit", "reached")
OUTCOMES: Final = ("alive", "free", "severe")
PARTS: Final = ("earlier", "molecule", "possible", "total", "in_road")
REPLICATES: Final = 400


@dataclass(frozen=True)
class Number:
    """A mean or share with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class TimeGainedValue:
    """What the four arms say.

    Parameters
    ----------
    stood : mapping of arm to mapping
        Shares "alive", "fit" and "reached" of each arm of `ARMS`.
    parts : mapping of outcome to mapping
        Months alive, months alive without a drug, and severe toxicities a patient, by `PARTS`; ``in_road`` is what the
        molecule adds on the road: ``molecule`` and ``possible`` together.
    intervals : str
        "patients" for a bootstrap over patients, "populations" where they span the accepted populations.
    populations : int
        How many of those.
    """

    stood: Mapping[str, Mapping[str, Number]]
    parts: Mapping[str, Mapping[str, Number]]
    intervals: str = "patients"
    populations: int = 0


def per_patient(arms: Mapping[str, Lives]) -> dict[tuple[str, str, str], Array]:
    """Every number of `TimeGainedValue` before the mean over patients, by (kind, arm or outcome, name)."""
    found = {("stood", arm, name): getattr(arms[arm], name).astype(float) for arm in ARMS for name in STOOD}
    for outcome in OUTCOMES:
        road, without_arrival, without_earlier, without_both = (_outcome(arms[arm], outcome) for arm in ARMS)
        earlier, molecule = without_arrival - without_both, without_earlier - without_both
        in_road = road - without_arrival
        parts = (earlier, molecule, in_road - molecule, road - without_both, in_road)
        found |= {("parts", outcome, name): part for name, part in zip(PARTS, parts, strict=True)}
    return found


def _outcome(of: Lives, outcome: str) -> Array:
    if outcome == "severe":
        return of.severe
    return (of.alive_day if outcome == "alive" else of.free_day) / DAYS_PER_MONTH


def value(arms: Mapping[str, Lives], seed: int) -> TimeGainedValue:
    """Means with intervals by a bootstrap over patients; only patients followed in all four arms are counted."""
    columns = per_patient(in_all(arms))
    together = np.stack(list(columns.values()))
    n = together.shape[1]
    means = np.empty((REPLICATES, len(together)))
    for replicate in range(REPLICATES):
        lot = draws.uniform(seed, replicate, "patients of a bootstrap", np.arange(n))
        means[replicate] = together[:, (lot * n).astype(int)].mean(axis=1)
    return _value(columns, together.mean(axis=1), means, "patients", 0)


def value_of_populations(arms: Mapping[str, Lives], populations: Sequence[Mapping[str, Lives]]) -> TimeGainedValue:
    """Means of a run, with intervals that span virtual populations which calibration accepted."""
    columns = per_patient(in_all(arms))
    spread = np.array([[part.mean() for part in per_patient(in_all(one)).values()] for one in populations])
    centre = np.array([part.mean() for part in columns.values()])
    return _value(columns, centre, spread, "populations", len(populations))


def _value(columns: Mapping[Any, Array], centre: Array, spread: Array, by: str, populations: int) -> TimeGainedValue:
    low, high = np.percentile(spread, (2.5, 97.5), axis=0)
    found: dict[str, dict[str, dict[str, Number]]] = {"stood": {}, "parts": {}}
    for (kind, of, name), *numbers in zip(columns, centre, low, high, strict=True):
        found[kind].setdefault(of, {})[name] = Number(*map(float, numbers))
    return TimeGainedValue(found["stood"], found["parts"], by, populations)


def in_all(arms: Mapping[str, Lives]) -> dict[str, Lives]:
    """The lives of the patients who were followed in every arm, in the same order."""
    common = arms[ARMS[0]].patient
    for arm in ARMS[1:]:
        common = np.intersect1d(common, arms[arm].patient)
    return {arm: _rows(arms[arm], np.isin(arms[arm].patient, common)) for arm in ARMS}


def _rows(of: Lives, keep: Array) -> Lives:
    return Lives(**{name: column[keep] for name, column in vars(of).items()})
