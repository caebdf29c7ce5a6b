"""What a study is, as frozen values: arms, regimens, rules. Nothing here reads files.

Times are in days, shares between 0 and 1. Every object can be pickled and compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from remission.errors import StudyError
from remission.study.calendar import ScanCalendar
from remission.study.dates import Enrolment
from remission.study.molecule import Molecule
from remission.study.own_model import OwnModel
from remission.units import Amount

TreatmentState = Literal["on drug", "off drug"]
ActionKind = Literal["continue", "stop", "hold", "rechallenge", "next line", "end"]
Filled = Literal["randomised", "twins"]

ALL_DOSES_GIVEN = "all doses given"
PLANNED_END = "planned end of the course"
COURSE_ENDS = (ALL_DOSES_GIVEN, PLANNED_END)
"""What ``stopped_by`` says when no rule ended a course: its doses, or its planned length, came to an end."""

INVESTIGATOR, CENTRAL_REVIEW = "investigator", "central"
ASSESSORS = (INVESTIGATOR, CENTRAL_REVIEW)
"""Who reads the scans: those who treat and decide, or readers who see the scans alone."""


_WITHOUT_PROGRESSION = ("CR", "PR", "SD", "NON_CR_NON_PD")


@dataclass(frozen=True)
class DoseOrder:
    """One molecule of a regimen: how much, how often, how many times.

    Parameters
    ----------
    molecule : str
        Name of a molecule.
    dose : Amount
        In mg, mg/kg or mg/m2.
    every_day : tuple of float
        Days between doses; several intervals share the patients equally, by lot.
    doses_at_most : int or None
        Doses in one course; None goes on until a rule ends it.
    start_day : float
        Day of the course on which the first dose is given.
    """

    molecule: str
    dose: Amount
    every_day: tuple[float, ...]
    doses_at_most: int | None = None
    start_day: float = 0.0


@dataclass(frozen=True)
class Regimen:
    """Doses that belong together; without orders no drug is given."""

    name: str
    orders: tuple[DoseOrder, ...]


@dataclass(frozen=True)
class Condition:
    """When a rule matches: all given fields must hold; None, or an empty tuple, holds for everyone.

    Parameters
    ----------
    state : str or None
        "on drug" from the first dose of a course until it ends, held doses included; "off drug" after that.
    line, course : int or None
        Line of treatment, and course within that line; both start at 1.
    response : tuple of str
        RECIST response of this visit.
    confirmed : bool or None
        Whether the scan before this one was progression too, at least ``confirmation_day`` earlier.
    lasting_day : float or None
        The response of this visit has been unbroken for at least this long.
    best : tuple of str
        Best response so far.
    on_drug_for_day, off_drug_for_day : float or None
        At least this long since the first dose of this course, or since its end.
    toxicity : int or None
        Worst grade since the last visit is at least this.
    stopped_by : tuple of str
        Rule that ended the latest course, or one of `COURSE_ENDS`.
    available : tuple of str
        Molecules and regimens that must all exist on the date of the visit.
    """

    state: TreatmentState | None = None
    line: int | None = None
    course: int | None = None
    response: tuple[str, ...] = ()
    confirmed: bool | None = None
    lasting_day: float | None = None
    best: tuple[str, ...] = ()
    on_drug_for_day: float | None = None
    off_drug_for_day: float | None = None
    toxicity: int | None = None
    stopped_by: tuple[str, ...] = ()
    available: tuple[str, ...] = ()


@dataclass(frozen=True)
class Action:
    """What a rule does.

    Parameters
    ----------
    kind : str
        "continue", "stop", "hold" (doses wait until the toxicity has resolved), "rechallenge" (a new course
        in the same line), "next line", or "end" (of follow-up).
    regimen : str or None
        What is given after "rechallenge" and "next line".
    share : float
        Share of patients to whom the rule is open, drawn once per patient and rule.
    for_day : float or None
        Planned length of the new course.
    after_day : float
        Days from the decision to the first dose of the new course or line.
    lines : tuple of int
        Lines in which the regimen may be given, as its molecules say; empty for all.
    """

    kind: ActionKind
    regimen: str | None = None
    share: float = 1.0
    for_day: float | None = None
    after_day: float = 0.0
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Rule:
    """At a visit the rules are read in order, and the first that matches acts."""

    name: str
    when: Condition
    then: Action

    @property
    def is_planned_stop(self) -> bool:
        """Whether it stops everyone without progression at a fixed time on drug, in the first course.

        A rule that is open to a share of the patients, or waits for a response, is no plan that could be completed.
        """
        when = self.when
        first_course = when.course in (None, 1) and when.line in (None, 1)
        waits = when.toxicity is not None or when.lasting_day is not None or bool(when.best)
        everyone = not when.response or set(_WITHOUT_PROGRESSION) <= set(when.response)
        stops = self.then.kind == "stop" and self.then.share == 1 and when.on_drug_for_day is not None
        return stops and first_course and everyone and not waits


@dataclass(frozen=True)
class Criterion:
    """A range that a covariate of a patient must lie in; both bounds belong to it.

    Parameters
    ----------
    covariate : str
        A column of patients, as ``ldh_ratio_uln``; of yes and no, 1 and 0.
    at_least, at_most : float or None
        In the unit of the covariate; None for no bound.
    """

    covariate: str
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Arm:
    """One way of treating the patients.

    Parameters
    ----------
    name, label : str
        Short name, and how tables and figures call it.
    ratio : int or None
        Patients of this arm in a block of the randomisation; None fills the arm with twins of all patients.
    enabled : bool
        Whether a plain run includes it.
    regimen : str
        First line.
    policy : tuple of Rule
        What is decided at visits.
    published_as : tuple of str
        What published results call this arm, parts of it, or several arms together that all have this name; empty for
        its own name.
    """

    name: str
    label: str
    ratio: int | None
    enabled: bool
    regimen: str
    policy: tuple[Rule, ...]
    published_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class TimeGained:
    """Four arms of the same patients, which together say what a molecule adds and what made that possible.

    Parameters
    ----------
    arrival : str
        The molecule or regimen that comes later.
    road : str
        Arm with the earlier treatment and the arrival.
    without_arrival : str
        Arm with the earlier treatment alone.
    without_earlier : str
        Arm with the arrival alone.
    without_both : str
        Arm with neither.
    """

    arrival: str
    road: str
    without_arrival: str
    without_earlier: str
    without_both: str


@dataclass(frozen=True)
class StudyDefinition:
    """A whole study, validated.

    Parameters
    ----------
    name, title : str
        Short name, and one line about it.
    patients, seed : int
        Patients randomised, and the seed of their draws, unless a run says otherwise.
    tumour : str
        A tumour of the catalogue.
    previously_treated : float
        Share of patients with earlier treatment.
    follow_up_day : float
        Follow-up of every patient from the start of treatment.
    filled : str
        "randomised" deals patients by the ratio of the arms; "twins" puts every patient in every arm.
    scans : ScanCalendar
        When scans are done; the baseline scan is day 0.
    watch_every_day : float
        Days between visits after treatment has stopped.
    confirmation_day : float
        Least time between two scans of which the second confirms the first.
    lost_to_follow_up_per_year : float
        Share of patients lost in a year.
    assessors : tuple of str
        `INVESTIGATOR`, `CENTRAL_REVIEW`, or both. The investigator always reads the scans and decides; a central review
        adds a second reading. A published result that names no reader is that of the first; empty for the
        investigator alone.
    arms : tuple of Arm
        In the order of the file.
    regimens, molecules : dict
        By name; the molecules are those that the regimens give.
    eligible : tuple of Criterion
        Who may be enrolled.
    subgroups : mapping of str to tuple of Criterion
        Patients of whom publications speak apart, by the name they have there.
    published : str or None
        Name of the published results to show beside.
    trial : tuple of str
        What published results call this trial, and then the pools of trials that it is part of; empty for all trials
        of ``published``.
    diagnosed : Enrolment or None
        Calendar dates of diagnosis, on which follow-up begins; None for a study outside the calendar.
    time_gained : TimeGained or None
        Which arms say what a molecule that comes later adds.
    model : OwnModel or None
        How lesions grow and shrink, where that is not the project's own mechanism.
    text : str
        The file, word for word; files that it names are written into it.
    hash : str
        SHA-256 of the meaning: all but text, patients and seed.
    """

    name: str
    title: str
    patients: int
    seed: int
    tumour: str
    previously_treated: float
    follow_up_day: float
    filled: Filled
    scans: ScanCalendar
    watch_every_day: float
    confirmation_day: float
    lost_to_follow_up_per_year: float
    arms: tuple[Arm, ...]
    regimens: dict[str, Regimen]
    molecules: dict[str, Molecule]
    eligible: tuple[Criterion, ...] = ()
    subgroups: Mapping[str, tuple[Criterion, ...]] = field(default_factory=dict)
    published: str | None = None
    trial: tuple[str, ...] = ()
    assessors: tuple[str, ...] = ()
    diagnosed: Enrolment | None = None
    time_gained: TimeGained | None = None
    model: OwnModel | None = None
    text: str = ""
    hash: str = ""

    def arm(self, name: str) -> Arm:
        """The arm of that name.

        Raises
        ------
        StudyError
            If there is none.
        """
        for arm in self.arms:
            if arm.name == name:
                return arm
        raise StudyError("no such arm", found=name, allowed=", ".join(arm.name for arm in self.arms))

    @property
    def enabled_arms(self) -> tuple[Arm, ...]:
        """The arms of a plain run."""
        return tuple(arm for arm in self.arms if arm.enabled)


def meaning_hash(definition: StudyDefinition) -> str:
    """SHA-256 over the canonical JSON of a study, without its text, labels, subgroups, number of patients and seed.

    Comments, order of keys and ways of writing a duration do not change it; any dose, rule or molecule does.
    """
    content = {name: value for name, value in asdict(definition).items() if name not in _NO_MEANING}
    # Whether there is a central review, and not whom published results mean.
    content["assessors"] = [CENTRAL_REVIEW] if CENTRAL_REVIEW in definition.assessors else []
    canonical = json.dumps(_bare(content), sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


_NO_MEANING = ("text", "hash", "patients", "seed", "subgroups", "trial", "time_gained")
_IF_GIVEN = ("assessors", "diagnosed", "available", "lines", "model")
"""Keys that came later: a study without them keeps the hash that it had."""
_WORDS = ("title", "label", "source", "evidence", "published", "published_as")


def _bare(content: Any) -> Any:
    """The content without words that change no result."""
    if isinstance(content, dict):
        return {name: _bare(value) for name, value in content.items() if _means_something(name, value)}
    return [_bare(value) for value in content] if isinstance(content, list | tuple) else content


def _means_something(name: str, value: Any) -> bool:
    return name not in _WORDS and not (name in _IF_GIVEN and not value)
