"""Death from other causes, toxicity, dosing details: distributions against what was put in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from remission.biology import load_tumour
from remission.clinic import simulate_block
from remission.clinic.dosing import amount_mg
from remission.clinic.simulate import follow_arm
from remission.population import enrol
from remission.units import Amount

HARMLESS = {"death_rate": 0.0}


@pytest.fixture(scope="module")
def immortal(study):
    """Two thousand untreated patients whose tumours do not kill."""
    table = load_tumour("melanoma").with_values(HARMLESS)
    patients = enrol(table, 5, np.arange(2000))
    return follow_arm(study, study.arm("no drug"), table, 5, patients)["patients"]


def test_background_deaths_follow_the_gompertz_law(immortal):
    """Expected deaths from the law, patient by patient, within four standard errors."""
    table = load_tumour("melanoma")
    rate, rise = table.value("mortality_60"), table.value("mortality_rise")
    hazard = rate * np.exp(rise * (immortal["age_year"] - 60)) / rise * np.expm1(rise * 5.0)
    dies = 1 - np.exp(-hazard)
    observed = immortal["os_event"] & (immortal["death_cause"] == "background")
    assert set(immortal["death_cause"]) == {None, "background"}
    assert abs(observed.sum() - dies.sum()) < 4 * np.sqrt((dies * (1 - dies)).sum())


def test_loss_to_follow_up_has_its_rate(study):
    table = load_tumour("melanoma").with_values(HARMLESS)
    patients = enrol(table, 6, np.arange(1000))
    leaky = replace(study, lost_to_follow_up_per_year=0.3)
    rows = follow_arm(leaky, leaky.arm("no drug"), table, 6, patients)["patients"]
    lost = ~np.isnan(rows["lost_day"].astype(float))
    # Deaths from other causes compete a little.
    assert np.mean(lost) == pytest.approx(1 - 0.7**5, abs=0.06)
    assert not rows["os_event"][lost].any()


def test_toxicity_withholds_doses_and_grade_4_ends_treatment(frames):
    rows = frames["ipilimumab"]
    events = list(
        zip(*(rows["events"][name] for name in ("patient", "kind", "rule", "time_day", "grade")), strict=True)
    )
    ended = {(patient, day) for patient, _, rule, day, _ in events if rule == "grade 4 toxicity"}
    severe = {(patient, day) for patient, kind, _, day, grade in events if kind == "toxicity" and grade >= 4}
    assert ended
    assert ended <= severe  # decided on the day of the event, for no other reason
    withheld = [(patient, day) for patient, kind, _, day, _ in events if kind == "dose withheld"]
    onset = {}
    for patient, kind, _, day, _ in events:
        if kind == "toxicity":
            onset.setdefault(patient, day)
    assert withheld
    assert all(day >= onset[patient] for patient, day in withheld)


def test_amounts(twins, study):
    table = load_tumour("melanoma")
    covariates = enrol(table, 11, np.arange(3)).covariates
    at = np.arange(3)
    assert amount_mg(Amount(200.0, "mg"), covariates, at).tolist() == [200.0] * 3
    assert amount_mg(Amount(3.0, "mg/kg"), covariates, at) == pytest.approx(3 * covariates.weight_kg)
    surface = np.sqrt(covariates.weight_kg * covariates.height_cm / 3600)
    assert amount_mg(Amount(75.0, "mg/m2"), covariates, at) == pytest.approx(75 * surface)


def test_a_patient_who_cannot_be_integrated_is_counted(study, monkeypatch):
    """A broken model marks its patients as failed, with a reason; nobody is dropped."""
    from remission.clinic import simulate

    original = simulate._open_ward

    def broken(*args):
        ward, baseline = original(*args)
        ward.parameters[0, ward.model.parameter["burden_lag"]] = 0.0  # division by zero in one patient
        return ward, baseline

    monkeypatch.setattr(simulate, "_open_ward", broken)
    tables = simulate_block(study, seed=3, patients=np.arange(6), arms=("pembrolizumab",), filled="twins")
    people = tables["pembrolizumab"]["patients"].to_pylist()
    assert [row["status"] for row in people] == ["failed"] + ["followed"] * 5
    assert people[0]["status_reason"]
    assert "failed" in tables["pembrolizumab"]["events"].column("kind").to_pylist()


def test_a_population_without_patients_is_counted(study):
    """Where no candidate is ever diagnosed every number is there, as not enrolled."""
    table = load_tumour("melanoma").with_values({"slow_growth_limit": 1.0})
    tables = simulate_block(study, seed=3, patients=np.arange(3), arms=("pembrolizumab",), filled="twins", tumour=table)
    people = tables["pembrolizumab"]["patients"].to_pylist()
    assert [row["status"] for row in people] == ["not_enrolled"] * 3
    assert all(row["status_reason"] for row in people)
