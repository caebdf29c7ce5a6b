"""Calibration: it goes on where it was stopped, refuses what is not its own, and finds what it should."""

from __future__ import annotations

import json

import numpy as np
import pytest

from remission.biology import accepted_sets, load_tumour
from remission.calibration.assimilate import move
from remission.calibration.calibrate import Calibrated, Plan, accepted_count, calibrate
from remission.calibration.evaluate import setting
from remission.calibration.fit_targets import fit_targets
from remission.calibration.inputs import load_studies
from remission.calibration.results import FITTED, fitted_table_text, write_results
from remission.calibration.search_space import search_space
from remission.calibration.sensitivity import effects, effects_text
from remission.calibration.targets import targets_of
from remission.errors import RunError, StudyError
from remission.study import load_definition

PLAN = Plan(members=4, steps=1, patients=30, seed=3)
TUMOURS = ("melanoma", "lung")


@pytest.fixture(scope="module")
def study():
    return load_definition("checkmate-017")


def run(folder, study, plan=PLAN) -> Calibrated:
    return calibrate(search_space("lung"), targets_of([study]), [study], folder, plan)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, study):
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(folder, study)


def test_a_stopped_calibration_goes_on_to_the_same_result(tmp_path, study, whole):
    folder, found = whole
    lines = (folder / "evaluations.jsonl").read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + (PLAN.members + accepted_count(PLAN.members)) * (PLAN.steps + 1)
    # Stopped in the middle of writing the fourth evaluation.
    (tmp_path / "evaluations.jsonl").write_bytes(b"".join(lines[:4]) + lines[4][:20])
    again = run(tmp_path, study)
    assert (tmp_path / "evaluations.jsonl").read_bytes() == b"".join(lines)
    np.testing.assert_array_equal(again.steps[-1].scores, found.steps[-1].scores)


def test_two_workers_give_the_same(tmp_path, study, whole):
    again = run(tmp_path, study, Plan(members=4, steps=1, patients=30, seed=3, workers=2))
    np.testing.assert_array_equal(again.steps[-1].scores, whole[1].steps[-1].scores)


def test_a_folder_of_another_calibration_is_refused(study, whole):
    with pytest.raises(RunError, match="another calibration") as error:
        run(whole[0], study, Plan(members=4, steps=1, patients=31, seed=3))
    assert "patients" in str(error.value)


def test_the_results_say_what_made_them_and_load_as_a_tumour(tmp_path, whole):
    paths = write_results(whole[1], tmp_path, "remission calibrate lung --seed 3")
    assert [path.name for path in paths] == ["lung.csv", "lung.json", "lung.md"]
    content = json.loads(paths[1].read_text())
    assert content["made_by"] == "remission calibrate lung --seed 3"
    assert 1 <= len(content["sets"]) <= PLAN.members
    for values in content["sets"]:
        load_tumour("lung").with_values(values)


@pytest.mark.parametrize("tumour", TUMOURS)
def test_what_is_searched_stands_in_the_table(tumour):
    space = search_space(tumour)
    table = load_tumour(tumour)
    assert all(table[name.partition(".")[0]].kind == "fitted" for name in space.names)
    searched = {name.partition(".")[0] for name in space.names}
    assert {name for name, row in table.items() if row.kind == "fitted"} == searched
    values = space.values(space.start)
    np.testing.assert_allclose(space.point(values), space.start)


@pytest.mark.parametrize("tumour", TUMOURS)
def test_the_shipped_table_is_the_middle_of_the_accepted_sets(tumour):
    sets = accepted_sets(tumour)
    if not sets:
        pytest.skip(f"{tumour} has not been calibrated")
    space, table = search_space(tumour), load_tumour(tumour)
    for name in space.names:
        parameter, _, field = name.partition(".")
        shipped = getattr(table[parameter], field or "value")
        all_sets = [getattr(one[parameter], field or "value") for one in sets]
        assert min(all_sets) <= shipped <= max(all_sets), name


