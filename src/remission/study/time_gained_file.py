"""Which arms say what a molecule that comes later adds, as YAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remission.study import reader
from remission.study.dates import exists_from
from remission.study.definition import TimeGained
from remission.study.molecule import Molecule
from remission.study.reader import BAD, Key, Problems
from remission.study.yaml import Place

TIME_GAINED = {
    "arrival": Key(reader.name),
    "road": Key(reader.name),
    "without_arrival": Key(reader.name),
    "without_earlier": Key(reader.name),
    "without_both": Key(reader.name),
}


def time_gained(place: Place, problems: Problems) -> Any:
    """The four arms that say what a molecule adds."""
    values = reader.read_section(place, TIME_GAINED, problems)
    return TimeGained(**values) if reader.whole(values.values()) else BAD


def check_time_gained(
    tree: Place, values: Mapping[str, Any], molecules: Mapping[str, Molecule], problems: Problems
) -> None:
    """What arrives must be of the study and have a date; the four arms must be different arms of it, filled alike."""
    asked, place = values["time_gained"], tree.at("time_gained")
    if asked in (None, BAD) or place is None or BAD in (values["arms"], values["regimens"], values["filled"]):
        return
    arms = tuple(values["arms"])
    names = {key: getattr(asked, key) for key in TIME_GAINED if key != "arrival"}
    for key in names:
        reader.choice(*arms, what="arm")(place.at(key), problems)  # type: ignore[arg-type]
    if len(set(names.values())) < len(names):
        problems.add(place, "the four arms must be different ones", found=", ".join(names.values()))
    if values["filled"] != "twins":
        step = "write filled: twins"
        problems.add(place, "what a molecule adds is told by the same patients in every arm", next_step=step)
    arriving = reader.choice(*dict.fromkeys((*values["regimens"], *molecules)), what="molecule or regimen")
    at = place.at("arrival") or place
    if arriving(at, problems) is BAD:
        return
    if values["diagnosed"] is None or exists_from(asked.arrival, values["regimens"], molecules) is None:
        step = "add diagnosed to the study, and available_from to the molecule"
        problems.add(at, "what arrives needs a date, and patients dates of diagnosis", next_step=step)
