"""RECIST 1.1 and iRECIST: the same code for simulated and real patients.

`begin` and `assess` take n patients one scan further; `assess_table` runs them over a table of measurements.
"""

from __future__ import annotations

from remission.response.audit import Finding, compare_recorded
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
from remission.response.endpoints import Endpoints, read_endpoints
from remission.response.recist import Assessment, assess
from remission.response.scan import Scan
from remission.response.state import IrecistState, RecistState, begin
from remission.response.table import ResponseTables, assess_table

__all__ = [
    "CAUSE_NAMES",
    "IRESPONSE_NAMES",
    "RESPONSE_NAMES",
    "Assessment",
    "Cause",
    "Endpoints",
    "Finding",
    "IResponse",
    "IrecistState",
    "RecistState",
    "Response",
    "ResponseTables",
    "Scan",
    "Timing",
    "assess",
    "assess_table",
    "begin",
    "compare_recorded",
    "iresponse_names",
    "read_endpoints",
    "response_names",
]
