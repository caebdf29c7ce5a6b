"""What must hold for any data: units of time, order of rows, names of arms, strata and ties change only what
they may.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remission.statistics import (
    EarlyZero,
    FlemingHarrington,
    Gehan,
    LogRank,
    MagirrBurman,
    ModestlyWeighted,
    Peto,
    TaroneWare,
    cox,
    gray_test,
    kaplan_meier,
    log_rank,
    max_combo,
    milestone,
    nelson_aalen,
    rmst_difference,
)

Z = Callable[[Any, float], float]
Maker = Callable[..., Any]


def weighted(weight: Callable[[float], object]) -> Z:
    return lambda c, unit: log_rank(c.time, c.event, c.arm, None, weight(unit)).z  # type: ignore[arg-type, return-value]


TESTS: dict[str, Z] = {
    "log-rank": weighted(lambda unit: LogRank()),
    "log-rank, stratified": lambda c, unit: log_rank(c.time, c.event, c.arm, c.stratum).z,  # type: ignore[return-value]
    "FH(0, 0.5)": weighted(lambda unit: FlemingHarrington(0, 0.5)),
    "FH(1, 1)": weighted(lambda unit: FlemingHarrington(1, 1)),
    "modestly weighted": weighted(lambda unit: ModestlyWeighted(6 * unit)),
    "Magirr-Burman": weighted(lambda unit: MagirrBurman(6 * unit, 2)),
    "early zero": weighted(lambda unit: EarlyZero(3 * unit)),
    "Gehan": weighted(lambda unit: Gehan()),
    "Tarone-Ware": weighted(lambda unit: TaroneWare()),
    "Peto": weighted(lambda unit: Peto()),
    "RMST": lambda c, unit: rmst_difference(c.time, c.event, c.arm, 15 * unit).difference.z,
    "milestone": lambda c, unit: milestone(c.time, c.event, c.arm, 10 * unit).z,
    "Cox": lambda c, unit: float(cox(c.time, c.event, c.arm).z[0]),
    "Gray": lambda c, unit: gray_test(c.time, c.event * (1 + c.stratum), c.arm).z,  # type: ignore[return-value]
}


@pytest.mark.parametrize("name", TESTS)
@pytest.mark.parametrize("ties", [False, True])
class TestEveryTest:
    def test_the_unit_of_time_changes_nothing(self, cohort: Maker, name: str, ties: bool) -> None:
        data = cohort(3, ties=ties)
        in_days = data._replace(time=data.time * 30.4375)
        assert TESTS[name](in_days, 30.4375) == pytest.approx(TESTS[name](data, 1.0), rel=1e-9)

    def test_the_order_of_rows_changes_nothing(self, cohort: Maker, name: str, ties: bool) -> None:
        data = cohort(4, ties=ties)
        order = np.random.default_rng(0).permutation(data.time.size)
        mixed = type(data)(*(column[order] for column in data))
        assert TESTS[name](mixed, 1.0) == pytest.approx(TESTS[name](data, 1.0), rel=1e-9)

    def test_renaming_the_arms_flips_the_sign_and_nothing_else(self, cohort: Maker, name: str, ties: bool) -> None:
        data = cohort(5, ties=ties)
        renamed = data._replace(arm=1 - data.arm)
        assert TESTS[name](renamed, 1.0) == pytest.approx(-TESTS[name](data, 1.0), rel=1e-9)

    def test_z_is_positive_when_the_treated_live_longer(self, cohort: Maker, name: str, ties: bool) -> None:
        data = cohort(6, 400, ties=ties)
        better = data._replace(time=np.where(data.arm == 1, data.time * 1.5, data.time))
        assert TESTS[name](better, 1.0) > 0


@st.composite
def small_trials(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    patients = draw(st.integers(4, 40))
    time = draw(st.lists(st.integers(0, 12), min_size=patients, max_size=patients))
    event = draw(st.lists(st.booleans(), min_size=patients, max_size=patients))
    return np.array(time, float), np.array(event), np.arange(patients) % 2


@settings(max_examples=60, deadline=None)
@given(small_trials())
def test_survival_falls_within_its_band(trial: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    time, event, _ = trial
    for transform in ("log-log", "log", "plain", "logit", "arcsine"):
        curve = kaplan_meier(time, event, transform=transform)
        assert (np.diff(curve.survival) <= 0).all()
        assert ((curve.lower <= curve.survival + 1e-12) & (curve.survival <= curve.upper + 1e-12)).all()
        assert ((curve.lower >= 0) & (curve.upper <= 1)).all()
        assert np.isfinite(curve.std_error).all()
    assert (nelson_aalen(time, event).survival >= kaplan_meier(time, event).survival - 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(small_trials())
def test_the_table_of_many_trials_gives_the_test_of_one(
    trial: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    from remission.statistics.two_arms import log_rank_sums, two_arm_table, weighted_scores

    time, event, arm = trial
    table = two_arm_table(time, event, arm)
    score, covariance = weighted_scores(table, [LogRank(), FlemingHarrington(0, 1)])
    sums = log_rank_sums(time, event, arm)
    assert score[0] == pytest.approx(sums[0], abs=1e-10)
    assert covariance[0, 0] == pytest.approx(sums[1], abs=1e-10)
    n1, d1 = (arm == 1), event & (arm == 1)
    by_hand = sum(
        (event & (time == t)).sum() * (n1 & (time >= t)).sum() / (time >= t).sum() - (d1 & (time == t)).sum()
        for t in np.unique(time[event])
    )
    assert score[0] == pytest.approx(by_hand, abs=1e-10)


def test_the_largest_weighted_statistic_is_never_more_certain_than_its_parts(cohort: Maker) -> None:
    data = cohort(7, 300)
    weights = [FlemingHarrington(0, 0), FlemingHarrington(0, 1), FlemingHarrington(1, 0)]
    both = max_combo(data.time, data.event, data.arm, weights)
    parts = [log_rank(data.time, data.event, data.arm, None, w).p_one_sided for w in weights]
    assert min(parts) <= both.p_one_sided <= min(1.0, sum(parts))


def test_case_weights_are_repeated_patients(cohort: Maker) -> None:
    data = cohort(8, 40, ties=True)
    weight = np.random.default_rng(1).integers(1, 4, data.time.size)
    repeated = kaplan_meier(np.repeat(data.time, weight), np.repeat(data.event, weight))
    once = kaplan_meier(data.time, data.event, weights=weight)
    np.testing.assert_allclose(once.survival, repeated.survival)
    np.testing.assert_allclose(once.std_error, repeated.std_error)
