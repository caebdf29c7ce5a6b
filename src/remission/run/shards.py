"""Shares of a run for a batch scheduler: ``3/16`` is the third of 16, ``1-4/16`` the first four of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from remission.errors import StudyError

MOST_SHARDS = 100_000
_WRITTEN = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?/(\d{1,9})\Z", re.ASCII)
T = TypeVar("T")


@dataclass(frozen=True)
class Shards:
    """Consecutive shards of a run.

    Parameters
    ----------
    first, last : int
        From 1, both included.
    of : int
        Shards of the whole run.
    """

    first: int
    last: int
    of: int

    @classmethod
    def read(cls, text: str) -> Shards:
        """Shards as they are written.

        Raises
        ------
        StudyError
            If the text is none.

        Examples
        --------
        >>> Shards.read("1-4/16")
        Shards(first=1, last=4, of=16)
        >>> str(Shards.read("3/16"))
        '3/16'
        """
        found = _WRITTEN.match(text)
        if found:
            first, last, of = (int(word) for word in (found[1], found[2] or found[1], found[3]))
            if 1 <= first <= last <= of <= MOST_SHARDS:
                return cls(first, last, of)
        raise StudyError(
            "not a share of a run",
            where="--shards",
            found=text[:40],
            allowed=f"A/N or A-B/N, with 1 <= A <= B <= N <= {MOST_SHARDS}",
            next_step="the third of 16 shards is 3/16; a scheduler that counts from 0 adds 1",
        )

    def share(self, pieces: Sequence[T]) -> Sequence[T]:
        """The pieces that belong to these shards; every piece belongs to one, and neighbours stay together.

        Examples
        --------
        >>> [list(Shards(k, k, 3).share("abcdefg")) for k in (1, 2, 3)]
        [['a', 'b'], ['c', 'd'], ['e', 'f', 'g']]
        """
        count = len(pieces)
        return pieces[(self.first - 1) * count // self.of : self.last * count // self.of]

    def __str__(self) -> str:
        return f"{self.first}/{self.of}" if self.first == self.last else f"{self.first}-{self.last}/{self.of}"
