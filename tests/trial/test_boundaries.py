"""Boundaries and crossing probabilities: published constants, identities, and a slow independent integration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from remission.errors import DataError
from remission.trial.boundary import boundary
from remission.trial.conditional import conditional_power, predictive_power
from remission.trial.crossing import crossing_probabilities
from remission.trial.plan import FixedBounds, HaybittlePeto, Plan, WangTsiatis
from remission.trial.spending import Spending

# Jennison and Turnbull, Group Sequential Methods (2000), tables 2.1 and 2.3: two-sided 0.05, looks 2 to 5.
POCOCK = {2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413}
OBRIEN_FLEMING = {2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040}


@pytest.mark.parametrize("looks", POCOCK)
def test_pocock_constants_of_jennison_and_turnbull(looks: int) -> None:
    made = boundary(np.arange(1, looks + 1) / looks, Plan(efficacy=WangTsiatis(0.5), sides=2))
    assert made.upper == pytest.approx(np.full(looks, POCOCK[looks]), abs=6e-4)


@pytest.mark.parametrize("looks", OBRIEN_FLEMING)
def test_obrien_fleming_constants_of_jennison_and_turnbull(looks: int) -> None:
    made = boundary(np.arange(1, looks + 1) / looks, Plan(efficacy=WangTsiatis(0.0), sides=2))
    assert made.upper[-1] == pytest.approx(OBRIEN_FLEMING[looks], abs=6e-4)


@pytest.mark.parametrize(
    "efficacy",
    [Spending("obrien-fleming"), Spending("pocock"), Spending("hwang-shih-decani", -4.0), Spending("kim-demets", 3.0),
     Spending("user", 1.0, (0.5, 1.0), (0.2, 1.0)), WangTsiatis(0.25), HaybittlePeto()],
)  # fmt: skip
@pytest.mark.parametrize("sides", [1, 2])
def test_every_family_spends_alpha_and_reaches_its_power(efficacy: object, sides: int) -> None:
    made = boundary([0.3, 0.7, 1.0], Plan(0.025, efficacy, sides=sides), 0.85)  # type: ignore[arg-type]
    assert made.alpha_spent[-1] == pytest.approx(0.025, abs=1e-9)
    reached = crossing_probabilities(made.fraction, made.upper, made.lower, made.drift).upper.sum()
    assert reached == pytest.approx(0.85, abs=1e-9)


def test_integration_agrees_with_a_multivariate_normal() -> None:
    info, upper, theta = np.array([0.4, 0.7, 1.0]), np.array([2.6, 2.3, 2.0]), 2.5
    covariance = np.sqrt(np.minimum.outer(info, info) / np.maximum.outer(info, info))
    below = multivariate_normal(theta * np.sqrt(info), covariance, abseps=1e-7, maxpts=10**6).cdf(upper)
    found = crossing_probabilities(info, upper, theta=theta)
    assert found.upper.sum() == pytest.approx(1.0 - below, abs=2e-6)


def test_close_looks_do_not_lose_accuracy() -> None:
    """Looks a hundredth apart need a narrow kernel; the probability must tend to that of two looks."""
    apart = crossing_probabilities([0.5, 1.0], [2.4, 2.1]).upper.sum()
    close = crossing_probabilities([0.5, 0.5001, 1.0], [2.4, 9.0, 2.1]).upper.sum()
    assert close == pytest.approx(apart, abs=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 4.0), st.floats(-1.0, 3.0), st.floats(0.2, 0.8))
def test_scaling_information_and_effect_together_changes_nothing(scale: float, theta: float, first: float) -> None:
    base = crossing_probabilities([first, 1.0], [2.5, 2.0], [-0.5, 2.0], theta)
    scaled = crossing_probabilities(np.array([first, 1.0]) * scale, [2.5, 2.0], [-0.5, 2.0], theta / np.sqrt(scale))
    assert scaled.upper == pytest.approx(base.upper, abs=1e-10)
    assert scaled.lower == pytest.approx(base.lower, abs=1e-10)


@settings(max_examples=20, deadline=None)
@given(st.floats(-2.0, 2.0))
def test_mirror_image_swaps_the_boundaries(theta: float) -> None:
    up = crossing_probabilities([0.5, 1.0], [2.0, 1.8], [-1.0, 0.5], theta)
    down = crossing_probabilities([0.5, 1.0], [1.0, -0.5], [-2.0, -1.8], -theta)
    assert down.lower == pytest.approx(up.upper, abs=1e-10)
    assert down.upper == pytest.approx(up.lower, abs=1e-10)


def test_non_binding_futility_keeps_alpha_when_it_is_ignored_and_binding_does_not() -> None:
    free, bound = (boundary([0.5, 1.0], Plan(futility=Spending("pocock"), binding=b)) for b in (False, True))
    assert crossing_probabilities(free.fraction, free.upper).upper.sum() == pytest.approx(0.025, abs=1e-9)
    assert crossing_probabilities(bound.fraction, bound.upper).upper.sum() > 0.0251
    counted = crossing_probabilities(bound.fraction, bound.upper, bound.lower).upper.sum()
    assert counted == pytest.approx(0.025, abs=1e-9)


def test_futility_spends_beta_and_meets_efficacy_at_the_end() -> None:
    made = boundary([0.5, 0.75, 1.0], Plan(futility=Spending("hwang-shih-decani", -2.0)))
    assert made.beta_spent[-1] == pytest.approx(0.1, abs=1e-9)
    assert made.lower[-1] == made.upper[-1]


def test_harm_bound_spends_its_own_error_without_effect() -> None:
    plan = Plan(futility=Spending("pocock"), futility_under="null", futility_error=0.1)
    made = boundary([0.5, 1.0], plan)
    assert crossing_probabilities(made.fraction, made.upper, made.lower).lower.sum() == pytest.approx(0.1, abs=1e-9)


def test_conditional_power_at_the_last_but_one_look_is_one_normal_tail() -> None:
    info, z, bound = [150.0, 300.0], 1.2, 1.969
    expected = norm.sf((bound * np.sqrt(300) - z * np.sqrt(150)) / np.sqrt(150))
    assert conditional_power(info, [2.963, bound], 1, z, 0.0) == pytest.approx(expected, abs=1e-12)


def test_predictive_power_lies_between_no_effect_and_the_trend() -> None:
    args = ([150.0, 300.0], [2.963, 1.969], 1, 2.2)
    assert conditional_power(*args, 0.0) < predictive_power(*args) < conditional_power(*args)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Spending("user", 1.0, (0.5, 1.0), (0.6, 0.4)), "cannot decrease"),
        (lambda: Spending("user", 1.0, (0.5, 1.0), (0.5, 0.9)), "ends with the whole error"),
        (lambda: Spending("user", 1.0, (1.0, 0.5), (0.5, 1.0)), "must increase"),
        (lambda: Spending("nonsense"), "no such spending"),
        (lambda: Spending("kim-demets", -1.0), "above 0"),
        (lambda: boundary([0.7, 0.5, 1.0]), "out of order"),
        (lambda: boundary([0.5, 0.9]), "end at 1"),
        (lambda: boundary([0.5, 1.0], power=0.01), "power must lie"),
        (lambda: Plan(alpha=float("nan")), "alpha must lie"),
        (lambda: Plan(futility=Spending("pocock"), sides=2), "no futility"),
        (lambda: boundary([0.5, 1.0], Plan(efficacy=HaybittlePeto(1.5))), "leaves no error"),
        (lambda: boundary([0.5, 1.0], Plan(efficacy=FixedBounds((2.0, 2.0, 2.0)))), "one number for each look"),
        (lambda: crossing_probabilities([0.5, 1.0], [2.0, float("nan")]), "one number for each look"),
        (lambda: crossing_probabilities([0.5, 1.0], [2.0, 2.0], [2.5, 0.0]), "above the upper"),
        (lambda: crossing_probabilities([0.5, 1.0], [2.0, 2.0], theta=float("nan")), "not a number"),
        (lambda: conditional_power([1.0, 2.0], [2.0, 2.0], 2, 1.0), "another one after"),
    ],
)  # fmt: skip
def test_bad_input_says_why(make: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        make()  # type: ignore[operator]
