"""One small run for all tests of the clinic."""

from __future__ import annotations

import numpy as np
import pytest

from remission.clinic import simulate_block
from remission.study import load_definition

ARMS = ("pembrolizumab", "ipilimumab", "no drug")
PATIENTS = np.arange(96)


@pytest.fixture(scope="session")
def study():
    return load_definition("keynote-006")


@pytest.fixture(scope="session")
def twins(study):
    return simulate_block(study, seed=11, patients=PATIENTS, arms=ARMS, filled="twins")


@pytest.fixture(scope="session")
def frames(twins):
    """Arm, then table, then column as a list."""
    return {arm: {name: table.to_pydict() for name, table in tables.items()} for arm, tables in twins.items()}
