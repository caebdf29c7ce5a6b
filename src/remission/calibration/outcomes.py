"""Endpoints as trials report them, from the columns of an arm's patients: one table, endpoint to function.

Columns are those of the table of patients (`remission.tables`), of followed patients only, as
`remission.calibration.people` makes them. What cannot be computed is NaN and says why.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from remission.arrays import Array, Bools, Floats
from remission.run.arm_summary import CONTROL, RESPONSE, STABLE
from remission.run.contrast_summary import hazard_ratio
from remission.run.numbers import survival_at
from remission.statistics.kaplan_meier import kaplan_meier, reverse_kaplan_meier
from remission.statistics.proportions import proportion
from remission.study.judgement import NOT_TOLD, Judgement
from remission.study.published import SECOND_COURSE
from remission.units import DAYS_PER_MONTH

Columns = Mapping[str, Array]
_PERCENT: Final = 100.0
_HALF_YEAR_DAY: Final = 6 * DAYS_PER_MONTH
_UNKNOWN: Final = (math.inf,) * 3


class Outcome(NamedTuple):
    """A number with its interval, or why there is none.

    A median that was not reached is infinite; a number that cannot be computed is NaN.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    reason: str = ""


class Asked(NamedTuple):
    """How an endpoint is asked for.

    Parameters
    ----------
    month : float or None
        Of a curve, or of the data cut.
    unit : str
        ``%``, ``months``, ``days`` or ``ratio``.
    criterion : Judgement
        By what response and progression are judged. The columns are those of its reader
        (`remission.calibration.people.read_by`).
    length : float
        Months in the name of the endpoint, as in ``responders_with_DoR>=30mo``.
    """

    month: float | None = None
    unit: str = "%"
    criterion: Judgement = NOT_TOLD
    length: float = math.nan

    @property
    def progression(self) -> str:
        """Stem of the columns of progression-free survival."""
        return "ipfs" if self.criterion.waits_for_confirmation else "pfs"

    @property
    def last_day(self) -> float:
        """Day of the data cut; infinite without one."""
        return math.inf if self.month is None else self.month * DAYS_PER_MONTH


Endpoint = Callable[[Columns, Asked], Outcome]


def missing(reason: str) -> Outcome:
    """No number, and why.

    Examples
    --------
    >>> missing("nobody responded").reason
    'nobody responded'
    """
    return Outcome(math.nan, reason=reason)


def outcome(people: Columns, endpoint: str, asked: Asked, other: Columns | None = None) -> Outcome:
    """An endpoint of some patients, in the unit asked for.

    Parameters
    ----------
    people : mapping of str to ndarray, shape (patients,)
    endpoint : str
        As in tables of published results; ``HR_OS_vs_ipi`` is ``HR_OS`` against ``other``.
    asked : Asked
    other : mapping, optional
        The control of a ratio.

    Examples
    --------
    >>> people = {"os_day": np.array([100.0, 400.0, 500.0, 800.0]), "os_event": np.array([1, 1, 1, 0], bool)}
    >>> outcome(people, "OS", Asked(12))[:3] == (75.0, *outcome(people, "OS", Asked(12))[1:3])
    True
    >>> outcome(people, "quality_of_life", Asked()).reason
    'no such endpoint here'
    """
    name, length = _parts(endpoint)
    asked = asked._replace(length=length)
    if asked.criterion.is_central and name in SECOND_COURSE:
        return missing("a second course has no central reading")
    try:
        if name in RATIOS:
            return _ratio(people, other, name, asked)
        function = ENDPOINTS.get(name)
        return missing("no such endpoint here") if function is None else function(people, asked)
    except KeyError as error:
        return missing(f"the patients have no column {error.args[0]}")


_AGAINST = re.compile(r"_vs_\w+\Z")
_LENGTH = re.compile(r">=\s*([\d.]+)\s*mo\Z")


def _parts(endpoint: str) -> tuple[str, float]:
    """The name in the table, and the months that it may end with."""
    length = _LENGTH.search(endpoint)
    bare = _AGAINST.sub("", _LENGTH.sub("", endpoint))
    return bare, float(length[1]) if length else math.nan


