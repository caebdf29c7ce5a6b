"""Molecules as YAML: the same keys in the catalogue and in the ``molecules`` section of a study file."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from remission.study import reader
from remission.study.molecule import (
    COVARIATES,
    EVIDENCE,
    KINDS,
    TARGETS,
    ClearanceChange,
    Covariate,
    Effect,
    Kinetics,
    Molecule,
    Occupancy,
    Parameter,
    Sourced,
    Toxicity,
)
from remission.study.reader import BAD, Key, Problems, Reader
from remission.study.yaml import Place
from remission.units import parse_quantity

ORIGIN = {
    "source": Key(reader.text),
    "evidence": Key(reader.choice(*EVIDENCE, what="evidence")),
}
COVARIATE = {
    "reference": Key(reader.number(0, above=True), None),
    "power": Key(reader.number(-10, 10), None),
    "scale": Key(reader.number(0, above=True), None),
    "factor": Key(reader.number(0, above=True), None),
    "at_least": Key(reader.number(), 1.0),
}
_TOXICITY_DAYS = ("onset_median", "resolution_median")
_TOXICITY_SPREADS = ("onset_sd_ln", "resolution_sd_ln")
_TOXICITY_SHARES = ("grade_3_to_5", "grade_3_to_5_if_treated_on", "share_grade_4", "share_fatal")


def quantity(unit: str) -> Reader:
    """A number above zero with exactly this unit."""

    def read(place: Place, problems: Problems) -> Any:
        try:
            value, found = parse_quantity(place.content if isinstance(place.content, str) else "")
        except ValueError as error:
            return problems.add(place, str(error), allowed=f"a number and {unit}")
        if found != unit:
            return problems.add(place, "another unit is needed here", allowed=f"a number and {unit}")
        if not 0 < value < math.inf:
            return problems.add(place, "the value must be above zero", allowed=f"a number and {unit}")
        return value

    return read


def covariates(place: Place, problems: Problems) -> Any:
    """How a parameter depends on the patient, by name of the covariate."""
    if not isinstance(place.content, Mapping):
        return problems.add(place, "a section is needed here", allowed=", ".join(COVARIATES))
    found = [_covariate(name, each, problems) for name, each in place.content.items()]
    return tuple(found) if reader.whole(found) else BAD


def _covariate(name: str, place: Place, problems: Problems) -> Any:
    if name not in COVARIATES:
        hint = reader.did_you_mean(name, COVARIATES)
        return problems.add(place, "unknown covariate", found=name, allowed=", ".join(COVARIATES), next_step=hint)
    values = reader.read_section(place, COVARIATE, problems)
    if not reader.whole(values.values()):
        return BAD
    by_power = values["reference"] is not None and values["power"] is not None
    if by_power == (values["factor"] is not None):
        return problems.add(place, "a covariate acts in one way", allowed="reference and power, or factor alone")
    return Covariate(name, **values)


def parameter_keys(unit: str, draw: str) -> dict[str, Key]:
    """Keys of a kinetic parameter in this unit, with its own draw."""
    return {
        "value": Key(quantity(unit)),
        "omega2": Key(reader.number(0, 10), 0.0),
        "moves_with": Key(reader.choice("clearance", "central_volume", what="parameter"), draw),
        "covariates": Key(covariates, ()),
    }


def _with_origin(keys: Mapping[str, Key], place: Place, section: Place) -> dict[str, Key]:
    """Add source and evidence; they default to those of the section if it was written in the same file."""
    here = {name: section.at(name) for name in ORIGIN}
    default = {
        name: found.content if found is not None and found.file == place.file else reader.REQUIRED
        for name, found in here.items()
    }
    return {**keys, **{name: Key(key.read, default[name]) for name, key in ORIGIN.items()}}


def parameter(unit: str, draw: str, section: Place) -> Reader:
    """A quantity with its spread between patients and its covariates; its origin may be the section's."""

    def read(place: Place, problems: Problems) -> Any:
        keys = _with_origin(parameter_keys(unit, draw), place, section)
        values = reader.read_section(place, keys, problems)
        if not reader.whole(values.values()):
            return BAD
        spread = math.sqrt(values.pop("omega2"))
        return Parameter(values.pop("value"), spread, values.pop("moves_with"), **values)

    return read


CLEARANCE_CHANGE = {
    "emax_ln": Key(reader.number(-5, 5)),
    "omega2": Key(reader.number(0, 10), 0.0),
    "t50": Key(reader.duration()),
    "hill": Key(reader.number(0, 20, above=True)),
}


def clearance_change(section: Place) -> Reader:
    """Clearance that falls with time since the first dose."""

    def read(place: Place, problems: Problems) -> Any:
        keys = _with_origin(CLEARANCE_CHANGE, place, section)
        values = reader.read_section(place, keys, problems)
        if not reader.whole(values.values()):
            return BAD
        spread = math.sqrt(values.pop("omega2"))
        return ClearanceChange(values.pop("emax_ln"), spread, values.pop("t50"), values.pop("hill"), **values)

    return read


def kinetics_keys(section: Place) -> dict[str, Key]:
    """Keys of ``kinetics``; source and evidence given there hold for all parameters without their own."""
    return {
        **{name: Key(key.read, None) for name, key in ORIGIN.items()},
        "clearance": Key(parameter("L/day", "clearance", section)),
        "central_volume": Key(parameter("L", "central_volume", section)),
        "peripheral_volume": Key(parameter("L", "peripheral_volume", section)),
        "intercompartmental": Key(parameter("L/day", "intercompartmental", section)),
        "covariance": Key(reader.number(-10, 10), 0.0),
        "clearance_change": Key(clearance_change(section), None),
    }


