"""Run a study into a folder: only what is missing is done, and every file is whole or absent.

In order:

1. the folder is held against the study, the seed and the patients asked for;
2. blocks that are missing or damaged are planned, and the room on the disk is checked;
3. the manifest is taken away, so that the folder counts as unfinished, and provenance is written;
4. the blocks are simulated and written;
5. the summary and, last, the manifest are written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from remission.errors import RunError
from remission.run.cost import check_room
from remission.run.executors import Executor, executor_for
from remission.run.files import MANIFEST, PROVENANCE, STUDY, SUMMARY
from remission.run.folder import RunFolder
from remission.run.manifest import complete_files, manifest_json
from remission.run.plan import BLOCK_PATIENTS, Plan, Task
from remission.run.provenance import Provenance, environment, read_provenance, write_provenance
from remission.run.request import Request, prepare
from remission.run.seal import plain_json
from remission.run.store import LocalStore, Store, entry_of, read_verified
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
    out: str | Path,
    patients: int | None = None,
    seed: int | None = None,
    arms: Sequence[str] | None = None,
    filled: str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    executor: Executor | None = None,
    simulate: Simulate | None = None,
    parameters_hash: str | None = None,
    block_patients: int = BLOCK_PATIENTS,
) -> RunFolder:
    """Run a study into a folder, or finish, extend, or repair the run that is there.

    Parameters
    ----------
    definition : StudyDefinition
        The study.
    out : path
        A new or empty folder, or one with a run of the same study and seed: then missing blocks, further
        patients and further arms are added, and nothing else is touched.
    patients, seed, filled : optional
        In place of the study's own.
    arms : sequence of str, optional
        Arms to simulate; by default those enabled in the study. Arms already in the folder stay.
    workers : int, optional
        Processes; by default one for small work, else one per core.
    progress : callable, optional
        Called with a `Step` at the start and after each block.
    executor : Executor, optional
        Who does the work, in place of this process or processes started for it.
    simulate : callable, optional
        In place of `remission.clinic.simulate_block`.
    parameters_hash : str, optional
        In place of `remission.biology.parameters_hash`.
    block_patients : int
        Patients to a block, the unit of files and of resuming; a folder keeps the size it began with.

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
    request = prepare(
        definition,
        out=out,
        patients=patients,
        seed=seed,
        arms=arms,
        filled=filled,
        workers=workers,
        parameters_hash=parameters_hash,
        block_patients=block_patients,
    )
    if not request.plan.tasks and is_finished(request.store):
        return RunFolder.open(out)
    check_room(request.store, request.plan.cost)
    reached = _Reached(first_step(request.plan), progress or (lambda _: None))
    try:
        _begin(request)
        _do(request, simulate or _clinic(), reached, executor or executor_for(request.plan.workers))
        return finish(request.store, request.definition)
    except KeyboardInterrupt:
        request.store.clean()
        raise InterruptedRunError(
            f"stopped after {reached.step.done} of {reached.step.total} blocks",
            next_step="run the same command again: finished blocks are kept",
        ) from None


def plan_run(definition: Any, *, out: str | Path, **asked: Any) -> Plan:
    """What `execute` with the same arguments would do, and its cost; nothing is written.

    Raises
    ------
    RunError
        If the folder holds something else.
    """
    return prepare(definition, out=out, **asked).plan


def is_finished(store: LocalStore) -> bool:
    """Whether a folder has its manifest, and documents that agree with it."""
    try:
        folder = RunFolder.open(store.root)
        for name in (STUDY, PROVENANCE, SUMMARY):
            read_verified(store, name, folder.files[name])
    except (RunError, KeyError):
        return False
    return True


def _begin(request: Request) -> None:
    """From here on the folder counts as unfinished, until the manifest is back."""
    store, text = request.store, request.definition.text.encode()
    store.clean()
    store.remove(MANIFEST)
    kept = store.read(STUDY) if store.size(STUDY) is not None else b""
    if request.held is None or entry_of(kept).sha256 != request.held.study_sha256:
        store.write(STUDY, text)
        kept = text
    provenance = provenance_of(request, kept)
    if provenance != request.held:
        write_provenance(store, provenance)


def provenance_of(request: Request, study_file: bytes) -> Provenance:
    """Provenance of the folder when the plan is done; earlier environments stay."""
    before, now = (request.held.environments if request.held else ()), environment()
    known = now in before or (before and not request.plan.tasks)
    environments = before if known else (*before, now)
    digest = hashlib.sha256(study_file).hexdigest()
    plan = request.plan
    return Provenance(request.identity, plan.patients, plan.arms, digest, environments, plan.block_patients)


def _do(request: Request, simulate: Simulate, reached: _Reached, executor: Executor) -> None:
    study = request.definition
    work = Work(study, study.seed, request.identity.key, request.store, simulate)
    reached.tell(reached.step)
    executor.run(work, request.plan.tasks, reached.after)


@dataclass
class _Reached:
    """How far the run is, told to whoever asked."""

    step: Step
    tell: Progress

    def after(self, task: Task) -> None:
        self.step = self.step.after(task)
        self.tell(self.step)


def first_step(plan: Plan) -> Step:
    """The step before anything is done."""
    missing = sum(len(task.patients) for task in plan.tasks)
    total = plan.finished + sum(len(task.blocks) * len(task.arms) for task in plan.tasks)
    return Step(plan.finished, total, plan.patients - missing, plan.patients, plan.finished, plan.damaged)


def finish(store: Store, definition: Any) -> RunFolder:
    """Write the summary and, last, the manifest of a folder whose blocks are all there.

    Raises
    ------
    RunError
        If a block is missing.
    """
    from remission.run.summary import summarise

    provenance = read_provenance(store)
    if provenance is None:
        raise RunError("the folder holds no run", where=PROVENANCE)
    files = complete_files(store, provenance)
    summary = plain_json(summarise(RunFolder(store, provenance, files), definition))
    store.write(SUMMARY, summary)
    store.clean()
    files[SUMMARY] = entry_of(summary)
    store.write(MANIFEST, manifest_json(provenance, files))
    return RunFolder(store, provenance, files)


def _clinic() -> Simulate:
    from remission.clinic import simulate_block

    simulate: Simulate = simulate_block
    return simulate
