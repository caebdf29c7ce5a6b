"""The pages about study files and molecules say what the code does: keys, defaults, examples."""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from remission.cli import main
from remission.study import (
    criteria_file,
    dates_file,
    molecule_file,
    own_model_file,
    policy_file,
    scans_file,
    study_file,
    time_gained_file,
)
from remission.study.reader import REQUIRED, Key, Problems
from remission.study.yaml import Place

from .molecule_page import PAGE, page_with_tables

DOCS = PAGE.parent
PAGES = (DOCS / "study-files.md", DOCS / "own-model.md", PAGE)
SECTIONS: dict[str, dict[str, Key]] = {
    "key|study": study_file.study_keys((), ()),
    "key of `eligible`": criteria_file.ELIGIBLE,
    "key of a bound": criteria_file.BOUNDS,
    "key of a subgroup": {
        name: key for name, key in criteria_file.SUBGROUP.items() if name not in criteria_file.ELIGIBLE
    },
    "key|at": scans_file.SCANS,
    "key of a span": scans_file.SPAN,
    "key of `diagnosed`": dates_file.DIAGNOSED,
    "key of `time_gained`": time_gained_file.TIME_GAINED,
    "key of a drug": study_file.dose_order_keys(()),
    "key of an arm": study_file.arm_keys(()),
    "key of a rule": policy_file.rule_keys(()),
    "key of `when`": policy_file.CONDITION,
    "key of a model": own_model_file.own_model_keys(),
    "key of a lesion": own_model_file.LESION,
    "key of where a molecule goes": own_model_file.DRUG,
    "key of what a molecule sets": own_model_file.SETS,
    "key of what varies": own_model_file.SPREAD,
    "key of `start`": own_model_file.START,
    "key of `death`": own_model_file.DEATH,
    "key of a molecule": molecule_file.MOLECULE,
    "key of `kinetics`": molecule_file.kinetics_keys(Place({}, "", 0)),
    "key of a parameter": molecule_file.parameter_keys("L", "own"),
    "key of `toxicity`": molecule_file.TOXICITY,
}

OF_MOLECULES = ("key of a molecule", "key of `kinetics`", "key of a parameter", "key of `toxicity`")
OF_MODELS = (
    *("key of a model", "key of a lesion", "key of where a molecule goes", "key of what a molecule sets"),
    *("key of what varies", "key of `start`", "key of `death`"),
)


def documented() -> dict[str, list[tuple[str, str]]]:
    """Key and default of every table of the pages, by the head of the table."""
    tables: dict[str, list[tuple[str, str]]] = {}
    for page in PAGES:
        head = ""
        for line in page.read_text(encoding="utf-8").splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if line.startswith("| key"):
                head = cells[0]
            elif line.startswith("| `") and head:
                name = cells[0].strip("`")
                head = f"key|{name}" if head == "key" else head
                tables.setdefault(head, []).append((name, cells[-1]))
            elif not line.startswith("|"):
                head = ""
    return tables


TABLES = documented()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_is_documented_with_its_default(section):
    written = dict(TABLES[section])
    assert set(written) == set(SECTIONS[section])
    for name, key in SECTIONS[section].items():
        if key.default is REQUIRED:
            assert written[name] == "required", name
        elif written[name] == "none":
            assert key.default in (None, (), {}, "", policy_file.Condition(), "own"), name
        else:
            problems = Problems()
            value = key.read(Place(written[name].strip("`"), "page", 1), problems)
            assert not problems.found
            assert value == key.default, name


def test_no_table_of_keys_is_forgotten():
    assert set(TABLES) == set(SECTIONS)


def test_the_tables_of_molecules_are_those_of_the_catalogue():
    page = PAGE.read_text(encoding="utf-8")
    assert page == page_with_tables(page), "run tests/study/molecule_page.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_on_the_pages_say_what_they_say(page, tmp_path: Path, monkeypatch, capsys):
    text = page.read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name, content in re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", text, flags=re.DOTALL):
        Path(name).write_text(content, encoding="utf-8")
    examples = re.findall(r"```console\n\$ remission (.*?)\n(.*?)```", text, flags=re.DOTALL)
    assert examples
    for arguments, expected in examples:
        main(shlex.split(arguments))
        out, err = capsys.readouterr()
        assert out + err == expected


def test_python_on_the_page_runs():
    result = doctest.testfile(str(DOCS / "study-files.md"), module_relative=False)
    assert result.attempted > 3
    assert result.failed == 0


def test_the_template_shows_every_key():
    from remission.study.template import template_text

    text = template_text("any")
    shown = [section for section in SECTIONS if section not in (*OF_MOLECULES, *OF_MODELS)]
    missing = [key for section in shown for key in SECTIONS[section] if not re.search(rf"\b{key}:", text)]
    assert missing == []


def test_commands_and_options_on_the_page_are_those_of_the_program(capsys):
    page = (DOCS / "study-files.md").read_text(encoding="utf-8")
    main(["--help"])
    listed = capsys.readouterr().out
    assert set(re.findall(r"^\| `remission (\w+)", page, flags=re.MULTILINE)) == set(
        re.findall(r"^│ (\w+) ", listed, flags=re.MULTILINE)
    )
    main(["run", "--help"])
    options = set(re.findall(r"(--[a-z-]+)", capsys.readouterr().out)) - {"--report"}
    assert set(re.findall(r"^\| `(--[a-z-]+)`", page, flags=re.MULTILINE)) == options
