"""Many trials at once give what each gives alone; a trial that cannot be analysed is NaN and spoils no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from remission.statistics import FlemingHarrington, LogRank, cox, log_rank, max_combo, milestone, rmst_difference
from remission.statistics.max_combo import max_combo_p, standardised
from remission.statistics.trials import (
    difference,
    last_times,
    log_hazard_ratios,
    restricted_means,
    survivals,
)
from remission.statistics.two_arms import log_rank_sums, two_arm_table, weighted_scores

WEIGHTS = [LogRank(), FlemingHarrington(0, 0.5), FlemingHarrington(0, 1)]


@pytest.fixture(params=[False, True], ids=["continuous", "tied"])
def trials(cohort: Callable[..., Any], request: pytest.FixtureRequest) -> Any:
    made = [cohort(seed, 150, ties=request.param) for seed in range(12)]
    return np.stack([m.time for m in made]), np.stack([m.event for m in made]), made[0].arm


def test_weighted_tests_and_their_largest(trials: Any) -> None:
    time, event, arm = trials
    z, r = standardised(*weighted_scores(two_arm_table(time, event, arm), WEIGHTS))
    p = max_combo_p(z, r)
    for row in range(time.shape[0]):
        alone = max_combo(time[row], event[row], arm, WEIGHTS)
        np.testing.assert_allclose(z[row], alone.z, rtol=1e-10)
        assert p[row] == pytest.approx(alone.p_one_sided, rel=1e-9)


def test_log_rank_sums(trials: Any) -> None:
    time, event, arm = trials
    score, variance, observed, _ = log_rank_sums(time, event, arm).T
    alone = [log_rank(t, e, arm) for t, e in zip(time, event, strict=True)]
    np.testing.assert_allclose(score / np.sqrt(variance), [test.z for test in alone], rtol=1e-10)
    np.testing.assert_allclose(observed, [test.observed[1] for test in alone])


def test_estimates(trials: Any) -> None:
    time, event, arm = trials
    table, last = two_arm_table(time, event, arm), last_times(time, arm)
    means, points, ratios = (
        difference(restricted_means(table, last, 15.0)),
        difference(survivals(table, last, 10.0)),
        log_hazard_ratios(table),
    )
    for row in range(time.shape[0]):
        data = time[row], event[row], arm
        alone = rmst_difference(*data, 15.0).difference.estimate
        assert (means.value[row], means.std_error[row]) == pytest.approx((alone.value, alone.std_error), rel=1e-9)
        alone = milestone(*data, 10.0).estimate
        assert (points.value[row], points.std_error[row]) == pytest.approx((alone.value, alone.std_error), rel=1e-9)
        model = cox(*data)
        assert ratios.value[row] == pytest.approx(model.coefficients[0], rel=1e-7)
        assert ratios.std_error[row] == pytest.approx(model.std_errors[0], rel=1e-7)


def test_patients_who_are_not_there_do_not_count(trials: Any) -> None:
    time, event, arm = trials
    present = np.random.default_rng(1).random(time.shape) < 0.7
    table = two_arm_table(time, event, arm, present)
    score, _ = weighted_scores(table, WEIGHTS)
    for row in range(time.shape[0]):
        here = present[row]
        alone, _ = weighted_scores(two_arm_table(time[row, here], event[row, here], arm[here]), WEIGHTS)
        np.testing.assert_allclose(score[row], alone, rtol=1e-9, atol=1e-9)


def test_a_trial_that_breaks_a_test_is_nan_and_spoils_no_other() -> None:
    time = np.array([[1.0, 2, 3, 4, 5, 6], [1.0, 2, 3, 4, 5, 6]])
    event = np.array([[1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0]], dtype=bool)
    arm = np.array([0, 1, 0, 1, 0, 1])
    table, last = two_arm_table(time, event, arm), last_times(time, arm)
    p = max_combo_p(*standardised(*weighted_scores(table, WEIGHTS)))
    for values in (p, difference(restricted_means(table, last, 4.0)).value, log_hazard_ratios(table).value):
        assert np.isfinite(values[0])
        assert np.isnan(values[1])
    assert np.isnan(difference(restricted_means(table, last, 7.0)).value).all()


def test_no_event_in_any_trial() -> None:
    table = two_arm_table(np.ones((2, 4)), np.zeros((2, 4), dtype=bool), np.array([0, 1, 0, 1]))
    assert table.time.shape == (2, 0)
    assert (weighted_scores(table, [LogRank()])[0] == 0).all()
