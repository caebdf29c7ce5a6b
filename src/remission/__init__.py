"""remission: an in-silico clinic for cancer immunotherapy.

>>> import remission
>>> remission.__version__
'0.1.0'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from remission.api import Result, Study, import_cohort, load, open_run, rerun, resume

__version__ = "0.1.0"
__all__ = ["Result", "Study", "__version__", "import_cohort", "load", "open_run", "rerun", "resume"]


def __getattr__(name: str) -> Any:
    """Public names are loaded when first used, so that ``import remission`` costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module 'remission' has no attribute {name!r}")
    from remission import api

    return getattr(api, name)


def __dir__() -> list[str]:
    return sorted(__all__)
