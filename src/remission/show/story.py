"""The story of the brief, stage by stage: who lived it, how common that is, and whom to draw.

Chemotherapy failed, there were several lung metastases, none was left, treatment was stopped, and nothing has come back
since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from remission.arrays import Array
from remission.show.gather import Folder, as_floats, as_names
from remission.statistics.proportions import proportion
from remission.texts import Words

STAGES: Final = ("failed", "lung", "gone", "stopped", "stable")
SEVERAL: Final = 2
"""Lung metastases at diagnosis that count as several."""


@dataclass(frozen=True)
class Story:
    """How far the patients of one arm came in the story.

    Parameters
    ----------
    arm, label : str
    patient : ndarray of int64, shape (n,)
        Those who were followed.
    stages : ndarray of bool, shape (5, n)
        Of `STAGES`, each with all those before it.
    lung : ndarray, shape (n,)
        Lung metastases at diagnosis.
    """

    arm: str
    label: str
    patient: Array
    stages: Array
    lung: Array

    @property
    def furthest(self) -> int:
        """Number of stages that somebody reached."""
        return int(self.stages.any(axis=1).sum())

    def chosen(self) -> int:
        """Number of the patient who came furthest: most lung metastases, then the lowest number."""
        fits = self.stages[self.furthest - 1] if self.furthest else np.ones(len(self.patient), bool)
        places = np.flatnonzero(fits)
        return int(self.patient[places[np.argmax(self.lung[places])]])


def stories(folder: Folder) -> list[Story]:
    """The story in every arm that begins with chemotherapy, in the order of the study.

    Raises
    ------
    RunError
        If a file is missing or has changed since it was written.
    """
    study = folder.definition
    first = [study.arm(name) for name in folder.arms]
    return [_story(folder, arm.name, arm.label) for arm in first if _chemotherapy(study, arm.regimen)]


def _chemotherapy(study: Any, regimen: str) -> bool:
    orders = study.regimens[regimen].orders
    return bool(orders) and all(study.molecules[order.molecule].kind == "chemotherapy" for order in orders)


def _story(folder: Folder, arm: str, label: str) -> Story:
    table = folder.table(
        "patients", [arm], ["patient", "status", "pfs_event", "pfs_cause", "next_line_day", "os_event"]
    )
    followed = as_names(table["status"]) == "followed"
    number = table["patient"].to_numpy()[followed]
    progressed = (as_floats(table["pfs_event"]) == 1) & (as_names(table["pfs_cause"]) != "death")
    failed = (progressed & np.isfinite(as_floats(table["next_line_day"])))[followed]
    died = (as_floats(table["os_event"]) == 1)[followed]
    lung = _lung(folder, arm, number)
    gone_day = _gone_day(folder, arm, number)
    events = folder.table("events", [arm], ["patient", "time_day", "kind"])
    place = np.searchsorted(number, events["patient"].to_numpy())
    day, kind = events["time_day"].to_numpy(), as_names(events["kind"])

    def last(name: str) -> Array:
        found = np.full(len(number), -np.inf)
        np.maximum.at(found, place[kind == name], day[kind == name])
        return found

    stop, start = last("treatment stopped"), last("treatment started")
    steps = (
        failed,
        lung >= SEVERAL,
        np.isfinite(gone_day),
        (stop >= gone_day) & (start < stop),
        ~died & (last("scan progression") <= stop),
    )
    return Story(arm, label, number, np.logical_and.accumulate(np.stack(steps)), lung)


def _lung(folder: Folder, arm: str, number: Array) -> Array:
    """Lung metastases of each patient at diagnosis."""
    count = np.zeros(len(number), np.int64)
    for piece in folder.pieces("lesions", [arm], ["patient", "visit", "site"]):
        first = (piece["visit"].to_numpy() == 0) & (as_names(piece["site"]) == "lung")
        np.add.at(count, np.searchsorted(number, piece["patient"].to_numpy()[first]), 1)
    return count


def _gone_day(folder: Folder, arm: str, number: Array) -> Array:
    """First day after chemotherapy on which no lesion was left (a complete response); infinite without."""
    found = np.full(len(number), np.inf)
    for piece in folder.pieces("visits", [arm], ["patient", "time_day", "line", "response"]):
        gone = (piece["line"].to_numpy() > 1) & (as_names(piece["response"]) == "CR")
        place = np.searchsorted(number, piece["patient"].to_numpy()[gone])
        np.minimum.at(found, place, piece["time_day"].to_numpy()[gone])
    return found


def most_told(found: Sequence[Story]) -> Story | None:
    """The arm in which somebody came furthest, the first of them; None without a patient."""
    able = [one for one in found if len(one.patient)]
    return max(able, key=lambda one: one.furthest, default=None)


def story_sentences(story: Story, words: Words) -> list[str]:
    """How common each stage is in an arm, with Wilson's intervals."""
    sentences = [words("story.of", arm=words.term(story.label), patients=words.number(len(story.patient)))]
    for name, reached in zip(STAGES, story.stages, strict=True):
        whole = proportion(int(reached.sum()), len(reached))
        limits = words("interval", low=words.number(100 * whole.lower, 1), high=words.number(100 * whole.upper, 1))
        share = f"{words('percent', value=words.number(100 * reached.mean(), 1))} ({limits})"
        sentences.append(words(f"story.{name}", number=words.number(int(reached.sum())), share=share, several=SEVERAL))
    return sentences
