"""What a model says, free of its file format: states, parameters, rules, rates, events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from remission.solver.expression import Expression


@dataclass(frozen=True)
class Assignment:
    """One thing that an event sets.

    Attributes
    ----------
    state : str
    value : Expression
    size : Expression
        What the value is multiplied by as it is set: the compartment just before, where the value is a concentration.
    """

    state: str
    value: Expression
    size: Expression


@dataclass(frozen=True)
class Event:
    """`at (trigger): variable = value, ...;`

    Attributes
    ----------
    name : str
    trigger : Expression
        Fires when it goes from false to true.
    initially_true : bool
        If true, a trigger that holds at the start has not just become true (`t0=true`, Antimony's default).
    assignments : tuple of Assignment
        All values are computed before any is assigned.
    priority : Expression or None
        Of several events due at one time the one with the highest goes first; None: after all others.
    persistent : bool
        If false, an event waiting for others is dropped when its trigger becomes false.
    from_trigger_time : bool
        If true, the values are those at the moment of the trigger, whatever other events do before.
    """

    name: str
    trigger: Expression
    initially_true: bool
    assignments: tuple[Assignment, ...]
    priority: Expression | None = None
    persistent: bool = True
    from_trigger_time: bool = True


def formulas_of(event: Event) -> Iterator[Expression]:
    """All formulas of an event."""
    yield event.trigger
    if event.priority is not None:
        yield event.priority
    for assignment in event.assignments:
        yield from (assignment.value, assignment.size)


@dataclass(frozen=True)
class Network:
    """A model as a set of ordinary differential equations.

    Attributes
    ----------
    name : str
    states : tuple of str
        Names of what changes by rate, reaction, event or dose. Species are held as amounts.
    initial : tuple of float
        Their values at the start, with every parameter at its default.
    rates : tuple of Expression
        d state / d time, per day, in the order of `states`.
    parameters : tuple of str
        Names of the numbers that may differ from patient to patient.
    defaults : tuple of float
    rules : tuple of (str, Expression)
        Named formulas: assignment rules, constants derived from parameters, reaction rates, concentrations.
    events : tuple of Event
    absorbing : bool
        Whether an event that empties every state its trigger looks at fires whenever the trigger holds, so that
        what has died out stays so. SBML knows no such thing: there an event fires when its trigger becomes true.
    """

    name: str
    states: tuple[str, ...]
    initial: tuple[float, ...]
    rates: tuple[Expression, ...]
    parameters: tuple[str, ...]
    defaults: tuple[float, ...]
    rules: tuple[tuple[str, Expression], ...]
    events: tuple[Event, ...]
    absorbing: bool = False
