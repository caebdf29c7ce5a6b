"""What a calibration leaves: the tumour's table with the fitted values, the accepted sets, and a report."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np

from remission.arrays import Floats
from remission.biology import TumourTable, load_tumour
from remission.calibration.calibrate import Calibrated
from remission.calibration.search_space import Searched

FITTED: Final = "fitted to the published results of its trials: docs/calibration.md"
_SHOWN = 4  # targets named for each number


def fitted_table_text(tumour: str, values: Mapping[str, float]) -> str:
    """The CSV of a tumour's table with other values, each of them marked as fitted.

    A level of which only the spread is searched keeps its source: it was held.

    Examples
    --------
    >>> "growth,0.0123,1/day" in fitted_table_text("melanoma", {"growth": 0.0123})
    True
    """
    text = (files("remission") / "catalogue" / "tumours" / f"{tumour}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    changed = load_tumour(tumour).with_values(values)
    names = {name.partition(".")[0] for name in values}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        name = row["parameter"]
        if name in names:
            row |= _numbers(changed, name) | {"kind": "fitted", "evidence": "computed"}
        if name in values:
            row["source"] = FITTED
        writer.writerow(row)
    return out.getvalue()


def _numbers(table: TumourTable, name: str) -> dict[str, str]:
    return {"value": f"{table[name].value:.4g}", "sd_patient": f"{table[name].sd_patient:.4g}"}


def accepted_text(found: Calibrated, command: str) -> str:
    """The accepted sets as JSON, with the command that made them."""
    content = {
        "tumour": found.space.tumour,
        "made_by": command,
        "members": len(found.chosen.loss),
        "loss_by_step": [round(loss, 4) for loss in found.together],
        "loss": [round(float(found.chosen.loss[member]), 4) for member in found.chosen.accepted],
        "sets": [{name: float(f"{value:.6g}") for name, value in one.items()} for one in found.sets],
    }
    return json.dumps(content, indent=1) + "\n"


def report_text(found: Calibrated, command: str) -> str:
    """What was fitted, how well the targets determine it, and what each number moves, as Markdown."""
    lines = [
        f"`{command}`: {len(found.chosen.loss)} members, {len(found.steps) - 1} steps, "
        f"{len(found.fitted.targets)} targets,",
        f"{len(found.space.searched)} numbers searched, {len(found.sets)} sets accepted. Loss of the accepted members "
        "together, before the first step and after each: " + ", ".join(f"{loss:.2f}" for loss in found.together) + ".",
        "",
        "| number | searched from | bounds | fitted | 90 % of the accepted sets | determined | moves most |",
        "|---|---|---|---|---|---|---|",
    ]
    values = {name: np.array([one[name] for one in found.sets]) for name in found.space.names}
    first = found.steps[0]
    pull = slopes(first.scores, found.fitted.scaled(first.simulated), found.fitted.error)
    for place, one in enumerate(found.space.searched):
        low, high = np.quantile(values[one.parameter], (0.05, 0.95))
        most = np.argsort(-np.abs(pull[place]))[:_SHOWN]
        moved = ", ".join(f"{_name(found, target)} {pull[place, target]:+.1f}" for target in most)
        lines.append(
            f"| `{one.parameter}` | {one.start:.3g} | {one.low:.3g} to {one.high:.3g} | {_fitted(found, one):.3g} "
            f"| {low:.3g} to {high:.3g} | {100 * determined(found, place):.0f} % | {moved} |"
        )
    return "\n".join(lines) + "\n"


def determined(found: Calibrated, place: int) -> float:
    """Share of the prior variance of a number that the targets have taken away: 1 known, 0 as before."""
    before, after = found.steps[0].scores[:, place].var(), found.chosen.scores[found.chosen.accepted, place].var()
    return float(max(0.0, 1 - after / before))


def slopes(points: Floats, simulated: Floats, error: Floats) -> Floats:
    """How many errors each target moves when each number moves by its prior spread, shape (numbers, targets).

    By linear regression over the members, with a ridge as heavy as one member.
    """
    scale = points.std(axis=0)
    here = (points - points.mean(axis=0)) / scale
    there = np.where(np.isfinite(simulated), simulated, np.nanmean(simulated, axis=0))
    there = (there - there.mean(axis=0)) / error
    return np.asarray(np.linalg.solve(here.T @ here + np.eye(here.shape[1]), here.T @ there))


def _fitted(found: Calibrated, one: Searched) -> float:
    return found.centre[one.parameter]


def _name(found: Calibrated, place: int) -> str:
    figure = found.fitted.targets[place].figure
    month = "" if figure.time_months is None else f" {figure.time_months:g}"
    return f"{figure.trial} {figure.arm} {figure.endpoint}{month}"


def write_results(found: Calibrated, folder: Path, command: str) -> list[Path]:
    """Write ``TUMOUR.csv``, ``TUMOUR.json`` and ``TUMOUR.md`` into a folder; gives their paths."""
    tumour = found.space.tumour
    texts = {
        f"{tumour}.csv": fitted_table_text(tumour, found.centre),
        f"{tumour}.json": accepted_text(found, command),
        f"{tumour}.md": report_text(found, command),
    }
    for name, text in texts.items():
        temporary = folder / f"{name}.tmp"
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(folder / name)
    return [folder / name for name in texts]
