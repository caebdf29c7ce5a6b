"""Recorded responses of visits, RECIST or iRECIST, read as end points where no measurements are there."""

from __future__ import annotations

import numpy as np

from remission.arrays import Array, Bools, Floats, Texts
from remission.cohort.audit.scans import repeats
from remission.cohort.cohort import Scans
from remission.cohort.visits import Judged, both_criteria, numbered, visit_columns
from remission.response import Timing

_RANK = {"CR": 0, "PR": 1, "SD": 2, "NON_CR_NON_PD": 3, "PD": 4, "NE": 5, "": 6}
_AS_RECIST = {
    "iCR": "CR",
    "iPR": "PR",
    "iSD": "SD",
    "iNON": "NON_CR_NON_PD",
    "iUPD": "PD",
    "iCPD": "PD",
    "iNE": "NE",
    "": "",
}


def read_recorded(responses: Scans, patients: int, timing: Timing) -> Judged:
    """End points from recorded responses, without confirmation.

    The best response is the best up to the first progression; stable disease counts from its minimum on. Of
    iRECIST, the first iUPD is the progression of RECIST; that of the first block that an iCPD confirms is
    the progression of iRECIST (Seymour 2017). Scans before day 0 are the baseline, and so are those of day 0
    without a judgement.

    Parameters
    ----------
    responses : Scans
        With ``response``, ``iresponse`` or both.
    patients : int
        Patients of the cohort.
    timing : Timing
        The protocol's intervals.
    """
    same, differing = repeats(responses)
    rows = both_criteria(responses.only(~same & ~differing & np.isfinite(responses["time_day"])))
    time = rows["time_day"]
    iresponse = rows.columns.get("iresponse", np.full(len(rows), "", np.str_))
    words = _spelled(iresponse, _AS_RECIST)
    response = rows.columns.get("response", words)
    response = np.where(response == "", words, response)
    visits = numbered(
        visit_columns(
            {"patient": rows.patient, "time_day": time, "response": response, "iresponse": iresponse}, len(rows)
        )
    )
    return _judged(visits, patients, timing.minimum_stable_day)


def _spelled(words: Texts, spelling: dict[str, str]) -> Texts:
    distinct, codes = np.unique(words, return_inverse=True)
    return np.array([spelling[str(word)] for word in distinct] or [""], np.str_)[codes]


def _judged(visits: dict[str, Array], n: int, minimum_stable_day: float) -> Judged:
    patient, time, response = visits["patient"], visits["time_day"], visits["response"]
    # A response is never of the baseline scan: one of day 0 is the first of a patient whose start is not known.
    after = (time > 0) | ((time == 0) & ~np.isin(response, ("NE", "")))
    progression = _first(patient, time, (response == "PD") & after, n)
    own = after & (time <= progression[patient])
    late = ~np.isin(response, ("SD", "NON_CR_NON_PD")) | (time >= minimum_stable_day)
    counted = np.where(late, response, "NE")
    best = _best(patient, counted, own, n)
    responded = _first(patient, time, own & np.isin(response, ("CR", "PR")), n)
    judged_until = _last(patient, time, after & ~np.isin(response, ("NE", "")), n)
    event, day = np.isfinite(progression), np.where(np.isfinite(progression), progression, judged_until)
    iday = _confirmed(patient, time, visits["iresponse"], n)
    has_irecist = np.zeros(n, bool)
    has_irecist[patient[visits["iresponse"] != ""]] = True
    ievent = np.where(has_irecist, np.isfinite(iday).astype(float), np.nan)
    iend = np.where(np.isfinite(iday), iday, np.where(has_irecist, judged_until, np.nan))
    nothing = Judged.nothing(n)
    return Judged(
        visits,
        {},
        best,
        nothing.confirmed_response,
        np.where(np.isfinite(responded), responded, np.nan),
        np.where(np.isfinite(day), day, np.nan),
        np.where(np.isfinite(day), event.astype(float), np.nan),
        nothing.pfs_cause,
        np.where(np.isfinite(iend), iend, np.nan),
        ievent,
        _waiting(patient, time, visits["iresponse"], n),
        nothing.baseline_sum_mm,
        nothing.targets,
        nothing.n_lesions,
    )


def _waiting(patient: Array, time: Array, iresponse: Texts, n: int) -> Floats:
    """First day of the block of iUPD that reaches the last judged scan, NaN without one; confirmed blocks are none."""
    judged = ~np.isin(iresponse, ("iNE", "")) & (time >= 0)
    other = _last(patient, time, judged & (iresponse != "iUPD"), n)
    since = np.where(np.isfinite(other), other, -np.inf)
    day = _first(patient, time, (iresponse == "iUPD") & (time >= 0) & (time > since[patient]), n)
    return np.where(np.isfinite(day), day, np.nan)


def _first(patient: Array, time: Array, which: Bools, n: int) -> Floats:
    found = np.full(n, np.inf)
    np.minimum.at(found, patient[which], time[which])
    return found


def _last(patient: Array, time: Array, which: Bools, n: int) -> Floats:
    found = np.full(n, -np.inf)
    np.maximum.at(found, patient[which], time[which])
    return found


def _best(patient: Array, response: Texts, which: Bools, n: int) -> Texts:
    ranks = np.array([_RANK[str(word)] for word in np.unique(response)] or [0])
    rank = ranks[np.unique(response, return_inverse=True)[1]] if len(response) else np.empty(0, int)
    best = np.full(n, _RANK[""])
    np.minimum.at(best, patient[which], rank[which])
    return np.array(list(_RANK), np.str_)[best]


def _confirmed(patient: Array, time: Array, iresponse: Texts, n: int) -> Floats:
    """Day of the first iUPD of the first block that an iCPD confirms; infinite without one."""
    found = np.full(n, np.inf)
    opened: dict[int, float] = {}
    for who, day, word in zip(patient.tolist(), time.tolist(), iresponse.tolist(), strict=True):
        if word == "iUPD":
            opened.setdefault(who, day)
        elif word == "iCPD":
            found[who] = min(found[who], opened.get(who, day))
        elif word not in ("iNE", ""):
            opened.pop(who, None)
    return found
