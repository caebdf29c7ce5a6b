"""What must be remembered of a patient from scan to scan: plain arrays, one row a patient."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.response.codes import Cause, IResponse, Response
from remission.response.criteria import Codes


class _Rows:
    """Rows of a frozen dataclass of arrays (or of other such dataclasses) by index."""

    def take(self, index: Any) -> Self:
        """The rows at ``index`` (integers, a mask or a slice), in that order."""
        return type(self)(*(_take(value, index) for value in _values(self)))

    def put(self, index: Any, rows: Self) -> Self:
        """A copy with the rows at ``index`` replaced by ``rows``."""
        pairs = zip(_values(self), _values(rows), strict=True)
        return type(self)(*(_put(value, index, new) for value, new in pairs))


def _values(rows: Any) -> tuple[Any, ...]:
    return tuple(getattr(rows, field.name) for field in fields(rows))


def _take(value: Any, index: Any) -> Any:
    return value.take(index) if isinstance(value, _Rows) else value[index]


def _put(value: Any, index: Any, new: Any) -> Any:
    if isinstance(value, _Rows):
        return value.put(index, new)
    changed = value.copy()
    changed[index] = new
    return changed


@dataclass(frozen=True)
class IrecistState(_Rows):
    """The iRECIST part of the memory; all fields have shape (n,).

    Attributes
    ----------
    pending : bool
        A block of progression is open: the last judged scan was iUPD or iCPD.
    confirmed : bool
        That block has been confirmed (iCPD).
    block_day, block_last_day : float
        Days of the first and of the latest progression in the block, NaN without one.
    causes : int8
        Categories that progressed in the block: 1 target, 2 non-target, 4 new lesion, added up.
    block_sum_mm, block_new_sum_mm : float
        Sum of targets, and of new-lesion targets, when their category first progressed in the block (NaN until
        all of them were measured): the mark from which 5 mm more confirm, so that increases add up.
    block_target, block_nontarget : int8
        Response of targets and non-targets at the first progression of the block.
    new_known : bool
        New lesions were there at the last scan.
    new_nadir_mm : float
        Smallest sum of new-lesion targets so far, NaN without any.
    response : int8
        Last response, not evaluable included.
    ipfs_day : float
        Day of the first iUPD of the first block that was confirmed, NaN while none was.
    best_response : int8
        Best iRECIST response before the first confirmed progression.
    """

    pending: Bools
    confirmed: Bools
    block_day: Floats
    block_last_day: Floats
    causes: Codes
    block_sum_mm: Floats
    block_new_sum_mm: Floats
    block_target: Codes
    block_nontarget: Codes
    new_known: Bools
    new_nadir_mm: Floats
    response: Codes
    ipfs_day: Floats
    best_response: Codes


@dataclass(frozen=True)
class RecistState(_Rows):
    """Memory of n patients between scans; all fields have shape (n,).

    Attributes
    ----------
    baseline_day, baseline_sum_mm : float
        Day and sum of diameters of the baseline scan.
    nadir_mm : float
        Smallest sum so far, baseline included.
    has_target, has_nontarget : bool
        Lesions chosen at baseline.
    scans : int16
        Scans assessed since baseline.
    last_day : float
        Day of the last scan, NaN before the first.
    last_judged_day : float
        Day of the last scan that could be judged, the baseline before the first: where progression-free
        survival is censored.
    response : int8
        Last response, not evaluable included.
    present : int8
        Last response that could be judged (`Response.NE` before the first).
    since_day : float
        First day of the present response while unbroken; a scan that cannot be judged does not break it.
    responding_since_day, complete_since_day, progressing_since_day : float
        First day of the run of PR or better, of CR, of PD that reaches up to now, NaN outside one.
    response_interrupted : bool
        The last scan that could be judged was stable disease within a run of PR or better.
    partial_held : bool
        A partial response was confirmed and no progression has come since.
    completed : bool
        There has been a complete response: any disease seen since is a progression.
    best_response, confirmed_response : int8
        Best response before progression, unconfirmed and confirmed.
    first_response_day, confirmed_response_day : float
        Day of the first CR or PR before progression, and of the first that was later confirmed; NaN without.
    confirmed_on_day : float
        Day of the scan that first confirmed a response, NaN without.
    first_progression_day : float
        Day of the first PD, NaN without.
    first_progression_cause : int8
        Its `Cause`.
    irecist : IrecistState
    """

    baseline_day: Floats
    baseline_sum_mm: Floats
    nadir_mm: Floats
    has_target: Bools
    has_nontarget: Bools
    scans: np.ndarray[Any, np.dtype[np.int16]]
    last_day: Floats
    last_judged_day: Floats
    response: Codes
    present: Codes
    since_day: Floats
    responding_since_day: Floats
    complete_since_day: Floats
    progressing_since_day: Floats
    response_interrupted: Bools
    partial_held: Bools
    completed: Bools
    best_response: Codes
    confirmed_response: Codes
    first_response_day: Floats
    confirmed_response_day: Floats
    confirmed_on_day: Floats
    first_progression_day: Floats
    first_progression_cause: Codes
    irecist: IrecistState

    def __len__(self) -> int:
        return len(self.baseline_sum_mm)


def begin(
    baseline_sum_mm: ArrayLike,
    has_target: ArrayLike,
    has_nontarget: ArrayLike,
    baseline_day: ArrayLike = 0.0,
) -> RecistState:
    """Memory of n patients right after their baseline scan.

    For a second course, call it again for those patients with the day and sums of their new baseline.

    Parameters
    ----------
    baseline_sum_mm : (n,)
        Sum of target diameters, short axis for nodes; ignored where there are no targets.
    has_target, has_nontarget : (n,) or scalar bool
    baseline_day : (n,) or scalar
        From here the minimum duration of stable disease counts.

    Raises
    ------
    DataError
        If a patient has targets but no positive finite sum.

    Examples
    --------
    >>> state = begin([80.0, 45.0], True, [True, False])
    >>> state.nadir_mm.tolist(), len(state)
    ([80.0, 45.0], 2)
    """
    sums = np.array(baseline_sum_mm, np.float64, ndmin=1)
    n = len(sums)
    target = np.array(np.broadcast_to(has_target, n), np.bool_)
    _check_baseline(sums, target)
    sums[~target] = np.nan
    return RecistState(
        baseline_day=np.array(np.broadcast_to(baseline_day, n), np.float64),
        baseline_sum_mm=sums,
        nadir_mm=sums.copy(),
        has_target=target,
        has_nontarget=np.array(np.broadcast_to(has_nontarget, n), np.bool_),
        scans=np.zeros(n, np.int16),
        last_day=_nan(n),
        last_judged_day=np.array(np.broadcast_to(baseline_day, n), np.float64),
        response=_code(n, Response.NE),
        present=_code(n, Response.NE),
        since_day=_nan(n),
        responding_since_day=_nan(n),
        complete_since_day=_nan(n),
        progressing_since_day=_nan(n),
        response_interrupted=np.zeros(n, np.bool_),
        partial_held=np.zeros(n, np.bool_),
        completed=np.zeros(n, np.bool_),
        best_response=_code(n, Response.NE),
        confirmed_response=_code(n, Response.NE),
        first_response_day=_nan(n),
        confirmed_response_day=_nan(n),
        confirmed_on_day=_nan(n),
        first_progression_day=_nan(n),
        first_progression_cause=_code(n, Cause.NONE),
        irecist=_begin_irecist(n),
    )


def _begin_irecist(n: int) -> IrecistState:
    return IrecistState(
        pending=np.zeros(n, np.bool_),
        confirmed=np.zeros(n, np.bool_),
        block_day=_nan(n),
        block_last_day=_nan(n),
        causes=_code(n, 0),
        block_sum_mm=_nan(n),
        block_new_sum_mm=_nan(n),
        block_target=_code(n, Response.NE),
        block_nontarget=_code(n, Response.NE),
        new_known=np.zeros(n, np.bool_),
        new_nadir_mm=_nan(n),
        response=_code(n, IResponse.iNE),
        ipfs_day=_nan(n),
        best_response=_code(n, IResponse.iNE),
    )


def _nan(n: int) -> Floats:
    return np.full(n, np.nan)


def _code(n: int, code: int) -> Codes:
    return np.full(n, code, np.int8)


def _check_baseline(sums: Floats, target: Bools) -> None:
    bad = target & ~((sums > 0) & np.isfinite(sums))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise DataError(
            "the sum of target diameters at baseline is not a positive number",
            where=f"baseline_sum_mm[{row}]",
            found=str(sums[row]),
            allowed="a finite number above 0 mm wherever has_target holds",
            next_step="set has_target to False for patients without measurable disease",
        )
