"""How to compute here what each call of another package computes; one module for each family of calls."""

from __future__ import annotations

from importlib import import_module

_MODULES = (
    "curves", "tests", "models", "shares", "means", "cure", "intervals", "risks", "piecewise", "reconstructed",
)  # fmt: skip


def load() -> None:
    """Register all kinds of this package.

    Examples
    --------
    >>> from remission.statistics.validation import kind_of
    >>> load()
    >>> kind_of("survival::survdiff(Surv(time,event)~arm,data=d)") is not None
    True
    """
    for module in _MODULES:
        import_module(f"{__name__}.{module}")
