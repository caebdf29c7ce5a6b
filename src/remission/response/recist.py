"""One scan more: RECIST 1.1 and iRECIST for n patients at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from remission.arrays import Bools, Floats
from remission.response.codes import CR, NE, PD
from remission.response.criteria import Codes, Timing
from remission.response.history import Best, Runs, confirm, extend_runs, improve_best
from remission.response.irecist import assess_irecist
from remission.response.scan import Scan, check_scan
from remission.response.state import IrecistState, RecistState
from remission.response.timepoint import Timepoint, judge


@dataclass(frozen=True)
class Assessment:
    """What one scan says of n patients; all fields have shape (n,).

    Attributes
    ----------
    target_response, nontarget_response, response : int8
        `Response` codes of targets, non-targets, and overall.
    iresponse : int8
        `IResponse` codes.
    confirmed : bool
        The CR, PR or PD of this scan stands on an earlier one of its run, ``confirmation_day`` before or more.
    best_response, confirmed_response, best_iresponse : int8
        Best so far, without and with confirmation.
    nadir_mm : float
        Smallest sum before this scan, against which it was judged; baseline included.
    change_from_baseline : float
        Fraction, -0.3 for 30 % smaller; NaN where the sum is not known in full.
    progressed : bool
        The first RECIST progression is on this scan.
    progression_cause : int8
        `Cause` of the progression on this scan, 0 if it is none.
    confirmed_progression : bool
        This scan confirms a progression by RECIST on an earlier scan.
    """

    target_response: Codes
    nontarget_response: Codes
    response: Codes
    iresponse: Codes
    confirmed: Bools
    best_response: Codes
    confirmed_response: Codes
    best_iresponse: Codes
    nadir_mm: Floats
    change_from_baseline: Floats
    progressed: Bools
    progression_cause: Codes
    confirmed_progression: Bools


def assess(
    state: RecistState,
    scan: Scan,
    confirmation_day: float = 28.0,
    minimum_stable_day: float = 35.0,
    confirmation_latest_day: float = math.inf,
) -> tuple[RecistState, Assessment]:
    """Judge one scan of n patients and remember it.

    Parameters
    ----------
    state : RecistState
        Memory before the scan.
    scan : Scan
        One scan of the same n patients.
    confirmation_day, minimum_stable_day, confirmation_latest_day : float
        See `Timing`.

    Returns
    -------
    RecistState
        Memory after the scan; ``state`` is unchanged.
    Assessment

    Raises
    ------
    DataError
        If the scan is not later than the last one, or lacks a sum where one is promised.

    Examples
    --------
    A partial response at week 12, confirmed at week 18:

    >>> from remission.response import Scan, begin, response_names
    >>> state = begin([100.0], has_target=True, has_nontarget=False)
    >>> for day, sum_mm in ((84.0, 65.0), (126.0, 60.0)):
    ...     scan = Scan(day, sum_mm, False, False, False, False, True)
    ...     state, assessment = assess(state, scan)
    ...     print(response_names(assessment.response)[0], response_names(assessment.confirmed_response)[0])
    PR SD
    PR PR
    """
    timing = Timing(confirmation_day, minimum_stable_day, confirmation_latest_day)
    check_scan(scan, state.last_day, state.has_target)
    timepoint = judge(state, scan)
    runs = extend_runs(state, timepoint.overall, scan.time_day)
    confirmation = confirm(runs, timepoint.overall, scan.time_day, timing)
    best = improve_best(state, timepoint.overall, runs, confirmation, scan.time_day, timing)
    irecist, iresponse = assess_irecist(state.irecist, timepoint, scan, timing, scan.time_day - state.baseline_day)
    after = _remember(state, scan, timepoint, runs, best, irecist, confirmation.lasting)
    return after, _report(state, after, scan, timepoint, confirmation.response, iresponse)


def _remember(
    state: RecistState,
    scan: Scan,
    timepoint: Timepoint,
    runs: Runs,
    best: Best,
    irecist: IrecistState,
    lasting: Bools,
) -> RecistState:
    response = timepoint.overall
    judged = response != NE
    present = np.where(judged, response, state.present)
    progressed = response == PD
    first = progressed & np.isnan(state.first_progression_day)
    return RecistState(
        baseline_day=state.baseline_day,
        baseline_sum_mm=state.baseline_sum_mm,
        nadir_mm=np.where(scan.evaluable, np.fmin(state.nadir_mm, scan.sum_mm), state.nadir_mm),
        has_target=state.has_target,
        has_nontarget=state.has_nontarget,
        scans=(state.scans + 1).astype(np.int16),
        last_day=scan.time_day.copy(),
        last_judged_day=np.where(judged, scan.time_day, state.last_judged_day),
        response=response,
        present=present,
        since_day=np.where(judged & (present != state.present), scan.time_day, state.since_day),
        responding_since_day=runs.responding,
        complete_since_day=runs.complete,
        progressing_since_day=runs.progressing,
        response_interrupted=runs.interrupted,
        partial_held=(state.partial_held | lasting) & ~progressed,
        completed=state.completed | (response == CR),
        best_response=best.response,
        confirmed_response=best.confirmed,
        first_response_day=best.first_response_day,
        confirmed_response_day=best.confirmed_response_day,
        confirmed_on_day=best.confirmed_on_day,
        first_progression_day=np.where(first, scan.time_day, state.first_progression_day),
        first_progression_cause=np.where(first, timepoint.cause, state.first_progression_cause),
        irecist=irecist,
    )


def _report(
    before: RecistState,
    after: RecistState,
    scan: Scan,
    timepoint: Timepoint,
    confirmed: Bools,
    iresponse: Codes,
) -> Assessment:
    progression = timepoint.overall == PD
    change = scan.sum_mm / before.baseline_sum_mm - 1.0
    return Assessment(
        target_response=timepoint.target,
        nontarget_response=timepoint.nontarget,
        response=timepoint.overall,
        iresponse=iresponse,
        confirmed=confirmed,
        best_response=after.best_response,
        confirmed_response=after.confirmed_response,
        best_iresponse=after.irecist.best_response,
        nadir_mm=before.nadir_mm,
        change_from_baseline=np.where(scan.evaluable, change, np.nan),
        progressed=progression & np.isnan(before.first_progression_day),
        progression_cause=timepoint.cause,
        confirmed_progression=confirmed & progression,
    )
