"""Rules on lesions, without which RECIST cannot be applied: one organ and role each, a size of targets at baseline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Bools, Ints
from remission.cohort.cohort import Cohort, Scans
from remission.cohort.finding import Finding

_ONE_EACH = {"organ", "is_node", "role"}
_GONE = ("absent", "merged")
_CERTAIN = ("present", "too small", "increased", "unequivocal progression")
_SEEN = (*_CERTAIN, "equivocal")


def lesion_of_row(scans: Scans) -> Ints:
    """(rows,) number of the lesion that each row is of."""
    if "lesion" not in scans.columns:
        return scans.patient
    names, codes = np.unique(scans["lesion"], return_inverse=True)
    return np.asarray(np.unique(scans.patient * len(names) + codes, return_inverse=True)[1], np.int64)


def changing_lesions(cohort: Cohort, _: float | None) -> list[Finding]:
    """All rows of a lesion agree in its organ, in whether it is a node, and in its role."""
    scans = cohort.lesions
    if scans is None or not scans.columns.keys() & _ONE_EACH:
        return []
    lesion = lesion_of_row(scans)
    found: list[Finding] = []
    for name in sorted(scans.columns.keys() & _ONE_EACH):
        distinct, code = np.unique(scans[name], return_inverse=True)
        said = np.flatnonzero(_known(distinct)[code])
        first = np.full(len(scans), -1)
        first[lesion[said[::-1]]] = said[::-1]  # the first row of each lesion that says it
        bad = np.zeros(len(scans), bool)
        bad[said] = code[said] != code[first[lesion[said]]]
        what = f"a lesion has another {name} than in its first row"
        step = f"one {name} for each lesion; different lesions need different names"
        found += cohort.scan_finding("lesion-changes", "error", what, scans, bad, name, step)
    return found


def unsized_targets(cohort: Cohort, _: float | None) -> list[Finding]:
    """Targets are measured at baseline."""
    scans = cohort.lesions
    if scans is None:
        return []
    bad = rows_without_size(scans) & has_baseline(scans, len(cohort)) & ~_partly_undated(cohort, scans)
    # A diameter of zero is told by its own rule.
    bad &= ~((scans["time_day"] <= 0) & (scans.columns.get("diameter", np.full(len(scans), np.nan)) == 0))
    what = "a target has no diameter at baseline: no change can be counted from it"
    step = "give its diameter, or another role; if accepted, its patient is not judged"
    return cohort.scan_finding("unmeasured-target", "error", what, scans, bad, "diameter", step)


def _partly_undated(cohort: Cohort, scans: Scans) -> Bools:
    """(rows,) rows of patients some of whose dates could not be read, which is told by itself."""
    undated = np.zeros(len(cohort), bool)
    undated[scans.patient[np.isnan(scans["time_day"]) & cohort.unread_dates(scans)]] = True
    return np.asarray(undated[scans.patient])


def has_baseline(scans: Scans, patients: int) -> Bools:
    """(rows,) whether the patient of a row was scanned up to the first dose."""
    has = np.zeros(patients, bool)
    has[scans.patient[scans["time_day"] <= 0]] = True
    return np.asarray(has[scans.patient])


def rows_without_size(scans: Scans) -> Bools:
    """(rows,) rows up to the first dose, or all if there is none, of stated targets that have no size there."""
    if "role" not in scans.columns:
        return np.zeros(len(scans), bool)
    lesion = lesion_of_row(scans)
    before = scans["time_day"] <= 0
    size = scans.columns.get("diameter", np.full(len(scans), np.nan)) > 0
    if "status" in scans.columns:
        size = (size & ~np.isin(scans["status"], (*_GONE, "not evaluable"))) | (scans["status"] == "too small")
    if "evaluable" in scans.columns:
        size &= scans["evaluable"] != 0
    target, sized, seen = np.zeros((3, lesion.max(initial=-1) + 1), bool)
    target[lesion[scans["role"] == "target"]] = True
    sized[lesion[before & size]] = True
    seen[lesion[before]] = True
    return np.asarray((target & ~sized)[lesion] & (before | ~seen[lesion]))


def early_new_lesions(cohort: Cohort, _: float | None) -> list[Finding]:
    """A new lesion was not there at baseline."""
    scans = cohort.lesions
    if scans is None or "role" not in scans.columns:
        return []
    there = scans.columns.get("diameter", np.full(len(scans), np.nan)) > 0
    if "status" in scans.columns:
        there |= np.isin(scans["status"], _CERTAIN)
    bad = (scans["role"] == "new") & (scans["time_day"] <= 0) & there
    what = "a lesion called new is there at baseline"
    return cohort.scan_finding("new-at-baseline", "error", what, scans, bad, "role")


def sizes_against_status(cohort: Cohort, _: float | None) -> list[Finding]:
    """What is gone has no size, and what is seen has one."""
    scans = cohort.lesions
    if scans is None or not {"diameter", "status"} <= scans.columns.keys():
        return []
    size, status = scans["diameter"], scans["status"]
    found: list[Finding] = []
    for what, bad in (
        ("a lesion is called gone and has a diameter", np.isin(status, _GONE) & (size > 0)),
        ("a lesion is called seen and has a diameter of zero", np.isin(status, _SEEN) & (size == 0)),
    ):
        step = "correct the one that is wrong; if accepted, the lesion counts as gone"
        found += cohort.scan_finding("diameter-against-status", "error", what, scans, bad, "diameter", step)
    return found


def nameless_lesions(cohort: Cohort, _: float | None) -> list[Finding]:
    """Lesions are told apart by their names."""
    scans = cohort.lesions
    if scans is None or "lesion" not in scans.columns:
        return []
    what = "a lesion has no name"
    return cohort.scan_finding("nameless-lesion", "error", what, scans, scans["lesion"] == "", "lesion")


def unknown_wholes(cohort: Cohort, _: float | None) -> list[Finding]:
    """A fragment is part of a lesion that is in the table."""
    scans = cohort.lesions
    if scans is None or "part_of" not in scans.columns or "lesion" not in scans.columns:
        return []
    bad = (scans["part_of"] != "") & ~np.isin(scans["part_of"], scans["lesion"])
    what = "a fragment is part of a lesion that is not in the table"
    return cohort.scan_finding("unknown-whole", "error", what, scans, bad, "part_of")


def _known(values: NDArray[np.generic]) -> Bools:
    return np.asarray(values != "") if values.dtype.kind == "U" else np.isfinite(values.astype(np.float64))


LESION_RULES = (
    nameless_lesions,
    changing_lesions,
    unsized_targets,
    sizes_against_status,
    early_new_lesions,
    unknown_wholes,
)
