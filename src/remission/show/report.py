"""The report: one HTML page that needs nothing else to be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from remission.errors import RunError
from remission.units import DAYS_PER_MONTH

if TYPE_CHECKING:
    from remission.show.compare import Published, Row
    from remission.show.drawings import Section
    from remission.show.gather import ArmData, Folder
    from remission.study.published import PublishedFigure

MOST_BYTES = 2_000_000


def write_report(run_folder: Folder, path: str | Path, *, language: str = "en") -> Path:
    """Write the report of a finished run as one self-contained HTML page.

    Parameters
    ----------
    run_folder : RunFolder
        A finished run.
    path : str or Path
        File to write; it is replaced if it is there.
    language : str
        Of the texts: ``"en"``.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    RunError
        If the run folder is damaged or the page cannot be written.
    """
    page = report_html(run_folder, language=language).encode()
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(target.name + ".tmp")
        beside.write_bytes(page)
        beside.replace(target)
    except OSError as error:
        raise RunError(
            f"the report cannot be written: {error.strerror}",
            where=str(target),
            next_step="give another place with --report, or free some room",
        ) from None
    return target


def report_html(run_folder: Folder, *, language: str = "en") -> str:
    """The page as text.

    Raises
    ------
    RunError
        If a file of the run is missing or has changed since it was written.
    """
    from remission.show.texts import Words

    words = Words(language)
    return _template().render(page=_page(run_folder, words), words=words, **_style())


def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("remission.show", "")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("page.html.j2")


def _style() -> dict[str, Any]:
    from importlib.resources import files

    from markupsafe import Markup

    from remission.show.style import palette

    return {"css": Markup(files("remission.show").joinpath("page.css").read_text()), "palette": palette()}


def _page(folder: Folder, words: Any) -> dict[str, Any]:
    from remission.show import page
    from remission.show.lines import result_groups

    study = folder.definition
    arms, published = read_arms(folder, study), published_results(study)
    summary, rows = result_of(folder, arms, published)
    last_month = study.follow_up_day / DAYS_PER_MONTH
    groups = result_groups([(arm.name, arm.label) for arm in arms], rows, summary, words)
    drawn, patient = _drawn(folder, arms, published, last_month, words)
    names = [*(section.name for section in drawn), *(["patient"] if patient else [])]
    seed, patients = folder.provenance.identity.seed, words.number(folder.provenance.patients)
    return {
        "title": study.title,
        "by": words("by", patients=patients, seed=seed),
        "plain": page.plain_words(arms, summary, rows, last_month, words),
        "tiles": [page.tile(arm, summary, last_month, words) for arm in arms if arm.followed],
        "sections": ["result", *names, "counted", "made"],
        "groups": [
            {
                "label": group.label,
                "colour": page.colour_of(group.arm),
                "published": [line for line in group.lines if line.published],
                "own": [line for line in group.lines if not line.published],
            }
            for group in groups
        ],
        "sources": page.sources(groups),
        "drawn": drawn,
        "patient": patient,
        "counted": {
            "columns": page.counted_columns(words),
            "rows": [page.counted(arm, words) for arm in arms],
        },
        "made": page.made_of(folder.provenance, words),
        "study_text": study.text,
        "provenance": page.provenance_text(folder.provenance),
    }


def read_arms(folder: Folder, study: Any) -> list[ArmData]:
    """Patients of each arm, in the order and with the labels of the study."""
    from remission.show.gather import arm_data

    labels = {arm.name: arm.label for arm in study.arms}
    return [arm_data(folder, name, labels[name], place) for place, name in enumerate(folder.arms)]


def _drawn(
    folder: Folder, arms: Sequence[ArmData], published: Sequence[Published], last_month: float, words: Any
) -> tuple[list[Section], dict[str, Any] | None]:
    """Sections with drawings, and the one patient; neither where nobody was followed."""
    from remission.show import drawings, page
    from remission.show.gather import courses
    from remission.show.journey import journey

    followed = [arm for arm in arms if arm.followed]
    if not followed:
        return [], None
    found = {arm.name: courses(folder, arm, last_month) for arm in followed}
    sections = [
        drawings.survival_section(followed, published, last_month, words),
        drawings.response_section(followed, found, last_month, words),
        drawings.care_section(followed, found, last_month, words),
        drawings.swimmer_section(followed, found, last_month, words),
        drawings.freedom_section(followed, published, last_month, words),
        drawings.toxicity_section(followed, last_month, words),
    ]
    course = journey(folder, followed)
    if course is None:
        return sections, None
    patient = {
        "facts": page.patient_facts(course, words),
        "choice": words("choice", reason=words(course.reason)),
        "figure": drawings.course_drawing(course, words),
        "steps": page.patient_steps(course, words),
    }
    return sections, patient


def published_results(study: Any) -> list[Published]:
    """Published results of a study under the names of its arms; none if it names none.

    Raises
    ------
    StudyError
        If the catalogue has no such results.
    """
    from remission.study.published import published_for

    return [published_result(figure) for figure in published_for(study)]


def published_result(figure: PublishedFigure) -> Published:
    """A published figure as the report shows it: days become months.

    Examples
    --------
    >>> from remission.study.published import published
    >>> figure = next(one for one in published("keynote-006") if one.unit == "days")
    >>> round(published_result(figure).value, 1)
    2.9
    """
    from remission.show.compare import Published

    days = figure.unit == "days"
    scale = 1 / DAYS_PER_MONTH if days else 1.0
    low, high = (None if limit is None else limit * scale for limit in (figure.ci_low, figure.ci_high))
    return Published(
        arm=figure.arm,
        endpoint=figure.endpoint,
        month=figure.time_months,
        value=figure.value * scale,
        low=low,
        high=high,
        unit="months" if days else figure.unit,
        evidence=figure.evidence,
        source=figure.source_citation,
        against=figure.against,
    )


def result_of(
    folder: Folder, arms: Sequence[ArmData], published: Sequence[Published]
) -> tuple[dict[str, Any], tuple[Row, ...]]:
    """The summary, with what the published results need besides, and the two compared."""
    from remission.show.compare import compare
    from remission.show.further import with_further

    summary = with_further(folder.summary(), arms, published)
    return summary, compare(published, summary)
