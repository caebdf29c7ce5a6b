"""From a study to a folder of results: plan, executors, store, provenance, summary.

Names are loaded when first used, because the tables need pyarrow.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Block": "plan",
    "Plan": "plan",
    "Provenance": "provenance",
    "RunFolder": "folder",
    "InterruptedRunError": "execute",
    "Step": "execute",
    "TABLE_NAMES": "tables",
    "execute": "execute",
    "make_table": "tables",
    "plan_run": "execute",
    "schema": "tables",
    "shown_progress": "progress",
    "summarise": "summary",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Load the module that holds a public name when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'remission.run' has no attribute {name!r}")
    return getattr(import_module(f"remission.run.{_HOMES[name]}"), name)
