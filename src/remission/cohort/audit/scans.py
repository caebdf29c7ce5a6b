"""Rules on scans: baseline, repeats, sizes, and recorded responses that the measurements contradict."""

from __future__ import annotations

import numpy as np

from remission.arrays import Bools
from remission.cohort.cohort import Cohort, Scans
from remission.cohort.finding import Finding

_LARGEST_MM = 500.0
_SMALL_MM = 8.0


def scans_after_death(cohort: Cohort, _: float | None) -> list[Finding]:
    """Nobody is scanned after death."""
    died, end = cohort.number("os_event") == 1, cohort.number("os")
    found: list[Finding] = []
    for scans in (cohort.lesions, cohort.responses, cohort.changes):
        if scans is not None:
            bad = died[scans.patient] & (scans["time_day"] > end[scans.patient] + 1.0)
            what = "a scan lies after the death"
            found += cohort.scan_finding("scan-after-death", "error", what, scans, bad, "time")
    return found


def scans_before_birth(cohort: Cohort, _: float | None) -> list[Finding]:
    """Nobody is scanned before birth."""
    if "birth_date" not in cohort.patients or "start_date" not in cohort.patients:
        return []
    born = cohort.number("birth_date") - cohort.number("start_date")
    found: list[Finding] = []
    for scans in (cohort.lesions, cohort.responses, cohort.changes):
        if scans is not None:
            bad = scans["time_day"] < born[scans.patient]
            what = "a scan lies before the date of birth"
            found += cohort.scan_finding("before-birth", "error", what, scans, bad, "date")
    return found


def undated_scans(cohort: Cohort, _: float | None) -> list[Finding]:
    """Scans without a date, and scans whose patient has no start of treatment to count from."""
    found: list[Finding] = []
    for scans in (cohort.lesions, cohort.responses, cohort.changes):
        if scans is None:
            continue
        undated = ~np.isfinite(scans["time_day"])
        dated = np.isin(scans.file, [place for place, source in enumerate(cohort.sources) if "date" in source.columns])
        begun = np.isfinite(cohort.number("start_date"))[scans.patient] | ~dated
        what = "no file states when treatment of the patient began: the day of a scan cannot be counted from its date"
        step = "give start_date of every patient in a table of patients (of CDISC: ADSL)"
        found += cohort.scan_finding("undated-scan", "error", what, scans, undated & ~begun, "date", step)
        bad = undated & begun & ~cohort.unread_dates(scans)
        what = "a scan has no time"
        found += cohort.scan_finding("undated-scan", "error", what, scans, bad, "date")
    return found


def repeated_scans(cohort: Cohort, _: float | None) -> list[Finding]:
    """One reading of a lesion a day; one response a visit."""
    found: list[Finding] = []
    for scans, keys in ((cohort.lesions, ("lesion",)), (cohort.responses, ()), (cohort.changes, ())):
        if scans is None:
            continue
        same, differing = repeats(scans, keys)
        what = "a scan stands twice and counts once"
        found += cohort.scan_finding("duplicate-rows", "warning", what, scans, same, "patient")
        what = "a patient has two readings of one scan that differ"
        step = "keep one reading, or choose rows in a mapping file: rows: {COLUMN: value}"
        found += cohort.scan_finding("duplicate-scan", "error", what, scans, differing, "patient", step)
    return found


def repeats(scans: Scans, keys: tuple[str, ...] = ()) -> tuple[Bools, Bools]:
    """Rows that repeat an earlier row of the same patient, time and keys: word for word, and otherwise.

    A response by RECIST and one by iRECIST are two things, not two readings.
    """
    coded = [scans.patient, scans["time_day"]]
    coded += [np.unique(scans[key], return_inverse=True)[1] for key in keys if key in scans.columns]
    if {"response", "iresponse"} <= scans.columns.keys():
        coded.append(scans["response"] == "")
    order = np.lexsort((np.arange(len(scans)), *coded[::-1]))
    again = np.zeros(len(scans), bool)
    again[1:] = np.logical_and.reduce([column[order][1:] == column[order][:-1] for column in coded])
    group_start = np.maximum.accumulate(np.where(again, 0, np.arange(len(scans))))
    first = order[group_start]
    equal = np.ones(len(scans), bool)
    for values in scans.columns.values():
        here, there = values[order], values[first]
        nothing = np.isnan(here) & np.isnan(there) if here.dtype.kind == "f" else False
        equal &= (here == there) | nothing
    same, differing = np.zeros((2, len(scans)), bool)
    same[order], differing[order] = again & equal, again & ~equal
    return same, differing


