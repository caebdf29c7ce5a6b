"""Numbers that published results ask for and the summary of a run does not hold.

Survival at other months than the summary's; what followed after completing the planned treatment, in all and
by best response; long responses; toxicity of grade 3 or 4: endpoints of `remission.calibration.outcomes`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from remission.calibration.outcomes import BY_CONFIRMATION, Asked, Columns, Outcome, outcome
from remission.run.numbers import rounded
from remission.show.compare import Published
from remission.show.gather import ArmData
from remission.study import CENTRAL_REVIEW

Numbers = dict[str, Any]
_PLAIN: Final = {"iPFS": "PFS", "median_iPFS": "median_PFS"}
"""What tables of published results call an endpoint by confirmed progression."""
_FROM_THE_TABLE: Final = ("ORR", "CR", "DCR", "median_OS", "median_PFS", "median_iPFS", "median_followup")
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
        wanted = [one for one in published if one.arm == name]
        for key, value in _further(patients, wanted).items():
            known = extended[name].get(key)
            merged = {**value, **known} if isinstance(known, Mapping) and isinstance(value, Mapping) else value
            extended[name][key] = known if known is not None and merged is value else merged
        for one in wanted:
            if one.against in followed and CENTRAL_REVIEW in one.criterion:
                number = outcome(patients, one.endpoint, _asked(one), followed[one.against])
                _put(contrasts.setdefault(f"{name} vs {one.against}", {}), one, number)
    return {**summary, "arms": extended, "contrasts": contrasts}


def _further(patients: Columns, wanted: Sequence[Published]) -> Numbers:
    found: Numbers = {}
    for one in wanted:
        if one.key not in _FROM_THE_TABLE and one.against is None:
            _put(found, one, outcome(patients, _PLAIN.get(one.endpoint, one.endpoint), _asked(one)))
    return found


def _asked(one: Published) -> Asked:
    by_confirmation = one.endpoint in _PLAIN or one.criterion == BY_CONFIRMATION
    return Asked(one.month, one.unit, BY_CONFIRMATION if by_confirmation else one.criterion)


def _put(found: Numbers, one: Published, number: Outcome) -> None:
    """Write a number and its limits as a summary does: of a curve, by month."""
    if math.isnan(number.value):
        return
    keys = (one.key, f"{one.key}_low", f"{one.key}_high")
    for key, value in zip(keys, (number.value, number.low, number.high), strict=True):
        if one.month is None:
            found[key] = rounded(value)
        else:
            found.setdefault(key, {})[f"{one.month:g}"] = rounded(value)
