"""Every reference case of trial design within its tolerance; its numbers are those of the package it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from remission.statistics.validation import Case, kind_of, load_cases, run_case
from remission.trial.validation_kinds import load

FILE = Path(__file__).parents[2].parent / "shared" / "reference" / "statistics.json"
load()


def _cases() -> list[Case]:
    if not FILE.is_file():
        return []
    covered = ((case, kind_of(case.call)) for case in load_cases(FILE))
    return [case for case, kind in covered if kind is not None and kind.__module__.startswith("remission.trial")]


CASES = _cases()


@pytest.mark.skipif(not CASES, reason="the reference file is not beside this checkout")
def test_design_cases_are_all_found() -> None:
    assert len(CASES) >= 27


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case_within_its_tolerance(case: Case) -> None:
    row = run_case(case)
    assert row.passed, f"{row.quantity}: theirs {row.theirs}, ours {row.ours}; {row.note}"
