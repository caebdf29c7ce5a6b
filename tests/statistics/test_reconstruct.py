"""Patients rebuilt from a curve and its numbers at risk, where the patients behind it are known."""

import csv
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remission.errors import DataError
from remission.statistics import kaplan_meier
from remission.statistics.reconstruct import reconstruct

SHARED = Path(__file__).parents[2].parent / "shared"


def publish(time, event, every, risk_every, digits=3):
    """A curve read every so often to three decimals, and its numbers at risk."""
    curve = kaplan_meier(time, event)
    end = float(np.max(time))
    read = np.append(np.arange(0.0, end, every), end)
    marks = np.arange(0.0, end, risk_every)
    return read, np.round(curve.at(read, extend=True).survival, digits), marks, curve.number_at_risk(marks)


def shared(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"shared/{name} is not beside this checkout")
    return path


@pytest.mark.parametrize("seed", range(5))
def test_known_patients(seed):
    draw = np.random.default_rng(seed)
    death, lost = draw.weibull(0.9, 300) * 20, draw.uniform(6, 40, 300)
    time, event = np.minimum(death, lost), death <= lost
    made = reconstruct(*publish(time, event, 0.25, 6.0))
    assert made.time.size == 300
    assert made.event.sum() == pytest.approx(event.sum(), rel=0.05)
    assert made.survival_error < 0.02
    before, after = kaplan_meier(time, event), kaplan_meier(made.time, made.event)
    months = np.arange(1.0, 30.0)
    assert np.abs(before.at(months).survival - after.at(months).survival).max() < 0.02
    assert after.quantile(0.5).value == pytest.approx(before.quantile(0.5).value, abs=0.5)


def test_numbers_at_risk_are_met():
    draw = np.random.default_rng(7)
    time, event = draw.exponential(12, 400), draw.random(400) < 0.7
    read, survival, marks, numbers = publish(time, event, 0.25, 3.0)
    made = reconstruct(read, survival, marks, numbers)
    assert np.abs(made.at_risk - numbers).max() <= 1


def test_without_censoring_nothing_is_censored_before_the_end():
    time = np.arange(1.0, 101.0)
    made = reconstruct(*publish(time, np.ones(100), 1.0, 25.0))
    assert made.event.all()
    assert np.array_equal(made.time, time)


def test_published_number_of_events_fits_the_tail():
    draw = np.random.default_rng(3)
    death, lost = draw.exponential(10, 200), draw.uniform(10, 30, 200)
    time, event = np.minimum(death, lost), death <= lost
    published = publish(time, event, 0.25, 12.0)
    one_number = [*published[:2], published[2][:1], published[3][:1]]
    blind = reconstruct(*one_number)
    told = reconstruct(*one_number, total_events=int(event.sum()))
    assert abs(told.event.sum() - event.sum()) <= 1 < abs(blind.event.sum() - event.sum())


def test_order_and_rising_points_of_the_reading_do_not_matter():
    read = [0.0, 1.0, 2.0, 2.0, 3.0, 4.0]
    survival = [1.0, 0.8, 0.8, 0.6, 0.61, 0.5]
    order = [3, 0, 5, 2, 4, 1]
    made = reconstruct(read, survival, [0], [10])
    again = reconstruct(np.array(read)[order], np.array(survival)[order], [0], [10])
    assert np.array_equal(made.time, again.time)
    assert made.survival_error < 1e-12


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60), st.floats(0.2, 1.0))
def test_patients_are_neither_lost_nor_made(seed, patients, share):
    draw = np.random.default_rng(seed)
    time, event = draw.exponential(10, patients), draw.random(patients) < share
    made = reconstruct(*publish(time, event, 0.5, 4.0))
    assert made.time.size == patients
    assert (np.diff(made.time) >= 0).all()
    assert made.event.sum() <= patients
    assert made.time[-1] <= time.max() + 1e-9


def test_reference_case_of_ipd_from_km():
    reference = json.loads(shared("reference/statistics.json").read_text(encoding="utf-8"))
    case = next(case for case in reference["cases"] if case["id"] == "guyot-p")
    table = reference["datasets"]["guyot_pub"]["table"]
    made = reconstruct(table["time"], table["surv"], case["inputs"]["trisk"], case["inputs"]["nrisk"])
    # The case's own rule: n exact, events within 3 %, curve within 0.02, median within 0.5 month.
    assert made.time.size == case["output"]["n"]
    assert made.event.sum() == pytest.approx(case["output"]["events"], rel=0.03)
    assert made.survival_error <= 0.02
    median = kaplan_meier(made.time, made.event).quantile(0.5).value
    assert median == pytest.approx(case["output"]["median"], abs=0.5)


def test_every_arm_of_a_collection_of_published_curves():
    arms = defaultdict(list)
    with shared("data/ici_km_ipd_dev.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = (row["study"], row["endpoint"], row["population"], row["arm"])
            arms[key].append((float(row["time_months"]), row["event"] == "1"))
    errors, events = [], []
    for patients in arms.values():
        time, event = (np.array(column) for column in zip(*patients, strict=True))
        made = reconstruct(*publish(time, event, 0.25, 3.0))
        assert made.time.size == len(time)
        errors.append(made.survival_error)
        events.append(made.event.sum() / event.sum() - 1)
    assert len(arms) > 90
    # The few larger errors are tails of a handful of patients, where one step is several per cent.
    assert np.median(errors) < 0.005
    assert np.quantile(errors, 0.95) < 0.025
    assert np.abs(np.median(events)) < 0.02


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (([1, 2], [90, 80], [0], [10]), "fraction"),
        (([1, 2], [0.9], [0], [10]), "fraction"),
        (([1, np.nan], [0.9, 0.8], [0], [10]), "known"),
        (([1, 2], [0.9, 0.8], [1], [10]), "ascend from 0"),
        (([1, 2], [0.9, 0.8], [0, 1], [10, 12]), "never rise"),
        (([1, 2], [0.9, 0.8], [0, 1], [10]), "one for each time"),
        (([1, 2], [0.9, 0.8], [0], [9.5]), "whole"),
        (([1, 2], [0.9, 0.8], [0], [10], 11), "does not fit"),
    ],
)
def test_bad_input(bad, words):
    with pytest.raises(DataError, match=words):
        reconstruct(*bad)
