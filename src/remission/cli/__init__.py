"""The command line: thin, without tracebacks, and quick to answer ``--help``.

Exit status: 0 done, 1 could not be done, 2 wrong input, 70 a fault of the program, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from remission import __version__
from remission.cli import runs
from remission.cli.options import (
    FAILED,
    FAULT,
    STOPPED,
    WRONG_INPUT,
    Language,
    Patients,
    RunPlace,
    Seed,
    StudyName,
    Workers,
    language_of,
    numbers_of,
    trials_of,
    written,
)
from remission.errors import Problem, RemissionError, StudyError

TRACEBACK = "REMISSION_TRACEBACK"

app = App(
    name="remission",
    version=__version__,
    help="An in-silico clinic for cancer immunotherapy. For research; never for the treatment of a person.",
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)

validate = App(name="validate", help="Hold the package against published numbers and other programs.")
bench = App(name="bench", help="Measure speed.")
app.command(validate)
app.command(bench)
for _verb in (runs.run, runs.plan, runs.resume, runs.rerun, runs.verify, runs.report):
    app.command(_verb)


@app.command
def check(study: StudyName, /) -> None:
    """Read a study file: every fault with its line, or what was understood."""
    from remission.api import load

    print(load(study).check())


@app.command
def new(file: Annotated[Path, Parameter(help="File to write; it must not exist.")], /) -> None:
    """Write a commented study file that runs as it is."""
    from shlex import quote

    from remission.study.template import write_template

    path = write_template(file)
    name = quote(str(path))
    print(f"{path} is written. Edit it, then: remission check {name}; remission run {name}")


@app.command
def patient(
    folder: RunPlace,
    /,
    *,
    like: Annotated[str | None, Parameter(name="--like", help="A story to look for: brief.")] = None,
    id: Annotated[str | None, Parameter(name="--id", help="Number of a patient.")] = None,
    arm: Annotated[str | None, Parameter(name="--arm", help="Arm in which the patient is drawn.")] = None,
    out: Annotated[Path | None, Parameter(name="--out", help="File to write [FOLDER/patient-ID.html].")] = None,
    lang: Language = "en",
) -> None:
    """Find who lived the brief's story and how common that is, or draw one patient in every arm."""
    from remission.api import open_run
    from remission.show.twins import patient_command
    from remission.study.numbers import MOST_PATIENTS

    number, language = written(id), language_of(lang)
    if id is not None and not (isinstance(number, int) and 0 <= number < MOST_PATIENTS):
        raise StudyError("not a number of a patient", where="--id", found=id, allowed="a whole number, 0 or more")
    if like not in (None, "brief"):
        raise StudyError("no such story", where="--like", found=like, allowed="brief")
    if like is None and number is None:
        raise StudyError("nobody was asked for", where="patient", allowed="--like brief, or --id NUMBER")
    assert not isinstance(number, str)
    run_folder = open_run(folder).run_folder
    print(patient_command(run_folder, like=like is not None, number=number, arm=arm, out=out, language=language))


@app.command
def value(
    folder: Annotated[str, Parameter(help="Folder, or URI, of a finished run of a study with time_gained.")],
    /,
    *,
    patients: Annotated[str | None, Parameter(name="--patients", help="Patients of each population [500].")] = None,
) -> None:
    """What a molecule that came later adds, and what made that possible, with intervals; for the report too."""
    from remission.api import open_run
    from remission.road.saved import POPULATION_PATIENTS
    from remission.show.gained import value_text
    from remission.texts import Words

    count = numbers_of(patients, None, None)["patients"] or POPULATION_PATIENTS
    print(value_text(open_run(folder).run_folder, count, Words()))


@app.command
def arrivals(study: StudyName, /, *, patients: Patients = None, seed: Seed = None) -> None:
    """What a study's last molecule would add were it weaker, less toxic, or there sooner: a table."""
    from remission.api import load
    from remission.road.arrivals import arrivals
    from remission.show.gained import arrivals_text
    from remission.texts import Words

    numbers = numbers_of(patients, seed, None)
    definition = load(study).definition
    count = numbers["patients"] or 500
    print(arrivals_text(definition, arrivals(definition, patients=count, seed=numbers["seed"]), count, Words()))


@app.command
def cohort(
    files: Annotated[list[Path], Parameter(help="Files, or folders with files: CSV, Parquet, XPT, SAS.")],
    /,
    *,
    out: Annotated[str, Parameter(name="--out", help="Folder, or URI such as s3://bucket/name, for the result.")],
    mapping: Annotated[Path | None, Parameter(help="What columns mean where their names do not say so.")] = None,
    units: Annotated[str | None, Parameter(help="Units where no name states them, such as months,mm.")] = None,
    date: Annotated[str | None, Parameter(help="Day for which visits due are listed, such as 2026-11-23.")] = None,
    report: Annotated[bool, Parameter(negative="--no-report", help="Write the HTML report.")] = True,
    lang: Language = "en",
) -> None:
    """Read real patients, check them, and write the same run folder and report as a simulation."""
    from remission.api import import_cohort
    from remission.cohort.finding import finding_line

    language = language_of(lang)
    result = import_cohort(files, out, mapping=mapping, units=units, date=date)
    page = result.report(lang=language) if report else None
    print(runs.table_text(result.run_folder))
    for finding in result.run_folder.summary()["findings"]:
        print(f"{finding['severity']}  {finding_line(finding)}")
    print(f"tables  {result.folder}")
    if page is not None:
        print(f"report  {page}")


