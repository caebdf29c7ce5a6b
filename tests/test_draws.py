"""Counter-based draws: known answers, and independence of everything but (seed, patient, purpose, index)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remission import draws
from remission.errors import DataError

ALL_ONES = np.full(1, 0xFFFFFFFF, np.uint64)
# Random123 distribution, kat_vectors, philox4x32-10.
PI = [np.full(1, word, np.uint64) for word in (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344)]


def _hex(words):
    return [f"{int(word[0]):08x}" for word in words]


def test_philox_matches_the_published_known_answers():
    ones = draws.philox((ALL_ONES,) * 4, (0xFFFFFFFF, 0xFFFFFFFF))
    assert _hex(ones) == ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]
    pi = draws.philox(tuple(PI), (0xA4093822, 0x299F31D0))
    assert _hex(pi) == ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"]


@given(st.integers(0, 2**63), st.lists(st.integers(0, 2**39), min_size=1, max_size=20, unique=True))
def test_a_draw_does_not_depend_on_who_else_is_drawn(seed, patients):
    together = draws.uniform(seed, patients, "purpose", 3)
    alone = [float(draws.uniform(seed, patient, "purpose", 3)) for patient in reversed(patients)]
    assert together.tolist() == alone[::-1]


def test_seeds_patients_purposes_and_indices_give_different_draws():
    patients = np.arange(1000)
    base = draws.uniform(1, patients, "a", 0)
    others = (
        draws.uniform(2, patients, "a", 0),
        draws.uniform(1, patients + 2**32, "a", 0),
        draws.uniform(1, patients, "b", 0),
        draws.uniform(1, patients, "a", 1),
    )
    for other in others:
        assert not np.any(base == other)
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.12


def test_moments_of_the_three_distributions():
    patients = np.arange(200_000)
    uniform = draws.uniform(5, patients, "u")
    assert uniform.min() > 0
    assert uniform.max() < 1
    assert abs(uniform.mean() - 0.5) < 0.003
    assert abs(draws.normal(5, patients, "n").std() - 1) < 0.006
    assert abs(draws.exponential(5, patients, "e").mean() - 1) < 0.01


@pytest.mark.parametrize(
    ("seed", "patient", "index", "where"),
    [
        (-1, 0, 0, "seed"),
        (2**64, 0, 0, "seed"),
        (1.5, 0, 0, "seed"),
        (1, -1, 0, "patient"),
        (1, [0, 2**40], 0, "patient"),
        (1, 0.5, 0, "patient"),
        (1, 2**70, 0, "patient"),
        (1, 0, np.array([3, -3]), "index"),
        (1, 0, 2**24, "index"),
    ],
)
@pytest.mark.parametrize("draw", [draws.uniform, draws.normal, draws.exponential])
def test_what_does_not_fit_the_counter_is_refused(draw, seed, patient, index, where):
    with pytest.raises(DataError) as caught:
        draw(seed, patient, "purpose", index)
    assert caught.value.problems[0].where == where


def test_the_last_of_each_is_still_drawn():
    last = draws.uniform(2**64 - 1, [2**40 - 1, 0], "purpose", [2**24 - 1, 0])
    assert last[0] != last[1]
    assert draws.uniform(1, [], "purpose").shape == (0,)
