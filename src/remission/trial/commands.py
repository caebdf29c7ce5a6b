"""What the command line calls: design a trial, time the simulator, hold the statistics to others' numbers."""

from __future__ import annotations

import json as json_format
import sys
from dataclasses import asdict, replace
from importlib import resources
from pathlib import Path
from typing import Any

from remission.errors import DataError
from remission.texts import Words
from remission.trial.design_file import load_design, parse_design


def design(
    file: str,
    *,
    json: Path | None = None,
    html: Path | None = None,
    trials: int | None = None,
    seed: int | None = None,
    language: str = "en",
) -> None:
    """Simulate a trial design: power, type I error, looks, stopping, bias.

    Parameters
    ----------
    file
        A design file, or the name of one of the catalogue.
    json
        Write all numbers to this file.
    html
        Write a one-page report to this file.
    trials
        Simulated trials, in place of what the file says.
    seed
        Seed, in place of what the file says.
    language
        Of the report.
    """
    from remission.trial.design import run_design
    from remission.trial.result_table import as_numbers, as_text, look_table, remarks, tests_table

    chosen = find_design(file)
    if trials is not None:
        if trials < 1:
            raise DataError("a simulation needs a trial", where="--trials", found=str(trials))
        chosen = replace(chosen, trials=trials)
    if seed is not None:
        chosen = replace(chosen, seed=seed)
    result = run_design(chosen)
    print(f"{chosen.title or chosen.name}: {chosen.source.patients} patients, {chosen.trials} trials\n")
    words = Words()
    tables = as_text(*tests_table(result, words)), as_text(*look_table(result, words))
    print(*tables, *remarks(result, words), sep="\n\n")
    if json is not None:
        _write(json, _as_json(as_numbers(result)))
    if html is not None:
        from remission.trial.page import render_page

        _write(html, render_page(result, language))


def design_names() -> tuple[str, ...]:
    """Designs of the catalogue.

    Examples
    --------
    >>> "late-effect" in design_names()
    True
    """
    folder = _catalogue("designs")
    return tuple(sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml")))


def find_design(name: str) -> Any:
    """A design by the path of its file, or by its name in the catalogue.

    Raises
    ------
    DataError
        If there is neither.
    StudyError
        If the file has faults.

    Examples
    --------
    >>> find_design("late-effect").source.patients
    500
    """
    if Path(name).is_file():
        return load_design(name)
    if name in design_names():
        text = _catalogue("designs").joinpath(f"{name}.yaml").read_text("utf-8")
        return parse_design(text, f"{name}.yaml")
    raise DataError("there is no such design", where=name, allowed="a file, or one of " + ", ".join(design_names()))


def bench_trials(*, json: Path | None = None, trials: int = 2048) -> None:
    """Simulated trials a second, one thread, in the scenario of the documentation.

    Parameters
    ----------
    json
        Write the numbers to this file.
    trials
        Trials of each round.
    """
    from remission.trial.benchmark import benchmark_trials
    from remission.trial.result_table import as_text

    rows = benchmark_trials(trials)
    header = ("work", "trials/s", "median", "goal", "aim")
    keys = ("work", "trials_per_second", "median", "goal", "aim")
    print(as_text(header, [tuple(str(row[key]) for key in keys) for row in rows]))
    if json is not None:
        _write(json, _as_json(rows))


def validate_statistics(*, cases: Path | None = None, json: Path | None = None) -> int:
    """Compute every reference case and show ours beside theirs; the exit status is 1 if one differs too much.

    Parameters
    ----------
    cases
        A file of reference cases.
    json
        Write the table to this file.
    """
    from remission.statistics.validation import load_cases, run_case
    from remission.trial.result_table import as_text
    from remission.trial.validation_kinds import load

    load()
    rows = [run_case(case) for case in load_cases(_cases(cases))]
    header = ("case", "package", "quantity", "theirs", "ours", "difference", "tolerance", "")
    lines = [
        (row.case, row.package, row.quantity, f"{row.theirs:.8g}", f"{row.ours:.8g}", f"{row.difference:.2g}",
         f"{row.tolerance:g}", "ok" if row.passed else f"MISSED {row.note}".strip()) for row in rows
    ]  # fmt: skip
    passed = sum(row.passed for row in rows)
    print(as_text(header, lines), f"{passed} of {len(rows)} within tolerance", sep="\n\n")
    if json is not None:
        _write(json, _as_json([asdict(row) for row in rows]))
    return 0 if passed == len(rows) else 1


def _catalogue(folder: str) -> Any:
    return resources.files("remission").joinpath("catalogue").joinpath(folder)


def _cases(given: Path | None) -> Path:
    """The file asked for, else the one installed with the package."""
    if given is not None:
        return given
    installed = _catalogue("reference").joinpath("statistics.json")
    if not installed.is_file():
        raise DataError("no reference cases are installed", next_step="name a file with --cases")
    return Path(str(installed))


def _as_json(content: Any) -> str:
    def plain(value: Any) -> Any:
        if (isinstance(value, float) and value != value) or value in (float("inf"), float("-inf")):
            return None
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        return [plain(each) for each in value] if isinstance(value, list | tuple) else value

    return json_format.dumps(plain(content), indent=1, allow_nan=False) + "\n"


def _write(path: Path, text: str) -> None:
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise DataError("the file cannot be written", where=str(path), found=error.strerror) from None
    print(f"wrote {path}", file=sys.stderr)
