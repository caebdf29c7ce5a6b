"""What several commands are given, and how it is read."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from remission.errors import StudyError

FAILED, WRONG_INPUT, FAULT, STOPPED = 1, 2, 70, 130
"""What a command may end with, besides 0."""
MOST_DIGITS = 30

StudyName = Annotated[str, Parameter(help="A study of the catalogue, or the path of a study file.")]
Patients = Annotated[str | None, Parameter(name="--patients", help="Number of patients.")]
Seed = Annotated[str | None, Parameter(name="--seed", help="Seed of all draws, a whole number.")]
Out = Annotated[
    str | None,
    Parameter(
        name="--out",
        help="Folder, or URI such as s3://bucket/name, for the result [runs/STUDY, and what differs from the file].",
    ),
]
RunPlace = Annotated[str, Parameter(help="Folder, or URI such as s3://bucket/name, of a run.")]
Cluster = Annotated[
    str | None, Parameter(name="--cluster", help="Address of a Dask scheduler, whose workers do the work.")
]
Twins = Annotated[bool, Parameter(name="--twins", negative="", help="Every patient lives in every arm.")]
Arms = Annotated[
    list[str] | None,
    Parameter(name="--arm", negative="", help="An arm to simulate besides those that are enabled."),
]
Workers = Annotated[str | None, Parameter(name="--workers", help="Processes [one for a small run, else one per core].")]

Language = Annotated[str, Parameter(name="--lang", help="Language of the page: en or fr.")]


def numbers_of(patients: str | None, seed: str | None, workers: str | None) -> dict[str, int | None]:
    """Whole numbers from the command line, all faults at once."""
    from remission.study.numbers import run_numbers

    return run_numbers(written(patients), written(seed), written(workers), prefix="--")


def language_of(given: str) -> str:
    """A language of the pages from the command line: refused before anything is simulated."""
    from remission.texts import known_language

    return known_language(given, "--lang")


def trials_of(trials: str | None) -> int | None:
    """A number of virtual trials from the command line."""
    from remission.study.numbers import MOST_TRIALS

    given = written(trials)
    if given is None or (isinstance(given, int) and 1 <= given <= MOST_TRIALS):
        return given
    raise StudyError(
        "not a number of trials", where="--trials", found=str(given), allowed=f"a whole number, 1 to {MOST_TRIALS}"
    )


def written(text: str | None) -> int | str | None:
    """A whole number as it was typed; any other text stays text, which is refused later."""
    if text is None or not text.isascii() or not text.removeprefix("-").isdigit():
        return text
    return int(text[:MOST_DIGITS])  # longer ones are out of every range
