"""Scans of an arm's patients: measured, judged by RECIST 1.1 and iRECIST, and written down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Array, Bools, Floats, Index, Ints
from remission.clinic.chart import Chart
from remission.clinic.measure import make_scan
from remission.clinic.policy import NO_RULE, VisitFacts
from remission.clinic.reading import Reading, read_lesions
from remission.clinic.records import Recorder
from remission.clinic.ward import Ward
from remission.population import SITES, Patients
from remission.response import IRESPONSE_NAMES, RESPONSE_NAMES, Assessment, RecistState, Response, assess

_RESPONSES = np.array(RESPONSE_NAMES, object)
_RESPONSES[Response.NA] = None
_IRESPONSES = np.array(IRESPONSE_NAMES, object)
_SITES = np.array(SITES, object)
_RESPONDED = (Response.CR, Response.PR)


@dataclass(frozen=True)
class ScanResult:
    """The scans of m patients and what RECIST says of them; arrays of shape (m,)."""

    reading: Reading
    sum_mm: Floats
    nadir_mm: Floats
    judged: Assessment


def scan(ward: Ward, at: Index, recorder: Recorder) -> ScanResult:
    """Measure and judge the patients at ``at`` now, and write what changes: a first or better response, progression."""
    patients = ward.patients.take(at)
    volume = ward.model.kernel.observe(ward.state[at], ward.parameters[at], ward.time_day[at])
    reading = _read(ward, ward.chart, at, patients, volume)
    record_new_lesions(ward, at, reading, recorder)
    seen = make_scan(ward.chart, at, patients.site, ward.time_day[at], reading)
    before = ward.recist(at)
    after, judged = assess(before, seen, confirmation_day=ward.study.confirmation_day)
    first = ward.in_first_phase[at]
    _note(ward.chart, at[first], before.take(first), after.take(first), ward.time_day[at[first]])
    ward.later = ward.later.put(at[~first], after.take(~first))
    second = (ward.line[at] == 1) & (ward.course[at] == 2)
    ward.second_best[at[second]] = after.best_response[second]
    if ward.central is not None:
        _review(ward, ward.central, at[first], patients.take(first), volume[first])
    better = (after.best_response != before.best_response) & np.isin(after.best_response, _RESPONDED)
    for kind, mask in (("response", better), ("scan progression", judged.progressed)):
        recorder.add(
            "events",
            patient=ward.number[at[mask]],
            time_day=ward.time_day[at[mask]],
            kind=kind,
            detail=_RESPONSES[judged.response[mask]],
            rule=None,
            grade=None,
        )
    return ScanResult(reading, seen.sum_mm, after.nadir_mm, judged)


def _read(ward: Ward, chart: Chart, at: Index, patients: Patients, volume_mL: Floats) -> Reading:
    now, visit = ward.time_day[at], ward.visit[at]
    return read_lesions(ward.table, ward.seed, patients, chart.reader, chart.bias[at], volume_mL, now, visit)


def _review(ward: Ward, chart: Chart, at: Index, patients: Patients, volume_mL: Floats) -> None:
    """The central review of scans of the first course and line; nothing in the clinic follows from it."""
    reading = _read(ward, chart, at, patients, volume_mL)
    seen = make_scan(chart, at, patients.site, ward.time_day[at], reading)
    before = chart.first.take(at)
    after, _ = assess(before, seen, confirmation_day=ward.study.confirmation_day)
    _note(chart, at, before, after, ward.time_day[at])


def _note(chart: Chart, at: Index, before: RecistState, after: RecistState, time_day: Floats) -> None:
    """Put down what RECIST remembers of the first course and line, and the day of a first complete response."""
    chart.first = chart.first.put(at, after)
    complete = (after.best_response == Response.CR) & (before.best_response != Response.CR)
    chart.complete_response_day[at[complete]] = time_day[complete]


def record_new_lesions(ward: Ward, at: Index, reading: Reading, recorder: Recorder) -> None:
    """Write the lesions that are seen for the first time."""
    who = at[np.nonzero(~reading.gone & ~ward.chart.seen[at])[0]]
    recorder.add(
        "events",
        patient=ward.number[who],
        time_day=ward.time_day[who],
        kind="new lesion",
        detail=None,
        rule=None,
        grade=None,
    )


def facts(ward: Ward, at: Index, due: Bools, result: ScanResult, grade: NDArray[np.int8]) -> VisitFacts:
    """What the policy may ask at a visit; without a scan (``due`` False) the latest response stands."""
    state = ward.recist(at)
    confirmed = np.zeros(len(at), bool)
    confirmed[due] = result.judged.confirmed_progression
    line, course = ward.line[at].copy(), ward.course[at].copy()
    return VisitFacts(state.response, state.since_day, state.best_response, confirmed, grade, line, course)


def record_baseline(ward: Ward, baseline: Reading, recorder: Recorder) -> None:
    """Write visit 0 and enrolment of everyone."""
    count = len(ward.number)
    nothing = np.full(count, None, object)
    responses = ("target_response", "nontarget_response", "response", "iresponse", "best_response", "rule")
    recorder.add(
        "visits",
        patient=ward.number,
        visit=ward.visit.copy(),
        time_day=ward.time_day.copy(),
        scan=True,
        state="on drug" if ward.treats else "off drug",
        line=ward.line.copy(),
        course=np.full(count, int(ward.treats), np.int8),
        sum_mm=ward.chart.first.baseline_sum_mm,
        nadir_mm=ward.chart.first.baseline_sum_mm,
        change_pct=np.zeros(count),
        **dict.fromkeys(responses, nothing),
        new_lesions=ward.chart.new_lesions,
        worst_grade=np.zeros(count, np.int8),
        decision="continue",
    )
    _record_lesions(ward, np.arange(count), baseline, recorder)
    recorder.add(
        "events",
        patient=ward.number,
        time_day=ward.time_day.copy(),
        kind="enrolled",
        detail=_dates(ward.diagnosed_day),
        rule=None,
        grade=None,
    )


def _dates(ordinal: Floats) -> NDArray[np.object_]:
    """Days as 2015-03-04; None outside the calendar."""
    return np.array([None if np.isnan(day) else date.fromordinal(int(day)).isoformat() for day in ordinal], object)


def record_visit(
    ward: Ward,
    at: Index,
    due: Bools,
    result: ScanResult,
    known: VisitFacts,
    decisions: NDArray[np.object_],
    rules: Ints,
    recorder: Recorder,
) -> None:
    """Write the visits of the patients at ``at``, and the lesions of those who had a scan."""
    names = np.array([*ward.rules, None], object)
    judged = result.judged
    measured = {
        "sum_mm": result.sum_mm,
        "nadir_mm": result.nadir_mm,
        "change_pct": 100 * judged.change_from_baseline,
    }
    words = {
        "target_response": _RESPONSES[judged.target_response],
        "nontarget_response": _RESPONSES[judged.nontarget_response],
        "response": _RESPONSES[judged.response],
        "iresponse": _IRESPONSES[judged.iresponse],
    }
    recorder.add(
        "visits",
        patient=ward.number[at],
        visit=ward.visit[at],
        time_day=ward.time_day[at],
        scan=due,
        state=_treatment_state(ward, at),
        line=known.line,
        course=known.course,
        **{name: _where_due(due, values, np.nan) for name, values in measured.items()},
        **{name: _where_due(due, values, None) for name, values in words.items()},
        new_lesions=ward.chart.new_lesions[at],
        best_response=_RESPONSES[known.best],
        worst_grade=known.grade,
        decision=decisions,
        rule=names[np.where(rules == NO_RULE, len(ward.rules), rules)],
    )
    _record_lesions(ward, at[due], result.reading, recorder)


def _record_lesions(ward: Ward, at: Index, reading: Reading, recorder: Recorder) -> None:
    row, place = np.nonzero(ward.chart.seen[at])
    who = at[row]
    role = np.select([ward.chart.target[at], ward.chart.out_of_sight[at]], ["target", "new"], "non-target").astype(
        object
    )
    recorder.add(
        "lesions",
        patient=ward.number[who],
        visit=ward.visit[who],
        time_day=ward.time_day[who],
        lesion=(place + 1).astype(np.int8),
        site=_SITES[ward.patients.site[who, place]],
        role=role[row, place],
        diameter_mm=reading.measured_mm[row, place],
        true_diameter_mm=reading.true_mm[row, place],
    )


def _where_due(due: Bools, values: Array, otherwise: Any) -> Array:
    """Values of the scans in the rows that had one."""
    column = np.full(len(due), otherwise, values.dtype)
    column[due] = values
    return column


def _treatment_state(ward: Ward, at: Index) -> NDArray[np.object_]:
    words = np.where(ward.on_drug[at], np.where(ward.held[at], "held", "on drug"), "off drug")
    return words.astype(object)
