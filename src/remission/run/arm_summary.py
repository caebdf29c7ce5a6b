"""The numbers of one arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remission.arrays import Array, Bools
from remission.run.numbers import (
    MONTHS,
    curve_numbers,
    median_numbers,
    plain_median,
    rounded,
    share,
    treatment_free_numbers,
    with_limits,
)
from remission.tables.columns import DEATH_CAUSES
from remission.units import DAYS_PER_MONTH

RESPONSE = ("CR", "PR")
STABLE = ("SD", "NON_CR_NON_PD")
CONTROL = RESPONSE + STABLE
_COMPLETED = "completed_2y_treatment"
TREATMENT_FREE_MONTHS = (36, 60)


_NUMBERS = (
    "lost_day",
    "response_duration_day",
    "response_ended",
    "time_to_response_day",
    "pfs_day",
    "pfs_event",
    "ipfs_day",
    "ipfs_event",
    "os_day",
    "os_event",
    "worst_grade",
    "completed_treatment",
    "on_drug_day",
    "drug_stop_day",
    "second_course_day",
    "next_line_day",
)
_TEXTS = ("best_response", "confirmed_response", "death_cause", "drug_stop_rule", "second_course_best")
SUMMARY_COLUMNS = ("status", *_NUMBERS, *_TEXTS)


@dataclass(frozen=True)
class ArmPatients:
    """The patients of an arm, as columns of those who were followed.

    Parameters
    ----------
    counts : mapping of str to int
        Patients by status.
    columns : mapping of str to ndarray
        Numbers of the followed patients; missing ones are NaN.
    texts : mapping of str to ChunkedArray
        Their categories.
    """

    counts: Mapping[str, int]
    columns: Mapping[str, Array]
    texts: Mapping[str, pa.ChunkedArray]

    @classmethod
    def of(cls, patients: pa.Table) -> ArmPatients:
        """From the table of patients of one arm; of its columns `SUMMARY_COLUMNS` are enough."""
        status = patients["status"].cast(pa.string())
        names = ("followed", "failed", "not_enrolled")
        counts = {name: pc.sum(pc.equal(status, name)).as_py() or 0 for name in names}
        followed = patients.filter(pc.equal(status, "followed"))
        numbers = {name: followed[name].to_numpy() for name in _NUMBERS}
        return cls(counts, numbers, {name: followed[name] for name in _TEXTS})

    def __getitem__(self, column: str) -> Array:
        return self.columns[column]

    def among(self, column: str, *values: str) -> Bools:
        """Which patients have one of these values in a category."""
        wanted = pa.array(values, pa.string())
        chosen: Bools = pc.is_in(self.texts[column].cast(pa.string()), wanted).to_numpy()
        return chosen


def arm_summary(
    people: ArmPatients, toxicity_rules: frozenset[str], planned_stop_day: float | None = None
) -> dict[str, Any]:
    """Numbers of one arm; shares are of the patients who were followed.

    Parameters
    ----------
    people : ArmPatients
        The arm.
    toxicity_rules : frozenset of str
        Rules by which toxicity ends a treatment.
    planned_stop_day : float, optional
        Time on drug at which a rule of the arm ends the first course; without one nobody completes treatment.
    """
    followed = people.counts["followed"]
    sizes = {"n": sum(people.counts.values()), **people.counts}
    if not followed:
        return sizes
    return {
        **sizes,
        **_responses(people),
        **_survival(people),
        **_treatment(people, toxicity_rules, planned_stop_day),
        **_after(people),
        "deaths": {cause: int(people.among("death_cause", cause).sum()) for cause in DEATH_CAUSES},
        "lost_to_follow_up": int((~np.isnan(people["lost_day"])).sum()),
    }


def _responses(people: ArmPatients) -> dict[str, Any]:
    responded = people.among("best_response", *RESPONSE)
    duration = people["response_duration_day"][responded]
    ended = people["response_ended"][responded].astype(bool)
    return {
        **share("ORR", responded),
        **share("CR", people.among("best_response", "CR")),
        **share("DCR", people.among("best_response", *CONTROL)),
        **share("confirmed_ORR", people.among("confirmed_response", *RESPONSE)),
        **share("confirmed_CR", people.among("confirmed_response", "CR")),
        "median_time_to_response": plain_median(people["time_to_response_day"][responded]),
        **median_numbers("median_response_duration", duration, ended),
    }


def _survival(people: ArmPatients) -> dict[str, Any]:
    ends = {"OS": "os", "PFS": "pfs", "iPFS": "ipfs"}
    times = {name: (people[f"{stem}_day"], people[f"{stem}_event"].astype(bool)) for name, stem in ends.items()}
    alive = ~times["OS"][1]
    return {
        **{key: value for name, end in times.items() for key, value in median_numbers(f"median_{name}", *end).items()},
        **curve_numbers("OS", *times["OS"], MONTHS),
        **curve_numbers("PFS", *times["PFS"], MONTHS),
        **curve_numbers("iPFS", *times["iPFS"], MONTHS),
        **median_numbers("median_follow_up", times["OS"][0], alive),
    }


def _treatment(people: ArmPatients, toxicity_rules: frozenset[str], planned_stop_day: float | None) -> dict[str, Any]:
    completed = people["completed_treatment"].astype(bool)
    unplanned = planned_stop_day is None
    return {
        **share("TRAE_G3-5", people["worst_grade"] >= 3),
        **share("stopped_for_toxicity", people.among("drug_stop_rule", *toxicity_rules)),
        **(with_limits(_COMPLETED, None) if unplanned else share(_COMPLETED, completed)),
        "planned_treatment": None if planned_stop_day is None else rounded(planned_stop_day / DAYS_PER_MONTH),
        "median_on_drug": plain_median(people["on_drug_day"]),
    }


def _after(people: ArmPatients) -> dict[str, Any]:
    again = ~np.isnan(people["second_course_day"])
    return {
        **share("second_course", again),
        "second_course_n": int(again.sum()),
        **share("second_course_ORR", people.among("second_course_best", *RESPONSE)[again]),
        **share("second_course_DCR", people.among("second_course_best", *CONTROL)[again]),
        **share("next_line", ~np.isnan(people["next_line_day"])),
        **{
            key: value
            for months in TREATMENT_FREE_MONTHS
            for key, value in treatment_free_numbers(people.columns, months).items()
        },
    }
