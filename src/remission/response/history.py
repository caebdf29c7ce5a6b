"""What one more scan adds to a history: runs of a response, best response, days of the endpoints."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from remission.response.codes import RANK, Response
from remission.response.criteria import Bools, Codes, Floats, Timing
from remission.response.state import RecistState


class Runs(NamedTuple):
    """First days of the unbroken runs that reach up to a scan, NaN outside one; each (n,)."""

    responding: Floats
    complete: Floats
    progressing: Floats


class Best(NamedTuple):
    """Best responses before progression and the days that go with them; each (n,)."""

    response: Codes
    confirmed: Codes
    first_response_day: Floats
    confirmed_response_day: Floats
    confirmed_on_day: Floats


def extend_runs(state: RecistState, response: Codes, time_day: Floats) -> Runs:
    """Runs of PR or better, of CR and of PD after one more scan; one that cannot be judged breaks none."""
    return Runs(
        _extend(state.responding_since_day, _responds(response), response, time_day),
        _extend(state.complete_since_day, response == Response.CR, response, time_day),
        _extend(state.progressing_since_day, response == Response.PD, response, time_day),
    )


def _extend(since_day: Floats, holds: Bools, response: Codes, time_day: Floats) -> Floats:
    started = np.where(np.isnan(since_day), time_day, since_day)
    return np.where(response == Response.NE, since_day, np.where(holds, started, np.nan))


def is_confirmed(runs: Runs, response: Codes, time_day: Floats, timing: Timing) -> Bools:
    """The response of this scan stands on an earlier one, ``confirmation_day`` before or more, unbroken.

    A complete response is confirmed by another, a partial one by a partial or complete one, a progression by
    another; stable disease knows no confirmation (Eisenhauer 2009, section 4.6).
    """
    since = np.select(
        [response == Response.CR, response == Response.PR, response == Response.PD],
        [runs.complete, runs.responding, runs.progressing],
        np.nan,
    )
    return np.asarray(time_day - since >= timing.confirmation_day)


def is_lasting(runs: Runs, response: Codes, time_day: Floats, timing: Timing) -> Bools:
    """A scan with PR or better confirms an earlier one with PR or better."""
    return _responds(response) & (time_day - runs.responding >= timing.confirmation_day)


def improve_best(state: RecistState, response: Codes, runs: Runs, time_day: Floats, timing: Timing) -> Best:
    """Best response up to and including the first progression (Eisenhauer 2009, sections 4.5 and 4.6)."""
    running = np.isnan(state.first_progression_day)
    lasting = is_lasting(runs, response, time_day, timing)
    counted = _counted(state, response, time_day, timing)
    confirmed = is_confirmed(runs, response, time_day, timing)
    counted_confirmed = np.where(
        _responds(response) & ~confirmed, _unconfirmed(state, lasting, time_day, timing), counted
    )
    newly = running & lasting & np.isnan(state.confirmed_response_day)
    first = running & _responds(response) & np.isnan(state.first_response_day)
    return Best(
        _better(state.best_response, counted, running),
        _better(state.confirmed_response, counted_confirmed, running),
        np.where(first, time_day, state.first_response_day),
        np.where(newly, runs.responding, state.confirmed_response_day),
        np.where(newly, time_day, state.confirmed_on_day),
    )


def _responds(response: Codes) -> Bools:
    return np.asarray((response == Response.CR) | (response == Response.PR))


def _long_enough(state: RecistState, time_day: Floats, timing: Timing) -> Bools:
    return np.asarray(time_day - state.baseline_day >= timing.minimum_stable_day)


def _counted(state: RecistState, response: Codes, time_day: Floats, timing: Timing) -> Codes:
    """Stable disease too soon after baseline counts as not evaluable."""
    stable = (response == Response.SD) | (response == Response.NON_CR_NON_PD)
    return np.where(stable & ~_long_enough(state, time_day, timing), np.int8(Response.NE), response)


def _unconfirmed(state: RecistState, lasting: Bools, time_day: Floats, timing: Timing) -> Codes:
    """An unconfirmed CR in a lasting response is a PR; any other unconfirmed response is stable disease."""
    stable = np.where(state.has_target, np.int8(Response.SD), np.int8(Response.NON_CR_NON_PD))
    stable = np.where(_long_enough(state, time_day, timing), stable, np.int8(Response.NE))
    return np.where(lasting & state.has_target, np.int8(Response.PR), stable)


def _better(best: Codes, response: Codes, running: Bools) -> Codes:
    return np.where(running & (RANK[response] < RANK[best]), response, best)
