"""Visits of a cohort and what they give, whatever they were made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from remission.arrays import Array, Floats, Ints, Texts
from remission.cohort.cohort import Scans

Columns = Mapping[str, Array]

_LIFE_DAY = 1e6  # longer than any life, so that patient and day make one key
_NUMBERS = ("time_day", "sum_mm", "nadir_mm", "change_pct", "new_lesions")
_WORDS = ("target_response", "nontarget_response", "response", "iresponse", "best_response")


@dataclass(frozen=True)
class Judged:
    """Visits, lesions, and the end points that scans alone give; arrays of patients have shape (n,).

    Parameters
    ----------
    visits : mapping of str to ndarray, shape (v,)
        In order of patient and time: patient, visit, numbers (NaN where unknown) and words as objects (empty).
    lesions : mapping of str to ndarray, shape (m,)
        patient, visit, time_day, lesion, site, role, diameter_mm.
    """

    visits: Columns
    lesions: Columns
    best_response: Texts
    confirmed_response: Texts
    time_to_response_day: Floats
    pfs_day: Floats
    pfs_event: Floats
    pfs_cause: Texts
    ipfs_day: Floats
    ipfs_event: Floats
    iupd_waiting_day: Floats
    baseline_sum_mm: Floats
    targets: Floats
    n_lesions: Floats

    @classmethod
    def nothing(cls, n: int) -> Judged:
        """For a cohort without scans."""
        nan, words = np.full(n, np.nan), np.full(n, "", np.str_)
        ends = (nan, nan, nan, words, nan, nan, nan, nan, nan, nan)
        return cls(visit_columns({}, 0), {}, words, words, *ends)


def visit_columns(known: Columns, rows: int) -> dict[str, Array]:
    """All columns of visits; those not given are unknown.

    Examples
    --------
    >>> sorted(visit_columns({}, 0))[:3]
    ['best_response', 'change_pct', 'iresponse']
    """
    columns: dict[str, Array] = {
        "patient": np.empty(rows, np.int64),
        "visit": np.zeros(rows, np.int64),
        **{name: np.full(rows, np.nan) for name in _NUMBERS},
        **{name: np.full(rows, "", object) for name in _WORDS},
    }
    return {**columns, **known}


def numbered(columns: Columns) -> dict[str, Array]:
    """Visits in order of patient and time, numbered; 0 is the last visit up to the first dose.

    Examples
    --------
    >>> numbered({"patient": np.array([0, 0, 0]), "time_day": np.array([84.0, -3.0, 42.0])})["visit"]
    array([0, 1, 2])
    """
    order = np.lexsort((columns["time_day"], columns["patient"]))
    sorted_ = {name: values[order] for name, values in columns.items()}
    patient, after = sorted_["patient"], sorted_["time_day"] > 0
    starts = np.append(True, patient[1:] != patient[:-1]) if len(patient) else np.empty(0, bool)
    # Scans before the first dose are all visit 0; without one the first visit is visit 1.
    counted = np.cumsum(after)
    first = np.flatnonzero(starts)
    before: Ints = np.repeat(counted[first] - after[first], np.diff(np.append(first, len(patient))))
    sorted_["visit"] = counted - before
    return sorted_


def changes_as_visits(changes: Scans) -> dict[str, Array]:
    """Changes of the sum of diameters as visits without a response."""
    changes = changes.only(np.isfinite(changes["time_day"]))
    known = {"patient": changes.patient, "time_day": changes["time_day"], "change_pct": changes["change"]}
    return visit_columns(known, len(changes))


def both_criteria(responses: Scans) -> Scans:
    """One row of a visit whose response by RECIST and whose response by iRECIST stand in two."""
    if not {"response", "iresponse"} <= responses.columns.keys():
        return responses
    recist, irecist = responses["response"], responses["iresponse"]
    key = responses.patient * _LIFE_DAY + responses["time_day"]
    first = np.flatnonzero((recist != "") & (irecist == ""))
    second = np.flatnonzero((recist == "") & (irecist != ""))
    _, mine, theirs = np.intersect1d(key[first], key[second], return_indices=True)
    mine, theirs = first[mine], second[theirs]
    joined = irecist.copy()
    joined[mine] = irecist[theirs]
    kept = np.ones(len(responses), bool)
    kept[theirs] = False
    columns = {**responses.columns, "iresponse": joined}
    return Scans(responses.patient, columns, responses.file, responses.row).only(kept)


def merged_visits(judged: Judged, further: Columns) -> Judged:
    """Visits with further ones from another file beside them; a change fills a visit of the same day."""
    own = judged.visits
    joined = {name: np.concatenate([own[name], further[name]]) for name in further}
    return replace(judged, visits=numbered(_one_a_day(joined)))


def _one_a_day(columns: Columns) -> dict[str, Array]:
    order = np.lexsort((columns["time_day"], columns["patient"]))
    sorted_ = {name: values[order] for name, values in columns.items()}
    patient, time = sorted_["patient"], sorted_["time_day"]
    new = np.ones(len(patient), bool)
    new[1:] = (patient[1:] != patient[:-1]) | (time[1:] != time[:-1])
    group = np.cumsum(new) - 1
    keep = np.flatnonzero(new)
    merged = {name: values[keep] for name, values in sorted_.items()}
    for name, values in sorted_.items():
        if name in ("patient", "visit", "time_day"):
            continue
        said = np.isfinite(values) if values.dtype.kind == "f" else values != ""
        merged[name][group[said]] = values[said]
    return merged
