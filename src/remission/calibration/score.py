"""How many rows pass, counted in the ways that matter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from remission.calibration.validate import ValidatedRow

MOST_POINTS_OFF: Final = 8.0
"""What no headline row may be off by."""
RECALLED: Final = ("recalled", "assumed")
"""Evidence that is shown apart: nobody has looked these figures up."""


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    passed: int
    judged: int

    @property
    def percent(self) -> float:
        """Percent that passed; NaN of none."""
        return 100 * self.passed / self.judged if self.judged else float("nan")


@dataclass(frozen=True)
class Score:
    """The counts of some rows.

    Parameters
    ----------
    every, other_than_os : Share
        All judged rows, and those that are not a point of a curve of overall survival.
    equal_weight : float
        Mean over arms and endpoints of the share of their rows that pass, in percent: many points of one curve weigh
        no more than one response rate.
    far_off : tuple of ValidatedRow
        Headline rows off by more than `MOST_POINTS_OFF`.
    """

    every: Share
    other_than_os: Share
    equal_weight: float
    far_off: tuple[ValidatedRow, ...]


def looked_up(rows: Sequence[ValidatedRow]) -> tuple[ValidatedRow, ...]:
    """Rows that were read or computed."""
    return tuple(row for row in rows if row.target.figure.evidence not in RECALLED)


def from_memory(rows: Sequence[ValidatedRow]) -> tuple[ValidatedRow, ...]:
    """The others."""
    return tuple(row for row in rows if row.target.figure.evidence in RECALLED)


def score(rows: Sequence[ValidatedRow]) -> Score:
    """Count rows; those that are not judged count nowhere."""
    judged = [row for row in rows if row.passed is not None]
    others = _share(judged, lambda row: row.target.figure.endpoint != "OS")
    return Score(_share(judged, lambda row: True), others, _equal_weight(judged), tuple(filter(far_off, judged)))


def far_off(row: ValidatedRow) -> bool:
    """Whether a headline row is off by more than `MOST_POINTS_OFF`."""
    return row.target.headline and abs(row.simulated - row.target.figure.value) > MOST_POINTS_OFF


def _share(rows: Sequence[ValidatedRow], wanted: Callable[[ValidatedRow], bool]) -> Share:
    chosen = [row for row in rows if wanted(row)]
    return Share(sum(bool(row.passed) for row in chosen), len(chosen))


def _equal_weight(rows: Sequence[ValidatedRow]) -> float:
    groups: dict[tuple[str, str, str], list[bool]] = {}
    for row in rows:
        figure = row.target.figure
        groups.setdefault((figure.trial, figure.arm, figure.endpoint), []).append(bool(row.passed))
    return 100 * float(np.mean([np.mean(group) for group in groups.values()])) if groups else float("nan")