@app.command
def explore(
    folder: Annotated[Path, Parameter(help="Folder with runs, which explored ones go into.")] = Path("runs"),
    /,
    *,
    port: Annotated[int, Parameter(help="Port to listen on; 0 takes any that is free.")] = 8765,
    lang: Annotated[str, Parameter(help="Language in which the page opens: en, fr.")] = "en",
    browser: Annotated[bool, Parameter(negative="--no-browser", help="Open the page.")] = True,
) -> None:
    """Serve a page, to this computer only, on which a study is changed and its curves move."""
    from remission.web.serve import serve

    serve(folder, port=port, language=lang, browser=browser)


@app.command
def design(
    file: Annotated[str, Parameter(help="A design of the catalogue, or the path of a design file.")],
    /,
    *,
    json: Annotated[Path | None, Parameter(help="Write all numbers to this file.")] = None,
    html: Annotated[Path | None, Parameter(help="Write a one-page report to this file.")] = None,
    trials: Annotated[int | None, Parameter(help="Simulated trials, in place of what the file says.")] = None,
    seed: Annotated[int | None, Parameter(help="Seed, in place of what the file says.")] = None,
    lang: Language = "en",
) -> None:
    """Simulate a trial design: power, type I error, looks, stopping, bias."""
    from remission.trial import commands

    commands.design(file, json=json, html=html, trials=trials, seed=seed, language=language_of(lang))


@app.command
def calibrate(
    tumour: Annotated[str, Parameter(help="A tumour of the catalogue: melanoma, lung.")],
    /,
    *,
    targets: Annotated[
        Path | None, Parameter(help="A table of published results [everything that the catalogue has of its studies].")
    ] = None,
    studies: Annotated[Path | None, Parameter(help="A folder of study files [the catalogue].")] = None,
    out: Annotated[Path | None, Parameter(name="--out", help="Folder for the result [runs/calibrate-TUMOUR].")] = None,
    members: Annotated[int | None, Parameter(help="Sets of numbers that are tried side by side.")] = None,
    steps: Annotated[int | None, Parameter(help="Steps in which they move to the targets.")] = None,
    spread: Annotated[float | None, Parameter(help="How far they lie apart at the start, in normal scores.")] = None,
    patients: Patients = None,
    seed: Seed = None,
    workers: Workers = None,
) -> None:
    """Fit a tumour's numbers to published results; gives the sets that agree. Goes on where it was stopped."""
    from remission.calibration.command import calibrate_command

    numbers = numbers_of(patients, seed, workers)
    calibrate_command(tumour, targets, studies, out, members=members, steps=steps, spread=spread, **numbers)


@app.command
def sensitivity(
    tumour: Annotated[str, Parameter(help="A tumour of the catalogue: melanoma, lung.")],
    /,
    *,
    targets: Annotated[
        Path | None, Parameter(help="A table of published results [everything that the catalogue has of its studies].")
    ] = None,
    studies: Annotated[Path | None, Parameter(help="A folder of study files [the catalogue].")] = None,
    out: Annotated[
        Path | None, Parameter(name="--out", help="Folder for the result [runs/sensitivity-TUMOUR].")
    ] = None,
    trajectories: Annotated[int, Parameter(help="Each costs one evaluation more than there are numbers.")] = 8,
    patients: Patients = None,
    seed: Seed = None,
    workers: Workers = None,
) -> None:
    """Which of a tumour's numbers move which published results (Morris). Goes on where it was stopped."""
    from remission.calibration.command import sensitivity_command

    numbers = numbers_of(patients, seed, workers)
    sensitivity_command(tumour, targets, studies, out, trajectories=trajectories, **numbers)


@validate.default
def validate_trials(
    *,
    targets: Annotated[
        Path | None, Parameter(help="A table of published results [everything that the catalogue has of its studies].")
    ] = None,
    studies: Annotated[Path | None, Parameter(help="A folder of study files [the catalogue].")] = None,
    json: Annotated[Path | None, Parameter(help="Write every row to this file.")] = None,
    html: Annotated[Path | None, Parameter(help="Write a page with curves over the published points.")] = None,
    trials: Annotated[str | None, Parameter(help="Virtual trials of every study [20].")] = None,
    patients: Annotated[str | None, Parameter(help="Patients in each [as many as the trial had].")] = None,
    seed: Seed = None,
    workers: Workers = None,
    lang: Language = "en",
) -> None:
    """Simulate the studies many times and show published numbers beside simulated ones, row by row."""
    from remission.show.validation import validate_command

    numbers, language = numbers_of(patients, seed, workers), language_of(lang)
    validate_command(targets, studies, json, html, trials_of(trials), language=language, **numbers)


