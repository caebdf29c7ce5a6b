"""What the four arms of the road say: from tables made by hand, and from a small simulated study."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from remission.biology import load_tumour
from remission.clinic import simulate_block
from remission.errors import RunError, StudyError
from remission.population import diagnosed_day, enrol
from remission.road import saved
from remission.road.arrivals import another, arrivals, arriving_molecule, mean_level
from remission.road.lives import Lives, lives
from remission.road.read import arrival_days, lives_in_arm, lives_simulated
from remission.road.value import ARMS, OUTCOMES, in_all, value, value_of_populations
from remission.run.local_store import LocalStore
from remission.run.seal import sealed_json
from remission.study import load_definition

STUDY = load_definition("melanoma-2017")
NUMBERS = np.arange(48)


@pytest.fixture(scope="module")
def blocks():
    arms = tuple(getattr(STUDY.time_gained, key) for key in ARMS)
    return simulate_block(STUDY, seed=3, patients=NUMBERS, arms=arms)


@pytest.fixture(scope="module")
def simulated():
    return lives_simulated(STUDY, 3, len(NUMBERS))


def test_lives_of_three_patients_made_by_hand():
    patients = {"patient": np.array([0, 1, 2]), "os_day": np.array([1000.0, 1000.0, 300.0])}
    events = {
        "patient": np.array([0, 0, 0, 0, 1, 1, 1, 2]),
        "time_day": np.array([0.0, 100.0, 600.0, 700.0, 0.0, 450.0, 900.0, 0.0]),
        "kind": np.array(
            [
                "treatment started",
                "treatment stopped",
                "treatment started",
                "treatment stopped",
                "treatment started",
                "toxicity",
                "toxicity resolved",
                "treatment started",
            ],
            object,
        ),
        "detail": np.array(["chemo", None, "new", None, "chemo", None, None, "chemo"], object),
        "grade": np.array([0, 0, 0, 0, 0, 3, 3, 0.0]),
    }
    lesions = {
        "patient": np.array([0, 0, 0, 1, 1, 2]),
        "time_day": np.array([0.0, 400.0, 600.0, 0.0, 400.0, 0.0]),
        "diameter_mm": np.array([50.0, 55.0, 500.0, 50.0, 10.0, 50.0]),
    }
    found = lives(patients, events, lesions, lambda number: np.full(len(number), 500.0), ("new",))
    assert found.free_day.tolist() == [800.0, 0.0, 0.0]
    assert found.severe.tolist() == [0, 1, 0]
    assert found.alive.tolist() == [True, True, False]
    assert found.fit.tolist() == [True, False, False]  # the second suffers, the third has died
    assert found.reached.tolist() == [True, False, False]
    heavy = lesions | {"diameter_mm": np.array([50.0, 61.0, 1.0, 50.0, 10.0, 50.0])}
    assert not lives(patients, events, heavy, lambda number: np.full(len(number), 500.0), ("new",)).fit[0]


def made(days, free=0.0, severe=0.0):
    n = len(days)
    yes, zero = np.ones(n, bool), np.zeros(n)
    return Lives(np.arange(n), np.asarray(days, float), zero + free, zero + severe, yes, yes, yes)


def test_the_parts_are_differences_of_differences():
    month = 365.25 / 12
    months = dict(zip(ARMS, (90, 60, 20, 10), strict=True))
    arms = {arm: made([count * month] * 5) for arm, count in months.items()}
    found = value(arms, 1).parts["alive"]
    assert {name: round(one.value, 6) for name, one in found.items()} == {
        "earlier": 50,
        "molecule": 10,
        "possible": 20,
        "total": 80,
        "in_road": 30,
    }
    assert all(one.low == one.high == pytest.approx(one.value) for one in found.values())


def test_parts_add_up_and_intervals_hold_the_mean(simulated):
    found = value(simulated, 1)
    for outcome in OUTCOMES:
        parts = found.parts[outcome]
        total = parts["earlier"].value + parts["molecule"].value + parts["possible"].value
        assert parts["total"].value == pytest.approx(total)
        assert all(one.low <= one.value <= one.high for one in parts.values())
    assert found.parts["alive"]["earlier"].value > 0
    assert found.stood["without_arrival"]["reached"].value == 0
    assert found.stood["road"]["fit"].value <= found.stood["road"]["alive"].value


def test_intervals_of_populations_span_them(simulated):
    longer = {arm: replace(one, alive_day=one.alive_day + 30 * (arm == "road")) for arm, one in simulated.items()}
    found = value_of_populations(simulated, [simulated, longer])
    assert found.intervals == "populations"
    gain = found.parts["alive"]["in_road"]
    assert gain.high - gain.low == pytest.approx(0.95 * 30 / (365.25 / 12))


def test_only_patients_of_every_arm_are_compared(simulated):
    fewer = dict(simulated) | {"road": Lives(**{name: column[1:] for name, column in vars(simulated["road"]).items()})}
    assert {len(one.patient) for one in in_all(fewer).values()} == {len(NUMBERS) - 1}


def test_nothing_is_given_before_it_exists(blocks):
    since = {name: molecule.available_from for name, molecule in STUDY.molecules.items()}
    for tables in blocks.values():
        doses = tables["doses"].to_pydict()
        day = diagnosed_day(STUDY, 3, np.asarray(doses["patient"])) + np.asarray(doses["time_day"])
        for name, first in since.items():
            of = np.asarray(doses["molecule"], object) == name
            assert not of.any() or day[of].min() >= first.toordinal()
    given = {name for tables in blocks.values() for name in tables["doses"].to_pydict()["molecule"]}
    assert given == set(since)


def test_a_date_belongs_to_the_patient_alone(blocks):
    alone = simulate_block(STUDY, seed=3, patients=np.array([7]), arms=("the road",))["the road"]["events"].to_pylist()
    for tables in blocks.values():
        enrolled = [row for row in tables["events"].to_pylist() if row["kind"] == "enrolled"]
        assert enrolled[7]["detail"] == alone[0]["detail"]
    days = [date.fromisoformat(row["detail"]) for row in enrolled]
    assert STUDY.diagnosed.first <= min(days) < max(days) <= STUDY.diagnosed.last
    assert len(set(days)) > 40


def test_arms_are_the_same_until_what_differs_comes(blocks):
    """Twins: before the arrival the road is the road without the new molecule, to the bit."""
    road, without = blocks["the road"]["visits"].to_pydict(), blocks["without the new molecule"]["visits"].to_pydict()
    first = arrival_days(STUDY, 3)(NUMBERS)
    early = [
        [
            (patient, day, size)
            for patient, day, size in zip(rows["patient"], rows["time_day"], rows["sum_mm"], strict=True)
            if day < first[patient]
        ]
        for rows in (road, without)
    ]
    assert early[0] == early[1]
    given = [blocks[arm]["doses"].to_pydict()["molecule"] for arm in ("the road", "without the new molecule")]
    assert given[0] != given[1]


def test_potency_is_the_share_blocked_and_what_comes_sooner_reaches_more():
    molecule = arriving_molecule(STUDY)
    assert molecule.name == "relatlimab"
    order = STUDY.regimens["nivolumab+relatlimab"].orders[1]
    half = another(STUDY, molecule, 0.5, 1.0, date(2022, 1, 1)).molecules["relatlimab"].occupancy
    assert half.half_saturation_mg_per_L == pytest.approx(mean_level(molecule, order))
    rows = arrivals(
        STUDY, patients=24, blocked=(0.5,), toxicity=(0.0, 1.0), dates=[date(2016, 1, 1), date(2022, 3, 18)]
    )
    assert [(row.toxicity, row.date.year) for row in rows] == [(0.0, 2016), (0.0, 2022), (1.0, 2016), (1.0, 2022)]
    assert rows[0].reached > rows[1].reached
    assert all(row.months[1] <= row.months[0] <= row.months[2] for row in rows)


def test_a_study_without_an_arrival_is_refused():
    with pytest.raises(StudyError, match="value of the time gained"):
        arrivals(load_definition("keynote-006"), patients=1)


def test_lines_in_which_a_molecule_is_not_allowed_are_not_reached():
    study = load_definition("lung-2017")
    rules = study.arm("without immunotherapy before").policy
    assert [rule.then.lines for rule in rules if rule.name == "what has come since"] == [(2, 3, 4)]
    table = load_tumour("lung")
    enrolled = enrol(table, 1, np.arange(24), 1.0)
    forbidden = tuple(
        replace(rule, then=replace(rule.then, lines=(9,))) if rule.then.kind == "next line" else rule for rule in rules
    )
    arm = replace(study.arm("without immunotherapy before"), policy=forbidden)
    changed = replace(study, arms=tuple(arm if each.name == arm.name else each for each in study.arms))
    found = lives_in_arm(changed, arm.name, table, 1, enrolled, arrival_days(study, 1))
    assert not found.reached.any()


def test_without_accepted_populations_the_value_is_a_bootstrap(monkeypatch, simulated):
    monkeypatch.setattr(saved, "accepted_sets", lambda tumour: ())
    monkeypatch.setattr(saved, "lives_of_run", lambda folder: simulated)
    folder = type("Folder", (), {})()
    folder.definition = STUDY
    folder.provenance = type("P", (), {"identity": type("I", (), {"seed": 1, "key": "k"})(), "patients": 48})()
    assert saved.make_value(folder).intervals == "patients"


@pytest.mark.parametrize(
    ("forge", "place"),
    [
        (lambda known: known, None),
        (lambda known: {**known, "stood": {}}, "value, stood"),
        (lambda known: {**known, "populations": "many"}, "value, populations"),
        (lambda known: {**known, "intervals": "<b>"}, "value, intervals"),
        (lambda known: {**known, "more": 1}, "value, more"),
        (lambda known: [], "value"),
    ],
)
def test_what_was_kept_beside_a_run_is_looked_at_before_it_is_shown(forge, place, tmp_path):
    one = {"value": 1.0, "low": 0.5, "high": 2.0}
    known = {
        "stood": {arm: dict.fromkeys(saved.STOOD, one) for arm in ARMS},
        "parts": {outcome: dict.fromkeys(saved.PARTS, one) for outcome in OUTCOMES},
        "intervals": "patients",
        "populations": 0,
    }
    folder = type("Folder", (), {"store": LocalStore(tmp_path)})()
    folder.provenance = type("P", (), {"identity": type("I", (), {"key": "k"})(), "patients": 48})()
    folder.store.write(saved.NAME, sealed_json({"key": "k", "patients": 48, "value": forge(known)}))
    if place is None:
        assert saved.value_of_run(folder).stood["road"]["alive"].low == 0.5
        return
    with pytest.raises(RunError, match=rf"time-gained\.json: .*\n.*at {place}\Z"):
        saved.value_of_run(folder)
