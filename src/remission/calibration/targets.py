"""Published numbers as targets: each with the patients of which studies it is to be computed from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from remission.calibration.outcomes import Asked, counted_from_later
from remission.errors import Problem, StudyError
from remission.study import Criterion, StudyDefinition
from remission.study.agreement import agreement_band
from remission.study.catalogue import catalogue_file
from remission.study.judgement import NOT_TOLD, Judgement, read_judgement
from remission.study.published import (
    NOT_REVIEWED,
    PublishedFigure,
    all_published,
    figure_of,
    judged_by,
    not_reviewed,
    published_rows,
)
from remission.study.published_arms import other_arm, published_arm
from remission.study.yaml import read_text
from remission.units import DAYS_PER_MONTH

_IN_NOTE: Final = "irRC"
HEADLINES: Final = {"ORR": (None,), "OS": (12.0, 24.0, 36.0, 60.0)}
"""Endpoints, with their months, of which no row may be far off."""


@dataclass(frozen=True)
class Members:
    """Patients of one study.

    Parameters
    ----------
    study : str
    arms : tuple of str
        Taken together.
    criteria : tuple of Criterion
        Of the subgroup; none for all patients.
    """

    study: str
    arms: tuple[str, ...]
    criteria: tuple[Criterion, ...] = ()


@dataclass(frozen=True)
class Target:
    """A row of a table of published results.

    Parameters
    ----------
    figure : PublishedFigure
        The row as numbers.
    columns : mapping of str to str
        The row word for word.
    where : str
        File and line.
    members, others : tuple of Members
        Whom it speaks of, one entry for each study, and the control of a ratio.
    reason : str
        Why it cannot be computed; empty if it can.
    follow_up_month : float or None
        Follow-up of its studies, the shortest if there are several.
    """

    figure: PublishedFigure
    columns: Mapping[str, str]
    where: str
    members: tuple[Members, ...] = ()
    others: tuple[Members, ...] = ()
    reason: str = ""
    follow_up_month: float | None = None

    @property
    def asked(self) -> Asked:
        """How the endpoint is asked for; a ratio without a data cut is of the study's follow-up."""
        month = self.figure.time_months
        if month is None and self.figure.unit == "ratio":
            month = self.follow_up_month
        return Asked(month, self.figure.unit, self.figure.criterion)

    @property
    def needed_month(self) -> float:
        """How long its patients have to be followed for it: half a year more than it tells of.

        What counts from a planned stop or a complete response begins within three years of the first dose.
        """
        month = self.figure.time_months or 0.0
        return month + 6 + (36 if counted_from_later(self.figure.endpoint) else 0)

    @property
    def band(self) -> tuple[float, float] | None:
        """Within what a simulated number agrees with it; None where that is not judged."""
        one = self.figure
        return agreement_band(one.endpoint, one.unit, one.value, one.ci_low, one.ci_high)

    @property
    def headline(self) -> bool:
        """Whether this is a response rate, or survival at a whole year that trials report first."""
        return self.figure.unit == "%" and self.figure.time_months in HEADLINES.get(self.figure.endpoint, ())


def trials_of(study: StudyDefinition) -> tuple[str, ...]:
    """What publications call a study's trial, and the pools it is part of.

    As the study says; else all trials of its published results; else its own name.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> trials_of(load_definition("checkmate-017"))
    ('CheckMate 017', 'CheckMate 017+057')
    """
    if study.trial:
        return study.trial
    if study.published is not None:
        return tuple(dict.fromkeys(figure.trial for figure in all_published(study.published)))
    return (study.name,)


def targets_of(studies: Sequence[StudyDefinition]) -> tuple[Target, ...]:
    """Everything published of some studies of which the catalogue knows, each row once.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> targets = targets_of([load_definition("keynote-006")])
    >>> targets[0].figure.endpoint, targets[0].members[0].arms, targets[0].band
    ('OS', ('pembrolizumab',), (42.9, 57.1))
    """
    found: dict[tuple[str, ...], Target] = {}
    for name in dict.fromkeys(study.published for study in studies if study.published is not None):
        path = catalogue_file("published", name)
        for target in read_targets(read_text(path), path.name, studies):
            found.setdefault(tuple(target.columns.values()), target)
    return tuple(found.values())


