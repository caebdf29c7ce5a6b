"""Measurements and scans that have no right answer are refused, with the place named."""

import numpy as np
import pytest
from response_rules import look, table

from remission.errors import DataError
from remission.response import Scan, assess, assess_table, begin

GOOD = [("a", 0, 20), ("a", 84, 10)]


def _changed(**columns):
    return table(*GOOD) | columns


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"patient": [1, 2]}, "patients have no scan up to the end of the baseline window"),
        ({"patient": [1, None]}, "a patient has no name"),
        ({"lesion": ["a", None]}, "a lesion has no name"),
        ({"time_day": [0.0, np.nan]}, "time of a measurement is not a number"),
        ({"time_day": ["0", "week 12"]}, "time_day is not a number"),
        ({"diameter_mm": [20.0, -1.0]}, "diameter is negative"),
        ({"diameter_mm": ["20", "NOT EVALUABLE"]}, "diameter_mm is not a number"),
        ({"status": [None, "vanished"]}, "status is not known"),
        ({"role": ["aim", None]}, "role is not known"),
        ({"role": ["target", "new"]}, "rows of a lesion differ in role"),
        ({"organ": ["lung", "liver"]}, "rows of a lesion differ in organ"),
        ({"is_node": [True, False]}, "rows of a lesion differ in is_node"),
        ({"is_node": [2, 0]}, "neither true nor false"),
        ({"time_day": [0.0, 0.0]}, "two rows at one time"),
        ({"part_of": [None, "b"]}, "part of a lesion that is not in the table"),
        (
            {"role": ["target", None], "diameter_mm": [np.nan, 10.0], "status": ["present", None]},
            "no diameter",
        ),
        ({"role": ["new", None]}, "called new is there at baseline"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_tables(bad, words):
    with pytest.raises(DataError, match=words) as caught:
        assess_table(_changed(**bad))
    assert caught.value.problems[0].where


def test_an_empty_table():
    with pytest.raises(DataError, match="empty"):
        assess_table({"patient": [], "lesion": [], "time_day": [], "diameter_mm": []})


def test_missing_columns_are_named():
    with pytest.raises(DataError, match="columns are missing") as caught:
        assess_table({"patient": [1], "diameter_mm": [10.0]})
    assert caught.value.problems[0].allowed == "time_day, lesion"


def test_one_patient_with_a_baseline_only():
    tables = assess_table(table(("a", 0, 20)))
    assert tables.arrow("patients")["best_response"].to_pylist() == ["NE"]
    assert tables.arrow("visits").num_rows == 0


@pytest.mark.parametrize("baseline", [0.0, -1.0, np.nan, np.inf])
def test_a_baseline_sum_that_is_no_size(baseline):
    with pytest.raises(DataError, match=r"baseline is not a positive number"):
        begin([30.0, baseline], True, False)


@pytest.mark.parametrize(
    ("scan", "words"),
    [
        (look(42.0, 50.0), "not after the one before"),
        (look(np.nan, 50.0), "not a number"),
        (look(84.0, -1.0), "negative"),
        (look(84.0, np.nan, evaluable=True), "no sum"),
        (Scan([84.0, 84.0], 50.0, False, False, False, False, True), "differ in length"),
    ],
)
def test_bad_scans(scan, words):
    state, _ = assess(begin([50.0], True, False), look(42.0, 50.0))
    with pytest.raises(DataError, match=words):
        assess(state, scan)
