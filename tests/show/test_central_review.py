"""What was published by central review stands beside what a central review saw, in numbers and on curves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from remission.calibration.targets import read_targets
from remission.calibration.validate import CENTRAL_PFS, CurveName, validate
from remission.show import drawings, validation
from remission.show.compare import Published, compare
from remission.show.further import with_further
from remission.show.gather import ArmData
from remission.show.report import report_html
from remission.show.results import published_results, read_arms, result_of
from remission.show.survival import Survival
from remission.study import parse_study
from remission.study.judgement import read_judgement
from remission.study.published import COLUMNS, NOT_REVIEWED
from remission.texts import Words, words_in

from .synthetic import MadeRun, make_keynote

CENTRAL, RECIST, IRRC = (read_judgement(text) for text in ("RECIST 1.1, central", "RECIST 1.1", "irRC"))


@pytest.fixture(scope="module")
def reviewed() -> MadeRun:
    return make_keynote(seed=5)


@pytest.fixture
def drawn_curves(monkeypatch: pytest.MonkeyPatch) -> list[Survival]:
    """Every survival figure that is drawn, as its numbers."""
    kept: list[Survival] = []
    for module in (drawings, validation):
        draw = module.survival_figure

        def keep(shown: Survival, *args: Any, draw: Any = draw, **named: Any) -> Any:
            kept.append(shown)
            return draw(shown, *args, **named)

        monkeypatch.setattr(module, "survival_figure", keep)
    return kept


def points(run: MadeRun, *, central: bool) -> set[tuple[str, float, float]]:
    figures = published_results(run.definition)
    return {(f.arm, f.month, f.value) for f in figures if f.endpoint == "PFS" and f.criterion.is_central == central}


def test_no_central_point_stands_on_the_investigators_curve(reviewed: MadeRun, drawn_curves: list[Survival]) -> None:
    """All that KEYNOTE-006 published of RECIST 1.1 by month is of its central review."""
    arms = read_arms(reviewed, reviewed.definition, Words())
    section = drawings.survival_section(arms, published_results(reviewed.definition), 60.0, Words())
    os, pfs = drawn_curves
    assert not any(curve.dashed for curve in os.curves)
    assert all(curve.points == () for curve in pfs.curves if not curve.dashed)
    shown = {point.percent for curve in pfs.curves if curve.dashed for point in curve.points}
    assert shown == {value for _, _, value in points(reviewed, central=True)}
    assert len(shown) > 3
    by_colour = {curve.colour: curve for curve in pfs.curves if not curve.dashed}
    for curve in pfs.curves:
        if curve.dashed:
            own = by_colour[curve.colour]
            middle = np.searchsorted(curve.percent[::-1], 50.0), np.searchsorted(own.percent[::-1], 50.0)
            assert curve.month[::-1][middle[0] - 1] > own.month[::-1][middle[1] - 1], "the review saw it later"
    assert "central review" in section.figures[1].description


def test_points_of_one_reader_only() -> None:
    month = [(CENTRAL, 40.0), (RECIST, 35.0), (IRRC, 50.0)]
    all_of = [Published("A", "PFS", 12.0, v, None, None, "%", "read", "", criterion=c) for c, v in month]
    assert [point.percent for point in drawings._points(all_of, "A", ("PFS",))] == [35.0]
    assert [point.percent for point in drawings._points(all_of, "A", ("PFS",), central=True)] == [40.0]


STUDY = """\
study: small
patients: 60
seed: 1
tumour: melanoma
follow_up: 24 months
scans: {at: 12 weeks, then: [{every: 12 weeks}]}
trial: SMALL
assessors: [investigator, central]
regimens:
  drug: [{molecule: nivolumab, dose: 3 mg/kg, every: 2 weeks}]
arms:
  drug: {ratio: 1, regimen: drug}
