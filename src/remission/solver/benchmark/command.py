"""What `remission bench solver` does."""

from __future__ import annotations

import json as json_format
from collections.abc import Sequence
from pathlib import Path

from remission.solver.benchmark.compare import BUDGET, OURS, as_numbers, as_table, compare, find_tasks, thread_gain
from remission.solver.benchmark.figure import write_figure
from remission.solver.benchmark.measure import Curve
from remission.solver.benchmark.peers import PEERS
from remission.solver.benchmark.task import Task
from remission.solver.errors import data_error


def bench_solver(
    own: str,
    *,
    models: Path | None = None,
    json: Path | None = None,
    figure: Path | None = None,
    peers: Sequence[str] | None = None,
    budget: float = BUDGET,
    patients: int | None = None,
) -> None:
    """Print patients a CPU second at one measured error, ours and other solvers' in the same run.

    Parameters
    ----------
    own : str
        Antimony of the project's own mechanism, which is always measured.
    models : Path, optional
        Folder with the models S, M and L.
    json : Path, optional
        File for ``{model: {"remission": rate, PEER: rate, "ratio": against the fastest}}``.
    figure : Path, optional
        File for the work-precision figure (SVG).
    peers : sequence of str, optional
        Which other solvers; by default all that are installed.
    budget : float
        Processor seconds that a peer gets for one model.
    patients : int, optional
        Patients of our own runs.

    Raises
    ------
    DataError
        If the folder holds no model of the benchmark, or a peer is not known.
    """
    unknown = set(peers or ()) - set(PEERS)
    if unknown:
        raise data_error("an unknown peer", where="--peer", found=sorted(unknown)[0], allowed=", ".join(PEERS))
    found: dict[Task, dict[str, Curve]] = {}
    for task in find_tasks(own, models):
        found[task] = dict(compare(task, peers, budget, patients))
        print(as_table(task, found[task]), flush=True)
        best = found[task][OURS].best
        if best is not None:
            print(f"  two threads: {thread_gain(task, best):.2f} times one, by the clock on the wall", flush=True)
    if json is not None:
        numbers = {task.name: as_numbers(curves) for task, curves in found.items()}
        json.parent.mkdir(parents=True, exist_ok=True)
        json.write_text(json_format.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    if figure is not None:
        write_figure(found, figure)