def _ratio(people: Columns, other: Columns | None, name: str, asked: Asked) -> Outcome:
    """Hazard ratio, with follow-up ended at the data cut."""
    if other is None:
        return missing("the other arm is not known")
    stem = asked.progression if name == "HR_PFS" else "os"
    arms = (other, people)
    days = np.concatenate([arm[f"{stem}_day"] for arm in arms])
    event = np.concatenate([arm[f"{stem}_event"] for arm in arms]).astype(bool)
    group = np.repeat([0, 1], [len(arm[f"{stem}_day"]) for arm in arms])
    event &= days <= asked.last_day
    ratio = hazard_ratio(np.minimum(days, asked.last_day), event, group)
    if ratio is None:
        return missing("too few events for a hazard ratio")
    return Outcome(ratio.value, ratio.lower, ratio.upper)


def among(values: Array, names: tuple[str, ...]) -> Bools:
    """Which values are one of some names.

    Examples
    --------
    >>> among(np.array(["CR", None, "PD"], object), ("CR", "PR"))
    array([ True, False, False])
    """
    chosen = np.zeros(len(values), bool)
    for name in names:
        chosen |= np.asarray(values == name, bool)
    return chosen


def _share(members: Bools) -> Outcome:
    if len(members) == 0:
        return missing("no such patients")
    found = proportion(int(members.sum()), len(members))
    return Outcome(_PERCENT * found.value, _PERCENT * found.lower, _PERCENT * found.upper)


def _survival(days: Floats, event: Bools, month: float | None) -> Outcome:
    if month is None or math.isnan(month):
        return missing("a curve needs a month")
    if len(days) == 0:
        return missing("no such patients")
    point = (
        _UNKNOWN
        if _seen_no_longer(days, event, month)
        else survival_at(kaplan_meier(days, event), month, days, event, fewest=0)
    )
    if math.isinf(point[0]):
        return missing(f"too few are followed at month {month:g}")
    return Outcome(*point)


def _seen_no_longer(days: Floats, event: Bools, month: float) -> bool:
    """Whether more were censored in the half year before than are left: follow-up ends there.

    At scans the living are censored, and a few deaths after the last scan would pull the curve to 0.
    """
    day = month * DAYS_PER_MONTH
    left = int(np.sum(days >= day - 1e-6))
    return int(np.sum(~event & (days < day - 1e-6) & (days >= day - _HALF_YEAR_DAY))) > left


def _in_unit(days: tuple[float, float, float], unit: str) -> Outcome:
    scale = 1.0 if unit == "days" else DAYS_PER_MONTH
    value, low, high = (day / scale for day in days)
    return Outcome(value, low, high)


def _median(days: Floats, event: Bools, unit: str) -> Outcome:
    """Kaplan-Meier median; infinite if not reached."""
    if len(days) == 0:
        return missing("no such patients")
    found = kaplan_meier(days, event).median
    return _in_unit((found.value, found.lower, found.upper), unit)


def _curve(people: Columns, asked: Asked, *, stem: str = "", only: Callable[[Columns], Bools] | None = None) -> Outcome:
    """Survival at a month: of ``stem``, or progression by the criterion asked for; of some patients."""
    stem = stem or asked.progression
    who = slice(None) if only is None else only(people)
    return _survival(people[f"{stem}_day"][who], people[f"{stem}_event"][who].astype(bool), asked.month)


def _curve_median(people: Columns, asked: Asked, *, stem: str = "") -> Outcome:
    stem = stem or asked.progression
    return _median(people[f"{stem}_day"], people[f"{stem}_event"].astype(bool), asked.unit)


def _best(people: Columns, asked: Asked, *, responses: tuple[str, ...]) -> Outcome:
    """Share with such a best response; by a data cut, of those responses that had come by then."""
    column = "confirmed_response" if asked.criterion.confirmed else "best_response"
    members = among(people[column], responses)
    day = {RESPONSE: "time_to_response_day", ("CR",): "complete_response_day"}.get(responses)
    if day is not None and day in people and asked.month is not None:
        members &= people[day] <= asked.last_day
    return _share(members)


def _responders(people: Columns) -> tuple[Bools, Floats, Bools]:
    """Who responded, and how long the responses lasted or have been seen to last."""
    responded = np.isfinite(people["response_duration_day"])
    ended = people["response_ended"][responded].astype(bool)
    return responded, people["response_duration_day"][responded], ended