"""
HEAD = ",".join((*COLUMNS, "criterion")) + "\n"


def targets_of(study: Any, *rows: tuple[float, str]) -> Any:
    lines = (f"SMALL,drug,melanoma,1L,,PFS,12,{value},,,%,read,,none,A 2020,,{by}\n" for value, by in rows)
    return read_targets(HEAD + "".join(lines), "t.csv", [study])


def test_a_validation_draws_central_points_on_a_central_curve(drawn_curves: list[Survival]) -> None:
    study = parse_study(STUDY)
    asked = targets_of(study, (41.0, '"RECIST 1.1, central"'), (31.0, "RECIST 1.1"), (51.0, "irRC"))
    found = validate(asked, [study], trials=2, seed=9)
    page = validation.validation_html(found)
    shown = [[(curve.dashed, [p.percent for p in curve.points]) for curve in one.curves] for one in drawn_curves]
    assert shown == [[(False, [31.0]), (True, [41.0])], [(False, [51.0])]]
    assert "Dashed: progression as a central review judged it" in page
    assert "En tirets" in validation.validation_html(found, language="fr")
    alone = replace(study, assessors=())
    assert CurveName("small", "drug", CENTRAL_PFS) in {curve.name for curve in found.curves}
    without = validate(targets_of(alone, (31.0, "RECIST 1.1")), [alone], trials=1, seed=9)
    assert {curve.name.endpoint for curve in without.curves} == {"OS", "PFS", "iPFS"}


def arm(name: str, index: int, **columns: Any) -> ArmData:
    return ArmData(name, name, index, 40, {}, {}, {"patient": np.arange(40), **columns})


def read_twice(rate: float, seed: int, *, later: float) -> dict[str, Any]:
    """Progression of forty patients by both readers."""
    day = np.random.default_rng(seed).exponential(rate, 40)
    event = np.ones(40, bool)
    own = {"pfs_day": day, "pfs_event": event, "best_response": np.full(40, "SD")}
    return own | {"central_pfs_day": day * later, "central_pfs_event": event}


@pytest.mark.parametrize("pair", ["A vs B", "B vs A"])
def test_a_central_ratio_stands_beside_the_others_of_its_pair(pair: str) -> None:
    """Whichever arm the summary names first; the ratio is turned round with it."""
    arms = [arm("A", 0, **read_twice(400.0, 1, later=2.0)), arm("B", 1, **read_twice(200.0, 2, later=1.0))]
    asked = [
        Published("A", "HR_OS", None, 0.6, 0.5, 0.7, "ratio", "read", "", against="B"),
        Published("A", "HR_PFS", None, 0.4, 0.3, 0.5, "ratio", "read", "", against="B", criterion=CENTRAL),
    ]
    own = 0.8 if pair == "A vs B" else 1 / 0.8
    summary = {"arms": {"A": {}, "B": {}}, "contrasts": {pair: {"HR_OS": own, "HR_PFS": 1.0}}}
    whole = with_further(summary, arms, asked)
    assert set(whole["contrasts"]) == {pair}
    os, pfs = compare(asked, whole)
    assert os.simulated.value == pytest.approx(0.8)
    assert pfs.simulated.value is not None
    assert 0.1 < pfs.simulated.value < 0.5, "the review sees A progress twice as late"
    assert pfs.simulated.low < pfs.simulated.value < pfs.simulated.high  # type: ignore[operator]


@pytest.mark.parametrize(
    ("endpoint", "shown"), [("median_PFS", math.inf), ("median_DoR", math.inf), ("median_DOR", math.inf)]
)
def test_a_central_median_that_was_not_reached_is_infinite(endpoint: str, shown: float) -> None:
    none = np.zeros(40, bool)
    own = {name: np.full(40, 100.0) for name in ("pfs_day", "time_to_response_day", "response_duration_day")}
    people = {f"central_{name}": values for name, values in own.items()}
    people |= {"central_pfs_event": none, "central_response_ended": none, **own}
    one = Published("A", endpoint, None, 9.0, 8.0, 10.0, "months", "read", "", criterion=CENTRAL)
    whole = with_further({"arms": {"A": {}}}, [arm("A", 0, **people)], [one])
    assert compare([one], whole)[0].simulated.value == shown
    nobody = people | {"central_response_duration_day": np.full(40, np.nan)}
    if endpoint != "median_PFS":
        whole = with_further({"arms": {"A": {}}}, [arm("A", 0, **nobody)], [one])
        assert compare([one], whole)[0].simulated.value is None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_study_without_a_review_says_so(reviewed: MadeRun, language: str) -> None:
    alone = replace(reviewed, definition=replace(reviewed.definition, assessors=()))
    arms = read_arms(alone, alone.definition, Words())
    _, rows = result_of(alone, arms, published_results(alone.definition))
    central = [row for row in rows if row.published.criterion.is_central]
    assert central
    assert all(row.published.reason == NOT_REVIEWED and row.simulated.value is None for row in central)
    page = report_html(alone, language=language)
    assert words_in(language).term(NOT_REVIEWED) in page.replace("&#39;", "'").replace("&nbsp;", "\u00a0")
    assert "En tirets" not in page
    assert "Dashed: what a central review" not in page
