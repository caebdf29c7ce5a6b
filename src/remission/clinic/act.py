"""What a decision does to treatment: courses start, are held, resume, stop; a next line begins.

A new course or line is first pending: it begins on its day, and never while a toxicity of grade 3 or more has not
resolved. Until then the patient is off drug.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Bools, Floats, Index, Ints
from remission.clinic import toxicity
from remission.clinic.dosing import last_date_day
from remission.clinic.kinetics import set_kinetics
from remission.clinic.policy import NO_RULE
from remission.clinic.rebase import begin_again
from remission.clinic.records import Recorder
from remission.clinic.ward import Ward
from remission.errors import StudyError
from remission.study import ALL_DOSES_GIVEN, PLANNED_END

CONTINUE = "continue"


def carry_out(
    ward: Ward,
    at: Index,
    rules: Ints,
    resumed: Bools,
    recorder: Recorder,
) -> NDArray[np.object_]:
    """Do what the acting rules say for the patients at ``at``; returns the decision of each."""
    decisions = np.where(resumed, "resume", CONTINUE).astype(object)
    for place in np.unique(rules[rules != NO_RULE]):
        rule = ward.arm.policy[place]
        rows = np.flatnonzero(rules == place)
        who = at[rows]
        decisions[rows] = rule.then.kind
        if rule.then.kind == "hold":
            ward.held[who] = True
            write(recorder, ward, who, "treatment held", rule.name)
        elif rule.then.kind == "stop":
            stop_course(ward, who, rule.name, recorder)
        elif rule.then.kind == "end":
            ward.active[who] = False
            write(recorder, ward, who, "end of follow-up", rule.name)
        elif rule.then.kind in ("rechallenge", "next line"):
            stop_course(ward, who, rule.name, recorder)
            ward.pending_rule[who] = place
            day = ward.time_day[who] + rule.then.after_day
            ward.pending_day[who] = np.maximum(day, toxicity.resolved_by_day(ward, who))
    return decisions


def begin_pending(ward: Ward, at: Index, recorder: Recorder) -> None:
    """Begin the courses and lines whose day has come, with the latest scan as their baseline."""
    due = at[ward.pending_day[at] <= ward.time_day[at]]
    # A toxicity of the course before may have come while the patient waited.
    clear = toxicity.resolved_by_day(ward, due)
    ward.pending_day[due] = clear
    due = due[clear <= ward.time_day[due]]
    for place in np.unique(ward.pending_rule[due]):
        rule = ward.arm.policy[place]
        who = due[ward.pending_rule[due] == place]
        now = ward.time_day[who]
        ward.pending_day[who] = np.inf
        regimen = rule.then.regimen or ward.arm.regimen
        if rule.then.kind == "rechallenge":
            fresh = np.isnan(ward.second_course_day[who])
            ward.second_course_day[who[fresh]] = now[fresh]
            write(recorder, ward, who, "second course", rule.name, regimen)
        else:
            ward.line[who] += 1
            ward.course[who] = 0
            fresh = np.isnan(ward.next_line_day[who])
            ward.next_line_day[who[fresh]] = now[fresh]
            ward.next_line[who[fresh]] = _place(ward, regimen)
            write(recorder, ward, who, "next line", rule.name, regimen)
        begin_again(ward, who)
        start_course(ward, who, regimen, recorder, rule.name, for_day=rule.then.for_day)


def start_course(
    ward: Ward, who: Index, regimen: str, recorder: Recorder, rule: str | None, *, for_day: float | None = None
) -> None:
    """Begin a course of a regimen now, for at most ``for_day`` days."""
    place = _place(ward, regimen)
    now = ward.time_day[who]
    ward.regimen[who] = place
    ward.on_drug[who] = True
    ward.held[who] = False
    ward.course[who] += 1
    ward.course_start_day[who] = now
    last_date = last_date_day(ward, who, ward.regimens[place], now)
    planned = now + (np.inf if for_day is None else for_day)
    ward.course_end_day[who] = np.minimum(last_date, planned)
    ended_by = (ward.rules.index(ALL_DOSES_GIVEN), ward.rules.index(PLANNED_END))
    ward.course_end_rule[who] = np.where(last_date <= planned, *ended_by)
    ward.course_stop_day[who] = np.nan
    ward.stop_rule[who] = -1
    ward.next_dose_day[who] = np.inf
    ward.doses_given[who] = 0
    ward.last_dose_day[who] = now
    for column, order in enumerate(ward.regimens[place].orders):
        ward.next_dose_day[who, column] = now + order.start_day
    set_kinetics(ward, who, ward.regimens[place])
    toxicity.draw_toxicity(ward, who)
    write(recorder, ward, who, "treatment started", rule, regimen)


def stop_course(ward: Ward, who: Index, rule: str, recorder: Recorder) -> None:
    """End the present course now, for a reason; the first stop of the first course is remembered."""
    code = ward.rules.index(rule)
    was_on = who[ward.on_drug[who]]
    now = ward.time_day[was_on]
    ward.on_drug[was_on] = False
    ward.held[was_on] = False
    ward.course_stop_day[was_on] = now
    ward.stop_rule[was_on] = code
    first = ward.in_first_phase[was_on]
    ward.first_stop_day[was_on[first]] = now[first]
    ward.first_stop_rule[was_on[first]] = code
    toxicity.cancel_after_stop(ward, was_on)
    write(recorder, ward, was_on, "treatment stopped", rule)


def end_finished_courses(ward: Ward, at: Index, recorder: Recorder) -> None:
    """Courses of a fixed number of doses, or of a planned length, end by themselves."""
    over = at[ward.on_drug[at] & (ward.time_day[at] >= ward.course_end_day[at])]
    for code in np.unique(ward.course_end_rule[over]):
        stop_course(ward, over[ward.course_end_rule[over] == code], ward.rules[code], recorder)


def resume_held(ward: Ward, at: Index, recorder: Recorder) -> Bools:
    """Whether a held treatment goes on because the toxicity has resolved, shape of ``at``."""
    resumed = ward.held[at] & (ward.toxicity_resolved_day[at] <= ward.time_day[at])
    ward.held[at[resumed]] = False
    write(recorder, ward, at[resumed], "treatment resumed", "toxicity resolved")
    return resumed


def _place(ward: Ward, regimen: str) -> int:
    for place, known in enumerate(ward.regimens):
        if known.name == regimen:
            return place
    raise StudyError("no such regimen", found=regimen, allowed=", ".join(r.name for r in ward.regimens))


def write(
    recorder: Recorder, ward: Ward, who: Index, kind: str, rule: str | None = None, detail: str | None = None
) -> None:
    """One event now for each of the patients at ``who``."""
    time_day: Floats = ward.time_day[who]
    recorder.add("events", patient=ward.number[who], time_day=time_day, kind=kind, detail=detail, rule=rule, grade=None)
