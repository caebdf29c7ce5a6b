"""What must be true of every simulated patient, whoever else is simulated."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remission.clinic import simulate_block
from remission.clinic.simulate import deal

SEED = 11


def _rows_of(table, patients):
    keep = np.isin(table.column("patient").to_numpy(), patients)
    return table.filter(keep).to_pylist()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 95), min_size=1, max_size=9, unique=True))
def test_a_patient_is_the_same_in_any_company_and_order(study, twins, patients):
    some = simulate_block(study, seed=SEED, patients=np.array(patients), arms=("pembrolizumab",), filled="twins")
    for name, table in some["pembrolizumab"].items():
        assert table.to_pylist() == _rows_of(twins["pembrolizumab"][name], patients), name


def test_an_added_arm_changes_no_other(study, twins):
    alone = simulate_block(study, seed=SEED, patients=np.arange(96), arms=("ipilimumab",), filled="twins")
    for name, table in alone["ipilimumab"].items():
        assert table.equals(twins["ipilimumab"][name]), name


def test_twins_are_the_same_people_and_randomised_patients_one_of_them(study, twins):
    baseline = ["patient", "age_year", "weight_kg", "baseline_sum_mm", "growth_time_day"]
    people = [twins[arm]["patients"].select(baseline) for arm in ("pembrolizumab", "ipilimumab")]
    assert people[0].equals(people[1])
    randomised = simulate_block(
        study, seed=SEED, patients=np.arange(96), arms=("pembrolizumab", "ipilimumab"), filled="randomised"
    )
    sizes = [randomised[arm]["patients"].num_rows for arm in ("pembrolizumab", "ipilimumab")]
    assert sizes == [64, 32]
    for arm, tables in randomised.items():
        who = tables["patients"].column("patient").to_numpy()
        for name, table in tables.items():
            assert table.to_pylist() == _rows_of(twins[arm][name], who), (arm, name)


def test_randomisation_is_exact_in_every_block_and_differs_between_seeds(study):
    first = deal(study, 1, np.arange(300), "randomised").reshape(-1, 3)
    assert ((first == "pembrolizumab").sum(axis=1) == 2).all()
    assert (first != deal(study, 2, np.arange(300), "randomised").reshape(-1, 3)).any()


def test_nobody_responds_without_a_drug(frames):
    responses = frames["no drug"]["patients"]["confirmed_response"]
    assert sum(response in ("CR", "PR") for response in responses) <= 1
    assert frames["no drug"]["doses"]["patient"] == []


def test_the_drug_shrinks_and_saves(frames):
    def share(arm):
        rows = frames[arm]["patients"]
        return np.mean([response in ("CR", "PR") for response in rows["confirmed_response"]])

    assert share("pembrolizumab") > share("no drug") + 0.15
    alive = {arm: np.mean(np.array(frames[arm]["patients"]["os_day"]) > 700) for arm in frames}
    assert alive["pembrolizumab"] > alive["no drug"]


@pytest.mark.parametrize("arm", ["pembrolizumab", "ipilimumab", "no drug"])
def test_time_runs_forward_and_nothing_follows_the_end(frames, arm):
    end = dict(zip(frames[arm]["patients"]["patient"], frames[arm]["patients"]["os_day"], strict=True))
    for name in ("visits", "lesions", "doses", "events"):
        rows = frames[arm][name]
        last = defaultdict(lambda: -1.0)
        for patient, day in zip(rows["patient"], rows["time_day"], strict=True):
            assert last[patient] <= day <= end[patient] + 1e-9, name
            last[patient] = day


@pytest.mark.parametrize("arm", ["pembrolizumab", "ipilimumab"])
def test_endpoints_are_in_order(frames, arm):
    rows = frames[arm]["patients"]
    for k in range(len(rows["patient"])):
        assert 0 <= rows["pfs_day"][k] <= rows["os_day"][k]
        assert rows["on_drug_day"][k] + rows["treatment_free_day"][k] <= rows["os_day"][k] + 1e-6
        assert rows["os_event"][k] == (rows["death_cause"][k] is not None)
        assert rows["pfs_event"][k] == (rows["pfs_cause"][k] is not None)
        if rows["time_to_response_day"][k] is not None:
            assert rows["time_to_response_day"][k] <= rows["pfs_day"][k]
            assert rows["best_response"][k] in ("CR", "PR")


def test_ipilimumab_is_given_four_times_at_most_in_the_first_line(frames):
    doses = frames["ipilimumab"]["doses"]
    count = defaultdict(int)
    for patient, molecule, line in zip(doses["patient"], doses["molecule"], doses["line"], strict=True):
        if line == 1:
            assert molecule == "ipilimumab"
            count[patient] += 1
    assert max(count.values()) == 4


def test_doses_follow_the_weight_and_the_interval(frames):
    people = frames["pembrolizumab"]["patients"]
    weight = dict(zip(people["patient"], people["weight_kg"], strict=True))
    doses = frames["pembrolizumab"]["doses"]
    by_patient = defaultdict(list)
    for patient, day, molecule, dose, line in zip(
        *(doses[name] for name in ("patient", "time_day", "molecule", "dose_mg", "line")), strict=True
    ):
        if molecule == "pembrolizumab" and line == 1:
            assert dose == pytest.approx(10 * weight[patient])
            by_patient[patient].append(day)
    steps = {round(float(days[1] - days[0])) for days in by_patient.values() if len(days) > 1}
    assert steps == {14, 21}


def test_every_stop_has_a_rule_and_every_decision_is_explained(frames):
    for arm in ("pembrolizumab", "ipilimumab"):
        events = frames[arm]["events"]
        for kind, rule in zip(events["kind"], events["rule"], strict=True):
            if kind in ("treatment stopped", "treatment held", "second course", "next line"):
                assert rule
        visits = frames[arm]["visits"]
        for decision, rule in zip(visits["decision"], visits["rule"], strict=True):
            assert (decision in ("continue", "resume")) or rule


def test_progression_is_what_recist_says_of_the_recorded_sums(frames):
    """The first PD by targets in the table is the first scan 20 % and 5 mm above the running minimum."""
    visits = frames["pembrolizumab"]["visits"]
    people = frames["pembrolizumab"]["patients"]
    nadir = {}
    first = {}
    for patient, visit, day, sum_mm, line, course in zip(
        *(visits[name] for name in ("patient", "visit", "time_day", "sum_mm", "line", "course")), strict=True
    ):
        if line > 1 or course > 1 or sum_mm is None:  # a later course, or a visit without a scan
            continue
        if visit > 0 and sum_mm >= 1.2 * nadir[patient] - 1e-9 and sum_mm >= nadir[patient] + 5 - 1e-9:
            first.setdefault(patient, day)
        nadir[patient] = min(nadir.get(patient, np.inf), sum_mm)
    for patient, day, cause in zip(people["patient"], people["pfs_day"], people["pfs_cause"], strict=True):
        if cause == "target":
            assert first[patient] == day
