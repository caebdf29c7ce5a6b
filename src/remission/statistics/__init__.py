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

_WHERE = {
    "kaplan_meier": ["KaplanMeier", "SurvivalAt", "kaplan_meier", "reverse_kaplan_meier"],
    "nelson_aalen": ["CumulativeHazard", "nelson_aalen"],
    "estimate": ["Contrast", "Estimate", "difference"],
    "log_rank": ["LogRankTest", "log_rank", "weighted_log_rank"],
    "weights": [
        "EarlyZero",
        "FlemingHarrington",
        "Gehan",
        "LogRank",
        "MagirrBurman",
        "ModestlyWeighted",
        "Peto",
        "TaroneWare",
    ],
    "cox": ["CoxModel", "cox"],
    "rmst": ["RestrictedMeans", "rmst", "rmst_difference"],
    "milestone": ["milestone"],
    "treatment_free": ["TreatmentFree", "treatment_free_survival"],
    "proportions": ["FisherTest", "fisher_test", "proportion", "proportion_difference", "proportion_test"],
}
_MODULE = {name: module for module, names in _WHERE.items() for name in names}
__all__ = sorted(_MODULE)


def __getattr__(name: str) -> Any:
    """Names are loaded when first used, so that importing the package costs nothing."""
    if name not in _MODULE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_MODULE[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
