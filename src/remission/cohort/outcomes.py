"""What became of each patient: as the files state it, else as the scans give it.

Order of trust: a value that a file states; RECIST on measured lesions; recorded responses of visits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.arrays import Array, Bools, Floats, Texts
from remission.cohort.cohort import Cohort
from remission.cohort.finding import Finding
from remission.cohort.measured import judge_lesions
from remission.cohort.recorded import read_recorded
from remission.cohort.visits import Judged, changes_as_visits, merged_visits

_TOLERANCE_DAY = 7.0
_RESPONSE = ("CR", "PR")


@dataclass(frozen=True)
class Outcomes:
    """End points of each patient; arrays of shape (n,), NaN and empty where unknown.

    Parameters
    ----------
    best_response, confirmed_response : ndarray of str
    responder : ndarray of float
        1 for a CR or PR, 0 for none, NaN where unknown.
    time_to_response_day, response_duration_day, response_ended : ndarray of float
    pfs_day, pfs_event, ipfs_day, ipfs_event, os_day, os_event : ndarray of float
    pfs_cause : ndarray of str
    judged : Judged
        Visits, and what the scans give.
    findings : tuple of Finding
        Where files and scans disagree.
    """

    best_response: Texts
    confirmed_response: Texts
    responder: Floats
    time_to_response_day: Floats
    response_duration_day: Floats
    response_ended: Floats
    pfs_day: Floats
    pfs_event: Floats
    pfs_cause: Texts
    ipfs_day: Floats
    ipfs_event: Floats
    os_day: Floats
    os_event: Floats
    judged: Judged
    findings: tuple[Finding, ...]


def outcomes(cohort: Cohort) -> Outcomes:
    """End points of a cohort whose audit found nothing that stops.

    Raises
    ------
    DataError
        If the lesions cannot be judged by RECIST.
    """
    judged, findings = _judged(cohort)
    os_day, os_event = _survival(cohort, judged)
    pfs = _progression(judged.pfs_day, judged.pfs_event, judged.pfs_cause, os_day, os_event)
    ipfs = _progression(*_waited(judged, os_event), judged.pfs_cause, os_day, os_event)
    stated = "pfs" in cohort.patients
    findings += _differences(cohort, judged)
    best = _or(cohort.word("best_response"), judged.best_response)
    responder = np.where(best == "", cohort.number("responder"), np.isin(best, _RESPONSE).astype(float))
    pfs_day, pfs_event = _usable(cohort.number("pfs"), cohort.number("pfs_event")) if stated else pfs[:2]
    duration, ended = _durations(judged, pfs_day, pfs_event)
    return Outcomes(
        best,
        _or(cohort.word("confirmed_response"), judged.confirmed_response),
        responder,
        judged.time_to_response_day,
        duration,
        ended,
        pfs_day,
        pfs_event,
        np.full(len(cohort), "") if stated else pfs[2],
        ipfs[0],
        ipfs[1],
        os_day,
        os_event,
        judged,
        tuple(findings),
    )


def _judged(cohort: Cohort) -> tuple[Judged, list[Finding]]:
    """Visits and responses of the cohort, by the best source that it has."""
    empty = Judged.nothing(len(cohort))
    findings: list[Finding] = []
    judged = empty
    if cohort.lesions is not None:
        judged, findings = judge_lesions(cohort)
    elif cohort.responses is not None:
        judged = read_recorded(cohort.responses, len(cohort), cohort.timing)
    if cohort.changes is not None:
        judged = merged_visits(judged, changes_as_visits(cohort.changes))
    return judged, findings


def _survival(cohort: Cohort, judged: Judged) -> tuple[Floats, Floats]:
    """Survival as stated; without any, everyone was alive at the last scan."""
    if "os" in cohort.patients:
        return _usable(cohort.number("os"), cohort.number("os_event"))
    last = np.full(len(cohort), np.nan)
    np.fmax.at(last, judged.visits["patient"], judged.visits["time_day"])
    last = np.where(last > 0, last, np.nan)
    return last, np.where(np.isfinite(last), 0.0, np.nan)


def _usable(day: Floats, event: Floats) -> tuple[Floats, Floats]:
    """Times that a curve can hold: a negative time, or one without its flag, can be accepted but not used."""
    good = (day >= 0) & np.isfinite(event)
    return np.where(good, day, np.nan), np.where(good, event, np.nan)


def _progression(
    day: Floats, event: Floats, cause: Texts, os_day: Floats, os_event: Floats
) -> tuple[Floats, Floats, Texts]:
    """Progression on scans, or death; without either, the last scan that could be judged.

    A death before any scan after baseline is an event too, wherever the cohort has scans; without any scan in the
    cohort nothing is known of progression.
    """
    died = (os_event == 1) & (event != 1) & np.isfinite(day).any()
    words = np.where(died, "death", np.where(event == 1, cause, ""))
    return np.where(died, os_day, day), np.where(died, 1.0, event), np.asarray(words, np.str_)


def _waited(judged: Judged, os_event: Floats) -> tuple[Floats, Floats]:
    """Progression by iRECIST; an iUPD that still waited for its confirmation counts in a patient who died."""
    waited = (os_event == 1) & (judged.ipfs_event != 1) & np.isfinite(judged.iupd_waiting_day)
    day = np.where(waited, judged.iupd_waiting_day, judged.ipfs_day)
    return day, np.where(waited, 1.0, judged.ipfs_event)


def _durations(judged: Judged, pfs_day: Floats, pfs_event: Floats) -> tuple[Floats, Floats]:
    """First response to progression or death, where the day of the response is known."""
    duration = pfs_day - judged.time_to_response_day
    known = np.isfinite(duration) & (duration >= 0)
    return np.where(known, duration, np.nan), np.where(known, pfs_event, np.nan)


def _or(stated: Texts, found: Texts) -> Texts:
    return np.asarray(np.where(stated == "", found, stated), np.str_)


def _differences(cohort: Cohort, judged: Judged) -> list[Finding]:
    """Where the files state other end points than the scans give."""
    best, found = cohort.word("best_response"), judged.best_response
    bad = (best != "") & (found != "") & (best != found)
    what = "the best response is not the one that the scans give"
    findings = cohort.finding("best-response-differs", "warning", what, bad, "best_response")
    if "pfs" in cohort.patients:
        both = (cohort.number("pfs_event") == 1) & (judged.pfs_event == 1)
        bad = both & (np.abs(cohort.number("pfs") - judged.pfs_day) > _TOLERANCE_DAY)
        what = f"PFS differs by more than {_TOLERANCE_DAY:g} days from the progression on scans"
        findings += cohort.finding("pfs-differs", "warning", what, bad, "pfs")
        missed = (cohort.number("pfs_event") == 0) & (judged.pfs_event == 1)
        what = "PFS is censored, and the scans show progression"
        findings += cohort.finding("progression-not-recorded", "warning", what, missed, "pfs")
    return findings


def unknown(values: Array) -> Bools:
    """Which values are missing.

    Examples
    --------
    >>> unknown(np.array([1.0, np.nan])).tolist(), unknown(np.array(["", "PR"])).tolist()
    ([False, True], [True, False])
    """
    return np.asarray(values == "") if values.dtype.kind == "U" else np.isnan(values)
