"""What a reader sees: the result table, the figures, the HTML report.

Names are loaded when first used, because drawing needs matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "report_html": "report",
    "result_table": "table",
    "run_table": "table",
    "write_figure": "report",
    "write_report": "report",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Load the module that holds a public name when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'remission.show' has no attribute {name!r}")
    return getattr(import_module(f"remission.show.{_HOMES[name]}"), name)
