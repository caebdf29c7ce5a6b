"""Endpoints of response, read from the memory after the last scan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats
from remission.response.criteria import Codes
from remission.response.state import RecistState


@dataclass(frozen=True)
class Endpoints:
    """Endpoints by scans alone, for death and loss know no scan; all fields have shape (n,).

    Attributes
    ----------
    time_to_response_day, response_duration_day : float
        From baseline to the first CR or PR, and from there to the first PD or the end; NaN without a
        response.
    response_ended : bool
        Progression ended the response.
    confirmed_time_to_response_day, confirmed_duration_day : float
        The same for responses that a later scan confirmed, from their first scan on.
    pfs_day : float
        To the first PD, or to the last scan that could be judged.
    pfs_event : bool
    pfs_cause : int8
        `Cause` of the first PD.
    ipfs_day : float
        To the first iUPD of the first block that was confirmed, or to the last scan that could be judged.
    ipfs_event : bool
    iupd_waiting_day : float
        To the first iUPD of a block still waiting for its confirmation; the event of a patient who dies or
        stops before another scan (Seymour 2017).
    """

    time_to_response_day: Floats
    response_duration_day: Floats
    response_ended: Bools
    confirmed_time_to_response_day: Floats
    confirmed_duration_day: Floats
    pfs_day: Floats
    pfs_event: Bools
    pfs_cause: Codes
    ipfs_day: Floats
    ipfs_event: Bools
    iupd_waiting_day: Floats


def read_endpoints(state: RecistState, end_day: ArrayLike | None = None) -> Endpoints:
    """Endpoints of n patients, in days from their baseline.

    Parameters
    ----------
    state : RecistState
        Memory after the last scan.
    end_day : (n,), optional
        Day to which a patient without progression is followed; the last scan that could be judged by default.

    Examples
    --------
    >>> from remission.response import Scan, assess, begin
    >>> state = begin([100.0], has_target=True, has_nontarget=False)
    >>> for day, sum_mm in ((84.0, 60.0), (126.0, 60.0), (168.0, 80.0)):
    ...     state, _ = assess(state, Scan(day, sum_mm, False, False, False, False, True))
    >>> end = read_endpoints(state)
    >>> float(end.time_to_response_day[0]), float(end.response_duration_day[0]), bool(end.response_ended[0])
    (84.0, 84.0, True)
    """
    end = state.last_judged_day if end_day is None else np.asarray(end_day, np.float64)
    event = ~np.isnan(state.first_progression_day)
    ievent = ~np.isnan(state.irecist.ipfs_day)
    pfs_day = np.where(event, state.first_progression_day, end)
    waiting = state.irecist.pending & ~state.irecist.confirmed & ~ievent
    origin = state.baseline_day
    return Endpoints(
        time_to_response_day=state.first_response_day - origin,
        response_duration_day=pfs_day - state.first_response_day,
        response_ended=event & ~np.isnan(state.first_response_day),
        confirmed_time_to_response_day=state.confirmed_response_day - origin,
        confirmed_duration_day=pfs_day - state.confirmed_response_day,
        pfs_day=pfs_day - origin,
        pfs_event=event,
        pfs_cause=state.first_progression_cause,
        ipfs_day=np.where(ievent, state.irecist.ipfs_day, end) - origin,
        ipfs_event=ievent,
        iupd_waiting_day=np.where(waiting, state.irecist.block_day - origin, np.nan),
    )
