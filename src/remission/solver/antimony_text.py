"""Antimony text to SBML text, flattened."""

from __future__ import annotations

import threading

from remission.solver.errors import model_error

# The library rejects formulas of the main model that use a part of a submodel (`L1.S`), though it flattens
# them rightly. What is really wrong in such a model is found when the flattened text is read.
_SPURIOUS = "SBML error(s) when creating module"
_NOT_VALID = "the model text is not valid Antimony"
_LOCK = threading.Lock()  # the antimony library keeps what it has read in global memory


def antimony_to_sbml(text: str) -> str:
    """SBML of the last model of an Antimony text, submodels flattened.

    The variable `S` of the submodel instance `L1` becomes `L1_S`; its events become `L1__E0`, and so on.

    Parameters
    ----------
    text : str
        Antimony.

    Returns
    -------
    str
        SBML, level 3.

    Raises
    ------
    ModelError
        With the line that the antimony library names.

    Examples
    --------
    >>> "rateRule" in antimony_to_sbml("x = 1; x' = -x;")
    True
    """
    import antimony

    with _LOCK:
        antimony.clearPreviousLoads()
        try:
            if antimony.loadAntimonyString(text) < 0 and _SPURIOUS not in antimony.getLastError():
                raise model_error(_NOT_VALID, "model text", antimony.getLastError())
            return antimony.getSBMLString(antimony.getMainModuleName())
        except UnicodeDecodeError:  # the library cuts its messages between bytes of one letter
            raise model_error(_NOT_VALID, *_foreign_letter(text), allowed="names in ASCII") from None
        finally:
            antimony.clearPreviousLoads()


def _foreign_letter(text: str) -> tuple[str, str]:
    """Where the first letter stands that is not of ASCII, and which it is."""
    place = next(place for place, letter in enumerate(text) if not letter.isascii())
    return f"line {text.count(chr(10), 0, place) + 1}", repr(text[place])
