"""Probabilities of correlated normals, trusted to ten digits: against known values and against each other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr

from remission.errors import DataError
from remission.statistics.multinormal import bivariate_below, largest_above, largest_quantile, normal_below


def correlation(seed: int, tests: int, rank: int | None = None) -> np.ndarray:
    """A random correlation; singular where the rank is lower than the number of tests."""
    factors = np.random.default_rng(seed).normal(size=(tests, rank or tests))
    product = factors @ factors.T
    scale = np.sqrt(np.diag(product))
    return product / np.outer(scale, scale)


@pytest.mark.parametrize("r", [-1.0, -0.9, -0.3, 0.0, 0.5, 0.95, 1.0])
def test_two_normals_below_zero(r: float) -> None:
    assert bivariate_below(0.0, 0.0, r) == pytest.approx(0.25 + math.asin(r) / (2 * math.pi), abs=1e-14)


@pytest.mark.parametrize("z", [-2.0, -0.5, 0.0, 0.7, 2.0, 4.0, 6.0])
@pytest.mark.parametrize("tests", [2, 3, 4])
def test_independent_normals(z: float, tests: int) -> None:
    expected = -math.expm1(tests * math.log(ndtr(z)))
    relative = 1e-9 if z >= 0 else 1e-8
    assert largest_above(z, np.eye(tests)) == pytest.approx(expected, rel=relative)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("z", [-1.0, 0.5, 2.5])
def test_three_normals_by_two_ways(seed: int, z: float) -> None:
    r = correlation(seed, 3)
    assert largest_above(z, r) == pytest.approx(1 - normal_below([z] * 3, r), abs=1e-10)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("z", [0.5, 2.5])
def test_four_normals_by_two_ways(seed: int, z: float) -> None:
    r = correlation(seed, 4)
    assert largest_above(z, r) == pytest.approx(1 - normal_below([z] * 4, r), abs=1e-8)


@pytest.mark.parametrize("z", [1.0, 2.0, 4.0, 6.0])
def test_a_singular_correlation_against_the_integral_over_the_circle(z: float) -> None:
    # Three tests of two dimensions: the largest exceeds z where the radius does, along each direction.
    r = correlation(5, 3, rank=2)
    values, vectors = np.linalg.eigh(r)
    directions = vectors[:, 1:] * np.sqrt(values[1:])
    angle = (np.arange(400_000) + 0.5) * 2 * np.pi / 400_000
    reach = (directions @ np.stack([np.cos(angle), np.sin(angle)])).max(axis=0)
    expected = np.where(reach > 0, np.exp(-(z**2) / (2 * np.maximum(reach, 1e-9) ** 2)), 0.0).mean()
    assert largest_above(z, r) == pytest.approx(expected, rel=1e-8)


def test_four_tests_of_three_dimensions_against_many_points_on_the_sphere() -> None:
    # Weights S and 1 - S add up to 1: FH(1,0) + FH(0,1) = FH(0,0).
    s = np.linspace(1, 0.2, 50)
    weights = np.stack([np.ones(50), 1 - s, s, s * (1 - s)])
    product = weights @ weights.T
    r = product / np.sqrt(np.outer(np.diag(product), np.diag(product)))
    values, vectors = np.linalg.eigh(r)
    directions = vectors[:, 1:] * np.sqrt(np.maximum(values[1:], 0))
    # A lattice on the sphere: heights evenly, longitudes by the golden angle.
    many = 400_000
    height = (np.arange(many) + 0.5) * 2 / many - 1
    longitude = np.arange(many) * np.pi * (3 - math.sqrt(5))
    around = np.sqrt(1 - height**2)
    points = np.stack([around * np.cos(longitude), around * np.sin(longitude), height])
    reach = (directions @ points).max(axis=0)
    x = np.where(reach > 0, 2.5 / np.maximum(reach, 1e-9), 40.0)
    radius_tail = 2 * ndtr(-x) + np.sqrt(2 / np.pi) * x * np.exp(-(x**2) / 2)
    assert largest_above(2.5, r) == pytest.approx(radius_tail.mean(), rel=1e-6)


@pytest.mark.parametrize("tests", [2, 3, 4])
def test_tests_that_are_one_test_count_once(tests: int) -> None:
    assert largest_above(3.0, np.ones((tests, tests))) == pytest.approx(ndtr(-3.0), rel=1e-7)


def test_the_far_tail_keeps_its_digits() -> None:
    r = correlation(2, 3)
    levels = np.array([5.0, 6.0, 8.0])
    p = largest_above(levels, r)
    single = ndtr(-levels)
    assert ((single < p) & (p < 3 * single)).all()
    assert p[2] == pytest.approx(3 * single[2], rel=0.02)


def test_the_same_digits_every_time_and_in_any_batch() -> None:
    many = np.stack([correlation(seed, 3) for seed in range(6)])
    levels = np.linspace(1, 4, 6)
    together = largest_above(levels, many)
    assert (together == largest_above(levels, many)).all()
    alone = [float(largest_above(level, r)) for level, r in zip(levels, many, strict=True)]
    np.testing.assert_allclose(together, alone, rtol=1e-11)


def test_the_critical_value_has_its_tail() -> None:
    r = correlation(1, 3)
    assert largest_above(largest_quantile(0.025, r), r) == pytest.approx(0.025, rel=1e-9)


@pytest.mark.parametrize("matrix", [[[1, 2], [2, 1]], [[1, 0.5], [0.4, 1]], [[2, 0], [0, 1]], np.eye(5)])
def test_what_is_no_correlation_is_refused(matrix: object) -> None:
    with pytest.raises(DataError):
        largest_above(1.0, matrix)  # type: ignore[arg-type]
