"""Counter-based random numbers: a draw is a pure function of (seed, patient, purpose, index).

Nothing is consumed, so no draw depends on how many others were made, in what order, or on which worker. A
new purpose never shifts another. The generator is Philox 4x32 with 10 rounds (Salmon, Moraes, Dror, Shaw,
"Parallel random numbers: as easy as 1, 2, 3", SC'11); the key holds the seed and the counter holds patient,
index and purpose.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from remission.arrays import Floats
from remission.errors import DataError

# Multipliers and Weyl increments of Philox 4x32 (Salmon et al. 2011, table 2 and section 3.3).
_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_MASK = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)

# Widths of the fields of the counter; what does not fit would silently share draws with another patient or index.
_SEEDS, _PATIENTS, _INDICES = 2**64, 2**40, 2**24


@lru_cache(maxsize=1024)
def _purpose_word(purpose: str) -> int:
    return int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=4).digest(), "little")


def philox(counter: tuple[NDArray[np.uint64], ...], key: tuple[int, int]) -> tuple[NDArray[np.uint64], ...]:
    """Philox 4x32-10: four 32-bit words out for four 32-bit counter words in (held in uint64 arrays).

    Examples
    --------
    The known answer for a zero counter and key (Random123 distribution, ``kat_vectors``):

    >>> zero = np.zeros(1, np.uint64)
    >>> [f"{int(word[0]):08x}" for word in philox((zero, zero, zero, zero), (0, 0))]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        p0 = _MULTIPLIERS[0] * c0
        p1 = _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (
            (p1 >> _SHIFT) ^ c1 ^ np.uint64(k0),
            p1 & _MASK,
            (p0 >> _SHIFT) ^ c3 ^ np.uint64(k1),
            p0 & _MASK,
        )
        k0 = (k0 + _WEYL[0]) & 0xFFFFFFFF
        k1 = (k1 + _WEYL[1]) & 0xFFFFFFFF
    return c0, c1, c2, c3


def uniform(seed: int, patient: ArrayLike, purpose: str, index: ArrayLike = 0) -> Floats:
    """Uniform draws, strictly between 0 and 1.

    Parameters
    ----------
    seed : int
        0 to 2**64 - 1.
    patient, index : array_like of int
        0 to 2**40 - 1 and 0 to 2**24 - 1; broadcast against each other.
    purpose : str
        What the draw is for; every purpose is an independent stream.

    Returns
    -------
    ndarray of float64
        Shape of ``patient`` broadcast with ``index``.

    Raises
    ------
    DataError
        If one of them is not whole, or out of its range.

    Examples
    --------
    >>> alone = uniform(7, 3, "sex")
    >>> among_others = uniform(7, [1, 2, 3], "sex")
    >>> bool(alone == among_others[2])
    True
    """
    if not isinstance(seed, int | np.integer) or not 0 <= seed < _SEEDS:
        raise DataError("not a seed", where="seed", found=str(seed), allowed="a whole number, 0 to 2**64 - 1")
    seed = int(seed)
    people, place = np.broadcast_arrays(_field("patient", patient, _PATIENTS), _field("index", index, _INDICES))
    high = (people >> _SHIFT) << np.uint64(24)
    word = np.full(people.shape, _purpose_word(purpose), np.uint64)
    counter = (people & _MASK, high | place, word, np.zeros(people.shape, np.uint64))
    first, second, _, _ = philox(counter, (seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF))
    bits = (first << np.uint64(20)) ^ (second >> np.uint64(12))  # 52 bits; the half step keeps 0 and 1 out
    return (bits.astype(np.float64) + 0.5) * 2.0**-52


def _field(name: str, given: ArrayLike, end: int) -> NDArray[np.uint64]:
    """Whole numbers from 0 to below ``end``, as the counter holds them."""
    values = np.asarray(given)
    if values.size == 0:
        return values.astype(np.uint64)
    allowed = f"whole numbers, 0 to {end - 1}"
    if values.dtype.kind not in "iu":
        raise DataError("not whole numbers", where=name, found=f"{values.dtype}", allowed=allowed)
    low, high = values.min(), values.max()
    if low < 0 or high >= end:
        raise DataError("out of range", where=name, found=f"{low} to {high}", allowed=allowed)
    return values.astype(np.uint64, copy=False)


def normal(seed: int, patient: ArrayLike, purpose: str, index: ArrayLike = 0) -> Floats:
    """Standard normal draws, by inversion, so that one uniform makes one normal; arguments as for `uniform`.

    Examples
    --------
    >>> draws = normal(1, np.arange(100_000), "example")
    >>> bool(abs(draws.mean()) < 0.01 and abs(draws.std() - 1) < 0.01)
    True
    """
    from scipy.special import ndtri

    return np.asarray(ndtri(uniform(seed, patient, purpose, index)))


def exponential(seed: int, patient: ArrayLike, purpose: str, index: ArrayLike = 0) -> Floats:
    """Exponential draws of mean 1; arguments as for `uniform`.

    Examples
    --------
    >>> bool((exponential(1, np.arange(10), "example") > 0).all())
    True
    """
    return -np.log(uniform(seed, patient, purpose, index))
