"""Pieces of design calls that several packages share: spending functions, piecewise hazards, arrays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from remission.errors import DataError
from remission.statistics.r_call import Call, find_call
from remission.statistics.r_value import evaluate
from remission.statistics.validation import Case
from remission.trial.hazard import Accrual, Hazard
from remission.trial.spending import Spending
from remission.trial.validation_kinds.gsdesign_spending import spending


def call_of(case: Case, function: str) -> Call:
    """A call that must be there."""
    found = find_call(case.call, function)
    if found is None:
        raise DataError("the case does not call this function", where=case.id, found=function)
    return found


def array(call: Call, name: str, default: Any = None) -> np.ndarray:
    """An argument as an array of floats."""
    return np.atleast_1d(np.asarray(call.value(name, default=default), float))


def spending_of(text: str, parameter: str | None) -> Spending:
    """A spending function, refused if it is a family of boundaries."""
    found = spending(text, parameter)
    if not isinstance(found, Spending):
        raise DataError("a family of boundaries where a spending function is needed", found=text)
    return found


def piecewise(rates: Any, starts: Any) -> Hazard:
    """A hazard from rates and the times at which each begins, the first at 0; repeated rates are merged.

    Examples
    --------
    >>> piecewise([0.1, 0.1], [0.0, 3.0]).rates
    (0.1,)
    """
    values, times = np.atleast_1d(np.asarray(rates, float)), np.atleast_1d(np.asarray(starts, float))
    if values.size == 1:
        return Hazard((float(values[0]),))
    keep = np.concatenate(([True], np.diff(values) != 0))
    return Hazard(tuple(values[keep]), tuple(times[: values.size][keep][1:]))


def accrual(intensity: Any, starts: Any, duration: float) -> Accrual:
    """Enrolment from intensities and the times at which each begins, ending after ``duration``.

    Examples
    --------
    >>> accrual(10.0, 0.0, 12.0)
    Accrual(rates=(10.0,), cuts=(12.0,))
    """
    rates, times = np.atleast_1d(np.asarray(intensity, float)), np.atleast_1d(np.asarray(starts, float))
    kept = times[: rates.size] < duration
    ends = np.append(times[: rates.size][kept][1:], duration)
    return Accrual(tuple(rates[kept]), tuple(ends))


def definition(case: Case, text: str, function: str) -> Call:
    """A call given in place, or by a name that the file defines."""
    written = case.definitions.get(text.strip(), text)
    found = find_call(written, function)
    if found is None:
        raise DataError("this definition cannot be read", where=case.id, found=written)
    return found


def shaped(values: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Arrays of one element as numbers where the case has a number."""
    return {
        name: value if isinstance(case.output.get(name), list) or np.size(value) != 1 else float(np.ravel(value)[0])
        for name, value in values.items()
    }


def text_of(call: Call, name: str, default: str) -> str:
    """An argument as it is written."""
    return re.sub(r"\s+", " ", call.named.get(name, default))


def number(text: str) -> float:
    """A number or an expression of one."""
    return float(np.ravel(evaluate(text))[0])
