"""When patients are diagnosed: the date of day 0."""

from __future__ import annotations

import numpy as np

from remission import draws
from remission.arrays import Floats, Ints
from remission.study import StudyDefinition


def diagnosed_day(study: StudyDefinition, seed: int, patients: Ints) -> Floats:
    """Day of diagnosis and of the first dose of some patients, as a proleptic Gregorian ordinal.

    A patient has the same date in every arm: the draw is keyed by seed and number alone.

    Parameters
    ----------
    study : StudyDefinition
    seed : int
    patients : ndarray of int64, shape (n,)

    Returns
    -------
    ndarray, shape (n,)
        As `datetime.date.toordinal`; NaN in a study outside the calendar.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> diagnosed_day(load_definition("keynote-006"), 1, np.arange(2))
    array([nan, nan])
    """
    enrolment = study.diagnosed
    if enrolment is None:
        return np.full(len(patients), np.nan)
    lot = draws.uniform(seed, patients, "day of diagnosis")
    return enrolment.first.toordinal() + np.floor(lot * enrolment.days)
