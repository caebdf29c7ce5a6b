"""Criteria as YAML: who is enrolled, and which patients a subgroup holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remission.study import reader
from remission.study.definition import Criterion
from remission.study.reader import BAD, Key, Problems, Reader
from remission.study.yaml import Place

YES = 0.5
"""A flag is 0 or 1; half of it parts no from yes."""
_MOST_NAME = 60

BOUNDS = {"at_least": Key(reader.number(), None), "at_most": Key(reader.number(), None)}


def _range(name: str, low: float, high: float) -> Reader:
    """Reader of a number's bounds; the covariate itself goes from ``low`` to ``high``."""

    def read(place: Place, problems: Problems) -> Any:
        values = reader.read_section(place, BOUNDS, problems)
        if not reader.whole(values.values()):
            return BAD
        least, most = values["at_least"], values["at_most"]
        if least is None and most is None:
            return problems.add(place, "a bound is needed here", next_step="add at_least: ... or at_most: ...")
        bottom = low if least is None else least
        top = high if most is None else most
        if bottom > top or bottom > high or top < low:
            return problems.add(
                place,
                "no patient could meet this",
                found=f"{bottom:g} to {top:g}",
                allowed=f"a part of {low:g} to {high:g}",
            )
        return Criterion(name, least, most)

    return read


def _flag(name: str) -> Reader:
    def read(place: Place, problems: Problems) -> Any:
        value = reader.yes_no(place, problems)
        if value is BAD:
            return BAD
        return Criterion(name, at_least=YES) if value else Criterion(name, at_most=YES)

    return read


ELIGIBLE = {
    "age_year": Key(_range("age_year", 0, 120), None),
    "ldh_ratio_uln": Key(_range("ldh_ratio_uln", 0, 100), None),
    "ecog": Key(_range("ecog", 0, 5), None),
    "albumin_g_per_L": Key(_range("albumin_g_per_L", 0, 100), None),
    "pd_l1_percent": Key(_range("pd_l1_percent", 0, 100), None),
    "female": Key(_flag("female"), None),
    "previously_treated": Key(_flag("previously_treated"), None),
    "squamous": Key(_flag("squamous"), None),
}
"""What a patient can be chosen by at enrolment."""

SUBGROUP = {
    **ELIGIBLE,
    "complete_response": Key(_flag("complete_response"), None),
    "completed_treatment": Key(_flag("completed_treatment"), None),
}
"""What a subgroup can be made of: the same, and two things that are known only afterwards."""


def criteria(keys: Mapping[str, Key]) -> Reader:
    """Reader of criteria, in the order of ``keys``."""

    def read(place: Place, problems: Problems) -> Any:
        values = reader.read_section(place, keys, problems)
        if not reader.whole(values.values()):
            return BAD
        return tuple(value for value in values.values() if value is not None)

    return read


def subgroups(place: Place, problems: Problems) -> Any:
    """Criteria by the name that publications give the subgroup, which may hold any signs, as ``TPS>=50%``."""
    if not isinstance(place.content, Mapping) or not place.content:
        return problems.add(place, "names are needed here, each with a section of its own")
    read = criteria(SUBGROUP)
    groups = {}
    for name, each in place.content.items():
        if not name.strip() or "," in name or len(name) > _MOST_NAME:
            allowed = f"at most {_MOST_NAME} characters without a comma"
            problems.add(each, "this is not a name of a subgroup", found=name, allowed=allowed)
        groups[name] = read(each, problems)
        if groups[name] == ():
            problems.add(each, "the subgroup would be everybody", next_step="add a criterion")
    return groups if reader.whole(groups.values()) else BAD
