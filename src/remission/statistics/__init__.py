"""Statistics of time-to-event trials: arrays in, small frozen results out; knows nothing of studies.

**Sign.** Groups are sorted by label; the later one (1, "treated") is compared with the earlier one (0,
"control"). Every ``z`` in this package is positive, and every one-sided p small, when the treated group lives
longer (or responds more). Estimates keep their own scale: a difference is treated minus control, a ratio
treated over control, a Cox coefficient a log hazard ratio (so a negative coefficient has a positive z).

**Time** may be in any unit; results come back in the same unit. **Not reached** is ``inf``, never NaN. Input
that has no right answer raises `remission.errors.DataError`.
"""

from __future__ import annotations

from remission.statistics.cox import CoxModel, cox
from remission.statistics.estimate import Contrast, Estimate, difference
from remission.statistics.kaplan_meier import KaplanMeier, SurvivalAt, kaplan_meier, reverse_kaplan_meier
from remission.statistics.log_rank import LogRankTest, log_rank, weighted_log_rank
from remission.statistics.milestone import milestone
from remission.statistics.nelson_aalen import CumulativeHazard, nelson_aalen
from remission.statistics.proportions import (
    FisherTest,
    fisher_test,
    proportion,
    proportion_difference,
    proportion_test,
)
from remission.statistics.rmst import RestrictedMeans, rmst, rmst_difference
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

__all__ = [
    "Contrast",
    "CoxModel",
    "CumulativeHazard",
    "EarlyZero",
    "Estimate",
    "FisherTest",
    "FlemingHarrington",
    "Gehan",
    "KaplanMeier",
    "LogRank",
    "LogRankTest",
    "MagirrBurman",
    "ModestlyWeighted",
    "Peto",
    "RestrictedMeans",
    "SurvivalAt",
    "TaroneWare",
    "TreatmentFree",
    "cox",
    "difference",
    "fisher_test",
    "kaplan_meier",
    "log_rank",
    "milestone",
    "nelson_aalen",
    "proportion",
    "proportion_difference",
    "proportion_test",
    "reverse_kaplan_meier",
    "rmst",
    "rmst_difference",
    "treatment_free_survival",
    "weighted_log_rank",
]
