"""SBML events to `Event`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from remission.solver.expression import Expression, Number, Symbol, apply
from remission.solver.network import Assignment, Event
from remission.solver.refusals import with_math

Formula = Callable[[Any, str], Expression]
"""Gives the formula of a libSBML syntax tree; the second argument is the element, for messages."""

_NEVER = apply("ne", Number(0.0), Number(0.0))


def read_event(event: Any, formula: Formula, by_concentration: Mapping[str, str]) -> Event:
    """What one event says; level 3 version 2 lets its trigger or the mathematics of it be left out.

    Parameters
    ----------
    event : libsbml.Event
    formula : callable
    by_concentration : mapping of str to str
        The compartment of each species that stands for its concentration.
    """
    name = event.getId() or "event"
    trigger = event.getTrigger()
    given = trigger is not None and trigger.isSetMath()
    return Event(
        name=name,
        trigger=formula(trigger.getMath(), f"event {name}, trigger") if given else _NEVER,
        initially_true=trigger.getInitialValue() if given and trigger.isSetInitialValue() else True,
        assignments=_assignments(event, name, formula, by_concentration),
        priority=_priority(event, name, formula),
        persistent=trigger.getPersistent() if given and trigger.isSetPersistent() else True,
        from_trigger_time=event.getUseValuesFromTriggerTime(),
    )


def _assignments(
    event: Any, name: str, formula: Formula, by_concentration: Mapping[str, str]
) -> tuple[Assignment, ...]:
    """What an event sets; a concentration becomes an amount by the compartment as it is just before."""
    return tuple(
        Assignment(
            variable := assignment.getVariable(),
            formula(assignment.getMath(), f"event {name}, assignment of {variable}"),
            Symbol(by_concentration[variable]) if variable in by_concentration else Number(1.0),
        )
        for assignment in with_math(event.getListOfEventAssignments())
    )


def _priority(event: Any, name: str, formula: Formula) -> Expression | None:
    priority = event.getPriority()
    if priority is None or not priority.isSetMath():
        return None
    return formula(priority.getMath(), f"event {name}, priority")
