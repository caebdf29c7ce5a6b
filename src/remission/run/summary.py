"""``summary.json``: the numbers of each arm and of each pair of arms, percent and months, with intervals.

A number that has an interval has it beside it, as ``_low`` and ``_high``. ``null`` means that a number cannot
be given: a median not reached, a month beyond follow-up, a rate among nobody.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

from remission.run.arm_summary import SUMMARY_COLUMNS, ArmPatients, arm_summary
from remission.run.contrast_summary import contrast_summary
from remission.run.folder import RunFolder


def summarise(folder: RunFolder, definition: Any = None) -> dict[str, Any]:
    """Summary of a run.

    Parameters
    ----------
    folder : RunFolder
        The run.
    definition : StudyDefinition, optional
        The study; read from the folder if not given.

    Returns
    -------
    dict
        Keys as in ``docs/run-folder.md``.

    Raises
    ------
    RunError
        If a file of the table of patients is missing or has changed.
    """
    study = folder.definition if definition is None else definition
    arms = {arm: ArmPatients.of(folder.table("patients", [arm], SUMMARY_COLUMNS)) for arm in folder.arms}
    identity = folder.provenance.identity
    return {
        "study": identity.study,
        "seed": identity.seed,
        "patients": folder.provenance.patients,
        "version": identity.version,
        "arms": {
            arm: arm_summary(people, toxicity_rules(study, arm), planned_stop_day(study, arm))
            for arm, people in arms.items()
        },
        "contrasts": {
            f"{first} vs {second}": contrast_summary(arms[first], arms[second])
            for first, second in combinations(folder.arms, 2)
        },
    }


def toxicity_rules(definition: Any, arm: str) -> frozenset[str]:
    """Names of the rules by which toxicity ends an arm's treatment."""
    return frozenset(rule.name for rule in _policy(definition, arm) if rule.when.toxicity is not None)


def planned_stop_day(definition: Any, arm: str) -> float | None:
    """Time on drug at which a rule ends an arm's first course, the earliest if several do; None if none does.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> keynote = load_definition("keynote-006")
    >>> planned_stop_day(keynote, "pembrolizumab"), planned_stop_day(keynote, "ipilimumab")
    (730.5, None)
    """
    planned = (rule.when.on_drug_for_day for rule in _policy(definition, arm) if rule.is_planned_stop)
    return min(planned, default=None)


def _policy(definition: Any, arm: str) -> Any:
    return next(known.policy for known in definition.arms if known.name == arm)
