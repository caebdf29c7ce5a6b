"""Every claim says what must come out before it is run, and the command tells the truth of what it found."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from remission.calibration.outcomes import ENDPOINTS, RATIOS
from remission.study import parse_study

ROOT = Path(__file__).parents[2]
CLAIMS = sorted((ROOT / "validation" / "claims").glob("*.py"))


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.stem)
def test_a_claim_declares_what_must_come_out(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assigned = {
        name.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for name in ast.walk(node.targets[0])
        if isinstance(name, ast.Name)
    }
    functions = {node.name: [a.arg for a in node.args.args] for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {"TITLE", "SOURCE", "TOLERANCE"} <= assigned
    assert functions["measure"] == ["patients", "seed"]
    assert ast.get_docstring(tree)


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.stem)
def test_the_study_of_a_claim_is_right(path):
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "STUDY":
            text = ast.literal_eval(node.value)
            assert parse_study(text.replace("TUMOUR", "melanoma").replace("tumour: lung", "tumour: melanoma"))


def test_the_command_prints_what_was_found_beside_what_must_be():
    command = [sys.executable, "validation/run_claims.py", "--patients", "40", "--seed", "3"]
    done = subprocess.run(
        [*command, "--only", "relapse_waits_for_washout"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert re.match(r"(holds|FAILS)  After stopping", done.stdout), done.stderr
    assert "must be: at most 5 %" in done.stdout
    assert "found:" in done.stdout
    held = done.stdout.startswith("holds")
    assert done.returncode == (0 if held else 1)
    assert f"{int(held)} of 1 claims hold" in done.stdout


def test_every_endpoint_is_on_the_page():
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    table = page.split("## Endpoints")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)} == {*ENDPOINTS, *RATIOS}
