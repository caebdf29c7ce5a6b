"""A block of patients through the arms of a study: enrolled once, followed in every arm they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from remission import draws
from remission.arrays import Ints, Texts
from remission.biology import TumourTable, load_tumour, mechanism_of
from remission.clinic.chart import central_chart, investigators_chart
from remission.clinic.endpoints import patient_rows
from remission.clinic.follow import follow
from remission.clinic.reading import Reading
from remission.clinic.records import Recorder
from remission.clinic.ward import Ward, admit
from remission.population import NO_CANDIDATE, Patients, enrol
from remission.study import CENTRAL_REVIEW, Arm, StudyDefinition
from remission.tables import TABLE_NAMES, make_table

if TYPE_CHECKING:
    import pyarrow as pa


def simulate_block(
    definition: StudyDefinition,
    *,
    seed: int,
    patients: Ints,
    arms: tuple[str, ...],
    filled: str | None = None,
    tumour: TumourTable | None = None,
) -> dict[str, dict[str, pa.Table]]:
    """Everything that happens to some patients of a study.

    Parameters
    ----------
    definition : StudyDefinition
    seed : int
    patients : ndarray of int64, shape (n,)
        Patient numbers, any subset in any order.
    arms : tuple of str
        Arms wanted. A patient of a randomised study is in one of the arms with a ratio.
    filled : {"randomised", "twins"}, optional
        Instead of the study's own.
    tumour : TumourTable, optional
        Instead of the catalogue's (calibration).

    Returns
    -------
    dict of str to dict of str to pyarrow.Table
        Arm, then table. Rows in order of patient.
    """
    table = tumour or load_tumour(definition.tumour)
    enrolled = enrol(
        table, seed, np.sort(patients), definition.previously_treated, definition.eligible, definition.model
    )
    dealt = deal(definition, seed, enrolled.number, filled or definition.filled)
    result = {}
    for name in arms:
        arm = definition.arm(name)
        members = enrolled.take(np.flatnonzero((dealt == name) | (dealt == "") | (arm.ratio is None)))
        columns = follow_arm(definition, arm, table, seed, members)
        result[name] = {table_name: make_table(table_name, columns[table_name], arm=name) for table_name in TABLE_NAMES}
    return result


def deal(definition: StudyDefinition, seed: int, patients: Ints, filled: str) -> Texts:
    """The randomised arm of each patient; empty for twins, who are in every arm.

    Patients are dealt by permuted blocks of the ratio's length: within each block of consecutive numbers
    every arm has exactly its share.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> arms = deal(load_definition("keynote-006"), 1, np.arange(6), "randomised")
    >>> [int((arms == name).sum()) for name in ("pembrolizumab", "ipilimumab")]
    [4, 2]
    """
    randomised = [arm for arm in definition.arms if arm.enabled and arm.ratio is not None]
    if filled == "twins" or not randomised:
        return np.full(len(patients), "", dtype="<U1")
    deck = _deck(randomised)
    block, place = np.divmod(np.asarray(patients, np.int64), len(deck))
    keys = draws.uniform(seed, block[:, None], "randomisation", np.arange(len(deck)))
    order = np.argsort(keys, axis=1)
    return deck[order[np.arange(len(patients)), place]]


def _deck(arms: list[Arm]) -> Texts:
    """Arm names as often as the smallest whole-number ratio says."""
    ratios = np.array([arm.ratio for arm in arms], float)
    for scale in range(1, 101):
        whole = ratios / ratios.min() * scale
        if np.allclose(whole, np.round(whole)):
            break
    return np.repeat([arm.name for arm in arms], np.round(whole).astype(int))


def follow_arm(
    definition: StudyDefinition,
    arm: Arm,
    table: TumourTable,
    seed: int,
    patients: Patients,
    keep: tuple[str, ...] | None = None,
) -> dict[str, dict[str, Any]]:
    """Columns of the five tables for the members of one arm; of those besides ``patients``, only ``keep`` if given."""
    recorder = Recorder(keep)
    rows: dict[str, Any] = {}
    if patients.enrolled.any():
        ward, baseline = _open_ward(definition, arm, table, seed, patients.take(patients.enrolled))
        follow(ward, baseline, recorder)
        rows = patient_rows(ward)
    columns: dict[str, dict[str, Any]] = {name: dict(recorder.columns(name)) for name in TABLE_NAMES[1:]}
    columns["patients"] = _with_not_enrolled(rows, patients.take(~patients.enrolled))
    return columns


def _open_ward(
    definition: StudyDefinition, arm: Arm, table: TumourTable, seed: int, patients: Patients
) -> tuple[Ward, Reading]:
    chart, reading = investigators_chart(table, seed, patients)
    central = central_chart(table, seed, patients) if CENTRAL_REVIEW in definition.assessors else None
    ward = admit(definition, arm, table, mechanism_of(definition.model), seed, patients, chart, central)
    return ward, reading


def _with_not_enrolled(rows: dict[str, Any], missing: Patients) -> dict[str, Any]:
    """The table of patients with the numbers for whom no candidate was eligible, in order of number."""
    count = len(missing.number)
    if count == 0 and rows:
        return rows
    extra = {
        "patient": missing.number,
        "status": np.full(count, "not_enrolled", object),
        "status_reason": np.full(count, NO_CANDIDATE, object),
        "attempts": missing.attempts,
    }
    if not rows:
        return extra
    nothing = np.full(count, None, object)
    both = {
        name: np.concatenate([np.asarray(column, object), extra.get(name, nothing)]) for name, column in rows.items()
    }
    order = np.argsort(both["patient"].astype(np.int64), kind="stable")
    return {name: column[order] for name, column in both.items()}
