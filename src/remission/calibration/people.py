"""The patients that a published number is about: those of some arms, as plain columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from remission.calibration.outcomes import Columns, among
from remission.run.summary import planned_stop_day, toxicity_rules
from remission.study import Criterion, StudyDefinition
from remission.study.eligibility import fulfilled
from remission.tables import by_central_review

_JUDGED: Final = ("pfs_event", "ipfs_event")
_FLAGS: Final = (
    *_JUDGED,
    *map(by_central_review, _JUDGED),
    "os_event",
    "completed_treatment",
    "previously_treated",
    "female",
)


def people_of(patients: Mapping[str, NDArray[Any]], study: StudyDefinition, arm: str) -> Columns:
    """Columns of the patients who were followed, with what endpoints and subgroups need besides.

    Parameters
    ----------
    patients : mapping of str to ndarray
        The table of patients of one arm, as `remission.clinic.simulate.follow_arm` gives it.
    study : StudyDefinition
    arm : str

    Returns
    -------
    mapping of str to ndarray
        The columns, and ``complete_response``, ``stopped_for_toxicity``, ``stopped_in_remission`` (by a rule that waits
        for a complete response) and ``planned_stop`` (whether a rule of the arm ends treatment at a fixed time).
    """
    followed = among(patients["status"], ("followed",))
    everyone = bool(followed.all())
    people = {name: values if everyone else values[followed] for name, values in patients.items()}
    people |= {name: people[name].astype(bool) for name in _FLAGS if name in people}
    people |= {name: _numbers(values) for name, values in people.items() if name.endswith("_day")}
    rule = people["drug_stop_rule"]
    return people | {
        "complete_response": among(people["best_response"], ("CR",)),
        "stopped_for_toxicity": among(rule, tuple(toxicity_rules(study, arm))),
        "stopped_in_remission": among(rule, _remission_rules(study, arm)),
        "planned_stop": np.full(len(rule), planned_stop_day(study, arm) is not None),
    }


def _numbers(values: NDArray[Any]) -> NDArray[np.float64]:
    return values if values.dtype == np.float64 else np.array(values, np.float64)


def _remission_rules(study: StudyDefinition, arm: str) -> tuple[str, ...]:
    stops = (rule for rule in study.arm(arm).policy if rule.then.kind == "stop")
    return tuple(rule.name for rule in stops if rule.when.response == ("CR",))


def together(groups: Iterable[Columns]) -> Columns:
    """The patients of several arms as one group, with the columns that all of them have.

    Examples
    --------
    >>> together([{"os_day": np.array([1.0])}, {"os_day": np.array([2.0]), "ecog": np.array([0])}])
    {'os_day': array([1., 2.])}
    """
    many = list(groups)
    if len(many) == 1:
        return many[0]
    names = [name for name in many[0] if all(name in group for group in many)]
    return {name: np.concatenate([group[name] for group in many]) for name in names}


def subgroup(people: Columns, criteria: Iterable[Criterion]) -> Columns:
    """The patients who meet all criteria.

    Raises
    ------
    StudyError
        If a criterion names a column that these patients do not have.
    """
    chosen = fulfilled(criteria, people, len(people["os_day"]))
    return people if chosen.all() else {name: values[chosen] for name, values in people.items()}
