"""``summary.json`` of a cohort: the keys of a simulated run, each number of those in whom it is known.

A share that no file speaks of is null, a curve or median is absent. ``known`` says of how many
patients each end point is known.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from remission import __version__
from remission.arrays import Array, Bools
from remission.cohort.audit.patients import MOST_COMPARED_ARMS
from remission.cohort.cohort import Cohort
from remission.cohort.follow_up import cure_numbers
from remission.cohort.outcomes import Outcomes
from remission.cohort.tables import on_drug_day
from remission.errors import DataError
from remission.run.contrast_summary import endpoint_contrast
from remission.run.numbers import (
    MONTHS,
    curve_numbers,
    median_numbers,
    plain_median,
    share,
    treatment_free_numbers,
    with_limits,
)

_RESPONSE = ("CR", "PR")
_CONTROL = (*_RESPONSE, "SD", "NON_CR_NON_PD")
_ENDS = {"OS": "os", "PFS": "pfs", "iPFS": "ipfs"}
_FREE_MONTHS = (36, 60)
_MONTHS = (*MONTHS, 84)  # real cohorts are followed for longer than most trials


def summarise_cohort(cohort: Cohort, ends: Outcomes, arms: tuple[str, ...]) -> dict[str, Any]:
    """Summary of a cohort, with keys as in ``docs/run-folder.md`` and ``docs/cohort.md``."""
    chosen = {arm: cohort.arms == arm for arm in arms}
    return {
        "study": cohort.name,
        "seed": None,
        "patients": len(cohort),
        "version": __version__,
        "arms": {arm: _arm(cohort, ends, which) for arm, which in chosen.items()},
        "contrasts": {
            f"{first} vs {second}": _contrast(ends, chosen[first], chosen[second])
            for first, second in (combinations(arms, 2) if len(arms) <= MOST_COMPARED_ARMS else ())
        },
    }


def _arm(cohort: Cohort, ends: Outcomes, which: Bools) -> dict[str, Any]:
    n = int(which.sum())
    return {
        "n": n,
        "followed": n,
        "failed": 0,
        "not_enrolled": 0,
        "known": _known(cohort, ends, which),
        **_responses(ends, which),
        **_survival(ends, which),
        **_treatment(cohort, ends, which),
        "cure": cure_numbers(ends.os_day[which], ends.os_event[which]),
    }


def _known(cohort: Cohort, ends: Outcomes, which: Bools) -> dict[str, int]:
    """How many patients each number is of."""
    return {
        "response": int(np.isfinite(ends.responder[which]).sum()),
        **{name: int(np.isfinite(getattr(ends, f"{stem}_day")[which]).sum()) for name, stem in _ENDS.items()},
        "treatment": int(np.isfinite(on_drug_day(cohort, ends.os_day)[which]).sum()),
    }


def _responses(ends: Outcomes, which: Bools) -> dict[str, Any]:
    """Shares of all patients of the arm: who could not be judged has not responded."""
    responder, best = ends.responder[which], ends.best_response[which]
    confirmed = ends.confirmed_response[which]
    any_response = np.isfinite(responder).any()
    any_best, any_confirmed = (best != "").any(), (confirmed != "").any()
    responded = responder == 1
    duration, ended = ends.response_duration_day[which], ends.response_ended[which]
    lasting = responded & np.isfinite(duration)
    reached = ends.time_to_response_day[which]
    return {
        **share("ORR", responded if any_response else np.array([])),
        **share("CR", best == "CR" if any_best else np.array([])),
        **share("DCR", np.isin(best, _CONTROL) if any_best else np.array([])),
        **share("confirmed_ORR", np.isin(confirmed, _RESPONSE) if any_confirmed else np.array([])),
        **share("confirmed_CR", confirmed == "CR" if any_confirmed else np.array([])),
        "median_time_to_response": plain_median(reached[responded & np.isfinite(reached)]),
        **_median("median_response_duration", duration[lasting], ended[lasting]),
    }


def _survival(ends: Outcomes, which: Bools) -> dict[str, Any]:
    numbers: dict[str, Any] = {}
    for name, stem in _ENDS.items():
        day, event = _end(ends, stem, which)
        numbers |= _median(f"median_{name}", day, event)
        if name != "iPFS":
            numbers |= _curve(name, day, event)
    day, event = _end(ends, "os", which)
    return {**numbers, **_median("median_follow_up", day, 1.0 - event)}


def _end(ends: Outcomes, stem: str, which: Bools) -> tuple[Array, Array]:
    day, event = getattr(ends, f"{stem}_day")[which], getattr(ends, f"{stem}_event")[which]
    known = np.isfinite(day) & np.isfinite(event)
    return day[known], event[known]


def _median(name: str, day: Array, event: Array) -> dict[str, Any]:
    return median_numbers(name, day, event == 1) if len(day) else {}


def _curve(name: str, day: Array, event: Array) -> dict[str, Any]:
    return curve_numbers(name, day, event == 1, _MONTHS, thin=True) if len(day) else {}


def _treatment(cohort: Cohort, ends: Outcomes, which: Bools) -> dict[str, Any]:
    """Time on and free of treatment, and what followed, where the files speak of it."""
    on_drug = on_drug_day(cohort, ends.os_day)[which]
    known = np.isfinite(on_drug) & np.isfinite(ends.os_day[which])
    grade = cohort.number("worst_grade")[which]
    second, following = cohort.number("second_course")[which], cohort.number("next_line")[which]
    nobody = np.array([])
    return {
        **share("TRAE_G3-5", grade[np.isfinite(grade)] >= 3),
        **share("stopped_for_toxicity", nobody),
        **share("completed_2y_treatment", nobody),
        "median_on_drug": plain_median(on_drug[known]),
        **_median("median_time_on_treatment", *_on_treatment(cohort, ends, which)),
        **share("second_course", np.isfinite(second) if "second_course" in cohort.patients else nobody),
        "second_course_n": int(np.isfinite(second).sum()) if "second_course" in cohort.patients else None,
        **share("second_course_ORR", nobody),
        **share("second_course_DCR", nobody),
        **share("next_line", np.isfinite(following) if "next_line" in cohort.patients else nobody),
        **_free(cohort, ends, which, known),
        "deaths": {"all": int((ends.os_event[which] == 1).sum())},
        "lost_to_follow_up": None,
    }


def _on_treatment(cohort: Cohort, ends: Outcomes, which: Bools) -> tuple[Array, Array]:
    """Time to the end of the first treatment, or to death on it; who is still on it is censored."""
    day = on_drug_day(cohort, ends.os_day)[which]
    stopped = np.isfinite(cohort.number("drug_stop")[which]) | (ends.os_event[which] == 1)
    known = np.isfinite(day)
    return day[known], stopped[known].astype(float)


def _free(cohort: Cohort, ends: Outcomes, which: Bools, known: Bools) -> dict[str, Any]:
    columns = {
        "os_day": ends.os_day[which][known],
        "os_event": ends.os_event[which][known],
        "on_drug_day": on_drug_day(cohort, ends.os_day)[which][known],
        "drug_stop_day": cohort.number("drug_stop")[which][known],
        "second_course_day": cohort.number("second_course")[which][known],
        "next_line_day": cohort.number("next_line")[which][known],
    }
    numbers: dict[str, Any] = {}
    for months in _FREE_MONTHS:
        numbers |= (
            treatment_free_numbers(columns, months) if known.any() else with_limits(f"treatment_free_{months}", None)
        )
    return numbers


def _contrast(ends: Outcomes, first: Bools, second: Bools) -> dict[str, Any]:
    """Two arms compared; the first is the treated, the second the control."""
    numbers: dict[str, Any] = {}
    for name, stem in (("OS", "os"), ("PFS", "pfs")):
        sides = [_end(ends, stem, which) for which in (second, first)]
        if not all(len(day) for day, _ in sides):
            continue
        day, event = (np.concatenate(parts) for parts in zip(*sides, strict=True))
        group = np.repeat([0, 1], [len(day) for day, _ in sides])
        try:
            numbers |= endpoint_contrast(name, day, event == 1, group)
        except DataError:
            continue
    return numbers
