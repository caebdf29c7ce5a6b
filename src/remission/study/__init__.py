"""What the user writes: study files and molecules, read into frozen, validated values."""

from __future__ import annotations

from remission.study.calendar import ScanCalendar, ScanSpan
from remission.study.definition import (
    ALL_DOSES_GIVEN,
    COURSE_ENDS,
    PLANNED_END,
    Action,
    Arm,
    Condition,
    DoseOrder,
    Regimen,
    Rule,
    StudyDefinition,
)
from remission.study.molecule import Kinetics, Molecule, Parameter, Sourced, Toxicity

__all__ = [
    "ALL_DOSES_GIVEN",
    "COURSE_ENDS",
    "PLANNED_END",
    "Action",
    "Arm",
    "Condition",
    "DoseOrder",
    "Kinetics",
    "Molecule",
    "Parameter",
    "Regimen",
    "Rule",
    "ScanCalendar",
    "ScanSpan",
    "Sourced",
    "StudyDefinition",
    "Toxicity",
]
