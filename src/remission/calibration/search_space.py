"""What a calibration searches: some numbers of a tumour's table, each with a start and bounds from somewhere."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from remission.arrays import Floats
from remission.biology import TumourTable, load_tumour
from remission.errors import Problem, StudyError


@dataclass(frozen=True)
class Searched:
    """One searched number: a value (``growth``) or a spread between patients (``growth.sd_patient``)."""

    parameter: str
    start: float
    low: float
    high: float
    source: str


@dataclass(frozen=True)
class SearchSpace:
    """The numbers of a tumour that are searched; the search itself runs in the unit cube of their logarithms."""

    tumour: str
    searched: tuple[Searched, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names as `TumourTable.with_values` takes them."""
        return tuple(one.parameter for one in self.searched)

    @property
    def start(self) -> Floats:
        """The starting point, 0 to 1 in each direction."""
        return self.point({one.parameter: one.start for one in self.searched})

    def point(self, values: dict[str, float]) -> Floats:
        """Where a set of values lies between its bounds, 0 to 1 in each direction, shape (n,)."""
        return np.array([np.log(values[s.parameter] / s.low) / np.log(s.high / s.low) for s in self.searched])

    def values(self, point: Floats) -> dict[str, float]:
        """The set of values at a point; what lies outside the bounds is held at them.

        Examples
        --------
        >>> space = search_space("melanoma")
        >>> round(space.values(space.start)["growth"], 6) == space.searched[0].start
        True
        """
        held = np.clip(point, 0, 1)
        return {s.parameter: float(s.low * (s.high / s.low) ** x) for s, x in zip(self.searched, held, strict=True)}

    def table(self, point: Floats) -> TumourTable:
        """The tumour's table with the values at a point."""
        return load_tumour(self.tumour).with_values(self.values(point))


def search_space(tumour: str) -> SearchSpace:
    """What is searched for a tumour of the catalogue.

    Raises
    ------
    StudyError
        If the catalogue has none for it, or a row is faulty: a number missing, a start outside its bounds, a name that
        the tumour's table does not have.
    """
    folder = files("remission") / "catalogue" / "calibration"
    known = tuple(sorted(item.name[:-4] for item in folder.iterdir() if item.name.endswith(".csv")))
    if tumour not in known:
        raise StudyError("no calibration of this tumour", where="tumour", found=tumour, allowed=", ".join(known))
    file = folder / f"{tumour}.csv"
    rows = list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))
    searched, problems = [], []
    for line, row in enumerate(rows, start=2):
        one = Searched(row["parameter"], float(row["start"]), float(row["low"]), float(row["high"]), row["source"])
        searched.append(one)
        if not 0 < one.low <= one.start <= one.high:
            problems.append(Problem("start out of bounds", f"{file.name}:{line}", f"{one.start}"))
        if not one.source:
            problems.append(Problem("bounds without a source", f"{file.name}:{line}", one.parameter))
    if problems:
        raise StudyError(problems)
    load_tumour(tumour).with_values({one.parameter: one.start for one in searched})
    return SearchSpace(tumour, tuple(searched))
