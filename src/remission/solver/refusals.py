"""What an SBML model may not say: what the solver does not support, and what has no meaning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from remission.solver.errors import model_error


def refuse(model: Any) -> None:
    """Raise for the first thing in a model that cannot be computed.

    Parameters
    ----------
    model : libsbml.Model

    Raises
    ------
    ModelError
        For algebraic rules, fast reactions and delays; for names that the model does not have; for what is set twice.
    """
    _refuse_unsupported(model)
    _refuse_strangers(model)
    _refuse_contradictions(model)


def items(listing: Any) -> list[Any]:
    """The elements of a list of libSBML."""
    return [listing.get(k) for k in range(listing.size())]


def references(reaction: Any) -> Iterator[Any]:
    """Reactants and products of a reaction."""
    yield from items(reaction.getListOfReactants())
    yield from items(reaction.getListOfProducts())


def is_fixed(species: Any) -> bool:
    """True if reactions leave a species alone."""
    return bool(species.getBoundaryCondition() or species.getConstant())


def with_math(listing: Any) -> list[Any]:
    """Rules or assignments that say something: level 3 version 2 lets mathematics be left out."""
    return [element for element in items(listing) if element.isSetMath()]


def _refuse_unsupported(model: Any) -> None:
    for rule in with_math(model.getListOfRules()):
        if rule.isAlgebraic():
            raise model_error("an algebraic rule is not supported", found=rule.getFormula())
    for reaction in items(model.getListOfReactions()):
        if reaction.isSetFast() and reaction.getFast():
            raise model_error("a fast reaction is not supported", where=reaction.getId())
    for event in items(model.getListOfEvents()):
        if event.isSetDelay() and event.getDelay().isSetMath():
            raise model_error("an event with a delay is not supported", where=event.getId())


def _refuse_strangers(model: Any) -> None:
    """Names of compartments, species and variables that the model does not have."""
    compartments, species, parameters = (
        {element.getId() for element in items(listing)}
        for listing in (model.getListOfCompartments(), model.getListOfSpecies(), model.getListOfParameters())
    )
    for one in items(model.getListOfSpecies()):
        if one.getCompartment() not in compartments:
            found = one.getCompartment()[:60]
            raise model_error("the compartment of a species is not there", where=one.getId(), found=found)
    known = compartments | species | parameters
    for reaction in items(model.getListOfReactions()):
        for reference in references(reaction):
            known.add(reference.getId())
            if reference.getSpecies() not in species:
                found = reference.getSpecies()[:60]
                raise model_error("a species of a reaction is not there", where=reaction.getId(), found=found)
    for where, variable in _set_variables(model):
        if variable not in known:
            raise model_error("what is to be set is not there", where=where, found=variable[:60])


def _set_variables(model: Any) -> Iterator[tuple[str, str]]:
    """What rules, initial assignments and events set, each with the element that does it."""
    for rule in with_math(model.getListOfRules()):
        yield "rule", rule.getVariable()
    for assignment in with_math(model.getListOfInitialAssignments()):
        yield "initial assignment", assignment.getSymbol()
    for event in items(model.getListOfEvents()):
        for assignment in with_math(event.getListOfEventAssignments()):
            yield f"event {event.getId()}".strip(), assignment.getVariable()


def _refuse_contradictions(model: Any) -> None:
    """What would have two values or two rates."""
    rules = with_math(model.getListOfRules())
    ruled = [rule.getVariable() for rule in rules]
    _refuse_twice(ruled, "rules")
    _refuse_twice((a.getSymbol() for a in with_math(model.getListOfInitialAssignments())), "initial assignments")
    for event in items(model.getListOfEvents()):
        assigned = [a.getVariable() for a in with_math(event.getListOfEventAssignments())]
        _refuse_twice(assigned, f"event {event.getId()}".strip())
    always = {rule.getVariable() for rule in rules if rule.isAssignment()}
    for where, variable in _set_variables(model):
        if where != "rule" and variable in always:
            raise model_error("what an assignment rule gives is set once more", where=where, found=variable)
    for reaction in items(model.getListOfReactions()):
        for reference in references(reaction):
            if reference.getSpecies() in ruled and not is_fixed(model.getSpecies(reference.getSpecies())):
                raise model_error(
                    "a rule and a reaction change one species",
                    where=reaction.getId(),
                    found=reference.getSpecies(),
                    next_step='give the species boundaryCondition="true"',
                )


def _refuse_twice(names: Iterable[str], where: str) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise model_error("one variable is set twice", where=where, found=name)
