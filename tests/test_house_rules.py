"""Rules of the house that matter are tests, not prose; `docs/architecture.md` is what they are read from."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import remission
from remission.study.catalogue import CATALOGUE, catalogue_names, load_molecule
from remission.study.molecule import Parameter, Sourced

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "remission"
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 500
TEXTS = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".csv", ".json", ".ant", ".html", ".css", ".j2", ""}
CACHES = {".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", "__pycache__"}
SKIPPED = {".git", ".venv", "runs", *CACHES}
"""Folders that are not part of the tree."""

MAY_DRAW = {
    "draws.py": "philox is written there",
    "trial": "trials are keyed by seed and number of the trial",
}
ASSUMED = {
    ("atezolizumab", "grade_3_to_5"),
    ("atezolizumab", "intercompartmental_L_per_day"),
    ("atezolizumab", "half_saturation_mg_per_L"),
    ("atezolizumab", "onset_sd_ln"),
    ("atezolizumab", "resolution_median_day"),
    ("atezolizumab", "resolution_sd_ln"),
    ("atezolizumab", "share_grade_4"),
    ("dacarbazine", "share_grade_4"),
    ("dacarbazine", "onset_median_day"),
    ("dacarbazine", "onset_sd_ln"),
    ("dacarbazine", "resolution_median_day"),
    ("dacarbazine", "resolution_sd_ln"),
    ("docetaxel", "onset_median_day"),
    ("docetaxel", "onset_sd_ln"),
    ("docetaxel", "resolution_median_day"),
    ("docetaxel", "resolution_sd_ln"),
    ("ipilimumab", "onset_sd_ln"),
    ("ipilimumab", "resolution_median_day"),
    ("ipilimumab", "resolution_sd_ln"),
    ("nivolumab", "onset_sd_ln"),
    ("nivolumab", "resolution_sd_ln"),
    ("pembrolizumab", "onset_sd_ln"),
    ("pembrolizumab", "resolution_sd_ln"),
    ("relatlimab", "intercompartmental_L_per_day"),
    ("relatlimab", "onset_median_day"),
    ("relatlimab", "onset_sd_ln"),
    ("relatlimab", "resolution_median_day"),
    ("relatlimab", "resolution_sd_ln"),
    ("relatlimab", "share_fatal"),
    ("relatlimab", "share_grade_4"),
}
"""Numbers of molecules that nothing supports; each new one has to be added here, in sight."""


def order_of_modules() -> list[str]:
    """The modules of `docs/architecture.md`, left to right."""
    way = ARCHITECTURE.split("## The way through, left to right")[1].split("\n| module")[0]
    words = [word for part in re.findall(r"`([^`]+)`", way) for word in part.split()]
    return words


ORDER = order_of_modules()


def home(path: Path) -> str:
    """The module of the page to which a file belongs."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Modules of the package that a file imports, inside functions too, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: write imports out"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if parts[0] == "remission" and len(parts) > 1:
                yield node.lineno, parts[1]


def test_the_page_names_every_module_in_its_order():
    assert ORDER[:4] == ["arrays", "errors", "units", "draws"]
    assert ORDER[-3:] == ["api", "web", "cli"]
    there = {home(path) for path in MODULES} - {"__init__"}
    assert there <= set(ORDER), "docs/architecture.md does not say where these stand"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_module_imports_only_from_its_left(path):
    if home(path) == "__init__":
        return
    place = ORDER.index(home(path))
    wrong = [
        f"line {line}: {module} stands to the right of {home(path)}"
        for line, module in imports(path)
        if module in ORDER and ORDER.index(module) > place
    ]
    assert not wrong


def test_the_catalogue_is_data():
    assert not list(CATALOGUE.rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_random_numbers_come_from_draws(path):
    if path.relative_to(PACKAGE).parts[0] in MAY_DRAW:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert not {alias.name for alias in node.names} & {"random", "secrets", "numpy.random"}
        if isinstance(node, ast.ImportFrom):
            names = {alias.name for alias in node.names}
            assert node.module not in ("random", "secrets", "numpy.random")
            assert not (node.module == "numpy" and "random" in names)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert (node.value.id, node.attr) not in {("np", "random"), ("numpy", "random")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_file_has_one_idea_and_can_be_read_at_a_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_every_module_and_public_name_has_a_docstring(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name != "__init__.py" or tree.body:
        assert ast.get_docstring(tree), "the module says nothing of itself"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"line {node.lineno}: {node.name}"


def test_public_names_are_the_documented_names():
    reference = (ROOT / "docs" / "study-files.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^### `remission\.(\w+)", reference, flags=re.MULTILINE))
    assert documented == set(remission.__all__) - {"__version__"}


def texts() -> Iterator[Path]:
    """Every text file of the tree."""
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        skipped = any(part in SKIPPED or part.endswith(".egg-info") for part in parts)
        if path.is_file() and path.suffix in TEXTS and not skipped:
            yield path


def test_nothing_in_the_tree_knows_the_machine_it_was_written_on():
    """A path of one machine, a key, or a token has no place in a project that others clone."""
    paths = r"(?<![\w.])/(?:work|home|root|Users)/|/tmp/\w"
    tokens = r"\b(?:ghp|sk|xox[bp])[-_]\w{16,}|\bAKIA\w{16}"
    signs = re.compile(f"{paths}|{tokens}")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in texts()
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if signs.search(line)
    ]
    assert not found


def numbers_of(name: str) -> Iterator[tuple[str, str, str]]:
    """Name, source and evidence of every number of a molecule."""
    molecule = load_molecule(name)
    for part in (molecule.kinetics, molecule.occupancy, molecule.effect, molecule.toxicity):
        for field, value in vars(part).items() if part is not None else ():
            if isinstance(value, Sourced | Parameter):
                yield field, value.source, value.evidence


@pytest.mark.parametrize("name", catalogue_names("molecules"))
def test_every_number_of_a_molecule_has_a_source(name):
    numbers = list(numbers_of(name))
    assert len(numbers) >= 9
    assert all(len(source) > 10 for _, source, _ in numbers)
    assumed = {(name, field) for field, _, evidence in numbers if evidence == "assumed"}
    assert assumed == {pair for pair in ASSUMED if pair[0] == name}


@pytest.mark.parametrize("path", sorted(CATALOGUE.rglob("*.csv")), ids=lambda path: path.stem)
def test_every_row_of_a_table_of_the_catalogue_has_a_source(path):
    with open(path, newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert rows
    for row in rows:
        source = row.get("source") or row.get("source_citation")
        assert source, row
        assert row["evidence"] in ("read", "computed", "recalled", "assumed"), row


@pytest.mark.parametrize("path", sorted((CATALOGUE / "studies").glob("*.yaml")), ids=lambda path: path.stem)
def test_numbers_of_a_study_that_are_not_of_its_protocol_say_so(path):
    """Shares and losses are nowhere in a protocol, so their lines say where they come from."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if re.match(r"\s*(share|lost_to_follow_up_per_year|previously_treated):", line):
            assert re.search(r"#.*(read|computed|recalled|assumed)", line), f"{path.name}:{number}"
