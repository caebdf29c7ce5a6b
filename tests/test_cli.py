"""The command line: what it says, what it returns, and that nothing a user does ends in a traceback."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import remission
from remission.api import load, open_run
from remission.cli import FAILED, FAULT, STOPPED, WRONG_INPUT, guarded, main
from remission.errors import RunError, StudyError
from remission.study import catalogue_names, load_definition, parse_study
from remission.study.numbers import run_numbers
from remission.study.template import template_text

SMALL = """\
study: small
patients: 12
seed: 7
tumour: melanoma
follow_up: 6 months
scans: {at: 12 weeks, then: [{every: 6 weeks}]}
regimens:
  pembrolizumab: [{molecule: pembrolizumab, dose: 2 mg/kg, every: 3 weeks}]
arms:
  A: {ratio: 1, regimen: pembrolizumab}
  B: {ratio: 1, regimen: pembrolizumab}
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small study file in an empty folder that is the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    return "small.yaml"


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """What a command prints, on the stream where its status says it belongs."""
    assert main(arguments) == status
    out, err = capsys.readouterr()
    text = err if status else out
    assert "Traceback" not in out + err
    return text


def test_help_loads_nothing_heavy():
    heavy = ["numpy", "scipy", "pyarrow", "matplotlib", "ruamel", "llvmlite", "libsbml", "antimony"]
    script = f"""
import sys
from remission.cli import main
status = main(["--help"])
found = [name for name in {heavy} if name in sys.modules]
sys.exit(status or (f"loaded: {{found}}" if found else 0))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(verb in done.stdout for verb in ("run", "plan", "check", "new", "report"))


def test_version(capsys):
    assert said(capsys, "--version").strip() == remission.__version__


@pytest.mark.parametrize("name", catalogue_names("studies"))
def test_every_study_of_the_catalogue_is_understood(capsys, name):
    assert name in said(capsys, "check", name)


def test_check_says_what_was_understood(capsys, small):
    text = said(capsys, "check", small)
    assert "12 patients with melanoma" in text
    assert "pembrolizumab 2 mg/kg every 3 weeks" in text


def test_check_tells_all_faults_with_their_lines(capsys, small):
    Path(small).write_text(SMALL.replace("seed: 7", "seed: x").replace("2 mg/kg", "-2"), encoding="utf-8")
    text = said(capsys, "check", small, status=WRONG_INPUT)
    assert "2 faults" in text
    assert "small.yaml:3: a whole number is needed" in text
    assert "small.yaml:8: a dose is needed" in text


def test_new_writes_a_file_that_can_be_checked_and_planned(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said(capsys, "new", "my study.yaml")
    assert "my study" in said(capsys, "check", "my study.yaml")
    assert "patients" in said(capsys, "plan", "my study.yaml")
    assert "a file of that name" in said(capsys, "new", "my study.yaml", status=WRONG_INPUT)
    assert "there is no such folder" in said(capsys, "new", "no/folder/s.yaml", status=WRONG_INPUT)


def test_the_next_commands_of_new_can_be_pasted(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "remission run 'my study 2.yaml'" in said(capsys, "new", "my study 2.yaml")


@pytest.mark.parametrize("name", ["a", "!!", "x: y\nz", "../../up", "é" * 100])
def test_the_template_is_right_under_any_name(name):
    assert parse_study(template_text(name)).patients == 300


def test_plan_says_cost_and_writes_nothing(capsys, small):
    text = said(capsys, "plan", small, "--patients", "2000", "--twins")
    assert "2000 patients" in text
    for word in ("blocks", "time", "memory", "disk"):
        assert word in text
    assert [path.name for path in Path().iterdir()] == ["small.yaml"]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["run", "keynote-006", "--seed", "x"], "--seed: not a whole number"),
        (["run", "keynote-006", "--seed", "1.5"], "--seed: not a whole number"),
        (["run", "keynote-006", "--seed", "-1"], "--seed: the number is out of range"),
        (["run", "keynote-006", "--seed", "²"], "--seed: not a whole number"),
        (["run", "keynote-006", "--seed", "9" * 5000], "--seed: the number is out of range"),
        (["run", "keynote-006", "--patients", "0"], "--patients: the number is out of range"),
        (["run", "keynote-006", "--workers", "0"], "--workers: the number is out of range"),
        (["run", "keynote-006", "--arm", "B"], "no such arm"),
        (["run", "keynote-06"], "did you mean keynote-006?"),
        (["run", "keynote-006", "--sed", "1"], "--sed"),
        (["run"], "remission --help"),
        (["walk"], "walk"),
    ],
)
def test_wrong_input_is_told_plainly(capsys, tmp_path, monkeypatch, arguments, what):
    monkeypatch.chdir(tmp_path)
    assert what in said(capsys, *arguments, status=WRONG_INPUT)
    assert list(tmp_path.iterdir()) == []


def test_all_wrong_numbers_are_told_at_once(capsys):
    text = said(capsys, "run", "keynote-006", "--seed", "x", "--patients", "y", status=WRONG_INPUT)
    assert "--seed" in text
    assert "--patients" in text


@pytest.mark.parametrize("verb", ["check", "plan", "run"])
def test_two_molecules_in_one_channel_are_refused_before_anything_is_written(capsys, small, verb):
    order = "{molecule: pembrolizumab, dose: 2 mg/kg, every: 3 weeks}"
    assert order in SMALL
    text = SMALL.replace(order, f"{order}, {{molecule: nivolumab, dose: 3 mg/kg, every: 2 weeks}}")
    Path(small).write_text(text, encoding="utf-8")
    assert "act in one channel" in said(capsys, verb, small, status=WRONG_INPUT)
    assert [path.name for path in Path().iterdir()] == ["small.yaml"]


def raised(error: BaseException):
    """An action that ends in an error."""

    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "status", "what"),
    [
        (KeyboardInterrupt(), STOPPED, "stopped"),
        (OSError(errno.ENOSPC, "No space left on device", "a/b"), FAILED, "the disk is full"),
        (PermissionError(errno.EACCES, "Permission denied", "a/b"), FAILED, "a/b: Permission denied"),
        (MemoryError(), FAILED, "too little memory"),
        (RunError("the folder holds another study"), FAILED, "another study"),
        (ZeroDivisionError("division by zero"), FAULT, "a fault of remission itself"),
    ],
)
def test_whatever_happens_there_is_a_message_and_a_status(capsys, error, status, what):
    assert guarded(raised(error)) == status
    out, err = capsys.readouterr()
    assert what in err
    assert out == ""


def test_a_run_stopped_by_ctrl_c_says_so(capsys):
    def action() -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise RunError("stopped after 1 of 2 blocks") from None

    assert guarded(action) == STOPPED


def test_a_study_goes_from_file_to_tables_and_report(capsys, small):
    text = said(capsys, "run", small, "--out", "out")
    assert "tables  out" in text
    page = Path("out/report.html")
    assert page.read_text(encoding="utf-8").lstrip().startswith("<!")
    summary = json.loads(Path("out/summary.json").read_text(encoding="utf-8"))
    assert (summary["study"], summary["seed"], summary["patients"]) == ("small", 7, 12)
    page.unlink()
    assert "report.html" in said(capsys, "report", "out")
    assert page.exists()
    missing = said(capsys, "report", "out", "--out", "nowhere/a.html", status=WRONG_INPUT)
    assert "there is no such folder" in missing
    assert not Path("nowhere").exists()

    result = open_run("out")
    assert result.patients.num_rows == 12
    assert result.visits.num_rows > 12
    assert set(result.doses.column("molecule").to_pylist()) == {"pembrolizumab"}
    assert result.summary()["patients"] == 12
    assert "Objective response" in str(result.summary())
    assert result.lesions.num_rows > 0
    assert "enrolled" in result.events.column("kind").to_pylist()

    other = SMALL.replace("2 mg/kg", "10 mg/kg")
    Path("other.yaml").write_text(other, encoding="utf-8")
    assert "says something else" in said(capsys, "run", "other.yaml", "--out", "out", status=FAILED)


def test_a_result_is_the_same_from_python(small, capsys):
    result = load(small).run(patients=4, twins=True, arms=["A"])
    assert result.folder == Path("runs/small-4-patients-twins")
    assert result.patients.num_rows == 8
    assert said(capsys, "run", small, "--patients", "4", "--twins", "--out", "again", "--no-report")
    assert not Path("again/report.html").exists()
    assert open_run("again").patients.equals(result.patients)


def test_the_default_folder_names_what_differs_from_the_file():
    study = load("keynote-006")
    own = study.definition
    assert study.default_folder() == study.default_folder(own.patients, own.seed)
    names = {study.default_folder(p, s, twins=t) for p in (None, 9) for s in (None, 9) for t in (False, True)}
    assert len(names) == 8
    assert study.default_folder(arms=["pembrolizumab"]) == study.default_folder()


def test_an_arm_switched_on_goes_into_a_folder_of_its_own(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = str(Path("runs/keynote-006-with-no-drug"))
    assert f", in {folder}" in said(capsys, "plan", "keynote-006", "--arm", "no drug")
    assert load("keynote-006").default_folder(arms="no drug") == Path(folder)


@pytest.mark.parametrize("verb", ["run", "plan"])
@pytest.mark.parametrize(
    "asked",
    [
        {"seed": "x"},
        {"seed": 1.5},
        {"seed": True},
        {"seed": -1},
        {"seed": 2**64},
        {"seed": 10**5000},
        {"patients": "12"},
        {"patients": 3.5},
        {"patients": 0},
        {"workers": 1.5},
        {"workers": 0},
    ],
    ids=lambda asked: str(*asked),
)
def test_wrong_numbers_are_refused_from_python_too(tmp_path, monkeypatch, verb, asked):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(StudyError) as caught:
        getattr(load("keynote-006"), verb)(**asked)
    assert [problem.where for problem in caught.value.problems] == list(asked)
    assert list(tmp_path.iterdir()) == []


def test_numbers_of_numpy_are_numbers():
    assert run_numbers(np.int64(12), np.uint64(2**63), None) == {"patients": 12, "seed": 2**63, "workers": None}


def test_arms_that_are_off_are_switched_on_by_name():
    study = load("keynote-006")
    assert study.plan(out="nowhere").arms == ("pembrolizumab", "ipilimumab")
    assert study.plan(out="nowhere", arms="no drug").arms == study.plan(out="nowhere", arms=["no drug"]).arms
    assert study.plan(out="nowhere", arms=["no drug"]).arms == ("pembrolizumab", "ipilimumab", "no drug")


def test_public_names_load_lazily():
    assert remission.load("keynote-006").definition == load_definition("keynote-006")
    assert set(dir(remission)) == set(remission.__all__)
    with pytest.raises(AttributeError):
        _ = remission.nothing


@pytest.mark.parametrize(
    "command",
    [
        ("run", "keynote-006", "--out", "runs/x"),
        ("report", "runs/x"),
        ("cohort", "p.csv", "--out", "runs/x"),
        ("design", "late-effect"),
        ("validate",),
    ],
    ids=lambda command: command[0],
)
def test_an_unknown_language_is_refused_before_anything_is_done(capsys, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    assert main([*command, "--lang", "klingon"]) == WRONG_INPUT
    told = capsys.readouterr().err
    assert "--lang" in told
    assert "allowed: en, fr" in told
    assert list(tmp_path.iterdir()) == []
