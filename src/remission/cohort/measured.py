"""Measured lesions judged by RECIST 1.1 and iRECIST, with the same code as simulated ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from remission.arrays import Array, Bools, Floats, Ints, Texts
from remission.cohort.audit.lesions import has_baseline, rows_without_size
from remission.cohort.audit.scans import repeats
from remission.cohort.cohort import Cohort, Scans
from remission.cohort.finding import Finding
from remission.cohort.visits import Judged, visit_columns
from remission.response import (
    IRESPONSE_NAMES,
    RESPONSE_NAMES,
    ResponseTables,
    assess_table,
    compare_recorded,
    response_names,
)
from remission.response import (
    Finding as Recorded,
)
from remission.response.codes import CAUSE_NAMES
from remission.response.words import ROLES

_NAMELESS = "1"
_VISIT_WINDOW_DAY = 14.0
# Words of visits and lesions are objects: eight bytes a cell, where text of fixed width has fifty.
_ROLE_WORDS = np.array(ROLES, object)
_RESPONSES = np.array(RESPONSE_NAMES, object)
_KNOWN_RESPONSES = np.array(["" if name == "NA" else name for name in RESPONSE_NAMES], object)
_IRESPONSES = np.array(IRESPONSE_NAMES, object)
_CAUSES = np.array([name or "" for name in CAUSE_NAMES], np.str_)


def judge_lesions(cohort: Cohort) -> tuple[Judged, list[Finding]]:
    """Visits and end points from the lesions of a cohort.

    Patients without a baseline scan or without a size of a target there, and second readings of a scan, are left
    out: the audit has named them, and stops unless the mapping file accepts it.

    Raises
    ------
    DataError
        If RECIST cannot be applied: a lesion changes its organ.
    """
    assert cohort.lesions is not None
    scans = judgeable(cohort.lesions, len(cohort))
    if not len(scans):
        return Judged.nothing(len(cohort)), []
    tables = assess_table(_measurements(scans), timing=cohort.timing)
    visits = _visits(tables)
    judged = _judged(tables, visits, scans, len(cohort))
    return judged, [*_problems(tables, cohort), *_recorded(cohort, tables)]


def judgeable(scans: Scans, n: int) -> Scans:
    """Rows of patients with a baseline scan and a size of each target there, each reading once."""
    same, differing = repeats(scans, ("lesion",))
    rows = scans.only(~same & ~differing & np.isfinite(scans["time_day"]))
    unsized = np.zeros(n, bool)
    unsized[rows.patient[rows_without_size(rows)]] = True
    return rows.only(has_baseline(rows, n) & ~unsized[rows.patient])


def _measurements(scans: Scans) -> dict[str, Any]:
    rows = len(scans)
    known = scans.columns
    flags = {name: known[name] for name in ("evaluable", "symptomatic", "is_node") if name in known}
    return {
        "patient": scans.patient,
        "time_day": known["time_day"],
        "lesion": known.get("lesion", np.full(rows, _NAMELESS)),
        "diameter_mm": known.get("diameter", np.full(rows, np.nan)),
        **{name: known[name] for name in ("organ", "role", "status", "part_of", "visit") if name in known},
        **{name: _flag(values, name == "evaluable") for name, values in flags.items()},
    }


def _flag(values: Floats, empty: bool) -> Bools:
    return np.asarray(np.where(np.isnan(values), empty, values == 1), bool)


def _visits(tables: ResponseTables) -> dict[str, Array]:
    """Baseline and later visits, in order of patient and time."""
    people, later = tables.patients, tables.visits
    n = len(people["patient"])
    baseline = visit_columns(
        {
            "patient": people["patient"],
            "time_day": people["baseline_day"],
            "sum_mm": people["baseline_sum_mm"],
            "nadir_mm": people["baseline_sum_mm"],
            "change_pct": np.where(people["baseline_sum_mm"] > 0, 0.0, np.nan),
            "new_lesions": np.zeros(n),
        },
        n,
    )
    further = visit_columns(
        {
            "patient": later["patient"],
            "visit": later["visit"],
            "time_day": later["time_day"],
            "sum_mm": later["sum_mm"],
            "nadir_mm": later["nadir_mm"],
            "change_pct": 100.0 * later["change_from_baseline"],
            "new_lesions": later["new_lesions"].astype(float),
            # Not applicable: the patient has no such lesions.
            "target_response": _KNOWN_RESPONSES[later["target_response"]],
            "nontarget_response": _KNOWN_RESPONSES[later["nontarget_response"]],
            "response": _RESPONSES[later["response"]],
            "iresponse": _IRESPONSES[later["iresponse"]],
            "best_response": _RESPONSES[later["best_response"]],
        },
        len(later["patient"]),
    )
    keys = [np.concatenate([baseline[name], further[name]]) for name in ("time_day", "patient")]
    order = np.lexsort(keys)
    # Column by column, so that no second copy of the whole table is held.
    return {name: np.concatenate([baseline.pop(name), further.pop(name)])[order] for name in tuple(baseline)}


def _judged(tables: ResponseTables, visits: dict[str, Array], scans: Scans, n: int) -> Judged:
    people = tables.patients
    who = people["patient"].astype(np.int64)
    followed = people["scans"] > 0

    def spread(values: Array) -> Floats:
        whole = np.full(n, np.nan)
        whole[who] = np.where(followed, values, np.nan)
        return whole

    def words(values: Texts) -> Texts:
        whole = np.full(n, "", "U16")
        whole[who] = values
        return whole

    at_baseline = spread((people["targets"] + people["nontargets"]).astype(float))
    return Judged(
        visits,
        _lesions(tables, scans, visits),
        words(np.where(followed, response_names(people["best_response"]), "NE")),
        words(np.where(followed, response_names(people["confirmed_response"]), "NE")),
        spread(people["time_to_response_day"]),
        spread(people["pfs_day"]),
        spread(people["pfs_event"].astype(float)),
        words(_CAUSES[people["pfs_cause"]]),
        spread(people["ipfs_day"]),
        spread(people["ipfs_event"].astype(float)),
        spread(people["iupd_waiting_day"]),
        spread(people["baseline_sum_mm"]),
        spread(people["targets"].astype(float)),
        at_baseline,
    )


def _lesions(tables: ResponseTables, scans: Scans, visits: dict[str, Array]) -> dict[str, Array]:
    """Rows of lesions with the role that was used and a number within the patient."""
    names = scans.columns.get("lesion", np.full(len(scans), _NAMELESS))
    if "part_of" in scans.columns:  # a fragment is measured as part of its whole
        names = np.where(scans["part_of"] == "", names, scans["part_of"])
    distinct, codes = np.unique(names, return_inverse=True)
    keys = scans.patient * len(distinct) + codes
    named = np.searchsorted(distinct, tables.lesions["lesion"].astype(str))
    known = tables.lesions["patient"].astype(np.int64) * len(distinct) + named
    order = np.argsort(known)
    place = order[np.searchsorted(known[order], keys)]
    first = np.searchsorted(tables.lesions["patient"], tables.lesions["patient"])
    number = np.arange(len(known)) - first + 1
    columns = {
        "patient": scans.patient,
        "visit": _visit_of(scans, visits),
        "time_day": scans["time_day"],
        "lesion": number[place],
        "site": scans.columns.get("organ", np.full(len(scans), "", np.str_)),
        "role": _ROLE_WORDS[tables.lesions["role"][place]],
        "diameter_mm": scans.columns.get("diameter", np.full(len(scans), np.nan)),
    }
    sort = np.lexsort((columns["lesion"], columns["time_day"], columns["patient"]))
    return {name: values[sort] for name, values in columns.items()}


def _visit_of(scans: Scans, visits: dict[str, Array]) -> Ints:
    """Last visit of the patient that began at or before each row; 0 before the first dose."""
    span = 1.0 + np.ptp(np.concatenate([visits["time_day"], scans["time_day"]]))
    low = min(visits["time_day"].min(), scans["time_day"].min())
    started = visits["patient"] * span + (visits["time_day"] - low)
    here = scans.patient * span + (scans["time_day"] - low)
    place = np.searchsorted(started, here, "right") - 1
    own = (place >= 0) & (visits["patient"][place] == scans.patient)
    return np.asarray(np.where(own, visits["visit"][place], 0), np.int64)


def _problems(tables: ResponseTables, cohort: Cohort) -> list[Finding]:
    """Targets that RECIST would not have chosen; they are followed as given."""
    return [
        Finding("targets-not-by-rule", "warning", problem.what, found=_with_id(problem.found or "", cohort))
        for problem in tables.problems
    ]


def _with_id(text: str, cohort: Cohort) -> str:
    """The message of a lesion with the identifier in place of the number of the patient."""
    head, _, tail = text.partition(" of patient ")
    number, _, rest = tail.partition(" ")
    return f"{head} of patient {cohort.ids[int(number)]} {rest}" if number.isdigit() else text


def _recorded(cohort: Cohort, tables: ResponseTables) -> list[Finding]:
    """Recorded responses held against the measurements."""
    scans, visits = cohort.responses, tables.visits
    if scans is None:
        return []
    found: list[Finding] = []
    if "response" in scans.columns:
        said = scans.only(scans["response"] != "")
        visit, row = _recorded_visits(said, tables)
        codes = {name: code for code, name in enumerate(RESPONSE_NAMES)}
        words = np.array([codes[str(word)] for word in said["response"][row]], np.int8)
        verdict = compare_recorded({name: values[visit] for name, values in visits.items()}, words)
        for code, rule, what in (
            (
                Recorded.FROM_BASELINE,
                "progression-from-baseline",
                "progression was taken from the baseline, not the nadir",
            ),
            (Recorded.DIFFERS, "response-differs", "the response is not the one that the measurements give"),
        ):
            bad = _marked(len(said), row[verdict == code])
            found += cohort.scan_finding(rule, "warning", what, said, bad, "response")
    if "iresponse" in scans.columns:
        said = scans.only(scans["iresponse"] != "")
        visit, row = _recorded_visits(said, tables)
        differs = said["iresponse"][row] != _IRESPONSES[visits["iresponse"][visit]]
        what = "the response by iRECIST is not the one that the measurements give"
        bad = _marked(len(said), row[differs])
        found += cohort.scan_finding("response-differs", "warning", what, said, bad, "iresponse")
    return found


def _marked(rows: int, which: Ints) -> Bools:
    marked = np.zeros(rows, bool)
    marked[which] = True
    return marked


def _recorded_visits(scans: Scans, tables: ResponseTables) -> tuple[Ints, Ints]:
    """Judged visits of which a response is recorded, and its row."""
    row = _row_of_visit(scans, tables)
    visit = np.flatnonzero(row >= 0)
    return visit, row[visit]


def _row_of_visit(scans: Scans, tables: ResponseTables) -> Ints:
    """Recorded response within the window of each judged visit; -1 without one."""
    visits = tables.visits
    order = np.lexsort((scans["time_day"], scans.patient))
    patient, time = scans.patient[order], scans["time_day"][order]
    row = np.full(len(visits["patient"]), -1, np.int64)
    if not len(order):
        return row
    span = 1e6  # days: longer than any life, so that patient and day make one key
    key, wanted = patient * span + time, visits["patient"] * span + visits["time_day"]
    place = np.searchsorted(key, wanted, "left").clip(0, len(order) - 1)
    near = (patient[place] == visits["patient"]) & (key[place] - wanted <= _VISIT_WINDOW_DAY)
    near &= key[place] >= wanted
    row[near] = order[place[near]]
    return row
