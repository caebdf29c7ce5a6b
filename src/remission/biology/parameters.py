"""The table of a tumour's parameters: value, unit, spread, bounds, source. One row, one number that can be
argued with."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from remission.errors import Problem, StudyError

KINDS = ("fitted", "fixed", "published")
EVIDENCE = ("read", "computed", "recalled")


@dataclass(frozen=True)
class Parameter:
    """One row of a tumour's table.

    ``sd_patient`` and ``sd_lesion`` are standard deviations of the natural logarithm between patients, and
    between the lesions of one patient; ``low`` and ``high`` bound the drawn value.
    """

    parameter: str
    value: float
    unit: str
    sd_patient: float
    sd_lesion: float
    low: float
    high: float
    kind: str
    source: str
    evidence: str
    meaning: str


class TumourTable(Mapping[str, Parameter]):
    """The parameters of one tumour, by name, in the order of the file.

    Examples
    --------
    >>> table = load_tumour("melanoma")
    >>> table["growth"].unit
    '1/day'
    >>> table.with_values({"growth": 0.02})["growth"].value
    0.02
    """

    def __init__(self, name: str, rows: Mapping[str, Parameter]) -> None:
        self.name = name
        self._rows = dict(rows)

    def __getitem__(self, name: str) -> Parameter:
        return self._rows[name]

    def __iter__(self):
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def value(self, name: str) -> float:
        """The value of one parameter."""
        return self._rows[name].value

    def with_values(self, values: Mapping[str, float]) -> TumourTable:
        """A copy with some values (``growth``) or spreads (``growth.sd_patient``) replaced.

        Raises
        ------
        StudyError
            If a name is not in the table.
        """
        rows = dict(self._rows)
        for key, value in values.items():
            name, _, field = key.partition(".")
            if name not in rows:
                raise StudyError("no such parameter", where=self.name, found=name, allowed=", ".join(rows))
            rows[name] = replace(rows[name], **{field or "value": float(value)})  # type: ignore[arg-type]
        return TumourTable(self.name, rows)

    @property
    def hash(self) -> str:
        """SHA-256 of the numbers (not of sources or meanings)."""
        numbers = {n: [r.value, r.sd_patient, r.sd_lesion, r.low, r.high] for n, r in self._rows.items()}
        return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()


def read_tumour(path: Path, name: str) -> TumourTable:
    """Read and check a tumour's table.

    Raises
    ------
    StudyError
        With every faulty row: a number missing or out of its bounds, an unknown kind or evidence, no source.
    """
    rows: dict[str, Parameter] = {}
    problems: list[Problem] = []
    with path.open(newline="", encoding="utf-8") as file:
        for line, raw in enumerate(csv.DictReader(file), start=2):
            row, found = _row(raw, f"{path.name}:{line}")
            problems += found
            if row is not None:
                rows[row.parameter] = row
    if problems:
        raise StudyError(problems)
    return TumourTable(name, rows)


def _row(raw: dict[str, str], where: str) -> tuple[Parameter | None, list[Problem]]:
    try:
        numbers = {key: float(raw[key]) for key in ("value", "sd_patient", "sd_lesion", "low", "high")}
    except (KeyError, TypeError, ValueError) as error:
        return None, [Problem("a number is missing", where, str(error), "a number in each numeric column")]
    texts = {key: (raw[key] or "").strip() for key in ("parameter", "unit", "kind", "source", "evidence", "meaning")}
    row = Parameter(**texts, **numbers)  # type: ignore[arg-type]
    problems = []
    if not row.source:
        problems.append(Problem(f"{row.parameter} has no source", where, next_step="say where the number is from"))
    if row.kind not in KINDS:
        problems.append(Problem("unknown kind", where, row.kind, ", ".join(KINDS)))
    if row.evidence not in EVIDENCE:
        problems.append(Problem("unknown evidence", where, row.evidence, ", ".join(EVIDENCE)))
    if not row.low <= row.value <= row.high:
        problems.append(Problem("value out of bounds", where, f"{row.value}", f"{row.low} to {row.high}"))
    return row, problems


@lru_cache(maxsize=8)
def load_tumour(name: str) -> TumourTable:
    """The table of a tumour of the catalogue.

    Raises
    ------
    StudyError
        If the catalogue has no such tumour.
    """
    folder = files("remission") / "catalogue" / "tumours"
    known = catalogue_tumours()
    if name not in known:
        raise StudyError("no such tumour in the catalogue", where="tumour", found=name, allowed=", ".join(known))
    return read_tumour(Path(str(folder / f"{name}.csv")), name)


@lru_cache(maxsize=8)
def accepted_sets(name: str) -> tuple[TumourTable, ...]:
    """The tables of a tumour that its calibration accepted; none if it was not calibrated.

    They agree with the targets about equally well: predictions that are made with each of them in turn carry what the
    targets leave open. ``catalogue/accepted/NAME.json`` says which command and seed made them.

    Examples
    --------
    >>> all(table.name == "melanoma" for table in accepted_sets("melanoma"))
    True
    """
    file = files("remission") / "catalogue" / "accepted" / f"{name}.json"
    if not file.is_file():
        return ()
    content = json.loads(file.read_text(encoding="utf-8"))
    return tuple(load_tumour(name).with_values(values) for values in content["sets"])


def catalogue_tumours() -> tuple[str, ...]:
    """Names of the tumours of the catalogue, sorted."""
    folder = files("remission") / "catalogue" / "tumours"
    return tuple(sorted(item.name[:-4] for item in folder.iterdir() if item.name.endswith(".csv")))


def parameters_hash() -> str:
    """SHA-256 of the numbers of every tumour of the catalogue: a run remembers what it was made with."""
    together = "".join(load_tumour(name).hash for name in catalogue_tumours())
    return hashlib.sha256(together.encode()).hexdigest()
