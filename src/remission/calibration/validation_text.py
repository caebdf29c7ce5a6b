"""The validation on the screen: a table by trial, rows from memory apart, and the counts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from remission.calibration.score import MOST_POINTS_OFF, Score, from_memory, looked_up, score
from remission.calibration.validate import ValidatedRow, Validation

_HEAD: Final = ("arm", "endpoint", "published", "simulated", "")
_MOST_ARM: Final = 34
VERDICTS: Final = {True: "pass", False: "MISS", None: "-"}


def as_text(found: Validation) -> str:
    """Everything that was found, row by row."""
    lines = [_title(found), ""]
    for heading, rows in (("", looked_up(found.rows)), ("recalled from memory, shown apart", from_memory(found.rows))):
        if rows and heading:
            lines += [heading.upper(), ""]
        for trial in dict.fromkeys(row.target.figure.trial for row in rows):
            lines += [trial, *_table([row for row in rows if row.target.figure.trial == trial]), ""]
    lines += ["COUNTS", *score_lines("read or computed", score(looked_up(found.rows)))]
    if from_memory(found.rows):
        lines += score_lines("recalled", score(from_memory(found.rows)))
    return "\n".join(lines)


def _title(found: Validation) -> str:
    sets = ", ".join(f"{count} accepted tables of {name}" for name, count in found.accepted.items() if count)
    with_sets = f" ({sets})" if sets else ""
    return (
        f"{found.trials} virtual trials of each of {len(found.studies)} studies, seed {found.seed}{with_sets}: "
        "the mean, and between which 95 % of the trials lie"
    )


def _table(rows: Sequence[ValidatedRow]) -> Iterator[str]:
    cells = [_HEAD, *(row_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_HEAD) - 1)]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=False))
        yield f"  {'  '.join(padded)}  {line[-1]}".rstrip()


def row_cells(row: ValidatedRow) -> tuple[str, str, str, str, str]:
    """Arm, endpoint, published, simulated, and verdict of a row, as text."""
    figure = row.target.figure
    arm = figure.arm if len(figure.arm) <= _MOST_ARM else figure.arm[: _MOST_ARM - 3] + "..."
    at = "" if figure.time_months is None else f" at {figure.time_months:g} mo"
    by = f" ({figure.criterion})" if figure.criterion not in ("", "RECIST 1.1") and "PFS" in figure.endpoint else ""
    published = _number(figure.value, figure.unit) + _interval(figure.ci_low, figure.ci_high, figure.unit)
    if math.isnan(row.simulated):
        return arm, row.target.columns["endpoint"] + at + by, published, "", f"not computable: {row.reason}"
    simulated = _number(row.simulated, figure.unit) + _interval(row.low, row.high, figure.unit)
    verdict = VERDICTS[row.passed] if row.passed is not None else f"not judged: {row.reason}"
    return arm, row.target.columns["endpoint"] + at + by, published, simulated, verdict


def _number(value: float, unit: str) -> str:
    if math.isinf(value):
        return "not reached"
    decimals, word = {"ratio": (2, ""), "%": (1, " %"), "months": (1, " mo"), "days": (0, " d")}.get(unit, (1, ""))
    return f"{value:.{decimals}f}{word}"


def _interval(low: float | None, high: float | None, unit: str) -> str:
    if low is None or math.isnan(low):
        return ""
    decimals = 2 if unit == "ratio" else 1
    top = "" if high is None or math.isinf(high) else f"{high:.{decimals}f}"
    return f" ({low:.{decimals}f} to {top})"


def score_lines(name: str, counted: Score) -> list[str]:
    """The counts of some rows in words."""
    every, others = counted.every, counted.other_than_os
    lines = [
        f"  {name}: {every.passed} of {every.judged} rows pass{_percent(every.percent)}",
        f"    other than overall survival at a month: {others.passed} of {others.judged}{_percent(others.percent)}",
        f"    every arm and endpoint weighing the same:{_percent(counted.equal_weight, bracket=False)}",
        f"    headline rows off by more than {MOST_POINTS_OFF:g} points: {len(counted.far_off) or 'none'}",
    ]
    for row in counted.far_off:
        figure = row.target.figure
        at = "" if figure.time_months is None else f" at {figure.time_months:g} months"
        lines.append(
            f"      {figure.trial}, {figure.arm}: {figure.endpoint}{at} {row.simulated:.1f}, published {figure.value:g}"
        )
    return lines


def _percent(value: float, *, bracket: bool = True) -> str:
    if math.isnan(value):
        return ""
    return f" ({value:.0f} %)" if bracket else f" {value:.0f} %"
