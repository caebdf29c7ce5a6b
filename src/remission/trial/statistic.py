"""Which statistic a trial is judged by, and where its null hypothesis lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from remission.errors import DataError
from remission.statistics.weights import (
    EarlyZero,
    FlemingHarrington,
    Gehan,
    LogRank,
    MagirrBurman,
    ModestlyWeighted,
    Peto,
    TaroneWare,
    Weight,
)

LOG_RANK = LogRank()
_CORRECTED = ", corrected"


@dataclass(frozen=True)
class WeightedLogRank:
    """A test of the log-rank family.

    Parameters
    ----------
    weight : Weight
        Of `remission.statistics.weights`; equal weights by default.
    margin : float
        Hazard ratio of the null hypothesis: 1 for superiority, above 1 for non-inferiority.
    corrected : bool
        Judge by a z without its skewness (`remission.statistics.skewness`); not against a margin.

    Examples
    --------
    >>> WeightedLogRank(FlemingHarrington(0, 0.5)).name
    'FH(0, 0.5)'
    """

    weight: Weight = LOG_RANK
    margin: float = 1.0
    corrected: bool = False

    def __post_init__(self) -> None:
        if not (np.isfinite(self.margin) and self.margin > 0):
            raise DataError("a margin is a hazard ratio above 0", found=f"{self.margin:g}", where="margin")
        if self.corrected and self.margin != 1.0:
            raise DataError(
                "a test against a margin is not corrected for skewness",
                where="margin",
                found=f"{self.margin:g}",
                next_step="leave the correction out",
            )

    @property
    def name(self) -> str:
        """Short name for tables."""
        text = _weight_name(self.weight) + _CORRECTED * self.corrected
        return text if self.margin == 1.0 else f"{text}, margin {self.margin:g}"


@dataclass(frozen=True)
class MaxCombo:
    """The largest of several weighted log-rank statistics, judged by their joint normal distribution.

    Parameters
    ----------
    weights : tuple of Weight
        Two to four.
    corrected : bool
        Take the largest of z without their skewness.

    Examples
    --------
    >>> MaxCombo().name
    'MaxCombo of log-rank, FH(0, 0.5), FH(0, 1)'
    """

    weights: tuple[Weight, ...] = (LogRank(), FlemingHarrington(0, 0.5), FlemingHarrington(0, 1))
    corrected: bool = False

    def __post_init__(self) -> None:
        if not 2 <= len(self.weights) <= 4:
            raise DataError("a MaxCombo test combines two to four weights", found=str(len(self.weights)))

    @property
    def name(self) -> str:
        """Short name for tables."""
        return "MaxCombo of " + ", ".join(map(_weight_name, self.weights)) + _CORRECTED * self.corrected


@dataclass(frozen=True)
class RestrictedMean:
    """Difference of restricted mean survival time, experimental less control.

    Parameters
    ----------
    tau : float
        Horizon in follow-up time.
    margin : float
        Difference of the null hypothesis: 0 for superiority, below 0 for non-inferiority.

    Examples
    --------
    >>> RestrictedMean(24.0).name
    'RMST to 24'
    """

    tau: float
    margin: float = 0.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.tau) and self.tau > 0):
            raise DataError("tau must be a time above 0", found=f"{self.tau:g}", where="tau")
        if not np.isfinite(self.margin):
            raise DataError("a margin must be a number", found=f"{self.margin:g}", where="margin")

    @property
    def name(self) -> str:
        """Short name for tables."""
        return f"RMST to {self.tau:g}" + ("" if self.margin == 0.0 else f", margin {self.margin:g}")


@dataclass(frozen=True)
class Milestone:
    """Difference of survival at one time.

    Parameters
    ----------
    at : float
        Follow-up time.
    scale : str
        ``"difference"`` of survival (experimental less control) or of ``"log-log"`` survival.
    margin : float
        Difference of the null hypothesis on the scale of survival; below 0 for non-inferiority.

    Examples
    --------
    >>> Milestone(12.0).name
    'survival at 12'
    """

    at: float
    scale: str = "difference"
    margin: float = 0.0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.at) and self.at > 0):
            raise DataError("a milestone must be a time above 0", found=f"{self.at:g}", where="at")
        if self.scale not in ("difference", "log-log"):
            raise DataError("no such scale", found=self.scale, allowed="difference, log-log", where="scale")
        if self.scale == "log-log" and self.margin != 0.0:
            raise DataError(
                "a margin is a difference of survival, which the log-log scale does not test",
                found=f"{self.margin:g}",
                next_step='use scale="difference"',
            )
        if not -1.0 < self.margin < 1.0:
            raise DataError("a margin lies between -1 and 1", found=f"{self.margin:g}", where="margin")

    @property
    def name(self) -> str:
        """Short name for tables."""
        end = "" if self.margin == 0.0 else f", margin {self.margin:g}"
        return f"survival at {self.at:g}{' (log-log)' if self.scale == 'log-log' else ''}{end}"


@dataclass(frozen=True)
class CureFraction:
    """Difference of the cured shares, each from a mixture cure model fitted to its arm. Simulation only.

    A trial in which a fit finds no cured share (or nothing else) has no statistic, and is counted as such.

    Parameters
    ----------
    family : str
        Of the times of those who are not cured: ``"weibull"``, ``"log-normal"`` or ``"log-logistic"``.
    margin : float
        Difference of the null hypothesis; below 0 for non-inferiority.

    Examples
    --------
    >>> CureFraction().name
    'cured share (weibull)'
    """

    family: str = "weibull"
    margin: float = 0.0

    def __post_init__(self) -> None:
        if self.family not in ("weibull", "log-normal", "log-logistic"):
            raise DataError("no such family", found=self.family, allowed="weibull, log-normal, log-logistic")
        if not -1.0 < self.margin < 1.0:
            raise DataError("a margin lies between -1 and 1", found=f"{self.margin:g}", where="margin")

    @property
    def name(self) -> str:
        """Short name for tables."""
        return f"cured share ({self.family})" + ("" if self.margin == 0.0 else f", margin {self.margin:g}")


Statistic = WeightedLogRank | MaxCombo | RestrictedMean | Milestone | CureFraction


def _weight_name(weight: Weight) -> str:
    if isinstance(weight, FlemingHarrington):
        return f"FH({weight.rho:g}, {weight.gamma:g})"
    if isinstance(weight, MagirrBurman):
        return f"Magirr-Burman({weight.delay:g})"
    if isinstance(weight, ModestlyWeighted):
        return f"modestly weighted({weight.t_star:g})"
    if isinstance(weight, EarlyZero):
        return f"early zero({weight.delay:g})"
    names = {LogRank: "log-rank", Gehan: "Gehan", TaroneWare: "Tarone-Ware", Peto: "Peto"}
    return names.get(type(weight), type(weight).__name__)


def check_margin(statistic: Statistic, non_inferiority: bool) -> None:
    """Refuse a margin on the wrong side of no effect for the question that is asked.

    Raises
    ------
    DataError
        If non-inferiority is asked with a margin of no effect or better, or superiority with a worse one.

    Examples
    --------
    >>> check_margin(WeightedLogRank(margin=1.3), non_inferiority=True)
    """
    if isinstance(statistic, MaxCombo):
        if non_inferiority:
            raise DataError("a MaxCombo test has no margin: it cannot show non-inferiority")
        return
    ratio = isinstance(statistic, WeightedLogRank)
    worse = statistic.margin > 1.0 if ratio else statistic.margin < 0.0
    if non_inferiority and statistic.margin == (1.0 if ratio else 0.0):
        raise DataError(
            f"the margin of {statistic.name} is missing: non-inferiority lets the experimental arm be worse by some",
            where="margin",
            found="no margin for this test",
            allowed="a hazard ratio above 1" if ratio else "a difference below 0",
            next_step="give one under margin, or ask for superiority",
        )
    if non_inferiority and not worse:
        raise DataError(
            "the margin is on the wrong side: non-inferiority allows the experimental arm to be worse",
            where="margin",
            found=f"{statistic.margin:g}",
            allowed="a hazard ratio above 1" if ratio else "a difference below 0",
        )
    if not non_inferiority and worse:
        raise DataError(
            "the margin is on the wrong side: a trial for superiority must beat no effect",
            where="margin",
            found=f"{statistic.margin:g}",
            allowed="a hazard ratio of 1 or below" if ratio else "a difference of 0 or above",
            next_step="ask for non-inferiority if that is meant",
        )
