"""Which lesions are followed as targets, which as non-targets, and which new lesions iRECIST measures."""

from __future__ import annotations

import numpy as np

from remission.arrays import Bools, Floats, Ints
from remission.errors import DataError, Problem
from remission.response.columns import Measurements
from remission.response.criteria import (
    MEASURABLE_MM,
    MEASURABLE_NODE_MM,
    MOST_TARGETS,
    MOST_TARGETS_PER_ORGAN,
    Codes,
    at_least,
)
from remission.response.records import Lesions, Records
from remission.response.visits import Visits
from remission.response.words import NEW, NON_TARGET, TARGET, UNKNOWN


def choose_roles(lesions: Lesions, records: Records, visits: Visits) -> Codes:
    """Roles as given; by rule where none was.

    Lesions without a role that are there at baseline are targets if measurable, the largest first, at most
    five in all and two an organ beside any targets that are given; the others non-targets. Nodes below 10
    mm at baseline are normal and get no role. Lesions first seen later are new.

    Parameters
    ----------
    lesions : Lesions
    records : Records
    visits : Visits

    Returns
    -------
    (k,) int8
        `UNKNOWN` for lesions that are never certain, and for normal nodes as long as they are normal.
    """
    baseline = _baseline_diameter(lesions, records, visits)
    first_seen = first_present(lesions, records)
    at_baseline = (first_seen >= 0) & (visits.number[first_seen] == 0)
    role = lesions.role.copy()
    open_ = role == UNKNOWN
    role[open_ & (first_seen >= 0) & ~at_baseline] = NEW
    role[open_ & at_baseline] = NON_TARGET
    candidates = open_ & at_baseline & is_measurable(baseline, lesions.is_node)
    given = role == TARGET
    # Given targets come first and take their places among the five.
    rank = np.where(given, 0, 1)
    chosen = _largest(lesions, given | candidates, rank, baseline)
    role[candidates & chosen] = TARGET
    return role


def is_measurable(diameter_mm: Floats, is_node: Bools) -> Bools:
    """10 mm or more, 15 mm short axis for nodes (Eisenhauer 2009, "measurable"); False for NaN.

    Examples
    --------
    >>> is_measurable(np.array([10.0, 14.9, 15.0]), np.array([False, True, True])).tolist()
    [True, False, True]
    """
    return at_least(diameter_mm, np.where(is_node, MEASURABLE_NODE_MM, MEASURABLE_MM))


def first_present(lesions: Lesions, records: Records) -> Ints:
    """(k,) the visit at which a lesion is first there, -1 if never."""
    first = np.full(len(lesions), -1, np.int64)
    there = np.flatnonzero(~records.gone)[::-1]
    first[records.lesion[there]] = records.visit[there]
    return first


def choose_new_targets(lesions: Lesions, role: Codes, records: Records) -> Bools:
    """(k,) new lesions that iRECIST measures: at most five in all and two an organ, in order of appearance,
    then of size (Seymour 2017)."""
    first_seen = first_present(lesions, records)
    size = np.full(len(lesions), np.nan)
    at_first = records.visit == first_seen[records.lesion]
    size[records.lesion[at_first]] = records.diameter_mm[at_first]
    candidates = (role == NEW) & (first_seen >= 0) & is_measurable(size, lesions.is_node)
    return _largest(lesions, candidates, first_seen, size)


def check_roles(lesions: Lesions, role: Codes, records: Records, visits: Visits, rows: Measurements) -> None:
    """Refuse roles that contradict the baseline scan.

    Raises
    ------
    DataError
        If a target has no diameter at baseline, or a lesion called new was there at baseline.
    """
    baseline = _baseline_diameter(lesions, records, visits)
    unmeasured = (role == TARGET) & ~(baseline > 0)
    _refuse(unmeasured, "a target has no diameter at baseline", lesions, rows)
    first_seen = first_present(lesions, records)
    old = (role == NEW) & (first_seen >= 0) & (visits.number[first_seen] == 0)
    _refuse(old, "a lesion called new is there at baseline", lesions, rows)


