"""Everything the report shows, read from a run folder with as few columns and as little memory as it takes.

Tables of visits and events are read block by block and reduced at once, so that a run of any size fits.
Plots of single patients show the first ones by number: numbers carry no meaning, so these are a fair sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from remission.arrays import Array, Floats, Ints, Texts
from remission.show.care import Moves, Shares, count_states, moves
from remission.show.response import Spider, Waterfall, best_change, spider, waterfall
from remission.show.swimmer import Swimmer, swimmer
from remission.study import CENTRAL_REVIEW
from remission.tables import READ_FROM_SCANS, by_central_review
from remission.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    import pyarrow as pa

SPIDER_LINES = 150
SWIMMER_LANES = 50

_FLOATS = (
    "pfs_day",
    "ipfs_day",
    "os_day",
    "time_to_response_day",
    "drug_stop_day",
    "second_course_day",
    "next_line_day",
    "lost_day",
    "first_grade3_day",
    "on_drug_day",
    "response_duration_day",
)
_FLAGS = ("pfs_event", "ipfs_event", "os_event", "completed_treatment", "response_ended")
_NAMES = ("best_response", "second_course_best")
_NUMBERS = ("patient", "worst_grade", "lesions")


class Folder(Protocol):
    """What the report needs of a run folder; `remission.run.folder.RunFolder` has it."""

    @property
    def arms(self) -> Sequence[str]: ...

    @property
    def definition(self) -> Any: ...

    @property
    def provenance(self) -> Any: ...

    def pieces(
        self, name: str, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None
    ) -> Iterator[pa.Table]: ...

    def table(self, name: str, arms: Sequence[str] | None = None, columns: Sequence[str] | None = None) -> pa.Table: ...

    def summary(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class ArmData:
    """What is drawn of one arm.

    Parameters
    ----------
    name, label : str
        In the study file, and in tables and figures.
    index : int
        Place in the study file, which gives the colour.
    enrolled : int
        Rows of the table of patients.
    statuses : mapping of str to int
        How many were followed, failed, not enrolled.
    reasons : mapping of str to int
        Why patients failed or were not enrolled.
    patients : mapping of str to ndarray, shape (followed,)
        Columns of the followed patients, in order of their numbers; times are NaN where nothing happened,
        names empty.
    """

    name: str
    label: str
    index: int
    enrolled: int
    statuses: Mapping[str, int]
    reasons: Mapping[str, int]
    patients: Mapping[str, Array]

    def knows(self, column: str) -> bool:
        """Whether a column of numbers is there for every followed patient; of real patients much is not known."""
        return bool(np.isfinite(self.patients[column]).all())

    def those_known(self, column: str) -> ArmData:
        """The patients of whom a column of numbers is known."""
        if self.knows(column):
            return self
        known = np.isfinite(self.patients[column])
        return replace(self, patients={name: values[known] for name, values in self.patients.items()})

    def treatment_known(self) -> ArmData:
        """The patients of whom it is known how long they lived and were treated; of simulated ones all."""
        return self.those_known("os_day").those_known("on_drug_day")

    @property
    def followed(self) -> int:
        """Number of followed patients."""
        return int(self.patients["patient"].size)


@dataclass(frozen=True)
class Courses:
    """What the visits and events of one arm come to."""

    waterfall: Waterfall
    spider: Spider
    shares: Shares
    swimmer: Swimmer


def arm_data(folder: Folder, name: str, label: str, index: int) -> ArmData:
    """Read the patients of one arm.

    Raises
    ------
    RunError
        If a file is missing or has changed since it was written.
    """
    reviewed = CENTRAL_REVIEW in folder.definition.assessors
    floats, flags, names = (
        (*own, *(by_central_review(column.name) for column in READ_FROM_SCANS if reviewed and column.kind == kind))
        for own, kind in ((_FLOATS, "float64"), (_FLAGS, "bool"), (_NAMES, "category"))
    )
    columns = ["status", "status_reason", *_NUMBERS, *floats, *flags, *names]
    table = folder.table("patients", [name], columns)
    status, reason = as_names(table["status"]), as_names(table["status_reason"])
    followed = status == "followed"
    patients = {column: as_floats(table[column])[followed] for column in floats}
    patients |= {column: as_names(table[column])[followed] for column in names}
    patients |= {column: np.nan_to_num(as_floats(table[column])[followed]).astype(bool) for column in flags}
    patients |= {column: np.nan_to_num(as_floats(table[column])[followed]).astype(np.int64) for column in _NUMBERS}
    # A real patient may have no best response: nothing was judged.
    patients["best_response"] = np.where(patients["best_response"] == "", "NE", patients["best_response"])
    patients["grade_known"] = as_floats(table["worst_grade"])[followed]
    return ArmData(name, label, index, len(status), _tally(status), _tally(reason[reason != ""]), patients)


def as_floats(column: pa.ChunkedArray) -> Floats:
    """A column of numbers or flags as floats, NaN where it is empty.

    Examples
    --------
    >>> import pyarrow as pa
    >>> as_floats(pa.chunked_array([[1, None]]))
    array([ 1., nan])
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column
    return np.asarray(pc.fill_null(numbers.cast(pa.float64()), np.nan).to_numpy(), dtype=np.float64)


