"""Real patients of whom treatment is known of some only, and who were followed briefly."""

from __future__ import annotations

import pyarrow as pa
import pytest

from remission.show.contents import sections_of
from remission.show.drawings import Drawn
from remission.show.results import read_arms
from remission.texts import words_in

from .synthetic import IPILIMUMAB, MadeRun, make_run


def drawings(made: MadeRun, last_month: float) -> dict[str, Drawn]:
    words = words_in(observed=True)
    sections = sections_of(made, read_arms(made, made.definition, words), [], last_month, words)
    return {drawing.name: drawing for section in sections for drawing in section.figures}


def forget_treatment(made: MadeRun, arm: str, patients: int) -> None:
    """Leave the time on drug of the first patients of an arm empty."""
    table = made.tables["patients", arm]
    column = table.schema.get_field_index("on_drug_day")
    days = [None] * patients + table["on_drug_day"].to_pylist()[patients:]
    made.tables["patients", arm] = table.set_column(column, "on_drug_day", pa.array(days, pa.float64()))


def test_an_arm_is_drawn_of_those_whose_treatment_is_known() -> None:
    made = make_run(failed=0)
    forget_treatment(made, IPILIMUMAB.name, 3)
    drawn = drawings(made, 60.0)
    assert f"The {IPILIMUMAB.patients - 3} patients whose treatment is known" in drawn["care-1"].description
    assert f"of {IPILIMUMAB.patients - 3} patients whose treatment is known" in drawn["swimmer-1"].description
    assert IPILIMUMAB.label in drawn["freedom"].description


def test_an_arm_of_which_no_treatment_is_known_is_not_drawn() -> None:
    made = make_run(failed=0)
    forget_treatment(made, IPILIMUMAB.name, IPILIMUMAB.patients)
    drawn = drawings(made, 60.0)
    assert "care-0" in drawn
    assert "care-1" not in drawn


@pytest.mark.parametrize(
    ("last", "months"), [(0.5, [0]), (7.0, [0, 1, 3, 6]), (26.0, [3, 6, 12, 24]), (60.0, [12, 24, 36, 60])]
)
def test_shares_stand_as_numbers_however_short_the_follow_up(last: float, months: list[int]) -> None:
    table = drawings(make_run(failed=0), last)["care-0"].table
    assert table is not None
    assert table.header == tuple(f"Month {month}" for month in months)
    assert all(len(row) == 1 + len(months) for row in table.rows)
