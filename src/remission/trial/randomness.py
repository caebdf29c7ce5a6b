"""Random numbers of simulated trials.

Trials are made in blocks of `block_size`; each block has its own stream, seeded by the seed and the block's
number. What happens in trial k therefore depends on the assumptions, the seed and k alone, however many
trials are asked for. This is the one place beside `remission.draws` that makes random numbers: a trial of
500 patients needs some 1,600 of them, and a NumPy generator of one block gives them some thirty times
faster than counters computed one by one. The generator is SFC64 (Doty-Humphrey's PractRand), the fastest
that NumPy has.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from remission.errors import DataError

_MOST_TRIALS, _NUMBERS = 256, 131_072

_MOST_PATTERNS = 1000
_TWO_TO_64 = 2**64


def block_size(patients: int) -> int:
    """Trials that share one stream: as many as keep the arrays of a block in the processor's cache, 256 at most.

    Examples
    --------
    >>> block_size(500), block_size(20_000)
    (256, 6)
    """
    return max(1, min(_MOST_TRIALS, _NUMBERS // patients))


def block_generator(seed: int, block: int) -> np.random.Generator:
    """The stream of one block of trials.

    Raises
    ------
    DataError
        If the seed is not a whole number from 0 to 2**64 - 1.

    Examples
    --------
    >>> bool(block_generator(7, 3).random() == block_generator(7, 3).random())
    True
    """
    if not 0 <= seed < _TWO_TO_64:
        raise DataError(
            "a seed is a whole number of 0 or more", where="seed", found=str(seed), allowed="0 to 2**64 - 1"
        )
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence((seed, block))))


@lru_cache(maxsize=32)
def _patterns(treated: int, control: int) -> NDArray[np.int8]:
    """All orders of a permuted block, one a row."""
    size = treated + control
    rows = np.zeros((comb(size, treated), size), np.int8)
    for row, places in zip(rows, combinations(range(size), treated), strict=True):
        row[list(places)] = 1
    return rows


def permuted_blocks(rng: np.random.Generator, trials: int, patients: int, ratio: float) -> NDArray[np.int8]:
    """Arms by permuted blocks, 1 for the experimental arm.

    Parameters
    ----------
    rng : Generator
    trials, patients : int
    ratio : float
        Experimental patients per control patient, such as 1, 2 or 1.5. Blocks are the shortest of at least
        four.

    Raises
    ------
    DataError
        If no block of ten patients or fewer has this ratio.

    Examples
    --------
    >>> arms = permuted_blocks(block_generator(1, 0), 2, 8, 1.0)
    >>> arms.reshape(2, 2, 4).sum(axis=2)
    array([[2, 2],
           [2, 2]])
    """
    patterns = _patterns(*_block(ratio))
    size = patterns.shape[1]
    count = -(-patients // size)
    whole = patterns.view(f"V{size}").ravel()  # a pattern at a time is copied much faster than its members
    chosen = np.take(whole, rng.integers(0, len(patterns), (trials, count)))
    return np.ascontiguousarray(chosen.view(np.int8).reshape(trials, count * size)[:, :patients])


def check_ratio(ratio: float) -> None:
    """Refuse a ratio by which patients cannot be randomised.

    Raises
    ------
    DataError
        If no block of ten patients or fewer has this ratio.

    Examples
    --------
    >>> check_ratio(1.5)
    """
    _block(ratio)


def _block(ratio: float) -> tuple[int, int]:
    for control in range(1, 6) if np.isfinite(ratio) else ():
        treated = ratio * control
        if abs(treated - round(treated)) < 1e-9 and round(treated) >= 1 and control + treated <= 10:
            double = 2 if control + treated < 4 else 1
            return double * round(treated), double * control
    raise DataError(
        "patients cannot be randomised in short blocks by this ratio",
        where="ratio",
        found=f"{ratio:g}",
        allowed="a ratio of small whole numbers, such as 1, 2 or 1.5",
    )
