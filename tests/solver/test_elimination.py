"""Order and pattern of the factors: nothing is lost, little is filled."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from remission.solver.elimination import plan_elimination

patterns = st.integers(1, 9).flatmap(
    lambda n: st.tuples(st.just(n), st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1))))
)


@given(patterns, st.integers(0, 1000))
def test_factoring_within_the_pattern_solves_the_system(pattern: tuple[int, set[tuple[int, int]]], seed: int) -> None:
    size, entries = pattern
    plan = plan_elimination(size, entries)
    random = np.random.default_rng(seed)
    matrix = np.diag(random.uniform(5, 9, size))
    for i, j in entries:
        matrix[i, j] += random.uniform(-0.5, 0.5)
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


def test_arrow_costs_no_fill() -> None:
    entries = {(0, k) for k in range(1, 20)} | {(k, 0) for k in range(1, 20)}
    assert len(plan_elimination(20, entries).slot) == 20 + 38


def test_order_is_a_permutation_and_slots_are_distinct() -> None:
    plan = plan_elimination(6, {(0, 3), (3, 5), (5, 0), (2, 1)})
    assert sorted(plan.order) == list(range(6))
    assert sorted(plan.slot.values()) == list(range(len(plan.slot)))
