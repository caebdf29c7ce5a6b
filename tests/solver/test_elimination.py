"""Order and pattern of the factors: nothing is lost, little is filled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remission.solver.elimination import plan_elimination

NODES = 3
patterns = st.integers(1, 9).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.dictionaries(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), st.integers(0, NODES - 1)),
    )
)


@given(patterns, st.integers(0, 1000))
def test_factoring_within_the_pattern_solves_the_system(
    pattern: tuple[int, dict[tuple[int, int], int]], seed: int
) -> None:
    size, entries = pattern
    plan = plan_elimination(size, entries)
    random = np.random.default_rng(seed)
    value = random.uniform(-0.5, 0.5, NODES)
    matrix = random.uniform(5, 9) * np.eye(size)
    for place, node in entries.items():
        matrix[place] += value[node]
    a = matrix[np.ix_(plan.order, plan.order)]
    allowed = np.zeros_like(a, bool)
    for i, j in plan.slot:
        allowed[i, j] = True
    for k in range(size):
        for i in range(k + 1, size):
            if allowed[i, k]:
                a[i, k] /= a[k, k]
                a[i, k + 1 :] -= a[i, k] * a[k, k + 1 :]
    assert not a[~allowed].any(), "an entry appeared outside of the planned pattern"
    product = (np.tril(a, -1) + np.eye(size)) @ np.triu(a)
    np.testing.assert_allclose(product, matrix[np.ix_(plan.order, plan.order)], atol=1e-12)
    stored = np.full(plan.places, np.nan)
    for place, slot in plan.slot.items():
        stored[slot] = a[place]
    for place, slot in plan.slot.items():
        assert a[place] == pytest.approx(stored[slot], abs=1e-12), "entries that differ share a place"


def test_arrow_costs_no_fill_and_equal_entries_share_their_places() -> None:
    arms = {(0, k): k for k in range(1, 20)} | {(k, 0): -k for k in range(1, 20)}
    plan = plan_elimination(20, arms)
    assert len(plan.slot) == 20 + 38
    assert plan.places == 3 + 38  # the pivots of all arms but the last are one
    assert plan_elimination(20, dict.fromkeys(arms, 1)).places == 3 + 3


def test_order_is_a_permutation_and_every_place_is_used() -> None:
    plan = plan_elimination(6, {(0, 3): 1, (3, 5): 2, (5, 0): 3, (2, 1): 4})
    assert sorted(plan.order) == list(range(6))
    assert set(plan.slot.values()) == set(range(plan.places))
