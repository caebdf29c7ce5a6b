"""One patient's course: who is drawn, and what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from remission.arrays import Bools, Floats, Ints, Texts

SEVERAL: Final = 3
# From the story the study is about to anyone at all: the first that somebody meets decides.
REASONS: Final = (
    "choice.several_again",
    "choice.several_retreated",
    "choice.complete_again",
    "choice.complete_retreated",
    "choice.response_again",
    "choice.response_retreated",
    "choice.complete_free",
    "choice.response_free",
    "choice.response",
    "choice.anyone",
)


@dataclass(frozen=True)
class Lesion:
    """Diameters of one lesion: as measured at scans (NaN: not measured) and as it was."""

    number: int
    site: str
    role: str
    month: Floats
    measured_mm: Floats
    true_mm: Floats


@dataclass(frozen=True)
class Step:
    """A numbered thing that happened: time, kind of event, detail, rule, grade of a toxicity (else 0)."""

    number: int
    month: float
    kind: str
    detail: str | None
    rule: str | None
    grade: int = 0


@dataclass(frozen=True)
class Visit:
    """A visit and its response, which is empty at the baseline and at visits without a scan."""

    month: float
    response: str


@dataclass(frozen=True)
class Course:
    """All that is drawn of one patient.

    Parameters
    ----------
    patient : int
    arm : str
        Label of the arm.
    reason : str
        Which rule chose the patient (key of a text).
    facts : mapping
        The patient's row.
    dose_month : mapping of (molecule, course, line) to ndarray
    last_month : float
        Death or last day known alive.
    diagnosed : date or None
        Date of day 0, in a study with dates.
    """

    patient: int
    arm: str
    reason: str
    facts: Mapping[str, Any]
    lesions: tuple[Lesion, ...]
    visits: tuple[Visit, ...]
    dose_month: Mapping[tuple[str, int, int], Floats]
    steps: tuple[Step, ...]
    last_month: float
    diagnosed: date | None = None


@dataclass(frozen=True)
class Stories:
    """What the choice of a patient looks at: arrays of shape (patients,), NaN where it did not happen."""

    best: Texts
    stop_day: Floats
    second_day: Floats
    second_best: Texts
    next_day: Floats
    progressed: Bools
    died: Bools
    lesions: Ints


def choose(stories: Stories) -> tuple[int, str] | None:
    """Place of the patient to draw, and the rule that chose; None if there is nobody.

    The first rule that somebody meets decides; among those who meet it, the one with the most lesions at
    baseline, and of these the one with the lowest number.

    Examples
    --------
    >>> nan = np.array([np.nan, np.nan])
    >>> stories = Stories(np.array(["PR", "SD"]), nan, nan, np.array(["", ""]), nan, *(np.zeros((3, 2), int)))
    >>> choose(stories)
    (0, 'choice.response')
    """
    for reason, fits in _ladder(stories):
        if fits.any():
            candidates = np.flatnonzero(fits)
            return int(candidates[np.argmax(stories.lesions[candidates])]), reason
    return None


def _ladder(s: Stories) -> Iterator[tuple[str, Bools]]:
    complete, response = s.best == "CR", np.isin(s.best, ("CR", "PR"))
    stopped, again = np.isfinite(s.stop_day), np.isfinite(s.second_day)
    responded_again = np.isin(s.second_best, ("CR", "PR"))
    free = stopped & ~s.progressed & ~s.died & ~np.isfinite(s.next_day)
    several = s.lesions >= SEVERAL
    fits = (
        several & complete & stopped & again & responded_again & ~s.died,
        several & complete & stopped & again,
        complete & stopped & again & responded_again & ~s.died,
        complete & stopped & again,
        response & stopped & again & responded_again,
        response & stopped & again,
        complete & free,
        response & free,
        response,
        np.ones(s.best.size, dtype=bool),
    )
    return zip(REASONS, fits, strict=True)
