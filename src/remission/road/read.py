"""The lives of a study's arms: from a run folder, or simulated with another table of the tumour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from remission.arrays import Array
from remission.biology import TumourTable, load_tumour
from remission.clinic.simulate import follow_arm
from remission.errors import StudyError
from remission.population import Patients, diagnosed_day, enrol
from remission.road.lives import Lives, lives
from remission.road.value import ARMS
from remission.study import StudyDefinition, exists_from

EVENTS = ("patient", "time_day", "kind", "detail", "grade")
LESIONS = ("patient", "time_day", "diameter_mm")
KEPT = ("events", "lesions")


def arrival_days(study: StudyDefinition, seed: int) -> Callable[[Array], Array]:
    """From patient numbers to the day of their own time on which the study's arrival exists.

    Raises
    ------
    StudyError
        If the study has no ``time_gained``.
    """
    if study.time_gained is None:
        raise StudyError(
            "the study does not say which arms tell the value of the time gained",
            where=study.name,
            next_step="add time_gained to the study file: docs/study-files.md",
        )
    since = exists_from(study.time_gained.arrival, study.regimens, study.molecules)
    assert since is not None, "a study file whose arrival has no date is refused"
    return lambda number: since.toordinal() - diagnosed_day(study, seed, number)


def arriving_regimens(study: StudyDefinition) -> tuple[str, ...]:
    """The regimens that give what arrives."""
    assert study.time_gained is not None
    name = study.time_gained.arrival
    if name in study.regimens:
        return (name,)
    return tuple(each.name for each in study.regimens.values() if name in {order.molecule for order in each.orders})


def lives_of_run(folder: Any) -> dict[str, Lives]:
    """Lives of the four arms of a run folder, by `remission.road.value.ARMS`.

    Raises
    ------
    StudyError
        If the study has no ``time_gained``.
    RunError
        If the folder lacks one of the arms, or is damaged.
    """
    study, seed = folder.definition, folder.provenance.identity.seed
    days = arrival_days(study, seed)
    found = {}
    for key in ARMS:
        arm = [getattr(study.time_gained, key)]
        patients = _arrays(folder.table("patients", arm, ["patient", "status", "os_day"]))
        followed = patients["status"] == "followed"
        rows = {name: patients[name][followed] for name in ("patient", "os_day")}
        events = _arrays(folder.table("events", arm, list(EVENTS)))
        lesions = _arrays(folder.table("lesions", arm, list(LESIONS)))
        found[key] = lives(rows, events, lesions, days, arriving_regimens(study))
    return found


def _arrays(table: Any) -> dict[str, Array]:
    """Columns as plain arrays: numbers with NaN, text with None."""
    import pyarrow as pa

    found = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_dictionary(column.type) or pa.types.is_string(column.type):
            found[name] = np.asarray(column.cast(pa.string()).to_pylist(), object)
        else:
            found[name] = np.asarray(column.to_numpy())
    return found


def lives_simulated(
    study: StudyDefinition, seed: int, patients: int, table: TumourTable | None = None
) -> dict[str, Lives]:
    """Lives of the four arms, simulated now."""
    days = arrival_days(study, seed)
    tumour = table or load_tumour(study.tumour)
    enrolled = enrol(tumour, seed, np.arange(patients), study.previously_treated, study.eligible, study.model)
    return {key: lives_in_arm(study, getattr(study.time_gained, key), tumour, seed, enrolled, days) for key in ARMS}


def lives_in_arm(
    study: StudyDefinition,
    arm: str,
    table: TumourTable,
    seed: int,
    enrolled: Patients,
    days: Callable[[Array], Array],
) -> Lives:
    """Lives of patients in one arm, simulated now."""
    definition = study.arm(arm)
    columns = follow_arm(study, definition, table, seed, enrolled, keep=KEPT)
    patients: Mapping[str, Any] = columns["patients"]
    followed = np.asarray(patients["status"], object) == "followed"
    rows = {
        "patient": np.asarray(patients["patient"], np.int64)[followed],
        "os_day": np.asarray(patients["os_day"], float)[followed],
    }
    events = dict(columns["events"])
    grade = np.asarray(events["grade"], object)
    events["grade"] = np.where(grade == None, 0, grade).astype(float)  # noqa: E711
    return lives(rows, events, columns["lesions"], days, arriving_regimens(study))
