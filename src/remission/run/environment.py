"""Libraries and processor: what may move the last bits of a result, or the bytes of a file."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

_LIBRARIES = ("numpy", "scipy", "llvmlite", "pyarrow")


def environment() -> dict[str, str]:
    """What this process computes with; it stands in the record of every block that it makes.

    Examples
    --------
    >>> sorted(environment())[:3]
    ['cpu', 'llvmlite', 'machine']
    """
    return dict(_environment())


@cache
def _environment() -> tuple[tuple[str, str], ...]:
    found = {name: _installed(name) for name in _LIBRARIES}
    all_of_it = {"python": platform.python_version(), **found, "machine": platform.machine(), "cpu": _processor()}
    return tuple(all_of_it.items())


def _installed(package: str) -> str:
    try:
        return installed_version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    """Name and vector extensions as the compiler sees them: they decide the width of the lanes."""
    try:
        from llvmlite import binding
    except ImportError:
        return platform.processor() or "unknown"
    features = binding.get_host_cpu_features()
    wide = [name for name in ("sse2", "avx", "avx2", "fma", "avx512f", "neon", "sve") if features.get(name)]
    return " ".join([binding.get_host_cpu_name(), *wide])
