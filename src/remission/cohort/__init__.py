"""Real patients in: files read, checked by an audit, judged by the same code as simulated ones, written as a run."""

from __future__ import annotations

from remission.cohort.audit import audit
from remission.cohort.cohort import Cohort
from remission.cohort.finding import AuditError, Finding
from remission.cohort.follow_up import visits_due
from remission.cohort.mapping import Mapping, parse_mapping, read_mapping, units_of
from remission.cohort.outcomes import Outcomes, outcomes
from remission.cohort.read import Checked, check_cohort, day_of, import_files, read_cohort

__all__ = [
    "AuditError",
    "Checked",
    "Cohort",
    "Finding",
    "Mapping",
    "Outcomes",
    "audit",
    "check_cohort",
    "day_of",
    "import_files",
    "outcomes",
    "parse_mapping",
    "read_cohort",
    "read_mapping",
    "units_of",
    "visits_due",
]
