"""Molecules: every number has a source, hypothetical ones can be written, impossible ones are refused."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from remission.errors import DataError, StudyError
from remission.study import Sourced, catalogue_names, load_molecule, parse_study
from remission.study.catalogue import catalogue_file
from remission.study.molecule import EVIDENCE, Covariate
from remission.study.molecule_file import read_molecule
from remission.study.reader import Problems
from remission.study.yaml import parse_yaml, read_text

from .conftest import changed, line_of

NAMES = catalogue_names("molecules")


def read(text: str):
    problems = Problems()
    molecule = read_molecule(parse_yaml(text, "m.yaml"), problems)
    problems.raise_if_any()
    return molecule


def typical(n: int = 1) -> dict[str, np.ndarray]:
    """A man of the reference weight and albumin of the pembrolizumab model."""
    values = {"weight_kg": 76.8, "albumin_g_per_L": 39.6, "female": 0.0, "ldh_ratio_uln": 0.824, "ecog": 0.0}
    return {name: np.full(n, value) for name, value in values.items()}


@pytest.mark.parametrize("name", NAMES)
def test_catalogue_molecules_can_be_read_and_sent_to_another_process(name):
    molecule = load_molecule(name)
    assert molecule.name == name
    again = pickle.loads(pickle.dumps(molecule))
    assert again == molecule
    assert again.toxicity.share_fatal.evidence in EVIDENCE


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", ["source", "evidence"])
def test_a_number_without_a_source_is_refused(name, key):
    antibody = load_molecule(name).kind == "antibody"
    text = read_text(catalogue_file("molecules", name))
    lines = text.splitlines(keepends=True)
    # Within kinetics a parameter may rely on the origin of the section, two columns to its left.
    kinetics = range(*(lines.index(f"{name}:\n") for name in ("kinetics", "occupancy"))) if antibody else ()
    places = [
        k
        for k, line in enumerate(lines)
        if line.strip().startswith(f"{key}:") and not (k in kinetics and line.startswith("    "))
    ]
    assert len(places) >= 9
    for place in places:
        with pytest.raises(StudyError, match=f"{key} is missing"):
            read("".join(lines[:place] + lines[place + 1 :]))


def test_an_unknown_evidence_is_refused():
    text = read_text(catalogue_file("molecules", "dacarbazine")).replace("evidence: read", "evidence: heard")
    with pytest.raises(StudyError, match="unknown evidence"):
        read(text)


def test_published_kinetics_are_reproduced():
    """Ahamadi 2017: the typical patient has the typical values; omega squared 0.134 is a CV of 38 %."""
    kinetics = load_molecule("pembrolizumab").kinetics
    values = kinetics.individual(typical(), lambda name: np.zeros(1))
    assert values["clearance_L_per_day"][0] == pytest.approx(0.22)
    assert values["peripheral_volume_L"][0] == pytest.approx(4.06)
    assert math.sqrt(math.expm1(kinetics.clearance_L_per_day.sd_ln**2)) == pytest.approx(0.38, abs=0.005)


def test_covariates_move_clearance_as_published():
    kinetics = load_molecule("pembrolizumab").kinetics
    light_woman = {**typical(), "weight_kg": np.array([50.0]), "female": np.array([True])}
    clearance = kinetics.individual(light_woman, lambda name: np.zeros(1))["clearance_L_per_day"][0]
    assert clearance == pytest.approx(0.22 * (50 / 76.8) ** 0.595 * (1 - 0.152))


def test_clearance_of_ipilimumab_rises_with_ldh():
    """Feng 2014: (ln LDH / ln 206) to the power 1.13; LDH of 500 U/L is twice the upper limit of 250."""
    kinetics = load_molecule("ipilimumab").kinetics
    high = {**typical(), "weight_kg": np.array([80.0]), "ldh_ratio_uln": np.array([2.0])}
    clearance = kinetics.individual(high, lambda name: np.zeros(1))["clearance_L_per_day"][0]
    assert clearance == pytest.approx(0.36 * (math.log(500) / math.log(206)) ** 1.13)


def test_parameters_with_one_draw_move_together_and_correlation_is_as_published():
    n = 20_000
    names = ("clearance", "central_volume", "clearance_change")
    normal = {name: np.random.default_rng(k).normal(size=n) for k, name in enumerate(names)}
    values = load_molecule("nivolumab").kinetics.individual(typical(n), normal.__getitem__)
    logs = {name: np.log(value) for name, value in values.items() if "emax" not in name}
    assert np.corrcoef(logs["clearance_L_per_day"], logs["intercompartmental_L_per_day"])[0, 1] > 0.9999
    covariance = np.cov(logs["clearance_L_per_day"], logs["central_volume_L"])
    assert covariance == pytest.approx(np.array([[0.157, 0.0596], [0.0596, 0.152]]), abs=0.005)
    assert values["clearance_emax_ln"].std() == pytest.approx(math.sqrt(0.0874), abs=0.005)


def test_clearance_of_nivolumab_falls_by_a_fifth():
    change = load_molecule("nivolumab").kinetics.clearance_change
    assert change.factor(np.array([0.0, 91.7, 1e6])) == pytest.approx([1.0, math.exp(-0.12), math.exp(-0.24)])


def test_a_missing_covariate_is_an_error():
    with pytest.raises(DataError, match="covariate"):
        load_molecule("pembrolizumab").kinetics.individual({}, lambda name: np.zeros(1))


def test_the_logarithm_of_an_absurd_ldh_stays_finite():
    covariate = Covariate("ldh_ratio_uln", reference=206.0, power=1.13, scale=250.0)
    assert np.isfinite(covariate.multiplier(np.array([0.0, 1e-9]))).all()


def test_a_sourced_number_is_a_number():
    number = Sourced(0.5, "somewhere", "read")
    assert number + 1 == 1.5
    assert np.array([1.0]) * number == 0.5


OWN = """\
molecules:
  better anti-PD-1:
    like: nivolumab
    available_from: {date: 2030-01-01, source: hypothetical, evidence: assumed}
    occupancy: {half_saturation: {value: 0.01 mg/L, source: hypothetical, evidence: assumed}}
    toxicity:
      grade_3_to_5: {value: 5 %, source: hypothetical, evidence: assumed}
