"""Units live at the file boundary only: inside the package time is in days, length in mm, mass in mg.

``"24 months"`` becomes 730.5 days, ``"10 mg/kg"`` an `Amount`. A month is a twelfth of a Julian year.
"""

from __future__ import annotations

import re
from typing import NamedTuple

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
DAYS_PER_WEEK = 7.0

_DAYS = {"day": 1.0, "week": DAYS_PER_WEEK, "month": DAYS_PER_MONTH, "year": DAYS_PER_YEAR}
DOSE_UNITS = ("mg", "mg/kg", "mg/m2")
_QUANTITY = re.compile(r"\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(\S.*?)?\s*\Z")


class Amount(NamedTuple):
    """A number with the unit it was written in."""

    value: float
    unit: str


def parse_quantity(text: str) -> Amount:
    """Split ``"10 mg/kg"`` into its number and unit.

    Raises
    ------
    ValueError
        If there is no number, or no unit after it.

    Examples
    --------
    >>> parse_quantity("10 mg/kg")
    Amount(value=10.0, unit='mg/kg')
    """
    match = _QUANTITY.match(str(text))
    if match is None:
        raise ValueError(f"{text!r} is not a number with a unit")
    if match[2] is None:
        raise ValueError(f"{text!r} has no unit")
    return Amount(float(match[1]), match[2])


def parse_duration(text: str) -> float:
    """Days in a duration written in days, weeks, months or years.

    Raises
    ------
    ValueError
        If the text is not a number with one of those units, or is negative.

    Examples
    --------
    >>> parse_duration("12 weeks")
    84.0
    >>> parse_duration("24 months")
    730.5
    """
    value, unit = parse_quantity(text)
    if unit.rstrip("s") not in _DAYS:
        raise ValueError(f"{unit!r} is not a unit of time")
    if value < 0:
        raise ValueError(f"{text!r} is a negative duration")
    return value * _DAYS[unit.rstrip("s")]


def parse_dose(text: str) -> Amount:
    """A dose in mg, mg/kg or mg/m2.

    Raises
    ------
    ValueError
        If the unit is missing or another, or the amount is not above zero.

    Examples
    --------
    >>> parse_dose("3 mg/kg")
    Amount(value=3.0, unit='mg/kg')
    """
    dose = parse_quantity(text)
    if dose.unit not in DOSE_UNITS:
        raise ValueError(f"{dose.unit!r} is not a unit of dose")
    if not dose.value > 0:
        raise ValueError(f"{text!r} is not above zero")
    return dose
