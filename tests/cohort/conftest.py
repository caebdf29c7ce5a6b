"""Cohorts written into files, and the public tables beside the checkout."""

from pathlib import Path

import pytest

DATA = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture
def data():
    """Path of a public table; skips where it is not there."""

    def find(name):
        if not (DATA / name).exists():
            pytest.skip(f"shared/data/{name} is not beside this checkout")
        return DATA / name

    return find


@pytest.fixture
def write(tmp_path):
    """Write text into a file and return its path."""

    def put(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return put
