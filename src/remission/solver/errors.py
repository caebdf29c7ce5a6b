"""Short forms of the two errors that the solver raises."""

from __future__ import annotations

from remission.errors import DataError, ModelError


def model_error(
    what: str,
    where: str | None = None,
    found: str | None = None,
    allowed: str | None = None,
    next_step: str | None = None,
) -> ModelError:
    """A fault in a model text."""
    return ModelError(what, where=where, found=found, allowed=allowed, next_step=next_step)


def data_error(
    what: str,
    where: str | None = None,
    found: str | None = None,
    allowed: str | None = None,
    next_step: str | None = None,
) -> DataError:
    """A fault in the arrays given to a kernel."""
    return DataError(what, where=where, found=found, allowed=allowed, next_step=next_step)
