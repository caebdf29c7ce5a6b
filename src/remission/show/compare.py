"""Published numbers beside simulated ones, and whether each is met.

The rule is that of `remission.study.agreement`. Where the simulated interval is much wider than what is allowed and
reaches into it, the patients are too few to say.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

from remission.study.agreement import agreement_band
from remission.study.judgement import NOT_TOLD, Judgement
from remission.tables import by_central_review

# A simulated trial as large as the real one has an interval about as wide as the published one.
WIDEST = 1.25
_MAY_NOT_BE_REACHED: Final = ("median_OS", "median_PFS", "median_iPFS", "median_response_duration")
# What tables of published results call a number of the summary.
ALIASES: Final = {
    "median_TTR": "median_time_to_response",
    "median_followup": "median_follow_up",
    "median_DOR": "median_response_duration",
    "median_DoR": "median_response_duration",
    "discontinued_TRAE": "stopped_for_toxicity",
    "ORR_second_course": "second_course_ORR",
}
Verdict = Literal["met", "missed", "too few", "not judged"]


@dataclass(frozen=True)
class Published:
    """A published result.

    Parameters
    ----------
    arm : str
        Name of the study's arm that it speaks of.
    endpoint : str
        Key of `summary.json`, for example ``"OS"``.
    month : float or None
        For endpoints at a time.
    value, low, high : float or None
        In `unit`; the interval where there is one.
    unit : str
        ``"%"``, ``"months"`` or ``"ratio"``.
    evidence : str
        ``"read"``, ``"computed"`` or ``"recalled"``.
    source : str
    against : str or None
        Name of the other arm, for hazard ratios.
    criterion : Judgement
        By what and by whom response and progression were judged.
    fitted : bool
        Whether the shipped tumour was fitted to it.
    part : str
        Part of the arm that it speaks of; empty for all of it.
    note : str
        What the table of published results says of it.
    reason : str
        Why nothing was simulated that could stand beside it; empty if something was.
    """

    arm: str
    endpoint: str
    month: float | None
    value: float
    low: float | None
    high: float | None
    unit: str
    evidence: str
    source: str
    against: str | None = None
    criterion: Judgement = NOT_TOLD
    fitted: bool = False
    part: str = ""
    note: str = ""
    reason: str = ""

    @property
    def key(self) -> str:
        """Where the simulated number stands in the summary: by central review apart from the investigator's.

        Examples
        --------
        >>> central = Judgement(reader="central")
        >>> Published("A", "median_DoR", None, 9.0, None, None, "months", "read", "", criterion=central).key
        'central_median_response_duration'
        """
        name = ALIASES.get(self.endpoint, self.endpoint)
        return by_central_review(name) if self.criterion.is_central else name


class Estimate(NamedTuple):
    """A simulated number: infinite for a median that was not reached, None when it was not simulated."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Row:
    """One line of the result table."""

    published: Published
    simulated: Estimate
    verdict: Verdict


def verdict(published: Published, simulated: float | None) -> Verdict:
    """Whether a simulated value agrees with what was published.

    Examples
    --------
    >>> orr = Published("A", "ORR", None, 42.0, 38.0, 46.1, "%", "read", "")
    >>> verdict(orr, 48.9), verdict(orr, 49.2), verdict(orr, None)
    ('met', 'missed', 'not judged')
    """
    band = allowed(published)
    if simulated is None or band is None:
        return "not judged"
    return "met" if band[0] <= simulated <= band[1] else "missed"


def judged(published: Published, simulated: Estimate) -> Verdict:
    """The verdict, or that the simulated patients are too few for one.

    Examples
    --------
    >>> orr = Published("A", "ORR", None, 42.0, 38.0, 46.1, "%", "read", "")
    >>> judged(orr, Estimate(50.0, 20.0, 80.0)), judged(orr, Estimate(70.0, 55.0, 85.0))
    ('too few', 'missed')
    """
    band = allowed(published)
    if band is not None and simulated.value is not None and simulated.low is not None:
        high = math.inf if simulated.high is None else simulated.high
        wide = high - simulated.low > WIDEST * (band[1] - band[0])
        if wide and simulated.low <= band[1] and high >= band[0]:
            return "too few"
    return verdict(published, simulated.value)


