"""Run a study into a folder: only what is missing is done, and every file is whole or absent.

In order:

1. the folder is held against the study, the seed and the patients asked for;
2. blocks that are missing or damaged are planned, and the room on the disk is checked;
3. the manifest is taken away, so that the folder counts as unfinished, and provenance is written;
4. the blocks are simulated and written;
5. the run is closed: provenance, summary and, last, the manifest (`remission.run.closing`).

Of shards, 1 to 4 are done for their blocks alone, and 5 by whoever finds all blocks there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from remission.errors import RunError
from remission.run.closing import close, is_finished, missing_blocks
from remission.run.cost import check_room
from remission.run.executors import Executor, executor_for
from remission.run.files import MANIFEST, STUDY
from remission.run.folder import RunFolder, known_provenance
from remission.run.plan import Plan, Task
from remission.run.provenance import Provenance, write_provenance
from remission.run.request import Request, prepare
from remission.run.shards import Shards
from remission.run.store import Place, entry_of
from remission.run.work import Simulate, Work


class InterruptedRunError(RunError):
    """Ctrl-C: what is finished stays."""


@dataclass(frozen=True)
class Step:
    """How far a run is; what a progress callback is given.

    Parameters
    ----------
    done, total : int
        Blocks of the whole run, each of one arm as in the plan; those found in the folder are done.
    patients_done, patients_total : int
        Patients of the whole run; one of whom every arm is there is done.
    found : int
        Blocks that were in the folder already.
    damaged : tuple of str
        Files that had changed since they were written and are made again.
    """

    done: int
    total: int
    patients_done: int
    patients_total: int
    found: int = 0
    damaged: tuple[str, ...] = ()

    def after(self, task: Task) -> Step:
        """The step when a task is done."""
        done = self.done + len(task.blocks) * len(task.arms)
        return replace(self, done=done, patients_done=self.patients_done + len(task.patients))


Progress = Callable[[Step], None]


def execute(
    definition: Any,
    *,
    out: Place,
    progress: Progress | None = None,
    executor: Executor | None = None,
    simulate: Simulate | None = None,
    **asked: Any,
) -> RunFolder:
    """Run a study into a folder, or finish, extend, or repair the run that is there.

    Parameters
    ----------
    definition : StudyDefinition
        The study.
    out : path or URI
        A new or empty folder, or one with a run of the same study and seed: then missing blocks, further
        patients and further arms are added, and nothing else is touched.
    progress : callable, optional
        Called with a `Step` at the start and after each block.
    executor : Executor, optional
        Who does the work, in place of this process or processes started for it.
    simulate : callable, optional
        In place of `remission.clinic.simulate_block`.
    **asked
        Patients, seed, arms and so on: as for `remission.run.request.prepare`.

    Returns
    -------
    RunFolder

    Raises
    ------
    RunError
        If the folder holds something else, cannot be written, or has too little room.
    InterruptedRunError
        On Ctrl-C; finished blocks stay.
    """
    with _resumable(prepare(definition, out=out, **asked), progress) as (request, reached):
        return _finished(request) or _close(_made(request, reached, executor, simulate))


def execute_shards(
    definition: Any,
    shards: Shards,
    *,
    out: Place,
    progress: Progress | None = None,
    executor: Executor | None = None,
    simulate: Simulate | None = None,
    **asked: Any,
) -> RunFolder | int:
    """Make the blocks of some shards; parameters and errors as for `execute`.

    Returns
    -------
    RunFolder or int
        The run if all its blocks are there now, whoever made them; else how many are missing, each of one arm.
    """
    with _resumable(prepare(definition, out=out, shards=shards, **asked), progress) as (request, reached):
        finished = _finished(request)
        if finished is not None:
            return finished
        missing = missing_blocks(_made(request, reached, executor, simulate).store, known_provenance(request.store))
        return missing or _close(request)


def plan_run(definition: Any, *, out: Place, **asked: Any) -> Plan:
    """What `execute` with the same arguments would do, and its cost; nothing is written.

    Raises
    ------
    RunError
        If the folder holds something else.
    """
    return prepare(definition, out=out, **asked).plan


def _finished(request: Request) -> RunFolder | None:
    return RunFolder.of(request.store) if not request.plan.tasks and is_finished(request.store) else None


def _made(request: Request, reached: _Reached, executor: Executor | None, simulate: Simulate | None) -> Request:
    """The request when all its blocks are there."""
    check_room(request.store, request.plan.cost)
    _begin(request)
    study = request.definition
    work = Work(study, study.seed, request.identity.key, request.store, simulate or _clinic())
    reached.tell(reached.step)
    (executor or executor_for(request.plan.workers)).run(work, request.plan.tasks, reached.after)
    return request


def _begin(request: Request) -> None:
    """From here on the folder counts as unfinished, until the manifest is back."""
    store, held, text = request.store, request.held, request.definition.text.encode()
    store.clean()
    store.remove(MANIFEST)
    kept = store.read(STUDY) if store.size(STUDY) is not None else b""
    if held is None or entry_of(kept).sha256 != held.study_sha256:
        store.write(STUDY, text)
        kept = text
    digest, made_with = entry_of(kept).sha256, held.environments if held else ()
    plan = request.plan
    provenance = Provenance(request.identity, plan.patients, plan.arms, digest, made_with, plan.block_patients)
    if provenance != held:
        write_provenance(store, provenance)


def _close(request: Request) -> RunFolder:
    from remission.run.summary import summarise

    return close(request.store, lambda folder: summarise(folder, request.definition))


@dataclass
class _Reached:
    """How far the run is, told to whoever asked."""

    step: Step
    tell: Progress

    def after(self, task: Task) -> None:
        self.step = self.step.after(task)
        self.tell(self.step)


@contextmanager
def _resumable(request: Request, progress: Progress | None) -> Iterator[tuple[Request, _Reached]]:
    """A run that ends early leaves nothing half-written; Ctrl-C says how far it is and how it goes on."""
    reached = _Reached(first_step(request.plan), progress or (lambda _: None))
    try:
        yield request, reached
    except BaseException as error:
        request.store.clean()  # a worker that was ended in the middle of a file left it
        if not isinstance(error, KeyboardInterrupt):
            raise
        raise InterruptedRunError(
            f"stopped after {reached.step.done} of {reached.step.total} blocks",
            next_step="run the same command again: finished blocks are kept",
        ) from None


def first_step(plan: Plan) -> Step:
    """The step before anything is done."""
    missing = sum(len(task.patients) for task in plan.tasks)
    total = plan.finished + sum(len(task.blocks) * len(task.arms) for task in plan.tasks)
    patients = plan.patients_in_shards
    return Step(plan.finished, total, patients - missing, patients, plan.finished, plan.damaged)


def _clinic() -> Simulate:
    from remission.clinic import simulate_block

    simulate: Simulate = simulate_block
    return simulate
