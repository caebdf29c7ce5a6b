"""Made-up cohorts for the tests of the statistics."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest


class Cohort(NamedTuple):
    time: np.ndarray
    event: np.ndarray
    arm: np.ndarray
    stratum: np.ndarray
    age: np.ndarray


def made_cohort(seed: int = 1, patients: int = 120, *, ties: bool = False) -> Cohort:
    """Two arms, the second living longer, with censoring; whole months with ties."""
    rng = np.random.default_rng(seed)
    arm = np.arange(patients) % 2
    time = rng.exponential(12.0, patients) * np.where(arm, 1.5, 1.0)
    censor = rng.uniform(6.0, 40.0, patients)
    event = time <= censor
    time = np.minimum(time, censor)
    if ties:
        time = np.ceil(time)
    return Cohort(time, event, arm, rng.integers(0, 2, patients), rng.normal(60, 10, patients))


@pytest.fixture
def cohort() -> Callable[..., Cohort]:
    """Makes a cohort from a seed, a number of patients, and ``ties``."""
    return made_cohort
