"""Cases of the SBML semantic suite: a sample of each kind here; all of them by `validate_cases`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from remission.errors import DataError
from remission.solver.antimony_text import antimony_to_sbml
from remission.solver.validation import CaseResult, read_settings, summary, validate_case, validate_cases

CASES = Path(__file__).parents[2].parent / "shared" / "data" / "sbml_semantic"
SAMPLE = (
    "00026 00028 00090 00118 00172 00352 00368 00388 00620 00752 00884 00930 00946 00952 00964 00978 01106 "
    "01228 01250 01266 01332 01340 01504 01588 01670 01696 01820"
)
SETTINGS = "start: 0\nduration: 2\nsteps: 2\nvariables: x\nabsolute: 1e-4\nrelative: 1e-4\namount:\nconcentration:\n"


@pytest.mark.parametrize("case", SAMPLE.split())
def test_case_of_the_suite(case: str) -> None:
    if not (CASES / case).exists():
        pytest.skip("the cases of the SBML semantic suite are not on this machine")
    result = validate_case(CASES / case)
    assert result.outcome == "passed", result.reason


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One case that passes, one that fails, one that is refused."""
    for name, text, value in (
        ("00001", "x = 4; x' = -x;", 0.541341),
        ("00002", "x = 4; x' = -x;", 0.55),
        ("00003", "x = 4; x' = -x; at 1 after (x < 1): x = 3;", 0.541341),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.xml").write_text(antimony_to_sbml(text))
        (tmp_path / name / "settings.txt").write_text(SETTINGS)
        (tmp_path / name / "results.csv").write_text(f"time,x\n0,4\n1,1.471518\n2,{value}\n")
        (tmp_path / name / "tags.txt").write_text("RateRule, Parameter\n")
    return tmp_path


def test_outcomes_and_their_reasons(folder: Path) -> None:
    passed, failed, refused = validate_cases(folder)
    assert passed == CaseResult("00001", "passed", "", ("RateRule", "Parameter"))
    assert (failed.outcome, failed.reason) == ("failed", "x at 2: 0.54134113, expected 0.55")
    assert refused.outcome == "refused"
    assert "delay" in refused.reason


def test_summary_is_ready_for_json(folder: Path) -> None:
    found = summary(validate_cases(folder))
    assert json.loads(json.dumps(found)) == found
    assert (found["passed"], found["failed"], found["refused"]) == (1, 1, 1)
    assert found["by_tag"]["RateRule"] == {"passed": 1, "failed": 1, "refused": 1}
    assert set(found["not_passed"]) == {"00002", "00003"}


def test_folders_and_settings_that_are_no_cases(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no cases"):
        list(validate_cases(tmp_path))
    with pytest.raises(DataError, match="not complete"):
        read_settings("start: 0")