def baseline(cohort: Cohort, _: float | None) -> list[Finding]:
    """Every patient with lesions has a scan up to the first dose, and something to measure on it."""
    scans = cohort.lesions
    if scans is None:
        return []
    before = scans["time_day"] <= 0
    has = np.zeros(len(cohort), bool)
    has[scans.patient[before]] = True
    lacking = ~has[scans.patient] & ~(cohort.unread_dates(scans) & np.isnan(scans["time_day"]))
    what = "patients have no scan up to the first dose: without a baseline there is no response"
    step = "give the scan before treatment, or leave these patients out; if accepted, they are not judged"
    found = cohort.scan_finding("no-baseline-scan", "error", what, scans, lacking, "time", step)
    diameter = scans.columns.get("diameter", np.full(len(scans), np.nan))
    largest = np.full(len(cohort), -np.inf)
    np.fmax.at(largest, scans.patient[before], diameter[before])
    target = scans.columns["role"] == "target" if "role" in scans.columns else np.ones(len(scans), bool)
    zero = before & target & (diameter == 0) & ((largest[scans.patient] == 0) | ("role" in scans.columns))
    what = "a target has a diameter of zero at baseline: no change can be counted from it"
    return [*found, *cohort.scan_finding("zero-baseline", "error", what, scans, zero, "diameter")]


def nothing_seen(cohort: Cohort, _: float | None) -> list[Finding]:
    """Who has neither scan nor response counts as not responding: whoever reads a response rate should know."""
    seen = np.zeros(len(cohort), bool)
    judging = [scans for scans in (cohort.lesions, cohort.responses) if scans is not None]
    for scans in judging:
        seen[scans.patient] = True
    seen |= (cohort.word("best_response") != "") | np.isfinite(cohort.number("responder"))
    if not judging or not cohort.origins:
        return []
    what = "patients with neither a scan nor a response count as not responding"
    field = next(name for name in ("arm", *cohort.origins) if name in cohort.origins)
    return cohort.finding("no-scans", "warning", what, ~seen, field)


def sizes(cohort: Cohort, _: float | None) -> list[Finding]:
    """Diameters are positive, and of the size of tumours in the unit stated."""
    scans = cohort.lesions
    if scans is None or "diameter" not in scans.columns:
        return []
    diameter = scans["diameter"]
    found = cohort.scan_finding("negative-diameter", "error", "a diameter is negative", scans, diameter < 0, "diameter")
    huge = diameter > _LARGEST_MM
    step = "state the unit: --units mm, or cm"
    what = "a diameter of more than 500 mm: is the unit right?"
    found += cohort.scan_finding("other-unit", "error", what, scans, huge, "diameter", step)
    at_baseline = diameter[(scans["time_day"] <= 0) & (diameter > 0)]
    if len(at_baseline) >= 10 and np.median(at_baseline) < _SMALL_MM:
        what = f"half of the lesions are below {_SMALL_MM:g} mm at baseline: are they in cm?"
        everyone = np.isfinite(diameter)
        found += cohort.scan_finding("other-unit", "warning", what, scans, everyone, "diameter", step)
    return found


def impossible_changes(cohort: Cohort, _: float | None) -> list[Finding]:
    """A sum cannot shrink by more than all of it."""
    if cohort.changes is None:
        return []
    change = cohort.changes["change"]
    what = "a change below -100 %"
    found = cohort.scan_finding("impossible-change", "error", what, cohort.changes, change < -100, "change")
    shares = np.isfinite(change).sum() >= 10 and np.nanmax(np.abs(change)) <= 3
    what = "all changes lie between -3 and 3: are they shares instead of percent?"
    everyone = np.isfinite(change) & shares
    return [*found, *cohort.scan_finding("other-unit", "warning", what, cohort.changes, everyone, "change")]


def confirmed_without_unconfirmed(cohort: Cohort, _: float | None) -> list[Finding]:
    """iCPD follows iUPD, with nothing but iUPD and iNE between (Seymour 2017)."""
    scans = cohort.responses
    if scans is None or "iresponse" not in scans.columns:
        return []
    order = np.lexsort((scans["time_day"], scans.patient))
    said = scans["iresponse"][order]
    kept = (said != "iNE") & (said != "")
    order = order[kept]
    word, who = scans["iresponse"][order], scans.patient[order]
    before = np.append("", word[:-1])
    before[np.append(True, who[1:] != who[:-1])] = ""
    bad = np.zeros(len(scans), bool)
    bad[order] = (word == "iCPD") & ~np.isin(before, ("iUPD", "iCPD"))
    what = "iCPD without iUPD before it"
    return cohort.scan_finding("icpd-without-iupd", "warning", what, scans, bad, "iresponse")


SCAN_RULES = (
    undated_scans,
    scans_after_death,
    scans_before_birth,
    repeated_scans,
    baseline,
    nothing_seen,
    sizes,
    impossible_changes,
    confirmed_without_unconfirmed,
)
