"""SBML text to a libSBML model without submodels."""

from __future__ import annotations

import contextlib
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

import libsbml

from remission.solver.errors import model_error

DEEPEST_ELEMENT = 2000
"""Elements within elements; libSBML overruns its stack from about 5,000."""


def valid_model(text: str) -> OwnedModel:
    """Read SBML and flatten `comp`.

    Raises
    ------
    ModelError
        If the text is not valid SBML or needs a package other than `comp`.

    Examples
    --------
    >>> valid_model("<sbml")
    Traceback (most recent call last):
    remission.errors.ModelError: line 2: the text is not valid SBML
        found:   Unclosed XML token.
    """
    _refuse_abyss(text)
    document = libsbml.readSBMLFromString(text)
    errors = [document.getError(k) for k in range(document.getNumErrors())]
    fatal = [e for e in errors if e.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    if fatal or document.getModel() is None:
        line, message = (fatal[0].getLine(), fatal[0].getMessage().strip()) if fatal else (0, "no model in it")
        found = message.splitlines()[-1].strip()  # what is wrong here; the lines before it give the rule
        raise model_error("the text is not valid SBML", where=f"line {line}", found=found)
    for k in range(document.getNumPlugins()):
        package = document.getPlugin(k).getPackageName()
        if package == "comp":
            _flatten(document)
        elif package not in ("layout", "render", "l3v2extendedmath"):
            raise model_error("an SBML package that is not supported", found=package, allowed="core, comp")
    return OwnedModel(document)


class OwnedModel:
    """A model that keeps its document alive."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self.model = document.getModel()


def _refuse_abyss(text: str) -> None:
    """Raise if elements are nested so deeply that libSBML, which calls itself for each, would end the process."""
    parser, depth = ParserCreate(), 0

    def down(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST_ELEMENT:
            found, allowed = f"more than {DEEPEST_ELEMENT}", f"at most {DEEPEST_ELEMENT}"
            where = f"line {parser.CurrentLineNumber}"
            raise model_error("elements are nested too deeply", where=where, found=found, allowed=allowed)

    def up(*_: object) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = down, up
    with contextlib.suppress(ExpatError, ValueError):  # libSBML says what is wrong with the text
        parser.Parse(text, True)


def _flatten(document: Any) -> None:
    properties = libsbml.ConversionProperties()
    properties.addOption("flatten comp", True)
    if document.convert(properties) != libsbml.LIBSBML_OPERATION_SUCCESS:
        raise model_error("libSBML cannot put the submodels in place")