def allowed(published: Published) -> tuple[float, float] | None:
    """Within what a simulated value agrees with a published one; None where that is not judged.

    Examples
    --------
    >>> allowed(Published("A", "ORR", None, 42.0, 38.0, 46.0, "%", "read", ""))
    (35.0, 49.0)
    """
    return agreement_band(published.endpoint, published.unit, published.value, published.low, published.high)


def compare(published: Iterable[Published], summary: Mapping[str, Any]) -> tuple[Row, ...]:
    """A row for each published number, in the given order.

    Examples
    --------
    >>> summary = {"arms": {"A": {"OS": {"12": 70.0}, "OS_low": {"12": 66.0}, "OS_high": {"12": 74.0}}}}
    >>> compare([Published("A", "OS", 12.0, 71.0, 67.0, 75.0, "%", "read", "")], summary)[0].simulated.low
    66.0
    """
    rows = []
    for one in published:
        simulated = simulated_like(one, summary)
        rows.append(Row(one, simulated, judged(one, simulated)))
    return tuple(rows)


def simulated_like(one: Published, summary: Mapping[str, Any]) -> Estimate:
    """The simulated number that stands beside a published one, in its unit.

    Examples
    --------
    >>> one = Published("A", "HR_OS", None, 0.73, 0.61, 0.88, "ratio", "read", "", against="B")
    >>> simulated_like(one, {"arms": {}, "contrasts": {"B vs A": {"HR_OS": 1.25}}}).value
    0.8
    """
    if one.against is not None:
        return ratio_estimate(summary, one.arm, one.against, one.key)
    return simulated_estimate(summary, one.arm, one.key, one.month)


def ratio_estimate(summary: Mapping[str, Any], arm: str, against: str, endpoint: str) -> Estimate:
    """A hazard ratio of two arms, whichever of them the summary names first.

    Examples
    --------
    >>> ratio_estimate({"contrasts": {"A vs B": {"HR_OS": 0.8}}}, "A", "B", "HR_OS").value
    0.8
    """
    contrasts = summary.get("contrasts", {})
    if f"{arm} vs {against}" in contrasts:
        return _read(contrasts[f"{arm} vs {against}"], endpoint, None)
    value, low, high = _read(contrasts.get(f"{against} vs {arm}", {}), endpoint, None)
    return Estimate(*(None if number is None else 1 / number for number in (value, high, low)))


def simulated_estimate(summary: Mapping[str, Any], arm: str, endpoint: str, month: float | None) -> Estimate:
    """The summary's number for an arm and endpoint, with its interval.

    Examples
    --------
    >>> simulated_estimate({"arms": {"A": {"ORR": 42.0, "ORR_low": 38.0}}}, "A", "ORR", None)
    Estimate(value=42.0, low=38.0, high=None)
    """
    return _read(summary["arms"].get(arm, {}), ALIASES.get(endpoint, endpoint), month)


def _read(numbers: Mapping[str, Any], endpoint: str, month: float | None) -> Estimate:
    if endpoint not in numbers:
        return Estimate(None)
    value, low, high = (_at(numbers.get(endpoint + suffix), month) for suffix in ("", "_low", "_high"))
    name = endpoint.removeprefix(by_central_review(""))
    # The summary has a duration of response even where nobody responded; by central review there is none then.
    responded = endpoint != "median_response_duration" or numbers.get("ORR")
    if value is None and name in _MAY_NOT_BE_REACHED and responded:
        value = math.inf  # JSON has no infinity: a median that was not reached is null
    return Estimate(value, low, high)


def _at(number: Any, month: float | None) -> float | None:
    if isinstance(number, Mapping):
        number = number.get(f"{month:g}") if month is not None else None
    return None if number is None else float(number)
