"""The visit loop: what happens to the patients of one arm from the first dose to the end of follow-up.

At every visit, in this order (the code of `follow` is this list):

1. Time reaches the visit: the mechanism is integrated up to this moment with every dose given so far.
2. Death and loss to follow-up since the last visit are settled, at their own times.
3. If the calendar says scan, each lesion is measured; non-targets and new lesions are noted.
4. RECIST 1.1 and iRECIST give the response of the scan.
5. Toxicity since the last visit is graded.
6. The policy decides: continue, hold, stop, rechallenge, next line, end of follow-up.
7. The next scan is set; doses until then are ordered when time moves on.

Besides the scans a patient is seen when a toxicity of grade 3 or more begins, when a time on drug is reached
that a rule names, and when a course of planned length ends.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Floats, Index
from remission.clinic import toxicity
from remission.clinic.act import begin_pending, carry_out, end_finished_courses, resume_held, start_course
from remission.clinic.assess import facts, record_baseline, record_visit, scan
from remission.clinic.dosing import DoseRows, doses_until, schedule
from remission.clinic.policy import decide
from remission.clinic.reading import Reading
from remission.clinic.records import Recorder
from remission.clinic.ward import Ward
from remission.solver import Status

RTOL = 1e-3
SCAN_WINDOW_DAY = 7.0  # visits fall within half of this on either side of the plan, as protocols allow
ALIVE = (Status.REACHED, Status.CROSSED)


def follow(ward: Ward, baseline: Reading, recorder: Recorder) -> None:
    """Follow every patient of an arm to death, loss, failure or the end of follow-up.

    The ward ends with what the table of patients needs; every visit, dose and event is in the recorder.
    """
    everyone = np.arange(len(ward.number))
    record_baseline(ward, baseline, recorder)
    if ward.treats:
        start_course(ward, everyone, ward.arm.regimen, recorder, None)
    plan_scan(ward, everyone)
    while True:
        here = np.flatnonzero(ward.active)
        if len(here) == 0:
            return
        last_day = ward.time_day[here].copy()
        integrate(ward, here, recorder)  # 1
        record_toxicity(ward, here, last_day, recorder)
        settle_ends(ward, here, recorder)  # 2
        count_days(ward, here, last_day)
        seen = ward.active[here]
        at = here[seen]
        if len(at) == 0:
            continue
        ward.visit[at] += 1
        due = ward.time_day[at] >= ward.visit_day[at]
        result = scan(ward, at[due], recorder)  # 3, 4
        grade = toxicity.since_last_visit(ward, at, last_day[seen])  # 5
        known = facts(ward, at, due, result, grade)
        end_finished_courses(ward, at, recorder)  # 6
        resumed = resume_held(ward, at, recorder)
        rules = decide(ward, at, known)
        decisions = carry_out(ward, at, rules, resumed, recorder)
        begin_pending(ward, at, recorder)
        record_visit(ward, at, due, result, known, decisions, rules, recorder)
        plan_scan(ward, at[due])  # 7


def plan_scan(ward: Ward, at: Index) -> None:
    """Set the next scan: the calendar while in the trial's own schedule, a fixed interval under watch."""
    study = ward.study
    calendar = np.array([*study.scans.times_day(study.follow_up_day), np.inf])
    planned = ward.planned_visit_day[at]
    next_in_calendar = calendar[np.searchsorted(calendar, planned + 1e-9, side="right")]
    watched = ~ward.on_drug[at] & (ward.stop_rule[at] >= 0) & (ward.stop_rule[at] < len(ward.arm.policy))
    planned = np.where(watched, planned + study.watch_every_day, next_in_calendar)
    # Never so wide that a scan could come before the one before it.
    width = np.minimum(SCAN_WINDOW_DAY, 0.5 * (planned - ward.planned_visit_day[at]))
    window = width * (ward.uniform(at, "scan window", ward.visit[at].astype(np.int64) + 1) - 0.5)
    ward.planned_visit_day[at] = planned
    ward.visit_day[at] = planned + window


def unscheduled_day(ward: Ward, here: Index) -> Floats:
    """Next day after now on which a patient is seen without a scan, infinite if there is none."""
    now, on = ward.time_day[here], ward.on_drug[here]
    treated = [ward.toxicity_day[here], ward.course_end_day[here]]
    treated += [ward.course_start_day[here] + length for length in _lengths(ward, "on_drug_for_day")]
    days = [np.where(on, day, np.inf) for day in treated]
    days += [np.where(ward.held[here], ward.toxicity_resolved_day[here], np.inf), ward.pending_day[here]]
    stopped = ward.course_stop_day[here]
    days += [np.where(on, np.inf, stopped + length) for length in _lengths(ward, "off_drug_for_day")]
    return np.minimum.reduce([np.where(day > now, day, np.inf) for day in days])


def _lengths(ward: Ward, name: str) -> set[float]:
    """Times on or off drug that rules of the arm wait for."""
    asked = (getattr(rule.when, name) for rule in ward.arm.policy)
    return {length for length in asked if length is not None}