def audit_targets(
    lesions: Lesions, role: Codes, records: Records, visits: Visits, rows: Measurements
) -> tuple[Problem, ...]:
    """Targets as given that RECIST 1.1 would not have chosen; they are followed all the same."""
    target = role == TARGET
    small = target & ~is_measurable(_baseline_diameter(lesions, records, visits), lesions.is_node)
    per_patient = np.bincount(lesions.patient[target], minlength=len(rows.patients))
    organ = lesions.patient * (len(rows.organ_names) + 2) + lesions.organ + 1
    _, organ_code = np.unique(organ, return_inverse=True)
    stated = target & (lesions.organ >= 0)
    per_organ = np.bincount(organ_code[stated], minlength=organ_code.max(initial=0) + 1)
    findings = (
        (small, "targets below 10 mm (nodes 15 mm) at baseline"),
        (target & (per_patient[lesions.patient] > MOST_TARGETS), "more than five targets in a patient"),
        (stated & (per_organ[organ_code] > MOST_TARGETS_PER_ORGAN), "more than two targets in an organ"),
    )
    return tuple(
        Problem(what, "measurements, column role", f"{_name(bad, lesions, rows)} ({int(bad.sum())} lesions)")
        for bad, what in findings
        if bad.any()
    )


def _largest(lesions: Lesions, candidates: Bools, rank: Ints, size_mm: Floats) -> Bools:
    """The first five candidates of a patient by rank, then size, that are among the first two of their organ.

    Lesions without an organ count each as its own. Equal sizes are told apart by organ, then by name.
    """
    index = np.flatnonzero(candidates)
    keys = (
        lesions.name[index],
        lesions.organ[index],
        lesions.is_node[index],
        -size_mm[index],
        rank[index],
        lesions.patient[index],
    )
    index = index[np.lexsort(keys)]
    organ = np.where(lesions.organ[index] >= 0, lesions.organ[index], -1 - index)
    within = _place_in_group(lesions.patient[index], organ) < MOST_TARGETS_PER_ORGAN
    index = index[within | (rank[index] == 0) & (lesions.role[index] == TARGET)]
    total = _place_in_group(lesions.patient[index], np.zeros(len(index), np.int64)) < MOST_TARGETS
    chosen = np.zeros(len(lesions), np.bool_)
    chosen[index[total]] = True
    return chosen


def _place_in_group(patient: Ints, group: Ints) -> Ints:
    """How many earlier entries share both patient and group."""
    order = np.lexsort((np.arange(len(patient)), group, patient))
    same = np.zeros(len(order), np.bool_)
    same[1:] = (patient[order][1:] == patient[order][:-1]) & (group[order][1:] == group[order][:-1])
    position = np.arange(len(order))
    start = np.maximum.accumulate(np.where(same, 0, position)) if len(order) else position
    place = np.empty(len(order), np.int64)
    place[order] = position - start
    return place


def _baseline_diameter(lesions: Lesions, records: Records, visits: Visits) -> Floats:
    diameter = np.full(len(lesions), np.nan)
    at_baseline = visits.number[records.visit] == 0
    diameter[records.lesion[at_baseline]] = records.diameter_mm[at_baseline]
    return diameter


def _name(bad: Bools, lesions: Lesions, rows: Measurements) -> str:
    index = int(np.flatnonzero(bad)[0])
    patient, name = rows.patients[lesions.patient[index]], rows.lesion_names[lesions.name[index]]
    return f"lesion {name} of patient {patient}"


def _refuse(bad: Bools, what: str, lesions: Lesions, rows: Measurements) -> None:
    if bad.any():
        found = f"{_name(bad, lesions, rows)} ({int(bad.sum())} lesions)"
        raise DataError(what, where="measurements, column role", found=found)
