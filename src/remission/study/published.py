"""What trials have published, and which of several figures for one thing to hold a simulation against.

Rule of choice among figures for the same arm, endpoint and time:

1. a figure recalled from memory counts only where none was read or computed;
2. of the rest, the one from the latest report, since follow-up is longest there (a computed figure has no
   year and comes after those that have);
3. of one report, what was read comes before what was computed.

Progression by RECIST 1.1 and by irRC are two things, and one figure is chosen of each.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from remission.errors import StudyError
from remission.study.catalogue import catalogue_file
from remission.study.definition import CENTRAL_REVIEW, INVESTIGATOR, StudyDefinition
from remission.study.judgement import NOT_TOLD, Judgement, read_judgement
from remission.study.molecule import EVIDENCE
from remission.study.published_arms import other_arm, published_arm
from remission.study.yaml import read_text

COLUMNS = (
    "trial",
    "arm",
    "cancer",
    "line",
    "n",
    "endpoint",
    "time_months",
    "value",
    "ci_low",
    "ci_high",
    "unit",
    "evidence",
    "note",
    "ci_kind",
    "source_citation",
    "source_url",
)
OPTIONAL = ("criterion", "fitted")
"""Columns that a file may lack: what progression was judged by; ``yes`` where the shipped tumour was fitted to it."""
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_AGAINST = re.compile(r"_vs_(\w+)\Z")
_READ_FROM_SCANS = re.compile(r"PFS|ORR|CR|PR|SD|PD|D[Oo]R|TTR|respon")
"""Endpoints that a reader of scans decides."""
SECOND_COURSE = ("ORR_second_course",)
"""Those of a second course, which a central review does not read."""
NOT_REVIEWED = "no central review in this study; add `central` to its assessors"
"""Why a figure of a central review has nothing to stand beside."""


@dataclass(frozen=True)
class PublishedFigure:
    """One published number.

    Parameters
    ----------
    trial, arm : str
        As published; in `published_for` the arm is that of the study.
    n : int or None
        Patients it is about, where that is told.
    endpoint : str
        As ``OS``, ``ORR``, ``median_PFS``, ``HR_OS``.
    time_months : float or None
        For endpoints at a time.
    value, ci_low, ci_high : float or None
        In ``unit`` ("%", "months", "days", "ratio"); interval where there is one.
    unit, evidence, note, ci_kind, source_citation, source_url : str
        Columns of the file; the note names the figures that were set aside.
    against : str or None
        The other arm of a ratio; in `published_for` always there, in a file only where the endpoint names it.
    criterion : Judgement
        By what and by whom response and progression were judged, as far as the file says; a note tells where that is
        recalled or inferred.
    fitted : bool
        Whether values of the shipped tumour were fitted to this figure: agreement with it is no validation.
    part : str
        In `published_for`: the part of the study's arm that it speaks of, as ``10 mg/kg Q2W``; empty for all.
    """

    trial: str
    arm: str
    n: int | None
    endpoint: str
    time_months: float | None
    value: float
    ci_low: float | None
    ci_high: float | None
    unit: str
    evidence: str
    note: str
    ci_kind: str
    source_citation: str
    source_url: str
    against: str | None = None
    criterion: Judgement = NOT_TOLD
    fitted: bool = False
    part: str = ""

    @property
    def year(self) -> int:
        """Year of the report; 0 if it names none."""
        years = _YEAR.findall(self.source_citation)
        return int(years[-1]) if years else 0


def published(name: str) -> tuple[PublishedFigure, ...]:
    """The figures to compare with of a file of the catalogue: one for each arm, endpoint, criterion and time.

    Raises
    ------
    StudyError
        If there is no such file, or a row of it cannot be read.

    Examples
    --------
    >>> figures = published("keynote-006")
    >>> [f.value for f in figures if (f.arm, f.endpoint) == ("ipilimumab", "median_PFS")]
    [2.8, 3.4]
    """
    return choose(all_published(name))


def all_published(name: str) -> tuple[PublishedFigure, ...]:
    """Every figure of a file of the catalogue, in its order; errors as for `published`."""
    path = catalogue_file("published", name)
    return parse_published(read_text(path), path.name)


def parse_published(text: str, where: str) -> tuple[PublishedFigure, ...]:
    """Figures from the text of a CSV file with the columns `COLUMNS`; ``where`` names it in messages.

    Raises
    ------
    StudyError
        If a column is missing or a row cannot be read.
    """
    return tuple(figure_of(row, where) for row, where in published_rows(text, where))


def published_rows(text: str, where: str) -> Iterator[tuple[dict[str, str], str]]:
    """The rows of a table of published results word for word, each with the file and line where it stands.

    Raises
    ------
    StudyError
        If a column is missing.

    Examples
    --------
    >>> head = ",".join(COLUMNS)
    >>> row, where = next(published_rows(head + "\\nKEYNOTE-006,ipilimumab" + 14 * ",", "table.csv"))
    >>> row["arm"], where
    ('ipilimumab', 'table.csv:2')
    """
    rows = csv.reader(text.splitlines())
    try:
        header = next(rows, [])
        missing = [name for name in COLUMNS if name not in header]
        if missing:
            raise StudyError("columns are missing", where=f"{where}:1", found="no " + ", ".join(missing))
        twice = sorted({name for name in header if name and header.count(name) > 1})
        if twice:
            found, step = ", ".join(twice), "leave one of the two out, or give it another name"
            raise StudyError("a column is named twice", where=f"{where}:1", found=found, next_step=step)
        for cells in rows:
            place = f"{where}:{rows.line_num}"
            if cells and len(cells) != len(header):
                what, found = "the row has another number of cells than the header", f"{len(cells)} cells"
                step = "put cells that hold a comma in quotes"
                raise StudyError(what, where=place, found=found, allowed=f"{len(header)} cells", next_step=step)
            if cells:
                yield {name: cell for name, cell in zip(header, cells, strict=True) if name}, place
    except csv.Error as error:
        raise StudyError("the table cannot be read", where=f"{where}:{rows.line_num}", found=str(error)) from None


def figure_of(row: Mapping[str, str], where: str) -> PublishedFigure:
    """One row of a table as a figure; ``where`` names it in messages.

    Raises
    ------
    StudyError
        If a number or the criterion cannot be read, or value, evidence or source are missing.
    """
    try:
        value, low, high = (_number(row[name]) for name in ("value", "ci_low", "ci_high"))
        time, n = _number(row["time_months"]), int(row["n"]) if row["n"] else None
    except (TypeError, ValueError) as error:
        raise StudyError(f"the row cannot be read: {error}", where=where) from None
    if value is None or row["evidence"] not in EVIDENCE or not row["source_citation"]:
        raise StudyError(
            "a published figure needs a value, an evidence and a source",
            where=where,
            found=f"value {row['value']!r}, evidence {row['evidence']!r}, source_citation {row['source_citation']!r}",
            allowed=f"as evidence: {', '.join(EVIDENCE)}",
            next_step="fill what is empty; a number without a source has no place here",
        )
    against = _AGAINST.search(row["endpoint"])
    return PublishedFigure(
        trial=row["trial"],
        arm=row["arm"],
        n=n,
        endpoint=_AGAINST.sub("", row["endpoint"]),
        time_months=time,
        value=value,
        ci_low=low,
        ci_high=high,
        unit=row["unit"],
        evidence=row["evidence"],
        note=row["note"],
        ci_kind=row["ci_kind"],
        source_citation=row["source_citation"],
        source_url=row["source_url"],
        against=against[1] if against else None,
        criterion=read_judgement(row.get("criterion") or "", where),
        fitted=row.get("fitted") == "yes",
    )


def _number(text: str) -> float | None:
    if not text.strip():
        return None
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text!r} is not a finite number")
    return value


def choose(figures: Iterable[PublishedFigure]) -> tuple[PublishedFigure, ...]:
    """One figure for each arm, endpoint, criterion and time, by the rule of this module; the note names the others."""
    ordered = sorted(figures, key=_subject)
    return tuple(_best(list(same)) for _, same in groupby(ordered, key=_subject))


def _subject(figure: PublishedFigure) -> tuple[str, str, str, Judgement, str, float]:
    time = -1.0 if figure.time_months is None else figure.time_months
    return figure.trial, figure.arm, figure.endpoint, figure.criterion, figure.against or "", time


def _best(same: list[PublishedFigure]) -> PublishedFigure:
    first, *others = sorted(same, key=lambda f: (f.evidence == "recalled", -f.year, f.evidence != "read", f.value))
    if not others:
        return first
    aside = ", ".join(f"{f.value:g} ({f.evidence}, {f.year or 'no year'})" for f in others)
    return replace(first, note="; ".join(filter(None, (first.note, f"chosen over {aside}"))))


def published_for(study: StudyDefinition) -> tuple[PublishedFigure, ...]:
    """The figures of a study's trial, under the names of the study's arms; none if it names no trial.

    Figures of arms that the study does not have are left out, and so are those of subgroups, of several arms together
    and of pools of trials. Where nothing was published of the whole of an arm, the figures of its parts stand in: arms
    whose published name begins with the arm's own (``pembrolizumab 10 mg/kg Q2W``), told by `PublishedFigure.part`.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> figures = published_for(load_definition("keynote-006"))
    >>> [(f.arm, f.against, f.value) for f in figures if f.endpoint == "HR_OS"]
    [('pembrolizumab', 'ipilimumab', 0.73)]
    """
    if study.published is None:
        return ()
    found, parts = list[PublishedFigure](), list[PublishedFigure]()
    # By whom each was judged comes before the choice: what the study takes for the same is one thing.
    for figure in choose(judged_by(one, study) for one in all_published(study.published)):
        meant = published_arm(study, figure.arm)
        pooled = bool(study.trial) and figure.trial != study.trial[0]
        if pooled or meant is None or meant.subgroup is not None or len(meant.arms) > 1:
            continue
        against = other_arm(study, meant.arms, figure.against) if figure.unit == "ratio" else None
        if figure.unit == "ratio" and against is None:
            continue
        named = replace(figure, arm=meant.arms[0], against=against, part=meant.part)
        (parts if meant.part else found).append(named)
    whole = {_subject(figure) for figure in found}
    return (*found, *(figure for figure in parts if _subject(figure) not in whole))


def judged_by(figure: PublishedFigure, study: StudyDefinition) -> PublishedFigure:
    """A figure of response or progression that names no reader is that of the study's first assessor.

    What is judged by irRC or iRECIST is the investigator's, and so is a second course, which is read by nobody else.

    Examples
    --------
    >>> from remission.study import load_definition
    >>> figure = all_published("relativity-047")[0]
    >>> judged_by(figure, load_definition("relativity-047")).criterion.reader
    'central'
    """
    if not _READ_FROM_SCANS.search(figure.endpoint):
        return figure
    alone = figure.criterion.waits_for_confirmation or figure.endpoint in SECOND_COURSE
    reader = INVESTIGATOR if alone or not study.assessors else study.assessors[0]
    return replace(figure, criterion=figure.criterion.by(reader))


def not_reviewed(criterion: Judgement, study: StudyDefinition) -> bool:
    """Whether a figure is of a central review and the study has none."""
    return criterion.is_central and CENTRAL_REVIEW not in study.assessors
