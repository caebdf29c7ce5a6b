"""Model texts: Antimony and SBML, changed, read and compiled."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from malformed.case import Case, Kind
from malformed.mutate_text import mutated_text

ANTIMONY = (
    "x = 3; x' = -k*x; k = 0.1; twice := 2*x; at (x < 1): x = 0;\n",
    "species A, B; A = 9; B = 0; k = 0.5; J: 2 A -> B; k*A;\nE1: at (time > 2), persistent=false: A = 5;\n",
    "compartment c = 2; species S in c; S = 5; J: S -> ; c*k*S/(S + 1)^2; k = 2;\n"
    "y = 1; y' = piecewise(1, y > 2, -y);\n",
    "model part()\n  S = 1; S' = -k*S; k = 1;\nend\n"
    "model whole()\n  L1: part(); L2: part(); L2.S = 4;\n  T := L1.S + L2.S;\nend\n",
)


@cache
def _sbml() -> tuple[bytes, ...]:
    from remission.solver.antimony_text import antimony_to_sbml

    return tuple(antimony_to_sbml(text).encode() for text in ANTIMONY)


def _antimony(random: Random) -> Case:
    text, how = mutated_text(random, random.choice(ANTIMONY).encode())
    return Case({"model.ant": text[:20_000]}, how)


def _sbml_case(random: Random) -> Case:
    text, how = mutated_text(random, random.choice(_sbml()))
    return Case({"model.xml": text[:200_000]}, how)


def _open(folder: Path, deep: bool) -> Any:
    from remission.solver import compile_file

    return compile_file(next(folder.glob("model.*"))).states


KINDS = (Kind("Antimony", 6, _antimony, _open), Kind("SBML", 6, _sbml_case, _open))
