"""Small SBML models written in a few words, and their course by the solver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import libsbml
import numpy as np

from remission.solver import compile_network, read_sbml
from remission.solver.status import Status

C1, C2 = {"c": {"size": 1}}, {"c": {"size": 2}}
SWELLING = {"c": {"size": 2, "constant": False}}


def mathematics(text: str) -> Any:
    """A formula: MathML without its outermost element, or infix."""
    if not text.startswith("<"):
        return libsbml.parseL3Formula(text)
    return libsbml.readMathMLFromString(f'<math xmlns="http://www.w3.org/1998/Math/MathML">{text}</math>')


def sbml(
    compartments: Mapping[str, Mapping[str, Any]] = {},
    species: Mapping[str, Mapping[str, Any]] = {},
    parameters: Mapping[str, float | None] = {},
    functions: Mapping[str, str | None] = {},
    starts: Mapping[str, str | None] = {},
    rules: Mapping[str, str | None] = {},
    rates: Mapping[str, str | None] = {},
    reactions: Sequence[Mapping[str, Any]] = (),
    events: Sequence[Mapping[str, Any]] = (),
    level: tuple[int, int] = (3, 2),
) -> str:
    """SBML text; a formula that is None is left out.

    Attributes go by their names in SBML. A reaction goes ``"from"`` and ``"into"`` species, each with its
    stoichiometry, or with a stoichiometry and the id of the reference.
    """
    document = libsbml.SBMLDocument(*level)
    model = document.createModel()
    for name, formula in functions.items():
        _say(model.createFunctionDefinition(), formula, id=name)
    for name, given in compartments.items():
        dimensions = {} if level[0] < 3 else {"spatialDimensions": 3}
        _say(model.createCompartment(), id=name, **{"constant": True, **dimensions, **given})
    for name, given in species.items():
        plain = {"compartment": "c", "hasOnlySubstanceUnits": False, "boundaryCondition": False, "constant": False}
        _say(model.createSpecies(), id=name, **{**plain, **given})
    for name, value in parameters.items():
        _say(model.createParameter(), id=name, constant=False, **({} if value is None else {"value": value}))
    for name, formula in starts.items():
        _say(model.createInitialAssignment(), formula, symbol=name)
    for make, listed in ((model.createAssignmentRule, rules), (model.createRateRule, rates)):
        for name, formula in listed.items():
            _say(make(), formula, variable=name)
    for given in reactions:
        _reaction(model.createReaction(), given, level)
    for given in events:
        _event(model.createEvent(), given)
    return libsbml.writeSBMLToString(document)


def _say(element: Any, formula: str | None = None, **attributes: Any) -> Any:
    for name, value in attributes.items():
        assert getattr(element, f"set{name[0].upper()}{name[1:]}")(value) == 0, (name, value)
    if formula is not None:
        assert element.setMath(mathematics(formula)) == 0, formula
    return element


def _reaction(reaction: Any, given: Mapping[str, Any], level: tuple[int, int]) -> None:
    _say(reaction, id=given.get("id", "J"), reversible=False, **({} if level == (3, 2) else {"fast": False}))
    for make, side in ((reaction.createReactant, "from"), (reaction.createProduct, "into")):
        for species, stoichiometry in given.get(side, {}).items():
            number, name = stoichiometry if isinstance(stoichiometry, tuple) else (stoichiometry, None)
            reference = _say(make(), species=species, **({"id": name} if name else {}))
            if number is not None:
                reference.setStoichiometry(number)
            if level[0] == 3:
                reference.setConstant(False)
    if "law" in given:
        law = _say(reaction.createKineticLaw(), given["law"])
        for name, value in given.get("local", {}).items():
            _say(law.createLocalParameter() if level[0] == 3 else law.createParameter(), id=name, value=value)


def _event(event: Any, given: Mapping[str, Any]) -> None:
    _say(event, useValuesFromTriggerTime=given.get("from_trigger_time", True))
    if "trigger" in given:
        trigger = _say(event.createTrigger(), given["trigger"])
        trigger.setInitialValue(given.get("initially", True))
        trigger.setPersistent(given.get("persistent", True))
    if "priority" in given:
        _say(event.createPriority(), given["priority"])
    for name, formula in given["set"].items():
        _say(event.createEventAssignment(), formula, variable=name)


def course(text: str, outputs: Iterable[str], days: Sequence[float]) -> np.ndarray:
    """Values of the outputs at the days, one row a day; the model begins at day 0."""
    kernel = compile_network(read_sbml(text), outputs=tuple(outputs), lanes=1)
    found, state, before = [], kernel.initial_state[None], 0.0
    for day in days:
        done = kernel.advance(
            state,
            kernel.defaults[None],
            np.full(1, before),
            np.full(1, float(day)),
            rtol=1e-9,
            atol=1e-12,
            initial=not found,
        )
        assert done.status[0] == Status.REACHED, Status(done.status[0]).sentence
        state, before = done.state, float(day)
        found.append(kernel.observe(state, kernel.defaults[None], np.full(1, before))[0])
    return np.array(found)
