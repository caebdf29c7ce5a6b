"""Design files: what is read, every fault at once with its line, and what the commands write."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from remission.errors import DataError, StudyError
from remission.texts import Words
from remission.trial.cohort_file import read_cohort
from remission.trial.cohort_source import CohortSource
from remission.trial.commands import bench_trials, design, design_names, find_design, validate_statistics
from remission.trial.design import Design, null_world, run_design
from remission.trial.design_file import parse_design
from remission.trial.design_keys import DESIGN, EFFICACY, FUTILITY, HAZARDS, LOOK, MARGIN, STRATUM
from remission.trial.looks import Look
from remission.trial.page import render_page
from remission.trial.power import power
from remission.trial.result_table import _bounds, as_numbers, remarks
from remission.trial.source import HazardSource
from remission.trial.statistic import Milestone, RestrictedMean, WeightedLogRank
from remission.units import DAYS_PER_MONTH

GOOD = """design: example
patients: 200
enrolment: 12 months
hazards:
  control: {median: 12 months}
  hazard_ratio: 0.6
looks:
  - events: 60
  - events: 120
tests: [log-rank, MaxCombo, RMST to 12 months, survival at 12 months]
trials: 128
seed: 3
"""


def test_a_design_is_read() -> None:
    read = parse_design(GOOD)
    assert isinstance(read.source, HazardSource)
    assert read.source.patients == 200
    assert read.source.scenario.accrual.duration == pytest.approx(365.25)
    assert read.looks[1].events == 120
    assert [s.name for s in read.statistics][:2] == ["log-rank", "MaxCombo of log-rank, FH(0, 0.5), FH(0, 1)"]
    assert read.plan.alpha == 0.025


def test_every_catalogue_design_is_read_and_runs(tmp_path: Path) -> None:
    assert len(design_names()) >= 4
    for name in design_names():
        made = find_design(name)
        design(name, trials=64, json=tmp_path / f"{name}.json", html=tmp_path / f"{name}.html")
        written = json.loads((tmp_path / f"{name}.json").read_text())
        assert written["patients"] == made.source.patients
        assert [row["test"] for row in written["tests"]] == [s.name for s in made.statistics]
        page = (tmp_path / f"{name}.html").read_text()
        assert page.count("<svg") >= 2
        assert "http://" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
            "http://creativecommons.org", ""
        )


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("patients: 200", "patients: two"), 2, "whole number"),
        (("enrolment: 12 months", "enrolment: 12 apples"), 3, "a time is needed"),
        (("hazard_ratio: 0.6", "hazard_ratio: -1"), 6, "out of range"),
        (("hazard_ratio: 0.6", "hazardratio: 0.6"), 6, "unknown key"),
        (("  - events: 60\n  - events: 120", "  - events: 120\n  - events: 60"), 7, "out of order"),
        (("events: 120", "events: 400"), 9, "fewer events than patients"),
        (("  - events: 120", "  - events_share: 50 %"), 7, "last look needs"),
        (("[log-rank, MaxCombo", "[log-rnak, MaxCombo"), 10, "cannot be read"),
        (("seed: 3", "seed: 3\nefficacy: {family: user, fractions: [0.5, 1], spent: [0.6, 0.4]}"), 13,
         "cannot decrease"),
        (("seed: 3", "seed: 3\nquestion: non-inferiority"), 13, "margin is missing"),
        (("seed: 3", "seed: 3\nquestion: non-inferiority\nmargin: {survival: -0.1}"), 10,
         "margin of log-rank is missing"),
        (("seed: 3", "seed: 3\nquestion: non-inferiority\nmargin: {from_history: {upper_limit_of_hazard_ratio: 0.6,"
          " kept: 1}}"), 14, "no margin is left"),
        (("RMST to 12 months", "RMST to 200 months"), 10, "nobody is followed"),
        (("survival at 12 months", "survival at 200 months"), 10, "nobody is followed"),
        (("survival at 12 months", "early zero 200 months"), 10, "nobody is followed"),
        (("survival at 12 months", "survival at 12 months corrected"), 10, "log-rank family"),
        (("  - events: 60", "  - time: 60 months"), 10, "out of order"),
        (("hazard_ratio: 0.6", "hazard_ratio: 0.6\n  visits: {every: 12 weeks, until: 2 weeks}"), 7, "no visit"),
        (("hazard_ratio: 0.6", "hazard_ratio: 0.6\n  visits: {every: 12 weeks, until: 6 months}"), 11, "as late as"),
        (("seed: 3", "seed: 3\nquestion: non-inferiority\nmargin: {hazard_ratio: 0.9, survival: -0.1}"), 10,
         "wrong side|no margin"),
        (("seed: 3", "seed: 3\nmargin: {hazard_ratio: 1.3}"), 13, "question is superiority"),
        (("seed: 3", "seed: 3\nefficacy: {family: bounds, z: [3]}"), 13, ""),
        (("enrolment: 12 months", "enrolment: [{until: 3 months, share: 30 %}, {until: 12 months, share: 60 %}]"), 3,
         "do not sum to 1"),
        (("hazards:", "run: {folder: nowhere, control: A, experimental: B}\nhazards:"), 1, "exactly one of"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_line(change: tuple[str, str], line: int, message: str) -> None:
    assert change[0] in GOOD
    text = GOOD.replace(*change)
    if not message:
        parse_design(text)
        return
    with pytest.raises(StudyError, match=message) as caught:
        parse_design(text, "trial.yaml")
    assert any(problem.where == f"trial.yaml:{line}" for problem in caught.value.problems)


@pytest.mark.parametrize("text", ["a word", "- a\n- list\n"])
def test_what_is_no_section_is_no_design(text: str) -> None:
    with pytest.raises(StudyError, match=r"design\.yaml:1: a section is needed here"):
        parse_design(text)


def test_all_faults_are_shown_at_once() -> None:
    text = GOOD.replace("200", "two").replace("0.6", "-1").replace("log-rank", "log-rnak").replace("seed: 3", "sed: 3")
    with pytest.raises(StudyError) as caught:
        parse_design(text, "trial.yaml")
    assert len(caught.value.problems) >= 4
    lines = [int(str(problem.where).rpartition(":")[2]) for problem in caught.value.problems]
    assert lines == sorted(lines)


def test_the_null_world_puts_each_statistic_at_its_margin() -> None:
    text = GOOD.replace(
        "seed: 3", "question: non-inferiority\nmargin: {hazard_ratio: 1.3, survival: -0.1, rmst_months: -1}"
    )
    read = parse_design(text.replace("MaxCombo, ", ""))
    control = read.source.scenario.strata[0].control  # type: ignore[attr-defined]
    for statistic in read.statistics:
        source, _ = null_world(read, statistic)
        assert isinstance(source, HazardSource)
        worse = source.scenario.strata[0].experimental
        if isinstance(statistic, WeightedLogRank):
            assert worse.rates[0] / control.rates[0] == pytest.approx(1.3)
        elif isinstance(statistic, Milestone):
            assert float(worse.survival(statistic.at) - control.survival(statistic.at)) == pytest.approx(-0.1)
        elif isinstance(statistic, RestrictedMean):
            gap = float(worse.restricted_mean(statistic.tau) - control.restricted_mean(statistic.tau))
            assert gap == pytest.approx(-30.4375)


def test_a_cohort_file_is_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    rows = [f"{t:.2f},{int(rng.random() < 0.8)},{'ab'[k % 2]}" for k, t in enumerate(rng.exponential(10, 80))]
    (tmp_path / "cohort.csv").write_text("months,died,group\n" + "\n".join(rows) + "\n")
    start, end = GOOD.index("hazards:"), GOOD.index("looks:")
    section = "cohort: {file: cohort.csv, time: months, event: died, arm: group, control: a, experimental: b}\n"
    text = GOOD[:start] + section + GOOD[end:].replace("events: 60", "events: 30").replace("events: 120", "events: 70")
    read = parse_design(text, folder=tmp_path)
    assert isinstance(read.source, CohortSource)
    assert read.source.control.time.max() > 300
    assert as_numbers(run_design(read))["tests"][0]["type_i_error"] is not None
    with pytest.raises(StudyError, match="no such arm"):
        parse_design(text.replace("control: a,", "control: z,"), folder=tmp_path)
    with pytest.raises(StudyError, match="lacks a column"):
        parse_design(text.replace("died", "dead"), folder=tmp_path)
    turned = [f"{t},{1 - int(e)},{arm}" for t, e, arm in (row.split(",") for row in rows)]
    (tmp_path / "cohort.csv").write_text("months,died,group\n" + "\n".join(turned) + "\n")
    marked = parse_design(text.replace("event: died", "censored: died, unit: months"), folder=tmp_path)
    assert isinstance(marked.source, CohortSource)
    np.testing.assert_array_equal(marked.source.control.event, read.source.control.event)
    assert marked.origin == read.origin
    assert "events in 40 patients" in read.origin
    with pytest.raises(StudyError, match="not both"):
        parse_design(text.replace("event: died", "censored: died, event: died"), folder=tmp_path)
    (tmp_path / "cohort.csv").write_text("months,died,group\n1,1,a\nsoon,1,b\n")
    with pytest.raises(StudyError, match="not a number"):
        parse_design(text, folder=tmp_path)


def test_rows_of_one_endpoint_are_chosen_and_each_patient_counts_once(tmp_path: Path) -> None:
    rows = [f"{k},{code},{10 + k % 7},{k % 3 % 2},{'abc'[k % 3]}" for k in range(90) for code in ("OS", "PFS")]
    (tmp_path / "adtte.csv").write_text("USUBJID,PARAMCD,AVAL,CNSR,TRT\n" + "\n".join(rows) + "\n")
    start, end = GOOD.index("hazards:"), GOOD.index("looks:")
    section = (
        "cohort: {file: adtte.csv, time: AVAL, censored: CNSR, arm: TRT, control: a, experimental: b,"
        " rows: {PARAMCD: OS}}\n"
    )
    text = GOOD[:start] + section + GOOD[end:]
    read = parse_design(text, folder=tmp_path)
    assert isinstance(read.source, CohortSource)
    assert read.source.control.time.size == read.source.experimental.time.size == 30
    assert read.origin.endswith("other arms are left out: c (30 rows))")
    with pytest.raises(StudyError, match="several rows") as caught:
        parse_design(text.replace(", rows: {PARAMCD: OS}", ""), folder=tmp_path)
    assert "adtte.csv:3" in str(caught.value)
    with pytest.raises(StudyError, match="no such rows"):
        parse_design(text.replace("PARAMCD: OS", "PARAMCD: DOR"), folder=tmp_path)
    with pytest.raises(StudyError, match="lacks a column"):
        parse_design(text.replace("PARAMCD: OS", "PARAM: OS"), folder=tmp_path)
    with pytest.raises(StudyError, match="columns and their values"):
        parse_design(text.replace("{PARAMCD: OS}", "OS"), folder=tmp_path)


def test_bounds_are_shown_as_one_number_where_they_meet() -> None:
    assert _bounds(-np.inf, 1.96, Words()) == "1.960"
    assert _bounds(2.01, 2.01, Words()) == "2.010"
    assert _bounds(-0.75, 2.96, Words()) == "-0.750 to 2.960"
    assert _bounds(-np.inf, np.inf, Words()) == "no success"
    assert _bounds(-0.75, np.inf, Words("fr")) == "-0,750, pas de succès"


def test_what_stopping_early_does_to_an_estimate_is_said_with_its_unit() -> None:
    result = run_design(parse_design(GOOD))
    told = [note for note in remarks(result, Words()) if "stopping early" in note]
    rmst = next(row for row in result.rows if isinstance(row.statistic, RestrictedMean))
    assert any("mean log hazard ratio" in note for note in told)
    line = next(note for note in told if note.startswith("RMST to 12 months"))
    assert line.endswith(f"to {rmst.estimate_at_stop / DAYS_PER_MONTH:.3g} months.")


def test_a_page_shows_what_failed() -> None:
    text = (
        GOOD.replace("patients: 200", "patients: 24")
        .replace("events: 60", "events: 8")
        .replace("events: 120", "events: 20")
    )
    read = parse_design(text.replace("RMST to 12 months", "RMST to 30 months"))
    result = run_design(read)
    assert result.rows[2].failed.sum() > 0
    assert "could not be computed in" in render_page(result)
    in_french = render_page(result, "fr")
    assert '<html lang="fr">' in in_french
    assert "non calculable dans" in in_french
    assert "survie moyenne restreinte à" in in_french
    drawn = re.sub(r"<pre>.*?</pre>|<style>.*?</style>|<metadata>.*?</metadata>", "", in_french, flags=re.DOTALL)
    assert re.findall(r">[^<>]*\b(?:RMST|power|months|look|trials|events)\b[^<>]*<", drawn) == []
    assert re.findall(r">[^<>]*\d\.\d[^<>]*<", re.sub(r"remission \d\S*", "", drawn)) == []


def test_strata_are_read() -> None:
    start, end = GOOD.index("hazards:"), GOOD.index("looks:")
    section = """hazards:
  strata:
    - {name: PD-L1 high, share: 40 %, control: {median: 15 months}, hazard_ratio: 0.5}
    - {name: PD-L1 low, share: 60 %, control: {median: 9 months}, hazard_ratio: 0.9}
