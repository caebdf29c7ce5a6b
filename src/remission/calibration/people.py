"""The patients that a published number is about: those of some arms, as plain columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from remission.arrays import Array, Floats
from remission.calibration.outcomes import Columns, among
from remission.run.summary import planned_stop_day, toxicity_rules
from remission.study import CENTRAL_REVIEW, Criterion, StudyDefinition
from remission.study.eligibility import fulfilled
from remission.tables import READ_FROM_SCANS, by_central_review

_PROGRESSED: Final = ("pfs_event", "ipfs_event")
_FLAGS: Final = (
    *_PROGRESSED,
    *map(by_central_review, _PROGRESSED),
    "os_event",
    "completed_treatment",
    "previously_treated",
    "female",
)
_OF_A_READER: Final = (*(column.name for column in READ_FROM_SCANS), "complete_response")
_COMPLETE: Final = {
    "complete_response": "best_response",
    by_central_review("complete_response"): by_central_review("best_response"),
}


def people_of(patients: Mapping[str, Array], study: StudyDefinition, arm: str) -> Columns:
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
        The columns, and ``complete_response`` (of each reader), ``stopped_for_toxicity``, ``stopped_in_remission`` (by
        a rule that waits for a complete response) and ``planned_stop`` (whether a rule of the arm ends treatment at a
        fixed time).
    """
    followed = among(patients["status"], ("followed",))
    everyone = bool(followed.all())
    people = {name: values if everyone else values[followed] for name, values in patients.items()}
    people |= {name: people[name].astype(bool) for name in _FLAGS if name in people}
    people |= {name: _numbers(values) for name, values in people.items() if name.endswith("_day")}
    rule = people["drug_stop_rule"]
    return people | {
        **{name: among(people[best], ("CR",)) for name, best in _COMPLETE.items() if best in people},
        "stopped_for_toxicity": among(rule, tuple(toxicity_rules(study, arm))),
        "stopped_in_remission": among(rule, _remission_rules(study, arm)),
        "planned_stop": np.full(len(rule), planned_stop_day(study, arm) is not None),
    }


def read_by(people: Columns, reader: str) -> Columns:
    """The patients as a reader judged them; of a central review, what it did not judge is not known.

    Comes before anything is asked of the patients: subgroups of response are those of the same reader.

    Examples
    --------
    >>> both = {"pfs_day": np.array([90.0]), "central_pfs_day": np.array([180.0]), "os_day": np.array([400.0])}
    >>> read_by(both, "central")["pfs_day"], read_by(both, "investigator")["pfs_day"]
    (array([180.]), array([90.]))
    """
    if reader != CENTRAL_REVIEW:
        return people
    central = {name: by_central_review(name) for name in _OF_A_READER}
    others = {name: values for name, values in people.items() if name not in central}
    return others | {name: people[there] for name, there in central.items() if there in people}


def _numbers(values: Array) -> Floats:
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
