"""Input without a right answer is refused with a reason; nothing passes on a NaN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remission import statistics as s
from remission.errors import DataError

TIME, EVENT, ARM = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1, 1, 1, 1, 1, 0], [0, 1, 0, 1, 0, 1]
ANALYSES: dict[str, Callable[..., Any]] = {
    "kaplan_meier": lambda t, e, g: s.kaplan_meier(t, e),
    "nelson_aalen": lambda t, e, g: s.nelson_aalen(t, e),
    "log_rank": s.log_rank,
    "max_combo": s.max_combo,
    "cox": s.cox,
    "rmst_difference": lambda t, e, g: s.rmst_difference(t, e, g, 3.0),
    "milestone": lambda t, e, g: s.milestone(t, e, g, 3.0),
    "cure_model": lambda t, e, g: s.cure_model(t, e),
    "piecewise": lambda t, e, g: s.piecewise_exponential(t, e, [2.0]),
    "concordance": s.concordance,
    "cumulative_incidence": lambda t, e, g: s.cumulative_incidence(t, e),
}
COMPARISONS = ("log_rank", "max_combo", "rmst_difference", "milestone")


@pytest.mark.parametrize("name", ANALYSES)
@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_negative_missing_and_infinite_times(name: str, bad: float) -> None:
    with pytest.raises(DataError, match="times must be known and not negative"):
        ANALYSES[name]([bad, *TIME[1:]], EVENT, ARM)


@pytest.mark.parametrize("name", [name for name in ANALYSES if name != "cumulative_incidence"])
def test_events_that_are_neither_seen_nor_censored(name: str) -> None:
    with pytest.raises(DataError, match="an event is 1"):
        ANALYSES[name](TIME, [2, *EVENT[1:]], ARM)


@pytest.mark.parametrize("name", ["log_rank", "max_combo", "cox", "cure_model", "cumulative_incidence", "concordance"])
def test_no_events(name: str) -> None:
    with pytest.raises(DataError):
        ANALYSES[name](TIME, [0] * 6, ARM)


def test_no_events_leave_a_curve_without_a_fall() -> None:
    curve = s.kaplan_meier(TIME, [0] * 6)
    assert (curve.survival == 1).all()
    assert curve.median.value == np.inf
    assert curve.rmst(6).value == 6


@pytest.mark.parametrize("name", COMPARISONS)
def test_one_arm(name: str) -> None:
    with pytest.raises(DataError, match="nothing to compare"):
        ANALYSES[name](TIME, EVENT, [1] * 6)


@pytest.mark.parametrize("name", ["rmst_difference", "milestone", "max_combo"])
def test_three_arms(name: str) -> None:
    with pytest.raises(DataError, match="two groups"):
        ANALYSES[name](TIME, EVENT, [0, 1, 2, 0, 1, 2])


@pytest.mark.parametrize("name", ["log_rank", "max_combo"])
def test_all_die_at_once(name: str) -> None:
    with pytest.raises(DataError, match="no variance"):
        ANALYSES[name]([3.0] * 6, [1] * 6, ARM)


def test_all_tied_with_censoring_has_an_answer() -> None:
    assert s.log_rank([3.0] * 6, EVENT, ARM).z == pytest.approx(1.0)
    assert s.cox([3.0] * 6, [1] * 6, ARM).coefficients[0] == pytest.approx(0.0, abs=1e-12)


def test_an_event_at_time_zero_counts() -> None:
    time = [0.0, *TIME[1:]]
    assert s.kaplan_meier(time, EVENT).at([0.0]).survival[0] == pytest.approx(5 / 6)
    for weight in (s.FlemingHarrington(0, 1), s.MagirrBurman(2), s.ModestlyWeighted(2), s.Peto()):
        assert np.isfinite(s.log_rank(time, EVENT, ARM, None, weight).z)
    assert np.isfinite(s.cox(time, EVENT, ARM).coefficients[0])
    with pytest.raises(DataError, match="time zero"):
        s.cure_model(time, EVENT)


def test_a_horizon_beyond_follow_up_names_the_group_and_the_limit() -> None:
    with pytest.raises(DataError, match="group 1") as error:
        s.rmst_difference(TIME, EVENT, ARM, 7.0)
    assert error.value.problems[0].allowed == "up to 6"


def test_a_horizon_after_all_have_died_is_known() -> None:
    assert s.rmst_difference(TIME, [1] * 6, ARM, 9.0).treated.value == 4


@pytest.mark.parametrize("at", [7.0, 6.5])
def test_survival_beyond_follow_up(at: float) -> None:
    curve = s.kaplan_meier(TIME, EVENT)
    with pytest.raises(DataError, match="beyond follow-up"):
        curve.at([at])
    assert curve.at([at], extend=True).survival[0] == curve.survival[-1]


def test_a_covariate_that_does_not_vary_or_repeats_another() -> None:
    with pytest.raises(DataError, match="the same for all"):
        s.cox(TIME, EVENT, [1.0] * 6)
    with pytest.raises(DataError, match="no separate information"):
        s.cox(TIME, EVENT, np.column_stack([ARM, ARM]))
    with pytest.raises(DataError, match="repeat"):
        s.rmst_adjusted(TIME, EVENT, ARM, ARM, 3.0)


def test_a_hazard_ratio_that_is_infinite() -> None:
    with pytest.raises(DataError, match="no finite estimate"):
        s.cox([1, 2, 3, 9, 9, 9], [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1])


def test_two_weights_that_are_one_test_are_no_obstacle() -> None:
    rng = np.random.default_rng(1)
    time, arm = rng.exponential(size=60), np.arange(60) % 2
    once = s.max_combo(time, np.ones(60), arm, [s.LogRank(), s.FlemingHarrington(0, 1)])
    twice = s.max_combo(time, np.ones(60), arm, [s.LogRank(), s.FlemingHarrington(0, 0), s.FlemingHarrington(0, 1)])
    assert twice.p_one_sided == pytest.approx(once.p_one_sided, rel=1e-7)


def test_a_weight_that_is_nothing_everywhere() -> None:
    with pytest.raises(DataError):
        s.log_rank(TIME, EVENT, ARM, None, s.EarlyZero(100.0))
    with pytest.raises(DataError, match="no variance"):
        s.max_combo(TIME, EVENT, ARM, [s.LogRank(), s.EarlyZero(100.0)])


def test_no_plateau_is_no_cure() -> None:
    time = np.random.default_rng(2).exponential(5, 300)
    with pytest.raises(DataError):
        s.cure_model(np.minimum(time, 6.0), (time < 6.0) & (time > 0), family="weibull").cure_fraction([1.0])
    with pytest.raises(DataError, match="with and without"):
        s.cure_model(time, np.ones(300))


@pytest.mark.parametrize("counts", [(5, 3), (-1, 3), (1, 0), (0.5, 2)])
def test_impossible_shares(counts: tuple[float, float]) -> None:
    with pytest.raises(DataError, match="whole numbers"):
        s.proportion(*counts)  # type: ignore[arg-type]


def test_intervals_that_end_before_they_begin() -> None:
    with pytest.raises(DataError, match="ends before"):
        s.turnbull([2.0], [1.0])


def test_entry_after_the_end() -> None:
    with pytest.raises(DataError, match="before the end"):
        s.kaplan_meier([1.0, 2.0], [1, 1], entry=[0.0, 3.0])


def test_a_next_therapy_before_the_first_ended() -> None:
    with pytest.raises(DataError, match="cannot begin"):
        s.treatment_free_survival([2.0], [1], [1.0], [1], 1.0)


def known(result: Any) -> bool:
    """No NaN anywhere in a result."""
    if isinstance(result, float):
        return not np.isnan(result)
    if isinstance(result, np.ndarray):
        return result.dtype.kind != "f" or not np.isnan(result).any()
    if hasattr(result, "__dataclass_fields__"):
        return all(known(getattr(result, name)) for name in result.__dataclass_fields__)
    return not isinstance(result, tuple) or all(known(part) for part in result)


ANY_DATA: dict[str, Callable[..., Any]] = {
    **{name: call for name, call in ANALYSES.items() if name != "cumulative_incidence"},
    "FH(1, 1)": lambda t, e, g: s.log_rank(t, e, g, None, s.FlemingHarrington(1, 1)),
    "Cox, exact": lambda t, e, g: s.cox(t, e, g, ties="exact"),
    "milestone, log-log": lambda t, e, g: s.milestone(t, e, g, 2.0, scale="log-log"),
    "median": lambda t, e, g: s.kaplan_meier(t, e).median,
    "incidence": lambda t, e, g: s.cumulative_incidence(t, e * (1 + g)),
    "Gray": lambda t, e, g: s.gray_test(t, e * (1 + (t > 2)), g),
    "proportional hazards": s.proportional_hazards_test,
    "Turnbull": lambda t, e, g: s.turnbull(t, np.where(e, t + 1, np.inf)),
    "intervals": lambda t, e, g: s.interval_regression(t, np.where(e, t + 1, np.inf)),
    "adjusted RMST": lambda t, e, g: s.rmst_adjusted(t, e, g, np.arange(t.size), 3.0),
}


@pytest.mark.parametrize("name", ANY_DATA)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_small_trial_has_an_answer_or_a_reason(name: str, data: st.DataObject) -> None:
    patients = data.draw(st.integers(2, 14))
    columns = st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 1))
    rows = data.draw(st.lists(columns, min_size=patients, max_size=patients))
    time, event, arm = (np.array(column) for column in zip(*rows, strict=True))
    try:
        result = ANY_DATA[name](time.astype(float), event, arm)
    except DataError:
        return
    assert known(result)
