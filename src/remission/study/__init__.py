"""What the user writes: study files and molecules, read into frozen, validated values."""

from __future__ import annotations

from remission.study.calendar import ScanCalendar, ScanSpan
from remission.study.catalogue import catalogue_names, load_molecule
from remission.study.dates import Enrolment, exists_from
from remission.study.definition import (
    ALL_DOSES_GIVEN,
    CENTRAL_REVIEW,
    COURSE_ENDS,
    INVESTIGATOR,
    PLANNED_END,
    Action,
    Arm,
    Condition,
    Criterion,
    DoseOrder,
    Regimen,
    Rule,
    StudyDefinition,
    TimeGained,
)
from remission.study.load import load_definition
from remission.study.molecule import Kinetics, Molecule, Parameter, Sourced, Toxicity
from remission.study.own_model import OwnDeath, OwnDrug, OwnLesion, OwnModel, OwnSpread, OwnStart
from remission.study.published import PublishedFigure, published, published_for
from remission.study.study_file import parse_study

__all__ = [
    "ALL_DOSES_GIVEN",
    "CENTRAL_REVIEW",
    "COURSE_ENDS",
    "INVESTIGATOR",
    "PLANNED_END",
    "Action",
    "Arm",
    "Condition",
    "Criterion",
    "DoseOrder",
    "Enrolment",
    "Kinetics",
    "Molecule",
    "OwnDeath",
    "OwnDrug",
    "OwnLesion",
    "OwnModel",
    "OwnSpread",
    "OwnStart",
    "Parameter",
    "PublishedFigure",
    "Regimen",
    "Rule",
    "ScanCalendar",
    "ScanSpan",
    "Sourced",
    "StudyDefinition",
    "TimeGained",
    "Toxicity",
    "catalogue_names",
    "exists_from",
    "load_definition",
    "load_molecule",
    "parse_study",
    "published",
    "published_for",
]
