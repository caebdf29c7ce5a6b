"""From a study to a folder of results: plan, executors, store, provenance, summary.

Names are loaded when first used, because the tables need pyarrow.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "schema": "tables",
    "make_table": "tables",
    "TABLE_NAMES": "tables",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Load the module that holds a public name when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'remission.run' has no attribute {name!r}")
    return getattr(import_module(f"remission.run.{_HOMES[name]}"), name)
