"""Statistics by the names that design files use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

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
from remission.study.reader import Problems
from remission.study.yaml import Place
from remission.trial.statistic import CureFraction, MaxCombo, Milestone, RestrictedMean, Statistic, WeightedLogRank
from remission.units import parse_duration

STATISTICS = (
    "log-rank, FH(0, 0.5), modestly weighted 6 months, Magirr-Burman 6 months, early zero 3 months, Gehan, "
    "Tarone-Ware, Peto, MaxCombo, MaxCombo(log-rank; FH(0, 1)), RMST to 24 months, survival at 24 months, "
    "cured share (weibull); tests of the log-rank family and MaxCombo also as log-rank corrected"
)

_HARRINGTON = re.compile(r"fh\(\s*([\d.]+)\s*,\s*([\d.]+)\s*\)\Z")
_OTHERS = re.compile(r"(cured share|rmst to |survival at )")
_PLAIN: dict[str, Weight] = {
    "log-rank": LogRank(),
    "logrank": LogRank(),
    "gehan": Gehan(),
    "tarone-ware": TaroneWare(),
    "peto": Peto(),
}
_DELAYED: dict[str, Callable[[float], Weight]] = {
    "modestly weighted": ModestlyWeighted,
    "magirr-burman": MagirrBurman,
    "early zero": EarlyZero,
}


def statistic_named(text: str) -> Statistic:
    """A statistic from its name; times in it become days.

    Raises
    ------
    ValueError
        If the name is unknown or a time in it cannot be read.
    DataError
        If a number in it has no meaning.

    Examples
    --------
    >>> statistic_named("FH(0, 0.5)").name
    'FH(0, 0.5)'
    >>> statistic_named("RMST to 24 months")
    RestrictedMean(tau=730.5, margin=0.0)
    """
    whole = " ".join(text.lower().split())
    name = whole.removesuffix("corrected").rstrip(" ,")
    corrected = name != whole
    if name.startswith("maxcombo"):
        inside = name.removeprefix("maxcombo").strip().removeprefix("(").removesuffix(")")
        weights = tuple(_weight(part.strip()) for part in inside.split(";")) if inside else MaxCombo().weights
        return MaxCombo(weights, corrected)
    if _OTHERS.match(name) and corrected:
        raise ValueError("only tests of the log-rank family and MaxCombo are corrected for skewness")
    if name.startswith("cured share"):
        family = name.removeprefix("cured share").strip().removeprefix("(").removesuffix(")")
        return CureFraction(family or "weibull")
    if name.startswith("rmst to "):
        return RestrictedMean(parse_duration(name.removeprefix("rmst to ")))
    if name.startswith("survival at "):
        return Milestone(parse_duration(name.removeprefix("survival at ")), "log-log")
    return WeightedLogRank(_weight(name), corrected=corrected)


def _weight(name: str) -> Weight:
    if name in _PLAIN:
        return _PLAIN[name]
    if match := _HARRINGTON.match(name):
        return FlemingHarrington(float(match[1]), float(match[2]))
    for start, make in _DELAYED.items():
        if name.startswith(start + " "):
            return make(parse_duration(name.removeprefix(start)))
    raise ValueError("unknown test")


def read_statistic(place: Place, problems: Problems) -> Any:
    """A statistic by its name in a file; what cannot be read becomes a problem."""
    if not isinstance(place.content, str):
        return problems.add(place, "the name of a test is needed here", allowed=STATISTICS)
    try:
        return statistic_named(place.content)
    except (ValueError, DataError) as error:
        return problems.add(place, f"this test cannot be read: {error}".splitlines()[0], allowed=STATISTICS)
