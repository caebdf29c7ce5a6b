"""Calls beside those of the reference file, run in the packages they name, and how their readers refuse what they do
not read."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from remission.statistics.r_call import find_call
from remission.statistics.r_value import evaluate
from remission.statistics.validation import Case, load_cases, run_case, run_cases
from remission.trial.validation_kinds import load

FILE = Path(__file__).parent / "neighbour_cases.json"
load()


def _cases(tmp: Path) -> list[Case]:
    """The cases with the data sets of the file that is shipped."""
    shipped = json.loads(
        resources.files("remission.catalogue").joinpath("reference").joinpath("statistics.json").read_text()
    )
    content = json.loads(FILE.read_text()) | {"datasets": shipped["datasets"]}
    path = tmp / "cases.json"
    path.write_text(json.dumps(content))
    return load_cases(path)


def test_neighbouring_calls_agree_within_their_tolerance(tmp_path: Path) -> None:
    rows = [run_case(case) for case in _cases(tmp_path)]
    assert len(rows) > 120
    assert [f"{row.case}: {row.quantity} {row.theirs} {row.ours} {row.note}" for row in rows if not row.passed] == []


def _case(call: str, output: dict[str, object] | None = None) -> Case:
    data = {"time": np.array([1.0, 2, 3, 4, 5, 6]), "event": np.ones(6, int), "arm": np.array([0, 1, 0, 1, 0, 1])}
    return Case("a", "", "", call, {}, output or {"z": 1.0}, 1e-6, None, data | {"table": dict(data)}, {})


@pytest.mark.parametrize(
    ("call", "unread"),
    [
        ("survival::coxph(Surv(time,event)~arm,data=d,robust=TRUE)", "robust=TRUE"),
        ("survival::survdiff(Surv(time,event)~arm,data=d,na.action=na.omit)", "na.action=na.omit"),
        ("gsDesign::gsDesign(k=3,test.type=1,n.I=c(10,20,30))", "n.I"),
        ("lrstat::rmdiff(data=d,milestone=3,rep='r')", "rep='r'"),
        ("rpact::getDesignGroupSequential(kMax=3,typeOfDesign='OF',delayedInformation=.1)", "delayedInformation=.1"),
    ],
)
def test_an_argument_that_is_not_read_is_refused_by_name(call: str, unread: str) -> None:
    row = run_case(_case(call))
    assert not row.passed
    assert "not read here" in row.note
    assert unread in row.note


def test_one_case_never_loses_the_others(tmp_path: Path) -> None:
    """Shapes that do not fit, and calls that break their reader, are rows that failed."""
    good = {"id": "good", "category": "c", "package": "R", "call": "binom.test(34,170)", "dataset": None, "inputs": {},
            "output": {"estimate": 0.2}, "tol": 1e-8}  # fmt: skip
    odd = {**good, "id": "odd", "output": {"ci": 0.1}}
    broken = {**good, "id": "broken", "call": "binom.test('many', list())"}
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"datasets": {}, "cases": [odd, broken, good]}))
    assert [row.passed for row in run_cases(path)] == [False, False, True]


def test_rows_of_the_data_are_chosen_as_the_call_says() -> None:
    whole = run_case(_case("survival::survdiff(Surv(time,event)~arm,data=d)", {"obs": [3, 3]}))
    part = run_case(_case("survival::survdiff(Surv(time,event)~arm,data=subset(d,time<5))", {"obs": [2, 2]}))
    assert whole.passed
    assert part.passed


def test_arguments_are_matched_as_r_matches_them() -> None:
    call = find_call("f(2, beta=.1, 5)", "pkg::f")
    assert call is not None
    assert dict(call.matched("alpha beta gamma").named) == {"beta": ".1", "alpha": "2", "gamma": "5"}


def test_expressions_of_columns() -> None:
    names = {"x": np.array([1.0, 2.0, 3.0]), "s": np.array(["a", "b", "a"])}
    assert evaluate("x[s=='a' & x>1]", names).tolist() == [3.0]
    assert evaluate("ifelse(x > 2, 0, -x)", names).tolist() == [-1.0, -2.0, 0.0]
    assert evaluate("pmax(x, 2)^2", names).tolist() == [4.0, 4.0, 9.0]
