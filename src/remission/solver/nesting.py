"""Formulas nest as deep as their author likes, deeper than Python calls itself by default."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from remission.solver.errors import model_error

DEEPEST = 20_000
"""Calls within calls: enough for formulas some thousands deep, and within the stack of a thread."""


class _Limit:
    """Python's own limit, raised while anybody needs it: it is one for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before = 0

    def enter(self) -> None:
        with self._lock:
            if self._users == 0:
                self._before = sys.getrecursionlimit()
                sys.setrecursionlimit(max(self._before, DEEPEST))
            self._users += 1

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                sys.setrecursionlimit(self._before)


_LIMIT = _Limit()


@contextmanager
def deep_formulas() -> Iterator[None]:
    """Let formulas nest some thousands deep; deeper ones are an error of the model.

    Raises
    ------
    ModelError

    Examples
    --------
    >>> def depth(formula):
    ...     return 1 + depth(formula[0]) if formula else 0
    >>> formula = ()
    >>> for _ in range(5000):
    ...     formula = (formula,)
    >>> with deep_formulas():
    ...     depth(formula)
    5000
    """
    _LIMIT.enter()
    try:
        yield
    except RecursionError:
        what = "formulas are nested too deeply, or too many depend on each other in one chain"
        raise model_error(what, next_step="give parts of them names of their own") from None
    finally:
        _LIMIT.leave()
