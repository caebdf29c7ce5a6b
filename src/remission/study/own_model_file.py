"""A user's own model as YAML: the mapping file, the equations it names, and both put into the study's text.

A run folder keeps the study's text alone, so what the study names by file is written into that text when it is read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remission.errors import RemissionError, StudyError
from remission.study import reader
from remission.study.own_model import (
    MOLECULE_QUANTITIES,
    OwnDeath,
    OwnDrug,
    OwnLesion,
    OwnModel,
    OwnSpread,
    OwnStart,
)
from remission.study.reader import BAD, Key, Problems, Reader
from remission.study.yaml import Place, parse_yaml, read_text

if TYPE_CHECKING:
    from remission.solver import Network

MOST_LESIONS = 15
_POSITIVE = reader.number(0, above=True)


SETS = {name: Key(reader.text, None) for name in MOLECULE_QUANTITIES}


def _sets(place: Place, problems: Problems) -> Any:
    values = reader.read_section(place, SETS, problems)
    if not reader.whole(values.values()):
        return BAD
    return tuple((name, value) for name, value in values.items() if value is not None)


LESION = {"volume": Key(reader.text, None), "diameter": Key(reader.text, None), "factor": Key(_POSITIVE, 1.0)}
DRUG = {"into": Key(reader.text), "factor": Key(_POSITIVE, 1.0), "sets": Key(_sets, ())}
SPREAD = {
    "value": Key(_POSITIVE),
    "sd": Key(reader.number(0, 5)),
    "low": Key(reader.number(0), 0.0),
    "high": Key(_POSITIVE, None),
}
START = {"volume_mL": Key(_POSITIVE), "sd": Key(reader.number(0, 5), 0.0), "within": Key(reader.duration())}
DEATH = {"volume_mL": Key(_POSITIVE, None), "hazard": Key(reader.text, None)}


def own_model_keys() -> dict[str, Key]:
    """Keys of a user's own model."""
    return {
        "equations": Key(reader.text),
        "lesions": Key(_named(_lesion, MOST_LESIONS)),
        "drugs": Key(_named(_drug)),
        "varies": Key(_named(_spread), ()),
        "start": Key(_start, None),
        "death": Key(_death, None),
    }


@dataclass(frozen=True)
class Written:
    """A model that was read, and the text of the study with all that it names by file put in."""

    model: OwnModel
    lines: tuple[str, ...]
    network: Network


def own_model(place: Place, problems: Problems) -> Any:
    """The model of a study: a section, or the name of a file beside the study that holds one."""
    tree, text = place, ""
    if isinstance(place.content, str):
        text = _beside(place, problems)
        if text is BAD:
            return BAD
        try:
            tree = parse_yaml(text, str(_path(place)), "docs/own-model.md shows one")
        except StudyError as error:
            return _all(error, place, problems)
    values = reader.read_section(tree, own_model_keys(), problems)
    if not reader.whole(values.values()):
        return BAD
    named = tree.at("equations")
    assert named is not None
    equations = _equations(named, problems)
    if equations is BAD:
        return BAD
    model = OwnModel(**{**values, "equations": equations})
    network = _network(equations, named, problems)
    if network is BAD or not _names_exist(model, network, tree, problems):
        return BAD
    lines = text.split("\n") if text else []
    return Written(model, tuple(_inlined(lines, named, equations)) if lines else (), network)


