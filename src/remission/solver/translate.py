"""From a `Network` to nodes of one shared graph."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

from remission.solver.derivatives import Derivatives
from remission.solver.errors import model_error
from remission.solver.expression import OPERATIONS, UNARY, Apply, Expression, Number, Symbol, Time
from remission.solver.graph import TIME, Graph
from remission.solver.network import Network


class Translator:
    """Turns the formulas of one network into nodes; each named rule is translated once.

    Parameters
    ----------
    network : Network
    graph : Graph
    """

    def __init__(self, network: Network, graph: Graph) -> None:
        self.graph = graph
        self._rules = dict(network.rules)
        self._known = {name: graph.state(k) for k, name in enumerate(network.states)}
        self._known |= {name: graph.parameter(k) for k, name in enumerate(network.parameters)}
        self._rates = network.rates
        self._open: list[str] = []

    def name(self, name: str) -> int:
        """Node of a state, parameter or rule."""
        if name not in self._known:
            if name in self._open:
                raise model_error("a rule depends on itself", where=" -> ".join([*self._open, name]))
            if name not in self._rules:
                raise model_error(
                    "a name is used but never given",
                    found=name,
                    next_step="give it a value or a rule in the model",
                )
            self._open.append(name)
            self._known[name] = self.number(self._rules[name])
            self._open.pop()
        return self._known[name]

    def number(self, expression: Expression) -> int:
        """Node of a formula that is a number."""
        return self.graph.as_number(self._node(expression))

    def condition(self, expression: Expression) -> int:
        """Node of a formula that is a condition."""
        return self.graph.as_condition(self._node(expression))

    def _node(self, expression: Expression) -> int:
        if isinstance(expression, Number):
            return self.graph.number(expression.value)
        if isinstance(expression, Symbol):
            return self.name(expression.name)
        if isinstance(expression, Time):
            return self.graph.time()
        return self._operation(expression)

    def _operation(self, expression: Apply) -> int:
        g, operation = self.graph, expression.operation
        if operation == "piecewise":
            return self._piecewise(expression.arguments)
        if operation == "rate_of":
            return self._rate_of(*expression.arguments)
        if operation in ("and", "or", "xor", "not"):
            return self._logic(operation, [self.condition(a) for a in expression.arguments])
        if operation in ("floor", "ceil"):
            return g.function(operation, self._exact(*expression.arguments))
        if operation in ("lt", "le", "gt", "ge", "eq", "ne"):
            compared = [self._exact(a) for a in expression.arguments]
            links = [g.compare(operation, a, b) for a, b in pairwise(compared)]
            return reduce(lambda a, b: g.logic("and", a, b), links, g.truth(True))
        numbers = [self.number(a) for a in expression.arguments]
        if operation in ("plus", "times"):
            return g.sum(numbers) if operation == "plus" else g.product(numbers)
        if operation in ("min", "max"):
            return reduce(lambda a, b: g.extreme(operation, a, b), numbers or [g.number(OPERATIONS[operation]())])
        binary = {"minus": g.sub, "divide": g.div, "power": g.power}
        if operation in binary:
            return binary[operation](*numbers)
        if operation == "negate":
            return g.neg(*numbers)
        if operation in UNARY or operation in ("exp", "ln", "sqrt", "abs"):
            return g.function("log" if operation == "ln" else operation, *numbers)
        raise model_error("an operation is not supported", found=operation)

    def _exact(self, expression: Expression) -> int:
        """A number whose last bit may decide: a quotient is a division."""
        if isinstance(expression, Apply) and expression.operation == "divide":
            return self.graph.ratio(*(self.number(a) for a in expression.arguments))
        return self.number(expression)

    def _rate_of(self, expression: Expression) -> int:
        """d expression / d time along the way: sum of its derivatives by the states, each times the state's rate."""
        graph, node = self.graph, self.number(expression)
        if self._open.count("rateOf") > len(self._rates):
            raise model_error("a rate of change depends on itself", found="rateOf")
        self._open.append("rateOf")
        slopes = Derivatives(graph)
        terms = [
            slopes.of(node, k) if k == TIME else graph.mul(slopes.of(node, k), self.number(self._rates[k]))
            for k in sorted(graph.support(node))
        ]
        self._open.pop()
        return graph.sum(terms)

    def _logic(self, operation: str, conditions: list[int]) -> int:
        g = self.graph
        if operation == "not":
            return g.invert(conditions[0])
        if operation == "xor":
            either = g.truth(False)
            for c in conditions:
                either = g.logic("or", g.logic("and", either, g.invert(c)), g.logic("and", g.invert(either), c))
            return either
        return reduce(lambda a, b: g.logic(operation, a, b), conditions, g.truth(operation == "and"))

    def _piecewise(self, arguments: tuple[Expression, ...]) -> int:
        """Pairs of value and condition, then the value otherwise (NaN if none is given)."""
        pairs = list(zip(arguments[0:-1:2], arguments[1::2], strict=False))
        result = self.number(arguments[-1]) if len(arguments) % 2 else self.graph.number(float("nan"))
        for value, condition in reversed(pairs):
            result = self.graph.select(self.condition(condition), self.number(value), result)
        return result
