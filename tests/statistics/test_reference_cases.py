"""Every reference case that concerns the statistics, within the tolerance of its file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from remission.errors import DataError
from remission.statistics import validation_kinds
from remission.statistics.validation import Case, compare, kind_of, load_cases, run_case, run_cases
from remission.statistics.validation import Ours as Computed

SHARED = Path(os.environ.get("REMISSION_SHARED", Path(__file__).parents[2].parent / "shared"))
FILE = SHARED / "reference" / "statistics.json"

ABSENT = "the reference file is not beside this checkout (../shared/reference)"


def statistics_cases() -> list[Case]:
    """Cases that this package computes by itself (those of trial design have kinds elsewhere)."""
    if not FILE.exists():
        return []
    validation_kinds.load()
    own = [(case, kind_of(case.call)) for case in load_cases(FILE)]
    return [case for case, kind in own if kind and kind.__module__.startswith("remission.statistics.")]


@pytest.mark.skipif(not FILE.exists(), reason=ABSENT)
@pytest.mark.parametrize("case", statistics_cases(), ids=lambda case: case.id)
def test_agrees_within_the_tolerance_of_the_file(case: Case) -> None:
    row = run_case(case)
    assert row.passed, f"{row.quantity}: theirs {row.theirs!r}, ours {row.ours!r}, {row.note}"
    assert row.compared > 0


@pytest.mark.skipif(not FILE.exists(), reason=ABSENT)
def test_the_turnbull_case_says_that_r_stops_before_the_maximum() -> None:
    (case,) = (case for case in statistics_cases() if case.id == "turnbull-p")
    assert "At the maximum, which remission gives, survival at 6 is 0.51963 and not 0.52242" in run_case(case).note


@pytest.mark.skipif(not FILE.exists(), reason=ABSENT)
def test_every_family_of_the_statistics_is_covered() -> None:
    assert len(statistics_cases()) >= 60


def test_a_wrong_number_fails_and_is_shown(tmp_path: Path) -> None:
    case = {
        "id": "wrong", "category": "response", "package": "base R", "call": "binom.test(34,170)",
        "dataset": None, "inputs": {}, "output": {"estimate": 0.2, "ci": [0.1426, 0.2681]}, "tol": 1e-8,
    }  # fmt: skip
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"datasets": {}, "cases": [case, {**case, "id": "other", "call": "what()"}]}))
    wrong, unknown = run_cases(path)
    assert not wrong.passed
    assert wrong.quantity == "ci[0]"
    assert wrong.difference == pytest.approx(6.07e-05, rel=0.01)
    assert not unknown.passed
    assert unknown.note == "nothing here computes this call"


def test_an_output_that_was_not_computed_fails() -> None:
    case = Case("a", "x", "y", "f()", {}, {"p": 0.5, "q": 0.1}, 1e-3, None, {}, {})
    row = compare(case, Computed({"p": 0.5}))
    assert not row.passed
    assert "not computed: q" in row.note


def test_a_number_against_not_reached_fails() -> None:
    case = Case("a", "x", "y", "f()", {}, {"upper": None}, 1e-3, None, {}, {})
    assert not compare(case, Computed({"upper": 3.0})).passed
    assert compare(case, Computed({"upper": float("inf")})).passed


@pytest.mark.parametrize("text", ["[1, 2]", "not json", '{"cases": [{"id": "a"}]}'])
def test_a_file_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cases.json"
    path.write_text(text)
    with pytest.raises(DataError, match=r"cases\.json"):
        run_cases(path)
