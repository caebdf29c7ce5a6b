"""The whole numbers that a run is asked for, checked once for the command line and for Python."""

from __future__ import annotations

import operator
from typing import Any

from remission.errors import Problem, StudyError

MOST_PATIENTS = 10_000_000
MOST_SEED = 2**64 - 1
MOST_WORKERS = 1024
MOST_TRIALS = 100_000
_RANGES = {"patients": (1, MOST_PATIENTS), "seed": (0, MOST_SEED), "workers": (1, MOST_WORKERS)}
_MOST_SHOWN = 40


def run_numbers(patients: Any, seed: Any, workers: Any, *, prefix: str = "") -> dict[str, int | None]:
    """Patients, seed and workers as whole numbers; None stays None.

    Parameters
    ----------
    patients, seed, workers : int or None
        As asked for. Text is refused, and so are fractions and truth values.
    prefix : str
        Stands before the name of an argument in messages: ``--`` on the command line.

    Raises
    ------
    StudyError
        With every one that is not a whole number in its range.

    Examples
    --------
    >>> run_numbers(100, 7, None)
    {'patients': 100, 'seed': 7, 'workers': None}
    >>> run_numbers(3.5, 7, None)
    Traceback (most recent call last):
    remission.errors.StudyError: patients: not a whole number
        found:   3.5
        allowed: a whole number, 1 to 10000000
    """
    problems: list[Problem] = []
    numbers: dict[str, int | None] = {}
    for name, given in (("patients", patients), ("seed", seed), ("workers", workers)):
        low, high = _RANGES[name]
        what, number = _read(given, low, high)
        numbers[name] = number
        if what is not None:
            allowed = f"a whole number, {low} to {high}"
            problems.append(Problem(what, f"{prefix}{name}", _shown(given), allowed))
    if problems:
        raise StudyError(problems)
    return numbers


def _read(given: Any, low: int, high: int) -> tuple[str | None, int | None]:
    """What is wrong with a number, or the number."""
    if given is None:
        return None, None
    try:
        number = operator.index(given)
    except TypeError:
        return "not a whole number", None
    if isinstance(given, bool):  # Python counts True as 1, but nobody means a seed by it
        return "not a whole number", None
    return (None, number) if low <= number <= high else ("the number is out of range", None)


def _shown(given: Any) -> str:
    try:
        text = str(given)
    except ValueError:  # Python writes no whole number of thousands of digits
        return "a number of thousands of digits"
    return text if len(text) <= _MOST_SHOWN else text[:_MOST_SHOWN] + "..."