def _time_to_response(people: Columns, asked: Asked) -> Outcome:
    days = people["time_to_response_day"]
    days = days[np.isfinite(days)]
    if len(days) == 0:
        return missing("nobody responded")
    low, value, high = np.quantile(days, (0.025, 0.5, 0.975))
    return _in_unit((float(value), float(low), float(high)), asked.unit)


def _duration_median(people: Columns, asked: Asked) -> Outcome:
    return _median(*_responders(people)[1:], asked.unit)


def _long_responses(people: Columns, asked: Asked) -> Outcome:
    """Share of responses that last so many months, by Kaplan-Meier."""
    return _survival(*_responders(people)[1:], asked.month if math.isnan(asked.length) else asked.length)


def _ongoing(people: Columns, asked: Asked) -> Outcome:
    """Share of responses that had not ended by the data cut, as a count of responders."""
    responded, duration, ended = _responders(people)
    return _share(~(ended & (people["time_to_response_day"][responded] + duration <= asked.last_day)))


def _toxicity(people: Columns, asked: Asked, *, grades: tuple[int, int]) -> Outcome:
    low, high = grades
    members = (people["worst_grade"] >= low) & (people["worst_grade"] <= high)
    return _share(members & ~(people["first_grade3_day"] > asked.last_day))


def _stopped_for_toxicity(people: Columns, asked: Asked) -> Outcome:
    """All toxicity that is simulated is of grade 3 or more."""
    return _share(people["stopped_for_toxicity"] & ~(people["drug_stop_day"] > asked.last_day))


def _completed(people: Columns, asked: Asked) -> Outcome:
    planned = people["planned_stop"]
    if not planned.any():
        return missing("no rule of the arm stops everyone without progression at a fixed time on drug")
    return _share(people["completed_treatment"].astype(bool))


def after_completion(people: Columns, stem: str, best: tuple[str, ...] | None = None) -> tuple[Floats, Bools]:
    """Days from the planned end of the first course to an event, of those who completed it without progression.

    Parameters
    ----------
    people : mapping of str to ndarray
    stem : str
        ``"os"``, ``"pfs"`` or ``"ipfs"``.
    best : tuple of str, optional
        Only patients with one of these as best response.

    Examples
    --------
    >>> days = {"drug_stop_day": np.array([700.0, 90.0]), "pfs_day": np.array([800.0, 90.0])}
    >>> flags = {"completed_treatment": np.array([True, False]), "pfs_event": np.array([True, True])}
    >>> after_completion(days | flags, "pfs")
    (array([100.]), array([ True]))
    """
    free = people["pfs_day" if stem == "os" else f"{stem}_day"] >= people["drug_stop_day"]
    completed = people["completed_treatment"].astype(bool) & free
    if best is not None:
        completed &= among(people["best_response"], best)
    day = people[f"{stem}_day"][completed] - people["drug_stop_day"][completed]
    return day, people[f"{stem}_event"][completed].astype(bool)


def _after(people: Columns, asked: Asked, *, stem: str = "", best: tuple[str, ...] | None = None) -> Outcome:
    return _survival(*after_completion(people, stem or asked.progression, best), asked.month)


def _after_remission(people: Columns, asked: Asked, *, start: str, only: str = "") -> Outcome:
    """Without progression or death at a month from a day in complete remission."""
    members = people["complete_response"] & np.isfinite(people[start])
    if only:
        members &= people[only]
    days = people["pfs_day"][members] - people[start][members]
    return _survival(np.maximum(days, 0.0), people["pfs_event"][members].astype(bool), asked.month)


def _second_course(people: Columns, asked: Asked) -> Outcome:
    again = np.isfinite(people["second_course_day"])
    return _share(among(people["second_course_best"][again], RESPONSE))


def _treatment_free(people: Columns, asked: Asked) -> Outcome:
    """Share of the living at a month who are off the study drug and have had no other treatment since."""
    day = asked.last_day
    alive = people["os_day"] >= min(day, people["os_day"].max(initial=0.0)) - 1e-6
    stopped = (people["drug_stop_day"] <= day) | (people["on_drug_day"] == 0)
    other = np.fmin(people["second_course_day"], people["next_line_day"]) <= day
    return _share((stopped & ~other)[alive])


