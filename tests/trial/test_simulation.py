"""Simulated trials: reproducibility, each statistic against its single analysis, size, power, looks, failures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import kstest

from remission.errors import DataError
from remission.statistics.cure import cure_model
from remission.statistics.log_rank import log_rank
from remission.statistics.max_combo import max_combo
from remission.statistics.milestone import milestone
from remission.statistics.rmst import rmst_difference
from remission.statistics.skewness import third_moments
from remission.statistics.two_arms import two_arm_table, weighted_scores
from remission.statistics.weights import (
    EarlyZero,
    FlemingHarrington,
    Gehan,
    LogRank,
    MagirrBurman,
    ModestlyWeighted,
    Peto,
    TaroneWare,
)
from remission.trial.benchmark import benchmark_scenario
from remission.trial.cohort_source import Cohort, CohortSource
from remission.trial.commands import find_design
from remission.trial.cut import calendar_of_events, cut, times_of_looks
from remission.trial.evaluate import evaluate
from remission.trial.events import time_of_events
from remission.trial.hazard import Accrual, Hazard
from remission.trial.looks import Look
from remission.trial.max_combo import max_combo_power
from remission.trial.operating import operating_characteristics
from remission.trial.plan import FixedBounds, HaybittlePeto, Plan
from remission.trial.power import power
from remission.trial.randomness import block_generator, block_size, permuted_blocks
from remission.trial.scenario import Scenario, Stratum
from remission.trial.simulate import simulate
from remission.trial.skewed import skewness
from remission.trial.source import HazardSource, Switching
from remission.trial.spending import Spending
from remission.trial.statistic import CureFraction, MaxCombo, Milestone, RestrictedMean, WeightedLogRank

LATE = benchmark_scenario()
FAMILY = (LogRank(), FlemingHarrington(0, 0.5), FlemingHarrington(0, 1), FlemingHarrington(1, 0), Gehan(), TaroneWare(),
          Peto(), ModestlyWeighted(6.0), MagirrBurman(6.0), EarlyZero(3.0))  # fmt: skip
EVERY = (*map(WeightedLogRank, FAMILY), MaxCombo(), RestrictedMean(18.0), Milestone(12.0, "log-log"))


def test_a_trial_depends_on_its_number_alone() -> None:
    few, many = (simulate(HazardSource(LATE), [Look(events=300)], EVERY[:1], n, 7) for n in (3, block_size(500) + 5))
    assert (few.z == many.z[:3]).all()
    assert (few.time == many.time[:3]).all()
    other = simulate(HazardSource(LATE), [Look(events=300)], EVERY[:1], 3, 8)
    assert not (other.z == few.z).any()


def test_more_looks_and_more_statistics_leave_the_others_alone() -> None:
    one = simulate(HazardSource(LATE), [Look(events=300)], EVERY[:1], 64, 7)
    more = simulate(HazardSource(LATE), [Look(events=150), Look(events=300)], EVERY, 64, 7)
    assert more.z[:, 1, 0] == pytest.approx(one.z[:, 0, 0], abs=1e-12)


def test_every_statistic_is_that_of_the_single_analysis() -> None:
    """The data of each simulated trial, analysed one by one, twice: after six events in ten, and early."""
    patients = HazardSource(LATE.with_patients(120)).draw(block_generator(3, 0), 6)
    calendar = calendar_of_events(patients)
    for look in (Look(events=70), Look(time=20.0)):
        time = times_of_looks(patients, calendar, [look]).time[:, 0]
        seen = cut(patients, calendar, time)
        statistics = (*EVERY[:-2], RestrictedMean(9.0), Milestone(8.0, "log-log"))
        found = evaluate(patients, seen, 1, statistics)
        for k in range(6):
            here = slice(None) if seen.present is None else seen.present[k]
            data = seen.time[k][here], seen.event[k][here], patients.treated[k][here]
            for j, weight in enumerate(FAMILY):
                assert found.z[k, j] == pytest.approx(log_rank(*data, weight=weight).z, abs=1e-9), weight
            combo = max_combo(*data, weights=MaxCombo().weights)
            assert found.z[k, -3] == pytest.approx(-_deviate(combo.p_one_sided), abs=1e-7)
            assert found.z[k, -2] == pytest.approx(rmst_difference(*data, 9.0).difference.z, abs=1e-9)
            single = milestone(*data, 8.0, scale="log-log", student=True)
            assert found.z[k, -1] == pytest.approx(single.z, abs=1e-9)


def test_restricted_means_and_survival_of_stratified_trials_are_those_of_the_stratified_analysis() -> None:
    """Strata that differ; against the single analyses, at an early look, with a margin and without."""
    hard, mild = Hazard.from_median(4.0), Hazard.from_median(20.0)
    scenario = Scenario(
        Accrual.uniform(160, 12.0), (Stratum(hard, hard, share=0.3), Stratum(mild, mild.times(0.7), share=0.7)), 2.0
    )
    patients = HazardSource(scenario).draw(block_generator(3, 0), 6)
    seen = cut(patients, calendar_of_events(patients), np.full(6, 11.0))
    statistics = (RestrictedMean(6.0), Milestone(6.0, "log-log"), Milestone(6.0, margin=-0.1))
    found = evaluate(patients, seen, 2, statistics)
    assert seen.present is not None
    assert patients.stratum is not None
    for k in range(6):
        here = seen.present[k]
        data = seen.time[k][here], seen.event[k][here], patients.treated[k][here]
        strata = patients.stratum[k][here]
        assert found.z[k, 0] == pytest.approx(rmst_difference(*data, 6.0, strata=strata).difference.z, abs=1e-9)
        for column, options in ((1, {"scale": "log-log"}), (2, {"margin": -0.1})):
            single = milestone(*data, 6.0, strata=strata, student=True, **options)
            assert found.z[k, column] == pytest.approx(single.z, abs=1e-9)
        assert abs(found.z[k, 0] - rmst_difference(*data, 6.0).difference.z) > 1e-6


def test_survival_against_a_margin_keeps_its_level_and_has_the_power_that_is_computed() -> None:
    """Unequal arms of 200 patients, where the plain variance gives 0.030; 20,000 trials, standard error 0.0011.

    Without a difference, 60,000 trials, standard error 0.0017; another 100,000 gave 0.0038 more than the formula.
    """
    statistic, look = Milestone(12.0, margin=-0.1), Look(time=18.0)
    at = {0.0: None, -0.1: None}
    for gap in at:
        control, ratio = Hazard((-np.log(0.7) / 12.0,)), float(np.log(0.7 + gap) / np.log(0.7))
        scenario = Scenario.two_arms(Accrual.uniform(200, 12.0), control, hazard_ratio=ratio, dropout=0.01, ratio=0.5)
        trials = 60_000 if gap == 0.0 else 20_000
        found = simulate(HazardSource(scenario), [look], (statistic,), trials, 5, estimates=False).z[:, 0, 0]
        at[gap] = float((found > 1.959964).mean())
        computed = power(scenario, [look], statistic).power
        assert at[gap] == pytest.approx(computed, abs=0.006 if gap == 0.0 else 0.003)


def _deviate(p: float) -> float:
    from scipy.special import ndtri

    return float(ndtri(p))


def test_exchanging_the_arms_flips_every_sign() -> None:
    patients = HazardSource(LATE.with_patients(200)).draw(block_generator(3, 0), 8)
    calendar = calendar_of_events(patients)
    seen = cut(patients, calendar, np.full(8, 30.0))
    two_sided = tuple(s for s in EVERY if not isinstance(s, MaxCombo))
    here = evaluate(patients, seen, 1, two_sided)
    turned = evaluate(patients._replace(treated=(1 - patients.treated).astype(np.int8)), seen, 1, two_sided)
    assert turned.z == pytest.approx(-here.z, abs=1e-9)
    assert turned.estimate == pytest.approx(-here.estimate, abs=1e-9)


def test_times_of_events_and_dropout_follow_their_hazards() -> None:
    hazard = Hazard((0.05, 0.2, 0.02), (3.0, 9.0))
    scenario = Scenario.two_arms(Accrual((10.0, 40.0), (4.0, 8.0)), hazard, dropout=0.0)
    patients = HazardSource(scenario).draw(block_generator(5, 0), 40)
    assert kstest(1 - hazard.survival(patients.time.ravel()), "uniform").pvalue > 1e-3
    assert kstest(scenario.accrual.enrolled(patients.entry.ravel()) / 200.0, "uniform").pvalue > 1e-3
    assert (np.diff(patients.entry, axis=1) >= 0).all()
    lost = HazardSource(Scenario.two_arms(scenario.accrual, Hazard((0.03,)), dropout=0.01))
    assert lost.draw(block_generator(5, 0), 40).event.mean() == pytest.approx(0.75, abs=0.02)


def test_cured_patients_never_have_the_event() -> None:
    curve = Hazard.with_cure(0.3, Hazard.from_median(6.0), 120.0)
    source = HazardSource(Scenario.two_arms(Accrual.uniform(200, 12.0), curve))
    patients = source.draw(block_generator(5, 0), 64)
    seen = cut(patients, calendar_of_events(patients), np.full(64, 200.0))
    assert seen.event.mean() == pytest.approx(0.7, abs=0.02)


@pytest.mark.parametrize("ratio", [1.0, 2.0, 1.5, 1 / 3])
def test_permuted_blocks_keep_the_ratio(ratio: float) -> None:
    arms = permuted_blocks(block_generator(1, 0), 50, 120, ratio)
    assert (arms.sum(axis=1) == round(120 * ratio / (1 + ratio))).all()
    assert arms[:, 0].mean() == pytest.approx(ratio / (1 + ratio), abs=0.25)


def test_strata_are_randomised_and_tested_apart() -> None:
    """A strong prognostic factor: stratified power is that of the formula, and blocks are balanced in each stratum."""
    strata = (
        Stratum(Hazard((0.02,)), Hazard((0.014,)), share=0.5),
        Stratum(Hazard((0.2,)), Hazard((0.14,)), share=0.5),
    )
    scenario = Scenario(Accrual.uniform(400, 12.0), strata)
    patients = HazardSource(scenario).draw(block_generator(2, 0), 64)
    assert patients.stratum is not None
    for number in (0, 1):
        excess = np.where(patients.stratum == number, 2 * patients.treated - 1, 0).sum(axis=1)
        assert np.abs(excess).max() <= 2
    found = simulate(HazardSource(scenario), [Look(time=36.0)], [WeightedLogRank()], 1280, 4, estimates=False)
    expected = power(scenario, [Look(time=36.0)]).power[0]
    assert (found.z >= 1.959964).mean() == pytest.approx(expected, abs=0.045)


def test_progression_is_seen_at_visits_only() -> None:
    visits = tuple(np.arange(3.0, 60.0, 3.0))
    source = HazardSource(replace(LATE, visits=visits))
    patients = source.draw(block_generator(5, 0), 4)
    assert np.isin(patients.time, [0.0, *visits]).all()
    calendar = calendar_of_events(patients)
    seen = cut(patients, calendar, np.full(4, 20.0), source.visits)
    assert np.isin(seen.time, [0.0, *visits]).all()
    exact = HazardSource(LATE).draw(block_generator(5, 0), 4)
    later = patients.event & exact.event
    assert (patients.time[later] >= exact.time[later]).all()


def test_crossing_over_dilutes_the_effect() -> None:
    strong = Scenario.two_arms(Accrual.uniform(300, 12.0), Hazard.from_median(12.0), hazard_ratio=0.6)
    crossed = HazardSource(strong, Switching(Hazard.from_median(4.0), 0.6))
    looks, tests = [Look(time=36.0)], [WeightedLogRank()]
    plain, diluted = (simulate(s, looks, tests, 256, 3).estimate.mean() for s in (HazardSource(strong), crossed))
    assert plain < diluted - 0.1
    none = replace(crossed, switching=Switching(Hazard.from_median(4.0), 0.6, share=0.0))
    assert simulate(none, looks, tests, 256, 3).estimate.mean() == pytest.approx(plain, abs=0.03)


def test_a_cohort_is_resampled_with_its_arms() -> None:
    rng = np.random.default_rng(1)
    control, treated = (Cohort.of(np.ceil(rng.exponential(m, 150)), rng.random(150) < 0.9) for m in (12.0, 20.0))
    source = CohortSource(control, treated, Accrual.uniform(300, 12.0), 2.0)
    patients = source.draw(block_generator(1, 0), 32)
    assert np.isin(patients.time[patients.treated == 0], control.time).all()
    assert patients.treated.mean() == pytest.approx(2 / 3, abs=0.01)
    found = simulate(source, [Look(time=40.0)], [WeightedLogRank()], 640, 1)
    null = simulate(source.without_effect(), [Look(time=40.0)], [WeightedLogRank()], 640, 1)
    row = operating_characteristics(found, [null], Plan())[0]
    assert row.power > 0.8
    assert row.type_i_error == pytest.approx(0.025, abs=0.025)


def test_cured_shares_are_those_of_the_single_fits_and_fail_one_by_one() -> None:
    arms = (Hazard.with_cure(share, Hazard.from_median(6.0), 120.0) for share in (0.1, 0.4))
    source = HazardSource(Scenario(Accrual.uniform(120, 12.0), (Stratum(*arms),)))
    patients = source.draw(block_generator(8, 0), 5)
    calendar = calendar_of_events(patients)
    late = evaluate(patients, cut(patients, calendar, np.full(5, 70.0)), 1, [CureFraction()])
    assert late.estimate.mean() == pytest.approx(0.3, abs=0.12)
    seen = cut(patients, calendar, np.full(5, 70.0))
    shares = [
        cure_model(seen.time[0][patients.treated[0] == arm], seen.event[0][patients.treated[0] == arm])
        for arm in (0, 1)
    ]
    difference = shares[1].cure_fraction().value - shares[0].cure_fraction().value
    assert late.estimate[0, 0] == pytest.approx(difference, abs=1e-9)
    plain = HazardSource(Scenario.two_arms(Accrual.uniform(60, 1.0), Hazard((0.2,)))).draw(block_generator(8, 0), 5)
    ended = cut(plain, calendar_of_events(plain), np.full(5, 300.0))
    assert np.isnan(evaluate(plain, ended, 1, [CureFraction()]).z).any()


def test_a_trial_without_the_statistic_is_counted() -> None:
    small = Scenario.two_arms(Accrual.uniform(20, 12.0), Hazard.from_median(3.0))
    found = simulate(HazardSource(small), [Look(time=24.0)], [RestrictedMean(18.0), WeightedLogRank()], 128, 1)
    row = operating_characteristics(found, [], Plan())[0]
    assert 0 < row.failed[0] < 128
    assert row.failed[0] == found.failed[0, 0]
    assert not np.isnan(row.power)


def test_a_look_that_never_has_its_events_is_counted() -> None:
    mostly_lost = Scenario.two_arms(Accrual.uniform(60, 12.0), Hazard((0.02,)), dropout=0.05)
    found = simulate(HazardSource(mostly_lost), [Look(events=4), Look(events=30)], [WeightedLogRank()], 64, 1)
    assert found.reached[:, 0].all()
    assert not found.reached[:, 1].any()
    assert (found.time[:, 1] >= found.time[:, 0]).all()


def test_a_look_may_wait_for_both_time_and_events() -> None:
    found = simulate(HazardSource(LATE), [Look(time=30.0, events=200)], [WeightedLogRank()], 16, 1)
    assert (found.time == 30.0).all()
    assert (found.events >= 200).all()


@pytest.mark.parametrize("efficacy", [Spending("obrien-fleming"), HaybittlePeto(), FixedBounds((3.0, 2.5, 2.0))])
def test_stopping_is_counted_as_the_plan_says(efficacy: object) -> None:
    looks = [Look(events=100), Look(events=200), Look(events=300)]
    found = simulate(HazardSource(LATE), looks, [WeightedLogRank()], 256, 1)
    plan = Plan(efficacy=efficacy, futility=FixedBounds((0.0, 0.5, 2.0)))  # type: ignore[arg-type]
    row = operating_characteristics(found, [], plan)[0]
    success = futility = 0
    for z in found.z[:, :, 0]:
        for k in range(3):
            if z[k] >= row.upper[k]:
                success += 1
                break
            if z[k] <= row.lower[k]:
                futility += 1
                break
    assert row.success[-1] * 256 == pytest.approx(success)
    assert row.futility[-1] * 256 == pytest.approx(futility)
    assert row.mean_time < found.time[:, -1].mean()


def test_a_final_interval_after_an_early_stop_is_that_of_the_stopping_look() -> None:
    found = simulate(HazardSource(LATE), [Look(events=150), Look(events=300)], [WeightedLogRank()], 256, 1)
    row = operating_characteristics(found, [], Plan(efficacy=FixedBounds((-9.0, 2.0))))[0]
    assert row.success[0] == 1.0
    assert row.estimate_at_stop == pytest.approx(found.estimate[:, 0, 0].mean())
    assert row.mean_events == pytest.approx(150.0)


def test_stopping_early_exaggerates_the_effect() -> None:
    found = simulate(HazardSource(LATE), [Look(events=150), Look(events=300)], [RestrictedMean(9.0)], 640, 1)
    assert operating_characteristics(found, [], Plan(efficacy=Spending("pocock")))[0].bias > 0


def test_a_margin_under_heavy_ties_keeps_its_level() -> None:
    """At the margin, progression seen every three months: taking ties as one would reject far too often."""
    base = Scenario.two_arms(Accrual.uniform(500, 12.0), Hazard.from_median(8.0))
    null = HazardSource(replace(base.at_margin(1.4), visits=tuple(np.arange(3.0, 60.0, 3.0))))
    found = simulate(null, [Look(time=36.0)], [WeightedLogRank(margin=1.4)], 1920, 2, estimates=False)
    assert (found.z >= 1.959964).mean() == pytest.approx(0.025, abs=0.018)


@pytest.mark.parametrize("visits", [(), tuple(np.arange(3.0, 60.0, 3.0))], ids=["exact", "visits"])
def test_skewness_without_simulation_is_that_of_simulated_trials(visits: tuple[float, ...]) -> None:
    null = replace(LATE.without_effect(), ratio=2.0, visits=visits)
    patients = HazardSource(null).draw(block_generator(6, 0), 128)
    seen = cut(patients, calendar_of_events(patients), np.full(128, 26.0), HazardSource(null).visits)
    table = two_arm_table(seen.time, seen.event, patients.treated, seen.present)
    for weight in (LogRank(), FlemingHarrington(0, 1), Gehan()):
        variance = weighted_scores(table, [weight])[1][:, 0, 0] ** 1.5
        found, limit = third_moments(table, weight), skewness(null, 26.0, WeightedLogRank(weight, corrected=True))
        assert (found.steps / variance).mean() == pytest.approx(limit.steps[0], rel=0.03)
        assert (found.with_variance / variance).mean() == pytest.approx(limit.with_variance[0], rel=0.05)


@pytest.mark.slow
def test_corrected_tests_keep_their_level_at_two_to_one() -> None:
    """The plain log-rank test rejects 0.027; 20,000 trials tell the two apart."""
    base = Scenario.two_arms(Accrual.uniform(150, 15.0), Hazard.from_median(10.0), ratio=2.0)
    statistics = [WeightedLogRank(), WeightedLogRank(corrected=True), MaxCombo(corrected=True)]
    z = simulate(HazardSource(base), [Look(events=97)], statistics, 20_000, 3, estimates=False).z[:, 0]
    plain, corrected, combo = (z >= 1.959964).mean(axis=0)
    error = np.sqrt(0.025 * 0.975 / 20_000)
    assert plain > 0.025 + 3.0 * error
    assert corrected == pytest.approx(0.025, abs=3.0 * error)
    assert combo == pytest.approx(0.025, abs=3.0 * error)


@pytest.mark.slow
def test_power_at_visits_is_that_of_simulated_trials() -> None:
    """The design that stops treatment at 12 months against a margin, and one for superiority at 2:1."""
    trials = 6_000
    stopping = find_design("stop-at-12-months")
    assert stopping.scenario is not None
    better = replace(LATE.with_patients(400), visits=tuple(np.arange(3.0, 60.0, 3.0)), ratio=2.0)
    cases = (
        (stopping.scenario, stopping.looks, stopping.statistics),
        (better, (Look(time=30.0),), (EVERY[0], WeightedLogRank(Peto()), RestrictedMean(18.0), Milestone(12.0))),
    )
    for scenario, looks, statistics in cases:
        found = simulate(HazardSource(scenario), looks, statistics, trials, 5, estimates=False)
        for statistic, z in zip(statistics, found.z[:, -1].T, strict=True):
            calculated = power(scenario, looks, statistic).power[-1]
            assert (z >= 1.959964).mean() == pytest.approx(calculated, abs=0.003 + 3.0 * 0.5 / np.sqrt(trials))


@pytest.mark.slow
def test_type_i_error_of_every_statistic_lies_within_monte_carlo_error() -> None:
    trials = 20_000
    null = HazardSource(LATE.without_effect())
    found = simulate(null, [Look(events=300)], EVERY, trials, 11, estimates=False)
    error = 4.0 * np.sqrt(0.025 * 0.975 / trials)
    assert (found.z >= 1.959964).mean(axis=0)[0] == pytest.approx(np.full(len(EVERY), 0.025), abs=error)


@pytest.mark.slow
def test_type_i_error_when_hazards_change_but_their_ratio_does_not() -> None:
    wavy = Hazard((0.02, 0.3, 0.01, 0.1), (2.0, 4.0, 12.0))
    null = HazardSource(Scenario.two_arms(Accrual.uniform(300, 12.0), wavy, dropout=0.01))
    statistics = (*EVERY[:3], MaxCombo(), Milestone(6.0))
    looks = [Look(events=80), Look(events=160)]
    found = simulate(null, looks, statistics, 10_000, 5, estimates=False)
    rows = operating_characteristics(found, [found], Plan(efficacy=Spending("pocock")))
    for row in rows:
        assert row.type_i_error <= 0.025 + 4.0 * np.sqrt(0.025 * 0.975 / 10_000), row.statistic.name


@pytest.mark.slow
def test_calculated_power_is_that_of_simulation() -> None:
    """Within 0.003, as far as 20,000 trials can tell (docs/trial-design.md has the run with 100,000)."""
    trials, statistics = 20_000, (*EVERY[:3], EVERY[8], MaxCombo(), RestrictedMean(18.0), Milestone(12.0, "log-log"))
    found = simulate(HazardSource(LATE), [Look(events=300)], statistics, trials, 12, estimates=False)
    for row in operating_characteristics(found, [], Plan()):
        if isinstance(row.statistic, MaxCombo):
            known = max_combo_power(LATE, time_of_events(LATE, 300.0), row.statistic, by_events=True).power
        else:
            known = float(power(LATE, [Look(events=300)], row.statistic).power[-1])
        noise = 3.0 * np.sqrt(known * (1 - known) / trials)
        assert abs(row.power - known) < 0.003 + noise, row.statistic.name


@pytest.mark.slow
def test_calculated_power_with_looks_is_that_of_simulation() -> None:
    looks, trials = [Look(events=150), Look(events=220), Look(events=300)], 20_000
    plan = Plan(futility=Spending("hwang-shih-decani", -4.0))
    found = simulate(HazardSource(LATE), looks, EVERY[:2], trials, 13, estimates=False)
    for row in operating_characteristics(found, [], plan):
        known = power(LATE, looks, row.statistic, plan)  # type: ignore[arg-type]
        assert row.success == pytest.approx(known.power, abs=0.02)
        assert row.power == pytest.approx(known.power[-1], abs=0.003 + 3 * 0.0023)


ARM = Cohort.of([5.0, 7.0], [1, 0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: simulate(HazardSource(LATE), [], EVERY, 1), "needs a look"),
        (lambda: simulate(HazardSource(LATE), [Look(events=501)], EVERY, 1), "more events than there are patients"),
        (lambda: simulate(HazardSource(LATE), [Look(fraction=0.5), Look(time=9.0)], EVERY, 1), "set by events"),
        (lambda: simulate(HazardSource(LATE), [Look(time=9.0)], EVERY, 1, -1), "seed"),
        (lambda: simulate(HazardSource(replace(LATE, ratio=1.237)), [Look(time=9.0)], EVERY, 1), "short blocks"),
        (lambda: replace(LATE, visits=(3.0, 2.0)), "visits must increase"),
        (lambda: CohortSource(ARM, ARM, LATE.accrual, ratio=-1.0), "short blocks"),
        (lambda: CohortSource(ARM, ARM, LATE.accrual, ratio=float("inf")), "short blocks"),
        (lambda: CohortSource(ARM, ARM, LATE.accrual, visit_times=(3.0, 3.0)), "visits must increase"),
        (lambda: Cohort.of([1.0, -2.0], [1, 1]), "0 or more"),
        (lambda: Cohort.of([1.0, float("nan")], [1, 1]), "0 or more"),
        (lambda: Cohort.of([1.0, 2.0], [1, 3]), "0 or 1"),
        (lambda: Cohort.of([], []), "one time and one event"),
        (lambda: Switching(Hazard((0.1,)), -1.0), "above 0"),
    ],
)  # fmt: skip
def test_bad_input_says_why(make: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        make()  # type: ignore[operator]


def test_a_look_that_adds_nothing_has_no_bound_and_the_others_keep_theirs() -> None:
    """All are followed for six months by the second look: a restricted mean learns nothing from the third."""
    looks, tests = [Look(time=15.0), Look(time=24.0), Look(time=36.0)], [WeightedLogRank(), RestrictedMean(6.0)]
    found = simulate(HazardSource(LATE), looks, tests, 256, 3, estimates=False)
    log_rank_row, mean = operating_characteristics(found, [], Plan())
    assert np.isfinite(log_rank_row.upper).all()
    assert np.isfinite(mean.upper).tolist() == [True, True, False]
    assert mean.success[1] == mean.success[2]


def test_a_look_before_the_horizon_spends_nothing() -> None:
    """Nobody is followed for 18 months at the first look: a restricted mean to then has its whole error left."""
    looks = [Look(time=15.0), Look(time=36.0)]
    found = simulate(HazardSource(LATE), looks, [RestrictedMean(18.0)], 128, 3, estimates=False)
    (row,) = operating_characteristics(found, [], Plan(efficacy=Spending("pocock")))
    assert row.failed.tolist() == [128, 0]
    assert row.fraction.tolist() == [0.0, 1.0]
    assert row.upper == pytest.approx([np.inf, 1.959964])
    (typed,) = operating_characteristics(found, [], Plan(efficacy=FixedBounds((2.5, 2.0))))
    assert typed.upper.tolist() == [np.inf, 2.0]


def test_max_combo_over_several_looks_spends_its_error() -> None:
    looks = [Look(events=150), Look(events=220), Look(events=300)]
    null = simulate(HazardSource(LATE.without_effect()), looks, [MaxCombo()], 4096, 6, estimates=False)
    (row,) = operating_characteristics(null, [null], Plan(efficacy=Spending("pocock")))
    assert row.type_i_error == pytest.approx(0.025, abs=4 * np.sqrt(0.025 * 0.975 / 4096))
    assert row.upper[0] < 2.2
