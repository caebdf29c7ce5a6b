"""Units at the file boundary."""

from __future__ import annotations

import pytest

from remission.units import Amount, parse_dose, parse_duration


@pytest.mark.parametrize(("text", "days"), [("1 day", 1), ("12 weeks", 84), ("24 months", 730.5), ("5 years", 1826.25)])
def test_durations(text, days):
    assert parse_duration(text) == days


@pytest.mark.parametrize("text", ["12", "weeks", "-3 weeks", "3 fortnights", ""])
def test_a_duration_without_sense_is_refused(text):
    with pytest.raises(ValueError):
        parse_duration(text)


def test_doses():
    assert parse_dose("10 mg/kg") == Amount(10.0, "mg/kg")


@pytest.mark.parametrize("text", ["10", "-3 mg/kg", "0 mg", "3 g/kg"])
def test_a_dose_without_sense_is_refused(text):
    with pytest.raises(ValueError):
        parse_dose(text)
