"""The tables say what is wrong with them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from remission.errors import DataError, RunError
from remission.run.parquet import from_parquet, to_parquet
from remission.tables import check_table, make_table, schema
from remission.tables.columns import TABLES

DOSE = {"patient": [0, 1], "time_day": [0.0, 21.0], "molecule": ["ipilimumab"] * 2, "dose_mg": [240.0, 250.0]}
COURSE = {"line": [1, 1], "course": [1, 1]}


def doses(**changed: object) -> pa.Table:
    return make_table("doses", {**DOSE, **COURSE, **changed}, arm="A")


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"dose": [1.0, 2.0]}, "no such column"),
        ({"dose_mg": None}, "missing"),
        ({"dose_mg": [1.0]}, "differ in length"),
        ({"dose_mg": ["much", "more"]}, "do not fit"),
        ({"line": [1, 300]}, "do not fit"),
    ],
)
def test_columns_that_do_not_fit_are_named(changed: dict[str, object], what: str) -> None:
    with pytest.raises(DataError, match=what) as caught:
        doses(**changed)
    assert "doses" in str(caught.value)


def test_no_such_table() -> None:
    with pytest.raises(DataError, match="patients, visits"):
        schema("people")


def test_nan_in_an_array_is_a_missing_value() -> None:
    events = {"patient": [0], "time_day": [0.0], "kind": ["toxicity"]}
    assert make_table("events", {**events, "grade": [None]}, arm="A")["grade"].null_count == 1
    with pytest.raises(DataError, match="1 values are missing"):
        check_table("doses", doses(dose_mg=np.array([np.nan, 1.0])), where="here")


def test_nan_that_was_smuggled_in_is_refused() -> None:
    table = doses()
    column = table.schema.get_field_index("dose_mg")
    poisoned = table.set_column(column, table.schema.field(column), [pa.array([np.nan, 1.0])])
    with pytest.raises(DataError, match="NaN"):
        check_table("doses", poisoned, where="here")


def test_a_value_out_of_its_list_is_refused() -> None:
    table = make_table("events", {"patient": [0], "time_day": [0.0], "kind": ["miracle"]}, arm="A")
    with pytest.raises(DataError, match=r"'miracle'(?s:.)*is not among enrolled") as caught:
        check_table("events", table, where="arm A")
    assert "arm A, events.kind" in str(caught.value)


def test_a_followed_patient_needs_an_outcome() -> None:
    row = {"patient": [0, 1], "status": ["followed", "failed"], "attempts": [1, 1]}
    with pytest.raises(DataError, match=r"patients\.os_day: 1 values are missing in followed patients"):
        check_table("patients", make_table("patients", row, arm="A"), where="arm A")


def test_a_failed_patient_needs_none() -> None:
    row = {"patient": [1], "status": ["failed"], "attempts": [1]}
    check_table("patients", make_table("patients", row, arm="A"), where="arm A")


@pytest.mark.parametrize("name", list(TABLES))
def test_empty_tables_survive_the_round_trip(name: str) -> None:
    table = make_table(name, {}, arm="A")
    check_table(name, table, where="here")
    assert from_parquet(to_parquet(table), "a file", name, 0).equals(table)


def test_files_of_before_the_central_review_stay_readable() -> None:
    """What a column of that time says is kept, what it lacks is empty; other columns may not be missing."""
    row = {"patient": [1, 2], "status": ["failed"] * 2, "attempts": [1, 1]}
    table = make_table("patients", row, arm="A")
    later = [name for name in table.column_names if name.startswith("central_")]
    assert len(later) == 11
    old = to_parquet(table.drop_columns(later))
    assert from_parquet(old, "a file", "patients", 2).equals(table)
    asked = ("patient", "central_pfs_day", "central_best_response")
    assert from_parquet(old, "a file", "patients", 2, asked).equals(table.select(asked))
    for needed in ("attempts", "os_day"):  # never empty; empty of those who were not followed
        with pytest.raises(RunError, match="has changed since it was written"):
            from_parquet(to_parquet(table.drop_columns([needed])), "a file", "patients", 2)


def test_equal_rows_give_equal_bytes_however_they_are_cut() -> None:
    whole = doses(molecule=["nivolumab", "ipilimumab"])
    parts = [whole.slice(1, 1), whole.slice(0, 1)]
    again = pa.concat_tables(parts[::-1]).unify_dictionaries()
    assert to_parquet(again) == to_parquet(whole)
    assert from_parquet(to_parquet(whole), "a file", "doses", 2).to_pylist() == whole.to_pylist()


def test_every_column_says_what_it_means() -> None:
    for columns in TABLES.values():
        assert len({column.name for column in columns}) == len(columns)
        assert all(column.meaning and not column.meaning.endswith(".") for column in columns)
