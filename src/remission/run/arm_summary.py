"""The numbers of one arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from remission.run.columns import DEATH_CAUSES
from remission.run.numbers import (
    MONTHS,
    curve_numbers,
    median_numbers,
    plain_median,
    share,
    treatment_free_numbers,
)

_RESPONSE = ("CR", "PR")
_CONTROL = ("CR", "PR", "SD", "NON_CR_NON_PD")
TREATMENT_FREE_MONTHS = (36, 60)


@dataclass(frozen=True)
class ArmPatients:
    """The patients of an arm, as columns of those who were followed.

    Parameters
    ----------
    counts : mapping of str to int
        Patients by status.
    columns : mapping of str to ndarray
        Followed patients; missing numbers are NaN, missing texts None.
    """

    counts: Mapping[str, int]
    columns: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, patients: pa.Table) -> ArmPatients:
        """From the table of patients of one arm."""
        status = patients["status"].cast(pa.string())
        names = ("followed", "failed", "not_enrolled")
        counts = {name: pc.sum(pc.equal(status, name)).as_py() or 0 for name in names}
        followed = patients.filter(pc.equal(status, "followed"))
        return cls(counts, {name: _plain(followed[name]) for name in followed.column_names})

    def __getitem__(self, column: str) -> NDArray[Any]:
        return self.columns[column]


def _plain(column: pa.ChunkedArray) -> NDArray[Any]:
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    return column.to_numpy()


def arm_summary(people: ArmPatients, toxicity_rules: frozenset[str]) -> dict[str, Any]:
    """Numbers of one arm; shares are of the patients who were followed.

    Parameters
    ----------
    people : ArmPatients
        The arm.
    toxicity_rules : frozenset of str
        Rules by which toxicity ends a treatment.
    """
    followed = people.counts["followed"]
    sizes = {"n": sum(people.counts.values()), **people.counts}
    if not followed:
        return sizes
    return {
        **sizes,
        **_responses(people),
        **_survival(people),
        **_treatment(people, toxicity_rules),
        **_after(people),
        "deaths": {cause: int((people["death_cause"] == cause).sum()) for cause in DEATH_CAUSES},
        "lost_to_follow_up": int((~np.isnan(people["lost_day"])).sum()),
    }


def _responses(people: ArmPatients) -> dict[str, Any]:
    best, confirmed = people["best_response"], people["confirmed_response"]
    responded = np.isin(best, _RESPONSE)
    duration = people["response_duration_day"][responded]
    ended = people["response_ended"][responded].astype(bool)
    return {
        **share("ORR", responded),
        **share("CR", best == "CR"),
        **share("DCR", np.isin(best, _CONTROL)),
        **share("confirmed_ORR", np.isin(confirmed, _RESPONSE)),
        **share("confirmed_CR", confirmed == "CR"),
        "median_time_to_response": plain_median(people["time_to_response_day"][responded]),
        **median_numbers("median_response_duration", duration, ended),
    }


def _survival(people: ArmPatients) -> dict[str, Any]:
    ends = {"OS": "os", "PFS": "pfs", "iPFS": "ipfs"}
    times = {
        name: (people[f"{stem}_day"], people[f"{stem}_event"].astype(bool)) for name, stem in ends.items()
    }
    alive = ~times["OS"][1]
    return {
        **{
            key: value
            for name, end in times.items()
            for key, value in median_numbers(f"median_{name}", *end).items()
        },
        **curve_numbers("OS", *times["OS"], MONTHS),
        **curve_numbers("PFS", *times["PFS"], MONTHS),
        **median_numbers("median_follow_up", times["OS"][0], alive),
    }


def _treatment(people: ArmPatients, toxicity_rules: frozenset[str]) -> dict[str, Any]:
    return {
        **share("TRAE_G3-5", people["worst_grade"] >= 3),
        **share("stopped_for_toxicity", np.isin(people["drug_stop_rule"], list(toxicity_rules))),
        **share("completed_2y_treatment", people["completed_treatment"].astype(bool)),
        "median_on_drug": plain_median(people["on_drug_day"]),
    }


def _after(people: ArmPatients) -> dict[str, Any]:
    again = ~np.isnan(people["second_course_day"])
    best = people["second_course_best"][again]
    return {
        **share("second_course", again),
        "second_course_n": int(again.sum()),
        **share("second_course_ORR", np.isin(best, _RESPONSE)),
        **share("second_course_DCR", np.isin(best, _CONTROL)),
        **share("next_line", ~np.isnan(people["next_line_day"])),
        **{
            key: value
            for months in TREATMENT_FREE_MONTHS
            for key, value in treatment_free_numbers(people.columns, months).items()
        },
    }
