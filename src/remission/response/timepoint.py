"""The response of one scan by RECIST 1.1: targets, non-targets, overall (Eisenhauer 2009, tables 1 and 2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from remission.response.codes import Cause, Response
from remission.response.criteria import PARTIAL_FRACTION, Codes, at_most, has_progressed
from remission.response.scan import Scan
from remission.response.state import RecistState


class Timepoint(NamedTuple):
    """RECIST 1.1 codes of one scan, each (n,)."""

    target: Codes
    nontarget: Codes
    overall: Codes
    cause: Codes


def judge(state: RecistState, scan: Scan) -> Timepoint:
    """Judge one scan of n patients from their baseline, nadir and present response."""
    target = _target(state, scan)
    nontarget = _nontarget(state, scan)
    cause = _cause(target, nontarget, scan)
    return Timepoint(target, nontarget, _overall(target, nontarget, cause), cause)


def _choose(default: Response, *cases: tuple[np.ndarray, Response]) -> Codes:
    conditions = [condition for condition, _ in cases]
    choices = [np.int8(code) for _, code in cases]
    return np.select(conditions, choices, np.int8(default)).astype(np.int8)


def _recurred(state: RecistState, scan: Scan) -> np.ndarray:
    """A lesion came back after a complete response: PD whatever its size (Eisenhauer 2009, section 4.4.2)."""
    return np.asarray(scan.reappeared & (state.present == Response.CR))


def _target(state: RecistState, scan: Scan) -> Codes:
    recurred = _recurred(state, scan) & ~scan.targets_gone
    shrunk = at_most(scan.sum_mm, PARTIAL_FRACTION * state.baseline_sum_mm)
    return _choose(
        Response.SD,
        (~state.has_target, Response.NA),
        (recurred | has_progressed(scan.sum_mm, state.nadir_mm), Response.PD),
        (~scan.evaluable, Response.NE),
        (scan.targets_gone, Response.CR),
        # A confirmed partial response goes on until progression, which is judged from the nadir
        # (EORTC RECIST clarifications; iRECIST FAQ, "managing PR when measurements change slightly").
        (shrunk | state.partial_held, Response.PR),
    )


def _nontarget(state: RecistState, scan: Scan) -> Codes:
    target_gone = scan.targets_gone | ~state.has_target
    recurred = _recurred(state, scan) & target_gone & ~scan.nontargets_gone
    return _choose(
        Response.NON_CR_NON_PD,
        (~state.has_nontarget, Response.NA),
        (scan.nontargets_progressed | recurred, Response.PD),
        (~scan.nontargets_evaluable, Response.NE),
        (scan.nontargets_gone, Response.CR),
    )


def _cause(target: Codes, nontarget: Codes, scan: Scan) -> Codes:
    conditions = [target == Response.PD, nontarget == Response.PD, scan.new_lesion]
    codes = [np.int8(Cause.TARGET), np.int8(Cause.NON_TARGET), np.int8(Cause.NEW_LESION)]
    return np.select(conditions, codes, np.int8(Cause.NONE)).astype(np.int8)


def without_progression(target: Codes, nontarget: Codes) -> Codes:
    """Overall response where no category progressed; also serves iRECIST."""
    nontarget_gone = (nontarget == Response.CR) | (nontarget == Response.NA)
    alone = target == Response.NA
    return _choose(
        Response.NE,
        (alone & (nontarget == Response.CR), Response.CR),
        (alone & (nontarget == Response.NON_CR_NON_PD), Response.NON_CR_NON_PD),
        ((target == Response.CR) & nontarget_gone, Response.CR),
        # Non-targets that persist, or that could not be judged, leave a partial response.
        ((target == Response.CR) | (target == Response.PR), Response.PR),
        (target == Response.SD, Response.SD),
    )


def _overall(target: Codes, nontarget: Codes, cause: Codes) -> Codes:
    judged = without_progression(target, nontarget)
    return np.where(cause != Cause.NONE, np.int8(Response.PD), judged)
