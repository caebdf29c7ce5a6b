"""Cases of the SBML semantic test suite: a model, what to compute, the values expected, how near is enough.

A folder of cases holds one folder a case with `model.xml` (or `CASE-sbml-l3v2.xml` and the like),
`settings.txt`, `results.csv` and, if there, `tags.txt`. A point passes if |error| <= absolute + relative *
|expected|, as the suite says.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from remission.errors import ModelError
from remission.solver.compile import compile_network
from remission.solver.errors import data_error
from remission.solver.expression import Number
from remission.solver.network import Network
from remission.solver.status import Status

RTOL, ATOL = 1e-9, 1e-12
"""Tolerances of the solver: far inside those of the cases."""


@dataclass(frozen=True)
class CaseResult:
    """What became of one case.

    Attributes
    ----------
    case : str
        Name of its folder.
    outcome : str
        ``"passed"``, ``"failed"`` or ``"refused"`` (the model says something that is not supported).
    reason : str
        Why it did not pass.
    tags : tuple of str
        What the case is about, from `tags.txt`.
    """

    case: str
    outcome: str
    reason: str
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Settings:
    """What a case asks for."""

    start: float
    duration: float
    steps: int
    variables: tuple[str, ...]
    absolute: float
    relative: float
    amount: tuple[str, ...]
    concentration: tuple[str, ...]


def read_settings(text: str) -> Settings:
    """Read `settings.txt`.

    Examples
    --------
    >>> text = "start: 0\\nduration: 5\\nsteps: 50\\nvariables: S1, S2\\nabsolute: 1e-4\\nrelative: 1e-4\\n"
    >>> read_settings(text + "amount: S1").amount
    ('S1',)
    """
    given = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    values = {key.strip(): value.strip() for key, value in given.items()}
    missing = {"start", "duration", "steps", "variables", "absolute", "relative"} - values.keys()
    if missing:
        raise data_error("the settings of a case are not complete", where="settings.txt", found=f"no {sorted(missing)}")
    return Settings(
        start=float(values["start"]),
        duration=float(values["duration"]),
        steps=int(values["steps"]),
        absolute=float(values["absolute"]),
        relative=float(values["relative"]),
        variables=_names(values["variables"]),
        amount=_names(values.get("amount", "")),
        concentration=_names(values.get("concentration", "")),
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def validate_cases(folder: Path) -> Iterator[CaseResult]:
    """Run every case of a folder, in the order of their names.

    Parameters
    ----------
    folder : Path

    Yields
    ------
    CaseResult

    Raises
    ------
    DataError
        If the folder holds no case.
    """
    cases = sorted(path.parent for path in Path(folder).glob("*/settings.txt"))
    if not cases:
        raise data_error("no cases in the folder", where=str(folder), allowed="folders with a settings.txt each")
    for case in cases:
        yield validate_case(case)


def summary(results: Iterable[CaseResult]) -> dict[str, Any]:
    """Counts of outcomes, in all and by tag, and the cases that did not pass.

    Parameters
    ----------
    results : iterable of CaseResult

    Returns
    -------
    dict
        ``{"passed", "failed", "refused", "by_tag": {TAG: {...}}, "not_passed": {CASE: [outcome, reason]}}``, ready
        for JSON.

    Examples
    --------
    >>> found = summary([CaseResult("00001", "passed", "", ("Reaction",)), CaseResult("00002", "failed", "S1", ())])
    >>> found["passed"], found["by_tag"], found["not_passed"]
    (1, {'Reaction': {'passed': 1, 'failed': 0, 'refused': 0}}, {'00002': ['failed', 'S1']})
    """
    listed = list(results)
    tags = sorted({tag for result in listed for tag in result.tags})
    by_tag = {tag: _count(result for result in listed if tag in result.tags) for tag in tags}
    bad = {result.case: [result.outcome, result.reason] for result in listed if result.outcome != "passed"}
    return {**_count(listed), "by_tag": by_tag, "not_passed": bad}


def _count(results: Iterable[CaseResult]) -> dict[str, int]:
    found = Counter(result.outcome for result in results)
    return {outcome: found[outcome] for outcome in ("passed", "failed", "refused")}


def validate_case(folder: Path) -> CaseResult:
    """Run one case."""
    tags = tuple(
        tag
        for file in folder.glob("*tags.txt")
        for tag in _names(file.read_text(encoding="utf-8").replace("\n", ",").replace(":", ","))
    )
    try:
        problem = _difference(folder)
    except ModelError as refusal:
        return CaseResult(folder.name, "refused", str(refusal), tags)
    return CaseResult(folder.name, "failed" if problem else "passed", problem, tags)


def _difference(folder: Path) -> str:
    """The first point that is not near enough, in words; empty if all are."""
    settings = read_settings((folder / "settings.txt").read_text(encoding="utf-8"))
    days, names, expected = _expected(next(folder.glob("*results.csv")))
    found, trouble = _run(_model_text(folder), settings, names, days)
    if trouble:
        return trouble
    with np.errstate(invalid="ignore"):  # infinity less infinity, looked at in the next line
        near = np.abs(found - expected) <= settings.absolute + settings.relative * np.abs(expected)
    near |= (found == expected) | (np.isnan(found) & np.isnan(expected))
    if near.all():
        return ""
    row, column = np.argwhere(~near)[0]
    return f"{names[column]} at {days[row]:g}: {found[row, column]:.8g}, expected {expected[row, column]:.8g}"


def _model_text(folder: Path) -> str:
    files = sorted([*folder.glob("model.xml"), *folder.glob("*-sbml-*.xml")])
    if not files:
        raise data_error("a case without a model", where=str(folder), allowed="model.xml or CASE-sbml-LEVEL.xml")
    return files[-1].read_text(encoding="utf-8")


def _expected(path: Path) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Days, names of variables, and a row of values a day."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [[cell.strip() for cell in row] for row in csv.reader(file) if row]
    values = np.array([[float(cell) for cell in row] for row in rows[1:]])
    return values[:, 0], rows[0][1:], values[:, 1:]


def _run(text: str, settings: Settings, names: list[str], days: np.ndarray) -> tuple[np.ndarray, str]:
    """Values of the variables at the days, and what went wrong if anything did."""
    from remission.solver.reading import read_sbml

    network = _with_a_state(read_sbml(text))
    known = {name for name, _ in network.rules}
    outputs = [_measure(name, settings, known) for name in names]
    kernel = compile_network(network, outputs=outputs, lanes=1)
    state, step = kernel.initial_state[None].copy(), np.full(1, np.nan)
    parameters = kernel.defaults[None]
    values: list[np.ndarray] = []
    before = settings.start
    for day in days:
        done = kernel.advance(
            state,
            parameters,
            np.array([before]),
            np.array([day]),
            step_day=step,
            rtol=RTOL,
            atol=ATOL,
            initial=not values,
        )
        if done.status[0] != Status.REACHED:
            return np.zeros(0), f"day {done.time_day[0]:g}: {Status(done.status[0]).sentence}"
        state, step, before = done.state, done.step_day, day
        values.append(kernel.observe(state, parameters, np.array([day]))[0])
    return np.array(values), ""


def _with_a_state(network: Network) -> Network:
    """A model in which nothing changes gets a clock, since a kernel needs a state."""
    if network.states:
        return network
    return replace(network, states=("(clock)",), initial=(0.0,), rates=(Number(1.0),))


def _measure(name: str, settings: Settings, rules: set[str]) -> str:
    """Name of the output that a variable of a case means."""
    if name in settings.concentration and f"[{name}]" in rules:
        return f"[{name}]"
    if f"amount({name})" in rules:
        return f"amount({name})"
    return name
