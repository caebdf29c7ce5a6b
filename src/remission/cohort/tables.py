"""A cohort as the five tables of a run folder; what no file says stays empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from remission.arrays import Array, Bools, Floats, Ints, Texts
from remission.cohort.cohort import Cohort
from remission.cohort.outcomes import Outcomes
from remission.tables import TABLE_NAMES, make_table

if TYPE_CHECKING:
    import pyarrow as pa

_UNKNOWN_STATE = "not recorded"
_NO_RESPONSE = ("", "NA")


def arm_tables(cohort: Cohort, ends: Outcomes, arm: str, patients: Ints) -> dict[str, pa.Table]:
    """The five tables of those of some patients who are in an arm, in order of patient."""
    chosen = np.zeros(len(cohort), bool)
    chosen[patients] = cohort.arms[patients] == arm
    if not chosen.any():
        return {name: make_table(name, {}) for name in TABLE_NAMES}
    return {
        "patients": _patients(cohort, ends, arm, chosen),
        "visits": _visits(cohort, ends, arm, chosen),
        "lesions": _lesions(ends, arm, chosen),
        "doses": make_table("doses", {}),
        "events": _events(cohort, ends, arm, chosen),
    }


def treatment_free_day(cohort: Cohort, os_day: Floats) -> Floats:
    """Days alive from the end of the first treatment to the next, or to death or last contact."""
    stop = cohort.number("drug_stop")
    following = np.fmin(cohort.number("second_course"), cohort.number("next_line"))
    known = np.isfinite(os_day) & (np.isfinite(stop) | (cohort.number("on_treatment") == 1))
    free = np.clip(np.fmin(following, os_day) - stop, 0.0, None)
    return np.where(known, np.where(np.isfinite(stop), free, 0.0), np.nan)


def on_drug_day(cohort: Cohort, os_day: Floats) -> Floats:
    """Days on the first treatment: to its end, or to the end of follow-up of those still on it."""
    stop = cohort.number("drug_stop")
    return np.where(np.isfinite(stop), stop, np.where(cohort.number("on_treatment") == 1, os_day, np.nan))


def _patients(cohort: Cohort, ends: Outcomes, arm: str, chosen: Bools) -> pa.Table:
    n = int(chosen.sum())
    sex = cohort.word("sex")
    baseline = cohort.number("baseline_sum")
    columns = {
        "patient": np.flatnonzero(chosen),
        "status": ["followed"] * n,
        "attempts": np.ones(n, np.int16),
        "age_year": _optional(cohort.number("age")[chosen]),
        "female": _flags(np.where(sex == "", np.nan, sex == "female")[chosen]),
        **{
            name: _optional(cohort.number(source)[chosen])
            for name, source in (
                ("weight_kg", "weight_kg"),
                ("height_cm", "height_cm"),
                ("albumin_g_per_L", "albumin"),
                ("ldh_ratio_uln", "ldh_ratio_uln"),
                ("second_course_day", "second_course"),
                ("next_line_day", "next_line"),
                ("drug_stop_day", "drug_stop"),
            )
        },
        "ecog": _whole(cohort.number("ecog")[chosen]),
        "worst_grade": _whole(cohort.number("worst_grade")[chosen]),
        "previously_treated": _flags(cohort.number("previously_treated")[chosen]),
        "lesions": _whole(ends.judged.n_lesions[chosen]),
        "targets": _whole(ends.judged.targets[chosen]),
        "baseline_sum_mm": _optional(np.where(np.isnan(baseline), ends.judged.baseline_sum_mm, baseline)[chosen]),
        "best_response": _words(ends.best_response[chosen]),
        "confirmed_response": _words(ends.confirmed_response[chosen]),
        "time_to_response_day": _optional(ends.time_to_response_day[chosen]),
        "response_duration_day": _optional(ends.response_duration_day[chosen]),
        "response_ended": _flags(ends.response_ended[chosen]),
        "pfs_cause": _words(ends.pfs_cause[chosen]),
        **{f"{end}_day": _optional(getattr(ends, f"{end}_day")[chosen]) for end in ("pfs", "ipfs", "os")},
        **{f"{end}_event": _flags(getattr(ends, f"{end}_event")[chosen]) for end in ("pfs", "ipfs", "os")},
        "treatment_free_day": _optional(treatment_free_day(cohort, ends.os_day)[chosen]),
        "on_drug_day": _optional(on_drug_day(cohort, ends.os_day)[chosen]),
    }
    return make_table("patients", columns, arm=arm)


def _visits(cohort: Cohort, ends: Outcomes, arm: str, chosen: Bools) -> pa.Table:
    visits = ends.judged.visits
    mine = chosen[visits["patient"]]
    rows = int(mine.sum())
    if not rows:
        return make_table("visits", {})
    kept = {name: values[mine] for name, values in visits.items()}
    columns: dict[str, Any] = {
        "patient": kept["patient"],
        "visit": kept["visit"],
        "time_day": kept["time_day"],
        "scan": np.ones(rows, bool),
        "state": _states(cohort, kept),
        "line": np.ones(rows, np.int8),
        "course": np.ones(rows, np.int8),
        "new_lesions": _whole(kept["new_lesions"]),
        **{name: _optional(kept[name]) for name in ("sum_mm", "nadir_mm", "change_pct")},
        **{
            name: _words(kept[name])
            for name in ("target_response", "nontarget_response", "response", "iresponse", "best_response")
        },
    }
    return make_table("visits", columns, arm=arm)


def _states(cohort: Cohort, visits: Mapping[str, Array]) -> Texts:
    who, day = visits["patient"], visits["time_day"]
    stop = cohort.number("drug_stop")[who]
    known = np.isfinite(stop) | (cohort.number("on_treatment")[who] == 1)
    state = np.where(np.isnan(stop) | (day < stop), "on drug", "off drug")
    return np.where(known, state, _UNKNOWN_STATE)


def _lesions(ends: Outcomes, arm: str, chosen: Bools) -> pa.Table:
    lesions = ends.judged.lesions
    if not lesions:
        return make_table("lesions", {})
    # A lesion without a role was never certain, or a node of normal size: RECIST does not follow it.
    mine = chosen[lesions["patient"]] & (lesions["role"] != "")
    if not mine.any():
        return make_table("lesions", {})
    columns = {
        "patient": lesions["patient"][mine],
        "visit": lesions["visit"][mine],
        "time_day": lesions["time_day"][mine],
        "lesion": lesions["lesion"][mine],
        "site": np.where(lesions["site"][mine] == "", "not stated", lesions["site"][mine]),
        "role": lesions["role"][mine],
        "diameter_mm": _optional(lesions["diameter_mm"][mine]),
    }
    return make_table("lesions", columns, arm=arm)


def _events(cohort: Cohort, ends: Outcomes, arm: str, chosen: Bools) -> pa.Table:
    """Events, in order of patient and time; ``enrolled`` carries the identifier of the file."""
    order = {name: place for place, name in enumerate(_EVENTS)}
    parts = [
        (patient, day, order[kind], detail)
        for kind in _EVENTS
        for patient, day, detail in _of_kind(cohort, ends, kind, chosen)
    ]
    parts.sort(key=lambda event: event[:3])
    if not parts:
        return make_table("events", {})
    patient, day, kind, detail = zip(*parts, strict=True)
    columns = {
        "patient": np.array(patient, np.int64),
        "time_day": np.array(day, np.float64),
        "kind": [_EVENTS[place] for place in kind],
        "detail": list(detail),
    }
    return make_table("events", columns, arm=arm)


_EVENTS = (
    "enrolled",
    "treatment started",
    "response",
    "scan progression",
    "treatment stopped",
    "second course",
    "next line",
    "death",
    "end of follow-up",
)


def _of_kind(cohort: Cohort, ends: Outcomes, kind: str, chosen: Bools) -> list[tuple[int, float, str | None]]:
    day, which, detail = _event_columns(cohort, ends, kind)
    places = np.flatnonzero(chosen & which & np.isfinite(day))
    return [(int(place), float(day[place]), None if detail is None else str(detail[place])) for place in places]


def _event_columns(cohort: Cohort, ends: Outcomes, kind: str) -> tuple[Floats, Bools, Texts | None]:
    """Day of an event, who had it, and what is said of it."""
    everyone = np.ones(len(cohort), bool)
    start = np.zeros(len(cohort))
    stop, died = cohort.number("drug_stop"), ends.os_event == 1
    treated = np.isfinite(stop) | (cohort.number("on_treatment") == 1)
    progressed = (ends.pfs_event == 1) & ~(died & (np.abs(ends.pfs_day - ends.os_day) < 1e-6))
    table: dict[str, tuple[Floats, Bools, Texts | None]] = {
        "enrolled": (start, everyone, cohort.ids),
        "treatment started": (start, treated, None),
        "response": (ends.time_to_response_day, everyone, ends.best_response),
        "scan progression": (ends.pfs_day, progressed, None),
        "treatment stopped": (stop, everyone, None),
        "second course": (cohort.number("second_course"), everyone, None),
        "next line": (cohort.number("next_line"), everyone, None),
        "death": (ends.os_day, died, None),
        "end of follow-up": (ends.os_day, ends.os_event == 0, None),
    }
    return table[kind]


def _optional(values: Floats) -> pa.Array:
    """Numbers; missing where NaN."""
    import pyarrow as pa

    return pa.array(values, pa.float64(), from_pandas=True)


def _whole(values: Floats) -> pa.Array:
    """Whole numbers; missing where NaN."""
    import pyarrow as pa

    nothing = np.isnan(values)
    return pa.array(np.where(nothing, 0, values).astype(np.int64), pa.int8(), mask=nothing)


def _flags(values: Floats) -> pa.Array:
    """Flags; missing where NaN."""
    import pyarrow as pa

    return pa.array(values == 1, pa.bool_(), mask=np.isnan(values.astype(np.float64)))


def _words(values: Texts) -> pa.Array:
    """Words; missing where empty or not applicable."""
    import pyarrow as pa

    return pa.array(values, pa.string(), mask=np.isin(values, _NO_RESPONSE))
