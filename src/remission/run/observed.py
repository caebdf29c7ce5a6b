"""The study file of a real cohort: who was observed for how long, and from which files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from remission.errors import StudyError
from remission.tables import MOST_TIME_DAY
from remission.units import parse_duration

AS_RECORDED = "as recorded"


@dataclass(frozen=True)
class ObservedArm:
    """A group of a cohort; it has a label and no policy."""

    name: str
    label: str
    ratio: int | None = None
    enabled: bool = True
    regimen: str = AS_RECORDED
    policy: tuple[Any, ...] = ()
    published_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class ObservedStudy:
    """What a report needs of a study, for a cohort.

    Parameters
    ----------
    name, title : str
    follow_up_day : float
        Longest follow-up.
    arms : tuple of ObservedArm
        In the order of the folder.
    text : str
        The file, word for word.
    """

    name: str
    title: str
    follow_up_day: float
    arms: tuple[ObservedArm, ...]
    text: str = ""
    published: str | None = None
    filled: str = "observed"
    assessors: tuple[str, ...] = ()


def observed_text(
    name: str, title: str, follow_up_day: float, arms: Iterable[str], files: Mapping[str, str], notes: Iterable[str]
) -> str:
    """The study file of a cohort.

    Parameters
    ----------
    name, title : str
    follow_up_day : float
    arms : iterable of str
    files : mapping of str to str
        sha256 of each file read.
    notes : iterable of str
        Findings of the audit, one line each.

    Examples
    --------
    >>> text = observed_text("c", "A cohort", 730.5, ["A"], {"a.csv": "00"}, ["1 row twice"])
    >>> parse_observed(text, "study.yaml").arms[0].name
    'A'
    """
    quoted = json.dumps
    lines = [f"cohort: {quoted(name)}", f"title: {quoted(title)}", f"follow_up: {follow_up_day:.6g} days", "arms:"]
    lines += [f"  - {quoted(arm, ensure_ascii=False)}" for arm in arms]
    lines += ["files:  # with the sha256 of each"]
    lines += [f"  {quoted(file, ensure_ascii=False)}: {sha256}" for file, sha256 in files.items()]
    found = [f"  - {quoted(note, ensure_ascii=False)}" for note in notes]
    lines += ["findings:", *found] if found else ["findings: []"]
    return "\n".join(lines) + "\n"


def parse_observed(text: str, file: str) -> ObservedStudy:
    """Read the study file of a cohort.

    Raises
    ------
    StudyError
        If it is not one.
    """
    from remission.study.yaml import parse_yaml

    tree = parse_yaml(text, file)

    def word(key: str) -> str:
        place = tree.at(key)
        if place is None or not isinstance(place.content, str):
            raise StudyError("this is not the study file of a cohort", where=file, found=f"no {key}")
        return place.content

    arms = tree.at("arms")
    places = arms.content if arms is not None and isinstance(arms.content, tuple) else ()
    names = [place.content for place in places if isinstance(place.content, str)]
    try:
        follow_up_day = parse_duration(word("follow_up"))
    except ValueError as error:
        raise StudyError(f"the follow-up is no time: {error}", where=file, found=word("follow_up")[:60]) from None
    if follow_up_day > MOST_TIME_DAY:
        raise StudyError("the follow-up is too long", where=file, found=word("follow_up")[:60])
    known = tuple(ObservedArm(name, name) for name in names)
    return ObservedStudy(word("cohort"), word("title"), follow_up_day, known, text)
