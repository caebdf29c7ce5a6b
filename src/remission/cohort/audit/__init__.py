"""Rules that a cohort is held against before any result: each is one function, cohort in, findings out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remission.cohort.audit.lesions import LESION_RULES
from remission.cohort.audit.patients import PATIENT_RULES
from remission.cohort.audit.scans import SCAN_RULES
from remission.cohort.audit.survival import SURVIVAL_RULES
from remission.cohort.cohort import Cohort
from remission.cohort.finding import Finding

RULES = (*PATIENT_RULES, *SURVIVAL_RULES, *SCAN_RULES, *LESION_RULES)


def audit(cohort: Cohort, accept: Sequence[str] = (), today: float | None = None) -> tuple[Finding, ...]:
    """All findings on a cohort, those met while reading first.

    Parameters
    ----------
    cohort : Cohort
    accept : sequence of str
        Rules whose errors the user has looked at: they become warnings, and say so.
    today : float, optional
        Day (since 1 January of year 1) after which a date lies in the future.
    """
    found = [*cohort.findings]
    for rule in RULES:
        found += rule(cohort, today)
    return tuple(_accepted(finding) if finding.rule in accept else finding for finding in found)


def _accepted(finding: Finding) -> Finding:
    if finding.severity == "warning":
        return finding
    return replace(finding, severity="warning", what=f"{finding.what} (accepted by the mapping file)")


__all__ = ["RULES", "audit"]
