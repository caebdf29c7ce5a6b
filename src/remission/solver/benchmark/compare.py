"""All solvers on all models: the work behind `remission bench solver`."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from remission.solver.benchmark.measure import ERROR, Curve, Point, Stopwatch, one_line
from remission.solver.benchmark.ours import Ours
from remission.solver.benchmark.peers import PEERS
from remission.solver.benchmark.task import SETTINGS, Task
from remission.solver.errors import data_error
from remission.solver.method import METHODS

JUDGED = 32
"""Patients whose volumes are held against the reference, for every solver; slow ones run fewer of them."""
ENSEMBLE = {"S": 4096, "M": 1024, "L": 256, "mechanism": 2048}
"""Patients of our own timed runs."""
REFERENCE_TOLERANCE = (1e-10, 1e-8)
LOOSEST_OF_OURS, LOOSEST_OF_PEERS = 1e-3, 1e-2
BUDGET = 60.0
"""Processor seconds in which a peer has to be done with one model, but for the run under way."""
PROBED, PROBE, RUNS = 2, (1e-4, 1e-6), 15
"""A first run of two patients tells how many a peer can run so many times within its budget."""
OURS = "remission"


def find_tasks(own: str, models: Path | None) -> list[Task]:
    """The project's own model, and those of a folder that the benchmark knows.

    Parameters
    ----------
    own : str
        Antimony of the project's own mechanism.
    models : Path, optional
        Folder with ``S.ant``, ``M.ant``, ``L.ant``, or some of them.

    Returns
    -------
    list of Task

    Raises
    ------
    DataError
        If the folder holds none of them.
    """
    tasks = []
    if models is not None:
        files = {name: models / f"{name}.ant" for name in SETTINGS}
        tasks = [Task(name, path.read_text(encoding="utf-8")) for name, path in files.items() if path.is_file()]
        if not tasks:
            raise data_error(
                "no model of the benchmark in the folder", where=str(models), allowed="S.ant, M.ant, L.ant"
            )
    return [*tasks, Task("mechanism", own)]


def compare(
    task: Task, peers: Sequence[str] | None = None, budget: float = BUDGET, patients: int | None = None
) -> Iterator[tuple[str, Curve]]:
    """Work and precision of every solver on one model, ours first.

    Parameters
    ----------
    task : Task
    peers : sequence of str, optional
        Keys of `PEERS`; by default all.
    budget : float
        Processor seconds that a peer gets.
    patients : int, optional
        Patients of our own timed runs.

    Yields
    ------
    name, Curve
    """
    fine = Ours(task, "RODAS5P")
    reference = fine.volumes(fine.states(JUDGED, *REFERENCE_TOLERANCE))
    count = max(patients or ENSEMBLE[task.name], JUDGED)
    points: list[Point] = []
    for method in METHODS:
        ours = Ours(task, method)
        watch = Stopwatch(ours.states, ours.volumes, reference, budget, rounds=3, method=method)
        watch.descend(count, task.setting.tolerances, LOOSEST_OF_OURS)
        points += watch.points
    yield OURS, Curve(tuple(points))
    for name in PEERS if peers is None else peers:
        yield name, _of_peer(PEERS[name], task, fine, reference, budget)


def thread_gain(task: Task, best: Point, threads: int = 2, rounds: int = 7) -> float:
    """How many times faster several threads are than one, by the clock on the wall.

    One and several take turns, and the best time of each counts: other work on the machine only ever adds.

    Parameters
    ----------
    task : Task
    best : Point
        Method, tolerances and number of patients.
    threads, rounds : int
    """
    runs = {count: Ours(task, best.method, threads=count) for count in (1, threads)}
    spent = dict.fromkeys(runs, math.inf)
    for _ in range(rounds):
        for count, ours in runs.items():
            start = time.perf_counter()
            ours.shares(best.patients, best.rtol, best.atol)
            spent[count] = min(spent[count], time.perf_counter() - start)
    return spent[1] / spent[threads]


def _of_peer(make: Callable[[Task], Any], task: Task, fine: Ours, reference: Any, budget: float) -> Curve:
    try:
        peer = make(task)
    except ImportError as error:
        return Curve(note=f"not installed ({error.name})")
    except Exception as error:  # a peer that cannot be built or run is a line of the table, not the end of it
        return Curve(note=f"could not be built: {one_line(error)}")
    watch = Stopwatch(peer.states, fine.volumes, reference, budget)
    try:
        rate = watch.point(PROBED, *PROBE).rate  # also warms up what compiles at first use
        rate = max(rate, watch.point(PROBED, *PROBE).rate)
    except Exception as error:
        return Curve(note=f"failed: {one_line(error)}")
    watch.points.clear()
    watch.spent = 0.0
    patients = int(np.clip(rate * budget / RUNS, PROBED, JUDGED))
    watch.descend(patients, task.setting.tolerances, LOOSEST_OF_PEERS)
    notes = [f"stopped after {budget:g} s"] if watch.spent > budget else []
    if watch.failures:
        notes.append(f"gave up at {len(watch.failures)} tolerances ({watch.failures[0]})")
    return Curve(tuple(watch.points), "; ".join(notes))


def as_numbers(curves: Mapping[str, Curve]) -> dict[str, Any]:
    """Rates of one model, and ours against the fastest peer.

    Examples
    --------
    >>> made = {OURS: Curve((Point(1e-3, 1e-6, 5e-5, 600.0, 9),)), "A": Curve((Point(1e-4, 1e-6, 9e-5, 10.0, 9),))}
    >>> as_numbers({**made, "B": Curve(note="not installed (b)")})
    {'remission': 600.0, 'A': 10.0, 'B': None, 'ratio': 60.0}
    """
    rates = {name: curve.best.rate if curve.best else None for name, curve in curves.items()}
    fastest = max((rate for name, rate in rates.items() if name != OURS and rate), default=None)
    own = rates.get(OURS)
    return {**rates, "ratio": own / fastest if own and fastest else None}


def as_table(task: Task, curves: Mapping[str, Curve]) -> str:
    """The same for the screen."""
    ours = curves[OURS].best
    lines = [
        f"{task.name}: {len(task.network.states)} states, {len(task.varied)} parameters varied; "
        f"patients a CPU second at a largest error of {ERROR:g}"
    ]
    for name, curve in curves.items():
        best = curve.best
        if best is None:
            lines.append(f"  {name:24}          -   {curve.note or f'no tolerance gave {ERROR:g}'}")
            continue
        times = f"x {ours.rate / best.rate:.1f}" if ours else ""
        about = f"rtol {best.rtol:.0e}  atol {best.atol:.0e}  error {best.error:.1e}  {best.patients:4} patients"
        lines.append(f"  {name:24} {best.rate:10.1f}   {about}  {times}  {best.method}{curve.note}".rstrip())
    return "\n".join(lines)
