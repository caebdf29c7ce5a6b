"""One malformed input, and one kind of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Literal

Must = Literal["any", "refuse", "same"]


@dataclass(frozen=True)
class Case:
    """An input.

    Parameters
    ----------
    files : mapping of str to bytes
        By their names within a folder.
    how : str
        What was done to a sound input.
    must : str
        ``any``: a result or a refusal; ``refuse``: it was damaged, and that can be known; ``same``: nothing was
        changed that means anything, so the result is that of ``sound``.
    sound : mapping of str to bytes
        What it was made from, where the result must be the same.
    deep : bool
        Whether what takes seconds is done too, such as the report.
    """

    files: Mapping[str, bytes]
    how: str
    must: Must = "any"
    sound: Mapping[str, bytes] = field(default_factory=dict)
    deep: bool = False


@dataclass(frozen=True)
class Kind:
    """A kind of input.

    Parameters
    ----------
    name : str
    share : int
        How many of 100 inputs are of this kind.
    make : callable
        A case from a source of random numbers.
    open : callable
        What the command line does with a folder of such files; gives what results of equal meaning are equal in.
    """

    name: str
    share: int
    make: Callable[[Random], Case]
    open: Callable[[Path, bool], Any]
