"""Published numbers beside those of many virtual trials: what is simulated, and what passes.

Every study that a target speaks of is run as often as asked, each time with fresh patients and as large as the trial
was. The simulated number of a row is the mean over the virtual trials; it passes by the rule of
`remission.study.agreement`. Where a tumour has a set of accepted tables, the trials take them in turn, so that the
spread over trials holds what is not known of the tumour besides chance.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np

from remission.arrays import Floats
from remission.biology import TumourTable
from remission.calibration.outcomes import Columns
from remission.calibration.pool import as_they_come
from remission.calibration.targets import Target
from remission.calibration.virtual_trial import simulate_trial, target_outcome
from remission.run.numbers import fewest_at_risk
from remission.statistics.kaplan_meier import kaplan_meier
from remission.study import CENTRAL_REVIEW, StudyDefinition
from remission.tables import by_central_review
from remission.units import DAYS_PER_MONTH

LEAST_TRIALS: Final = 20
FIRST_SEED: Final = 5_000_000_000
"""Far from the seeds of studies and of calibration, so that the patients are new to the tables."""
CENTRAL_PFS: Final = by_central_review("PFS")
STEMS: Final = {"OS": "os", "PFS": "pfs", "iPFS": "ipfs", CENTRAL_PFS: by_central_review("pfs")}
Accepted = Mapping[str, Sequence[TumourTable]]
Done = Callable[[int, int], None]


class CurveName(NamedTuple):
    """Which curve: an arm of a study, and one of `STEMS`."""

    study: str
    arm: str
    endpoint: str


@dataclass(frozen=True)
class Job:
    """One virtual trial of every study; crosses process borders."""

    number: int
    studies: tuple[StudyDefinition, ...]
    seeds: tuple[int, ...]
    tables: tuple[TumourTable | None, ...]
    targets: tuple[Target, ...]
    patients: int | None


@dataclass(frozen=True)
class TrialNumbers:
    """What one virtual trial of every study gave: a number or a reason for each target, and its curves."""

    number: int
    values: Floats
    reasons: tuple[str, ...]
    curves: Mapping[CurveName, Floats]
    at_risk: Mapping[CurveName, Floats]


@dataclass(frozen=True)
class ValidatedRow:
    """A target beside what was simulated.

    Parameters
    ----------
    target : Target
    simulated, low, high : float
        Mean over the virtual trials, and between which 95 % of them lie; infinite where a median was not reached in
        most, NaN where it cannot be computed.
    passed : bool or None
        None where it is not judged.
    reason : str
        Why it is not judged.
    """

    target: Target
    simulated: float
    low: float
    high: float
    passed: bool | None
    reason: str = ""


@dataclass(frozen=True)
class MeanCurve:
    """A survival curve over the virtual trials: mean and where 95 % of them lie, percent by month."""

    name: CurveName
    month: Floats
    percent: Floats
    low: Floats
    high: Floats
    at_risk: Floats


@dataclass(frozen=True)
class Validation:
    """Everything that `validate` found."""

    rows: tuple[ValidatedRow, ...]
    curves: tuple[MeanCurve, ...]
    studies: tuple[StudyDefinition, ...]
    trials: int
    seed: int
    accepted: Mapping[str, int] = field(default_factory=dict)


def validate(
    targets: Sequence[Target],
    studies: Sequence[StudyDefinition],
    *,
    trials: int = LEAST_TRIALS,
    seed: int = FIRST_SEED,
    workers: int = 1,
    patients: int | None = None,
    accepted: Accepted | None = None,
    done: Done | None = None,
) -> Validation:
    """Hold targets against virtual trials of their studies.

    Parameters
    ----------
    targets : sequence of Target
    studies : sequence of StudyDefinition
        Those that no target speaks of are not run; patients are followed for as long as the targets ask.
    trials : int
        Virtual trials of every study.
    seed : int
        Of the first; the same seed gives the same numbers, whatever the workers.
    workers : int
        Processes.
    patients : int, optional
        In each virtual trial, instead of the trial's own number.
    accepted : mapping of str to sequence of TumourTable, optional
        Accepted tables of each tumour; without them the catalogue's.
    done : callable, optional
        Told how many of how many trials are done.
    """
    run = tuple(longer for study in studies if (longer := followed_for(study, targets)) is not None)
    jobs = [_job(number, run, tuple(targets), seed, patients, accepted or {}) for number in range(trials)]
    found = list[TrialNumbers]()
    for numbers in as_they_come(run_job, jobs if run else [], workers):
        found.append(numbers)
        if done is not None:
            done(len(found), len(jobs))
    found.sort(key=lambda numbers: numbers.number)
    rows = tuple(_row(target, place, found) for place, target in enumerate(targets))
    counts = {name: len(tables) for name, tables in (accepted or {}).items()}
    return Validation(rows, _mean_curves(found), run, trials, seed, counts)


def followed_for(study: StudyDefinition, targets: Iterable[Target]) -> StudyDefinition | None:
    """The study, followed for as long as the targets that speak of it ask; None if none does.

    Examples
    --------
    >>> from remission.calibration.targets import targets_of
    >>> from remission.study import load_definition
    >>> study = load_definition("keynote-006")
    >>> round(followed_for(study, targets_of([study])).follow_up_day / DAYS_PER_MONTH)
    66
    """
    asked = [
        target.needed_month
        for target in targets
        if any(one.study == study.name for one in (*target.members, *target.others))
    ]
    if not asked:
        return None
    return replace(study, follow_up_day=max(study.follow_up_day, max(asked) * DAYS_PER_MONTH))


def _job(
    number: int,
    studies: tuple[StudyDefinition, ...],
    targets: tuple[Target, ...],
    seed: int,
    patients: int | None,
    accepted: Accepted,
) -> Job:
    """Every study has a seed of its own: the same patients in several trials would err together."""
    seeds = tuple(seed + number * len(studies) + place for place in range(len(studies)))
    sets = [accepted.get(study.tumour, ()) for study in studies]
    tables = tuple(tables[number % len(tables)] if tables else None for tables in sets)
    return Job(number, studies, seeds, tables, targets, patients)


def run_job(job: Job) -> TrialNumbers:
    """Simulate one trial of every study and compute every target and curve."""
    trials = {
        study.name: simulate_trial(study, seed, patients=job.patients, table=table)
        for study, seed, table in zip(job.studies, job.seeds, job.tables, strict=True)
    }
    outcomes = [target_outcome(target, trials) for target in job.targets]
    curves, at_risk = dict[CurveName, Floats](), dict[CurveName, Floats]()
    for study in job.studies:
        months = np.arange(0.0, study.follow_up_day / DAYS_PER_MONTH + 1e-6)
        for arm, people in trials[study.name].items():
            for endpoint, stem in STEMS.items():
                if endpoint == CENTRAL_PFS and CENTRAL_REVIEW not in study.assessors:
                    continue
                name = CurveName(study.name, arm, endpoint)
                curves[name], at_risk[name] = _curve(people, stem, months)
    return TrialNumbers(
        job.number,
        np.array([one.value for one in outcomes]),
        tuple(one.reason for one in outcomes),
        curves,
        at_risk,
    )


def _curve(people: Columns, stem: str, months: Floats) -> tuple[Floats, Floats]:
    """Percent and number at risk by month; NaN where too few are followed so long."""
    days = people[f"{stem}_day"]
    if len(days) == 0:
        return np.full(months.shape, np.nan), np.zeros(months.shape)
    curve = kaplan_meier(days, people[f"{stem}_event"].astype(bool))
    wanted = months * DAYS_PER_MONTH
    point = curve.at(wanted, extend=True)
    known = (point.at_risk >= fewest_at_risk(len(days))) | (point.survival == 0)
    return np.where(known, 100 * point.survival, np.nan), point.at_risk


def _row(target: Target, place: int, found: Sequence[TrialNumbers]) -> ValidatedRow:
    values = np.array([numbers.values[place] for numbers in found])
    known = values[~np.isnan(values)]
    if len(known) * 2 <= len(values):
        reasons = Counter(numbers.reasons[place] for numbers in found if numbers.reasons[place])
        reason = target.reason or (reasons.most_common(1)[0][0] if reasons else "no study was simulated")
        return ValidatedRow(target, math.nan, math.nan, math.nan, None, reason)
    simulated, low, high = over_trials(known)
    band = target.band
    if band is None:
        return ValidatedRow(target, simulated, low, high, None, _not_judged(target))
    return ValidatedRow(target, simulated, low, high, bool(band[0] <= simulated <= band[1]))


def _not_judged(target: Target) -> str:
    if target.figure.unit == "ratio":
        return "no interval was published, and a ratio is judged by it"
    return "how the trial was conducted, not what came out of it"


def over_trials(values: Floats) -> tuple[float, float, float]:
    """Mean over virtual trials, and between which 95 % of them lie.

    A median that some of them did not reach has no mean; then it is the median of the trials.

    Examples
    --------
    >>> over_trials(np.array([1.0, 2.0, 6.0]))[0], over_trials(np.array([1.0, 2.0, np.inf]))
    (3.0, (2.0, 1.0, inf))
    """
    if np.isfinite(values).all():
        low, high = np.quantile(values, (0.025, 0.975))
        return float(values.mean()), float(low), float(high)
    ordered = np.sort(values)
    low, middle, high = (np.quantile(ordered, p, method="nearest") for p in (0.025, 0.5, 0.975))
    return float(middle), float(low), float(high)


def _mean_curves(found: Sequence[TrialNumbers]) -> tuple[MeanCurve, ...]:
    curves = []
    for name in found[0].curves if found else ():
        percent = np.stack([numbers.curves[name] for numbers in found])
        shown = ~np.isnan(percent).any(axis=0)
        percent = percent[:, shown]
        low, high = np.quantile(percent, (0.025, 0.975), axis=0)
        at_risk = np.mean([numbers.at_risk[name] for numbers in found], axis=0)[shown]
        month = np.flatnonzero(shown).astype(float)
        curves.append(MeanCurve(name, month, percent.mean(axis=0), low, high, at_risk))
    return tuple(curves)


_NUMBERS: Final = ("n", "time_months", "value", "ci_low", "ci_high")


def as_json(found: Validation) -> dict[str, Any]:
    """The rows with every column of their target, and how many passed and failed.

    Numbers of the target are numbers, empty ones null. ``pass`` is null where a row is not judged; ``reason`` says why.
    """
    from remission import __version__

    judged = [row.passed for row in found.rows if row.passed is not None]
    return {
        "rows": [_json_row(row) for row in found.rows],
        "passed": sum(judged),
        "failed": len(judged) - sum(judged),
        "trials": found.trials,
        "seed": found.seed,
        "version": __version__,
    }


def _json_row(row: ValidatedRow) -> dict[str, Any]:
    columns: dict[str, Any] = dict(row.target.columns)
    for name in _NUMBERS:
        columns[name] = _number(columns[name])
    simulated = (_finite(value) for value in (row.simulated, row.low, row.high))
    reason = "the median is not reached" if math.isinf(row.simulated) else row.reason
    return {
        **columns,
        **dict(zip(("simulated", "simulated_low", "simulated_high"), simulated, strict=True)),
        "pass": row.passed,
        "reason": reason,
    }


def _number(text: str) -> int | float | None:
    """A number as it was written: whole numbers without a point."""
    if not text.strip():
        return None
    return int(text) if text.strip().isdigit() else float(text)


def _finite(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None
