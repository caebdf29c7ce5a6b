"""The order of elimination and the pattern of the factors, fixed once from the pattern of the Jacobian.

I/(h gamma) - J is factored without pivoting: the diagonal is heavy for the steps that error control accepts.
Order by Markowitz (The elimination form of the inverse, Management Science 3 (1957) 255-269): at each turn
the diagonal entry whose elimination can fill the fewest places.
"""

from __future__ import annotations

from collections.abc import Iterable
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
        Where an entry of the factors is stored.
    """

    order: tuple[int, ...]
    rows: tuple[tuple[int, ...], ...]
    slot: dict[tuple[int, int], int]

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


def plan_elimination(size: int, entries: Iterable[tuple[int, int]]) -> Elimination:
    """Order, pattern with fill, and storage of the factors.

    Parameters
    ----------
    size : int
        Number of states.
    entries : iterable of (row, column)
        Non-zero entries of the Jacobian.

    Examples
    --------
    >>> plan = plan_elimination(3, [(0, 1), (1, 0), (0, 2), (2, 0)])
    >>> plan.rows, len(plan.slot)
    (((0, 1), (0, 1, 2), (1, 2)), 7)
    """
    entries = list(entries)
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
    slots = {(i, j): 0 for i, row in enumerate(pattern) for j in row}
    return Elimination(order, pattern, {place: k for k, place in enumerate(slots)})
