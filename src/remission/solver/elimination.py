"""The order of elimination and the pattern of the factors, fixed once from the pattern of the Jacobian.

I/(h gamma) - J is factored without pivoting: the diagonal is heavy for the steps that error control accepts.
Order by Markowitz (The elimination form of the inverse, Management Science 3 (1957) 255-269): at each turn
the diagonal entry whose elimination can fill the fewest places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Elimination:
    """Order and pattern.

    Attributes
    ----------
    order : tuple of int
        State eliminated at each position.
    rows : tuple of tuple of int
        For each position, the columns (positions) with an entry in the factors, ascending, diagonal included.
    slot : dict of (position, position) -> int
        Where an entry of the factors is stored; entries that are equal share a place.
    """

    order: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    slot: dict[tuple[int, int], int]

    @property
    def places(self) -> int:
        """Number of places that the factors need."""
        return max(self.slot.values()) + 1

    @property
    def position(self) -> dict[int, int]:
        """Position of each state in the order."""
        return {state: k for k, state in enumerate(self.order)}


def markowitz_order(size: int, entries: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """Diagonal Markowitz order; ties by the lower number.

    Examples
    --------
    >>> markowitz_order(3, [(0, 1), (1, 0), (0, 2), (2, 0)])  # an arrow: its head goes last
    (1, 0, 2)
    """
    rows = [{i} for i in range(size)]
    columns = [{i} for i in range(size)]
    for i, j in entries:
        rows[i].add(j)
        columns[j].add(i)
    left, order = set(range(size)), []
    while left:
        pivot = min(left, key=lambda v: ((len(rows[v]) - 1) * (len(columns[v]) - 1), v))
        order.append(pivot)
        left.discard(pivot)
        row, column = rows[pivot] - {pivot}, columns[pivot] - {pivot}
        for i in column:
            rows[i] = (rows[i] | row) - {pivot}
        for j in row:
            columns[j] = (columns[j] | column) - {pivot}
    return tuple(order)


def plan_elimination(size: int, entries: Mapping[tuple[int, int], int]) -> Elimination:
    """Order, pattern with fill, and storage of the factors.

    Parameters
    ----------
    size : int
        Number of states.
    entries : mapping of (row, column) -> node
        Non-zero entries of the Jacobian; equal nodes are equal numbers.

    Examples
    --------
    >>> plan = plan_elimination(3, {(0, 1): 7, (1, 0): 8, (0, 2): 7, (2, 0): 8})
    >>> plan.rows, plan.places
    (((0, 1), (0, 1, 2), (1, 2)), 7)
    """
    order = markowitz_order(size, entries)
    position = {state: k for k, state in enumerate(order)}
    rows = [{k} for k in range(size)]
    for i, j in entries:
        rows[position[i]].add(position[j])
    for k in range(size):
        later = {j for j in rows[k] if j > k}
        for i in range(k + 1, size):
            if k in rows[i]:
                rows[i] |= later
    pattern = tuple(tuple(sorted(row)) for row in rows)
    return Elimination(order, pattern, _slots(order, pattern, entries))


def _slots(
    order: tuple[int, ...], pattern: tuple[tuple[int, ...], ...], entries: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], int]:
    """Places of the factors by what they are made of: the entry they start from and all that is added to it."""
    place_of: dict[tuple, int] = {}
    slot: dict[tuple[int, int], int] = {}
    for i, columns in enumerate(pattern):
        made: dict[int, tuple] = {j: (entries.get((order[i], order[j])), i == j) for j in columns}
        for k in (j for j in columns if j < i):
            made[k] = (*made[k], "over", slot[k, k])
            slot[i, k] = place_of.setdefault(made[k], len(place_of))
            for j in (j for j in pattern[k] if j > k):
                made[j] = (*made[j], slot[i, k], slot[k, j])
        for j in (j for j in columns if j >= i):
            slot[i, j] = place_of.setdefault((*made[j], "diagonal" if j == i else ""), len(place_of))
    return slot
