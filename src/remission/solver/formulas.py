"""Straight-line vector code for nodes of the graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from remission.solver.elementary import write_elementary
from remission.solver.graph import Graph
from remission.solver.llvm_text import Code, Module
from remission.solver.plan import Plan

_BINARY = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv"}
_COMPARE = {"lt": "olt", "le": "ole", "eq": "oeq", "ne": "une"}
_IN = "ptr noalias readonly"
POINT = [f"{_IN} %y", f"{_IN} %t", f"{_IN} %q"]
"""Arguments of every function of state, time and per-patient numbers."""


class Formulas:
    """Writes wanted nodes into a function and stores each where it belongs.

    Parameters
    ----------
    code : Code
    graph : Graph
    given : mapping of node -> (pointer, index)
        Where numbers that need not be computed are loaded from.
    """

    def __init__(self, code: Code, graph: Graph, given: Mapping[int, tuple[str, int]]) -> None:
        self.code, self.graph, self.given = code, graph, given
        self._values: dict[int, str] = {}

    def write(self, wanted: Sequence[int], targets: Sequence[tuple[str, int]]) -> None:
        """Compute the wanted nodes in order; store number k at `targets[k]`."""
        for node, (pointer, index) in zip(wanted, targets, strict=True):
            self.code.store(self.number(node), pointer, index)

    def number(self, node: int) -> str:
        """Register with the value of a node, computed now if it was not before."""
        for needed in self.graph.schedule([node], self):
            self._compute(needed)
        value = self._value(node)
        if self.graph.is_boolean(node):
            return self.code.select(value, self.code.number(1.0), self.code.number(0.0))
        return value

    def __contains__(self, node: object) -> bool:
        """True for nodes that need not be computed."""
        return node in self._values or node in self.given

    def _value(self, node: int) -> str:
        if node not in self._values:
            self._values[node] = self.code.load(*self.given[node])
        return self._values[node]

    def _compute(self, i: int) -> None:
        node = self.graph.nodes[i]
        self._values[i] = self._leaf(node) or self._operation(
            node, [self._value(j) for j in self.graph.arguments_of(node)]
        )

    def _leaf(self, node: tuple) -> str:
        code, kind = self.code, node[0]
        if kind == "number":
            return code.number(node[1])
        if kind in ("true", "false"):
            return f"splat (i1 {kind})"
        if kind in ("state", "parameter"):
            return code.load({"state": "%y", "parameter": "%p"}[kind], node[1])
        return code.load("%t", 0) if kind == "time" else ""

    def _operation(self, node: tuple, arguments: list[str]) -> str:
        code, kind = self.code, node[0]
        if kind in _BINARY:
            return code.op(_BINARY[kind], *arguments)
        if kind in _COMPARE:
            return code.compare(_COMPARE[kind], *arguments)
        if kind == "neg":
            return code.neg(*arguments)
        if kind == "rcp":
            return code.op("fdiv", code.number(1.0), *arguments)
        if kind in ("exp", "log", "pow"):
            return code.call(f"v{kind}", *arguments)
        if kind in ("sqrt", "abs"):
            return code.intrinsic({"abs": "fabs"}.get(kind, kind), *arguments)
        if kind in ("min", "max"):
            return code.select(code.compare({"min": "olt", "max": "ogt"}[kind], *arguments), *arguments)
        if kind == "select":
            return code.select(*arguments)
        if kind in ("and", "or"):
            return (code.both if kind == "and" else code.either)(*arguments)
        if kind == "not":
            return code.invert(*arguments)
        return self._library(node[1], arguments[0])

    def _library(self, name: str, argument: str) -> str:
        """A function of the C library, lane by lane; floor and ceil are instructions."""
        if name in ("floor", "ceil"):
            return self.code.intrinsic(name, argument)
        code = self.code
        name = {"gamma": "tgamma"}.get(name, name)
        code.module.declare(f"declare double @{name}(double)")
        result = "poison"
        for lane in range(code.module.lanes):
            x = code.let(f"extractelement {code.module.vector} {argument}, i32 {lane}")
            value = code.let(f"call double @{name}(double {x})")
            result = code.let(f"insertelement {code.module.vector} {result}, double {value}, i32 {lane}")
        return result


def hoisted_places(plan: Plan) -> Mapping[int, tuple[str, int]]:
    """Where the numbers that `prepare` has made are found."""
    return {node: ("%q", k) for k, node in enumerate(plan.hoisted)}


def write_formulas(module: Module, plan: Plan) -> None:
    """Write the functions of a model.

    These are `prepare`, `slope`, `monitors`, `triggers`, `priorities`, `values`, `sizes`, `outputs`.
    Each takes state, time and the per-patient numbers that `prepare` has made, and fills one array; `slope` adds to it.
    """
    write_elementary(module)
    graph = plan.graph
    given = hoisted_places(plan)
    with module.function("prepare", [f"{_IN} %p", "ptr noalias %q"]) as code:
        Formulas(code, graph, {}).write(plan.hoisted, [("%q", k) for k in range(len(plan.hoisted))])
    with module.function("slope", [*POINT, "ptr noalias %out"]) as code:
        formulas = Formulas(code, graph, given)
        for k, rate in enumerate(plan.rates):
            value = formulas.number(rate)
            code.store(code.op("fadd", value, code.load("%out", k)), "%out", k)
    arrays = {
        "monitors": list(plan.monitors),
        "outputs": list(plan.outputs),
        "triggers": [event.trigger for event in plan.events],
        "priorities": [event.priority for event in plan.events],
        "values": [value for event in plan.events for _, value, _ in event.assignments],
        "sizes": [size for event in plan.events for _, _, size in event.assignments],
    }
    for name, nodes in arrays.items():
        with module.function(name, [*POINT, "ptr noalias %out"]) as code:
            Formulas(code, graph, given).write(nodes, [("%out", k) for k in range(len(nodes))])
