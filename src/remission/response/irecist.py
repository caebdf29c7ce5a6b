"""iRECIST: progression is unconfirmed (iUPD) until the next scans confirm it (iCPD) or take it back.

Seymour L et al, Lancet Oncol 2017;18:e143, table 2, and the answers of the RECIST working group
(recist.eortc.org, group iRECIST). A *block* is a run of iUPD scans, with none but iNE between, that ends in
confirmation or in a reset.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from remission.arrays import Bools, Floats
from remission.response.codes import (
    CR,
    ICPD,
    ICR,
    INE,
    INON,
    IPR,
    ISD,
    IUPD,
    NA,
    NE,
    NON_CR_NON_PD,
    PD,
    PR,
    RANK,
    SD,
    IResponse,
    Response,
)
from remission.response.criteria import FURTHER_INCREASE_MM, Codes, Timing, at_least, has_progressed
from remission.response.scan import Scan
from remission.response.state import IrecistState
from remission.response.timepoint import Timepoint, without_progression

_TARGET, _NONTARGET, _NEW = np.int8(1), np.int8(2), np.int8(4)

# RECIST codes of a scan without progression -> iRECIST codes.
_FROM_RECIST = np.zeros(len(Response), np.int8)
_FROM_RECIST[[CR, PR, SD, NON_CR_NON_PD]] = (
    ICR,
    IPR,
    ISD,
    INON,
)

_BEST_FIRST = (
    ICR,
    IPR,
    ISD,
    INON,
    ICPD,
    IUPD,
    INE,
)
_IRANK = np.empty(len(IResponse), np.int8)
_IRANK[list(_BEST_FIRST)] = np.arange(len(_BEST_FIRST))


class _Block(NamedTuple):
    """What becomes of the block at one scan."""

    opens: Bools
    stays: Bools
    confirms: Bools
    resets: Bools
    causes: Codes


def assess_irecist(
    state: IrecistState,
    timepoint: Timepoint,
    scan: Scan,
    timing: Timing,
    days_on_study: Floats,
) -> tuple[IrecistState, Codes]:
    """Judge one scan of n patients by iRECIST.

    Parameters
    ----------
    state : IrecistState
    timepoint : Timepoint
        The RECIST 1.1 codes of the same scan.
    scan : Scan
    timing : Timing
    days_on_study : (n,)
        Days since baseline.

    Returns
    -------
    IrecistState
        The memory after the scan.
    codes : (n,) int8
        `IResponse` of the scan.
    """
    unprogressed = _unprogressed(timepoint, scan)
    causes = _progressing(state, timepoint, scan)
    block = _turn(state, causes, unprogressed, scan, timing)
    confirmed = block.confirms | (block.stays & state.confirmed)
    code = np.where(causes != 0, IUPD, unprogressed)
    code = np.where(confirmed & (causes != 0), ICPD, code).astype(np.int8)
    after = _remember(state, block, confirmed, timepoint, scan)
    return _with_history(state, after, code, timing, days_on_study), code


def _unprogressed(timepoint: Timepoint, scan: Scan) -> Codes:
    """Response where nothing progresses; new lesions that persist leave no iCR (Seymour 2017, table 2)."""
    codes = _FROM_RECIST[without_progression(timepoint.target, timepoint.nontarget)]
    weaker = np.where(timepoint.target == NA, INON, IPR)
    return np.where(scan.new_lesion & (codes == ICR), weaker, codes)


def _progressing(state: IrecistState, timepoint: Timepoint, scan: Scan) -> Codes:
    """The categories in which this scan is a progression, as bits."""
    had = state.causes
    target = timepoint.target == PD
    nontarget = (timepoint.nontarget == PD) | (((had & _NONTARGET) != 0) & scan.nontargets_increased)
    grown = scan.new_lesion & has_progressed(scan.new_lesion_sum_mm, state.new_nadir_mm)
    persists = scan.new_lesion & ((had & _NEW) != 0)
    # New lesions that merely persist uphold the block unless the disease of the baseline has shrunk since
    # (working group: "must the new lesions resolve completely before an iPR or iCR can be assigned").
    upheld = persists & ~(_improved(state, timepoint) & ~_new_has_grown(state, scan))
    new = _fresh(state, scan) | grown | upheld
    return (target * _TARGET + nontarget * _NONTARGET + new * _NEW).astype(np.int8)


def _fresh(state: IrecistState, scan: Scan) -> Bools:
    """A new lesion that was not there at the last scan."""
    return np.asarray((scan.new_lesion & ~state.new_known) | scan.further_new_lesion)


def _improved(state: IrecistState, timepoint: Timepoint) -> Bools:
    """Targets or non-targets are in a better category than when the block opened."""
    return _is_better(timepoint.target, state.block_target) | _is_better(timepoint.nontarget, state.block_nontarget)


def _is_better(codes: Codes, before: Codes) -> Bools:
    return np.asarray((RANK[codes] < RANK[before]) & (before != NE))


def _new_has_grown(state: IrecistState, scan: Scan) -> Bools:
    grown = at_least(scan.new_lesion_sum_mm, state.block_new_sum_mm + FURTHER_INCREASE_MM)
    return np.asarray(grown | scan.new_nontargets_increased)


def _turn(state: IrecistState, causes: Codes, unprogressed: Codes, scan: Scan, timing: Timing) -> _Block:
    progressing = causes != 0
    confirms = state.pending & progressing & _confirms(state, causes, scan, timing)
    judged = unprogressed != INE
    resets = state.pending & ~progressing & judged
    return _Block(~state.pending & progressing, state.pending & ~resets, confirms, resets, causes)


def _confirms(state: IrecistState, causes: Codes, scan: Scan, timing: Timing) -> Bools:
    """Progression went further, and the scan lies in the window (Seymour 2017, table 2)."""
    had = state.causes
    target = ((had & _TARGET) != 0) & at_least(scan.sum_mm, state.block_sum_mm + FURTHER_INCREASE_MM)
    nontarget = ((had & _NONTARGET) != 0) & scan.nontargets_increased
    new = ((had & _NEW) != 0) & _new_has_grown(state, scan)
    another_category = (causes & ~had) != 0
    further = target | nontarget | new | another_category | _fresh(state, scan)
    # A scan within 4 weeks counts only if made for symptoms and showing another new lesion.
    early = scan.time_day - state.block_day < timing.confirmation_day
    late = scan.time_day - state.block_last_day > timing.confirmation_latest_day
    return np.where(early, scan.symptomatic & _fresh(state, scan), further & ~late)


def _remember(state: IrecistState, block: _Block, confirmed: Bools, timepoint: Timepoint, scan: Scan) -> IrecistState:
    progressing = block.causes != 0
    had = np.where(block.opens | block.resets, np.int8(0), state.causes)
    added = block.causes & ~had
    pending = block.opens | block.stays
    # A sum over some of the targets is no mark: measured in full later, it would seem to have grown.
    whole_mm = np.where(scan.evaluable, scan.sum_mm, np.nan)
    causes = np.where(pending, had | block.causes, 0).astype(np.int8)
    unmeasured = np.isnan(state.block_sum_mm) & ((causes & _TARGET) != 0)
    new_unmeasured = np.isnan(state.block_new_sum_mm) & progressing
    return IrecistState(
        pending=pending,
        confirmed=confirmed,
        block_day=np.where(block.opens, scan.time_day, np.where(pending, state.block_day, np.nan)),
        block_last_day=np.where(progressing, scan.time_day, np.where(pending, state.block_last_day, np.nan)),
        causes=causes,
        block_sum_mm=_mark(((added & _TARGET) != 0) | unmeasured, whole_mm, state.block_sum_mm, pending),
        block_new_sum_mm=_mark(
            ((added & _NEW) != 0) | new_unmeasured, scan.new_lesion_sum_mm, state.block_new_sum_mm, pending
        ),
        block_target=np.where(block.opens, timepoint.target, state.block_target),
        block_nontarget=np.where(block.opens, timepoint.nontarget, state.block_nontarget),
        new_known=scan.new_lesion | (state.new_known & ~scan.evaluable),
        new_nadir_mm=np.where(scan.new_lesion, np.fmin(state.new_nadir_mm, scan.new_lesion_sum_mm), np.nan),
        response=state.response,
        ipfs_day=np.where(block.confirms & np.isnan(state.ipfs_day), state.block_day, state.ipfs_day),
        best_response=state.best_response,
    )


def _mark(sets: Bools, value: Floats, before: Floats, pending: Bools) -> Floats:
    return np.where(sets, value, np.where(pending, before, np.nan))


def _with_history(
    before: IrecistState,
    after: IrecistState,
    code: Codes,
    timing: Timing,
    days_on_study: Floats,
) -> IrecistState:
    """Best response before the first confirmed progression (Seymour 2017, table 3)."""
    stable = (code == ISD) | (code == INON)
    too_soon = stable & (days_on_study < timing.minimum_stable_day)
    counted = np.where(too_soon, INE, code)
    better = np.isnan(before.ipfs_day) & (_IRANK[counted] < _IRANK[before.best_response])
    best = np.where(better, counted, before.best_response)
    return replace(after, response=code, best_response=best)
