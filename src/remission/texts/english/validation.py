"""The page and the table of a validation in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VALIDATION: Final[Mapping[str, str]] = {
    "validate.title": "Validation against published trials",
    "validate.lead": (
        "{trials} virtual trials of each of {studies} studies, each as large as the trial was, with fresh patients"
        " (seed {seed}). A simulated number is the mean over the virtual trials, with the range that holds 95 % of"
        " them. A percentage passes inside the published interval widened by 3 points, a time inside the interval or"
        " within 15 %, a hazard ratio inside the interval."
    ),
    "validate.recalled": "Recalled from memory",
    "validate.recalled.text": "Nobody has looked these figures up; they are shown, and counted apart.",
    "validate.arm": "arm",
    "validate.endpoint": "endpoint",
    "validate.published": "published",
    "validate.simulated": "simulated",
    "validate.at": "{endpoint} at {month} mo",
    "validate.by": "{endpoint} ({criterion})",
    "validate.days": "{value} d",
    "validate.interval": "{value} ({low} to {high})",
    "validate.pass": "pass",
    "validate.miss": "MISS",
    "validate.far": "{verdict}, far off",
    "validate.not_computable": "not computable: {reason}",
    "validate.not_judged": "not judged: {reason}",
    "validate.group.looked_up": "read or computed",
    "validate.group.memory": "recalled",
    "validate.score": "{group}: {passed} of {judged} rows pass{percent}",
    "validate.score.others": "other than overall survival at a month: {passed} of {judged}{percent}",
    "validate.score.equal": "every arm and endpoint weighing the same:{percent}",
    "validate.score.far": "headline rows off by more than {points} points: {number}",
    "validate.score.none": "none",
    "validate.score.row": "{trial}, {arm}: {endpoint} {simulated}, published {published}",
    "validate.score.at": "{endpoint} at {month} months",
    "validate.measure.OS": "Alive, %",
    "validate.measure.PFS": "Without progression (RECIST 1.1), %",
    "validate.measure.iPFS": "Without confirmed progression, %",
    "validate.figure": "{measure}: {study}",
    "validate.figure.text": (
        "{title}. Mean of {trials} virtual trials, the band holds 95 % of them; signs are published points."
    ),
    "validate.figure.central": "Dashed: progression as a central review judged it, with what was published of that.",
}
