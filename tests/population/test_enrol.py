"""Patients: each from its own candidates, grown to diagnosis, eligible, with RECIST's targets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from remission.biology import LESIONS, load_tumour, mechanism
from remission.population import LYMPH_NODE, SITES, diameter_mm, enrol
from remission.population.enrol import choose_targets
from remission.population.sample import Lot, draw_candidates

TABLE = load_tumour("melanoma")


@pytest.fixture(scope="module")
def patients():
    return enrol(TABLE, 21, np.arange(600), 0.34)


def test_a_patient_is_the_same_in_any_company(patients):
    some = enrol(TABLE, 21, np.array([77, 3, 599]), 0.34)
    for k, number in enumerate((77, 3, 599)):
        assert (some.state[k] == patients.state[number]).all()
        assert (some.parameters[k] == patients.parameters[number]).all()
        assert some.attempts[k] == patients.attempts[number]
        assert some.covariates.weight_kg[k] == patients.covariates.weight_kg[number]


def test_diagnosis_is_at_the_drawn_burden(patients):
    """Growth ends when the cells of all lesions reach the total that was drawn, and no sooner."""
    model = mechanism()
    cells = patients.state[:, model.lesion_state["S"]] + patients.state[:, model.lesion_state["R"]]
    assert (cells.sum(axis=1) >= 4e7).all()
    assert (patients.growth_time_day > 0).all()
    assert (patients.state[:, model.state["death_hazard"]] == 0).all()
    lagged, burden = patients.state[:, model.state["lagged_burden"]], patients.volume_mL.sum(axis=1)
    assert (lagged < burden).mean() > 0.98  # what grows is larger than it was
    assert 0.3 < np.median(lagged / burden) < 0.9


def test_some_candidates_are_never_patients(patients):
    assert patients.enrolled.all()
    assert patients.attempts.max() > 1
    assert patients.attempts.min() == 1


def test_covariates_have_their_distributions(patients):
    c = patients.covariates
    assert np.mean(c.female) == pytest.approx(TABLE.value("female"), abs=0.08)
    assert np.mean(c.previously_treated) == pytest.approx(0.34, abs=0.1)
    assert set(np.unique(c.ecog)) == {0, 1}
    assert np.mean(c.ecog == 1) == pytest.approx(0.31, abs=0.1)
    assert 25 < 100 * np.mean(c.ldh_ratio_uln > 1) < 50
    assert np.median(c.weight_kg[~c.female]) > np.median(c.weight_kg[c.female])
    assert ((c.age_year >= 18) & (c.age_year <= 90)).all()


def test_the_sum_of_diameters_lies_between_the_published_medians():
    """86 mm in KEYNOTE-001, -002 and -006 together, 102 mm in KEYNOTE-001; ten points of sampling error."""
    many = enrol(TABLE, 5, np.arange(600), 0.34)
    total = np.where(many.target, diameter_mm(many.volume_mL), 0).sum(axis=1)
    assert 76 <= np.median(total) <= 112


def test_unseen_metastases_go_on_below_what_a_scan_shows():
    """Those of the places left are smaller one by one, evenly on a logarithmic scale."""
    model = mechanism()
    found_one = TABLE.with_values({f"lesions_{count}": float(count == 1) for count in range(1, 6)})
    lot = Lot(3, np.arange(4000), np.zeros(4000, np.int64))
    cells = draw_candidates(found_one.with_values({"unseen": 2.0, "unseen.sd_patient": 0.0}), model, lot, 0.0)
    unseen = cells.cells_at_diagnosis[:, 1:]
    steps = -np.diff(np.log(np.column_stack([np.full(4000, np.pi / 6 * 0.4**3 / 5e-9), unseen])), axis=1)
    assert (steps >= 0).all()
    assert steps.mean() == pytest.approx(0.5, rel=0.03)  # two for each found one and e-fold
    assert steps.std() == pytest.approx(0.5, rel=0.05)


def slow_targets(size, site):
    """RECIST's choice, one lesion after the other: the largest first, two an organ, five in all."""
    chosen = np.zeros(len(size), bool)
    for place in sorted(range(len(size)), key=lambda place: -size[place]):
        least = 15.0 if site[place] == LYMPH_NODE else 10.0
        if size[place] < least or chosen.sum() == 5:
            continue
        if (chosen & (site == site[place])).sum() < 2:
            chosen[place] = True
    return chosen


@given(
    arrays(float, LESIONS, elements=st.floats(1, 100), unique=True),
    arrays(np.int64, LESIONS, elements=st.integers(0, len(SITES) - 1)),
)
def test_targets_are_those_of_a_slow_choice(size, site):
    fast = choose_targets(size[None], site[None])[0]
    assert fast.tolist() == slow_targets(size, site).tolist()
