"""Non-inferiority margins from history: M1 is all that the control adds, M2 the part that may be lost.

FDA guidance, Non-Inferiority Clinical Trials to Establish Effectiveness (2016): M1 is taken from the limit
of the confidence interval nearest to no effect, and M2 keeps a share of M1, for hazard ratios on the
logarithmic scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from remission.errors import DataError


@dataclass(frozen=True)
class Margin:
    """A margin and where it comes from.

    Attributes
    ----------
    m1 : float
        The control's whole effect: hazard ratio of no treatment to control (above 1), or difference in
        survival or RMST (above 0).
    m2 : float
        What the trial must exclude: a hazard ratio above 1, or a difference below 0.
    kept : float
        Share of M1 that the experimental arm is shown to keep.
    """

    m1: float
    m2: float
    kept: float


def margin_of_hazard_ratio(upper_limit: float, kept: float = 0.5) -> Margin:
    """Margin for the hazard ratio of experimental to control.

    Parameters
    ----------
    upper_limit : float
        Upper confidence limit of the historical hazard ratio of control to placebo; below 1.
    kept : float
        Share of the effect to be kept.

    Raises
    ------
    DataError
        If history does not show that the control works, or the share is not between 0 and 1.

    Examples
    --------
    >>> margin_of_hazard_ratio(0.64, kept=0.5).m2
    1.25
    """
    _check_kept(kept)
    if not 0.0 < upper_limit < 1.0:
        raise DataError(
            "history does not show that the control works, so it gives no margin",
            where="upper_limit",
            found=f"{upper_limit:g}",
            allowed="a hazard ratio of control to placebo below 1",
        )
    return Margin(1.0 / upper_limit, math.exp(-(1.0 - kept) * math.log(upper_limit)), kept)


def margin_of_difference(lower_limit: float, kept: float = 0.5) -> Margin:
    """Margin for a difference of survival or restricted means, experimental less control.

    Parameters
    ----------
    lower_limit : float
        Lower confidence limit of what the control adds to placebo; above 0.

    Examples
    --------
    >>> margin_of_difference(0.20, kept=0.5).m2
    -0.1
    """
    _check_kept(kept)
    if not lower_limit > 0.0:
        raise DataError(
            "history does not show that the control works, so it gives no margin",
            where="lower_limit",
            found=f"{lower_limit:g}",
            allowed="a gain over placebo above 0",
        )
    return Margin(lower_limit, -(1.0 - kept) * lower_limit, kept)


def _check_kept(kept: float) -> None:
    if not 0.0 <= kept < 1.0:
        raise DataError(
            "the share of the effect to keep is 0 or more, and below 1: with all of it kept no margin is left",
            found=f"{kept:g}",
            where="kept",
            allowed="0 (all of it may be lost) to below 1",
        )
