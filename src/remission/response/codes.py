"""The words of RECIST 1.1 and iRECIST as small integers, and back.

Arrays hold int8 codes, tables hold the members' names.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike

from remission.arrays import Texts


class Response(IntEnum):
    """RECIST 1.1 responses (Eisenhauer 2009, tables 1 and 2); `NA`: the patient has no such lesions."""

    NE = 0
    CR = 1
    PR = 2
    SD = 3
    NON_CR_NON_PD = 4
    PD = 5
    NA = 6


class IResponse(IntEnum):
    """iRECIST responses (Seymour 2017, table 2); `iNON` is neither complete response nor progression."""

    iNE = 0
    iCR = 1
    iPR = 2
    iSD = 3
    iNON = 4
    iUPD = 5
    iCPD = 6


# The same codes as plain int8: looking up a member of an enumeration costs more than comparing a small array.
NE, CR, PR, SD, NON_CR_NON_PD, PD, NA = (np.int8(code) for code in Response)
INE, ICR, IPR, ISD, INON, IUPD, ICPD = (np.int8(code) for code in IResponse)


class Cause(IntEnum):
    """What made a scan a progression; the first that holds, in this order."""

    NONE = 0
    TARGET = 1
    NON_TARGET = 2
    NEW_LESION = 3


RESPONSE_NAMES = tuple(member.name for member in Response)
IRESPONSE_NAMES = tuple(member.name for member in IResponse)
CAUSE_NAMES = (None, "target", "non-target", "new lesion")

# From best to worst; a code's place in this row is its rank. A response that cannot be judged ranks last.
_BEST_FIRST = (
    Response.CR,
    Response.PR,
    Response.SD,
    Response.NON_CR_NON_PD,
    Response.PD,
    Response.NE,
    Response.NA,
)
RANK = np.empty(len(Response), np.int8)
RANK[list(_BEST_FIRST)] = np.arange(len(_BEST_FIRST))


def response_names(codes: ArrayLike) -> Texts:
    """Names of RECIST codes, any shape.

    Examples
    --------
    >>> [str(name) for name in response_names([1, 4, 5])]
    ['CR', 'NON_CR_NON_PD', 'PD']
    """
    return np.array(RESPONSE_NAMES)[np.asarray(codes)]


def iresponse_names(codes: ArrayLike) -> Texts:
    """Names of iRECIST codes, any shape.

    Examples
    --------
    >>> [str(name) for name in iresponse_names([5, 6])]
    ['iUPD', 'iCPD']
    """
    return np.array(IRESPONSE_NAMES)[np.asarray(codes)]
