"""What the user gives to `remission validate`: a folder of studies, a table of targets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from remission.biology import TumourTable, accepted_sets
from remission.calibration.targets import Target, read_targets, targets_of
from remission.errors import Problem, StudyError
from remission.study import StudyDefinition, catalogue_names, load_definition
from remission.study.yaml import read_text

_SUFFIXES: Final = (".yaml", ".yml")


def load_studies(folder: str | os.PathLike[str] | None = None) -> tuple[StudyDefinition, ...]:
    """All studies of a folder, or those of the catalogue that have published results.

    Raises
    ------
    StudyError
        If there is no such folder, no study in it, two of one name, or with every fault of every file.

    Examples
    --------
    >>> "keynote-006" in [study.name for study in load_studies()]
    True
    """
    if folder is None:
        known = (load_definition(name) for name in catalogue_names("studies"))
        return tuple(study for study in known if study.published is not None)
    place = Path(folder)
    if not place.is_dir():
        raise StudyError("there is no such folder", where="--studies", found=str(place))
    files = sorted(path for path in place.iterdir() if path.suffix in _SUFFIXES)
    if not files:
        raise StudyError("the folder has no study", where="--studies", found=str(place), allowed="files *.yaml")
    studies, problems = dict[str, StudyDefinition](), list[Problem]()
    for path in files:
        try:
            study = load_definition(path)
        except StudyError as error:
            problems += error.problems
            continue
        if study.name in studies:
            problems.append(Problem("two studies have one name", str(path), study.name, None, "rename one"))
        studies[study.name] = study
    if problems:
        raise StudyError(problems)
    return tuple(studies.values())


def load_targets(file: str | os.PathLike[str] | None, studies: Sequence[StudyDefinition]) -> tuple[Target, ...]:
    """The targets of a file, or everything that the catalogue has published of some studies.

    Raises
    ------
    StudyError
        If the file cannot be read, or there are no targets.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> len(load_targets(None, [load_definition("keynote-006")])) > 80
    True
    """
    targets = targets_of(studies) if file is None else read_targets(read_text(Path(file)), str(file), studies)
    if not targets:
        step = "give a table of published results with --targets, or name one in the study: published"
        raise StudyError("there is nothing to validate against", where="--targets", next_step=step)
    return targets


def accepted_tables(studies: Sequence[StudyDefinition]) -> dict[str, tuple[TumourTable, ...]]:
    """The accepted tables of every tumour of some studies; none where it was not calibrated."""
    return {study.tumour: accepted_sets(study.tumour) for study in studies}
