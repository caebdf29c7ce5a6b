"""RECIST 1.1 and iRECIST: the same code for simulated and real patients.

`begin` and `assess` take n patients one scan further; `assess_table` runs them over a table of measurements.
"""

from __future__ import annotations

from remission.response.codes import (
    CAUSE_NAMES,
    IRESPONSE_NAMES,
    RESPONSE_NAMES,
    Cause,
    IResponse,
    Response,
    iresponse_names,
    response_names,
)
from remission.response.criteria import Timing
from remission.response.recist import Assessment, assess
from remission.response.scan import Scan
from remission.response.state import IrecistState, RecistState, begin

__all__ = [
    "CAUSE_NAMES",
    "IRESPONSE_NAMES",
    "RESPONSE_NAMES",
    "Assessment",
    "Cause",
    "IResponse",
    "IrecistState",
    "RecistState",
    "Response",
    "Scan",
    "Timing",
    "assess",
    "begin",
    "iresponse_names",
    "response_names",
]
