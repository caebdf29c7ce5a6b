"""The plain numbers behind the drawings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from remission.calibration.outcomes import after_completion
from remission.run.numbers import FEWEST_AT_RISK
from remission.show.care import STATES, count_states, moves
from remission.show.compare import Estimate, Published, compare, judged, ratio_estimate, verdict
from remission.show.course import REASONS, SEVERAL, Stories, choose
from remission.show.figures.axes import even_ticks
from remission.show.freedom import time_spent
from remission.show.response import best_change, waterfall
from remission.show.survival import curve, thin
from remission.show.swimmer import swimmer
from remission.show.toxicity import onset
from remission.units import DAYS_PER_MONTH

KINDS = [
    "treatment started",
    "treatment stopped",
    "second course",
    "next line",
    "death",
    "lost to follow-up",
    "toxicity",
]
EVENTS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60), st.sampled_from(KINDS)), max_size=30)


def stays_of(events: list[tuple[int, int, str]]) -> tuple[object, np.ndarray]:
    patient = np.array([event[0] for event in events], dtype=np.int64)
    time = np.array([event[1] for event in events], dtype=float)
    kind = np.array([event[2] for event in events], dtype=str)
    return moves(patient, time, kind, np.arange(5)), np.array([1.0, 20.0, 40.0, 61.0])


@given(EVENTS)
def test_every_patient_is_in_one_state_at_any_time(events: list[tuple[int, int, str]]) -> None:
    stays, days = stays_of(events)
    assert (count_states(stays, days).sum(axis=0) == 5).all()


@given(EVENTS, st.randoms(use_true_random=False))
def test_order_of_events_of_different_days_does_not_matter(events: list, random: object) -> None:
    once = list({(who, when): (who, when, kind) for who, when, kind in events}.values())
    shuffled = list(once)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, days = stays_of(once)
    second, _ = stays_of(shuffled)
    np.testing.assert_array_equal(count_states(first, days), count_states(second, days))


@given(EVENTS)
def test_the_dead_stay_dead(events: list[tuple[int, int, str]]) -> None:
    stays, _ = stays_of(events)
    dead = count_states(stays, np.arange(1.0, 70.0))[STATES.index("dead")]
    assert (np.diff(dead) >= 0).all()


def test_a_second_course_is_not_a_first_one() -> None:
    kinds = [
        "treatment started",
        "treatment stopped",
        "second course",
        "treatment started",
        "treatment stopped",
    ]
    stays = moves(np.zeros(5, int), np.array([0.0, 10.0, 50.0, 50.0, 70.0]), np.array(kinds), np.array([0]))
    assert [STATES[code] for code in stays.state] == ["on drug", "off drug", "second course", "off drug"]
    assert stays.start_day.tolist() == [0.0, 10.0, 50.0, 70.0]


def test_a_stop_within_the_next_line_changes_nothing() -> None:
    kinds = ["treatment started", "next line", "treatment started", "treatment stopped", "death"]
    stays = moves(np.zeros(5, int), np.array([0.0, 10.0, 10.0, 30.0, 60.0]), np.array(kinds), np.array([0]))
    assert [STATES[code] for code in stays.state] == ["on drug", "next line", "dead"]


def of(unit: str, value: float, low: float | None, high: float | None) -> Published:
    return Published("A", "ORR", None, value, low, high, unit, "read", "")


@pytest.mark.parametrize(
    ("published", "simulated", "wanted"),
    [
        (of("%", 42.0, 38.0, 46.0), 35.0, "met"),
        (of("%", 42.0, 38.0, 46.0), 34.9, "missed"),
        (of("%", 42.0, 38.0, 46.0), 49.0, "met"),
        (of("%", 42.0, 38.0, 46.0), 49.1, "missed"),
        (of("%", 42.0, None, None), 45.0, "met"),
        (of("%", 42.0, None, None), 45.1, "missed"),
        (of("months", 16.0, 13.5, 22.0), 22.0, "met"),
        (of("months", 16.0, 15.9, 16.1), 18.4, "met"),
        (of("months", 16.0, 15.9, 16.1), 18.5, "missed"),
        (of("months", 16.0, 15.9, 16.1), 13.5, "missed"),
        (of("months", 16.0, 13.5, 22.0), float("inf"), "missed"),
        (of("ratio", 0.73, 0.61, 0.88), 0.88, "met"),
        (of("ratio", 0.73, 0.61, 0.88), 0.89, "missed"),
        (of("ratio", 0.73, None, None), 0.73, "not judged"),
        (of("%", 42.0, 38.0, 46.0), None, "not judged"),
    ],
)
def test_verdicts_follow_the_rule(published: Published, simulated: float | None, wanted: str) -> None:
    assert verdict(published, simulated) == wanted


@pytest.mark.parametrize(
    ("simulated", "wanted"),
    [
        (Estimate(42.0, 38.0, 46.0), "met"),
        (Estimate(42.0, 30.0, 55.0), "too few"),
        (Estimate(70.0, 30.0, 99.0), "too few"),
        (Estimate(70.0, 51.0, 99.0), "missed"),
        (Estimate(42.0), "met"),
    ],
)
def test_too_few_patients_give_no_verdict(simulated: Estimate, wanted: str) -> None:
    """Allowed is 35 to 49 %."""
    assert judged(of("%", 42.0, 38.0, 46.0), simulated) == wanted


def test_how_a_trial_was_conducted_is_not_judged() -> None:
    follow_up = Published("A", "median_followup", None, 33.9, None, None, "months", "read", "")
    assert verdict(follow_up, 60.0) == "not judged"


def test_ratio_turns_with_the_order_of_arms() -> None:
    summary = {"contrasts": {"A vs B": {"HR_OS": 0.5, "HR_OS_low": 0.4, "HR_OS_high": 0.8}}}
    assert ratio_estimate(summary, "B", "A", "HR_OS") == (2.0, 1.25, 2.5)


def test_median_not_reached_is_a_miss_and_not_a_gap() -> None:
    published = Published("A", "median_OS", None, 16.0, 13.0, 22.0, "months", "read", "")
    row = compare([published], {"arms": {"A": {"median_OS": None}}})[0]
    assert row.simulated.value == float("inf")
    assert row.verdict == "missed"


@given(npst.arrays(float, st.integers(1, 2000), elements=st.floats(-100, 300)))
def test_waterfall_falls(change: np.ndarray) -> None:
    data = waterfall(change, np.full(change.size, "SD"))
    assert (np.diff(data.change_pct) <= 0).all()
    assert data.measured == change.size
    assert data.change_pct[0] == change.max()
    assert data.change_pct[-1] == change.min()
    assert data.change_pct.size <= 600


def test_best_change_ignores_patients_of_other_lists() -> None:
    found = best_change(np.array([1, 2, 3]), np.array([-5.0, -90.0, -7.0]), np.full(3, True), np.array([1, 3]))
    np.testing.assert_array_equal(found, [-5.0, -7.0])


@given(st.integers(1, 5000), st.integers(2, 300))
def test_thinning_keeps_both_ends(size: int, most: int) -> None:
    month = np.sort(np.random.default_rng(size).uniform(0, 60, size))
    kept, same = thin(month, month * 2, most=most)
    assert kept.size <= max(most, 1) or size <= most
    assert (kept[0], kept[-1]) == (month[0], month[-1])
    np.testing.assert_array_equal(same, kept * 2)


def test_curve_stops_where_few_are_at_risk() -> None:
    day = np.arange(1.0, 101.0)
    drawn = curve("A", "#0072b2", day, np.full(100, True), [0.0])
    assert drawn.month[-1] * DAYS_PER_MONTH == pytest.approx(100 - FEWEST_AT_RISK + 1)
    assert drawn.percent[-1] == pytest.approx(FEWEST_AT_RISK - 1)
    assert curve("A", "#0072b2", day[:10], np.full(10, True), [0.0]).percent[-1] == 0


@given(st.integers(0, 2**32 - 1))
def test_time_spent_adds_up_to_the_horizon(seed: int) -> None:
    random = np.random.default_rng(seed)
    last = random.uniform(1, 2000, 30)
    other = np.minimum(last, random.uniform(1, 2000, 30))
    stop = np.minimum(other, random.uniform(1, 2000, 30))
    died = random.random(30) < 0.6
    ends = (stop, (stop < last) | died), (other, (other < last) | died), (last, died)
    spent = time_spent("A", *ends, 24.0)
    assert sum(spent.months) == pytest.approx(spent.horizon_month)
    assert min(spent.months) >= 0


def test_onset_without_censoring_is_the_plain_share() -> None:
    first = np.array([10.0, np.nan, 30.0, np.nan])
    curve_ = onset("A", 0, first, np.array([100.0, 20.0, 100.0, 90.0]), np.array([True, True, True, True]))
    assert curve_.percent[-1] == pytest.approx(50.0)


def stories(**columns: list) -> Stories:
    size = len(columns["best"])
    nothing, false = [np.nan] * size, [False] * size
    return Stories(
        np.array(columns["best"], dtype=str),
        np.array(columns.get("stop", nothing)),
        np.array(columns.get("second", nothing)),
        np.array(columns.get("second_best", [""] * size)),
        np.array(columns.get("next_", nothing)),
        np.array(columns.get("progressed", false), dtype=bool),
        np.array(columns.get("died", false), dtype=bool),
        np.array(columns.get("lesions", [1] * size)),
    )


def test_the_story_is_found_among_others() -> None:
    found = choose(
        stories(
            best=["PR", "CR", "CR", "CR"],
            stop=[100.0, 100.0, 100.0, 100.0],
            second=[300.0, np.nan, 300.0, 300.0],
            second_best=["CR", "", "PR", "PR"],
            lesions=[5, 5, SEVERAL, SEVERAL + 1],
        )
    )
    assert found == (3, "choice.several_again")


def test_without_the_story_the_nearest_is_taken() -> None:
    assert choose(stories(best=["SD", "CR"], stop=[np.nan, 50.0])) == (1, "choice.complete_free")
    assert choose(stories(best=["SD", "PD"])) == (0, "choice.anyone")
    assert choose(stories(best=[])) is None


def test_every_reason_has_a_text() -> None:
    from remission.texts import ENGLISH

    assert set(REASONS) <= set(ENGLISH)


def test_after_completion_leaves_out_those_who_had_progressed() -> None:
    patients = {
        "completed_treatment": np.array([True, True, False]),
        "drug_stop_day": np.array([700.0, 700.0, 90.0]),
        "pfs_day": np.array([900.0, 300.0, 90.0]),
        "pfs_event": np.array([True, True, True]),
    }
    day, event = after_completion(patients, "pfs")
    assert day.tolist() == [200.0]
    assert event.tolist() == [True]


def test_swimmer_lanes_run_from_short_to_long() -> None:
    kinds = np.array(["treatment started", "treatment started"])
    stays = moves(np.array([3, 9]), np.array([0.0, 0.0]), kinds, np.array([3, 9]))
    plot = swimmer(np.array([3, 9]), np.array([300.0, 100.0]), np.array([False, True]), stays, {}, 2)
    assert {stay.lane: round(stay.end_month * DAYS_PER_MONTH) for stay in plot.stays} == {0: 100, 1: 300}
    assert plot.alive == ((1, 300.0 / DAYS_PER_MONTH),)


@given(st.floats(0.01, 1e6))
def test_ticks_are_few_even_and_inside(top: float) -> None:
    ticks = np.array(even_ticks(top))
    assert 2 <= ticks.size <= 7
    assert ticks[0] == 0
    assert ticks[-1] <= top * (1 + 1e-9)
    np.testing.assert_allclose(np.diff(ticks), ticks[1])
