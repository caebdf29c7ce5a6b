"""What a model text means, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from solver_models import LESIONS

from remission.errors import ModelError
from remission.solver import compile_antimony, compile_network, read_antimony, read_sbml
from remission.solver.antimony_text import antimony_to_sbml
from remission.solver.expression import Number

SBML = """<?xml version="1.0" encoding="UTF-8"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1"><model id="m">
<listOfCompartments><compartment id="c" size="2" constant="true" spatialDimensions="3"/></listOfCompartments>
<listOfSpecies><species id="S" compartment="c" initialConcentration="5" hasOnlySubstanceUnits="false"
  boundaryCondition="false" constant="false"/></listOfSpecies>
<listOfParameters><parameter id="k" value="0.3" constant="true"/></listOfParameters>{rules}
<listOfReactions><reaction id="J" reversible="false" fast="{fast}"><listOfReactants>
<speciesReference species="S" stoichiometry="1" constant="true"/></listOfReactants><kineticLaw>
<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><times/><ci>k</ci><ci>S</ci></apply></math>
</kineticLaw></reaction></listOfReactions>
</model></sbml>"""
ALGEBRAIC = """<listOfRules><algebraicRule><math xmlns="http://www.w3.org/1998/Math/MathML">
<apply><minus/><ci>S</ci><ci>k</ci></apply></math></algebraicRule></listOfRules>"""


def test_rate_rules_parameters_and_assignment_rules() -> None:
    network = read_antimony("x = 3; x' = -k*x; k = 0.1; twice := 2*x;")
    assert (network.states, network.initial) == (("x",), (3.0,))
    assert (network.parameters, network.defaults) == (("k",), (0.1,))
    assert [name for name, _ in network.rules] == ["twice"]


def test_submodels_are_flattened_with_an_underscore() -> None:
    network = read_antimony(LESIONS)
    assert {"L1_S", "L2_S", "L3_S", "E", "A"} <= set(network.states)
    assert dict(zip(network.states, network.initial, strict=True))["L2_S"] == 40.0
    assert [event.name for event in network.events][:2] == ["L1__E0", "L1__E1"]
    assert "L3_k" in network.parameters


def test_a_constant_given_by_parameters_follows_them() -> None:
    kernel = compile_antimony("x = 1; x' = -k2*x; k = 3; k2 = 2*k;", outputs=("k2",))
    assert kernel.parameters == ("k",)
    assert kernel.observe(np.ones((1, 1)), np.full((1, 1), 5.0), np.zeros(1)).tolist() == [[10.0]]


def test_a_constant_given_by_a_start_stays() -> None:
    network = read_antimony("x = 4; x' = -x; k = 2*x; y = 0; y' = k;")
    assert dict(zip(network.parameters, network.defaults, strict=True)) == {"k": 8.0}


def test_reactions_move_amounts() -> None:
    kernel = compile_antimony("species A, B; A = 9; B = 0; k = 0.5; J: 2 A -> B; k*A;")
    result = kernel.advance(kernel.initial_state[None], kernel.defaults[None], np.zeros(1), np.ones(1), rtol=1e-9)
    state = dict(zip(kernel.states, result.state[0], strict=True))
    assert state["A"] == pytest.approx(9 * np.exp(-1), rel=1e-6)
    assert state["B"] == pytest.approx((9 - state["A"]) / 2, rel=1e-6)


def test_a_species_stands_for_its_concentration() -> None:
    network = read_sbml(SBML.format(rules="", fast="false"))
    assert network.initial == (10.0,)  # the amount
    kernel = compile_network(network, outputs=("S", "[S]", "J"))
    found = kernel.observe(np.array([[10.0]]), kernel.defaults[None], np.zeros(1))
    assert found.tolist() == [[10.0, 5.0, 1.5]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SBML.format(rules=ALGEBRAIC, fast="false"), "algebraic rule"),
        (SBML.format(rules="", fast="true"), "J: a fast reaction"),
        (SBML.format(rules="", fast="false").replace("<ci>k</ci><ci>S</ci>", "").replace("times", "minus"), "too few"),
        (SBML.format(rules="", fast="false").replace('compartment="c"', 'compartment="d"'), "S: the compartment"),
        (SBML.format(rules="", fast="false").replace('species="S"', 'species="T"'), "J: a species of a reaction"),
        ("<sbml", "not valid SBML"),
        ("", "not valid SBML"),
    ],
)
def test_sbml_that_is_refused(text: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        read_sbml(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1; x' = -k*", "not valid Antimony"),
        ("x = 1; x' = -k*x;", "k: no value is given"),
        ("x' = -1;", "x: no value is given"),
        ("k = 1;", "has no states"),
        ("x = 1; x' = -a; a := b; b := a;", "Loop detected"),
        ("x = 1; x' = -x; E1: at 2 after (x < 0.5): x = 3;", "delay"),
        ("x = 1; x' = delay(x, 3);", "does not support"),
        ("x = 1;\nx' = -x; \u03bb = 3;", "line 2: the model text is not valid Antimony"),
    ],
)
def test_antimony_that_is_refused(text: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        compile_antimony(text)


def test_sbml_and_antimony_say_the_same() -> None:
    text = "x = 3; x' = -k*x*piecewise(1, x > 1 && time < 5, 0.5); k = 0.1;"
    assert replace(read_sbml(antimony_to_sbml(text)), absorbing=True) == read_antimony(text)


def test_events_of_sbml_fire_when_their_trigger_becomes_true_and_those_of_antimony_absorb() -> None:
    text = "species S; S = 3; J1: S -> ; S; J2: -> S; 0.5; at (S < 1): S = 0;"
    ends = []
    for network in (read_sbml(antimony_to_sbml(text)), read_antimony(text)):
        kernel = compile_network(network, lanes=1)
        done = kernel.advance(kernel.initial_state[None], kernel.defaults[None], np.zeros(1), np.full(1, 50.0))
        ends.append(done.state[0, 0])
    assert ends == pytest.approx([0.5, 0.0], abs=1e-3)


def test_a_stoichiometry_may_be_a_fraction() -> None:
    text = """<?xml version="1.0" encoding="UTF-8"?>
    <sbml xmlns="http://www.sbml.org/sbml/level1" level="1" version="2"><model name="m">
    <listOfCompartments><compartment name="c" volume="2"/></listOfCompartments>
    <listOfSpecies><species name="A" compartment="c" initialAmount="4"/></listOfSpecies>
    <listOfReactions><reaction name="J" reversible="false"><listOfReactants>
    <speciesReference species="A" stoichiometry="3" denominator="2"/></listOfReactants>
    <kineticLaw formula="0.3*A*c"/></reaction></listOfReactions></model></sbml>"""
    kernel = compile_network(read_sbml(text))
    done = kernel.advance(kernel.initial_state[None], kernel.defaults[None], np.zeros(1), np.ones(1), rtol=1e-9)
    np.testing.assert_allclose(done.state[0, 0], 4 * np.exp(-1.5 * 0.3), rtol=1e-6)


def test_an_unchanged_variable_of_an_event_has_rate_zero() -> None:
    network = read_antimony("x = 1; x' = 1; n = 0; at (x > 2): n = 1;")
    assert dict(zip(network.states, network.rates, strict=True))["n"] == Number(0.0)


def test_the_package_itself_reads_nothing_on_import() -> None:
    program = "import sys, remission.solver; print({'antimony', 'libsbml', 'llvmlite'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_rate_of_change_of_what_a_rule_gives() -> None:
    text = "x = 1; x' = -x; V := 2 + sin(time) + x^2; r := rateOf(V); q := rateOf(x); k = 3; z := rateOf(k);"
    kernel = compile_antimony(text, outputs=("r", "q", "z"))
    found = kernel.observe(np.array([[0.4]]), kernel.defaults[None], np.array([1.2]))
    np.testing.assert_allclose(found, [[np.cos(1.2) - 2 * 0.4**2, -0.4, 0.0]], rtol=1e-14)


def test_a_concentration_in_a_swelling_compartment() -> None:
    for size in ("c := 1 + 0.5*time", "c = 1; c' = 0.5"):
        text = f"compartment c; {size}; species S in c; S = 2; S' = -0.3*S;"
        kernel = compile_antimony(text, outputs=("[S]", "amount(S)"))
        done = kernel.advance(
            kernel.initial_state[None], kernel.defaults[None], np.zeros(1), np.full(1, 2.0), rtol=1e-8
        )
        found = kernel.observe(done.state, kernel.defaults[None], np.full(1, 2.0))
        np.testing.assert_allclose(found, [[2 * np.exp(-0.6), 4 * np.exp(-0.6)]], rtol=1e-6)


def test_constants_that_are_no_finite_numbers_are_kept() -> None:
    constants = "".join(f'<parameter id="{k}" value="{v}" constant="true"/>' for k, v in (("a", "-INF"), ("b", "NaN")))
    text = SBML.format(rules="", fast="false").replace("</listOfParameters>", f"{constants}</listOfParameters>")
    kernel = compile_network(read_sbml(text), outputs=("a", "b"))
    assert kernel.parameters == ("c", "k")
    found = kernel.observe(kernel.initial_state[None], kernel.defaults[None], np.zeros(1))[0]
    assert found[0] == -np.inf
    assert np.isnan(found[1])