def _had_other_treatment(people: Columns) -> Bools:
    return np.isfinite(people["next_line_day"])


def _treatment_duration(people: Columns, asked: Asked) -> Outcome:
    """Median length of the first course, those still on it counted as such."""
    stop = people["drug_stop_day"]
    stopped = np.isfinite(stop)
    return _median(np.where(stopped, stop, people["os_day"]), stopped, asked.unit)


def _exposure(people: Columns, asked: Asked) -> Outcome:
    """Median time on the study drug of those who completed the planned treatment."""
    days = people["on_drug_day"][people["completed_treatment"].astype(bool)]
    return _median(days, np.ones(len(days), bool), asked.unit)


def _follow_up(people: Columns, asked: Asked) -> Outcome:
    if len(people["os_day"]) == 0:
        return missing("no such patients")
    found = reverse_kaplan_meier(people["os_day"], people["os_event"].astype(bool)).median
    return _in_unit((found.value, found.lower, found.upper), asked.unit)


RATIOS: Final = ("HR_OS", "HR_PFS")
_AFTER_BEST: Final = {"": None, "_CR": ("CR",), "_PR": ("PR",), "_SD": STABLE}
ENDPOINTS: Final[Mapping[str, Endpoint]] = {
    "OS": partial(_curve, stem="os"),
    "PFS": _curve,
    "median_OS": partial(_curve_median, stem="os"),
    "median_PFS": _curve_median,
    "OS_from_randomisation": partial(_curve, stem="os"),
    "PFS_from_randomisation": _curve,
    "OS_if_any_subsequent_therapy": partial(_curve, stem="os", only=_had_other_treatment),
    "ORR": partial(_best, responses=RESPONSE),
    "CR": partial(_best, responses=("CR",)),
    "PR": partial(_best, responses=("PR",)),
    "SD": partial(_best, responses=STABLE),
    "PD": partial(_best, responses=("PD",)),
    "DCR": partial(_best, responses=CONTROL),
    "median_TTR": _time_to_response,
    "median_DoR": _duration_median,
    "median_DOR": _duration_median,
    "DoR": _long_responses,
    "responders_with_DoR": _long_responses,
    "responses_ongoing": _ongoing,
    "TRAE_G3-4": partial(_toxicity, grades=(3, 4)),
    "TRAE_G3-5": partial(_toxicity, grades=(3, 5)),
    "irAE_G3-4": partial(_toxicity, grades=(3, 4)),
    "irAE_G3-5": partial(_toxicity, grades=(3, 5)),
    "discontinued_AE": _stopped_for_toxicity,
    "discontinued_TRAE": _stopped_for_toxicity,
    "discontinued_TRAE_G3-4": _stopped_for_toxicity,
    "completed_2y_treatment": _completed,
    "OS_after_completion": partial(_after, stem="os"),
    "PFS_after_completion_est": _after,
    **{f"PFS_after_completion{name}": partial(_after, best=best) for name, best in _AFTER_BEST.items()},
    **{f"no_PD_after_completion_if{name}": partial(_after, best=best) for name, best in _AFTER_BEST.items() if name},
    "DFS_from_CR": partial(_after_remission, start="complete_response_day"),
    "CR_maintained_at_cutoff": partial(_after_remission, start="complete_response_day"),
    "DFS_from_CR_stopped": partial(_after_remission, start="drug_stop_day", only="stopped_in_remission"),
    "ORR_second_course": _second_course,
    "treatment_free_among_alive": _treatment_free,
    "median_treatment_duration": _treatment_duration,
    "median_exposure": _exposure,
    "median_followup": _follow_up,
}
"""Every endpoint of tables of published results that can be computed, besides ratios of two arms."""


def counted_from_later(endpoint: str) -> bool:
    """Whether the months of an endpoint count from a stop or a complete response, and not from the first dose.

    Examples
    --------
    >>> counted_from_later("PFS_after_completion"), counted_from_later("PFS")
    (True, False)
    """
    function = ENDPOINTS.get(endpoint)
    return getattr(function, "func", function) in (_after, _after_remission)
