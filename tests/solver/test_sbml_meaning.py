"""What SBML says in corners that models seldom enter; each answer is known in closed form."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest
from solver_sbml import C1, C2, SWELLING, course, sbml

from remission.errors import ModelError
from remission.solver import Status, compile_network, read_sbml

DAYS = (0.0, 0.5, 1.5, 2.0)
FALLING = {"id": "J", "from": {"S": 1}, "law": "0.5*S"}


def check(outputs: str, expected: Any, **model: Any) -> None:
    """The outputs of a model are the expected functions of time, or constants."""
    wanted = [[value(day) if callable(value) else value for value in expected] for day in DAYS]
    np.testing.assert_allclose(course(sbml(**model), outputs.split(), DAYS), wanted, rtol=1e-7, atol=1e-9)


# mathematics ----------------------------------------------------------------------------------------------

THREE, FOUR = "<cn>3</cn>", "<cn>4</cn>"
BY_MEANING = {
    **{f"<apply><{name}/></apply>": value for name, value in {"plus": 0, "times": 1, "and": 1, "or": 0}.items()},
    **{"<apply><xor/></apply>": 0, "<apply><min/></apply>": math.inf, "<apply><max/></apply>": -math.inf},
    **{f"<apply><{name}/>{THREE}</apply>": 3 for name in ("plus", "times", "min", "max")},
    **{f"<apply><{name}/>{THREE}</apply>": 1 for name in ("and", "or", "xor")},
    f"<apply><lt/>{THREE}{FOUR}{FOUR}</apply>": 0,
    f"<apply><leq/>{THREE}{FOUR}{FOUR}</apply>": 1,
    "<apply><xor/><true/><true/><true/></apply>": 1,
    f"<piecewise><piece>{THREE}<false/></piece></piecewise>": math.nan,
    f"<apply><root/><degree>{THREE}</degree><cn>27</cn></apply>": 3,
    f"<apply><log/><logbase>{THREE}</logbase><cn>81</cn></apply>": 4,
    "<apply><arccot/><cn>0</cn></apply>": math.pi / 2,
    "<apply><arccot/><cn>-2.5</cn></apply>": math.atan(-0.4),
    "quotient(-7, 2)": -3,
    "rem(-7, 2)": -1,
    "implies(1, 0)": 0,
    "10^400": math.inf,
    "(-10)^401": -math.inf,
    "2^INF": math.inf,
    "0.5^INF": 0,
    "exp(800)": math.inf,
    "cosh(-800)": math.inf,
    "sinh(-800)": -math.inf,
    "floor(INF)": math.inf,
    "0/0": math.nan,
    "1/0": math.inf,
    "INF - INF": math.nan,
    "ln(0)": -math.inf,
    "(-2)^0.3": math.nan,
}


def test_mathematics_in_rules_and_constants_whether_folded_or_computed() -> None:
    names = [f"k{number}" for number in range(len(BY_MEANING))]
    formulas = dict(zip(names, BY_MEANING, strict=True))
    shown = {f"rule_{name}": formula for name, formula in formulas.items()}
    no_value = dict.fromkeys([*names, *shown])
    text = sbml(parameters={"x": 1.0, **no_value}, rates={"x": "0"}, starts=formulas, rules=shown)
    found = course(text, [*names, *shown], (0.0,))[0]
    np.testing.assert_allclose(found, [*BY_MEANING.values()] * 2, rtol=1e-12)


def test_powers_with_an_infinite_exponent_are_left_to_the_machine() -> None:
    check(
        "big small",
        [math.inf, 0],
        parameters={"x": 2.0, "big": None, "small": None},
        rates={"x": "0"},
        rules={"big": "x^INF", "small": "(1/x)^INF"},
    )


def test_slopes_that_are_infinite_at_the_edge_stop_nobody() -> None:
    model = {"parameters": {"x": 1.0, "y": 0.0, "z": 0.0}, "rates": {"x": "0", "y": "arcsin(x)", "z": "arccosh(x)"}}
    check("y z", [lambda t: math.pi / 2 * t, 0], **model)


def test_a_concentration_is_compared_without_rounding_it_twice() -> None:
    rules = {"same": "piecewise(1, S >= 5 && S <= 5, 0)"}
    model = {"compartments": {"c": {"size": 49}}, "species": {"S": {"initialConcentration": 5}}}
    check("same", [1], parameters={"same": None, "x": 1.0}, rates={"x": "0"}, rules=rules, **model)


# names ----------------------------------------------------------------------------------------------------


def test_functions_may_swap_names_call_others_and_take_nothing() -> None:
    functions = {"g": "lambda(y, x, f(y, x) + f(x, x) + h())", "f": "lambda(x, y, 10*x - y)", "h": "lambda(7)"}
    rules = {"a": "f(y, x)", "b": "g(x, y)"}
    check(
        "a b",
        [19, 10 - 2 + 18 + 7],
        functions=functions,
        parameters={"x": 1, "y": 2, "a": None, "b": None, "s": 0},
        rates={"s": "1"},
        rules=rules,
    )


@pytest.mark.parametrize("name", ["k", "T", "c", "J", "f", "n"])
def test_a_local_parameter_hides_whatever_has_its_name(name: str) -> None:
    reaction = {"from": {"S": (1, "n")}, "law": f"2*{name}", "local": {name: 0.5}}
    model = {"compartments": C2, "species": {"S": {"initialAmount": 5}, "T": {"initialAmount": 7}}}
    check(
        "S T k",
        [lambda t: 5 - t, 7, 9],
        functions={"f": "lambda(x, x)"},
        parameters={"k": 9},
        reactions=[reaction],
        **model,
    )


def test_a_function_may_have_the_name_of_the_local_parameter_that_it_is_given() -> None:
    reaction = {"from": {"S": 1}, "law": "f(f)", "local": {"f": 0.5}}
    model = {"compartments": C1, "species": {"S": {"initialAmount": 5}}, "functions": {"f": "lambda(x, 2*x)"}}
    check("S", [lambda t: 5 - t], reactions=[reaction], **model)


def test_local_parameters_become_parameters_named_after_their_reaction() -> None:
    reactions = [{"id": r, "from": {"S": 1}, "law": "k", "local": {"k": v}} for r, v in (("J", 0.5), ("K", 0.25))]
    text = sbml(C1, {"S": {"initialAmount": 5}}, {"J_k": 3.0}, reactions=reactions)
    network = read_sbml(text)
    assert dict(zip(network.parameters, network.defaults, strict=True)) == {"J_k": 3.0, "J_k_": 0.5, "K_k": 0.25}


def test_constants_may_be_named_like_anything() -> None:
    names = ("time", "pi", "lambda", "inf", "nan", "true", "avogadro", "delay", "y", "t", "rateOf", "piecewise")
    values = {name: float(number) for number, name in enumerate(names)}
    formula = f"<apply><plus/>{''.join(f'<ci>{name}</ci>' for name in names)}</apply>"
    check(
        "x pi total",
        [lambda t: 66 * t, 1, 66],
        parameters={**values, "x": 0.0, "total": None},
        rules={"total": formula},
        rates={"x": formula},
    )


# rates of change ------------------------------------------------------------------------------------------


def test_the_rate_of_a_local_parameter_is_zero_though_it_hides_a_state() -> None:
    reaction = {"from": {"S": 1}, "law": "k + rateOf(k)", "local": {"k": 0.5}}
    model = {"compartments": C1, "species": {"S": {"initialAmount": 5}}, "parameters": {"k": 0.0}, "rates": {"k": "3"}}
    check("S", [lambda t: 5 - 0.5 * t], reactions=[reaction], **model)


def test_the_rate_of_a_concentration_counts_the_compartment() -> None:
    parameters = {"of_moving": None, "of_resting": None}
    rules = {"of_moving": "rateOf(S)", "of_resting": "rateOf(T)"}
    species = {"S": {"initialAmount": 6}, "T": {"initialAmount": 6}}
    reaction = {"from": {"S": 1}, "law": "3"}
    expected = [lambda t: -3 / (2 + t) - (6 - 3 * t) / (2 + t) ** 2, lambda t: -6 / (2 + t) ** 2]
    check(
        "of_moving of_resting",
        expected,
        compartments=SWELLING,
        species=species,
        parameters=parameters,
        rules=rules,
        rates={"c": "1"},
        reactions=[reaction],
    )


def test_a_start_may_be_a_rate_of_change() -> None:
    model = {"compartments": C1, "species": {"S": {"initialAmount": 3}}, "reactions": [FALLING]}
    check("k S", [-1.5, lambda t: 3 * math.exp(-0.5 * t)], parameters={"k": None}, starts={"k": "rateOf(S)"}, **model)


# events ---------------------------------------------------------------------------------------------------


def test_a_concentration_is_set_by_the_compartment_just_before() -> None:
    """Also if the value is that of the trigger's moment and another event has changed the compartment since."""
    fill = {"trigger": "time >= 1", "priority": "1", "set": {"S": "4"}}
    grow = {"trigger": "time >= 1", "priority": "2", "set": {"c": "10"}}
    both = {"trigger": "time >= 1", "set": {"c": "10", "S": "4"}}
    for events, after in (([fill, grow], 40), ([{**fill, "from_trigger_time": False}, grow], 40), ([both], 8)):
        model = {"compartments": SWELLING, "species": {"S": {"initialConcentration": 3}}}
        check("amount(S)", [lambda t, after=after: 6 if t < 1 else after], events=events, **model)


