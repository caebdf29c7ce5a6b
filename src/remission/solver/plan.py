"""Everything code generation needs to know about a model, as nodes of one graph."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from remission.solver.derivatives import jacobian
from remission.solver.elimination import Elimination, plan_elimination
from remission.solver.errors import model_error
from remission.solver.expression import Number
from remission.solver.graph import CHANGING, PER_PATIENT, TIME, Graph
from remission.solver.layout import PER_LANE, plan_layout
from remission.solver.method import Method
from remission.solver.network import Event, Network
from remission.solver.translate import Translator

NO_PRIORITY = -1e300


@dataclass(frozen=True)
class PlannedEvent:
    """An event as nodes.

    Attributes
    ----------
    trigger : int
        Node of the condition.
    initially_true : bool
    absorbing : bool
        Fires whenever it holds, not only when it begins to hold: the trigger looks at nothing but states that
        the event sets to values that do not change, so that what it has set stays set.
    persistent, from_trigger_time : bool
        As in `Event`.
    priority : int
        Node; `NO_PRIORITY` where the model gives none.
    assignments : tuple of (state, node of the value, node of what it is multiplied by as it is set)
    """

    trigger: int
    initially_true: bool
    absorbing: bool
    persistent: bool
    from_trigger_time: bool
    priority: int
    assignments: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Plan:
    """A model ready for code generation."""

    network: Network
    method: Method
    graph: Graph
    rates: tuple[int, ...]
    jacobian: Mapping[tuple[int, int], int]
    by_time: Mapping[int, int]
    monitors: tuple[int, ...]
    outputs: tuple[int, ...]
    events: tuple[PlannedEvent, ...]
    hoisted: tuple[int, ...]
    elimination: Elimination

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.rates)

    @property
    def uses_time(self) -> bool:
        """True if the right-hand sides depend on time."""
        return any(TIME in self.graph.support(rate) for rate in self.rates)

    @property
    def layout(self) -> Mapping[str, int]:
        """Memory of one vector of patients."""
        n, m, events = self.size, len(self.monitors), len(self.events)
        return plan_layout(
            {
                "y": n,
                "q": len(self.hoisted),
                "f": n,
                "ft": n,
                "A": self.elimination.places,
                "u": (self.method.stages + self.method.dense_at_end) * n,
                "trial": n,
                "whole": n,
                "shift": n,
                "dense": len(self.method.dense) * n,
                "p": len(self.network.parameters),
                "atol": n,
                **dict.fromkeys(("monitor", "probe", "inner", "threshold", "terminal", "crossing", "fraction"), m),
                **dict.fromkeys(("trigger", "trigger_now", "pending", "priority"), events),
                **dict.fromkeys(("values", "stored", "sizes"), sum(len(event.assignments) for event in self.events)),
                "outputs": len(self.outputs),
                **dict.fromkeys(PER_LANE, 1),
            }
        )


def make_plan(network: Network, monitors: Iterable[str], outputs: Iterable[str], method: Method) -> Plan:
    """Translate a network, derive its Jacobian, and decide what is computed once a patient.

    Parameters
    ----------
    network : Network
    monitors, outputs : iterable of str
        Names of states, parameters or rules.
    method : Method

    Returns
    -------
    Plan

    Raises
    ------
    ModelError
        If a name is not in the model, or the model has no states.
    """
    if not network.states:
        raise model_error("the model has no states", where=network.name)
    graph = Graph()
    translate = Translator(network, graph)
    rates = tuple(translate.number(rate) for rate in network.rates)
    entries, by_time = jacobian(graph, list(rates))
    watched = tuple(_named(translate, network, name) for name in monitors)
    shown = tuple(_named(translate, network, name) for name in outputs)
    events = tuple(_plan_event(event, network, translate) for event in network.events)
    set_nodes = [node for event in events for node in (event.trigger, event.priority)]
    set_nodes += [node for event in events for _, *nodes in event.assignments for node in nodes]
    roots = [*rates, *entries.values(), *by_time.values(), *watched, *shown, *set_nodes]
    return Plan(
        network=network,
        method=method,
        graph=graph,
        rates=rates,
        jacobian=entries,
        by_time=by_time,
        monitors=watched,
        outputs=shown,
        events=events,
        hoisted=_hoisted(graph, roots),
        elimination=plan_elimination(len(rates), entries),
    )


def _named(translate: Translator, network: Network, name: str) -> int:
    known = (*network.states, *network.parameters, *(rule for rule, _ in network.rules))
    if name not in known:
        near = difflib.get_close_matches(name, known, 8, 0.4) or known[:8]
        raise model_error(
            "a name asked for is not in the model",
            found=name,
            allowed=f"a state, parameter or rule, such as {', '.join(near)}",
        )
    return translate.name(name)


def _plan_event(event: Event, network: Network, translate: Translator) -> PlannedEvent:
    for assignment in event.assignments:
        if assignment.state not in network.states:
            raise model_error("an event sets something that is not a state", where=event.name, found=assignment.state)
    return PlannedEvent(
        trigger=translate.condition(event.trigger),
        initially_true=event.initially_true,
        absorbing=network.absorbing and _is_absorbing(event, network, translate),
        persistent=event.persistent,
        from_trigger_time=event.from_trigger_time,
        priority=translate.number(Number(NO_PRIORITY) if event.priority is None else event.priority),
        assignments=tuple(
            (network.states.index(a.state), translate.number(a.value), translate.number(a.size))
            for a in event.assignments
        ),
    )


def _is_absorbing(event: Event, network: Network, translate: Translator) -> bool:
    """True if the event empties every state it sets and its trigger looks at no other state, nor at time."""
    if any(assignment.value != Number(0.0) for assignment in event.assignments):
        return False
    targets = {network.states.index(assignment.state) for assignment in event.assignments}
    return bool(targets) and translate.graph.support(translate.condition(event.trigger)) <= targets


def _hoisted(graph: Graph, roots: list[int]) -> tuple[int, ...]:
    """Numbers computed once a patient: what changing formulas and conditions take from parameters alone."""
    found = {root: None for root in roots if graph.level[root] == PER_PATIENT and not graph.is_boolean(root)}
    for i in graph.schedule(roots):
        if graph.level[i] == CHANGING or graph.is_boolean(i):
            for j in graph.arguments_of(graph.nodes[i]):
                if graph.level[j] == PER_PATIENT and not graph.is_boolean(j):
                    found[j] = None
    return tuple(found)
