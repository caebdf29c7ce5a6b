"""The shared expression graph: equal formulas are one node, and simple algebra is done as nodes are made.

A node is a tuple whose first entry is its kind; the rest are numbers of other nodes (or the value or index of
a leaf). Each node has a level: 0 constant, 1 depends on parameters only (computed once per patient), 2
changes along the way.
"""

from __future__ import annotations

from collections.abc import Container, Iterable

from remission.solver.expression import OPERATIONS, UNARY

CONSTANT, PER_PATIENT, CHANGING = 0, 1, 2
LEAVES = frozenset({"number", "state", "parameter", "time", "true", "false"})
BOOLEAN = frozenset({"true", "false", "lt", "le", "eq", "ne", "and", "or", "not"})
TIME = -1
"""Stands for `time` where state numbers stand for states."""

Node = tuple


class Graph:
    """Hash-consed formulas.

    Examples
    --------
    >>> g = Graph()
    >>> x, k = g.state(0), g.parameter(0)
    >>> g.add(g.mul(k, x), g.number(0)) == g.mul(x, k)
    True
    >>> g.nodes[g.sub(x, x)]
    ('number', 0.0)
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.level: list[int] = []
        self._number_of: dict[Node, int] = {}
        self._support: dict[int, frozenset[int]] = {}

    def _make(self, *node: object) -> int:
        found = self._number_of.get(node)
        if found is None:
            found = self._number_of[node] = len(self.nodes)
            self.nodes.append(node)
            self.level.append(self._level_of(node))
        return found

    def _level_of(self, node: Node) -> int:
        if node[0] in ("state", "time"):
            return CHANGING
        if node[0] == "parameter":
            return PER_PATIENT
        if node[0] in LEAVES:
            return CONSTANT
        return max(self.level[argument] for argument in self.arguments_of(node))

    @staticmethod
    def arguments_of(node: Node) -> tuple[int, ...]:
        """Numbers of the nodes that a node is made of."""
        if node[0] in LEAVES:
            return ()
        return node[2:] if node[0] == "call" else node[1:]

    # leaves -------------------------------------------------------------------------------------------------

    def number(self, value: float) -> int:
        """A constant."""
        return self._make("number", float(value))

    def state(self, index: int) -> int:
        """State number `index`."""
        return self._make("state", index)

    def parameter(self, index: int) -> int:
        """Parameter number `index`."""
        return self._make("parameter", index)

    def time(self) -> int:
        """The independent variable."""
        return self._make("time")

    def truth(self, value: bool) -> int:
        """A constant condition."""
        return self._make("true" if value else "false")

    def value(self, i: int) -> float | None:
        """The number a node is, if it is a constant."""
        node = self.nodes[i]
        return node[1] if node[0] == "number" else None

    def is_boolean(self, i: int) -> bool:
        """True for conditions."""
        return self.nodes[i][0] in BOOLEAN

    # arithmetic ---------------------------------------------------------------------------------------------

    def add(self, a: int, b: int) -> int:
        """a + b."""
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return self.number(va + vb)
        if va == 0:
            return b
        if vb == 0:
            return a
        if self.nodes[b][0] == "neg":
            return self.sub(a, self.nodes[b][1])
        if self.nodes[a][0] == "neg":
            return self.sub(b, self.nodes[a][1])
        return self._make("add", *sorted((a, b)))

    def sub(self, a: int, b: int) -> int:
        """a - b."""
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return self.number(va - vb)
        if vb == 0:
            return a
        if va == 0:
            return self.neg(b)
        if a == b:
            return self.number(0.0)
        if self.nodes[b][0] == "neg":
            return self.add(a, self.nodes[b][1])
        return self._make("sub", a, b)

    def neg(self, a: int) -> int:
        """-a."""
        node = self.nodes[a]
        if node[0] == "number":
            return self.number(-node[1])
        if node[0] == "neg":
            return node[1]
        if node[0] == "sub":
            return self._make("sub", node[2], node[1])
        return self._make("neg", a)

    def mul(self, a: int, b: int) -> int:
        """a * b; factors that depend on parameters only are gathered, to be computed once a patient."""
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return self.number(va * vb)
        for value, other in ((va, b), (vb, a)):
            if value == 0:
                return self.number(0.0)
            if value == 1:
                return other
            if value == -1:
                return self.neg(other)
        for first, second in ((a, b), (b, a)):
            if self.nodes[first][0] == "neg":
                return self.neg(self.mul(self.nodes[first][1], second))
        return self._gather(a, b)

    def _gather(self, a: int, b: int) -> int:
        """p * (q * x) = (p * q) * x where p and q do not change along the way."""
        if self.level[a] > self.level[b]:
            a, b = b, a
        if self.level[a] < CHANGING and self.level[b] == CHANGING and self.nodes[b][0] == "mul":
            x, y = self.nodes[b][1:]
            if self.level[x] < CHANGING:
                return self.mul(self.mul(a, x), y)
            if self.level[y] < CHANGING:
                return self.mul(self.mul(a, y), x)
        return self._make("mul", *sorted((a, b)))

    def rcp(self, a: int) -> int:
        """1 / a."""
        node = self.nodes[a]
        if node[0] == "number" and node[1] != 0:
            return self.number(1.0 / node[1])
        return self._make("rcp", a)

    def div(self, a: int, b: int) -> int:
        """a / b, as a times one over b: reciprocals are shared."""
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return self.number(OPERATIONS["divide"](va, vb))
        return self.mul(a, self.rcp(b))

    def ratio(self, a: int, b: int) -> int:
        """a / b rounded once, for what is then compared or rounded: 49 times 1/49 is less than 1."""
        if self.value(a) is not None and self.value(b) is not None:
            return self.div(a, b)
        return self._make("div", a, b)

    def sum(self, terms: Iterable[int]) -> int:
        """Sum by pairs: short chains, more to do at once."""
        left = list(terms) or [self.number(0.0)]
        while len(left) > 1:
            pairs = [self.add(*left[k : k + 2]) for k in range(0, len(left) - 1, 2)]
            left = pairs + left[len(left) - len(left) % 2 :]
        return left[0]

    def product(self, factors: Iterable[int]) -> int:
        """Product, what changes least first."""
        result = self.number(1.0)
        for factor in sorted(factors, key=self.level.__getitem__):
            result = self.mul(result, factor)
        return result

    # functions ----------------------------------------------------------------------------------------------

    def function(self, name: str, a: int) -> int:
        """exp, log, sqrt, abs, or a function of the C library (``sin`` ...)."""
        value = self.value(a)
        if value is not None:
            return self.number(OPERATIONS["ln" if name == "log" else name](value))
        return self._make("call", name, a) if name in UNARY else self._make(name, a)

    def power(self, base: int, exponent: int) -> int:
        """base ^ exponent; small whole exponents as products, one half as a root, others as exp(y log x)."""
        vb, ve = self.value(base), self.value(exponent)
        if vb is not None and ve is not None:
            return self.number(OPERATIONS["power"](vb, ve))
        if ve == 0.5:
            return self.function("sqrt", base)
        if ve is not None and abs(ve) <= 16 and ve == int(ve):
            product = self._whole_power(base, int(abs(ve)))
            return product if ve >= 0 else self.rcp(product)
        return self._make("pow", base, exponent, self.function("log", self.function("abs", base)))

    def _whole_power(self, base: int, exponent: int) -> int:
        if exponent == 0:
            return self.number(1.0)
        half = self._whole_power(base, exponent // 2)
        square = self.mul(half, half)
        return self.mul(square, base) if exponent % 2 else square

    def extreme(self, name: str, a: int, b: int) -> int:
        """min or max."""
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return self.number(min(va, vb) if name == "min" else max(va, vb))
        return a if a == b else self._make(name, *sorted((a, b)))

    # conditions ---------------------------------------------------------------------------------------------

    def compare(self, kind: str, a: int, b: int) -> int:
        """A condition: lt, le, gt, ge, eq, ne."""
        if kind in ("gt", "ge"):
            return self.compare({"gt": "lt", "ge": "le"}[kind], b, a)
        va, vb = self.value(a), self.value(b)
        if va is not None and vb is not None:
            return self.truth({"lt": va < vb, "le": va <= vb, "eq": va == vb, "ne": va != vb}[kind])
        if a == b:
            return self.truth(kind in ("le", "eq"))
        return self._make(kind, a, b)

    def logic(self, kind: str, a: int, b: int) -> int:
        """a and b, a or b."""
        decisive = "false" if kind == "and" else "true"
        for first, second in ((a, b), (b, a)):
            if self.nodes[first][0] == decisive:
                return first
            if self.nodes[first][0] in ("true", "false") or first == second:
                return second
        return self._make(kind, *sorted((a, b)))

    def invert(self, a: int) -> int:
        """not a."""
        node = self.nodes[a]
        if node[0] in ("true", "false"):
            return self.truth(node[0] == "false")
        return node[1] if node[0] == "not" else self._make("not", a)

    def select(self, condition: int, a: int, b: int) -> int:
        """a where the condition holds, else b."""
        kind = self.nodes[condition][0]
        if kind in ("true", "false"):
            return a if kind == "true" else b
        return a if a == b else self._make("select", condition, a, b)

    def as_condition(self, a: int) -> int:
        """A number as a condition: anything but zero is true."""
        return a if self.is_boolean(a) else self.compare("ne", a, self.number(0.0))

    def as_number(self, a: int) -> int:
        """A condition as a number: 1 or 0."""
        return self.select(a, self.number(1.0), self.number(0.0)) if self.is_boolean(a) else a

    # looking around -----------------------------------------------------------------------------------------

    def support(self, i: int) -> frozenset[int]:
        """Numbers of the states that a node depends on, and `TIME` if it depends on time."""
        found = self._support.get(i)
        if found is None:
            for j in self.schedule([i]):
                self._support.setdefault(j, self._support_of(self.nodes[j]))
            found = self._support[i]
        return found

    def _support_of(self, node: Node) -> frozenset[int]:
        if node[0] == "state":
            return frozenset({node[1]})
        if node[0] == "time":
            return frozenset({TIME})
        return frozenset().union(*(self._support[argument] for argument in self.arguments_of(node)))

    def schedule(self, wanted: Iterable[int], given: Container[int] = ()) -> list[int]:
        """Numbers of all nodes needed for the wanted ones, each after its arguments, depth first.

        Nodes in `given` are taken as known: they and what they are made of are left out.
        """
        done: set[int] = set()
        order: list[int] = []
        stack = [(i, False) for i in reversed(list(wanted))]
        while stack:
            i, ready = stack.pop()
            if i in done or i in given:
                continue
            if ready:
                done.add(i)
                order.append(i)
                continue
            stack.append((i, True))
            stack.extend((j, False) for j in reversed(self.arguments_of(self.nodes[i])) if j not in done)
        return order
