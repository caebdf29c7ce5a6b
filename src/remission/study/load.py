"""From a name or a path to a study."""

from __future__ import annotations

import os
from pathlib import Path

from remission.errors import StudyError
from remission.study.catalogue import catalogue_file, catalogue_names
from remission.study.definition import StudyDefinition
from remission.study.reader import did_you_mean
from remission.study.study_file import parse_study
from remission.study.yaml import read_text


def load_definition(name_or_path: str | os.PathLike[str]) -> StudyDefinition:
    """A study of the catalogue by its name, or any study file by its path.

    Raises
    ------
    StudyError
        If there is no such study or file, or with every fault of the file, each with its line.

    Examples
    --------
    >>> study = load_definition("keynote-006")
    >>> [arm.name for arm in study.arms], study.patients
    (['pembrolizumab', 'ipilimumab', 'no drug'], 834)
    """
    name = os.fspath(name_or_path)
    if name in catalogue_names("studies"):
        path = catalogue_file("studies", name)
        return parse_study(read_text(path), path.name)
    if not Path(name).exists():
        raise _missing(name)
    return parse_study(read_text(name), name)


def _missing(name: str) -> StudyError:
    known = catalogue_names("studies")
    return StudyError(
        "there is no such study file, nor a study of that name",
        found=name,
        allowed="a path, or one of the catalogue: " + ", ".join(known),
        next_step=did_you_mean(name, known) or "`remission new FILE` writes a study file to begin with",
    )
