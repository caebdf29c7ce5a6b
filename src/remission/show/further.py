"""Numbers that published results ask for and the summary of a run does not hold.

Survival at other months than the summary's; what followed after completing the planned treatment, in all and
by best response; long responses; toxicity of grade 3 or 4. Made from the same columns by the same statistics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remission.run.numbers import curve_numbers, plain_median, share
from remission.show.compare import Published
from remission.show.gather import ArmData

Numbers = dict[str, Any]
_LONG_RESPONSE: Final = "responders_with_DoR>=30mo"
_LONG_MONTHS: Final = 30
_CURVES: Final = {"OS": "os", "PFS": "pfs", "iPFS": "ipfs"}
_AFTER: Final = {
    "PFS_after_completion": None,
    "PFS_after_completion_CR": "CR",
    "PFS_after_completion_PR": "PR",
    "PFS_after_completion_SD": "SD",
    "PFS_after_completion_est": None,
    "no_PD_after_completion_if_CR": "CR",
    "no_PD_after_completion_if_PR": "PR",
    "no_PD_after_completion_if_SD": "SD",
}


def with_further(summary: Mapping[str, Any], arms: Sequence[ArmData], published: Sequence[Published]) -> dict[str, Any]:
    """The summary with what the published results of each arm need besides; its own numbers stay as they are.

    Parameters
    ----------
    summary : mapping
        Content of ``summary.json``.
    arms : sequence of ArmData
    published : sequence of Published
    """
    extended = {name: dict(numbers) for name, numbers in summary["arms"].items()}
    for arm in (arm for arm in arms if arm.followed):
        wanted = [one for one in published if one.arm == arm.name]
        for key, value in _further(arm, wanted).items():
            known = extended[arm.name].get(key)
            merged = {**value, **known} if isinstance(known, Mapping) and isinstance(value, Mapping) else value
            extended[arm.name][key] = known if known is not None and merged is value else merged
    return {**summary, "arms": extended}


def _further(arm: ArmData, wanted: Sequence[Published]) -> Numbers:
    endpoints: dict[str, list[int]] = {}
    for one in wanted:
        endpoints.setdefault(one.endpoint, []).append(round(one.month or 0))
    found: Numbers = {}
    for endpoint, months in endpoints.items():
        found |= _numbers(arm.patients, endpoint, sorted(set(months)))
    return found


def _numbers(patients: Mapping[str, NDArray[Any]], endpoint: str, months: list[int]) -> Numbers:
    if endpoint in _CURVES:
        stem = _CURVES[endpoint]
        return curve_numbers(endpoint, patients[f"{stem}_day"], patients[f"{stem}_event"], months)
    if endpoint in _AFTER:
        day, event = after_completion(patients, "pfs", _AFTER[endpoint])
        return curve_numbers(endpoint, day, event, months) if day.size else {}
    if endpoint == "OS_after_completion":
        day, event = after_completion(patients, "os")
        return curve_numbers(endpoint, day, event, months) if day.size else {}
    if endpoint == _LONG_RESPONSE:
        return _long_responses(patients)
    if endpoint == "median_exposure":
        return {endpoint: plain_median(patients["on_drug_day"][patients["completed_treatment"]])}
    if endpoint == "TRAE_G3-4":
        return share(endpoint, np.isin(patients["worst_grade"], (3, 4)))
    return {}


def after_completion(
    patients: Mapping[str, NDArray[Any]], stem: str, best: str | None = None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Days from the planned end of the first course to an event, of those who completed it without
    progression.

    Parameters
    ----------
    patients : mapping of str to ndarray
        Columns of the table of patients.
    stem : str
        ``"os"`` or ``"pfs"``.
    best : str, optional
        Only patients with this best response.

    Examples
    --------
    >>> days = {"drug_stop_day": np.array([700.0, 90.0]), "pfs_day": np.array([800.0, 90.0])}
    >>> flags = {"completed_treatment": np.array([True, False]), "pfs_event": np.array([True, True])}
    >>> after_completion(days | flags, "pfs")
    (array([100.]), array([ True]))
    """
    completed = patients["completed_treatment"] & (patients["pfs_day"] >= patients["drug_stop_day"])
    if best is not None:
        completed = completed & (patients["best_response"] == best)
    day = patients[f"{stem}_day"][completed] - patients["drug_stop_day"][completed]
    return day, patients[f"{stem}_event"][completed]


def _long_responses(patients: Mapping[str, NDArray[Any]]) -> Numbers:
    """Share of responses that lasted 30 months, by Kaplan-Meier."""
    duration = patients["response_duration_day"]
    responded = np.isfinite(duration)
    if not responded.any():
        return {}
    ended = patients["response_ended"][responded]
    numbers = curve_numbers(_LONG_RESPONSE, duration[responded], ended, [_LONG_MONTHS])
    return {key: value[str(_LONG_MONTHS)] for key, value in numbers.items()}
