"""A user's own model under the visits, scans and rules of the clinic: what the page says, and against SciPy."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from remission.clinic.simulate import simulate_block
from remission.errors import StudyError
from remission.solver.antimony_text import antimony_to_sbml
from remission.study import OwnDeath, StudyDefinition, load_definition, parse_study

PAGE = (Path(__file__).parents[2] / "docs" / "own-model.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL))
PATIENTS = np.arange(80)
DAY_MM3 = np.pi / 6 / 1000  # volume in mL of a sphere of 1 mm


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


@pytest.fixture
def study(folder: Path) -> StudyDefinition:
    return load_definition(folder / "two-lesions.yaml")


def run(study: StudyDefinition, arm: str) -> dict[str, dict[str, list]]:
    tables = simulate_block(study, seed=1, patients=PATIENTS, arms=(arm,), filled="twins")[arm]
    return {name: table.to_pydict() for name, table in tables.items()}


def test_policies_stop_watch_and_rechallenge(study: StudyDefinition) -> None:
    found = run(study, "a year")
    stopped = [event for event in found["events"]["rule"] if event == "a year"]
    assert len(stopped) > 20
    assert sum(day is not None for day in found["patients"]["second_course_day"]) > 20
    assert {"CR", "PR", "PD"} <= set(found["visits"]["response"])
    assert "off drug" in found["visits"]["state"]
    assert set(found["lesions"]["lesion"]) == {1, 2}
    without = run(study, "no drug")
    assert len(without["doses"]["patient"]) == 0
    assert np.mean(np.array(without["patients"]["best_response"]) == "PD") > 0.5


def test_lesions_grow_as_scipy_says(study: StudyDefinition) -> None:
    """From diagnosis on, without a drug: the true diameters of the scans are those of the written equations."""
    from scipy.integrate import solve_ivp

    from remission.biology import load_tumour, mechanism_of
    from remission.population import enrol

    patients = enrol(load_tumour(study.tumour), 1, PATIENTS, model=study.model)
    own = mechanism_of(study.model)
    lesions = run(replace(study, model=replace(study.model, death=None)), "no drug")["lesions"]
    checked = 0
    for k in np.flatnonzero(patients.enrolled)[:6]:
        p = dict(zip(own.kernel.parameters, patients.parameters[k], strict=True))

        def slope(_: float, y: np.ndarray, p: dict[str, float] = p) -> list[float]:
            t, e, blood = y[:2], y[2:4], y[4]
            brake, seen = 1 + p["inhibition"], t / (t + p["half"])
            grown = p["growth"] * t * (1 - t / p["K"]) - p["kill"] * e * seen / brake
            come = p["homing"] * blood * seen
            active = come + p["expansion"] * e * t / (t + 10 * p["half"]) / brake - p["fading"] * e
            return [*grown, *active, p["supply"] - p["loss"] * blood - come.sum()]

        rows = [i for i, who in enumerate(lesions["patient"]) if who == patients.number[k]]
        days = sorted({lesions["time_day"][i] for i in rows})
        exact = solve_ivp(
            slope, (0, days[-1]), patients.state[k, :5], t_eval=days, rtol=1e-9, atol=1e-9, method="LSODA"
        )
        volume = dict(zip(days, (0.005 * exact.y[:2]).T, strict=True))
        for i in rows:
            expected = np.cbrt(volume[lesions["time_day"][i]][lesions["lesion"][i] - 1] / DAY_MM3)
            assert lesions["true_diameter_mm"][i] == pytest.approx(expected, rel=2e-3)
            checked += 1
    assert checked > 50


def test_patients_begin_where_their_tumour_is_found(study: StudyDefinition) -> None:
    from remission.biology import load_tumour
    from remission.population import enrol

    found = enrol(load_tumour("melanoma"), 1, np.arange(400), model=study.model)
    burden = np.log(found.volume_mL[found.enrolled].sum(axis=1))
    assert np.median(burden) == pytest.approx(np.log(30), abs=0.15)
    assert burden.std() == pytest.approx(0.8, abs=0.12)
    growth = found.parameters[:, list(_names(study)).index("growth")]
    assert growth.min() >= 0.003
    assert np.log(growth).std() == pytest.approx(0.3, abs=0.05)
    given = enrol(load_tumour("melanoma"), 1, np.arange(40), model=replace(study.model, start=None))
    assert not given.enrolled.any()  # at its own start the tumour is far too small for RECIST


def _names(study: StudyDefinition) -> tuple[str, ...]:
    from remission.biology import mechanism_of

    return mechanism_of(study.model).kernel.parameters


def test_a_molecule_brings_its_own_kinetics(study: StudyDefinition) -> None:
    """Clearance of the model is that which the molecule draws for the patient, and a dose is in milligrams."""
    from remission.biology import mechanism_of

    inlet = mechanism_of(study.model).inlet_of(study.molecules["nivolumab"])
    assert mechanism_of(study.model).kernel.states[inlet.state] == "A"
    assert sorted(inlet.parameter) == ["central_volume_L", "clearance_L_per_day"]
    stronger = replace(study.model, drugs=(replace(study.model.drugs[0], factor=1e-9),))
    weak = run(replace(study, model=stronger), "a year")["lesions"]["true_diameter_mm"]
    nothing = run(study, "no drug")["lesions"]["true_diameter_mm"]
    drugged = run(study, "a year")["lesions"]["true_diameter_mm"]
    assert np.mean(weak) == pytest.approx(np.mean(nothing), rel=0.1)
    assert np.mean(drugged) < 0.8 * np.mean(nothing)


@pytest.mark.parametrize(
    ("death", "least", "most"), [(None, 0, 0), (OwnDeath(volume_mL=400), 30, 80), (OwnDeath(hazard="volume1"), 80, 80)]
)
def test_death_is_as_the_mapping_says(study: StudyDefinition, death: OwnDeath | None, least: int, most: int) -> None:
    """None; at a volume; where a quantity passes an exponential draw: a volume of some mL passes it at once."""
    causes = run(replace(study, model=replace(study.model, death=death)), "no drug")["patients"]["death_cause"]
    assert least <= causes.count("disease") <= most


def test_the_study_kept_in_a_run_folder_needs_no_other_file(study: StudyDefinition, folder: Path) -> None:
    alone = parse_study(study.text)
    assert alone == study
    (folder / "my-model.yaml").unlink()
    with pytest.raises(StudyError, match=r"two-lesions.yaml:6.*No such file|cannot be read"):
        load_definition(folder / "two-lesions.yaml")


def test_equations_may_stand_in_the_study_or_be_sbml(study: StudyDefinition, folder: Path) -> None:
    (folder / "model.xml").write_text(antimony_to_sbml(FILES["two-lesions.ant"]))
    mapping = FILES["my-model.yaml"].replace("two-lesions.ant", "model.xml")
    inside = "model:\n" + "".join(f"  {line}\n" for line in mapping.splitlines())
    (folder / "sbml.yaml").write_text(FILES["two-lesions.yaml"].replace("model: my-model.yaml\n", inside))
    sbml = load_definition(folder / "sbml.yaml")
    assert "<sbml" in sbml.text
    assert parse_study(sbml.text) == sbml
    assert sbml.hash != study.hash
    first, second = run(study, "no drug")["lesions"], run(sbml, "no drug")["lesions"]
    np.testing.assert_allclose(first["diameter_mm"], second["diameter_mm"], rtol=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("into: A", "into: Ab", r"my-model.yaml:6: the model has no such state\n    found:   Ab"),
        (
            "volume: volume1",
            "volume: volum1",
            r"my-model.yaml:3: the model has no such name(.|\n)*did you mean volume1",
        ),
        ("volume: volume1", "volume: volume1, diameter: T1", r"my-model.yaml:3: a lesion is measured in one way"),
        ("central_volume_L: V1", "central_volume_L: V", r"no such parameter\n    found:   V"),
        ("kill: {value: 0.2", "kill: {value: -1", r"my-model.yaml:11: the number is out of range"),
        ("low: 0.003", "low: 0.1", r"my-model.yaml:10: the value lies outside of its bounds"),
        ("{volume_mL: 400}", "{}", r"my-model.yaml:15: the disease kills in one way"),
        ("nivolumab:", "ipilimumab:", r"two-lesions.yaml:6: the model does not say where a molecule of the study goes"),
        ("two-lesions.ant", "no.ant", r"my-model.yaml:1.*cannot be read"),
        ("drugs:", "drug:", r"my-model.yaml:5: unknown key"),
    ],
)
def test_faults_are_told_with_their_line(folder: Path, old: str, new: str, message: str) -> None:
    assert old in FILES["my-model.yaml"]
    (folder / "my-model.yaml").write_text(FILES["my-model.yaml"].replace(old, new))
    with pytest.raises(StudyError) as caught:
        load_definition(folder / "two-lesions.yaml")
    assert re.search(message, str(caught.value)), str(caught.value)


def test_what_is_wrong_in_the_equations_is_told_with_the_line_that_named_them(folder: Path) -> None:
    (folder / "two-lesions.ant").write_text(FILES["two-lesions.ant"].replace("KD = 0.1;", ""))
    with pytest.raises(StudyError, match=r"my-model.yaml:1"):
        load_definition(folder / "two-lesions.yaml")
