"""What every set of hyperparameters gave, kept line by line, so that a stopped calibration goes on where it was."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from remission.arrays import Floats
from remission.errors import RunError


class Evaluations:
    """Simulated targets by step and member, in a file of JSON lines; the first says what calibration it is of.

    A line that was cut short by a stop is made again.

    Raises
    ------
    RunError
        If the file is of another calibration.
    """

    def __init__(self, path: Path, identity: dict[str, Any]) -> None:
        self.path = path
        self._values: dict[tuple[int, int], Floats] = {}
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
        whole = [line for line in lines if line.endswith("\n")]
        if not whole:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(identity) + "\n", encoding="utf-8")
            return
        found = json.loads(whole[0])
        if found != identity:
            different = [name for name in {*found, *identity} if found.get(name) != identity.get(name)]
            raise RunError(
                "the folder holds another calibration",
                where=str(path),
                found=", ".join(sorted(different)) + " differ",
                next_step="choose another folder with --out, or remove this one",
            )
        if len(whole) < len(lines):
            path.write_text("".join(whole), encoding="utf-8")
        for line in whole[1:]:
            row = json.loads(line)
            values = [np.nan if value is None else value for value in row["values"]]
            self._values[row["step"], row["member"]] = np.array(values, float)

    def __contains__(self, place: tuple[int, int]) -> bool:
        return place in self._values

    def add(self, step: int, member: int, values: Floats) -> None:
        """Keep what a member of a step gave; on disk when this returns."""
        self._values[step, member] = values
        finite = [None if np.isnan(value) else float(value) for value in values]
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": step, "member": member, "values": finite}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def step(self, step: int, members: int) -> Floats:
        """What all members of a step gave, shape (members, targets)."""
        return np.stack([self._values[step, member] for member in range(members)])
