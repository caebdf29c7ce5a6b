"""All statistics of a block of trials at one look, from event tables made once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.statistics.multinormal import largest_above
from remission.statistics.skewness import corrected_scores
from remission.statistics.trials import (
    Arms,
    Difference,
    averaged,
    difference,
    last_times,
    log_hazard_ratios,
    milestone_tests,
    restricted_means,
    survivals,
)
from remission.statistics.two_arms import two_arm_table, weighted_scores
from remission.statistics.weights import EventTable, Weight
from remission.trial.cut import Observed
from remission.trial.source import Patients
from remission.trial.statistic import CureFraction, MaxCombo, Milestone, RestrictedMean, Statistic, WeightedLogRank

# Beyond this the normal deviate of a p-value is no longer told from infinity.
_FURTHEST = 37.0


class Evaluated(NamedTuple):
    """Statistics of one look; arrays of shape (trials, statistics), NaN where one cannot be computed.

    Attributes
    ----------
    z : ndarray
        Above zero in favour of the experimental arm. For MaxCombo the normal deviate of its p-value.
    estimate : ndarray
        Log hazard ratio (below zero favours the experimental arm) or difference (above zero does).
    information : ndarray
        Variance of the score, or one over that of the difference.
    covariance : tuple of ndarray or None
        For each MaxCombo statistic the mean over trials of the covariance of its scores, shape (tests, tests).
    """

    z: Floats
    estimate: Floats
    information: Floats
    covariance: tuple[Floats | None, ...]


def evaluate(
    patients: Patients, seen: Observed, strata: int, statistics: Sequence[Statistic], estimates: bool = True
) -> Evaluated:
    """Every statistic of every trial at one look.

    Parameters
    ----------
    patients : Patients
    seen : Observed
        Their data at the look.
    strata : int
        Log-rank scores are made in each stratum and added; restricted means and survival are averaged by the
        strata's shares of all patients. Hazard ratios and cured shares do not use strata.
    statistics : sequence of Statistic
    estimates : bool
        Whether to fit hazard ratios, which takes longer than the tests.
    """
    tables = _tables(patients, seen, strata)
    whole = tables[0] if strata == 1 else _pooled(patients, seen)
    groups = _groups(patients, seen, strata) if _needs_ends(statistics) else None
    scores = _scores(tables, statistics)
    with np.errstate(over="ignore"):  # rows that only fill the table up may overflow; they are not counted
        ratios = log_hazard_ratios(whole).value if estimates and _needs_ratio(statistics) else None
    columns = []
    for statistic in statistics:
        if isinstance(statistic, WeightedLogRank | MaxCombo):
            z, information = _family(tables, scores, statistic)
            found = np.full(z.shape, np.nan) if ratios is None else ratios
        elif isinstance(statistic, Milestone):
            assert groups is not None
            arms = _arms(tables, groups, survivals, statistic.at)
            z, information, found = milestone_tests(arms, statistic.scale, statistic.margin)
        else:
            if isinstance(statistic, CureFraction):
                gain = _cured(patients, seen, statistic)
            else:
                assert groups is not None
                gain = difference(_arms(tables, groups, restricted_means, statistic.tau))
            found, information = gain.value, gain.std_error**-2
            z = (found - statistic.margin) / gain.std_error
        columns.append((z, found, information))
    covariance = tuple(_mean_covariance(scores, statistic) for statistic in statistics)
    z, estimate, information = (np.stack(column, axis=1) for column in zip(*columns, strict=True))
    return Evaluated(z, estimate, information, covariance)


def _tables(patients: Patients, seen: Observed, strata: int) -> list[EventTable]:
    if strata == 1 or patients.stratum is None:
        return [_pooled(patients, seen)]
    tables = []
    for number in range(strata):
        here = patients.stratum == number
        present = here if seen.present is None else here & seen.present
        tables.append(two_arm_table(seen.time, seen.event & here, patients.treated, present))
    return tables


def _pooled(patients: Patients, seen: Observed) -> EventTable:
    return two_arm_table(seen.time, seen.event, patients.treated, seen.present)


def _needs_ends(statistics: Sequence[Statistic]) -> bool:
    return any(isinstance(statistic, RestrictedMean | Milestone) for statistic in statistics)


def _needs_ratio(statistics: Sequence[Statistic]) -> bool:
    return any(isinstance(statistic, WeightedLogRank | MaxCombo) for statistic in statistics)


class _Group(NamedTuple):
    """A stratum: end of follow-up of both arms, and share of all patients; shape (trials,)."""

    ends: tuple[Floats, Floats]
    share: Floats


def _groups(patients: Patients, seen: Observed, strata: int) -> list[_Group]:
    if strata == 1 or patients.stratum is None:
        return [_Group(last_times(seen.time, patients.treated, seen.present), np.ones(len(seen.time)))]
    everybody = np.ones(seen.time.shape, bool) if seen.present is None else seen.present
    enrolled = np.maximum(everybody.sum(axis=1), 1)
    found = []
    for number in range(strata):
        here = everybody & (patients.stratum == number)
        found.append(_Group(last_times(seen.time, patients.treated, here), here.sum(axis=1) / enrolled))
    return found


def _arms(
    tables: Sequence[EventTable],
    groups: Sequence[_Group],
    estimate: Callable[[EventTable, tuple[Floats, Floats], float], Arms],
    time: float,
) -> Arms:
    """An estimate of both arms, averaged over the strata."""
    each = [estimate(table, group.ends, time) for table, group in zip(tables, groups, strict=True)]
    return averaged(each, [group.share for group in groups])


class _Scores(NamedTuple):
    """Scores of all weights that any statistic uses, and their covariance."""

    weights: list[Weight]
    score: Floats
    covariance: Floats


def _scores(tables: Sequence[EventTable], statistics: Sequence[Statistic]) -> _Scores | None:
    weights: list[Weight] = []
    for statistic in statistics:
        wanted: tuple[Weight, ...] = ()
        if isinstance(statistic, MaxCombo):
            wanted = statistic.weights
        elif isinstance(statistic, WeightedLogRank) and statistic.margin == 1.0:
            wanted = (statistic.weight,)
        weights += [weight for weight in wanted if weight not in weights]
    if not weights:
        return None
    made = [weighted_scores(table, weights) for table in tables]
    return _Scores(weights, _sum([score for score, _ in made]), _sum([spread for _, spread in made]))


def _sum(parts: Sequence[Floats]) -> Floats:
    return parts[0] if len(parts) == 1 else np.sum(parts, axis=0)


def _family(
    tables: Sequence[EventTable], scores: _Scores | None, statistic: WeightedLogRank | MaxCombo
) -> tuple[Floats, Floats]:
    """Z and information of one member of the log-rank family."""
    if isinstance(statistic, WeightedLogRank) and statistic.margin != 1.0:
        score, spread = (_sum(part) for part in zip(*(_at_margin(t, statistic) for t in tables), strict=True))
        return _standardised(score, spread), spread
    assert scores is not None
    if isinstance(statistic, WeightedLogRank):
        place = scores.weights.index(statistic.weight)
        spread = scores.covariance[:, place, place]
        return _corrected(tables, (statistic.weight,), statistic.corrected, scores.score[:, [place]], spread[:, None])[
            :, 0
        ], spread
    places = _places(scores, statistic)
    covariance = scores.covariance[:, places][:, :, places]
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    z = _corrected(tables, statistic.weights, statistic.corrected, scores.score[:, places], variance)
    return _largest(z, covariance), variance[:, 0]


def _corrected(
    tables: Sequence[EventTable], weights: Sequence[Weight], corrected: bool, score: Floats, spread: Floats
) -> Floats:
    """Z of each weight, shape (trials, weights), without its skewness if that is asked for."""
    z = _standardised(score, spread)
    if not corrected:
        return z
    each = (corrected_scores(tables, weight, z[:, k], spread[:, k]) for k, weight in enumerate(weights))
    return np.stack(list(each), axis=1)


def _places(scores: _Scores, statistic: MaxCombo) -> list[int]:
    return [scores.weights.index(weight) for weight in statistic.weights]


def _mean_covariance(scores: _Scores | None, statistic: Statistic) -> Floats | None:
    if not isinstance(statistic, MaxCombo) or scores is None:
        return None
    places = _places(scores, statistic)
    return np.asarray(scores.covariance.mean(axis=0)[np.ix_(places, places)])


def _standardised(score: Floats, spread: Floats) -> Floats:
    """Score over its standard deviation; NaN without variance."""
    return score / np.sqrt(np.where(spread > 0, spread, np.nan))


def _at_margin(table: EventTable, statistic: WeightedLogRank) -> tuple[Floats, Floats]:
    """Score of the partial likelihood at the margin, weighted, and its variance.

    Tied events leave one after the other (Efron). Progression that is seen at visits only is heavily tied;
    taking all of a visit at once would understate the hazard ratio there and call a trial at the margin
    non-inferior far too often.
    """
    weight = statistic.weight(table)
    scaled, dying = statistic.margin * table.at_risk_treated, statistic.margin * table.events_treated
    risk = table.at_risk - table.at_risk_treated + scaled
    leaving = table.events - table.events_treated + dying
    score = -np.sum(weight * table.events_treated, axis=-1)
    spread = np.zeros_like(score)
    for gone in range(int(table.events.max(initial=0))):
        counted = table.events > gone
        part = np.where(counted, gone / np.maximum(table.events, 1.0), 0.0)
        share = (scaled - part * dying) / np.maximum(risk - part * leaving, 1e-300)
        share = np.where(counted, share, 0.0)
        score += np.sum(weight * share, axis=-1)
        spread += np.sum(weight**2 * share * (1.0 - share), axis=-1)
    return score, spread


def _largest(z: Floats, covariance: Floats) -> Floats:
    """Normal deviate of the p-value of the largest z; NaN where one has no variance."""
    usable: Bools = np.asarray(np.isfinite(z).all(axis=1))
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    spread = np.sqrt(np.where(variance > 0, variance, 1.0))
    correlation = covariance / (spread[:, :, None] * spread[:, None, :])
    correlation[~usable] = np.eye(correlation.shape[1])
    p = largest_above(np.where(usable[:, None], z, 0.0).max(axis=1), correlation)
    return np.where(usable, np.clip(-ndtri(p), -_FURTHEST, _FURTHEST), np.nan)


def _cured(patients: Patients, seen: Observed, statistic: CureFraction) -> Difference:
    """Difference of cured shares, trial by trial; NaN where a fit has no maximum."""
    from remission.statistics.cure import cure_model

    value, error = np.full(len(seen.time), np.nan), np.full(len(seen.time), np.nan)
    for k in range(len(seen.time)):
        here = np.ones(seen.time.shape[1], bool) if seen.present is None else seen.present[k]
        arms = [here & (patients.treated[k] == arm) for arm in (0, 1)]
        try:
            fits = [cure_model(seen.time[k][arm], seen.event[k][arm], family=statistic.family) for arm in arms]
        except DataError:
            continue
        control, treated = (fit.cure_fraction() for fit in fits)
        if control.std_error and treated.std_error:
            value[k] = treated.value - control.value
            error[k] = np.hypot(control.std_error, treated.std_error)
    return Difference(value, error)
