"""What a decision does to treatment: courses start, are held, resume, stop; a next line begins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remission.clinic import toxicity
from remission.clinic.dosing import finished
from remission.clinic.kinetics import set_kinetics
from remission.clinic.policy import NO_RULE
from remission.clinic.records import Recorder
from remission.clinic.ward import Array, Index, Ward
from remission.errors import StudyError
from remission.response import begin
from remission.study import ALL_DOSES_GIVEN, PLANNED_END, Action

CONTINUE = "continue"


def carry_out(
    ward: Ward,
    at: Index,
    rules: NDArray[np.int64],
    resumed: NDArray[np.bool_],
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
            _write(recorder, ward, who, "treatment held", rule.name)
        elif rule.then.kind == "stop":
            stop_course(ward, who, ward.time_day[who], rule.name, recorder)
        elif rule.then.kind == "end":
            ward.active[who] = False
            _write(recorder, ward, who, "end of follow-up", rule.name)
        elif rule.then.kind in ("rechallenge", "next line"):
            _change_treatment(ward, who, rule.then, rule.name, recorder)
    return decisions


def _change_treatment(ward: Ward, who: Index, then: Action, name: str, recorder: Recorder) -> None:
    """A second course or a next line, with the latest scan as its baseline."""
    stop_course(ward, who[ward.on_drug[who]], ward.time_day[who[ward.on_drug[who]]], name, recorder)
    regimen = then.regimen or ward.arm.regimen
    if then.kind == "rechallenge":
        fresh = who[np.isnan(ward.second_course_day[who])]
        ward.second_course_day[fresh] = ward.time_day[fresh]
        _write(recorder, ward, who, "second course", name, regimen)
    else:
        ward.line[who] += 1
        ward.course[who] = 0
        fresh = who[np.isnan(ward.next_line_day[who])]
        ward.next_line_day[fresh] = ward.time_day[fresh]
        ward.next_line[fresh] = _place(ward, regimen)
        _write(recorder, ward, who, "next line", name, regimen)
    begin_again(ward, who)
    start_course(ward, who, regimen, recorder, name, for_day=then.for_day, after_day=then.after_day)


def begin_again(ward: Ward, who: Index) -> None:
    """Take the latest scan as the baseline of a later course or line."""
    ward.known_new_lesions[who] = ward.new_lesions[who]
    sum_mm = ward.sum_mm[who]
    has_target = sum_mm > 0
    ward.later = ward.later.put(who, begin(sum_mm, has_target, ~has_target, ward.time_day[who]))


def start_course(
    ward: Ward,
    who: Index,
    regimen: str,
    recorder: Recorder,
    rule: str | None,
    *,
    for_day: float | None = None,
    after_day: float = 0.0,
) -> None:
    """Begin a course of a regimen, ``after_day`` days from now, for at most ``for_day`` days."""
    place = _place(ward, regimen)
    first = ward.time_day[who] + after_day
    ward.regimen[who] = place
    ward.on_drug[who] = True
    ward.held[who] = False
    ward.course[who] += 1
    ward.course_start_day[who] = first
    ward.course_end_day[who] = np.inf if for_day is None else first + for_day
    ward.course_stop_day[who] = np.nan
    ward.stop_rule[who] = -1
    ward.next_dose_day[who] = np.inf
    ward.doses_given[who] = 0
    for column, order in enumerate(ward.regimens[place].orders):
        ward.next_dose_day[who, column] = first + order.start_day
    set_kinetics(ward, who, ward.regimens[place])
    toxicity.draw_toxicity(ward, who)
    _write(recorder, ward, who, "treatment started", rule, regimen)


def stop_course(ward: Ward, who: Index, day: Array, rule: str, recorder: Recorder) -> None:
    """End the present course for a reason; the first stop of the first course is remembered."""
    if len(who) == 0:
        return
    code = ward.rules.index(rule)
    was_on = who[ward.on_drug[who]]
    day = day[ward.on_drug[who]]
    ward.on_drug[was_on] = False
    ward.held[was_on] = False
    ward.course_stop_day[was_on] = day
    ward.stop_rule[was_on] = code
    first = was_on[ward.in_first_phase[was_on]]
    ward.first_stop_day[first] = ward.course_stop_day[first]
    ward.first_stop_rule[first] = code
    toxicity.cancel_after_stop(ward, was_on, day)
    _write(recorder, ward, was_on, "treatment stopped", rule)


def end_finished_courses(ward: Ward, at: Index, recorder: Recorder) -> None:
    """Courses of a fixed number of doses, or of a planned length, end by themselves."""
    done = at[finished(ward, at)]
    stop_course(ward, done, ward.time_day[done], ALL_DOSES_GIVEN, recorder)
    late = at[ward.on_drug[at] & (ward.time_day[at] >= ward.course_end_day[at])]
    stop_course(ward, late, ward.time_day[late], PLANNED_END, recorder)


def resume_held(ward: Ward, at: Index, recorder: Recorder) -> NDArray[np.bool_]:
    """Whether a held treatment goes on because the toxicity has resolved, shape of ``at``."""
    resumed = ward.held[at] & ward.on_drug[at] & (ward.toxicity_resolved_day[at] <= ward.time_day[at])
    ward.held[at[resumed]] = False
    _write(recorder, ward, at[resumed], "treatment resumed", "toxicity resolved")
    return resumed


def _place(ward: Ward, regimen: str) -> int:
    for place, known in enumerate(ward.regimens):
        if known.name == regimen:
            return place
    raise StudyError("no such regimen", found=regimen, allowed=", ".join(r.name for r in ward.regimens))


def _write(recorder: Recorder, ward: Ward, who: Index, kind: str, rule: str | None, detail: str | None = None) -> None:
    recorder.add(
        "events",
        patient=ward.number[who],
        time_day=ward.time_day[who],
        kind=kind,
        detail=detail,
        rule=rule,
        grade=0,
    )
