"""SBML text to a libSBML model without submodels."""

from __future__ import annotations

from typing import Any

import libsbml

from remission.solver.errors import model_error


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
    document = libsbml.readSBMLFromString(text)
    errors = [document.getError(k) for k in range(document.getNumErrors())]
    fatal = [e for e in errors if e.getSeverity() >= libsbml.LIBSBML_SEV_ERROR]
    if fatal or document.getModel() is None:
        line, message = (fatal[0].getLine(), fatal[0].getMessage().strip()) if fatal else (0, "no model in it")
        raise model_error("the text is not valid SBML", where=f"line {line}", found=message.splitlines()[0])
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


def _flatten(document: Any) -> None:
    properties = libsbml.ConversionProperties()
    properties.addOption("flatten comp", True)
    if document.convert(properties) != libsbml.LIBSBML_OPERATION_SUCCESS:
        raise model_error("libSBML cannot put the submodels in place")
