"""When simulated patients enrol, have their event or leave, and when a visit shows it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from remission.arrays import Bools, Floats
from remission.trial.hazard import Accrual, Hazard

# Follow-up that no data cut reaches, in any unit of time; stands for "never".
NEVER = 1e9


def enrolment(rng: np.random.Generator, trials: int, patients: int, accrual: Accrual) -> Floats:
    """Calendar times of enrolment in their order: as many independent draws from the accrual, sorted.

    Sums of exponential gaps over their total are sorted uniforms (Devroye, Non-Uniform Random Variate
    Generation, 1986, ch. V.3).
    """
    gaps = rng.standard_exponential((trials, patients + 1))
    np.cumsum(gaps, axis=1, out=gaps)
    even = len(accrual.cuts) == 1
    share = gaps[:, :-1] * ((accrual.duration if even else 1.0) / gaps[:, -1:])
    return share if even else accrual.quantile(share)


def arrival(waits: Floats, treated: NDArray[np.int8], control: Hazard, experimental: Hazard) -> Floats:
    """Times at which cumulative hazards reach unit exponentials; `NEVER` where they never do.

    Examples
    --------
    >>> arrival(np.array([[0.5, 0.5]]), np.array([[0, 1]], np.int8), Hazard((0.1,)), Hazard((0.05,)))
    array([[ 5., 10.]])
    """
    if max(control.rates) == max(experimental.rates) == 0.0:
        return np.full(waits.shape, NEVER)
    few = len(control.rates) + len(experimental.rates) <= 8
    if few and min(*control.rates, *experimental.rates) > 0:
        return _by_pieces(waits, treated, control, experimental)
    if control == experimental:
        return np.minimum(control.inverse(waits), NEVER)
    late = np.where(treated == 1, experimental.inverse(waits), control.inverse(waits))
    return np.minimum(late, NEVER)


def _by_pieces(waits: Floats, treated: NDArray[np.int8], control: Hazard, experimental: Hazard) -> Floats:
    """Few pieces of either arm, no rate zero: each piece adds the hazard used up in it over its rate."""
    cuts = np.union1d(control.cuts, experimental.cuts)
    starts = np.concatenate(([0.0], cuts))
    rates = np.stack([control.rate(starts), experimental.rate(starts)])
    widths = np.diff(starts)
    time = 0.0
    left = waits
    for piece, width in enumerate(widths):
        room = width * _by_arm(rates[:, piece], treated)
        time = time + np.minimum(left, room) * _by_arm(1.0 / rates[:, piece], treated)
        left = left - room
        np.maximum(left, 0.0, out=left)
    return time + left * _by_arm(1.0 / rates[:, -1], treated)


def _by_arm(values: Floats, treated: NDArray[np.int8]) -> Floats:
    """The value of each patient's arm; one number when the arms share it."""
    return values[0] if values[0] == values[1] else values[0] + (values[1] - values[0]) * treated


def seen_at_visits(time: Floats, event: Bools, lost: Floats, visits: Floats) -> tuple[Floats, Bools]:
    """Progression as visits show it: at the next visit, unless the patient leaves before it.

    Examples
    --------
    >>> seen_at_visits(np.array([5.0, 5.0]), np.ones(2, bool), np.array([99.0, 5.5]), np.array([3.0, 6.0]))
    (array([6., 3.]), array([ True, False]))
    """
    padded = np.concatenate(([0.0], visits, [NEVER]))
    following = padded[np.searchsorted(padded[1:], time, side="left") + 1]
    seen = event & (following <= lost) & (following < NEVER)
    last = padded[np.searchsorted(padded[1:-1], np.where(event, np.minimum(following, lost), lost), side="right")]
    return np.where(seen, following, last), seen
