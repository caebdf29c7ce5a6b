"""exp, log and powers of the machine code against the C library."""

from __future__ import annotations

import math

import numpy as np
import pytest

from remission.solver import Kernel, compile_antimony

TEXT = """x = 1; y = 1; x' = 0*y; y' = 0*x;
e := exp(x); l := ln(x); p := x^y; h := sqrt(x); ten := log10(x); whole := x^3; inverse := x^-2; s := sin(x);
low := min(x, y); high := max(x, y); size := abs(x); down := floor(x); up := ceil(x);
"""
NAMES = ("e", "l", "p", "h", "ten", "whole", "inverse", "s", "low", "high", "size", "down", "up")


@pytest.fixture(scope="module")
def kernel() -> Kernel:
    return compile_antimony(TEXT, outputs=NAMES)


def outputs(kernel: Kernel, x: np.ndarray, y: np.ndarray | float = 1.0) -> dict[str, np.ndarray]:
    x, y = np.broadcast_arrays(np.asarray(x, float), y)
    columns = {"x": x, "y": y}
    state = np.column_stack([columns[name] for name in kernel.states])
    found = kernel.observe(state, np.zeros((len(x), 0)), np.zeros(len(x)))
    return dict(zip(NAMES, found.T, strict=True))


def units_in_the_last_place(found: np.ndarray, expected: np.ndarray) -> float:
    return float(np.max(np.abs(found - expected) / np.spacing(np.abs(expected))))


def test_exp_is_good_to_the_last_place(kernel: Kernel) -> None:
    x = np.concatenate([np.linspace(-700, 700, 20_011), np.linspace(-1, 1, 5_001)])
    assert units_in_the_last_place(outputs(kernel, x)["e"], np.exp(x)) <= 2


def test_log_is_good_to_the_last_place(kernel: Kernel) -> None:
    x = np.concatenate([np.exp(np.linspace(-700, 700, 20_011)), np.linspace(0.5, 2.0, 5_001)])
    assert units_in_the_last_place(outputs(kernel, x)["l"], np.log(x)) <= 2


def test_powers_are_good_to_their_size(kernel: Kernel) -> None:
    random = np.random.default_rng(5)
    x, y = np.exp(random.uniform(-20, 20, 20_000)), random.uniform(-5, 5, 20_000)
    np.testing.assert_allclose(outputs(kernel, x, y)["p"], x**y, rtol=3e-14)


def test_the_rest_is_exact_or_nearly_so(kernel: Kernel) -> None:
    x, y = np.linspace(0.01, 30, 999), 7.3
    found = outputs(kernel, x, y)
    expected = {
        **{"h": np.sqrt(x), "ten": np.log10(x), "whole": x**3, "inverse": x**-2.0, "s": np.sin(x)},
        **{
            "low": np.minimum(x, y),
            "high": np.maximum(x, y),
            "size": x,
            "down": np.floor(x),
            "up": np.ceil(x),
        },
    }
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-15, atol=1e-15, err_msg=name)


@pytest.mark.parametrize(
    ("x", "y", "power"),
    [
        (0, 0, 1),
        (0, 2.5, 0),
        (0, -1, math.inf),
        (5, 0, 1),
        (-2, 3, -8),
        (-2, 2, 4),
        (-2, 0.5, math.nan),
        (-2, -1, -0.5),
    ],
)
def test_edges_of_powers(kernel: Kernel, x: float, y: float, power: float) -> None:
    np.testing.assert_allclose(outputs(kernel, np.array([x]), y)["p"], [power], rtol=1e-15)


def test_edges_of_exp_and_log(kernel: Kernel) -> None:
    found = outputs(kernel, np.array([-1e4, 1e4, 0.0, -1.0, 5e-324, 1e-310]))
    np.testing.assert_array_equal(found["e"][:3], [0.0, math.inf, 1.0])
    np.testing.assert_allclose(found["l"][2:], [-math.inf, math.nan, math.log(5e-324), math.log(1e-310)], rtol=1e-15)


def test_whole_parts_of_ratios_are_exact() -> None:
    """49 times the rounded 1/49 is less than 1, so a ratio under `floor` is divided."""
    text = "x = 1; y = 1; x' = 0*y; y' = 0*x; a := floor(x/y); b := ceil(x/y); q := quotient(-x, y); r := rem(x, y);"
    kernel = compile_antimony(text, outputs=("a", "b", "q", "r"))
    y = np.arange(1.0, 400.0)
    times = np.array([1.0, 3.0, 7.0])[:, None]
    state = np.column_stack([(times * y).ravel(), np.tile(y, 3)])[
        :, [kernel.states.index("x"), kernel.states.index("y")]
    ]
    found = kernel.observe(state, np.zeros((len(state), 0)), np.zeros(len(state)))
    whole = np.repeat(times, len(y))
    np.testing.assert_array_equal(found, np.column_stack([whole, whole, -whole, 0 * whole]))
