"""The table of patients: what a trial reports of each, read from the ward when follow-up is over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Array, Bools, Floats, Texts
from remission.clinic.chart import Chart
from remission.clinic.ward import Ward
from remission.population import Patients
from remission.response import CAUSE_NAMES, RESPONSE_NAMES, RecistState, Response
from remission.tables import by_central_review

_RESPONSES = np.array(RESPONSE_NAMES, object)
_CAUSES = np.array(CAUSE_NAMES, object)
_RESPONDERS = (Response.CR, Response.PR)


def patient_rows(ward: Ward) -> dict[str, Array]:
    """Columns of the table of patients for everyone who was enrolled, in the ward's order."""
    dead = ~np.isnan(ward.death_day)
    end = np.where(dead, ward.death_day, ward.time_day)
    return {
        "patient": ward.number,
        "status": np.where(ward.failed != "", "failed", "followed").astype(object),
        "status_reason": _text(ward.failed),
        "attempts": ward.patients.attempts,
        **_at_enrolment(ward.patients),
        "lesions": ward.chart.seen_at_enrolment.sum(axis=1).astype(np.int8),
        "baseline_sum_mm": ward.chart.first.baseline_sum_mm,
        "growth_time_day": ward.patients.growth_time_day,
        **_responses(ward, ward.chart),
        "second_course_best": _else_none(~np.isnan(ward.second_course_day), _RESPONSES[ward.second_best]),
        **_progression(ward, ward.chart, dead, end),
        **_by_central_review(ward, dead, end),
        "os_day": end,
        "os_event": dead,
        "death_cause": _text(ward.death_cause),
        "lost_day": np.where(~dead & (end >= ward.lost_day), end, np.nan),
        **_treatment(ward),
        "worst_grade": ward.worst_grade,
        "first_grade3_day": ward.first_grade3_day,
        "on_drug_day": ward.drug_day,
    }


def _text(values: Texts) -> NDArray[np.object_]:
    return _else_none(values != "", values)


def _else_none(known: Bools, values: Array) -> NDArray[np.object_]:
    """Values where they are known, None elsewhere."""
    column = np.full(len(known), None, object)
    column[known] = values[known]
    return column


def _at_enrolment(patients: Patients) -> dict[str, Array]:
    covariates = patients.covariates
    names = ("age_year", "female", "weight_kg", "height_cm", "albumin_g_per_L", "ldh_ratio_uln", "ecog")
    return {
        **{name: getattr(covariates, name) for name in names},
        "previously_treated": covariates.previously_treated,
        "squamous": covariates.squamous,
        "pd_l1_percent": covariates.pd_l1_percent,
        "targets": patients.target.sum(axis=1).astype(np.int8),
    }


def _responses(ward: Ward, chart: Chart) -> dict[str, Array]:
    first = chart.first
    responder = np.isin(first.best_response, _RESPONDERS)
    ended, end = _end_of_response(ward, first)
    return {
        "best_response": _RESPONSES[first.best_response],
        "confirmed_response": _RESPONSES[first.confirmed_response],
        "complete_response_day": chart.complete_response_day,
        "time_to_response_day": np.where(responder, first.first_response_day, np.nan),
        "response_duration_day": np.where(responder, end - first.first_response_day, np.nan),
        "response_ended": _else_none(responder, ended),
    }


def _end_of_response(ward: Ward, first: RecistState) -> tuple[Bools, Floats]:
    """Whether a response ended by progression or death in the first phase, and its last day."""
    progressed = ~np.isnan(first.first_progression_day)
    last = np.where(np.isnan(first.last_day), 0.0, first.last_day)
    died = ~np.isnan(ward.death_day) & ward.in_first_phase
    end = np.where(progressed, first.first_progression_day, np.where(died, ward.death_day, last))
    return progressed | died, end


def _progression(ward: Ward, chart: Chart, dead: Bools, end: Floats) -> dict[str, Array]:
    first, irecist = chart.first, chart.first.irecist
    event, day = _end_of_response(ward, first)
    progressed = ~np.isnan(first.first_progression_day)
    cause = _else_none(progressed, _CAUSES[first.first_progression_cause])
    cause[event & ~progressed] = "death"
    confirmed = ~np.isnan(irecist.ipfs_day)
    # An unconfirmed iUPD counts where nothing could come after it: death, or a change of treatment (Seymour
    # 2017).
    changed = irecist.pending & (dead | ~ward.in_first_phase)
    ievent = confirmed | changed | (dead & ward.in_first_phase)
    last = np.where(np.isnan(first.last_day), 0.0, first.last_day)
    iday = np.where(confirmed, irecist.ipfs_day, np.where(dead & ward.in_first_phase, end, last))
    iday = np.where(changed & ~confirmed, irecist.block_day, iday)
    return {
        "pfs_day": day,
        "pfs_event": event,
        "pfs_cause": cause,
        "ipfs_day": iday,
        "ipfs_event": ievent,
    }


def _by_central_review(ward: Ward, dead: Bools, end: Floats) -> dict[str, Array]:
    """The same by the central review, whose readings end where another treatment begins."""
    if ward.central is None:
        return {}
    found = {**_responses(ward, ward.central), **_progression(ward, ward.central, dead, end)}
    return {by_central_review(name): values for name, values in found.items()}


def _treatment(ward: Ward) -> dict[str, Array]:
    rules = np.array([*ward.rules, None], object)
    regimens = np.array([*(regimen.name for regimen in ward.regimens), None], object)
    planned = [place for place, rule in enumerate(ward.arm.policy) if rule.is_planned_stop]
    return {
        "drug_stop_day": ward.first_stop_day,
        "drug_stop_rule": rules[ward.first_stop_rule],
        "completed_treatment": np.isin(ward.first_stop_rule, planned),
        "second_course_day": ward.second_course_day,
        "next_line_day": ward.next_line_day,
        "next_line": regimens[ward.next_line],
        "treatment_free_day": ward.free_day,
    }
