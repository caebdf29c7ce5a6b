"""SBML to `Network`: what each element means, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from types import MappingProxyType
from typing import Any

from remission.solver.antimony_text import antimony_to_sbml
from remission.solver.errors import model_error
from remission.solver.expression import Expression, Number, Symbol, apply, symbols, uses_time
from remission.solver.mathml import to_expression
from remission.solver.nesting import deep_formulas
from remission.solver.network import Event, Network, formulas_of
from remission.solver.reading_events import read_event
from remission.solver.refusals import is_fixed, items, references, refuse, with_math
from remission.solver.sbml_text import OwnedModel, valid_model
from remission.solver.starting import RatesOf, StartValues


def read_antimony(text: str) -> Network:
    """Read a model written in Antimony.

    Submodels are flattened: variable `S` of instance `L1` is named `L1_S`. Antimony requires an instance to
    stand before its parts are used. Events are absorbing (see `Network`): ``at (S < 1): S = 0;`` makes extinction
    final, at the start of a call too. In all else the meaning is that of SBML.

    Parameters
    ----------
    text : str

    Returns
    -------
    Network

    Raises
    ------
    ModelError
        If the text is not Antimony, or says something the solver does not support (the element is named).

    Examples
    --------
    >>> network = read_antimony("x = 3; x' = -k * x; k = 0.1;")
    >>> network.states, network.initial, network.parameters, network.defaults
    (('x',), (3.0,), ('k',), (0.1,))
    """
    return replace(read_sbml(antimony_to_sbml(text)), absorbing=True)


def read_sbml(text: str) -> Network:
    """Read a model written in SBML (levels 1 to 3 core; `comp` is flattened).

    Species are held as amounts. A species that is not `hasOnlySubstanceUnits` stands for its concentration in
    formulas. Constant parameters and sizes are parameters of the network; a constant given by a formula of
    other parameters is a rule, so that it follows them from patient to patient.

    Parameters
    ----------
    text : str
        Content of an SBML file.

    Returns
    -------
    Network

    Raises
    ------
    ModelError
        If the text is not valid SBML, or holds an algebraic rule, a delay, a fast reaction or a package other
        than `comp`.

    Examples
    --------
    >>> from remission.solver.antimony_text import antimony_to_sbml
    >>> read_sbml(antimony_to_sbml("compartment c = 1; species S in c; S = 5; J: S -> ; k*S; k = 2;")).states
    ('S',)
    """
    model = valid_model(text)
    with deep_formulas():
        return _Reader(model).network()


@dataclass
class _Reader:
    """Collects what one SBML model says; used once."""

    owner: OwnedModel
    rates: dict[str, Expression] = field(default_factory=dict)  # of each state
    parameters: list[str] = field(default_factory=list)
    rules: dict[str, Expression] = field(default_factory=dict)
    starts: dict[str, Expression] = field(default_factory=dict)  # value at the start, where the model gives one
    meanings: dict[str, Expression] = field(default_factory=dict)  # what a species' name means in a formula
    undecided: dict[str, Expression] = field(default_factory=dict)  # constants given by a formula
    steady: dict[str, bool] = field(default_factory=dict)  # which of them follow parameters alone, as far as known

    def network(self) -> Network:
        """All of it, in an order where each step has what it needs."""
        self.model = self.owner.model
        refuse(self.model)
        self.functions = {function.getId(): function for function in items(self.model.getListOfFunctionDefinitions())}
        self._sort_rules()
        self._name_species()
        for compartment in items(self.model.getListOfCompartments()):
            self._plain_variable(compartment.getId(), compartment.getSize() if compartment.isSetSize() else 1.0)
        for parameter in items(self.model.getListOfParameters()):
            self._plain_variable(parameter.getId(), parameter.getValue() if parameter.isSetValue() else None)
        for species in items(self.model.getListOfSpecies()):
            self._species(species)
        for reaction in items(self.model.getListOfReactions()):
            self._reaction(reaction)
        events = tuple(
            read_event(event, self._formula, self.by_concentration) for event in items(self.model.getListOfEvents())
        )
        self._name_both_measures()
        rate_of = RatesOf(self.rates, dict(self.rules))
        self._decide_constants()
        self._forgive_unused(events)
        value = StartValues(self.rules, self.starts, rate_of)
        defaults = {name: value(name) for name in self.parameters}
        for name in [name for name, default in defaults.items() if not math.isfinite(default)]:
            self.rules[name] = Number(defaults.pop(name))  # no number that could differ from patient to patient
        rules = {name: rate_of.resolved(rule) for name, rule in self.rules.items()}
        return Network(
            name=self.model.getId() or "model",
            states=tuple(self.rates),
            initial=tuple(_finite(name, value(name)) for name in self.rates),
            rates=tuple(rate_of.resolved(rate) for rate in self.rates.values()),
            parameters=tuple(defaults),
            defaults=tuple(defaults.values()),
            events=tuple(rate_of.resolved_event(event) for event in events),
            rules=(*rules.items(), *rate_of.named.items()),
        )

    def _sort_rules(self) -> None:
        """Raw syntax trees by the variable they set."""
        listed = with_math(self.model.getListOfRules())
        self.assigned = {r.getVariable(): r.getMath() for r in listed if r.isAssignment()}
        self.rated = {r.getVariable(): r.getMath() for r in listed if r.isRate()}
        starting = with_math(self.model.getListOfInitialAssignments())
        self.starting = {a.getSymbol(): a.getMath() for a in starting}
        events = items(self.model.getListOfEvents())
        self.evented = {a.getVariable() for e in events for a in items(e.getListOfEventAssignments())}
        self.reacting = {
            reference.getSpecies()
            for reaction in items(self.model.getListOfReactions())
            for reference in references(reaction)
        }

    # formulas -----------------------------------------------------------------------------------------------

    def _formula(self, tree: Any, where: str, local: Mapping[str, str] = MappingProxyType({})) -> Expression:
        """A formula with each species' name replaced by what it means; `local` gives names of a reaction's own."""
        if tree is None:
            raise model_error("an element without mathematics", where=where)

        def meaning(name: str) -> Expression:
            return Symbol(local[name]) if name in local else self.meanings.get(name, Symbol(name))

        return to_expression(tree, where, meaning, self.functions)

    # variables ----------------------------------------------------------------------------------------------

    def _plain_variable(self, name: str, value: float | None) -> None:
        """A parameter, a compartment or a stoichiometry: rule, state or constant."""
        if name in self.starting:
            self.starts[name] = self._formula(self.starting[name], f"initial assignment of {name}")
        elif value is not None:
            self.starts[name] = Number(value)
        if name in self.assigned:
            self.rules[name] = self._formula(self.assigned[name], f"assignment rule of {name}")
        elif name in self.rated:
            self.rates[name] = self._formula(self.rated[name], f"rate rule of {name}")
        elif name in self.evented:
            self.rates[name] = Number(0.0)
        elif name in self.starting:
            self.undecided[name] = self.starts[name]
        elif name in self._unit_compartments:
            self.rules[name] = self.starts[name]  # no number that could differ from patient to patient
        else:
            self.parameters.append(name)

    def _name_species(self) -> None:
        """Say what each species' name means, before any formula is read."""
        compartments = {c.getId(): c for c in items(self.model.getListOfCompartments())}
        given = {*self.assigned, *self.rated, *self.evented, *self.starting}
        self._unit_compartments = {
            name for name, c in compartments.items() if name not in given and (not c.isSetSize() or c.getSize() == 1)
        }
        self.changing_compartments = {
            name for name in compartments if name in {*self.assigned, *self.rated, *self.evented}
        }
        self.by_concentration = {
            s.getId(): s.getCompartment()
            for s in items(self.model.getListOfSpecies())
            if not s.getHasOnlySubstanceUnits()
            and _dimensions(compartments[s.getCompartment()]) != 0
            and s.getCompartment() not in self._unit_compartments
        }
        for name, compartment in self.by_concentration.items():
            if name not in self.assigned:
                self.meanings[name] = apply("divide", Symbol(name), Symbol(compartment))

    def _name_both_measures(self) -> None:
        """Rules `[S]`, the concentration, and `amount(S)`, for every species."""
        for species in items(self.model.getListOfSpecies()):
            name, size = species.getId(), Symbol(species.getCompartment())
            amount: Expression = Symbol(name)
            if name in self.assigned and name in self.by_concentration:
                amount = apply("times", amount, size)
            flat = _dimensions(self.model.getCompartment(species.getCompartment())) == 0
            self.rules[f"amount({name})"] = amount
            self.rules[f"[{name}]"] = amount if flat else apply("divide", amount, size)

    def _species(self, species: Any) -> None:
        """A species is held as an amount, unless a rule gives its value."""
        name = species.getId()
        if name in self.assigned:
            self.rules[name] = self._formula(self.assigned[name], f"assignment rule of {name}")
            return
        amount = self._start_amount(species)
        if amount is not None:
            self.starts[name] = amount
        if name in self.rated:
            self.rates[name] = self._species_rate(name)
        elif name in self.evented or (name in self.reacting and not is_fixed(species)):
            self.rates[name] = Number(0.0)
        elif name in self.starting:
            self.undecided[name] = self.starts[name]
        else:
            self.parameters.append(name)

    def _start_amount(self, species: Any) -> Expression | None:
        name = species.getId()
        compartment = self.by_concentration.get(name)
        if name in self.starting:
            value = self._formula(self.starting[name], f"initial assignment of {name}")
            return apply("times", value, Symbol(compartment)) if compartment else value
        if species.isSetInitialAmount():
            return Number(species.getInitialAmount())
        if species.isSetInitialConcentration():
            return apply("times", Number(species.getInitialConcentration()), Symbol(species.getCompartment()))
        return None

    def _species_rate(self, name: str) -> Expression:
        """Rate of the amount from a rate rule of the value: (c V)' = c' V + c V'."""
        rate = self._formula(self.rated[name], f"rate rule of {name}")
        compartment = self.by_concentration.get(name)
        if compartment is None:
            return rate
        by_value = apply("times", rate, Symbol(compartment))
        if compartment in self.rated:
            swelling = self._formula(self.rated[compartment], f"rate rule of {compartment}")
            return apply("plus", by_value, apply("times", self.meanings[name], swelling))
        if compartment in self.assigned:
            swelling = apply("rate_of", Symbol(compartment))
            return apply("plus", by_value, apply("times", self.meanings[name], swelling))
        return by_value

    # reactions ----------------------------------------------------------------------------------------------

    def _reaction(self, reaction: Any) -> None:
        name = reaction.getId()
        law = reaction.getKineticLaw()
        if law is None:
            raise model_error("a reaction without a kinetic law", where=name, next_step="give it a rate")
        local = self._local_parameters(name, law)
        given = law.isSetMath()
        self.rules[name] = self._formula(law.getMath(), f"kinetic law of {name}", local) if given else Number(0.0)
        for sign, listing in (
            ("minus", reaction.getListOfReactants()),
            ("plus", reaction.getListOfProducts()),
        ):
            for reference in items(listing):
                species = self.model.getSpecies(reference.getSpecies())
                stoichiometry = self._stoichiometry(reference)
                if reference.getSpecies() in self.rated or is_fixed(species):
                    continue
                flow = apply("times", stoichiometry, self._conversion(species), Symbol(name))
                self.rates[species.getId()] = apply(sign, self.rates[species.getId()], flow)

    def _local_parameters(self, reaction: str, law: Any) -> dict[str, str]:
        """Makes parameters of the model of those of a reaction; gives their new names, such as `J_k` for `k`."""
        names = {}
        level_3 = self.model.getLevel() > 2
        for parameter in items(law.getListOfLocalParameters() if level_3 else law.getListOfParameters()):
            name = f"{reaction}_{parameter.getId()}"
            while self.model.getElementBySId(name) is not None or name in self.starts:
                name += "_"
            names[parameter.getId()] = name
            self._plain_variable(name, parameter.getValue() if parameter.isSetValue() else None)
        return names

    def _stoichiometry(self, reference: Any) -> Expression:
        name = reference.getId()
        if name and (name in self.assigned or name in self.starting or name in self.rated or name in self.evented):
            self._plain_variable(name, reference.getStoichiometry() if reference.isSetStoichiometry() else None)
            return Symbol(name)
        if reference.isSetStoichiometryMath():
            return self._formula(
                reference.getStoichiometryMath().getMath(), f"stoichiometry of {reference.getSpecies()}"
            )
        if self.model.getLevel() > 2 and not reference.isSetStoichiometry():
            where = reference.getParentSBMLObject().getParentSBMLObject().getId()
            raise model_error("a stoichiometry without a value", where=where, found=reference.getSpecies())
        value = Number(reference.getStoichiometry() / reference.getDenominator())  # levels 1 and 2 know fractions
        if name:
            self.rules[name] = value
        return value

    def _conversion(self, species: Any) -> Expression:
        factor = species.getConversionFactor() or self.model.getConversionFactor()
        return Symbol(factor) if factor else Number(1.0)

    # constants --------------------------------------------------------------------------------------------

    def _decide_constants(self) -> None:
        """A constant given by a formula of parameters follows them; one that reads a state is fixed."""
        for name, formula in self.undecided.items():
            if self._is_steady(formula):
                self.rules[name] = formula
            else:
                self.parameters.append(name)

    def _forgive_unused(self, events: Iterable[Event]) -> None:
        """A parameter without a value is no trouble where no formula uses it."""
        formulas = [
            *self.rates.values(),
            *self.rules.values(),
            *self.starts.values(),
            *chain(*map(formulas_of, events)),
        ]
        used = {name for formula in formulas for name in symbols(formula)}
        for name in [name for name in self.parameters if name not in self.starts and name not in used]:
            self.parameters.remove(name)
            self.rules[name] = Number(math.nan)

    def _is_steady(self, formula: Expression) -> bool:
        return not uses_time(formula) and all(
            name in self.parameters or self._is_steady_name(name) for name in symbols(formula)
        )

    def _is_steady_name(self, name: str) -> bool:
        if name not in self.steady:
            self.steady[name] = False  # so that nothing in a circle is
            formula = self.rules.get(name, self.undecided.get(name))
            self.steady[name] = formula is not None and self._is_steady(formula)
        return self.steady[name]


def _finite(name: str, value: float) -> float:
    if not math.isfinite(value):
        raise model_error("the value at the start is not a finite number", where=name, found=str(value))
    return value


def _dimensions(compartment: Any) -> float:
    return float(compartment.getSpatialDimensionsAsDouble())
