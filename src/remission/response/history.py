"""What one more scan adds to a history: runs of a response, best response, days of the endpoints."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from remission.arrays import Bools, Floats
from remission.response.codes import CR, NE, NON_CR_NON_PD, PD, PR, RANK, SD
from remission.response.criteria import Codes, Timing
from remission.response.state import RecistState


class Runs(NamedTuple):
    """First days of the runs that reach up to a scan, NaN outside one; each (n,).

    `interrupted`: this scan is the one with stable disease that a run of PR or better may hold.
    """

    responding: Floats
    complete: Floats
    progressing: Floats
    interrupted: Bools


class Best(NamedTuple):
    """Best responses before progression and the days that go with them; each (n,)."""

    response: Codes
    confirmed: Codes
    first_response_day: Floats
    confirmed_response_day: Floats
    confirmed_on_day: Floats


def extend_runs(state: RecistState, response: Codes, time_day: Floats) -> Runs:
    """Runs of PR or better, of CR and of PD after one more scan.

    A scan that cannot be judged breaks none. Shrinkage that hovers about 30 % leaves the response standing: one
    scan with stable disease between two responses does not break their run, two in a row do (Eisenhauer 2009,
    appendix of frequently asked questions, on a decrease of 32, 28 and 33 %).
    """
    unjudged = response == NE
    responding = ~np.isnan(state.responding_since_day)
    hovers = (response == SD) & responding & ~state.response_interrupted
    return Runs(
        _extend(state.responding_since_day, _responds(response), unjudged | hovers, time_day),
        _extend(state.complete_since_day, response == CR, unjudged, time_day),
        _extend(state.progressing_since_day, response == PD, unjudged, time_day),
        np.where(unjudged, state.response_interrupted, hovers),
    )


def _extend(since_day: Floats, holds: Bools, passes: Bools, time_day: Floats) -> Floats:
    """A run after a scan that belongs to it, that leaves it as it was (`passes`), or that ends it."""
    started = np.where(np.isnan(since_day), time_day, since_day)
    return np.where(passes, since_day, np.where(holds, started, np.nan))


class Confirmation(NamedTuple):
    """How a scan stands to those before it; each (n,)."""

    response: Bools
    lasting: Bools


def confirm(runs: Runs, response: Codes, time_day: Floats, timing: Timing) -> Confirmation:
    """Whether this scan's response stands on an earlier one of its run, ``confirmation_day`` before or more.

    A complete response is confirmed by another, a partial one by a partial or complete one (`lasting`), a
    progression by another; stable disease knows no confirmation (Eisenhauer 2009, "confirmation").
    """
    wait = timing.confirmation_day
    lasting = _responds(response) & (time_day - runs.responding >= wait)
    complete = (response == CR) & (time_day - runs.complete >= wait)
    progression = (response == PD) & (time_day - runs.progressing >= wait)
    return Confirmation(complete | progression | (lasting & (response == PR)), lasting)


def improve_best(
    state: RecistState,
    response: Codes,
    runs: Runs,
    confirmation: Confirmation,
    time_day: Floats,
    timing: Timing,
) -> Best:
    """Best response up to and including the first progression (Eisenhauer 2009, "best overall response")."""
    running = np.isnan(state.first_progression_day)
    responds = _responds(response)
    long_enough = time_day - state.baseline_day >= timing.minimum_stable_day
    counted = _counted(response, long_enough)
    unconfirmed = _unconfirmed(state, confirmation.lasting, long_enough)
    counted_confirmed = np.where(responds & ~confirmation.response, unconfirmed, counted)
    newly = running & confirmation.lasting & np.isnan(state.confirmed_response_day)
    first = running & responds & np.isnan(state.first_response_day)
    return Best(
        _better(state.best_response, counted, running),
        _better(state.confirmed_response, counted_confirmed, running),
        np.where(first, time_day, state.first_response_day),
        np.where(newly, runs.responding, state.confirmed_response_day),
        np.where(newly, time_day, state.confirmed_on_day),
    )


def _responds(response: Codes) -> Bools:
    return np.asarray((response == CR) | (response == PR))


def _counted(response: Codes, long_enough: Bools) -> Codes:
    """Stable disease too soon after baseline counts as not evaluable."""
    stable = (response == SD) | (response == NON_CR_NON_PD)
    return np.where(stable & ~long_enough, NE, response)


def _unconfirmed(state: RecistState, lasting: Bools, long_enough: Bools) -> Codes:
    """An unconfirmed CR in a lasting response is a PR; any other unconfirmed response is stable disease."""
    stable = np.where(long_enough, np.where(state.has_target, SD, NON_CR_NON_PD), NE)
    return np.where(lasting & state.has_target, PR, stable)


def _better(best: Codes, response: Codes, running: Bools) -> Codes:
    return np.where(running & (RANK[response] < RANK[best]), response, best)
