"""What no run folder can hold is refused before anything is written: it would be cut, or would not open again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from remission.arrays import Bools
from remission.cohort.cohort import Cohort, Scans
from remission.cohort.outcomes import Outcomes
from remission.errors import DataError
from remission.run.files import arm_folder
from remission.run.provenance import MOST_ARMS
from remission.tables import MOST_TIME_DAY

MOST_LESIONS = 127
MOST_VISITS = 32_767
_MOST_BYTES = 255  # of the name of a folder, on every file system in use
_TIMES = ("os", "pfs", "drug_stop", "second_course", "next_line")


def refuse_what_no_folder_holds(cohort: Cohort, ends: Outcomes, arms: Sequence[str]) -> None:
    """Refuse arms, lesions, visits and times beyond what the five tables hold.

    Raises
    ------
    DataError
        With the file, and the column or row.
    """
    _refuse_arms(cohort, arms)
    _refuse_times(cohort)
    judged = ends.judged
    many = judged.n_lesions > MOST_LESIONS
    many[judged.visits["patient"][judged.visits["new_lesions"] > MOST_LESIONS]] = True
    if judged.lesions:
        many[judged.lesions["patient"][judged.lesions["lesion"] > MOST_LESIONS]] = True
    _refuse_many(cohort, "lesions", many, MOST_LESIONS, "give all rows of a lesion the same name")
    many = np.zeros(len(cohort), bool)
    many[judged.visits["patient"][judged.visits["visit"] > MOST_VISITS]] = True
    _refuse_many(cohort, "visits", many, MOST_VISITS, "is the column of patients the right one?")


def _refuse_arms(cohort: Cohort, arms: Sequence[str]) -> None:
    where = _where(cohort, "arm")
    if len(arms) > MOST_ARMS:
        step = "choose rows in a mapping file: rows: {COLUMN: [A, B]}"
        found, most = str(len(arms)), f"at most {MOST_ARMS}"
        raise DataError("there are too many arms", where=where, found=found, allowed=most, next_step=step)
    long = next((arm for arm in arms if len(arm_folder(arm)) > _MOST_BYTES), None)
    if long is not None:
        step = "shorten it in a mapping file: arm: {column: NAME, values: {LONG: SHORT}}"
        raise DataError("the name of an arm is too long", where=where, found=long[:60], next_step=step)


def _refuse_times(cohort: Cohort) -> None:
    allowed = f"at most {MOST_TIME_DAY:g} days before or after the start"
    for scans in (cohort.lesions, cohort.responses, cohort.changes):
        far = None if scans is None else np.flatnonzero(np.abs(scans["time_day"]) > MOST_TIME_DAY)
        if scans is not None and far is not None and far.size:
            raise DataError("a time is too long", where=_row(cohort, scans, int(far[0])), allowed=allowed)
    for field in _TIMES:
        if (np.abs(cohort.number(field)) > MOST_TIME_DAY).any():
            raise DataError("a time is too long", where=_where(cohort, field), allowed=allowed)


def _refuse_many(cohort: Cohort, what: str, bad: Bools, most: int, step: str) -> None:
    if bad.any():
        scans = next(each for each in (cohort.lesions, cohort.responses, cohort.changes) if each is not None)
        name = cohort.sources[scans.file[0]].name
        found, allowed = f"patient {cohort.ids[np.flatnonzero(bad)[0]]}", f"at most {most}"
        raise DataError(f"a patient has too many {what}", where=name, found=found, allowed=allowed, next_step=step)


def _row(cohort: Cohort, scans: Scans, row: int) -> str:
    return f"{cohort.sources[scans.file[row]].name}, row {scans.row[row]}"


def _where(cohort: Cohort, field: str) -> str:
    origin = cohort.origins.get(field)
    return field if origin is None else f"{origin.file}, column {origin.column}"
