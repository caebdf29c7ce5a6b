"""Values at day 0, and the rates of change that formulas ask for by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from remission.solver.errors import model_error
from remission.solver.expression import Apply, Expression, Number, Symbol, apply, evaluate
from remission.solver.network import Event


@dataclass
class RatesOf:
    """Puts the rate of change of a variable where a formula says `rateOf(variable)`.

    The rate of a state `S` becomes a rule of its own, `rateOf(S)`, in `named`.
    """

    rates: Mapping[str, Expression]
    rules: Mapping[str, Expression]
    named: dict[str, Expression] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def resolved(self, expression: Expression) -> Expression:
        """The formula without `rateOf`."""
        if not isinstance(expression, Apply):
            return expression
        if expression.operation == "rate_of":
            return self._rate(*expression.arguments)
        return Apply(expression.operation, tuple(self.resolved(argument) for argument in expression.arguments))

    def resolved_event(self, event: Event) -> Event:
        """The event without `rateOf`."""
        assignments = tuple(
            replace(assignment, value=self.resolved(assignment.value)) for assignment in event.assignments
        )
        priority = None if event.priority is None else self.resolved(event.priority)
        return replace(event, trigger=self.resolved(event.trigger), assignments=assignments, priority=priority)

    def _rate(self, variable: Expression) -> Expression:
        match variable:
            case Symbol(name) if name not in self.rules:
                return self._rate_of_name(name)
            case Apply("divide", (amount, Symbol() as size)):  # a concentration A/V: A'/V - A V'/V^2
                rate = apply("divide", self._rate(amount), size)
                dilution = apply("divide", apply("times", amount, self._rate(size)), apply("times", size, size))
                return apply("minus", rate, dilution)
        return apply("rate_of", variable)  # by the chain rule, when the graph is there

    def _rate_of_name(self, name: str) -> Expression:
        """A name for the rate of a state, so that it is read once however often it is asked for; 0 of a constant."""
        if name not in self.rates:
            return Number(0.0)
        if name in self.open:
            raise model_error("a rate of change depends on itself", where=" -> ".join([*self.open, name]))
        label = f"rateOf({name})"
        if label not in self.named:
            self.open.append(name)
            self.named[label] = self.resolved(self.rates[name])
            self.open.pop()
        return Symbol(label)


@dataclass
class StartValues:
    """Values at day 0, with every parameter at its default; each computed once."""

    rules: Mapping[str, Expression]
    starts: Mapping[str, Expression]
    rate_of: RatesOf
    known: dict[str, float] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> float:
        """Value of a state, parameter or rule at the start."""
        if name not in self.known:
            formula = self.rules.get(name) or self.rate_of.named.get(name) or self.starts.get(name)
            if formula is None:
                raise model_error("no value is given", where=name, next_step=f"add a line `{name} = ...;`")
            if name in self.open:
                raise model_error("a value depends on itself", where=" -> ".join([*self.open, name]))
            self.open.append(name)
            self.known[name] = evaluate(self.rate_of.resolved(formula), self)
            self.open.pop()
        return self.known[name]