def kinetics(place: Place, problems: Problems) -> Any:
    """Two-compartment kinetics."""
    values = reader.read_section(place, kinetics_keys(place), problems)
    if not reader.whole(values.values()):
        return BAD
    clearance, volume = values["clearance"], values["central_volume"]
    correlation = 0.0
    if values["covariance"]:
        product = clearance.sd_ln * volume.sd_ln
        correlation = values["covariance"] / product if product else math.inf
        if abs(correlation) >= 1:
            return problems.add(place, "covariance is too large for the two omega2")
    return Kinetics(
        clearance,
        volume,
        values["peripheral_volume"],
        values["intercompartmental"],
        correlation,
        values["clearance_change"],
    )


def sourced(read_value: Reader) -> Reader:
    """A value with its source."""
    return _built({"value": Key(read_value), **ORIGIN}, lambda v: Sourced(**v))


def _built(keys: Mapping[str, Key], make: Callable[[dict[str, Any]], Any]) -> Reader:
    def read(place: Place, problems: Problems) -> Any:
        values = reader.read_section(place, keys, problems)
        return make(values) if reader.whole(values.values()) else BAD

    return read


AVAILABLE = {"date": Key(reader.calendar_date), **ORIGIN}
OCCUPANCY = {"half_saturation": Key(sourced(quantity("mg/L")))}
EFFECT = {
    "reference_dose": Key(reader.dose),
    "decay": Key(sourced(quantity("per day"))),
}
TOXICITY = {
    **{name: Key(sourced(reader.share)) for name in _TOXICITY_SHARES},
    "grade_3_to_5_combined": Key(sourced(reader.share), None),
    **{name: Key(sourced(reader.duration())) for name in _TOXICITY_DAYS},
    **{name: Key(sourced(reader.number(0, 3))) for name in _TOXICITY_SPREADS},
}


def toxicity(place: Place, problems: Problems) -> Any:
    """Adverse events of grade 3 to 5."""
    values = reader.read_section(place, TOXICITY, problems)
    if not reader.whole(values.values()):
        return BAD
    if values["share_grade_4"] + values["share_fatal"] > 1:
        return problems.add(place, "share_grade_4 and share_fatal come to more than 100 %")
    if values["grade_3_to_5_if_treated_on"] < values["grade_3_to_5"]:
        return problems.add(place, "grade_3_to_5_if_treated_on is below grade_3_to_5")
    days = {f"{name}_day": values.pop(name) for name in _TOXICITY_DAYS}
    return Toxicity(**values, **days)


MOLECULE = {
    "molecule": Key(reader.name),
    "label": Key(reader.text),
    "kind": Key(reader.choice(*KINDS, what="kind")),
    "target": Key(reader.choice(*TARGETS, what="target")),
    "available_from": Key(_built(AVAILABLE, lambda values: values["date"]), None),
    "kinetics": Key(kinetics, None),
    "occupancy": Key(_built(OCCUPANCY, lambda v: Occupancy(v["half_saturation"])), None),
    "effect": Key(_built(EFFECT, lambda v: Effect(v["reference_dose"], v["decay"])), None),
    "toxicity": Key(toxicity),
    "lines": Key(reader.one_or_more(reader.integer(1, 20)), ()),
}
"""The keys of a molecule. In a study file its name is the key of its section, and ``like`` may be added."""


def read_molecule(place: Place, problems: Problems) -> Any:
    """A molecule from the tree of its file.

    Returns
    -------
    Molecule or BAD
    """
    values = reader.read_section(place, MOLECULE, problems)
    if not reader.whole(values.values()):
        return BAD
    impossible = _impossible(values)
    if impossible is not None:
        return problems.add(place, impossible[0], found=values["molecule"], allowed=impossible[1])
    available: date | None = values["available_from"]
    return Molecule(
        name=values["molecule"],
        label=values["label"],
        kind=values["kind"],
        target=values["target"],
        toxicity=values["toxicity"],
        available_from=available,
        kinetics=values["kinetics"],
        occupancy=values["occupancy"],
        effect=values["effect"],
        lines=values["lines"],
    )


def _impossible(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """Why a molecule cannot be, and what would be possible."""
    antibody = values["kind"] == "antibody"
    if antibody and values["target"] == "DNA":
        return "an antibody does not reach DNA", "target: " + ", ".join(TARGETS[:-1])
    if not antibody and values["target"] != "DNA":
        return "chemotherapy acts on DNA", "target: DNA, or kind: antibody"
    needed = ("kinetics", "occupancy") if antibody else ("effect",)
    for name in ("kinetics", "occupancy", "effect"):
        if (values[name] is not None) != (name in needed):
            kind = values["kind"]
            return (f"{kind} needs {name}" if name in needed else f"{kind} has no {name}"), ", ".join(needed)
    return None


def overlay(base: Place, change: Place) -> Place:
    """The tree of ``base`` with the keys of ``change`` put over it, section by section.

    A section that brings its own ``value`` replaces the whole: a new number never keeps an old source.
    """
    if not isinstance(base.content, Mapping) or not isinstance(change.content, Mapping):
        return change
    if "value" in change.content:
        return change
    merged = dict(base.content)
    for name, place in change.content.items():
        merged[name] = overlay(merged[name], place) if name in merged else place
    return Place(merged, change.file, change.line)
