"""The response of one scan by RECIST 1.1: targets, non-targets, overall (Eisenhauer 2009, tables 1 and 2)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from remission.arrays import Bools
from remission.response.codes import CR, NA, NE, NON_CR_NON_PD, PD, PR, SD, Cause
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


def _choose(default: np.int8, *cases: tuple[Bools, np.int8]) -> Codes:
    """The code of the first case that holds."""
    codes = np.full(len(cases[0][0]), default, np.int8)
    for condition, code in reversed(cases):
        codes[condition] = code
    return codes


def _target(state: RecistState, scan: Scan) -> Codes:
    # After a complete response disease is PD whatever its size, for as long as it is seen: "any disease seen at a
    # subsequent time point", not at the next alone (Eisenhauer 2009, table 3, footnote).
    recurred = state.completed & scan.targets_seen
    shrunk = at_most(scan.sum_mm, PARTIAL_FRACTION * state.baseline_sum_mm)
    return _choose(
        SD,
        (~state.has_target, NA),
        (recurred | has_progressed(scan.sum_mm, state.nadir_mm), PD),
        (~scan.evaluable, NE),
        (scan.targets_gone, CR),
        # A confirmed partial response goes on until progression, which is judged from the nadir
        # (EORTC RECIST clarifications; iRECIST FAQ, "managing PR when measurements change slightly").
        (shrunk | state.partial_held, PR),
    )


def _nontarget(state: RecistState, scan: Scan) -> Codes:
    recurred = state.completed & scan.nontargets_seen
    return _choose(
        NON_CR_NON_PD,
        (~state.has_nontarget, NA),
        (scan.nontargets_progressed | recurred, PD),
        (~scan.nontargets_evaluable, NE),
        (scan.nontargets_gone, CR),
    )


def _cause(target: Codes, nontarget: Codes, scan: Scan) -> Codes:
    return _choose(
        np.int8(Cause.NONE),
        (target == PD, np.int8(Cause.TARGET)),
        (nontarget == PD, np.int8(Cause.NON_TARGET)),
        (scan.new_lesion, np.int8(Cause.NEW_LESION)),
    )


def without_progression(target: Codes, nontarget: Codes) -> Codes:
    """Overall response where no category progressed; also serves iRECIST."""
    nontarget_gone = (nontarget == CR) | (nontarget == NA)
    alone = target == NA
    return _choose(
        NE,
        (alone & (nontarget == CR), CR),
        (alone & (nontarget == NON_CR_NON_PD), NON_CR_NON_PD),
        ((target == CR) & nontarget_gone, CR),
        # Non-targets that persist, or that could not be judged, leave a partial response.
        ((target == CR) | (target == PR), PR),
        (target == SD, SD),
    )


def _overall(target: Codes, nontarget: Codes, cause: Codes) -> Codes:
    judged = without_progression(target, nontarget)
    return np.where(cause != 0, PD, judged)
