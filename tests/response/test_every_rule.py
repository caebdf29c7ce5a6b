"""No rule of the reference table is without a test."""

import csv
from pathlib import Path

import pytest
import test_irecist_rules  # noqa: F401 - fills COVERED
import test_recist_rules  # noqa: F401 - fills COVERED
from response_rules import COVERED

REFERENCE = Path(__file__).parents[2].parent / "shared" / "reference" / "biology.csv"
# What a person decides, not a measurement.
NOT_CODE = {"iRECIST: treatment past iUPD", "iRECIST: use"}


def test_every_rule_of_the_reference_table_is_held_to():
    if not REFERENCE.exists():
        pytest.skip("shared/reference/biology.csv is not beside this checkout")
    with REFERENCE.open(encoding="utf-8") as file:
        rows = [f"{row['topic']}: {row['item']}" for row in csv.DictReader(file)]
    rules = {row for row in rows if row.startswith(("RECIST 1.1:", "iRECIST:"))}
    assert rules - NOT_CODE == COVERED