def integrate(ward: Ward, here: Index, recorder: Recorder) -> None:
    """Give the doses and integrate to whatever comes first: visit, death, loss, or end of follow-up."""
    ends = (ward.visit_day, ward.background_death_day, ward.lost_day)
    stop = np.minimum.reduce([end[here] for end in ends])
    stop = np.minimum(stop, unscheduled_day(ward, here))
    stop = np.minimum(np.minimum(stop, toxicity.fatal_day(ward, here)), ward.study.follow_up_day)
    rows = doses_until(ward, here, stop)
    model = ward.model
    thresholds = np.full((len(here), 2), np.inf)
    thresholds[:, 0] = ward.death_threshold[here]
    moved = model.kernel.advance(
        ward.state[here],
        ward.parameters[here],
        ward.time_day[here],
        stop,
        doses=schedule(ward, rows, len(here)),
        thresholds=thresholds,
        terminal=(True, False),
        step_day=ward.step_day[here],
        dose_step_day=ward.dose_step_day[here],
        rtol=RTOL,
        atol=model.tolerance,
    )
    ward.state[here] = moved.state
    ward.time_day[here] = moved.time_day
    ward.step_day[here] = moved.step_day
    ward.dose_step_day[here] = moved.dose_step_day
    _mark_failed(ward, here, moved.status)
    diseased = moved.status == Status.CROSSED
    ward.death_day[here[diseased]] = moved.time_day[diseased]
    ward.death_cause[here[diseased]] = "disease"
    _record_doses(ward, here, rows.given_before(np.where(diseased, moved.time_day, np.inf)), recorder)


def _record_doses(ward: Ward, here: Index, rows: DoseRows, recorder: Recorder) -> None:
    given = rows.given()
    patient = here[given.row]
    np.maximum.at(ward.last_dose_day, patient, given.time_day)
    recorder.add(
        "doses",
        patient=ward.number[patient],
        time_day=given.time_day,
        molecule=given.molecule,
        dose_mg=given.dose_mg,
        line=ward.line[patient],
        course=ward.course[patient],
    )
    skipped = rows.withheld
    recorder.add(
        "events",
        patient=ward.number[here[rows.row[skipped]]],
        time_day=rows.time_day[skipped],
        kind="dose withheld",
        detail=rows.molecule[skipped].astype(object),
        rule=None,
        grade=None,
    )


def _mark_failed(ward: Ward, here: Index, status: NDArray[np.int8]) -> None:
    for code in np.unique(status[~np.isin(status, ALIVE)]):
        ward.failed[here[status == code]] = Status(code).sentence


def record_toxicity(ward: Ward, here: Index, last_day: Floats, recorder: Recorder) -> None:
    """Write the toxicities whose onset, or resolution, lies between the last visit and now."""
    now = ward.time_day[here]
    grade = toxicity.since_last_visit(ward, here, last_day)
    began = grade >= 3
    own = ward.toxicity_line[here] == 1  # what a next line does is not the study drug's
    ward.worst_grade[here] = np.maximum(ward.worst_grade[here], np.where(own, grade, 0))
    who = here[began & own]
    first = np.isnan(ward.first_grade3_day[who])
    ward.first_grade3_day[who[first]] = ward.toxicity_day[who[first]]
    for kind, day, mask in (
        ("toxicity", ward.toxicity_day, began),
        (
            "toxicity resolved",
            ward.toxicity_resolved_day,
            (ward.toxicity_resolved_day[here] > last_day)
            & (ward.toxicity_resolved_day[here] <= now)
            & np.isin(ward.toxicity_grade[here], (3, 4)),
        ),
    ):
        them = here[mask]
        recorder.add(
            "events",
            patient=ward.number[them],
            time_day=day[them],
            kind=kind,
            detail=ward.toxicity_molecule[them],
            rule=None,
            grade=ward.toxicity_grade[them],
        )


def settle_ends(ward: Ward, here: Index, recorder: Recorder) -> None:
    """Close the follow-up of patients who died, were lost, failed, or reached its end."""
    now = ward.time_day[here]
    failed = ward.failed[here] != ""
    died = ~np.isnan(ward.death_day[here])
    for cause, day in (
        ("toxicity", toxicity.fatal_day(ward, here)),
        ("background", ward.background_death_day[here]),
    ):
        dies = ~failed & ~died & (now >= day)
        ward.death_day[here[dies]] = now[dies]
        ward.death_cause[here[dies]] = cause
        died |= dies
    lost = ~failed & ~died & (now >= ward.lost_day[here])
    over = ~failed & ~died & ~lost & (now >= ward.study.follow_up_day)
    for kind, mask in (
        ("failed", failed),
        ("death", died & ~failed),
        ("lost to follow-up", lost),
        ("end of follow-up", over),
    ):
        who = here[mask]
        ward.active[who] = False
        detail = {"death": ward.death_cause[who].astype(object), "failed": ward.failed[who].astype(object)}
        recorder.add(
            "events",
            patient=ward.number[who],
            time_day=now[mask],
            kind=kind,
            detail=detail.get(kind),
            rule=None,
            grade=None,
        )


def count_days(ward: Ward, here: Index, last_day: Floats) -> None:
    """Add the interval to time on the first line's drug, or to time free of treatment after the first course."""
    days = ward.time_day[here] - last_day
    on = ward.on_drug[here]
    ward.drug_day[here] += np.where(on & (ward.line[here] == 1), days, 0)
    free = ~on & ~np.isnan(ward.first_stop_day[here]) & ward.in_first_phase[here]
    ward.free_day[here] += np.where(free, days, 0)
