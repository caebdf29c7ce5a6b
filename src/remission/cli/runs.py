"""The commands that make, continue, repeat, check and show a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from remission.cli.options import (
    FAILED,
    Arms,
    Cluster,
    Language,
    Out,
    Patients,
    RunPlace,
    Seed,
    StudyName,
    Twins,
    Workers,
    language_of,
    numbers_of,
)

WithReport = Annotated[bool, Parameter(negative="--no-report", help="Write the HTML report.")]
Shards = Annotated[
    str | None,
    Parameter(name="--shards", help="Make only these shards of the run, such as 3/16 or 1-4/16; the last closes it."),
]


def run(
    study: StudyName,
    /,
    *,
    patients: Patients = None,
    seed: Seed = None,
    out: Out = None,
    twins: Twins = False,
    arm: Arms = None,
    workers: Workers = None,
    cluster: Cluster = None,
    shards: Shards = None,
    report: WithReport = True,
    lang: Language = "en",
) -> None:
    """Simulate a study into a folder, or finish a run that was stopped; prints the result table."""
    from remission.api import load
    from remission.run import shown_progress

    numbers, language = numbers_of(patients, seed, workers), language_of(lang)
    loaded = load(study)
    asked: dict[str, Any] = {"out": out, "twins": twins, "arms": arm or (), "cluster": cluster, **numbers}
    with shown_progress(loaded.definition.name) as progress:
        if shards is None:
            result: Any = loaded.run(progress=progress, **asked)
        else:
            result = loaded.run_shards(shards, progress=progress, **asked)
    if isinstance(result, int):
        print(f"shards {shards} are done; {result} blocks of the run are missing, which other shards make")
        return
    _show(result, report, language)


def plan(
    study: StudyName,
    /,
    *,
    patients: Patients = None,
    seed: Seed = None,
    out: Out = None,
    twins: Twins = False,
    arm: Arms = None,
    workers: Workers = None,
    cluster: Cluster = None,
    shards: Shards = None,
) -> None:
    """Say what a run would do and what it would cost, without running it."""
    from remission.api import load
    from remission.run.plan_text import plan_text

    numbers = numbers_of(patients, seed, workers)
    loaded = load(study)
    asked: dict[str, Any] = {"out": out, "twins": twins, "arms": arm or (), **numbers}
    planned = loaded.plan(cluster=cluster, shards=shards, **asked)
    print(plan_text(loaded.definition.name, planned, loaded.place(**asked)))


def resume(
    folder: RunPlace,
    /,
    *,
    workers: Workers = None,
    cluster: Cluster = None,
    report: WithReport = True,
    lang: Language = "en",
) -> None:
    """Finish the run in a folder from what the folder says of itself, and mend what has changed."""
    from remission.api import resume
    from remission.run import shown_progress

    count, language = numbers_of(None, None, workers)["workers"], language_of(lang)
    with shown_progress(folder) as progress:
        result = resume(folder, workers=count, cluster=cluster, progress=progress)
    _show(result, report, language)


def rerun(
    folder: RunPlace,
    /,
    *,
    out: Annotated[
        str | None, Parameter(name="--out", help="Where it is made again, and kept [a folder that is taken away].")
    ] = None,
    workers: Workers = None,
    cluster: Cluster = None,
) -> int:
    """Make a finished run again from its provenance, and say table by table whether the bits agree."""
    from remission.api import rerun
    from remission.run import shown_progress
    from remission.run.rerun import agreement_text

    count = numbers_of(None, None, workers)["workers"]
    with shown_progress(folder) as progress:
        agreement = rerun(folder, out, workers=count, cluster=cluster, progress=progress)
    print(agreement_text(agreement))
    return 0 if agreement.same else FAILED


def verify(folder: RunPlace, /) -> int:
    """Read every file of a finished run, compare it with its checksum, and name what is wrong."""
    from remission.api import open_run

    run_folder = open_run(folder).run_folder
    problems = run_folder.verify()
    for problem in problems:
        print(problem)
    total = sum(entry.bytes for entry in run_folder.files.values())
    verdict = f"{len(problems)} are not as they were written" if problems else "all as they were written"
    print(f"{len(run_folder.files)} files, {total / 1e6:,.1f} MB: {verdict}")
    return FAILED if problems else 0


def report(
    folder: RunPlace,
    /,
    *,
    out: Annotated[Path | None, Parameter(name="--out", help="File to write [FOLDER/report.html].")] = None,
    lang: Language = "en",
) -> None:
    """Write the HTML report of a finished run, and print its result table."""
    from remission.api import open_run

    language = language_of(lang)
    result = open_run(folder)
    page = result.report(out, lang=language)
    print(table_text(result.run_folder))
    print(f"report  {page}")


def _show(result: Any, report: bool, language: str) -> None:
    page = result.report(lang=language) if report else None
    print(table_text(result.run_folder))
    print(f"tables  {result.folder}")
    if page is not None:
        print(f"report  {page}")


def table_text(run_folder: object) -> str:
    """The result table, as wide as the screen."""
    import shutil

    from remission.show import run_table

    width = shutil.get_terminal_size((100, 24)).columns
    return str(run_table(run_folder, width=max(width, 72), colour=sys.stdout.isatty()))
