"""Exact partial derivatives on the graph, only where they are not zero by structure."""

from __future__ import annotations

import functools

from remission.solver.errors import model_error
from remission.solver.graph import TIME, Graph


class Derivatives:
    """Derivatives of nodes of one graph, remembered.

    Where all paths from a node to a variable lead through one node between them, the derivative is that by the node
    between times that of the node between, so that the first factor is shared by all variables behind it.

    Examples
    --------
    >>> g = Graph()
    >>> x, k = g.state(0), g.parameter(0)
    >>> Derivatives(g).of(g.mul(k, g.mul(x, x)), 0) == g.mul(k, g.add(x, x))
    True
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._known: dict[tuple[int, int], int] = {}
        self._narrows: dict[tuple[int, int], int] = {}

    def of(self, node: int, variable: int) -> int:
        """Node of d node / d variable; `variable` is the number of a state, or `TIME`."""
        g = self.graph
        return self._by(node, g.time() if variable == TIME else g.state(variable))

    def _by(self, node: int, x: int) -> int:
        """d node / d x, where x is any node."""
        self._known[x, x] = self.graph.number(1.0)
        self._find_narrows(node, x)
        stack = [node] if node == x or (node, x) in self._narrows else []
        while stack:
            i = stack[-1]
            if (i, x) in self._known:
                stack.pop()
                continue
            narrow = self._narrows[i, x]
            needed = self._leading_to(i, x) if narrow == x else [narrow]
            if missing := [j for j in needed if (j, x) not in self._known]:
                stack.extend(missing)
            elif narrow == x:
                self._known[i, x] = self._rule(i, x)
            else:
                self._known[i, x] = self.graph.mul(self._by(i, narrow), self._known[narrow, x])
        return self._d(node, x)

    def _find_narrows(self, node: int, x: int) -> None:
        """For each node on the way to x, the nearest other node that all its paths to x lead through."""
        for i in self.graph.schedule([node], {x}):
            if (i, x) not in self._narrows and (leading := self._leading_to(i, x)):
                self._narrows[i, x] = functools.reduce(lambda a, b: self._meet(a, b, x), leading)

    def _leading_to(self, i: int, x: int) -> list[int]:
        """Arguments of a node through which it depends on x; conditions have no derivative."""
        if self.graph.is_boolean(i):
            return []
        return [j for j in self.graph.arguments_of(self.graph.nodes[i]) if j == x or (j, x) in self._narrows]

    def _meet(self, a: int, b: int, x: int) -> int:
        """Where the ways of two nodes to x meet: arguments have smaller numbers than what is made of them."""
        while a != b:
            a, b = (self._narrows[a, x], b) if a > b else (a, self._narrows[b, x])
        return a

    def _d(self, i: int, x: int) -> int:
        return self._known.get((i, x), self.graph.number(0.0))

    def _rule(self, i: int, v: int) -> int:
        g, node = self.graph, self.graph.nodes[i]
        kind = node[0]
        if kind == "add":
            return g.add(self._d(node[1], v), self._d(node[2], v))
        if kind == "sub":
            return g.sub(self._d(node[1], v), self._d(node[2], v))
        if kind == "neg":
            return g.neg(self._d(node[1], v))
        if kind == "mul":
            return g.add(g.mul(self._d(node[1], v), node[2]), g.mul(node[1], self._d(node[2], v)))
        if kind == "div":
            by_above, by_below = self._d(node[1], v), g.mul(i, self._d(node[2], v))
            return g.mul(g.sub(by_above, by_below), g.rcp(node[2]))
        if kind == "rcp":
            return g.neg(g.mul(g.mul(i, i), self._d(node[1], v)))
        if kind == "select":
            return g.select(node[1], self._d(node[2], v), self._d(node[3], v))
        if kind in ("min", "max"):
            first = g.compare("le" if kind == "min" else "ge", node[1], node[2])
            return g.select(first, self._d(node[1], v), self._d(node[2], v))
        if kind == "pow":
            return self._power(i, v)
        name, argument = (node[1], node[2]) if kind == "call" else (kind, node[1])
        return g.mul(self._outer(name, i, argument), self._d(argument, v))

    def _power(self, i: int, v: int) -> int:
        """d x^y = y x^(y-1) dx + x^y log|x| dy, each term zero where x is zero and its limit is not finite.

        An emptied compartment must not put an infinite entry in the Jacobian: the method keeps its order
        without it.
        """
        g, (_, x, y, log_x) = self.graph, self.graph.nodes[i]
        zero = g.number(0.0)
        positive = g.compare("ne", x, zero)
        by_base = g.mul(g.mul(y, g.power(x, g.sub(y, g.number(1.0)))), self._d(x, v))
        by_base = g.select(g.logic("or", positive, g.compare("ge", y, g.number(1.0))), by_base, zero)
        by_exponent = g.select(positive, g.mul(g.mul(i, log_x), self._d(y, v)), zero)
        return g.add(by_base, by_exponent if y == v or (y, v) in self._narrows else zero)

    def _outer(self, name: str, i: int, x: int) -> int:
        """Derivative of a function of one argument with respect to that argument."""
        g = self.graph
        one = g.number(1.0)
        if name == "exp":
            return i
        if name == "log":
            return g.rcp(x)
        if name == "sqrt":
            return g.mul(g.number(0.5), self._reciprocal_or_zero(i))
        if name == "abs":
            return g.select(g.compare("ge", x, g.number(0.0)), one, g.number(-1.0))
        square = g.mul(x, x)
        if name in ("floor", "ceil"):
            return g.number(0.0)
        if name == "sin":
            return g.function("cos", x)
        if name == "cos":
            return g.neg(g.function("sin", x))
        if name == "tan":
            return g.add(one, g.mul(i, i))
        if name == "sinh":
            return g.function("cosh", x)
        if name == "cosh":
            return g.function("sinh", x)
        if name == "tanh":
            return g.sub(one, g.mul(i, i))
        if name in ("asin", "acos"):
            slope = self._reciprocal_or_zero(g.function("sqrt", g.sub(one, square)))
            return slope if name == "asin" else g.neg(slope)
        if name == "atan":
            return g.rcp(g.add(one, square))
        if name == "asinh":
            return g.rcp(g.function("sqrt", g.add(square, one)))
        if name == "acosh":
            return self._reciprocal_or_zero(g.function("sqrt", g.sub(square, one)))
        if name == "atanh":
            return g.rcp(g.sub(one, square))
        if name == "gamma":  # its derivative is in no C library: a central difference, good to nine digits
            small = g.number(1e-5)
            up, down = (g.function(name, side(x, small)) for side in (g.add, g.sub))
            return g.mul(g.sub(up, down), g.number(0.5e5))
        raise model_error(f"no derivative of {name} is known")

    def _reciprocal_or_zero(self, root: int) -> int:
        """1 over a root, and 0 where the root is: no infinite entry in the Jacobian, as with powers."""
        g = self.graph
        return g.select(g.compare("gt", root, g.number(0.0)), g.rcp(root), g.number(0.0))


def jacobian(graph: Graph, rates: list[int]) -> tuple[dict[tuple[int, int], int], dict[int, int]]:
    """Non-zero entries of the Jacobian and of the time derivative.

    Parameters
    ----------
    graph : Graph
    rates : list of int
        Nodes of the right-hand sides, one a state.

    Returns
    -------
    entries : dict of (row, column) -> node
    by_time : dict of row -> node

    Examples
    --------
    >>> g = Graph()
    >>> entries, by_time = jacobian(g, [g.neg(g.state(0)), g.mul(g.state(0), g.time())])
    >>> sorted(entries), sorted(by_time)
    ([(0, 0), (1, 0)], [1])
    """
    derivatives = Derivatives(graph)
    entries: dict[tuple[int, int], int] = {}
    by_time: dict[int, int] = {}
    for row, rate in enumerate(rates):
        for variable in sorted(graph.support(rate)):
            node = derivatives.of(rate, variable)
            if graph.value(node) == 0:
                continue
            if variable == TIME:
                by_time[row] = node
            else:
                entries[row, variable] = node
    return entries, by_time