def stand_alone(text: str, place: Place, written: Written) -> str:
    """The text of a study with its model written into it, so that it needs no other file.

    Raises
    ------
    StudyError
        If the key that names a file does not begin a line of its own.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if written.lines:
        lines = _replaced(lines, place, "model", "", written.lines)
    else:
        named = place.at("equations")
        assert named is not None
        lines = _inlined(lines, named, written.model.equations)
    return "\n".join(lines)


def _inlined(lines: list[str], named: Place, equations: str) -> list[str]:
    """Lines with the text of the equations in place of the name of their file."""
    if named.content is not None and "\n" in str(named.content).strip():
        return lines
    return _replaced(lines, named, "equations", " |2", tuple(equations.rstrip("\n").split("\n")))


def _replaced(lines: list[str], place: Place, key: str, opening: str, body: tuple[str, ...]) -> list[str]:
    head = lines[place.line - 1]
    if not head.lstrip().startswith(f"{key}:"):
        raise StudyError(
            "a file can only be named on a line of its own", where=place.where, found=head, next_step=f"begin it {key}:"
        )
    indent = " " * (len(head) - len(head.lstrip()))
    inner = [f"{indent}  {line}" if line.strip() else "" for line in body]
    return [*lines[: place.line - 1], f"{indent}{key}:{opening}", *inner, *lines[place.line :]]


def _beside(place: Place, problems: Problems) -> Any:
    """Text of the file that a place names, next to the file that the place stands in."""
    try:
        return read_text(_path(place)).replace("\r\n", "\n")
    except StudyError as error:
        return _all(error, place, problems)


def _path(place: Place) -> Path:
    return Path(place.file).parent / str(place.content)


def _equations(named: Place, problems: Problems) -> Any:
    """The text of the equations: as it stands, where it has lines; else that of the file named."""
    written = str(named.content)
    text = written if "\n" in written.strip() else _beside(named, problems)
    return BAD if text is BAD else "\n".join(line.rstrip() for line in text.strip("\n").split("\n")) + "\n"


def _network(equations: str, place: Place, problems: Problems) -> Any:
    from remission.solver import read_antimony, read_sbml

    try:
        return (read_sbml if equations.lstrip().startswith("<") else read_antimony)(equations)
    except RemissionError as error:
        return _all(error, place, problems)


def _all(error: RemissionError, place: Place, problems: Problems) -> Any:
    """Every problem of an error, at the line that led there."""
    for problem in error.problems:
        inner = f" ({problem.where})" if problem.where else ""
        problems.found.append((place.line, replace(problem, where=f"{place.where}{inner}")))
    return BAD


def _named(item: Callable[[str, Place, Problems], Any], most: int = 1000) -> Reader:
    """Reader of a section of named things, as a tuple in the order of the file."""

    def read(place: Place, problems: Problems) -> Any:
        if not isinstance(place.content, Mapping) or not place.content:
            return problems.add(place, "names are needed here, each with a section of its own")
        if len(place.content) > most:
            return problems.add(place, "too many", found=str(len(place.content)), allowed=f"at most {most}")
        things = tuple(item(name, each, problems) for name, each in place.content.items())
        return things if reader.whole(things) else BAD

    return read


def _lesion(name: str, place: Place, problems: Problems) -> Any:
    values = reader.read_section(place, LESION, problems)
    if not reader.whole(values.values()):
        return BAD
    given = [measure for measure in ("volume", "diameter") if values[measure] is not None]
    if len(given) != 1:
        return problems.add(place, "a lesion is measured in one way", allowed="volume: ... or diameter: ...")
    return OwnLesion(name, given[0], values[given[0]], values["factor"])  # type: ignore[arg-type]


def _drug(name: str, place: Place, problems: Problems) -> Any:
    values = reader.read_section(place, DRUG, problems)
    return OwnDrug(name, **values) if reader.whole(values.values()) else BAD


def _spread(name: str, place: Place, problems: Problems) -> Any:
    values = reader.read_section(place, SPREAD, problems)
    if not reader.whole(values.values()):
        return BAD
    values["high"] = math.inf if values["high"] is None else values["high"]
    if not values["low"] <= values["value"] <= values["high"]:
        found = f"{values['value']:g}, from {values['low']:g} to {values['high']:g}"
        return problems.add(place, "the value lies outside of its bounds", found=found)
    return OwnSpread(name, **values)


def _start(place: Place, problems: Problems) -> Any:
    if place.content == "model":
        return None
    values = reader.read_section(place, START, problems)
    if not reader.whole(values.values()):
        return BAD
    return OwnStart(values["volume_mL"], values["sd"], values["within"])


def _death(place: Place, problems: Problems) -> Any:
    if place.content == "none":
        return None
    values = reader.read_section(place, DEATH, problems)
    if not reader.whole(values.values()):
        return BAD
    if (values["volume_mL"] is None) == (values["hazard"] is None):
        return problems.add(place, "the disease kills in one way", allowed="volume_mL: ..., hazard: ..., or none")
    return OwnDeath(**values)


def _names_exist(model: OwnModel, network: Network, tree: Place, problems: Problems) -> bool:
    """Whether the model has every name of the mapping; each that it lacks is a problem."""
    states, parameters = network.states, network.parameters
    anything = (*states, *parameters, *(name for name, _ in network.rules))
    lesions, drugs, varies = (tree.at(key) or tree for key in ("lesions", "drugs", "varies"))
    asked: list[tuple[Place, str, tuple[str, ...], str]] = []
    asked += [(lesions.at(one.name) or lesions, one.of, anything, "name") for one in model.lesions]
    asked += [(drugs.at(one.name) or drugs, one.into, states, "state") for one in model.drugs]
    asked += [
        (drugs.at(one.name) or drugs, name, parameters, "parameter") for one in model.drugs for _, name in one.sets
    ]
    asked += [(varies.at(one.name) or varies, one.name, (*parameters, *states), "name") for one in model.varies]
    if model.death is not None and model.death.hazard is not None:
        asked.append((tree.at("death") or tree, model.death.hazard, anything, "name"))
    missing = [(place, name, allowed, what) for place, name, allowed, what in asked if name not in allowed]
    for place, name, allowed, what in missing:
        problems.add(
            place,
            f"the model has no such {what}",
            found=name,
            allowed=", ".join(allowed[:20]) + (", ..." if len(allowed) > 20 else ""),
            next_step=reader.did_you_mean(name, allowed),
        )
    return not missing
