"""The section of the report, and the table in the terminal, about the value of the time gained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from remission.road.arrivals import Arrival, arriving_molecule
from remission.road.saved import make_value, value_of_run
from remission.road.value import ARMS, OUTCOMES, PARTS, STOOD, Number, TimeGainedValue
from remission.show.drawings import Drawn, Section, Table, drawn
from remission.show.figures.gained import gained_figure
from remission.show.gather import Folder
from remission.texts import Words


def gained_sections(folder: Folder, words: Words) -> list[Section]:
    """One section where the study asks for it and the folder holds its four arms; else none."""
    asked = getattr(folder.definition, "time_gained", None)
    if asked is None or not {getattr(asked, key) for key in ARMS} <= set(folder.arms):
        return []
    return [Section("gained", (gained_drawing(folder, value_of_run(folder), words),))]


def gained_drawing(folder: Folder, value: TimeGainedValue, words: Words) -> Drawn:
    """The figure, with its numbers as a table."""
    study = folder.definition
    title = words("gained.title", arrival=words.term(study.time_gained.arrival))
    text = " ".join([_stood_text(study, value, words), words("gained.text"), intervals_text(value, words)])
    table = Table(tuple(words(f"gained.of.{outcome}") for outcome in OUTCOMES), part_rows(value, words))
    return replace(drawn(gained_figure(value, words), "gained", title, text, wide=True), table=table)


def part_rows(value: TimeGainedValue, words: Words) -> tuple[tuple[str, ...], ...]:
    """One row for each part, its cells the outcomes with their intervals."""
    return tuple(
        (words(f"gained.{part}"), *(_with_interval(value.parts[outcome][part], words) for outcome in OUTCOMES))
        for part in PARTS
    )


def intervals_text(value: TimeGainedValue, words: Words) -> str:
    """Where the intervals come from."""
    return words(f"gained.by.{value.intervals}", populations=words.number(value.populations))


def _with_interval(one: Number, words: Words) -> str:
    limits = words("interval", low=words.number(one.low, 2), high=words.number(one.high, 2))
    return f"{words.number(one.value, 2)} ({limits})"


def _stood_text(study: Any, value: TimeGainedValue, words: Words) -> str:
    sentences = []
    for key in ARMS:
        arm = study.arm(getattr(study.time_gained, key))
        shares = {name: _percent(value.stood[key][name], words) for name in STOOD}
        sentences.append(words("gained.stood", arm=words.term(arm.label), **shares))
    return " ".join(sentences)


def _percent(one: Number, words: Words) -> str:
    limits = words("interval", low=words.number(100 * one.low, 1), high=words.number(100 * one.high, 1))
    return f"{words('percent', value=words.number(100 * one.value, 1))} ({limits})"


def value_text(folder: Any, patients: int, words: Words) -> str:
    """What `remission value` prints, after the intervals were made."""
    value = make_value(folder, patients)
    rows = [("", *(words(f"gained.of.{outcome}") for outcome in OUTCOMES)), *part_rows(value, words)]
    return "\n".join(
        [_stood_text(folder.definition, value, words), "", *_columns(rows), "", intervals_text(value, words)]
    )


def arrivals_text(study: Any, rows: Sequence[Arrival], patients: int, words: Words) -> str:
    """What `remission arrivals` prints."""
    names = ("arrivals.blocked", "arrivals.toxicity", "arrivals.date", "arrivals.reached")
    head = (*(words(name) for name in names), *(words(f"gained.of.{outcome}") for outcome in OUTCOMES))
    molecule = words.term(arriving_molecule(study).label)
    told = words("arrivals.text", molecule=molecule, patients=words.number(patients))
    return "\n".join([told, "", *_columns([head, *(_arrival_row(row, words) for row in rows)])])


def _arrival_row(row: Arrival, words: Words) -> tuple[str, ...]:
    numbers = (Number(*numbers) for numbers in (row.months, row.free_months, row.severe))
    return (
        words("percent", value=words.number(100 * row.blocked)),
        words("arrivals.times", value=words.number(row.toxicity, 1)),
        words.date(row.date),
        words("percent", value=words.number(100 * row.reached, 1)),
        *(_with_interval(number, words) for number in numbers),
    )


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
