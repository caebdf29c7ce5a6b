"""From a study to a folder of results: plan, executors, store, provenance, summary."""

from __future__ import annotations

from remission.run.execute import InterruptedRunError, Step, execute, execute_shards, plan_run
from remission.run.folder import RunFolder
from remission.run.plan import Block, Plan
from remission.run.progress import shown_progress
from remission.run.provenance import Provenance
from remission.run.summary import summarise

__all__ = [
    "Block",
    "InterruptedRunError",
    "Plan",
    "Provenance",
    "RunFolder",
    "Step",
    "execute",
    "execute_shards",
    "plan_run",
    "shown_progress",
    "summarise",
]
