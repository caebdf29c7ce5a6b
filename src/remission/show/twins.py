"""One person in every arm, and a page about him or her."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from remission.errors import RunError
from remission.show.course import Course
from remission.show.gather import Folder
from remission.texts import Words

REASON = "choice.brief"


def courses_of(folder: Folder, patient: int, words: Words) -> dict[str, Course]:
    """The courses of one patient by arm, in every arm in which he or she was followed.

    Raises
    ------
    RunError
        If nobody of that number was followed in any arm.
    """
    from remission.show.journey import course_of

    found = {}
    for name in folder.arms:
        try:
            label = words.term(folder.definition.arm(name).label)
            found[name] = course_of(folder, name, label, patient, REASON)
        except RunError as error:
            if error.problems[0].found != str(patient):
                raise
    if not found:
        allowed = f"0 to {folder.provenance.patients - 1}"
        raise RunError("no such patient was followed", where="--id", found=str(patient), allowed=allowed)
    return found


def twin_rows(folder: Folder, arm: str, patient: int, words: Words) -> list[tuple[str, ...]]:
    """What became of a patient in the other arms: last seen, treatments, toxicity."""
    return [twin_row(course, words) for name, course in courses_of(folder, patient, words).items() if name != arm]


def twin_row(course: Course, words: Words) -> tuple[str, ...]:
    """One arm as a row of a table."""
    month = words.number(course.last_month, 1)
    if course.facts["os_event"]:
        end = words("twin.dead", month=month, cause=words.named("cause", course.facts["death_cause"]))
    else:
        end = words("twin.alive", month=month)
    firsts: dict[tuple[int, int], tuple[float, list[str]]] = {}
    for (molecule, number, line), months in course.dose_month.items():
        begun, names = firsts.setdefault((line, number), (float(months[0]), []))
        names.append(words.term(molecule))
        firsts[line, number] = (min(begun, float(months[0])), names)
    given = [f"{' + '.join(names)} ({words.number(begun, 1)})" for _, (begun, names) in sorted(firsts.items())]
    severe = [step for step in course.steps if step.kind == "toxicity" and step.grade >= 3]
    harm = [f"{words('grade', grade=step.grade)} ({words.number(step.month, 1)})" for step in severe]
    return course.arm, end, ", ".join(given) or words("twin.none"), ", ".join(harm) or words("twin.none")


def patient_html(folder: Folder, patient: int, arm: str, words: Words, told: str = "") -> str:
    """The page of one patient in one arm, with the other arms below.

    Raises
    ------
    RunError
        If the patient was not followed in that arm.
    """
    from remission.show import drawings, page
    from remission.show.report import page_style, page_template

    courses = courses_of(folder, patient, words)
    if arm not in courses:
        raise RunError("the patient was not followed in this arm", where="--arm", found=arm, allowed=", ".join(courses))
    course = courses.pop(arm)
    facts = page.patient_facts(course, words)
    if course.diagnosed is not None:
        facts += " " + words("patient.diagnosed", date=words.date(course.diagnosed))
    content: dict[str, Any] = {
        "title": words("patient.title", patient=patient),
        "study": words.term(folder.definition.title),
        "facts": facts,
        "told": told,
        "figure": drawings.course_drawing(course, words),
        "steps": page.patient_steps(course, words),
        "rows": [twin_row(other, words) for other in (course, *courses.values())],
        "others": [
            drawings.course_drawing(other, words, f"course-{place}") for place, other in enumerate(courses.values(), 1)
        ],
        "made": page.made_of(folder.provenance, words),
    }
    return page_template("patient.html.j2").render(page=content, words=words, **page_style())


def patient_command(
    folder: Any, *, like: bool, number: int | None, arm: str | None, out: Path | None, language: str = "en"
) -> str:
    """What `remission patient` prints; the page is written.

    Raises
    ------
    RunError
        If there is no such patient or arm, or no arm begins with chemotherapy.
    """
    from remission.show.observed import words_for
    from remission.show.report import write_beside, write_page
    from remission.show.story import most_told, stories, story_sentences

    words = words_for(folder, language)
    if arm is not None and arm not in folder.arms:
        raise RunError("no such arm", where="--arm", found=arm, allowed=", ".join(folder.arms))
    lines: list[str] = []
    told = ""
    if like:
        found = [one for one in stories(folder) if arm in (None, one.arm)]
        lines = [sentence for one in found for sentence in story_sentences(one, words)]
        story = most_told(found)
        if story is None:
            step = "choose a patient with --id"
            raise RunError("nobody here begins with chemotherapy, as the story does", where="--like", next_step=step)
        told = " ".join([*story_sentences(story, words), words("story.choice")])
        number, arm = (story.chosen() if number is None else number), story.arm
    assert number is not None
    text = patient_html(folder, number, arm or folder.arms[0], words, told)
    target = write_beside(folder, f"patient-{number}.html", text) if out is None else write_page(text, out)
    return "\n".join([*lines, f"{words('patient.title', patient=number)}  {target}"])
