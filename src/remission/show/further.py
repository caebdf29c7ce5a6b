"""Numbers that published results ask for and the summary of a run does not hold.

Survival at other months than the summary's; what followed after completing the planned treatment, in all and
by best response; long responses; toxicity of grade 3 or 4: endpoints of `remission.calibration.outcomes`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from remission.calibration.outcomes import Asked, Columns, Outcome, outcome
from remission.calibration.people import read_by
from remission.run.numbers import rounded
from remission.show.compare import Published
from remission.show.gather import ArmData

Numbers = dict[str, Any]
_PLAIN: Final = {"iPFS": "PFS", "median_iPFS": "median_PFS", "HR_iPFS": "HR_PFS"}
"""What tables of published results call an endpoint by confirmed progression."""
_FROM_THE_TABLE: Final = ("ORR", "CR", "DCR", "median_OS", "median_PFS", "median_iPFS", "median_follow_up")
"""What the summary has, whatever the month of the data cut."""


def with_further(summary: Mapping[str, Any], arms: Sequence[ArmData], published: Sequence[Published]) -> dict[str, Any]:
    """The summary with what the published results of each arm need besides; its own numbers stay as they are.

    Parameters
    ----------
    summary : mapping
        Content of ``summary.json``.
    arms : sequence of ArmData
    published : sequence of Published
    """
    followed = {arm.name: arm.patients for arm in arms if arm.followed}
    extended = {name: dict(numbers) for name, numbers in summary["arms"].items()}
    contrasts = {pair: dict(numbers) for pair, numbers in summary.get("contrasts", {}).items()}
    for name, patients in followed.items():
        wanted = [one for one in published if one.arm == name and not one.reason]
        for key, value in _further(patients, wanted).items():
            known = extended[name].get(key)
            merged = {**value, **known} if isinstance(known, Mapping) and isinstance(value, Mapping) else value
            extended[name][key] = known if known is not None and merged is value else merged
        for one in wanted:
            if one.against in followed and one.criterion.is_central:
                _put_ratio(contrasts, one, _outcome(patients, one, followed[one.against]))
    return {**summary, "arms": extended, "contrasts": contrasts}


def _further(patients: Columns, wanted: Sequence[Published]) -> Numbers:
    found: Numbers = {}
    for one in wanted:
        if one.key not in _FROM_THE_TABLE and one.against is None:
            _put(found, one, _outcome(patients, one))
    return found


def _outcome(patients: Columns, one: Published, other: Columns | None = None) -> Outcome:
    """What a published number comes to among patients as its reader judged them."""
    plain = _PLAIN.get(one.endpoint)
    criterion = one.criterion if plain is None else replace(one.criterion, measure="iRECIST")
    reader = criterion.reader
    control = None if other is None else read_by(other, reader)
    return outcome(read_by(patients, reader), plain or one.endpoint, Asked(one.month, one.unit, criterion), control)


def _put_ratio(contrasts: dict[str, Numbers], one: Published, number: Outcome) -> None:
    """Write a ratio beside those of the same pair: turned round where the summary names the other arm first."""
    pair, reverse = f"{one.arm} vs {one.against}", f"{one.against} vs {one.arm}"
    if reverse in contrasts and not math.isnan(number.value):
        _put(contrasts[reverse], one, Outcome(1 / number.value, 1 / number.high, 1 / number.low))
    else:
        _put(contrasts.setdefault(pair, {}), one, number)


def _put(found: Numbers, one: Published, number: Outcome) -> None:
    """Write a number and its limits as a summary does: of a curve, by month."""
    if math.isnan(number.value):
        return
    keys = (one.key, f"{one.key}_low", f"{one.key}_high")
    for key, value in zip(keys, (number.value, number.low, number.high), strict=True):
        if one.month is None or one.against is not None:
            found[key] = rounded(value)
        else:
            found.setdefault(key, {})[f"{one.month:g}"] = rounded(value)
