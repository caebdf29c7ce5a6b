"""Rules on who the patients are: identifiers, dates, size of the cohort."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from remission.cohort.cohort import Cohort
from remission.cohort.finding import Finding

_SCIENTIFIC = re.compile(r"-?\d(\.\d+)?[eE]\+?\d+\Z")
_OLDEST_YEAR = 120.0
_WORST_GRADE = 5  # death, of ECOG performance status and of CTCAE alike
MOST_COMPARED_ARMS = 12  # beyond it, arms are a collection, not a trial
_END_POINTS = {"os", "pfs", "best_response", "confirmed_response", "responder", "drug_stop"}
_DATES = (
    "start_date",
    "drug_stop_date",
    "second_course_date",
    "next_line_date",
    "progression_date",
    "death_date",
    "last_seen_date",
)


def inexact_identifiers(cohort: Cohort, _: float | None) -> list[Finding]:
    """Long identifiers that a spreadsheet or a float column has rounded: two patients may have become one."""
    bad = np.array([bool(_SCIENTIFIC.match(id_)) for id_ in cohort.ids], bool)
    step = "export the identifiers as text"
    what = "identifiers are rounded numbers: different patients may have become one"
    if not bad.any():
        return []
    rule, first = "inexact-identifier", str(cohort.ids[np.flatnonzero(bad)[0]])
    found = [
        finding
        for scans in (cohort.lesions, cohort.responses, cohort.changes)
        if scans is not None
        for finding in cohort.scan_finding(rule, "error", what, scans, bad[scans.patient], "patient", step)
    ]
    for source in cohort.sources:
        field = next((name for name, at in cohort.origins.items() if at.file == source.name), None)
        if source.kind == "patients" and field is not None:
            at = cohort.finding(rule, "error", what, bad, field, step)
            found += [replace(finding, column=source.columns["patient"]) for finding in at]
    return [replace(finding, found=first) for finding in found]


def nothing_known(cohort: Cohort, _: float | None) -> list[Finding]:
    """A cohort needs an end point, or scans that give one."""
    scans = (cohort.lesions, cohort.responses, cohort.changes)
    if any(one is not None for one in scans) or cohort.patients.keys() & _END_POINTS:
        return []
    unused = ", ".join(dict.fromkeys(name for source in cohort.sources for name in source.unused))
    what = "no end point can be read: neither survival, nor response, nor scans"
    step = "say in a mapping file which columns hold them: remission cohort FILES --mapping FILE"
    files = ", ".join(dict.fromkeys(source.name for source in cohort.sources))
    found = f"columns that were not read: {unused}" if unused else ""
    return [Finding("nothing-known", "error", what, files, found=found, next_step=step)]


def few_patients(cohort: Cohort, _: float | None) -> list[Finding]:
    """One patient makes no curve and no interval."""
    if len(cohort) > 1:
        return []
    what = "the cohort is one patient: shares and curves say nothing beyond this person"
    return [Finding("one-patient", "warning", what, found=f"patient {cohort.ids[0]}")]


def many_arms(cohort: Cohort, _: float | None) -> list[Finding]:
    """Every arm against every other is a number of comparisons that nobody asked for."""
    arms = len(set(cohort.arms.tolist()))
    if arms <= MOST_COMPARED_ARMS:
        return []
    what = f"{arms} arms: each is shown, none is compared with another"
    step = "choose rows in a mapping file: rows: {COLUMN: [A, B]}"
    return [Finding("many-arms", "warning", what, next_step=step)]


def dates_before_birth(cohort: Cohort, _: float | None) -> list[Finding]:
    """Nothing happens before birth."""
    if "birth_date" not in cohort.patients:
        return []
    birth = cohort.number("birth_date")
    found: list[Finding] = []
    for date in _DATES:
        bad = cohort.number(date) < birth
        found += cohort.finding("before-birth", "error", f"{date} lies before the date of birth", bad, date)
    return found


def implausible_ages(cohort: Cohort, _: float | None) -> list[Finding]:
    """Ages below 0 or above 120 years."""
    age = cohort.number("age")
    field = "age" if "birth_date" not in cohort.patients else "birth_date"
    bad = (age < 0) | (age > _OLDEST_YEAR)
    return cohort.finding("implausible-age", "error", "an age is below 0 or above 120 years", bad, field)


def dates_out_of_order(cohort: Cohort, _: float | None) -> list[Finding]:
    """Treatment ends, and the next begins, after it has begun; nobody is seen alive after death."""
    start, death = cohort.number("start_date"), cohort.number("death_date")
    found: list[Finding] = []
    for date in _DATES[1:]:
        bad = cohort.number(date) < start
        found += cohort.finding("before-start", "error", f"{date} lies before the first dose", bad, date)
    for date in ("last_seen_date", "drug_stop_date", "second_course_date", "next_line_date"):
        bad = cohort.number(date) > death
        found += cohort.finding("after-death", "error", f"{date} lies after the death", bad, date)
    bad = cohort.number("progression_date") > death
    what = "progression lies after the death"
    return [*found, *cohort.finding("progression-after-death", "error", what, bad, "progression_date")]


def dates_in_future(cohort: Cohort, today: float | None) -> list[Finding]:
    """Dates after the day on which the cohort is looked at."""
    if today is None:
        return []
    found: list[Finding] = []
    for date in ("birth_date", *_DATES):
        bad = cohort.number(date) > today
        found += cohort.finding("in-the-future", "error", f"{date} lies in the future", bad, date)
    return found


def negative_times(cohort: Cohort, _: float | None) -> list[Finding]:
    """Times from the first dose cannot be negative; of zero is said."""
    found: list[Finding] = []
    for field in ("os", "pfs", "drug_stop", "second_course", "next_line"):
        time = cohort.number(field)
        found += cohort.finding("negative-time", "error", f"{field} is negative", time < 0, field)
        if field in ("os", "pfs"):
            what = f"{field} is zero: nothing was seen of these patients after the start"
            found += cohort.finding("zero-time", "warning", what, time == 0, field)
    return found


def treatment_after_end(cohort: Cohort, _: float | None) -> list[Finding]:
    """Treatment cannot end, nor begin again, after death or last contact (a day for rounding)."""
    end = cohort.number("os")
    found: list[Finding] = []
    for field in ("drug_stop", "second_course", "next_line"):
        bad = cohort.number(field) > end + 1.0
        what = f"{field} lies after death or last contact"
        found += cohort.finding("treatment-after-end", "error", what, bad, field)
    return found


def treated_and_dead(cohort: Cohort, _: float | None) -> list[Finding]:
    """Treatment ends with death at the latest."""
    bad = (cohort.number("on_treatment") == 1) & (cohort.number("os_event") == 1)
    bad &= ~np.isfinite(cohort.number("drug_stop"))
    what = "patients on treatment have died: their treatment ends with death"
    return cohort.finding("on-treatment-at-death", "warning", what, bad, "on_treatment")


def unused_dates(cohort: Cohort, _: float | None) -> list[Finding]:
    """Dates that a file states and nothing can be counted from."""
    if "start_date" not in cohort.patients:
        what = "is not used: no file states the start of treatment that it counts from"
        step = "give start_date of every patient"
        dates: tuple[str, ...] = _DATES[1:]
    elif "os" not in cohort.patients and "pfs" not in cohort.patients:
        what = "is not used: without OS, or dates of death and last contact, nobody knows how long the others were free"
        step = "give last_seen_date and death_date, or os and os_event"
        dates = ("progression_date",)
    else:
        return []
    return [
        finding
        for date in dates
        for finding in cohort.finding(
            "date-not-used", "warning", f"{date} {what}", np.isfinite(cohort.number(date)), date, step
        )
    ]


def grades_that_cannot_be(cohort: Cohort, _: float | None) -> list[Finding]:
    """Grades and performance status are whole numbers from 0 to 5."""
    found: list[Finding] = []
    for field in ("ecog", "worst_grade"):
        value = cohort.number(field)
        bad = np.isfinite(value) & ((value != np.rint(value)) | (value < 0) | (value > _WORST_GRADE))
        what = f"{field} is not a whole number from 0 to {_WORST_GRADE}"
        found += cohort.finding("impossible-grade", "error", what, bad, field, "correct the cells, or leave them empty")
    return found


PATIENT_RULES = (
    nothing_known,
    inexact_identifiers,
    few_patients,
    many_arms,
    dates_before_birth,
    implausible_ages,
    dates_out_of_order,
    dates_in_future,
    negative_times,
    treatment_after_end,
    treated_and_dead,
    unused_dates,
    grades_that_cannot_be,
)
