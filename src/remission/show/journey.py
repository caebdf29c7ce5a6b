"""Read the one patient whose course is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from remission.errors import RunError
from remission.show.course import REASONS, Course, Lesion, Step, Stories, Visit, choose
from remission.show.gather import ArmData, Folder, as_floats
from remission.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pyarrow as pa

CANDIDATES = 2048
_QUIET = ("enrolled", "treatment started", "dose withheld", "toxicity resolved")
# What is seen at a visit comes before what is decided there.
_DECIDED = ("treatment stopped", "treatment held", "treatment resumed", "second course", "next line")


def stories(arm: ArmData, most: int = CANDIDATES) -> Stories:
    """What the choice of a patient looks at, for the first patients of an arm."""
    patients = {name: column[arm.patients["patient"] < most] for name, column in arm.patients.items()}
    return Stories(
        patients["best_response"],
        patients["drug_stop_day"],
        patients["second_course_day"],
        patients["second_course_best"],
        patients["next_line_day"],
        patients["pfs_event"],
        patients["os_event"],
        patients["lesions"],
    )


def journey(folder: Folder, arms: Sequence[ArmData]) -> Course | None:
    """Course of the patient who comes closest to the story in any arm; None if nobody was followed.

    The earliest rule met in any arm decides, and of the arms that meet it the first of the study file.

    Raises
    ------
    RunError
        If a file is missing or has changed since it was written.
    """
    found = [(arm, choice) for arm in arms if (choice := choose(stories(arm))) is not None]
    if not found:
        return None
    arm, (place, reason) = min(found, key=lambda pair: REASONS.index(pair[1][1]))
    return course_of(folder, arm.name, arm.label, int(arm.patients["patient"][place]), reason)


def course_of(folder: Folder, arm: str, label: str, patient: int, reason: str) -> Course:
    """All that happened to one patient in one arm.

    Raises
    ------
    RunError
        If the arm has no such patient, or a file is missing or has changed since it was written.
    """
    found = _rows(folder, "patients", arm, patient).to_pylist()
    if not found or found[0]["status"] != "followed":
        raise RunError(
            "no such patient was followed in this arm",
            where=arm,
            found=str(patient),
            allowed=f"0 to {folder.provenance.patients - 1}, those of the arm",
        )
    facts = found[0]
    visits = _rows(folder, "visits", arm, patient, ["time_day", "response"]).to_pylist()
    events = _rows(folder, "events", arm, patient).to_pylist()
    return Course(
        patient,
        label,
        reason,
        facts,
        _lesions(_rows(folder, "lesions", arm, patient)),
        tuple(Visit(row["time_day"] / DAYS_PER_MONTH, row["response"] or "") for row in visits),
        _doses(_rows(folder, "doses", arm, patient)),
        _steps(events),
        facts["os_day"] / DAYS_PER_MONTH,
        _diagnosed(events) if getattr(folder.definition, "diagnosed", None) else None,
    )


def _rows(folder: Folder, table: str, arm: str, patient: int, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of one patient; blocks after his or hers are not read."""
    import pyarrow.compute as pc

    wanted = None if columns is None else ["patient", *columns]
    piece = None
    for piece in folder.pieces(table, [arm], wanted):
        found = piece.filter(pc.equal(piece["patient"], patient))
        if found.num_rows:
            return found
    return piece.slice(0, 0) if piece is not None else folder.table(table, [arm], wanted).slice(0, 0)


def _lesions(table: pa.Table) -> tuple[Lesion, ...]:
    numbers = as_floats(table["lesion"])
    month = as_floats(table["time_day"]) / DAYS_PER_MONTH
    measured, true = as_floats(table["diameter_mm"]), as_floats(table["true_diameter_mm"])
    sites, roles = table["site"].to_pylist(), table["role"].to_pylist()
    found = []
    for number in np.unique(numbers):
        of = np.flatnonzero(numbers == number)
        last = int(of[-1])
        found.append(Lesion(int(number), sites[last], roles[last], month[of], measured[of], true[of]))
    return tuple(found)


def _doses(table: pa.Table) -> dict[tuple[str, int, int], np.ndarray]:
    given: dict[tuple[str, int, int], list[float]] = {}
    for row in table.select(["molecule", "course", "line", "time_day"]).to_pylist():
        months = given.setdefault((row["molecule"], row["course"], row["line"]), [])
        months.append(row["time_day"] / DAYS_PER_MONTH)
    return {key: np.array(months) for key, months in given.items()}


def _diagnosed(events: list[dict[str, Any]]) -> date | None:
    told = [event["detail"] for event in events if event["kind"] == "enrolled" and event["detail"]]
    return date.fromisoformat(told[0]) if told else None


def _steps(events: list[dict[str, Any]]) -> tuple[Step, ...]:
    told = [event for event in events if event["kind"] not in _QUIET]
    told.sort(key=lambda event: (event["time_day"], event["kind"] in _DECIDED))
    return tuple(
        Step(
            number,
            event["time_day"] / DAYS_PER_MONTH,
            event["kind"],
            event["detail"],
            event["rule"],
            event["grade"] or 0,
        )
        for number, event in enumerate(told, start=1)
    )
