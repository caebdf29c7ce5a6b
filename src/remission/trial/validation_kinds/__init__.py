"""How to compute here what each design call of another package computes; one module for each package."""

from __future__ import annotations

from importlib import import_module

_MODULES = ("gsdesign", "gsdesign2", "gsdesign2_looks", "rpact", "lrstat", "lifelines", "simulated")


def load() -> None:
    """Register the kinds of this package, and those of the statistics.

    Examples
    --------
    >>> from remission.statistics.validation import kind_of
    >>> load()
    >>> kind_of("gsDesign::gsDesign(k=3)") is not None
    True
    """
    from remission.statistics import validation_kinds

    validation_kinds.load()
    for module in _MODULES:
        import_module(f"{__name__}.{module}")
