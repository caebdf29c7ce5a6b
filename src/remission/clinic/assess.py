"""Scans of an arm's patients: measured, judged by RECIST 1.1 and iRECIST, and written down."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from remission.clinic.measure import (
    NonTargets,
    Reading,
    make_scan,
    nontarget_sum,
    read_lesions,
    target_sum,
)
from remission.clinic.policy import NO_RULE, VisitFacts
from remission.clinic.records import Recorder
from remission.clinic.ward import Array, Index, Ward
from remission.population import SITES, Patients
from remission.response import IRESPONSE_NAMES, RESPONSE_NAMES, Response, assess

_RESPONSES = np.array(RESPONSE_NAMES, object)
_RESPONSES[Response.NA] = None
_IRESPONSES = np.array(IRESPONSE_NAMES, object)
_SITES = np.array(SITES, object)


@dataclass(frozen=True)
class Visit:
    """The scan of m patients and what RECIST says of it; arrays of shape (m,).

    ``line`` and ``course`` are those that the scan judges, before the policy decides.
    """

    reading: Reading
    sum_mm: Array
    nadir_mm: Array
    change: Array
    target: NDArray[np.int8]
    nontarget: NDArray[np.int8]
    response: NDArray[np.int8]
    iresponse: NDArray[np.int8]
    best: NDArray[np.int8]
    confirmed_progression: NDArray[np.bool_]
    progressed: NDArray[np.bool_]
    responded: NDArray[np.bool_]
    since_day: Array
    line: NDArray[np.int8]
    course: NDArray[np.int8]

    def facts(self, grade: NDArray[np.int8]) -> VisitFacts:
        """What the policy may ask."""
        return VisitFacts(self.response, self.since_day, self.best, self.confirmed_progression, grade)


class Assessor:
    """Measures and judges the scans of one ward; remembers non-targets between scans."""

    def __init__(self, ward: Ward, baseline: Reading) -> None:
        self._ward = ward
        self._baseline = baseline
        total = nontarget_sum(ward.patients, baseline)
        self._memory = NonTargets(total, total.copy(), np.zeros(len(total), np.int8))

    def baseline(self, at: Index, recorder: Recorder) -> None:
        """Write visit 0 and enrolment."""
        ward = self._ward
        nothing = np.full(len(at), None, object)
        sum_mm = target_sum(ward.patients, self._baseline)
        recorder.add(
            "visits",
            patient=ward.number[at],
            visit=ward.visit[at],
            time_day=ward.time_day[at],
            scan=True,
            state="on drug" if ward.treats else "off drug",
            line=ward.line[at],
            course=np.full(len(at), int(ward.treats), np.int8),
            sum_mm=sum_mm,
            nadir_mm=sum_mm,
            change_pct=np.zeros(len(at)),
            target_response=nothing,
            nontarget_response=nothing,
            new_lesions=ward.new_lesions[at],
            response=nothing,
            iresponse=nothing,
            best_response=nothing,
            worst_grade=np.zeros(len(at), np.int8),
            decision="continue",
            rule=nothing,
        )
        self._record_lesions(at, ward.patients, self._baseline, recorder)
        recorder.add(
            "events",
            patient=ward.number[at],
            time_day=ward.time_day[at],
            kind="enrolled",
            detail=None,
            rule=None,
            grade=0,
        )

    def scan(self, at: Index) -> Visit:
        """Measure and judge the patients at ``at`` now."""
        ward = self._ward
        patients = ward.patients.take(at)
        volume = ward.model.kernel.observe(ward.state[at], ward.parameters[at], ward.time_day[at])
        reading = read_lesions(
            ward.table, ward.seed, patients, ward.reader_bias[at], volume, ward.time_day[at], ward.visit[at]
        )
        scan = make_scan(ward, at, patients, reading, self._memory)
        first = ward.in_first_phase[at]
        whole = np.where(first, 0, 1)
        state = ward.first.take(at)
        state = state.put(~first, ward.later.take(at[~first]))
        before = state.first_response_day
        state, judged = assess(state, scan, confirmation_day=ward.study.confirmation_day)
        ward.first = ward.first.put(at[first], state.take(whole == 0))
        ward.later = ward.later.put(at[~first], state.take(whole == 1))
        return Visit(
            reading=reading,
            sum_mm=scan.sum_mm,
            nadir_mm=judged.nadir_mm,
            change=judged.change_from_baseline,
            target=judged.target_response,
            nontarget=judged.nontarget_response,
            response=judged.response,
            iresponse=judged.iresponse,
            best=judged.best_response,
            confirmed_progression=judged.confirmed_progression,
            progressed=judged.progressed,
            responded=np.isnan(before) & ~np.isnan(state.first_response_day),
            since_day=state.since_day,
            line=ward.line[at].copy(),
            course=ward.course[at].copy(),
        )

    def record(
        self,
        at: Index,
        visit: Visit,
        facts: VisitFacts,
        decisions: NDArray[np.object_],
        rules: NDArray[np.int64],
        recorder: Recorder,
    ) -> None:
        """Write the visit, its lesions and its response events."""
        ward = self._ward
        names = np.array([*ward.rules, None], object)
        recorder.add(
            "visits",
            patient=ward.number[at],
            visit=ward.visit[at],
            time_day=ward.time_day[at],
            scan=True,
            state=_treatment_state(ward, at),
            line=visit.line,
            course=visit.course,
            sum_mm=visit.sum_mm,
            nadir_mm=visit.nadir_mm,
            change_pct=100 * visit.change,
            target_response=_RESPONSES[visit.target],
            nontarget_response=_RESPONSES[visit.nontarget],
            new_lesions=ward.new_lesions[at],
            response=_RESPONSES[visit.response],
            iresponse=_IRESPONSES[visit.iresponse],
            best_response=_RESPONSES[visit.best],
            worst_grade=facts.grade,
            decision=decisions,
            rule=names[np.where(rules == NO_RULE, len(ward.rules), rules)],
        )
        self._record_lesions(at, ward.patients.take(at), visit.reading, recorder)
        for kind, mask in (("response", visit.responded), ("scan progression", visit.progressed)):
            recorder.add(
                "events",
                patient=ward.number[at[mask]],
                time_day=ward.time_day[at[mask]],
                kind=kind,
                detail=_RESPONSES[visit.response[mask]],
                rule=None,
                grade=0,
            )

    def _record_lesions(self, at: Index, patients: Patients, reading: Reading, recorder: Recorder) -> None:
        row, place = np.nonzero(patients.present)
        recorder.add(
            "lesions",
            patient=self._ward.number[at[row]],
            visit=self._ward.visit[at[row]],
            time_day=self._ward.time_day[at[row]],
            lesion=(place + 1).astype(np.int8),
            site=_SITES[patients.site[row, place]],
            role=np.where(patients.target[row, place], "target", "non-target").astype(object),
            diameter_mm=reading.measured_mm[row, place],
            true_diameter_mm=reading.true_mm[row, place],
        )


def _treatment_state(ward: Ward, at: Index) -> NDArray[np.object_]:
    words = np.where(ward.on_drug[at], np.where(ward.held[at], "held", "on drug"), "off drug")
    return words.astype(object)