def test_an_event_at_a_time_fires_at_that_very_number_before_one_that_waits_until_after_it() -> None:
    for moment in (0.1, 0.37, 1.13, 1.3, 1.7):
        at = {"trigger": f"time >= {moment}", "priority": "1", "set": {"x": f"piecewise(3, time == {moment}, 4)"}}
        after = {"trigger": f"time > {moment}", "priority": "2", "set": {"y": "x"}}
        model = {"parameters": {"x": 0.0, "y": 0.0, "z": 1.0}, "rates": {"z": "-z"}, "events": [at, after]}
        assert course(sbml(**model), ["x", "y"], (2.0,)).tolist() == [[3.0, 3.0]]


def test_an_event_at_the_end_of_a_call_fires_in_it_and_the_next_call_goes_on() -> None:
    model = {"parameters": {"x": 0.0, "n": 0.0}, "rates": {"x": "1"}}
    text = sbml(**model, events=[{"trigger": "time >= 1000", "set": {"n": "n + 1"}}])
    days = (999.999, 1000.0, 1000.001)
    np.testing.assert_allclose(course(text, ["x", "n"], days), [[days[0], 0], [days[1], 1], [days[2], 1]])


def test_long_chains_of_events_at_one_moment_come_to_their_end() -> None:
    events = [
        {"trigger": "time >= 1", "set": {"on": "1"}},
        {"trigger": "on == 1 && n < 3000", "set": {"n": "n + 1", "on": "2"}},
        {"trigger": "on == 2", "set": {"on": "1"}},
    ]
    check("n", [lambda t: 0 if t < 1 else 3000], parameters={"n": 0, "on": 0}, events=events)


