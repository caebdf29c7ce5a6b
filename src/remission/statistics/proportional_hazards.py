"""Does the hazard ratio change with time? Score test of Grambsch and Therneau (1994), as R's survival 3
computes it.

The model is widened by the product of each covariate with a function ``g`` of time; the test asks whether its
coefficient is zero, with the information of the fitted model (not its average). ``g`` is one minus the pooled
Kaplan-Meier curve just before the event (``km``), time itself (``identity``), its logarithm (``log``) or its
rank among all times, events or not (``rank``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Bools, Floats
from remission.errors import DataError
from remission.statistics.cox import TIES, cox, risk_means, risk_order
from remission.statistics.inputs import checked_events, checked_groups, checked_times
from remission.statistics.kaplan_meier import kaplan_meier

SCALES = ("km", "identity", "log", "rank")


@dataclass(frozen=True)
class ProportionalHazardsTest:
    """Chi-square with one degree of freedom and p for each covariate, and for all together.

    Parameters
    ----------
    chi_square, p_value : ndarray, shape (covariates,)
    global_chi_square, global_p_value : float
    scale : str
        The function of time.
    """

    chi_square: Floats
    p_value: Floats
    global_chi_square: float
    global_p_value: float
    scale: str


def proportional_hazards_test(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    scale: str = "km",
    ties: str = "efron",
    strata: ArrayLike | None = None,
) -> ProportionalHazardsTest:
    """Test proportional hazards of a Cox model.

    Parameters
    ----------
    time, event, covariates, strata
        As for `cox`.
    scale : {"km", "identity", "log", "rank"}
    ties : {"efron", "breslow"}

    Raises
    ------
    DataError
        As `cox`; also for an unknown scale, or ``log`` with an event at time zero.

    Examples
    --------
    >>> time, event = [1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 1, 1, 0, 0]
    >>> test = proportional_hazards_test(time, event, [0, 0, 0, 1, 1, 0, 1, 1])
    >>> bool(0 < test.p_value[0] < 1)
    True
    """
    if scale not in SCALES or ties not in TIES[:2]:
        raise DataError(
            "there is no such test",
            where="scale, ties",
            found=f"{scale}, {ties}",
            allowed=", ".join(SCALES) + "; efron, breslow",
        )
    model = cox(time, event, covariates, ties=ties, strata=strata)
    times = checked_times(time)
    events = checked_events(event, times.size)
    x = np.asarray(covariates, dtype=np.float64).reshape(times.size, -1)
    x = x - x.mean(axis=0)
    codes = None if strata is None else checked_groups(strata, times.size, "strata", at_least=1).codes
    sets = risk_order(times, events, codes)
    mean, spread = risk_means(model.coefficients, x, sets, ties == "efron")
    g = _time_scale(times, events, scale)[sets.rows]
    g = g - g.mean()
    residual = x[sets.rows] - mean
    score = g @ residual
    plain = spread.sum(axis=0)
    cross = np.tensordot(g, spread, axes=1)
    widened = np.tensordot(g * g, spread, axes=1) - cross @ np.linalg.solve(plain, cross)
    return _conclude(score, widened, plain, cross, np.tensordot(g * g, spread, axes=1), scale)


def _time_scale(times: Floats, events: Bools, scale: str) -> Floats:
    """The function of time at every patient's time."""
    if scale == "identity":
        return times
    if scale == "rank":
        _, place, size = np.unique(times, return_inverse=True, return_counts=True)
        return (np.cumsum(size) - (size - 1) / 2)[place]
    if scale == "log":
        if (times[events] <= 0).any():
            raise DataError(
                "the logarithm of time needs events after time zero",
                where="scale",
                next_step='use scale="km"',
            )
        return np.log(np.where(events, times, 1.0))
    curve = kaplan_meier(times, events)
    return 1 - np.append(1.0, curve.survival)[np.searchsorted(curve.time, times, side="left")]


def _conclude(
    score: Floats, widened: Floats, plain: Floats, cross: Floats, squared: Floats, scale: str
) -> ProportionalHazardsTest:
    """Each covariate alone (its product added to the whole model), and all together."""
    from scipy.special import chdtrc

    alone = np.array([squared[i, i] - cross[i] @ np.linalg.solve(plain, cross[i]) for i in range(score.size)])
    if not (alone > 1e-12 * np.maximum(1.0, np.diag(squared))).all():
        raise DataError("there are too few distinct event times to see a hazard ratio change", where="event")
    chi_square = score**2 / alone
    together = float(score @ np.linalg.solve(widened, score))
    return ProportionalHazardsTest(
        chi_square, chdtrc(1, chi_square), together, float(chdtrc(score.size, together)), scale
    )
