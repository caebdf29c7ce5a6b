"""From a study to a folder of results: plan, executors, store, provenance, summary."""

from __future__ import annotations

from remission.run.execute import InterruptedRunError, Step, execute, plan_run
from remission.run.folder import RunFolder
from remission.run.plan import Block, Plan
from remission.run.progress import shown_progress
from remission.run.provenance import Provenance
from remission.run.summary import summarise
from remission.run.tables import TABLE_NAMES, make_table, schema

__all__ = [
    "TABLE_NAMES",
    "Block",
    "InterruptedRunError",
    "Plan",
    "Provenance",
    "RunFolder",
    "Step",
    "execute",
    "make_table",
    "plan_run",
    "schema",
    "shown_progress",
    "summarise",
]