def test_an_event_that_sets_what_is_no_number_ends_the_course() -> None:
    event = {"trigger": "time >= 1", "set": {"x": "1/y"}}
    kernel = compile_network(read_sbml(sbml(parameters={"x": 1, "y": 0}, rates={"x": "1"}, events=[event])))
    done = kernel.advance(kernel.initial_state[None], kernel.defaults[None], np.zeros(1), np.full(1, 2.0))
    assert (done.status[0], done.time_day[0]) == (Status.NOT_FINITE, pytest.approx(1.0))


def test_what_says_nothing_does_nothing() -> None:
    """Level 3 version 2 lets mathematics be left out."""
    events = [{"trigger": None, "set": {"z": "5"}}, {"set": {"z": "6"}}, {"trigger": "time > 1", "set": {"z": None}}]
    parameters = {"x": 1.0, "y": 2.0, "z": 3.0}
    model = {"compartments": C1, "species": {"S": {"initialAmount": 4}}, "functions": {"f": None}}
    check(
        "x y z S",
        [1, 2, 3, 4],
        parameters=parameters,
        rules={"x": None},
        rates={"y": None},
        starts={"z": None},
        reactions=[{"from": {"S": 1}, "law": None}],
        events=events,
        **model,
    )


# stoichiometry --------------------------------------------------------------------------------------------


def test_stoichiometries_change_by_rules_rates_events_and_starts() -> None:
    event = {"trigger": "time >= 1", "set": {"n": "3"}}
    ways = (
        ({"starts": {"n": "1 + 1"}}, lambda t: 2 * t, 2),
        ({"rules": {"n": "3 + time"}}, lambda t: 3 * t + t * t / 2, lambda t: 3 + t),
        ({"starts": {"n": "2"}, "rates": {"n": "1"}}, lambda t: 2 * t + t * t / 2, lambda t: 2 + t),
        ({"starts": {"n": "2"}, "events": [event]}, lambda t: 2 * t + max(t - 1, 0), lambda t: 2 if t < 1 else 3),
    )
    for way, made, number in ways:
        reaction = {"into": {"S": (None, "n")}, "law": "1"}
        check("S n", [made, number], compartments=C1, species={"S": {"initialAmount": 0}}, reactions=[reaction], **way)


def test_a_fraction_is_a_stoichiometry_in_the_mathematics_of_level_2() -> None:
    plain = sbml(C1, {"S": {"initialAmount": 4}}, reactions=[{"from": {"S": 1}, "law": "0.5"}], level=(2, 4))
    for number, made in (('<cn type="rational">3<sep/>2</cn>', 1.5), ("<ci>c</ci>", 1.0)):
        mathematics = f'<math xmlns="http://www.w3.org/1998/Math/MathML">{number}</math>'
        said = f'<speciesReference species="S"><stoichiometryMath>{mathematics}</stoichiometryMath></speciesReference>'
        text = re.sub(r"<speciesReference.*?/>", said, plain)
        assert course(text, ["S"], (2.0,))[0, 0] == pytest.approx(4 - made)