def as_names(column: pa.ChunkedArray) -> Texts:
    """A column of text as an array of strings, empty where there is none.

    Examples
    --------
    >>> import pyarrow as pa
    >>> as_names(pa.chunked_array([["CR", None]]).dictionary_encode()).tolist()
    ['CR', '']
    """
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    encoded = column.combine_chunks()
    parts = encoded.chunks if isinstance(encoded, pa.ChunkedArray) else [encoded]
    return np.concatenate([_decoded(part) for part in parts] or [np.array([], dtype=np.str_)])


def _decoded(part: pa.DictionaryArray) -> Texts:
    """Text by its short list: the list is turned into strings once, not the rows."""
    words = np.array([*(word or "" for word in part.dictionary.to_pylist()), ""], dtype=np.str_)
    codes = part.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
    return words[codes]


def _tally(names: Texts) -> dict[str, int]:
    found, numbers = np.unique(names, return_counts=True)
    return dict(zip(found.tolist(), numbers.tolist(), strict=True))


def other_treatment_day(patients: Mapping[str, Array]) -> Floats:
    """First day of a second course or a next line; NaN for patients who had neither.

    Examples
    --------
    >>> other_treatment_day({"second_course_day": np.array([9.0]), "next_line_day": np.array([np.nan])})
    array([9.])
    """
    return np.fmin(patients["second_course_day"], patients["next_line_day"])


def courses(folder: Folder, arm: ArmData, last_month: float) -> Courses:
    """Read visits and events of one arm, block by block.

    Raises
    ------
    RunError
        If a file is missing or has changed since it was written.
    """
    change, web = _visits(folder, arm)
    shares, lanes = _events(folder, arm.treatment_known(), last_month)
    return Courses(waterfall(change, arm.patients["best_response"]), web, shares, lanes)


def _visits(folder: Folder, arm: ArmData) -> tuple[Floats, Spider]:
    order, other = arm.patients["patient"], other_treatment_day(arm.patients)
    until = np.where(np.isfinite(other), other, np.inf)
    change = np.full(order.size, np.nan)
    shown, kept = order[:SPIDER_LINES], []
    for piece in folder.pieces("visits", [arm.name], ["patient", "visit", "time_day", "change_pct"]):
        patient, day = piece["patient"].to_numpy(), piece["time_day"].to_numpy()
        if not patient.size or not order.size:
            continue
        pct = as_floats(piece["change_pct"])
        first, last = np.searchsorted(order, [patient.min(), patient.max() + 1])
        place = np.searchsorted(order, patient).clip(0, order.size - 1)
        own = day <= until[place]
        countable = own & (piece["visit"].to_numpy() > 0)
        change[first:last] = best_change(patient, pct, countable, order[first:last])
        if shown.size and patient.min() <= shown[-1]:
            drawn = own & np.isin(patient, shown)
            kept.append((patient[drawn], day[drawn] / DAYS_PER_MONTH, pct[drawn]))
    best = dict(zip(shown.tolist(), arm.patients["best_response"][: shown.size].tolist(), strict=True))
    joined = [np.concatenate(parts) for parts in zip(*kept, strict=True)] if kept else [np.array([])] * 3
    return change, spider(joined[0], joined[1], joined[2], best, order.size)


def _events(folder: Folder, arm: ArmData, last_month: float) -> tuple[Shares, Swimmer]:
    order = arm.patients["patient"]
    month = np.arange(0.0, np.floor(last_month) + 1)
    days = np.maximum(month * DAYS_PER_MONTH, 1e-6)
    shown, kept = order[:SWIMMER_LANES], []
    counts = np.zeros((6, month.size), dtype=np.int64)
    reached = 0
    for piece in folder.pieces("events", [arm.name], ["patient", "time_day", "kind"]):
        patient = piece["patient"].to_numpy()
        if not patient.size or not order.size:
            continue
        first, last = np.searchsorted(order, [patient.min(), patient.max() + 1])
        stays = moves(patient, piece["time_day"].to_numpy(), as_names(piece["kind"]), order[first:last])
        counts += count_states(stays, days)
        reached += last - first
        if shown.size and patient.min() <= shown[-1]:
            kept.append(stays)
    percent = 100.0 * counts / max(1, reached)
    return Shares(month, percent), _lanes(arm, shown, kept)


def _lanes(arm: ArmData, shown: Ints, kept: list[Moves]) -> Swimmer:
    joined = Moves(
        *(
            np.concatenate([getattr(stays, name) for stays in kept]) if kept else np.array([])
            for name in ("patient", "state", "start_day", "end_day")
        )
    )
    first = {name: column[: shown.size] for name, column in arm.patients.items()}
    progressed = first["pfs_event"] & (first["pfs_day"] < first["os_day"])
    signs = {
        "response": first["time_to_response_day"],
        "progression": np.where(progressed, first["pfs_day"], np.nan),
    }
    return swimmer(shown, first["os_day"], first["os_event"], joined, signs, arm.followed)
