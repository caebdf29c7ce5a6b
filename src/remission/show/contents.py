"""What stands on the page, ready for the template: words, numbers, drawings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from remission.run.provenance import OBSERVED
from remission.show import drawings, page
from remission.show.compare import Published
from remission.show.course import Course
from remission.show.drawings import Drawn, Section
from remission.show.gained import gained_sections
from remission.show.gather import ArmData, Folder, courses
from remission.show.journey import CANDIDATES, course_of, journey
from remission.show.lines import Group, result_groups
from remission.show.observed import observed_contents
from remission.show.results import published_results, read_arms, result_of
from remission.show.story import STAGES, Story, most_told, stories, story_sentences
from remission.show.twins import twin_rows
from remission.texts import Words
from remission.units import DAYS_PER_MONTH


def contents(folder: Folder, words: Words) -> dict[str, Any]:
    """Everything that the template of the page asks for.

    Raises
    ------
    RunError
        If a file of the run is missing or has changed since it was written.
    """
    study = folder.definition
    arms, published = read_arms(folder, study, words), published_results(study)
    summary, rows = result_of(folder, arms, published)
    last_month = study.follow_up_day / DAYS_PER_MONTH
    groups = result_groups([(arm.name, arm.label) for arm in arms], rows, summary, words)
    sections = sections_of(folder, arms, published, last_month, words)
    told = _told(folder)
    course = _course(folder, arms, told, words)
    names = [*(section.name for section in sections), *(["patient"] if course else [])]
    observed = observed_contents(summary, arms, words)
    seed, patients = folder.provenance.identity.seed, words.number(folder.provenance.patients)
    return {
        "title": words.term(study.title),
        "by": words("by", patients=patients, seed=seed),
        "plain": page.plain_words(
            arms, summary, rows, last_month, words, twins=folder.provenance.identity.filled == "twins"
        ),
        "tiles": [page.tile(arm, summary, last_month, words) for arm in arms if arm.followed],
        "sections": ["result", *observed.sections, *names, "counted", "made"],
        "groups": [_group(group) for group in groups],
        "sources": page.sources(groups),
        "twins": folder.provenance.identity.filled == "twins",
        "observed": observed,
        "drawn": sections,
        "patient": None if course is None else _patient(folder, course, told, words),
        "counted": {
            "columns": page.counted_columns(words),
            "rows": [page.counted(arm, words) for arm in arms],
        },
        "made": page.made_of(folder.provenance, words),
        "study_text": study.text,
        "provenance": page.provenance_text(folder.provenance),
    }


def sections_of(
    folder: Folder, arms: Sequence[ArmData], published: Sequence[Published], last_month: float, words: Words
) -> list[Section]:
    """Sections with drawings of the arms in which somebody was followed; none where nobody was."""
    followed = [arm for arm in arms if arm.followed]
    if not followed:
        return []
    found = {arm.name: courses(folder, arm, last_month) for arm in followed}
    scanned = [arm for arm in followed if found[arm.name].waterfall.measured]
    treated = [part for part in (arm.treatment_known() for arm in followed) if part.followed]
    graded = [arm for arm in followed if arm.knows("os_day") and arm.knows("grade_known")]
    simulated = folder.provenance.identity.filled != OBSERVED
    sections = [
        drawings.survival_section(followed, published, last_month, words),
        drawings.response_section(followed if simulated else scanned, found, last_month, words),
        drawings.care_section(treated, found, last_month, words),
        drawings.swimmer_section(treated, found, last_month, words),
    ]
    sections += [drawings.freedom_section(treated, published, last_month, words)] if treated else []
    sections += [drawings.toxicity_section(graded, last_month, words)] if graded else []
    sections += gained_sections(folder, words)
    # Of a simulated patient all is known; of real ones some files say nothing of treatment or toxicity.
    return [section for section in sections if section.figures]


def told_arms(folder: Folder, arms: Sequence[ArmData]) -> list[ArmData]:
    """Arms of which one patient's course can be told: somebody was followed, and lesions were measured."""
    followed = [arm for arm in arms if arm.followed and arm.knows("os_day")]
    if folder.provenance.identity.filled != OBSERVED:
        return followed
    return [arm for arm in followed if folder.table("lesions", [arm.name], ["patient"]).num_rows]


def drawings_of(folder: Folder, words: Words) -> list[Drawn]:
    """Every drawing of the report.

    Raises
    ------
    RunError
        If a file of the run is missing or has changed since it was written.
    """
    study = folder.definition
    arms, published = read_arms(folder, study, words), published_results(study)
    last_month = study.follow_up_day / DAYS_PER_MONTH
    sections = sections_of(folder, arms, published, last_month, words)
    course = _course(folder, arms, _told(folder), words)
    alone = [] if course is None else [drawings.course_drawing(course, words)]
    return [*(drawing for section in sections for drawing in section.figures), *alone]


def _group(group: Group) -> dict[str, Any]:
    return {
        "label": group.label,
        "colour": page.colour_of(group.arm),
        "published": [line for line in group.lines if line.published],
        "own": [line for line in group.lines if not line.published],
    }


def _told(folder: Folder) -> Story | None:
    """The story of the brief in a study with dates, where somebody lived all of it."""
    if getattr(folder.definition, "diagnosed", None) is None:
        return None
    story = most_told(stories(folder))
    return story if story is not None and story.furthest == len(STAGES) else None


def _course(folder: Folder, arms: Sequence[ArmData], told: Story | None, words: Words) -> Course | None:
    if told is not None:
        return course_of(folder, told.arm, words.term(told.label), told.chosen(), "choice.brief")
    return journey(folder, told_arms(folder, arms))


def _patient(folder: Folder, course: Course, told: Story | None, words: Words) -> dict[str, Any]:
    if told is not None:
        choice = " ".join([*story_sentences(told, words), words("story.choice")])
    else:
        choice = words("choice", reason=words(course.reason))
        if folder.provenance.patients > CANDIDATES:
            choice += " " + words("choice.among", candidates=words.number(CANDIDATES))
    return {
        "twins": [] if told is None else twin_rows(folder, told.arm, course.patient, words),
        "facts": page.patient_facts(course, words),
        "choice": choice,
        "figure": drawings.course_drawing(course, words),
        "steps": page.patient_steps(course, words),
    }
