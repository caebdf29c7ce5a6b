"""Scans of an arm's patients: measured, judged by RECIST 1.1 and iRECIST, and written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from remission.clinic.measure import (
    Reading,
    ScanMemory,
    make_scan,
    nontarget_sum,
    read_lesions,
    target_sum,
)
from remission.clinic.policy import NO_RULE, VisitFacts
from remission.clinic.records import Recorder
from remission.clinic.ward import Array, Index, Ward
from remission.population import SITES, Patients
from remission.response import IRESPONSE_NAMES, RESPONSE_NAMES, Assessment, Response, assess

_RESPONSES = np.array(RESPONSE_NAMES, object)
_RESPONSES[Response.NA] = None
_IRESPONSES = np.array(IRESPONSE_NAMES, object)
_SITES = np.array(SITES, object)


@dataclass(frozen=True)
class ScanResult:
    """The scans of m patients and what RECIST says of them; arrays of shape (m,)."""

    reading: Reading
    sum_mm: Array
    judged: Assessment
    responded: NDArray[np.bool_]


class Assessor:
    """Measures and judges the scans of one ward; remembers what RECIST's own memory does not hold."""

    def __init__(self, ward: Ward, baseline: Reading) -> None:
        self._ward = ward
        self._baseline = baseline
        total = nontarget_sum(ward.patients, baseline)
        self._memory = ScanMemory(total, total.copy(), np.zeros(len(total), np.int8), baseline.measured_mm == 0)

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

    def scan(self, at: Index) -> ScanResult:
        """Measure and judge the patients at ``at`` now."""
        ward = self._ward
        patients = ward.patients.take(at)
        volume = ward.model.kernel.observe(ward.state[at], ward.parameters[at], ward.time_day[at])
        reading = read_lesions(
            ward.table, ward.seed, patients, ward.reader_bias[at], volume, ward.time_day[at], ward.visit[at]
        )
        scan = make_scan(ward, at, patients, reading, self._memory)
        before = ward.recist(at)
        after, judged = assess(before, scan, confirmation_day=ward.study.confirmation_day)
        first = ward.in_first_phase[at]
        ward.first = ward.first.put(at[first], after.take(first))
        ward.later = ward.later.put(at[~first], after.take(~first))
        ward.sum_mm[at] = scan.sum_mm
        responded = np.isnan(before.first_response_day) & ~np.isnan(after.first_response_day)
        return ScanResult(reading, scan.sum_mm, judged, responded)

    def facts(self, at: Index, due: NDArray[np.bool_], scan: ScanResult, grade: NDArray[np.int8]) -> VisitFacts:
        """What the policy may ask at a visit; without a scan (``due`` False) the latest response stands."""
        state = self._ward.recist(at)
        confirmed = np.zeros(len(at), bool)
        confirmed[due] = scan.judged.confirmed_progression
        line, course = self._ward.line[at].copy(), self._ward.course[at].copy()
        return VisitFacts(state.response, state.since_day, state.best_response, confirmed, grade, line, course)

    def record(
        self,
        at: Index,
        due: NDArray[np.bool_],
        scan: ScanResult,
        facts: VisitFacts,
        decisions: NDArray[np.object_],
        rules: NDArray[np.int64],
        recorder: Recorder,
    ) -> None:
        """Write the visit, its lesions and its response events."""
        ward = self._ward
        names = np.array([*ward.rules, None], object)
        judged = scan.judged
        measured = {
            "sum_mm": scan.sum_mm,
            "nadir_mm": judged.nadir_mm,
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
            line=facts.line,
            course=facts.course,
            **{name: _where_due(due, values, np.nan) for name, values in measured.items()},
            **{name: _where_due(due, values, None) for name, values in words.items()},
            new_lesions=ward.new_lesions[at],
            best_response=_RESPONSES[facts.best],
            worst_grade=facts.grade,
            decision=decisions,
            rule=names[np.where(rules == NO_RULE, len(ward.rules), rules)],
        )
        scanned = at[due]
        self._record_lesions(scanned, ward.patients.take(scanned), scan.reading, recorder)
        for kind, mask in (("response", scan.responded), ("scan progression", judged.progressed)):
            recorder.add(
                "events",
                patient=ward.number[scanned[mask]],
                time_day=ward.time_day[scanned[mask]],
                kind=kind,
                detail=_RESPONSES[judged.response[mask]],
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


def _where_due(due: NDArray[np.bool_], values: NDArray[Any], otherwise: Any) -> NDArray[Any]:
    """Values of the scans in the rows that had one."""
    column = np.full(len(due), otherwise, values.dtype)
    column[due] = values
    return column


def _treatment_state(ward: Ward, at: Index) -> NDArray[np.object_]:
    words = np.where(ward.on_drug[at], np.where(ward.held[at], "held", "on drug"), "off drug")
    return words.astype(object)