"""
    read = parse_design(GOOD[:start] + section + GOOD[end:])
    assert isinstance(read.source, HazardSource)
    assert [stratum.name for stratum in read.source.scenario.strata] == ["PD-L1 high", "PD-L1 low"]
    result = run_design(read)
    assert result.rows[0].power > 0.2
    page = render_page(result)
    assert all(f"{arm}, {name}" in page for arm in ("control", "experimental") for name in ("PD-L1 high", "PD-L1 low"))
    with pytest.raises(StudyError, match="sum to 1"):
        parse_design(GOOD[:start] + section.replace("40 %", "50 %") + GOOD[end:])
    with pytest.raises(StudyError, match="those of each stratum"):
        parse_design(GOOD[:start] + section + "  hazard_ratio: 0.5\n" + GOOD[end:])
    with pytest.raises(StudyError, match="control is missing"):
        parse_design(GOOD.replace("  control: {median: 12 months}\n", ""))


def test_patients_needed_reach_the_power_aimed_at() -> None:
    late = find_design("late-effect")
    result = run_design(replace(late, trials=256))
    assert result.needed[0] is not None
    assert result.needed[1] is not None
    assert result.needed[1] < result.needed[0]
    looks = [Look(time=float(time)) for time in result.expected.time]  # type: ignore[union-attr]
    enough = late.scenario.with_patients(result.needed[0])  # type: ignore[union-attr]
    assert 0.9 <= power(enough, looks).power[0] < 0.905


def test_result_is_the_same_twice() -> None:
    first, second = (json.dumps(as_numbers(run_design(parse_design(GOOD)))) for _ in range(2))
    assert first == second


def test_commands_refuse_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such design"):
        design("nowhere")
    with pytest.raises(DataError, match="needs a trial"):
        design("late-effect", trials=0)
    with pytest.raises(DataError, match="cannot be read"):
        validate_statistics(cases=tmp_path / "none.json")


def test_statistics_are_validated_from_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = "gsDesign::gsDesign(k=2,test.type=1,alpha=.025,beta=.1,sfu=gsDesign::sfLDOF)"
    case = {"id": "a", "category": "boundary", "package": "gsDesign", "call": call, "dataset": None, "inputs": {},
            "output": {"upper_z": [2.962588, 1.968596]}, "tol": 1e-5}  # fmt: skip
    (tmp_path / "cases.json").write_text(json.dumps({"meta": {}, "datasets": {}, "cases": [case]}))
    assert validate_statistics(cases=tmp_path / "cases.json", json=tmp_path / "out.json") == 0
    assert "1 of 1" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_text())[0]["passed"] is True
    case["output"] = {"upper_z": [2.9, 1.968596]}
    (tmp_path / "cases.json").write_text(json.dumps({"meta": {}, "datasets": {}, "cases": [case]}))
    assert validate_statistics(cases=tmp_path / "cases.json") == 1


def test_benchmark_writes_its_numbers(tmp_path: Path) -> None:
    bench_trials(trials=64, json=tmp_path / "bench.json")
    rows = json.loads((tmp_path / "bench.json").read_text())
    assert [row["work"] for row in rows] == ["weighted log-rank, one look", "log-rank, three looks", "whole battery"]
    assert all(row["trials_per_second"] > 0 for row in rows)


def test_documentation_names_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "trial-design.md").read_text()
    for table in (DESIGN, HAZARDS, STRATUM, LOOK, FUTILITY, MARGIN):
        for key in table:
            assert f"`{key}`" in page, key
    for family in EFFICACY:
        assert family in page, family


def test_a_design_is_a_frozen_value() -> None:
    read = parse_design(GOOD)
    assert isinstance(read, Design)
    with pytest.raises(AttributeError):
        read.trials = 5  # type: ignore[misc]


def test_visits_end_where_the_file_says() -> None:
    text = GOOD.replace("hazard_ratio: 0.6", "hazard_ratio: 0.6\n  visits: {every: 12 weeks, until: 60 weeks}")
    source = parse_design(text).source
    assert isinstance(source, HazardSource)
    assert source.scenario.visits == pytest.approx(84.0 * np.arange(1, 6))


def test_power_and_size_are_computed_where_the_event_is_seen_at_visits() -> None:
    """And those of corrected tests; a MaxCombo test of one weight twice is that test."""
    text = GOOD.replace("hazard_ratio: 0.6", "hazard_ratio: 0.6\n  visits: {every: 12 weeks}").replace(
        "[log-rank, MaxCombo,", '[log-rank, "MaxCombo(log-rank; FH(0, 0))", log-rank corrected,'
    )
    result = run_design(parse_design(text))
    assert all(each is not None for each in result.calculated[:3] + result.needed[:3])
    plain, twice, corrected = result.rows[:3]
    assert twice.success == pytest.approx(plain.success, abs=0.01)  # one spends by events, one by information
    assert result.calculated[1] == pytest.approx(result.calculated[0] or 0.0, abs=1e-3)
    assert corrected.statistic.name == "log-rank, corrected"


def test_cured_patients_bring_no_event() -> None:
    """A look that waits for more events than ever come is taken when nothing more can come, and counted."""
    text = GOOD.replace("hazard_ratio: 0.6", "hazard_ratio: 0.6\n  cured: {control: 30 %, experimental: 40 %}")
    found = run_design(parse_design(text.replace("events: 120", "events: 190"))).found
    assert not found.reached[:, 1].any()
    assert found.events[:, 1].max() < 160
    assert found.time[:, 1].max() / DAYS_PER_MONTH < 300


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        ("1,1,A,7\n", r"c\.csv:2: the row has another number of cells than the header"),
        ("1,1\n", r"c\.csv:2: the row has another number of cells than the header"),
        ("nan,1,A\n", r"c\.csv:2: this is not a number"),
        ("1,inf,A\n", r"c\.csv:2: this is not a number"),
        ("x" * 140_000 + ",1,A\n", "the table cannot be read"),
    ],
)
def test_rows_that_are_no_rows_are_refused(rows: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("time,event,arm\n" + rows + "1,1,A\n2,1,B\n3,0,A\n3,0,B\n")
    with pytest.raises(DataError, match=what):
        read_cohort(tmp_path / "c.csv", "time", "event", "arm", "A", "B")


def test_a_design_without_a_look_is_refused() -> None:
    with pytest.raises(StudyError, match=r"design\.yaml:7: the list is empty"):
        parse_design(GOOD.replace("looks:\n  - events: 60\n  - events: 120\n", "looks: []\n"))