def read_targets(text: str, where: str, studies: Sequence[StudyDefinition]) -> tuple[Target, ...]:
    """Targets from the text of a table of published results; ``where`` names it in messages.

    The criterion is the row's own; without one that of the same row in the study's published results; else irRC where
    the note names it. Without a reader it takes that of the same row there, and then the study's first assessor.

    Parameters
    ----------
    text : str
        CSV with the columns of `remission.study.published`.
    where : str
    studies : sequence of StudyDefinition
        Among which each row finds its own by the name of the trial.

    Raises
    ------
    StudyError
        With every row that cannot be read, each with its line.
    """
    found, problems = list[Target](), list[Problem]()
    criteria = _known_criteria(studies)
    for columns, place in published_rows(text, where):
        try:
            figure = figure_of(columns, place)
        except StudyError as error:
            problems += error.problems
            continue
        # The row's own endpoint: the other arm is in its name, as in print.
        criterion = _criterion(figure, criteria.get(_subject(figure), NOT_TOLD))
        found.append(_resolved(Target(replace(figure, criterion=criterion), columns, place), studies))
    if problems:
        raise StudyError(problems)
    return tuple(found)


def _subject(figure: PublishedFigure) -> tuple[object, ...]:
    return figure.trial, figure.arm, figure.endpoint, figure.time_months, figure.value


def _known_criteria(studies: Iterable[StudyDefinition]) -> dict[tuple[object, ...], Judgement]:
    names = dict.fromkeys(study.published for study in studies if study.published is not None)
    return {_subject(figure): figure.criterion for name in names for figure in all_published(name) if figure.criterion}


def _criterion(figure: PublishedFigure, known: Judgement) -> Judgement:
    own = figure.criterion
    if not own:
        return known or read_judgement(_IN_NOTE if re.search(rf"\b{_IN_NOTE}\b", figure.note) else "")
    other_measure = known.measure not in ("", own.measure) and own.measure != ""
    return own if other_measure else own.by(known.reader)


def _resolved(target: Target, studies: Iterable[StudyDefinition]) -> Target:
    """The target with the patients it speaks of, or with the reason why they are nowhere."""
    figure = target.figure
    of_trial = [study for study in studies if _same(figure.trial, trials_of(study))]
    if not of_trial:
        return replace(target, reason=f"no study simulates {figure.trial}")
    if len(of_trial) == 1 and not _same(figure.trial, trials_of(of_trial[0])[:1]) and of_trial[0].trial:
        return replace(target, reason=f"{figure.trial} is a pool of trials, and only {of_trial[0].name} is simulated")
    figure = judged_by(figure, of_trial[0])
    target = replace(target, figure=figure)
    if any(not_reviewed(figure.criterion, study) for study in of_trial):
        return replace(target, reason=NOT_REVIEWED)
    members, others = list[Members](), list[Members]()
    for study in of_trial:
        meant = published_arm(study, figure.arm)
        if meant is None:
            return replace(target, reason=f"{study.name} has no arm {figure.arm}")
        criteria = () if meant.subgroup is None else study.subgroups[meant.subgroup]
        members.append(Members(study.name, meant.arms, criteria))
        if figure.unit != "ratio":
            continue
        other = other_arm(study, meant.arms, figure.against)
        if other is None:
            return replace(target, reason=f"{study.name} has no arm to compare with")
        others.append(Members(study.name, (other,), criteria))
    follow_up = min(study.follow_up_day for study in of_trial) / DAYS_PER_MONTH
    return replace(target, members=tuple(members), others=tuple(others), follow_up_month=follow_up)


def _same(trial: str, names: Iterable[str]) -> bool:
    """Spaces, hyphens and capitals do not make another trial."""
    return _plain(trial) in {_plain(name) for name in names}


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()
