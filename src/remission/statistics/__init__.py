"""Statistics of time-to-event trials: arrays in, small frozen results out; knows nothing of studies.

**Sign.** Groups are sorted by label; the later one (1, "treated") is compared with the earlier one (0,
"control"). Every ``z`` in this package is positive, and every one-sided p small, when the treated group lives
longer (or responds more). Estimates keep their own scale: a difference is treated minus control, a ratio
treated over control, a Cox coefficient a log hazard ratio (so a negative coefficient has a positive z).

**Time** may be in any unit; results come back in the same unit. **Not reached** is ``inf``, never NaN. Input
that has no right answer raises `remission.errors.DataError`.
"""

from __future__ import annotations

from typing import Any

# A name that is also the name of its module must be bound plainly: importing the module binds that name too.
from remission.statistics.concordance import Concordance, concordance
from remission.statistics.cox import CoxModel, cox
from remission.statistics.estimate import Contrast, Estimate, difference
from remission.statistics.kaplan_meier import KaplanMeier, SurvivalAt, kaplan_meier, reverse_kaplan_meier
from remission.statistics.log_rank import LogRankTest, log_rank, weighted_log_rank
from remission.statistics.max_combo import MaxComboTest, max_combo
from remission.statistics.milestone import milestone
from remission.statistics.nelson_aalen import CumulativeHazard, nelson_aalen
from remission.statistics.one_sample import OneSampleTest, one_sample_log_rank
from remission.statistics.piecewise_exponential import PiecewiseExponential, piecewise_exponential
from remission.statistics.proportion_ratios import odds_ratio, risk_ratio
from remission.statistics.proportional_hazards import ProportionalHazardsTest, proportional_hazards_test
from remission.statistics.proportions import (
    FisherTest,
    fisher_test,
    proportion,
    proportion_difference,
    proportion_test,
)
from remission.statistics.reconstruct import Reconstruction, reconstruct
from remission.statistics.rmst import RestrictedMeans, rmst, rmst_difference
from remission.statistics.rmst_adjusted import AdjustedMeans, rmst_adjusted
from remission.statistics.treatment_free import TreatmentFree, treatment_free_survival
from remission.statistics.weights import (
    EarlyZero,
    FlemingHarrington,
    Gehan,
    LogRank,
    MagirrBurman,
    ModestlyWeighted,
    Peto,
    TaroneWare,
)

# Models that need SciPy are loaded when first used.
_LATER = {
    "CureModel": "cure",
    "cure_model": "cure",
    "CureSpread": "cure_evidence",
    "FollowUp": "cure_evidence",
    "cure_follow_up": "cure_evidence",
    "cure_spread": "cure_evidence",
    "CumulativeIncidence": "competing_risks",
    "GrayTest": "competing_risks",
    "cumulative_incidence": "competing_risks",
    "gray_test": "competing_risks",
    "IntervalRegression": "interval_censored",
    "TurnbullCurve": "interval_censored",
    "interval_regression": "interval_censored",
    "turnbull": "interval_censored",
    "interval_log_rank": "interval_test",
}

__all__ = [  # noqa: RUF022  what is loaded now, then what is loaded later
    "AdjustedMeans", "Concordance", "Contrast", "CoxModel", "CumulativeHazard", "EarlyZero", "Estimate",
    "FisherTest", "FlemingHarrington", "Gehan", "KaplanMeier", "LogRank", "LogRankTest", "MagirrBurman",
    "MaxComboTest", "ModestlyWeighted", "OneSampleTest", "Peto", "PiecewiseExponential",
    "ProportionalHazardsTest", "Reconstruction", "RestrictedMeans", "SurvivalAt", "TaroneWare",
    "TreatmentFree", "concordance", "cox", "difference", "fisher_test", "kaplan_meier", "log_rank",
    "max_combo", "milestone", "nelson_aalen", "odds_ratio", "one_sample_log_rank", "piecewise_exponential",
    "proportion", "proportion_difference", "proportion_test", "proportional_hazards_test",
    "reconstruct", "reverse_kaplan_meier", "risk_ratio", "rmst", "rmst_adjusted", "rmst_difference",
    "treatment_free_survival", "weighted_log_rank", "CumulativeIncidence", "CureModel", "CureSpread",
    "FollowUp", "GrayTest", "IntervalRegression", "TurnbullCurve", "cumulative_incidence",
    "cure_follow_up", "cure_model", "cure_spread", "gray_test", "interval_regression", "turnbull", "interval_log_rank",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Load a name of `_LATER`."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
