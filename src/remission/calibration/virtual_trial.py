"""One virtual trial: as many patients as the trial had, dealt to its arms, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from remission.arrays import Array, Ints
from remission.biology import TumourTable, load_tumour
from remission.calibration.outcomes import Columns, Outcome, missing, outcome
from remission.calibration.people import people_of, read_by, subgroup, together
from remission.calibration.targets import Members, Target
from remission.clinic.simulate import deal, follow_arm
from remission.errors import StudyError
from remission.population import enrol
from remission.study import StudyDefinition

Trials = Mapping[str, Mapping[str, Columns]]
"""Virtual trials by study, each a mapping of arm to the columns of its patients."""


def simulate_trial(
    definition: StudyDefinition, seed: int, *, patients: int | None = None, table: TumourTable | None = None
) -> dict[str, Columns]:
    """One virtual trial of a study: only the table of patients, only those who were followed.

    Parameters
    ----------
    definition : StudyDefinition
    seed : int
    patients : int, optional
        In all arms together; without it the study's own number.
    table : TumourTable, optional
        Instead of the catalogue's.

    Returns
    -------
    dict of str to mapping
        The enabled arms; columns as `remission.calibration.people.people_of` makes them.
    """
    tumour = table or load_tumour(definition.tumour)
    numbers: Ints = np.arange(definition.patients if patients is None else patients, dtype=np.int64)
    enrolled = enrol(tumour, seed, numbers, definition.previously_treated, definition.eligible, definition.model)
    dealt = deal(definition, seed, enrolled.number, definition.filled)
    trial = {}
    for arm in definition.enabled_arms:
        members = np.flatnonzero((dealt == arm.name) | (dealt == "") | (arm.ratio is None))
        columns = follow_arm(definition, arm, tumour, seed, enrolled.take(members), keep=())
        trial[arm.name] = people_of(_arrays(columns["patients"]), definition, arm.name)
    return trial


def _arrays(columns: Mapping[str, Any]) -> dict[str, Array]:
    return {name: np.asarray(values) for name, values in columns.items()}


def target_outcome(target: Target, trials: Trials) -> Outcome:
    """What a target comes to in virtual trials of the studies that it speaks of.

    Parameters
    ----------
    target : Target
    trials : mapping
        By study; those that are not there cannot be computed from.
    """
    if target.reason:
        return missing(target.reason)
    absent = [one.study for one in target.members if one.study not in trials]
    if absent:
        return missing(f"{', '.join(absent)} was not simulated")
    try:
        reader = target.figure.criterion.reader
        people = _people(target.members, trials, reader)
        other = _people(target.others, trials, reader) if target.others else None
    except StudyError as error:
        problem = error.problems[0]
        return missing(f"{problem.what}: {problem.found}")
    return outcome(people, target.figure.endpoint, target.asked, other)


def _people(members: Sequence[Members], trials: Trials, reader: str) -> Columns:
    groups = [subgroup(read_by(trials[one.study][arm], reader), one.criteria) for one in members for arm in one.arms]
    return together(groups)