def test_sensitivity_finds_that_chemotherapy_moves_its_own_arm(tmp_path, study):
    found = effects(
        search_space("lung"), targets_of([study]), [study], tmp_path, trajectories=2, patients=30, seed=1, workers=1
    )
    kill = found.space.names.index("chemo_kill")
    of_docetaxel = np.array([target.figure.arm == "docetaxel" for target in found.fitted.targets])
    responses = np.array([target.figure.endpoint in ("ORR", "PFS") for target in found.fitted.targets])
    own = found.strength[kill, of_docetaxel & responses].mean()
    assert own > found.strength[kill, ~of_docetaxel & responses].mean()
    assert "`chemo_kill`" in effects_text(found, "remission sensitivity lung")


def test_published_figures_say_which_were_fitted():
    studies = load_studies()
    fitted = set()
    for tumour in TUMOURS:
        mine = [study for study in studies if study.tumour == tumour]
        here = setting(search_space(tumour), targets_of(mine), mine, 1, 1)
        fitted |= {
            (target.where.split(":")[0], target.columns["value"], *_name(target)) for target in here.fitted.targets
        }
    said = {
        (target.where.split(":")[0], target.columns["value"], *_name(target))
        for target in targets_of(studies)
        if target.figure.fitted
    }
    assert said == fitted


def _name(target):
    figure = target.figure
    return figure.trial, figure.arm, figure.endpoint, figure.time_months, figure.evidence, figure.source_citation


def test_an_unknown_tumour_says_which_can_be_calibrated():
    with pytest.raises(StudyError, match="melanoma"):
        search_space("glioma")


def test_what_is_met_costs_nothing_and_a_miss_grows_slowly(study):
    fitted = fit_targets(targets_of([study]))
    met = np.array([target.figure.value for target in fitted.targets])
    assert fitted.loss(met) == pytest.approx(0)
    far = np.where([target.figure.unit == "%" for target in fitted.targets], met + 500, met)
    assert 0 < fitted.loss(far) < np.mean(((far - met) / fitted.error) ** 2)
    assert not any(target.figure.endpoint.startswith("TRAE") for target in fitted.targets)


def test_points_move_to_what_the_targets_say():
    rng = np.random.default_rng(4)
    slopes = np.array([[2.0, 0.0, 1.0], [0.0, 1.0, -1.0]])
    truth = np.array([0.7, -0.4])
    points = rng.standard_normal((300, 2))
    error = np.full(3, 0.1)
    for _ in range(4):
        points = move(points, points @ slopes, truth @ slopes, error, 4.0, rng.standard_normal((300, 3)))
    assert points.mean(axis=0) == pytest.approx(truth, abs=0.05)
    assert (points.std(axis=0) < 0.15).all()


def test_a_target_that_cannot_be_computed_moves_nothing():
    rng = np.random.default_rng(5)
    points = rng.standard_normal((40, 2))
    nothing = np.full((40, 1), np.nan)
    moved = move(points, nothing, np.zeros(1), np.ones(1), 1.0, rng.standard_normal((40, 1)))
    np.testing.assert_array_equal(moved, points)


def test_the_table_marks_what_was_fitted():
    text = fitted_table_text("lung", {"growth": 0.01, "kill_rate.sd_patient": 0.7})
    rows = {line.split(",")[0]: line for line in text.splitlines()}
    assert rows["growth"].startswith("growth,0.01,")
    assert "fitted" in rows["growth"]
    assert rows["kill_rate"].split(",")[3] == "0.7"
    assert FITTED in rows["growth"]


def test_a_level_that_was_held_keeps_its_source():
    held = load_tumour("melanoma")["antigen_half"].source
    assert "held" in held
    text = fitted_table_text("melanoma", {"antigen_half.sd_patient": 1.5})
    row = next(line for line in text.splitlines() if line.startswith("antigen_half,"))
    assert held in row
    assert row.split(",")[3] == "1.5"
