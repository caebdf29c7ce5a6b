"""Regression and cure models against lifelines, against their own likelihoods, and on data made from them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from remission.errors import DataError
from remission.statistics import (
    concordance,
    cox,
    cure_follow_up,
    cure_model,
    cure_spread,
    interval_regression,
    proportional_hazards_test,
)
from remission.statistics.cure_likelihood import KINDS, LINKS, beginning, cure_design, cure_likelihood
from remission.statistics.families import FAMILIES

pd = pytest.importorskip("pandas")


def cured_cohort(seed: int, patients: int = 400, share: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Weibull times of shape 1.3 and scale 10, a share cured, followed for 40 to 60."""
    rng = np.random.default_rng(seed)
    time = np.where(rng.random(patients) < share, np.inf, 10 * rng.weibull(1.3, patients))
    end = rng.uniform(40, 60, patients)
    return np.minimum(time, end), time <= end


@pytest.mark.parametrize("ties", [False, True])
def test_cox_with_covariates_and_strata_as_lifelines(cohort: Callable[..., Any], ties: bool) -> None:
    lifelines = pytest.importorskip("lifelines")
    data = cohort(11, 200, ties=ties)
    table = pd.DataFrame(data._asdict())
    fitted = lifelines.CoxPHFitter().fit(table, "time", "event", strata="stratum")
    model = cox(data.time, data.event, np.column_stack([data.arm, data.age]), strata=data.stratum)
    np.testing.assert_allclose(model.coefficients, fitted.params_.to_numpy(), rtol=1e-5)
    np.testing.assert_allclose(model.std_errors, fitted.standard_errors_.to_numpy(), rtol=1e-5)
    risk = np.column_stack([data.arm, data.age]) @ model.coefficients
    assert concordance(data.time, data.event, risk, strata=data.stratum).value == pytest.approx(
        fitted.concordance_index_, abs=0.02
    )


def test_exact_ties_are_all_ways_to_choose() -> None:
    time, event, x = [1.0, 1, 1, 2, 2, 3], [1, 1, 0, 1, 1, 0], np.array([0.0, 1, 1, 0, 1, 0])
    model = cox(time, event, x, ties="exact")

    def log_likelihood(beta: float) -> float:
        total = 0.0
        for t in (1.0, 2.0):
            risk = [i for i in range(6) if time[i] >= t]
            died = [i for i in risk if time[i] == t and event[i]]
            ways = sum(math.exp(beta * x[list(c)].sum()) for c in itertools.combinations(risk, len(died)))
            total += beta * x[died].sum() - math.log(ways)
        return total

    assert model.log_likelihood == pytest.approx(log_likelihood(float(model.coefficients[0])), rel=1e-10)
    near = [log_likelihood(float(model.coefficients[0]) + step) for step in (-1e-3, 1e-3)]
    assert max(near) < model.log_likelihood


def test_concordance_of_many_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(3)
    time, event, risk = rng.integers(1, 30, 300).astype(float), rng.random(300) < 0.6, rng.integers(0, 5, 300)
    right = wrong = tied = 0
    for i, j in itertools.permutations(range(300), 2):
        if event[i] and (time[i] < time[j] or (time[i] == time[j] and not event[j])):
            right += risk[i] > risk[j]
            wrong += risk[i] < risk[j]
            tied += risk[i] == risk[j]
    found = concordance(time, event, risk)
    assert (found.concordant, found.discordant, found.tied) == (right, wrong, tied)


def test_hazards_that_cross_are_seen_and_proportional_ones_are_not() -> None:
    rng = np.random.default_rng(4)
    arm = np.arange(600) % 2
    level = rng.exponential(size=600)
    crossing = np.where(arm == 1, level**0.6 * 10, level * 10)
    assert proportional_hazards_test(crossing, np.ones(600), arm).p_value[0] < 1e-4
    assert proportional_hazards_test(level * np.where(arm, 15, 10), np.ones(600), arm).p_value[0] > 0.01


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("link", LINKS)
def test_derivatives_of_the_cure_likelihood(family: str, kind: str, link: str) -> None:
    time, event = cured_cohort(1, 60)
    x = np.random.default_rng(2).normal(size=60)
    design = cure_design(time, event, x, x**2, family, kind, link)
    theta = beginning(design) + 0.1
    at = cure_likelihood(theta, design, 0.7)
    for place in range(theta.size):
        step = np.zeros(theta.size)
        step[place] = 1e-5
        high, low = cure_likelihood(theta + step, design, 0.7), cure_likelihood(theta - step, design, 0.7)
        assert at.gradient[place] == pytest.approx((high.value - low.value) / 2e-5, rel=1e-5, abs=1e-4)
        np.testing.assert_allclose(at.hessian[place], (high.gradient - low.gradient) / 2e-5, rtol=1e-4, atol=1e-3)


def test_a_known_cured_share_is_found() -> None:
    shares = [cure_model(*cured_cohort(seed)).cure_fraction().value for seed in range(20)]
    assert np.mean(shares) == pytest.approx(0.3, abs=0.02)


def test_intervals_of_the_cured_share_cover_it() -> None:
    models = [cure_model(*cured_cohort(seed, 200)) for seed in range(40)]
    covered = [m.profile_interval().lower < 0.3 < m.profile_interval().upper for m in models]
    assert 32 <= sum(covered) <= 40
    for model in models[:5]:
        wald, profile = model.cure_fraction(), model.profile_interval()
        assert wald.lower < wald.value < wald.upper
        assert profile.lower < profile.value < profile.upper


def test_a_covariate_moves_the_cured_share_of_its_group() -> None:
    time0, event0 = cured_cohort(1, 300, 0.2)
    time1, event1 = cured_cohort(2, 300, 0.5)
    time, event = np.concatenate([time0, time1]), np.concatenate([event0, event1])
    model = cure_model(time, event, np.repeat([0, 1], 300))
    assert model.cure_fraction([0]).value == pytest.approx(cure_model(time0, event0).cure_fraction().value, abs=0.03)
    assert model.profile_interval([1]).lower > model.cure_fraction([0]).upper


def test_follow_up_is_judged_and_models_are_averaged() -> None:
    time, event = cured_cohort(5)
    assert cure_follow_up(time, event).enough
    spread = cure_spread(time, event)
    assert spread.lowest <= spread.average <= spread.highest < spread.lowest + 0.1
    assert spread.weights.sum() == pytest.approx(1)
    assert not spread.failed
    short, seen = np.minimum(time, 8.0), event & (time <= 8.0)
    assert not cure_follow_up(short, seen).enough
    with pytest.raises(DataError, match="no cure model has a maximum"):
        cure_spread(short, seen)


def test_generalised_gamma_holds_the_weibull_and_the_log_normal() -> None:
    time, event = cured_cohort(6)
    general = cure_model(time, event, family="generalised gamma").log_likelihood
    assert general >= cure_model(time, event).log_likelihood - 1e-6
    assert general >= cure_model(time, event, family="log-normal").log_likelihood - 1e-6


def test_exact_times_are_intervals_of_no_length() -> None:
    rng = np.random.default_rng(7)
    time = 5 * rng.weibull(1.5, 400)
    model = interval_regression(time, time)
    assert 1 / model.scale == pytest.approx(1.5, abs=0.15)
    assert math.exp(model.coefficients[0]) == pytest.approx(5, abs=0.4)
    near = interval_regression(time - 1e-4, time + 1e-4)
    assert near.coefficients[0] == pytest.approx(model.coefficients[0], abs=1e-3)
