"""Runs that pages wait for: a first look in memory, then more and more patients in a run folder.

Every stage is a run of its own to more patients in the same folder, so a server that is stopped loses at most the
blocks that were being made, and the same setting goes on where it was. Two pages that ask for the same setting share
a job; it ends when none wants it any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock, Thread
from typing import Any
from uuid import uuid4

from remission.errors import Problem, RemissionError, RunError
from remission.run import RunFolder
from remission.run.execute import Step, execute
from remission.run.provenance import read_provenance
from remission.run.store import store_at
from remission.study import StudyDefinition
from remission.web.look import first_look
from remission.web.places import Places
from remission.web.setting import MOST_PATIENTS, Asked
from remission.web.study_text import key_of, study_of
from remission.web.view import view
from remission.web.workers import POLL_SECONDS, CancelledError, WarmExecutor, Workers, result_of, wait_for

FIRST_PATIENTS = 256
STAGES = (2048, 6144, MOST_PATIENTS)
MOST_JOBS = 4
MOST_KEPT = 16
ABANDONED_SECONDS = 60.0
ENDED = ("done", "cancelled", "failed")


@dataclass
class Job:
    """One setting on its way; read by pages, written by its own thread.

    Parameters
    ----------
    key : str
        Of the setting.
    definition : StudyDefinition
        What is run.
    name : str
        Of its run folder.
    wanted : int
        Patients that were asked for.
    """

    key: str
    definition: StudyDefinition
    name: str
    wanted: int
    owners: set[str]
    id: str = field(default_factory=lambda: uuid4().hex)
    state: str = "running"
    done: int = 0
    view: dict[str, Any] | None = None
    problems: tuple[Problem, ...] = ()
    version: int = 0
    heard: float = field(default_factory=time.monotonic)

    def tell(self, **changes: Any) -> None:
        """Change what pages see."""
        for name, value in changes.items():
            setattr(self, name, value)
        self.version += 1

    def unwanted(self) -> bool:
        """Whether nobody waits any more."""
        return not self.owners or time.monotonic() - self.heard > ABANDONED_SECONDS

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED

    def progress(self) -> dict[str, Any]:
        """State and progress, without the view."""
        problems = [vars(problem) for problem in self.problems]
        return {"id": self.id, "state": self.state, "done": self.done, "wanted": self.wanted, "problems": problems}


@dataclass
class Jobs:
    """The jobs of a server.

    Parameters
    ----------
    places : Places
        Where runs are kept.
    workers : Workers
        Who does them.
    look : callable
        The first look; in place of `first_look` in tests.
    """

    places: Places
    workers: Workers
    look: Callable[[StudyDefinition], dict[str, Any]] = first_look
    _jobs: dict[str, Job] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def ask(self, asked: Asked) -> Job:
        """Begin a job, or join the one that has this setting.

        Raises
        ------
        StudyError
            If the setting gives no study.
        RunError
            If too many jobs are going.
        """
        definition = study_of(asked.setting, asked.patients)
        key = key_of(definition)
        name, folder = self.places.explored(asked.setting.study, key)
        with self._lock:
            same = [job for job in self._jobs.values() if job.key == key and not job.ended]
            for job in (job for job in same if not job.unwanted()):
                job.owners.add(asked.tab)
                job.tell(wanted=max(job.wanted, asked.patients), heard=time.monotonic())
                return job
            self._make_room()
            job = Job(key, definition, name, asked.patients, {asked.tab})
            self._jobs[job.id] = job
        Thread(target=self._go, args=(job, folder, same), daemon=True).start()
        return job

    def _make_room(self) -> None:
        going = [job for job in self._jobs.values() if not job.ended and not job.unwanted()]
        if len(going) >= MOST_JOBS:
            step = "wait for one, or cancel it"
            raise RunError("too many runs are going", found=str(len(going)), allowed=str(MOST_JOBS), next_step=step)
        for job in [job for job in self._jobs.values() if job.ended][: -MOST_KEPT or None]:
            del self._jobs[job.id]

    def get(self, number: str) -> Job:
        """The job of a number.

        Raises
        ------
        RunError
            If there is none, or not any more.
        """
        job = self._jobs.get(number)
        if job is None:
            step = "ask again: finished blocks are kept"
            raise RunError("the server does not know this run; it may have been started anew", next_step=step)
        job.heard = time.monotonic()
        return job

    def leave(self, number: str, tab: str) -> None:
        """A page does not want a job any more."""
        job = self._jobs.get(number)
        if job is not None:
            job.owners.discard(tab)

    def going(self) -> frozenset[str]:
        """Names of the folders that are being written."""
        return frozenset(job.name for job in tuple(self._jobs.values()) if not job.ended)

    def stop(self) -> None:
        """Let every job end after the block it is at."""
        for job in tuple(self._jobs.values()):
            job.owners.clear()

    def _go(self, job: Job, folder: Path, before: list[Job]) -> None:
        try:
            while not all(other.ended for other in before):  # on the same folder, about to end
                if job.unwanted():
                    raise CancelledError
                time.sleep(POLL_SECONDS)
            self._sharpen(job, folder)
            job.tell(state="done")
        except CancelledError:
            job.tell(state="cancelled")
        except RemissionError as error:
            job.tell(state="failed", problems=error.problems)
        except Exception as error:
            what = f"a fault of remission itself: {type(error).__name__}: {error}"
            fault = Problem(what, next_step="please report it")
            job.tell(state="failed", problems=(fault,))
        self.places.tidy(self.going())

    def _sharpen(self, job: Job, folder: Path) -> None:
        held = _held(folder)
        if held < FIRST_PATIENTS:
            few = _with_patients(job.definition, min(FIRST_PATIENTS, job.wanted))
            first = self.workers.submit(self.look, few, first=True)
            job.tell(view=wait_for(first, job.unwanted), done=few.patients)
        reached = 0
        while reached < max(job.wanted, held):
            # A folder never shrinks: what it holds is the least that the next stage asks for.
            reached = max(held, min(job.wanted, next(stage for stage in STAGES if stage > reached)))
            self._stage(job, folder, reached)

    def _stage(self, job: Job, folder: Path, patients: int) -> None:
        def progress(step: Step) -> None:
            job.tell(done=max(job.done, min(step.patients_done, job.wanted)))

        execute(
            job.definition,
            out=folder,
            patients=patients,
            workers=self.workers.count,
            executor=WarmExecutor(self.workers, job.unwanted),
            progress=progress,
        )
        shown = self.workers.submit(view_of, folder, first=True)
        job.tell(view={**result_of(shown), "run": job.name}, done=patients)


def view_of(folder: Path) -> dict[str, Any]:
    """The view of a run folder; for a process that is ready."""
    return view(RunFolder.open(folder))


def _held(folder: Path) -> int:
    provenance = read_provenance(store_at(folder))
    return 0 if provenance is None else provenance.patients


def _with_patients(definition: StudyDefinition, patients: int) -> StudyDefinition:
    return replace(definition, patients=patients)