@validate.command(name="statistics")
def validate_statistics(
    *,
    cases: Annotated[Path | None, Parameter(help="A file of reference cases [the package's own].")] = None,
    json: Annotated[Path | None, Parameter(help="Write the table to this file.")] = None,
) -> int:
    """Compute every reference case of other packages and show ours beside theirs."""
    from remission.trial import commands

    return commands.validate_statistics(cases=cases, json=json)


@validate.command(name="sbml")
def validate_sbml(
    *,
    cases: Annotated[Path, Parameter(help="Folder of cases of the SBML semantic test suite.")],
    json: Annotated[Path | None, Parameter(help="Write the outcome of every case to this file.")] = None,
) -> int:
    """Run cases of the SBML semantic test suite: passed, failed, refused."""
    from json import dumps

    from remission.solver.validation import summary, validate_cases

    found = summary(validate_cases(cases))
    for case, (outcome, reason) in found["not_passed"].items():
        print(f"{case}  {outcome}: {reason}")
    print(f"{found['passed']} passed, {found['failed']} failed, {found['refused']} refused")
    if json is not None:
        json.write_text(dumps(found, indent=1) + "\n", encoding="utf-8")
    return FAILED if found["failed"] else 0


@bench.command(name="trials")
def bench_trials(
    *,
    json: Annotated[Path | None, Parameter(help="Write the numbers to this file.")] = None,
    trials: Annotated[int, Parameter(help="Trials of each round.")] = 2048,
) -> None:
    """Simulated trials a second, one thread."""
    from remission.trial import commands

    commands.bench_trials(json=json, trials=trials)


@bench.command(name="solver")
def bench_solver(
    *,
    models: Annotated[Path | None, Parameter(help="Folder with S.ant, M.ant, L.ant [only the own mechanism].")] = None,
    json: Annotated[Path | None, Parameter(help="Write the rates to this file.")] = None,
    figure: Annotated[Path | None, Parameter(help="Write the work-precision figure (SVG) to this file.")] = None,
    peer: Annotated[list[str] | None, Parameter(negative="", help="A solver to compare with [all installed].")] = None,
    seconds: Annotated[float, Parameter(help="Processor seconds that a peer gets for one model.")] = 60.0,
    patients: Annotated[int | None, Parameter(help="Patients of our own runs.")] = None,
) -> None:
    """Patients a CPU second at a measured error of 1e-4, against other solvers in the same run."""
    from importlib.resources import files

    from remission.solver.benchmark.command import bench_solver

    own = files("remission.biology").joinpath("mechanism.ant").read_text(encoding="utf-8")
    bench_solver(own, models=models, json=json, figure=figure, peers=peer, budget=seconds, patients=patients)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit status; nothing a user can do ends in a traceback."""
    return guarded(lambda: command(sys.argv[1:] if arguments is None else arguments))


def command(arguments: Sequence[str]) -> int | None:
    """Run a command line and return its own exit status, if it has one; errors are raised."""
    return app(list(arguments), exit_on_error=False, print_error=False, result_action="return_value")


def guarded(action: Callable[[], int | None]) -> int:
    """Do something, tell what went wrong on standard error, and return the exit status."""
    try:
        status = action()
        sys.stdout.flush()
    except CycloptsError as error:
        return _tell(Problem(str(error), next_step="remission --help"), WRONG_INPUT)
    except RemissionError as error:
        return _tell_all(error)
    except KeyboardInterrupt:
        return _tell(Problem("stopped"), STOPPED)
    except BrokenPipeError:
        # The reader of our output has gone; Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as error:
        return _tell(_of_the_system(error), FAILED)
    except MemoryError:
        step = "use fewer processes: --workers 1"
        return _tell(Problem("there is too little memory", next_step=step), FAILED)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        what = f"a fault of remission itself: {type(error).__name__}: {error}"
        step = f"please report it; {TRACEBACK}=1 shows where it happened"
        return _tell(Problem(what, next_step=step), FAULT)
    return status or 0


def _tell_all(error: RemissionError) -> int:
    if len(error.problems) > 1:
        print(f"{len(error.problems)} faults:", file=sys.stderr)
    for problem in error.problems:
        _tell(problem, FAILED)
    if isinstance(error.__context__, KeyboardInterrupt):
        return STOPPED
    return WRONG_INPUT if isinstance(error, StudyError) else FAILED


def _of_the_system(error: OSError) -> Problem:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return Problem(
        "the disk is full" if full else f"{error.strerror or error}",
        where=error.filename if isinstance(error.filename, str) else None,
        next_step="free some room and run the same command again: finished blocks are kept" if full else None,
    )


def _tell(problem: Problem, status: int) -> int:
    print(problem, file=sys.stderr)
    return status
