"""Curves: known answers, lifelines, intervals, competing risks, treatment-free time, memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from remission.statistics import (
    cumulative_incidence,
    gray_test,
    interval_log_rank,
    kaplan_meier,
    log_rank,
    nelson_aalen,
    one_sample_log_rank,
    piecewise_exponential,
    proportion,
    proportion_difference,
    reverse_kaplan_meier,
    treatment_free_survival,
    turnbull,
)


def test_late_entry_as_lifelines(cohort: Callable[..., Any]) -> None:
    lifelines = pytest.importorskip("lifelines")
    data = cohort(21, 150, ties=True)
    entry = np.floor(data.time * np.random.default_rng(1).random(150) * 0.5)
    keep = entry < data.time
    curve = kaplan_meier(data.time[keep], data.event[keep], entry=entry[keep])
    theirs = lifelines.KaplanMeierFitter().fit(data.time[keep], data.event[keep], entry=entry[keep])
    expected = theirs.survival_function_at_times(curve.time).to_numpy()
    np.testing.assert_allclose(curve.survival, expected, rtol=1e-9)


@pytest.mark.parametrize("ties", ["together", "one by one"])
def test_cumulative_hazard_as_lifelines(cohort: Callable[..., Any], ties: str) -> None:
    lifelines = pytest.importorskip("lifelines")
    data = cohort(22, 150, ties=True)
    ours = nelson_aalen(data.time, data.event, ties=ties)
    theirs = lifelines.NelsonAalenFitter(nelson_aalen_smoothing=ties == "one by one").fit(data.time, data.event)
    np.testing.assert_allclose(ours.hazard, theirs.cumulative_hazard_.to_numpy()[-ours.time.size :, 0], rtol=1e-9)


def test_several_groups_as_lifelines(cohort: Callable[..., Any]) -> None:
    lifelines = pytest.importorskip("lifelines.statistics")
    data = cohort(23, 200, ties=True)
    group = np.random.default_rng(1).integers(0, 4, 200)
    ours = log_rank(data.time, data.event, group)
    theirs = lifelines.multivariate_logrank_test(data.time, group, data.event)
    assert ours.degrees_of_freedom == 3
    assert (ours.chi_square, ours.p_value) == pytest.approx((theirs.test_statistic, theirs.p_value), rel=1e-8)


def test_a_level_stretch_at_one_half_gives_its_middle() -> None:
    assert kaplan_meier([1, 2, 4, 6], [1, 1, 1, 1]).median.value == 3
    assert kaplan_meier([1, 2, 4, 6], [1, 1, 0, 0]).median.value == 4


def test_reverse_curve_is_the_follow_up(cohort: Callable[..., Any]) -> None:
    time = np.append(np.full(50, 24.0), np.linspace(1, 20, 50))
    event = np.append(np.zeros(50), np.ones(50))
    assert reverse_kaplan_meier(time, event).median.value == 24


def test_turnbull_of_exact_times_is_kaplan_meier(cohort: Callable[..., Any]) -> None:
    data = cohort(24, 60, ties=True)
    right = np.where(data.event, data.time, np.inf)
    curve = kaplan_meier(data.time, data.event)
    at = curve.time[:-1]
    np.testing.assert_allclose(turnbull(data.time, right).bounds(at)[0], curve.at(at).survival, atol=1e-6)


def test_turnbull_solves_the_likelihood_equations() -> None:
    rng = np.random.default_rng(5)
    death = rng.exponential(10, 200)
    left = np.floor(death / 3) * 3
    right = np.where(rng.random(200) < 0.2, np.inf, left + 3)
    curve = turnbull(left, right)
    assert curve.mass.sum() == pytest.approx(1)
    inside = (curve.left >= left[:, None]) & (curve.right <= right[:, None])
    assert (inside.T @ (1 / (inside @ curve.mass)) / 200 <= 1 + 1e-5).all()


def test_incidences_and_survival_add_up_to_one(cohort: Callable[..., Any]) -> None:
    data = cohort(25, 200, ties=True)
    cause = data.event * (1 + data.stratum)
    curve = cumulative_incidence(data.time, cause)
    np.testing.assert_allclose(curve.incidence.sum(axis=1) + curve.survival, 1.0, atol=1e-12)
    alone = cumulative_incidence(data.time, data.event.astype(int))
    assert alone.std_error[-5, 0] == pytest.approx(
        kaplan_meier(data.time, data.event).at(alone.time).std_error[-5], rel=0.03
    )


def test_gray_without_a_competing_risk_is_nearly_the_log_rank(cohort: Callable[..., Any]) -> None:
    data = cohort(26, 400)
    gray = gray_test(data.time, data.event.astype(int), data.arm)
    assert gray.z == pytest.approx(log_rank(data.time, data.event, data.arm).z, rel=0.02)


def test_size_of_grays_test() -> None:
    rng = np.random.default_rng(6)
    arm = np.arange(200) % 2
    found = []
    for _ in range(120):
        time, end = rng.exponential(10, 200), rng.uniform(5, 30, 200)
        cause = np.where(time <= end, rng.integers(1, 3, 200), 0)
        found.append(gray_test(np.minimum(time, end), cause, arm).p_value < 0.05)
    assert 0.005 < np.mean(found) < 0.12


def test_treatment_free_intervals_agree() -> None:
    rng = np.random.default_rng(7)
    stop = rng.exponential(5, 300)
    following = stop + rng.exponential(8, 300)
    end = rng.uniform(25, 50, 300)
    data = np.minimum(stop, end), stop <= end, np.minimum(following, end), following <= end
    result = treatment_free_survival(*data, 24.0, resamples=400, seed=3)
    assert result.bootstrap is not None
    assert result.bootstrap.std_error == pytest.approx(result.treatment_free.std_error, rel=0.15)
    assert result == treatment_free_survival(*data, 24.0, resamples=400, seed=3)
    areas = [kaplan_meier(*data[i : i + 2]).rmst(24.0).value for i in (2, 0)]
    assert result.treatment_free.value == pytest.approx(areas[0] - areas[1])


def test_piecewise_hazards_of_one_stretch_each() -> None:
    fit = piecewise_exponential([1, 2, 3, 4], [1, 0, 1, 1], [2.0])
    assert fit.rate.tolist() == [1 / 7, 2 / 3]
    assert ((fit.lower < fit.rate) & (fit.rate < fit.upper)).all()


def test_one_sample_against_its_own_hazard() -> None:
    time = np.random.default_rng(8).exponential(10, 500)
    end = np.full(500, 12.0)
    test = one_sample_log_rank(np.minimum(time, end), time <= end, lambda t: t / 10)
    assert abs(test.z) < 3
    longer = one_sample_log_rank(np.minimum(time, end), time <= end, lambda t: t / 5)
    assert longer.z > 5


@pytest.mark.parametrize("method", ["wilson", "clopper-pearson", "wald"])
def test_shares_at_the_edges_stay_inside(method: str) -> None:
    for responders in (0, 1, 9, 10):
        share = proportion(responders, 10, method=method)
        assert 0 <= share.lower <= share.value <= share.upper <= 1


def test_difference_of_shares_is_turned_by_swapping_arms() -> None:
    one, other = proportion_difference(8, 20, 3, 25), proportion_difference(3, 25, 8, 20)
    assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower), abs=1e-9)


def test_a_million_patients_in_bounded_memory() -> None:
    rng = np.random.default_rng(9)
    time, event, arm = rng.exponential(size=1_000_000), rng.random(1_000_000) < 0.6, np.arange(1_000_000) % 2
    tracemalloc.start()
    log_rank(time, event, arm)
    kaplan_meier(time, event)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 300e6


def test_intervals_of_no_length_give_nearly_the_log_rank(cohort: Callable[..., Any]) -> None:
    data = cohort(31, 150)
    right = np.where(data.event, data.time, np.inf)
    exact = log_rank(data.time, data.event, data.arm).z
    assert interval_log_rank(data.time, right, data.arm).z == pytest.approx(exact, rel=0.08)
    assert interval_log_rank(data.time, right, 1 - data.arm).z == pytest.approx(
        -interval_log_rank(data.time, right, data.arm).z
    )


def test_size_and_power_of_the_test_of_visits() -> None:
    rng = np.random.default_rng(11)
    arm, stratum = np.arange(120) % 2, rng.integers(0, 2, 120)
    found = {1.0: [], 2.0: []}
    for factor, values in found.items():
        for _ in range(40):
            death = rng.exponential(10 * (1 + stratum), 120) * np.where(arm, factor, 1.0)
            left = np.minimum(np.floor(death / 3) * 3, 24.0)
            right = np.where(death < 24, left + 3, np.inf)
            values.append(interval_log_rank(left, right, arm, stratum).z)
    assert abs(np.mean(found[1.0])) < 0.6
    assert 0.7 < np.std(found[1.0]) < 1.35
    assert np.mean(found[2.0]) > 2
