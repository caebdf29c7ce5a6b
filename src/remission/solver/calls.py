"""Why a lane calls for service, in its slot `call`; zero: it does not."""

from __future__ import annotations

EMPTY = -1.0
REACHED, CROSSED, FAILED = 1.0, 2.0, 10.0
"""Why a lane calls for service; `FAILED` plus a status code for a failure."""