"""
USE = ("tumour: melanoma\n", "tumour: melanoma\n" + OWN)
GIVE = ("molecule: pembrolizumab", "molecule: better anti-PD-1")


def test_a_hypothetical_molecule_takes_the_rest_from_another():
    molecule = parse_study(changed(USE, GIVE)).molecules["better anti-PD-1"]
    assert molecule.target == "PD-1"
    assert molecule.label == "better anti-PD-1"
    assert molecule.occupancy.half_saturation_mg_per_L == 0.01
    assert molecule.toxicity.grade_3_to_5 == 0.05
    assert molecule.kinetics == load_molecule("nivolumab").kinetics
    assert molecule.available_from.year == 2030


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("like: nivolumab", "like: nivolumap", "unknown molecule"),
        ("better anti-PD-1:", "nivolumab:", "has a molecule of this name"),
        ("    like: nivolumab\n", "", "target is missing"),
        ("    like: nivolumab\n", "    like: nivolumab\n    target: DNA\n", "does not reach DNA"),
        ("    like: nivolumab\n", "    like: nivolumab\n    kind: chemotherapy\n", "acts on DNA"),
        ("    like: nivolumab\n", "    like: docetaxel\n", "has no occupancy"),
        ("value: 5 %, source: hypothetical,", "value: 5 %,", "source is missing"),
        ("value: 5 %", "value: 50 %", "below grade_3_to_5"),
        ("value: 0.01 mg/L", "value: 0.01 nM", "another unit"),
        ("date: 2030-01-01", "date: some day", "a date is needed"),
    ],
)
def test_an_impossible_molecule_is_refused_with_a_reason(faults, old, new, what):
    assert OWN.count(old) == 1
    text = changed(("tumour: melanoma\n", "tumour: melanoma\n" + OWN.replace(old, new)))
    assert any(what in problem.what for problem in faults(text))


def test_a_new_number_does_not_inherit_an_old_source(faults):
    own = OWN + "    kinetics:\n      clearance: {value: 0.1 L/day}\n"
    text = changed(("tumour: melanoma\n", "tumour: melanoma\n" + own))
    missing = [problem for problem in faults(text) if "source is missing" in problem.what]
    assert [problem.where for problem in missing] == [f"s.yaml:{line_of(text, 'clearance:')}"]