# size -----------------------------------------------------------------------------------------------------


def test_formulas_and_chains_may_be_long_and_deep() -> None:
    links = range(1, 400)
    chain = {f"a{k}": f"a{k - 1} + a{k - 1}/{k}" for k in links} | {"a0": "1"}
    no_value = dict.fromkeys([*chain, *(f"r{k}" for k in range(400))])
    rules = {f"r{k}": f"r{k - 1} + 1" for k in links} | {"r0": "time"}
    rates = {"x": "(1 + " * 1500 + "time" + ")" * 1500}
    expected = [400, lambda t: t + 399, lambda t: 1500 * t + t * t / 2]
    check("a399 r399 x", expected, parameters={**no_value, "x": 0}, starts=chain, rules=rules, rates=rates)


def test_rates_that_ask_for_each_other_twice_are_read_once() -> None:
    rates = {f"x{k}": f"rateOf(x{k - 1}) + rateOf(x{k - 1})" for k in range(1, 40)} | {"x0": "1"}
    text = sbml(parameters=dict.fromkeys(rates, 0.0), rates=rates)
    assert course(text, ["x39"], (2.0,))[0, 0] == pytest.approx(2.0**40)


def test_elements_nested_beyond_what_libsbml_bears_are_refused() -> None:
    deep = f"<sbml>{'<apply>' * 5000}{'</apply>' * 5000}</sbml>"
    with pytest.raises(ModelError, match="line 1: elements are nested too deeply"):
        read_sbml(deep)


# values that are not there, and what has no meaning ---------------------------------------------------------


def test_a_parameter_without_a_value_that_nothing_uses_is_let_be() -> None:
    check("x y", [lambda t: t, math.nan], parameters={"x": 0.0, "y": None}, rates={"x": "1"})


X = {"parameters": {"x": 1.0, "y": 2.0}}
S = {"compartments": C1, "species": {"S": {"initialAmount": 1}}}
NO_MEANING = [
    ({"rates": {"x": "y"}, "rules": {"y": "z"}, **X}, "a name is used but never given"),
    ({"rules": {"z": "1"}, **X}, "rule: what is to be set is not there"),
    ({"starts": {"z": "1"}, **X}, "initial assignment: what is to be set is not there"),
    ({"events": [{"trigger": "x > 1", "set": {"z": "1"}}], **X}, "event: what is to be set is not there"),
    ({"rules": {"x": "1"}, "rates": {"x": "1"}, **X}, "one variable is set twice"),
    ({"rules": {"x": "1"}, "starts": {"x": "1"}, **X}, "assignment: what an assignment rule gives is set once more"),
    ({"rules": {"x": "1"}, "events": [{"trigger": "x > 1", "set": {"x": "1"}}], **X}, "event: what an assignment rule"),
    ({"rules": {"S": "1"}, "reactions": [FALLING], **S}, "J: a rule and a reaction change one species"),
    ({"rates": {"S": "1"}, "reactions": [FALLING], **S}, "J: a rule and a reaction change one species"),
    ({"starts": {"x": "y", "y": "x"}, **X}, "x -> y -> x: a value depends on itself"),
    ({"rates": {"x": "y"}, "rules": {"y": "y + 1"}, **X}, "y -> y: a rule depends on itself"),
    ({"rates": {"x": "rateOf(y)", "y": "rateOf(x)"}, **X}, "a rate of change depends on itself"),
    ({"starts": {"x": "1/0"}, "rates": {"x": "1"}, **X}, "x: the value at the start is not a finite number"),
    ({"rates": {"x": "f(x)"}, **X}, "rate rule of x: mathematics"),
    ({"rates": {"x": "f(x)"}, "functions": {"f": "lambda(y, g(y))", "g": "lambda(y, f(y))"}, **X}, "calls itself"),
    ({"rates": {"x": "f(x, 1)"}, "functions": {"f": "lambda(y, y)"}, **X}, "too few or too many arguments"),
    ({"rates": {"x": "f(x)"}, "functions": {"f": None}, **X}, "without mathematics"),
    ({"rates": {"x": "delay(x, 1)"}, **X}, "rate rule of x: mathematics"),
    ({"reactions": [{"from": {"S": 1}}], **S}, "J: a reaction without a kinetic law"),
    ({"reactions": [{"from": {"S": None}, "law": "1"}], **S}, "J: a stoichiometry without a value"),
]


@pytest.mark.parametrize(("model", "message"), NO_MEANING)
def test_what_has_no_meaning_is_refused_by_name(model: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        compile_network(read_sbml(sbml(**model)))
