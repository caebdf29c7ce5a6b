"""Power without simulation: identities, scale, symmetry; agreement with simulation is in test_simulation.py."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from remission.errors import DataError
from remission.statistics.multinormal import largest_quantile
from remission.statistics.weights import EarlyZero, FlemingHarrington, Gehan, LogRank, MagirrBurman, Peto, TaroneWare
from remission.trial.benchmark import benchmark_scenario
from remission.trial.classical import farrington_manning_size, lachin_foulkes_size, schoenfeld_events, schoenfeld_size
from remission.trial.events import expected_events, time_of_events
from remission.trial.expectation import expected
from remission.trial.hazard import Accrual, Hazard
from remission.trial.joint_looks import JointLooks
from remission.trial.looks import Look, look_times
from remission.trial.margin import margin_of_difference, margin_of_hazard_ratio
from remission.trial.max_combo import max_combo_looks, max_combo_looks_size, max_combo_power, max_combo_size
from remission.trial.moments import cox_limit, rmst_moments, score_moments
from remission.trial.plan import Plan
from remission.trial.power import power, size, whole_patients
from remission.trial.scenario import Scenario, Stratum
from remission.trial.spending import Spending
from remission.trial.spread import score_spread
from remission.trial.statistic import MaxCombo, Milestone, RestrictedMean, WeightedLogRank, check_margin

LATE = benchmark_scenario()
TESTS = (
    WeightedLogRank(),
    WeightedLogRank(FlemingHarrington(0, 0.5)),
    WeightedLogRank(MagirrBurman(6.0)),
    WeightedLogRank(EarlyZero(3.0)),
    WeightedLogRank(Gehan()),
    WeightedLogRank(TaroneWare()),
    WeightedLogRank(Peto()),
    RestrictedMean(18.0),
    Milestone(12.0),
    Milestone(12.0, "log-log"),
)


def _in_days(scenario: Scenario, factor: float) -> Scenario:
    def slower(hazard: Hazard) -> Hazard:
        return Hazard(tuple(r / factor for r in hazard.rates), tuple(c * factor for c in hazard.cuts))

    accrual = Accrual(
        tuple(r / factor for r in scenario.accrual.rates), tuple(c * factor for c in scenario.accrual.cuts)
    )
    strata = tuple(
        Stratum(*map(slower, (s.control, s.experimental, s.dropout_control, s.dropout_experimental)), s.share)
        for s in scenario.strata
    )
    return Scenario(accrual, strata, scenario.ratio)


@pytest.mark.parametrize("statistic", [TESTS[0], TESTS[1], TESTS[4]], ids=lambda s: s.name)
def test_the_unit_of_time_does_not_matter(statistic: WeightedLogRank) -> None:
    months = power(LATE, [Look(events=200), Look(events=300)], statistic)
    days = power(_in_days(LATE, 30.4375), [Look(events=200), Look(events=300)], statistic)
    assert days.power == pytest.approx(months.power, abs=1e-8)
    assert days.time / 30.4375 == pytest.approx(months.time, rel=1e-8)


@pytest.mark.parametrize("statistic", TESTS, ids=lambda s: s.name)
def test_without_effect_power_is_alpha(statistic: WeightedLogRank) -> None:
    found = power(LATE.without_effect(), [Look(time=20.0), Look(time=30.0)], statistic)
    assert found.power[-1] == pytest.approx(0.025, abs=2e-5)


@pytest.mark.parametrize("statistic", TESTS, ids=lambda s: s.name)
def test_exchanging_the_arms_flips_the_effect(statistic: WeightedLogRank) -> None:
    turned = LATE.with_hazards(lambda s: (s.experimental, s.control))
    here, there = (power(s, [Look(time=30.0)], statistic) for s in (LATE, turned))
    assert there.effect == pytest.approx(-here.effect, rel=1e-9)
    assert there.information == pytest.approx(here.information, rel=1e-9)


def test_two_equal_strata_are_one() -> None:
    one = LATE.strata[0]
    halves = tuple(
        Stratum(one.control, one.experimental, one.dropout_control, one.dropout_experimental, 0.5, n) for n in "ab"
    )
    found = power(Scenario(LATE.accrual, halves), [Look(events=300)])
    assert found.power == pytest.approx(power(LATE, [Look(events=300)]).power, abs=1e-10)


def test_score_of_the_log_rank_test_by_plain_quadrature() -> None:
    """The same integrals by an adaptive routine that knows nothing of pieces."""
    s, time = LATE.strata[0], 30.0

    def at_risk(u: float, hazard: Hazard) -> float:
        return float(LATE.accrual.enrolled(time - u)) / 2 * float(hazard.survival(u)) * np.exp(-0.001 * u)

    def mean(u: float) -> float:
        c, e = at_risk(u, s.control), at_risk(u, s.experimental)
        return c * e / (c + e) * float(s.control.rate(u) - s.experimental.rate(u))

    found = score_moments(LATE, time, [LogRank()])
    assert found.mean[0] == pytest.approx(quad(mean, 0, time - 1e-9, points=[3.0, 18.0], limit=200)[0], rel=1e-8)


def test_expected_events_in_closed_form_agree_with_quadrature() -> None:
    strata = (
        Stratum(
            Hazard((0.1, 0.0), (8.0,)), Hazard((0.05, 0.02), (5.0,)), Hazard((0.01,)), Hazard((0.0, 0.03), (4.0,)), 0.3
        ),
        Stratum(Hazard((0.2,)), Hazard((0.1,)), share=0.7),
    )
    scenario = Scenario(Accrual((10.0, 0.0, 30.0), (3.0, 5.0, 12.0)), strata, 2.0)
    for time in (2.0, 9.0, 40.0):
        assert expected_events(scenario, time) == pytest.approx(float(expected(scenario, time).events[0]), rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.02, 0.2), st.floats(0.3, 0.95), st.floats(50.0, 250.0))
def test_time_of_events_inverts_expected_events(rate: float, ratio: float, events: float) -> None:
    scenario = Scenario.two_arms(Accrual.uniform(400, 10.0), Hazard((rate,)), hazard_ratio=ratio)
    assert expected_events(scenario, time_of_events(scenario, events)) == pytest.approx(events, rel=1e-8)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.001, 0.5), min_size=1, max_size=4), st.floats(0.01, 3.0))
def test_hazard_inverse_and_area(rates: list[float], cumulative: float) -> None:
    hazard = Hazard(tuple(rates), tuple(float(k + 1) * 2.0 for k in range(len(rates) - 1)))
    time = float(hazard.inverse(cumulative))
    assert float(hazard.cumulative(time)) == pytest.approx(cumulative, rel=1e-9)
    area = quad(lambda u: float(hazard.survival(u)), 0, 7.0, points=[2.0, 4.0, 6.0])[0]
    assert float(hazard.restricted_mean(7.0)) == pytest.approx(area, rel=1e-7)


def test_size_reaches_its_power_with_looks_and_futility() -> None:
    looks = [Look(fraction=0.5), Look(fraction=0.75), Look(time=36.0)]
    plan = Plan(futility=Spending("hwang-shih-decani", -4.0))
    sized, found = size(LATE, looks, WeightedLogRank(FlemingHarrington(0, 0.5)), plan)
    assert found.power[-1] == pytest.approx(0.9, abs=1e-8)
    assert found.patients[-1] == pytest.approx(sized.accrual.patients)
    whole = whole_patients(sized)
    assert whole.accrual.patients % 2 == pytest.approx(0.0, abs=1e-9)
    assert power(whole, looks, WeightedLogRank(FlemingHarrington(0, 0.5)), plan).power[-1] >= 0.9


def test_weighted_information_fraction_is_not_that_of_events() -> None:
    looks = [Look(events=150), Look(events=300)]
    plain, late = (power(LATE, looks, s).fraction[0] for s in (TESTS[0], TESTS[1]))
    assert plain == pytest.approx(0.5)
    assert late < 0.35


def test_closed_formulas_agree_with_integrals_under_proportional_hazards() -> None:
    trial = Scenario.two_arms(Accrual.uniform(1, 18.0), Hazard.from_median(12.0), hazard_ratio=0.8, dropout=0.002)
    integrals, _ = size(trial, [Look(time=48.0)])
    assert lachin_foulkes_size(trial, 48.0).patients == pytest.approx(integrals.accrual.patients, rel=0.02)
    assert schoenfeld_size(trial, 48.0).patients == pytest.approx(integrals.accrual.patients, rel=0.02)
    assert cox_limit(trial, 48.0) == pytest.approx(0.8, rel=1e-8)


def test_non_inferiority_margin_is_never_ignored() -> None:
    equal = Scenario.two_arms(Accrual.uniform(800, 18.0), Hazard.from_median(12.0))
    powers = [power(equal, [Look(time=42.0)], WeightedLogRank(margin=m)).power[0] for m in (1.0, 1.2, 1.3, 1.5)]
    assert powers[0] == pytest.approx(0.025, abs=1e-9)
    assert np.all(np.diff(powers) > 0.1) or powers[-1] > 0.99
    at_margin = power(equal.at_margin(1.3), [Look(time=42.0)], WeightedLogRank(margin=1.3)).power[0]
    assert at_margin == pytest.approx(0.025, abs=1e-3)


def test_margins_from_history() -> None:
    assert margin_of_hazard_ratio(0.64).m2 == pytest.approx(1.25)
    assert margin_of_difference(0.2, kept=0.75).m2 == pytest.approx(-0.05)


def test_max_combo_lies_between_its_parts_and_its_size_inverts_its_power() -> None:
    parts = [power(LATE, [Look(time=26.0)], WeightedLogRank(x)).power[0] for x in MaxCombo().weights]
    found = max_combo_power(LATE, 26.0)
    assert min(parts) < found.power < max(parts)
    sized = max_combo_size(LATE, 26.0)
    assert max_combo_power(LATE.with_patients(sized.patients), 26.0).power == pytest.approx(0.9, abs=3e-3)


def test_spread_is_one_without_effect() -> None:
    null = LATE.without_effect()
    for by_events in (False, True):
        assert score_spread(null, 26.0, [LogRank()], by_events=by_events) == pytest.approx(1.0, abs=1e-6)


def test_rmst_variance_of_complete_data_is_the_sample_variance() -> None:
    """Everybody followed beyond tau: the Greenwood limit is the variance of min(T, tau) over n."""
    trial = Scenario.two_arms(Accrual.uniform(2.0, 0.001), Hazard((0.1,)), hazard_ratio=1.0)
    mean = float(Hazard((0.1,)).restricted_mean(10.0))
    second = quad(lambda u: 2 * u * np.exp(-0.1 * u), 0, 10.0)[0]
    assert rmst_moments(trial, 20.0, 10.0).covariance[0, 0] == pytest.approx(2 * (second - mean**2), rel=1e-6)


ACCRUAL = Accrual.uniform(100, 12.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Accrual.from_shares(100, [3.0, 12.0], [0.3, 0.6]), "do not sum to 1"),
        (lambda: Accrual((1.0, 2.0), (5.0, 3.0)), "must increase"),
        (lambda: Accrual((0.0,), (5.0,)), "enrol somebody"),
        (lambda: Hazard((-0.1,)), "0 or more"),
        (lambda: Hazard((0.1, float("nan")), (1.0,)), "0 or more"),
        (lambda: Hazard((0.1, 0.2), ()), "one rate more"),
        (lambda: Hazard.with_cure(1.0, Hazard((0.1,)), 60.0), "between 0 and 1"),
        (lambda: Scenario(ACCRUAL, (Stratum(Hazard((0.1,)), Hazard((0.1,)), share=0.5),)), "sum to 1"),
        (lambda: Scenario(ACCRUAL, LATE.strata, -1.0), "ratio must be above 0"),
        (lambda: look_times(LATE, [Look(events=300), Look(events=200)]), "out of order"),
        (lambda: look_times(LATE, [Look(events=600)]), "fewer events than"),
        (lambda: look_times(LATE, [Look(fraction=0.5)]), "last look needs"),
        (lambda: Look(), "set by a time"),
        (lambda: Look(time=-3.0), "above 0"),
        (lambda: power(LATE, [Look(time=10.0)], RestrictedMean(12.0)), "followed so long"),
        (lambda: power(LATE, [Look(time=30.0)], method="guess"), "no such method"),
        (lambda: power(LATE, [Look(time=30.0)], TESTS[1], method="average hazard ratio"), "log-rank test only"),
        (lambda: size(LATE, [Look(events=300)]), "set by time or share"),
        (lambda: size(LATE.without_effect(), [Look(time=36.0)]), "null side"),
        (lambda: check_margin(WeightedLogRank(margin=0.8), True), "wrong side"),
        (lambda: check_margin(WeightedLogRank(), True), "margin of log-rank is missing"),
        (lambda: check_margin(WeightedLogRank(margin=1.3), False), "wrong side"),
        (lambda: check_margin(RestrictedMean(12.0, 1.0), True), "wrong side"),
        (lambda: check_margin(MaxCombo(), True), "no margin"),
        (lambda: WeightedLogRank(margin=1.3, corrected=True), "not corrected"),
        (lambda: margin_of_hazard_ratio(1.05), "does not show"),
        (lambda: margin_of_difference(-0.1), "does not show"),
        (lambda: schoenfeld_events(1.4, margin=1.3), "wrong side"),
        (lambda: farrington_manning_size(0.6, 0.6, 0.1), "wrong side"),
        (lambda: schoenfeld_size(LATE, 36.0), "hazard ratio changes"),
    ],
)  # fmt: skip
def test_bad_input_says_why(make: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        make()  # type: ignore[operator]


def test_events_that_never_come_are_refused() -> None:
    cured = Scenario.two_arms(Accrual.uniform(100, 12.0), Hazard((0.2, 0.0), (3.0,)))
    with pytest.raises(DataError, match="never reached"):
        time_of_events(cured, 90)


def test_max_combo_looks_spend_what_they_may_and_their_power_is_that_of_simulated_trials() -> None:
    """Held to normal scores drawn look by look, also where one test is the sum of two others."""
    sums = (LogRank(), FlemingHarrington(0, 1), FlemingHarrington(1, 0))
    times, spend = (14.0, 19.0, 26.0), np.array([0.0005, 0.0065, 0.018])
    for weights in (MaxCombo().weights, sums):
        covariance = np.array([score_moments(LATE.without_effect(), t, weights).covariance for t in times])
        looks = JointLooks(covariance)
        bounds = looks.bounds(spend)
        assert looks.crossing(bounds) == pytest.approx(spend, abs=1e-9)
        assert bounds[0] == pytest.approx(largest_quantile(spend[0], looks.correlation[0]), abs=1e-4)
        assert _drawn(covariance, bounds) == pytest.approx(spend, abs=4e-4)


def _drawn(covariance: np.ndarray, bounds: np.ndarray, trials: int = 400_000) -> np.ndarray:
    """Shares of trials that first cross at each look."""
    rng, score, alive, found = np.random.default_rng(1), 0.0, np.ones(trials, bool), []
    for k, step in enumerate(np.diff(covariance, axis=0, prepend=np.zeros((1, 3, 3)))):
        values, vectors = np.linalg.eigh(step)
        score = score + rng.standard_normal((trials, 3)) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
        crossed = alive & ((score / np.sqrt(np.diag(covariance[k]))).max(axis=1) > bounds[k])
        found.append(crossed.mean())
        alive &= ~crossed
    return np.array(found)


def test_max_combo_with_one_look_is_the_same_by_both_ways() -> None:
    one = max_combo_power(LATE, 26.0)
    bounds, crossed = max_combo_looks(LATE, [26.0])
    assert bounds == pytest.approx([one.bound], abs=1e-3)
    assert crossed == pytest.approx([one.power], abs=1e-3)


def test_the_size_of_max_combo_at_several_looks_inverts_its_power() -> None:
    times = [18.0, 26.0, 36.0]
    patients = max_combo_looks_size(LATE, times)
    assert max_combo_looks(LATE.with_patients(patients), times)[1][-1] == pytest.approx(0.9, abs=1e-6)
    assert patients > max_combo_size(LATE, 36.0).patients


@pytest.mark.parametrize("statistic", [*TESTS, WeightedLogRank(margin=1.3)], ids=lambda s: s.name)
def test_visits_close_together_are_exact_dates(statistic: WeightedLogRank) -> None:
    daily = replace(LATE, visits=tuple(np.arange(1, 1200) / 30.0))
    looks = [Look(events=260), Look(time=30.0)]
    here, there = (power(scenario, looks, statistic) for scenario in (daily, LATE))
    assert here.power == pytest.approx(there.power, abs=0.004)
    assert here.events == pytest.approx(there.events, rel=0.003)
    assert here.average_hazard_ratio == pytest.approx(there.average_hazard_ratio, rel=0.002)


def test_visits_far_apart_cost_power_and_patients() -> None:
    look = [Look(time=30.0)]
    powers = [
        power(replace(LATE, visits=tuple(np.arange(every, 60.0, every))), look).power[0] for every in (1.0, 3.0, 6.0)
    ]
    assert power(LATE, look).power[0] > powers[0] > powers[1] > powers[2]
    often, seldom = (replace(LATE, visits=tuple(np.arange(every, 60.0, every))) for every in (1.0, 6.0))
    sized, found = size(seldom, look)
    assert found.power[0] == pytest.approx(0.9, abs=1e-8)
    assert sized.accrual.patients > size(often, look)[0].accrual.patients


def test_a_curve_at_visits_is_that_of_the_last_visit() -> None:
    trial = replace(LATE, visits=(3.0, 6.0, 9.0, 12.0))
    assert power(trial, [Look(time=30.0)], Milestone(11.0)).effect == pytest.approx(
        float(np.diff([h.survival(9.0) for h in (LATE.strata[0].control, LATE.strata[0].experimental)])[0])
    )
    with pytest.raises(DataError, match="followed so long"):
        power(trial, [Look(time=30.0)], Milestone(13.0))


def test_a_corrected_test_is_asked_for_less_where_the_smaller_arm_is_treated() -> None:
    two, half = (replace(LATE, ratio=ratio) for ratio in (2.0, 0.5))
    for scenario, sign in ((two, -1.0), (half, 1.0)):
        plain, corrected = (
            power(scenario, [Look(time=30.0)], WeightedLogRank(corrected=c)).power[0] for c in (False, True)
        )
        assert sign * (corrected - plain) > 0.002
        plain, corrected = (max_combo_power(scenario, 30.0, MaxCombo(corrected=c)).power for c in (False, True))
        assert sign * (corrected - plain) > 0.002
    sized, found = size(two, [Look(time=20.0), Look(time=30.0)], WeightedLogRank(corrected=True))
    assert found.power[-1] == pytest.approx(0.9, abs=1e-8)
    assert power(sized, [Look(time=20.0), Look(time=30.0)], WeightedLogRank(corrected=True)).power[-1] == pytest.approx(
        0.9
    )
