"""The page of a validation: counts, survival curves over published points, and every row."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from remission.calibration.inputs import accepted_tables, load_studies, load_targets
from remission.calibration.score import far_off, from_memory, looked_up, score
from remission.calibration.validate import (
    CENTRAL_PFS,
    FIRST_SEED,
    LEAST_TRIALS,
    MeanCurve,
    ValidatedRow,
    Validation,
    as_json,
    validate,
)
from remission.calibration.validation_text import as_text, row_cells, score_lines
from remission.run.plan import available_cores
from remission.show.figures.survival import survival_figure
from remission.show.figures.svg import inline_svg
from remission.show.report import page_style, page_template, write_page
from remission.show.style import arm_colour
from remission.show.survival import Curve, Point, Survival, at_risk_times
from remission.study import PublishedFigure, StudyDefinition
from remission.texts import Words, words_in

_MEASURES: Final = ("OS", "PFS", "iPFS")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9-]+")


@dataclass(frozen=True)
class TrialSection:
    """What the page says of one trial: its rows and, where a study simulates it, its curves."""

    name: str
    rows: tuple[tuple[tuple[str, ...], str], ...]
    figures: tuple[tuple[str, Any], ...] = ()


def write_validation(found: Validation, path: str | Path, *, language: str = "en") -> Path:
    """Write the validation as one self-contained HTML page.

    Raises
    ------
    StudyError
        If there are no texts in that language.
    RunError
        If the page cannot be written.
    """
    return write_page(validation_html(found, language=language), path)


def validation_html(found: Validation, *, language: str = "en") -> str:
    """The page as text."""
    words = words_in(language)
    memory = from_memory(found.rows)
    return page_template("validation.html.j2").render(
        found=found,
        counts=_counts(found, words),
        trials=_sections(looked_up(found.rows), found, words),
        recalled=_sections(memory, None, words),
        words=words,
        **page_style(),
    )


def _counts(found: Validation, words: Words) -> list[list[str]]:
    groups = {"looked_up": looked_up(found.rows), "memory": from_memory(found.rows)}
    return [[line.strip() for line in score_lines(name, score(rows), words)] for name, rows in groups.items() if rows]


def _sections(rows: Sequence[ValidatedRow], found: Validation | None, words: Words) -> tuple[TrialSection, ...]:
    sections = []
    for trial in dict.fromkeys(row.target.figure.trial for row in rows):
        of_trial = [row for row in rows if row.target.figure.trial == trial]
        study = None if found is None else _only_study(of_trial, found)
        figures = () if found is None or study is None else _figures(study, found, words)
        sections.append(TrialSection(trial, tuple((row_cells(row, words), _kind(row)) for row in of_trial), figures))
    return tuple(sections)


def _kind(row: ValidatedRow) -> str:
    """The class of a row: what passed, what missed, and what missed by far."""
    if row.passed is None:
        return "open"
    return "met" if row.passed else "far" if far_off(row) else "missed"


def _only_study(rows: Sequence[ValidatedRow], found: Validation) -> StudyDefinition | None:
    """The study that simulates a trial; pools of several have no curves of their own."""
    names = {one.study for row in rows for one in row.target.members}
    return next((study for study in found.studies if names == {study.name}), None)


def _figures(study: StudyDefinition, found: Validation, words: Words) -> tuple[tuple[str, Any], ...]:
    drawn = []
    for endpoint in _MEASURES:
        names = (endpoint, CENTRAL_PFS) if endpoint == "PFS" else (endpoint,)
        curves = [curve for curve in found.curves if curve.name.study == study.name and curve.name.endpoint in names]
        points = {curve.name: _points(study, curve.name.arm, curve.name.endpoint, found) for curve in curves}
        curves = [curve for curve in curves if curve.name.endpoint == endpoint or points[curve.name]]
        if not curves or not any(points.values()):
            continue
        last = max(float(curve.month[-1]) for curve in curves)
        months = at_risk_times(last)
        shown = tuple(_curve(curve, study, months, points[curve.name], words) for curve in curves)
        measure = words(f"validate.measure.{endpoint}")
        figure = survival_figure(Survival(shown, last, months), words, measure=measure)
        name = f"{_UNFIT.sub('-', study.name)}-{endpoint}"
        title = words("validate.figure", measure=measure.rpartition(", ")[0], study=study.name)
        text = words("validate.figure.text", title=title, trials=found.trials)
        if any(curve.dashed for curve in shown):
            text = f"{text} {words('validate.figure.central')}"
        drawn.append((text, inline_svg(figure, name, title, text)))
    return tuple(drawn)


def _curve(
    curve: MeanCurve, study: StudyDefinition, months: Sequence[float], points: tuple[Point, ...], words: Words
) -> Curve:
    place = [arm.name for arm in study.arms].index(curve.name.arm)
    counted = np.interp(months, curve.month, curve.at_risk, right=0.0)
    at_risk = tuple(round(float(number)) for number in counted)
    label, central = words.term(study.arm(curve.name.arm).label), curve.name.endpoint == CENTRAL_PFS
    label = words("curve.central", arm=label) if central else label
    return Curve(label, arm_colour(place), curve.month, curve.percent, curve.low, curve.high, at_risk, points, central)


def _points(study: StudyDefinition, arm: str, endpoint: str, found: Validation) -> tuple[Point, ...]:
    """What was published of the whole of an arm and judged as a curve was.

    Figures of several arms together stand at each of them.
    """
    points = []
    for row in found.rows:
        figure, members = row.target.figure, row.target.members
        same = _curve_beside(figure) == endpoint
        whole = len(members) == 1 and members[0].study == study.name and not members[0].criteria
        if same and whole and arm in members[0].arms and figure.time_months is not None:
            low = figure.value if figure.ci_low is None else figure.ci_low
            high = figure.value if figure.ci_high is None else figure.ci_high
            points.append(Point(figure.time_months, figure.value, low, high))
    return tuple(points)


def _curve_beside(figure: PublishedFigure) -> str:
    """Which curve shows what a figure speaks of; none shows confirmed progression by central review."""
    if figure.endpoint != "PFS":
        return figure.endpoint
    criterion = figure.criterion
    if criterion.is_central:
        return "" if criterion.waits_for_confirmation else CENTRAL_PFS
    return "iPFS" if criterion.waits_for_confirmation else "PFS"


def validate_command(
    targets: Path | None,
    studies: Path | None,
    json: Path | None,
    html: Path | None,
    trials: int | None,
    *,
    patients: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    language: str = "en",
) -> None:
    """What `remission validate` does: read, simulate, print, write."""
    from json import dumps

    known = load_studies(studies)
    found = validate(
        load_targets(targets, known),
        known,
        trials=LEAST_TRIALS if trials is None else trials,
        seed=FIRST_SEED if seed is None else seed,
        workers=workers or available_cores(),
        patients=patients,
        accepted=accepted_tables(known),
        done=_tell,
    )
    print(as_text(found))
    if json is not None:
        write_page(dumps(as_json(found), indent=1) + "\n", json)
    if html is not None:
        print(f"\npage    {write_validation(found, html, language=language)}")


def _tell(done: int, of: int) -> None:
    print(f"validate: {done} of {of} virtual trials", file=sys.stderr, flush=True)
