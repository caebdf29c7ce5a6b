"""Correction of log-rank tests for skewness: against every way of dealing the arms."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from remission.errors import DataError
from remission.statistics.log_rank import log_rank
from remission.statistics.max_combo import max_combo
from remission.statistics.skewness import ThirdMoments, corrected, third_moments, uncorrected
from remission.statistics.two_arms import two_arm_table, weighted_scores
from remission.statistics.weights import FlemingHarrington, Gehan, LogRank, Weight

WEIGHTS = (LogRank(), FlemingHarrington(0, 0.5), Gehan())


def _dealt(treated: int, patients: int = 16, ties: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times and events of one trial, and every way to deal its arms, one a row."""
    rows = list(combinations(range(patients), treated))
    arms = np.zeros((len(rows), patients), np.int8)
    for row, places in zip(arms, rows, strict=True):
        row[list(places)] = 1
    rng = np.random.default_rng(4)
    time = np.ceil(rng.permutation(patients) / ties) + 1.0
    event = rng.random(patients) < 0.8
    return np.broadcast_to(time, arms.shape), np.broadcast_to(event, arms.shape), arms


@pytest.mark.parametrize("weight", WEIGHTS, ids=repr)
@pytest.mark.parametrize("ties", [1, 3])
def test_moments_are_those_over_all_ways_of_dealing(weight: Weight, ties: int) -> None:
    table = two_arm_table(*_dealt(11, ties=ties))
    score, variance = (part.reshape(len(part)) for part in weighted_scores(table, [weight]))
    third = third_moments(table, weight)
    assert score.mean() == pytest.approx(0.0, abs=1e-9)
    assert (score**2).mean() == pytest.approx(variance.mean(), rel=1e-9)
    exact = (score**3).mean()
    assert exact == pytest.approx(third.steps.mean() + 3.0 * (score * variance).mean(), rel=1e-9)
    assert third.with_variance.mean() == pytest.approx((score * variance).mean(), rel=0.15)


@pytest.mark.parametrize("weight", WEIGHTS, ids=repr)
def test_both_tails_come_to_their_level(weight: Weight) -> None:
    """150 of 200 patients treated, dealt 20,000 times: shares beyond the normal's 2.5 % on either side."""
    rng, shape = np.random.default_rng(5), (20_000, 200)
    time, event = (np.broadcast_to(part, shape) for part in (rng.permutation(200) + 1.0, rng.random(200) < 0.8))
    table = two_arm_table(time, event, (rng.random(shape).argsort(axis=1) < 150).astype(np.int8))
    score, variance = (part.reshape(len(part)) for part in weighted_scores(table, [weight]))
    z = score / np.sqrt(variance)
    better = corrected(z, variance, third_moments(table, weight))
    for sign in (1.0, -1.0):
        plain, mended = ((sign * part >= 1.959964).mean() - 0.025 for part in (z, better))
        assert sign * plain > 0.001
        assert abs(mended) < 0.0035


@pytest.mark.parametrize("steps", [-0.4, -1e-12, 0.0, 0.03, 0.9])
def test_the_correction_rises_everywhere_and_is_undone(steps: float) -> None:
    z, one = np.linspace(-12.0, 12.0, 481), np.ones(481)
    moved = corrected(z, one, ThirdMoments(steps * one, -0.2 * one))
    assert (np.diff(moved) >= 0).all()
    assert uncorrected(moved, steps * one, -0.2 * one) == pytest.approx(z, abs=1e-4)


def test_exchanging_the_arms_flips_the_sign_and_nothing_else() -> None:
    rng = np.random.default_rng(2)
    time, event, arm, stratum = rng.exponential(size=60), rng.random(60) < 0.7, rng.random(60) < 0.7, np.arange(60) % 2
    for weight in WEIGHTS:
        here = log_rank(time, event, arm.astype(int), stratum, weight, corrected=True)
        there = log_rank(time, event, 1 - arm.astype(int), stratum, weight, corrected=True)
        assert here.z == pytest.approx(-(there.z or 0.0), rel=1e-12)
        assert here.p_value == pytest.approx(there.p_value, rel=1e-12)
        assert here.z != log_rank(time, event, arm.astype(int), stratum, weight).z


def test_max_combo_takes_the_largest_of_the_corrected() -> None:
    rng = np.random.default_rng(3)
    time, event, arm = rng.exponential(size=90), np.ones(90), (rng.random(90) < 0.7).astype(int)
    found = max_combo(time, event, arm, WEIGHTS[:2], corrected=True)
    each = [log_rank(time, event, arm, weight=weight, corrected=True).z for weight in WEIGHTS[:2]]
    assert found.z == pytest.approx(each, rel=1e-12)


def test_what_is_not_corrected_is_refused() -> None:
    with pytest.raises(DataError, match="two groups"):
        log_rank([1, 2, 3, 4], [1, 1, 1, 1], [0, 1, 2, 0], corrected=True)
