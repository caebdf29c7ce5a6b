"""What the page draws of a run, as plain numbers: the same ones that stand behind the figures of the report."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from remission.run.numbers import course_ends
from remission.run.provenance import OBSERVED
from remission.show.freedom import PARTS, time_spent
from remission.show.gather import ArmData, Folder, courses
from remission.show.results import read_arms
from remission.show.style import arm_colour
from remission.show.survival import at_risk_times, curve
from remission.show.swimmer import Swimmer
from remission.show.toxicity import GRADES, grades, onset
from remission.texts import Words
from remission.units import DAYS_PER_MONTH

FREE_MONTHS = 36.0
LANES = 30
_SHOWN = ("ORR", "CR", "median_PFS", "median_OS", "TRAE_G3-5", "second_course", "next_line", "treatment_free_36")
_AT = ("12", "24", "36", "60")


def view(folder: Folder) -> dict[str, Any]:
    """Curves, lanes, bars and numbers of a run, ready to be sent as JSON.

    Parameters
    ----------
    folder : RunFolder or anything that can be read like one
        A finished run, or tables in memory.

    Returns
    -------
    dict
        Months and percent; ``null`` where a number cannot be given.

    Raises
    ------
    RunError
        If a file of the run is missing or has changed.
    """
    study, summary = folder.definition, folder.summary()
    last_month = study.follow_up_day / DAYS_PER_MONTH
    arms = [arm for arm in read_arms(folder, study, Words()) if arm.followed]
    return {
        "title": study.title or study.name,
        "study": study.name,
        "patients": folder.provenance.patients,
        "seed": folder.provenance.identity.seed,
        "observed": folder.provenance.identity.filled == OBSERVED,
        "last_month": last_month,
        "at_risk_month": list(at_risk_times(last_month)),
        "free_month": min(FREE_MONTHS, last_month),
        "arms": [_arm(folder, arm, summary["arms"][arm.name], last_month) for arm in arms],
        "contrasts": [
            {"pair": pair, **_plain({key: numbers.get(key) for key in ("HR_OS", "HR_OS_low", "HR_OS_high", "HR_PFS")})}
            for pair, numbers in summary.get("contrasts", {}).items()
        ],
    }


def _arm(folder: Folder, arm: ArmData, numbers: Mapping[str, Any], last_month: float) -> dict[str, Any]:
    treated = arm.knows("os_day") and arm.knows("on_drug_day")
    graded = arm.knows("os_day") and arm.knows("grade_known")
    return {
        "name": arm.name,
        "label": arm.label,
        "colour": arm_colour(arm.index),
        "followed": arm.followed,
        "os": _curve(arm, "os", last_month),
        "pfs": _curve(arm, "pfs", last_month),
        "spent": _spent(arm, last_month) if treated else None,
        "swimmer": _lanes(courses(folder, arm, last_month).swimmer) if treated else None,
        "toxicity": _toxicity(arm) if graded else None,
        "numbers": _numbers(numbers),
    }


def _curve(arm: ArmData, name: str, last_month: float) -> dict[str, Any] | None:
    known = arm.those_known(f"{name}_day")
    if not known.followed:
        return None
    day, event = known.patients[f"{name}_day"], known.patients[f"{name}_event"]
    found = curve(arm.label, arm_colour(arm.index), day, event, at_risk_times(last_month))
    steps = {part: np.round(getattr(found, part), 2).tolist() for part in ("month", "percent", "low", "high")}
    return {**{part: [_number(value) for value in values] for part, values in steps.items()}, "at_risk": found.at_risk}


def _spent(arm: ArmData, last_month: float) -> dict[str, Any]:
    """Months of each kind to the horizon, as in the report's figure of time free of treatment."""
    death = (arm.patients["os_day"], arm.patients["os_event"])
    spent = time_spent(arm.label, *course_ends(arm.patients), death, min(FREE_MONTHS, last_month))
    return {"horizon": spent.horizon_month, "months": dict(zip(PARTS, np.round(spent.months, 2).tolist(), strict=True))}


def _lanes(plot: Swimmer) -> dict[str, Any]:
    """The first lanes, the longest course on top; a lane is a list of stays and one of signs."""
    rows: list[dict[str, list[Any]]] = [{"stays": [], "marks": []} for _ in range(plot.lanes)]
    for stay in plot.stays:
        rows[stay.lane]["stays"].append([round(stay.start_month, 2), round(stay.end_month, 2), stay.state])
    for mark in plot.marks:
        rows[mark.lane]["marks"].append([round(mark.month, 2), mark.kind])
    for lane, month in plot.alive:
        rows[lane]["marks"].append([round(month, 2), "alive"])
    step = max(1, math.ceil(plot.lanes / LANES))
    return {"lanes": rows[::-1][::step], "patients": plot.patients}


def _toxicity(arm: ArmData) -> dict[str, Any]:
    people = arm.patients
    first = onset(arm.label, arm.index, people["first_grade3_day"], people["os_day"], people["os_event"])
    share = grades(arm.label, people["worst_grade"]).percent
    return {
        "grades": {str(grade): round(percent, 2) for grade, percent in zip(GRADES, share, strict=True)},
        "month": np.round(first.month, 2).tolist(),
        "percent": np.round(first.percent, 2).tolist(),
    }


def _numbers(numbers: Mapping[str, Any]) -> dict[str, Any]:
    """The key numbers of an arm, with their limits, and survival at a few months."""
    wanted = {key: numbers.get(key) for name in _SHOWN for key in (name, f"{name}_low", f"{name}_high")}
    at = {f"{name}_{month}": numbers.get(name, {}).get(month) for name in ("OS", "OS_low", "OS_high") for month in _AT}
    return _plain({**wanted, **at})


def _plain(numbers: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _number(value) if isinstance(value, float) else value for key, value in numbers.items()}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
