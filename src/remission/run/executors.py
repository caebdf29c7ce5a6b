"""Who does the tasks: this process, or a crew of local processes. The files are the same either way.

An executor has one method, ``run(work, tasks, done)``; a cluster needs no more.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Thread
from typing import Protocol

from remission.errors import RunError
from remission.run.plan import Task
from remission.run.work import Work

ATTEMPTS = 3
# Every worker has a core to itself; libraries that start a thread per core would only be in each other's way.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_ONE_THREAD = dict.fromkeys(_THREADS, "1")
Done = Callable[[Task], None]


class Executor(Protocol):
    """Does tasks in any order and calls ``done`` after each, in the calling thread."""

    def run(self, work: Work, tasks: Sequence[Task], done: Done) -> None: ...


class Serial:
    """One task after another in this process."""

    def run(self, work: Work, tasks: Sequence[Task], done: Done) -> None:
        """Do the tasks in order."""
        for task in tasks:
            work(task)
            done(task)


@dataclass(frozen=True)
class LocalProcesses:
    """A crew of processes on this machine, each with a thread here that hands it tasks.

    A worker that dies is replaced and its block is done again; a block that ends three workers ends the run.

    Parameters
    ----------
    workers : int
        How many.
    """

    workers: int

    def run(self, work: Work, tasks: Sequence[Task], done: Done) -> None:
        """Do the tasks; on any error, or Ctrl-C, the crew is ended before it passes on.

        Raises
        ------
        RunError
            If a block ended three workers.
        """
        crew = _Crew(work, deque(tasks))
        threads = [Thread(target=crew.tend, daemon=True) for _ in range(self.workers)]
        try:
            for thread in threads:
                thread.start()
            for _ in tasks:
                task, error = crew.answers.get()
                if error is not None:
                    raise error
                done(task)
        finally:
            crew.dismiss()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()


@dataclass
class _Crew:
    """What the threads of a crew share."""

    work: Work
    tasks: deque[Task]
    answers: SimpleQueue[tuple[Task, BaseException | None]] = field(default_factory=SimpleQueue)
    members: list[_Worker] = field(default_factory=list)
    dismissed: bool = False

    def tend(self) -> None:
        """Hand tasks to a worker until there are none; what goes wrong is an answer too."""
        worker = None
        while not self.dismissed:
            try:
                task = self.tasks.popleft()
            except IndexError:
                break
            try:
                worker, error = self._do(worker, task)
            except Exception as failure:
                error = failure
            self.answers.put((task, error))
        if worker is not None:
            worker.end()

    def _do(self, worker: _Worker | None, task: Task) -> tuple[_Worker | None, BaseException | None]:
        ends: list[int] = []
        while len(ends) < ATTEMPTS and not self.dismissed:
            worker = worker or self._hire()
            try:
                return worker, worker.ask(task)
            except (EOFError, OSError, pickle.UnpicklingError):
                ends.append(worker.end())
                worker = None
        return None, _given_up(task, ends)

    def _hire(self) -> _Worker:
        worker = _Worker(pickle.dumps(sys.path) + pickle.dumps(self.work))
        self.members.append(worker)
        return worker

    def dismiss(self) -> None:
        """End every worker now; finished blocks are on disk, unfinished ones leave nothing."""
        self.dismissed = True
        for worker in tuple(self.members):
            worker.kill()


class _Worker:
    """A worker process and the two pipes to it."""

    def __init__(self, greeting: bytes) -> None:
        self._greeting = greeting
        # A session of its own: Ctrl-C reaches this process alone, which then ends its workers in order.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "remission.run.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **_ONE_THREAD},
            start_new_session=True,
        )

    def ask(self, task: Task) -> BaseException | None:
        """Have a task done; raises EOFError or OSError if the worker dies over it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(self._greeting + pickle.dumps(task))
        self._process.stdin.flush()
        self._greeting = b""
        answer: BaseException | None = pickle.load(self._process.stdout)
        return answer

    def kill(self) -> None:
        """End the process at once."""
        with suppress(OSError):
            self._process.kill()

    def end(self) -> int:
        """End the process, close the pipes, and give its exit status."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        return self._process.wait()


def _given_up(task: Task, ends: Sequence[int]) -> RunError:
    first, last = task.patients[[0, -1]]
    return RunError(
        f"{len(ends)} worker processes ended while they worked on patients {first} to {last}",
        where="--workers",
        found=f"exit status {', '.join(map(str, ends))}; -9 is often a lack of memory",
        next_step="use fewer workers, then run the same command again: finished blocks are kept",
    )


def executor_for(workers: int) -> Executor:
    """The executor for a number of workers.

    Examples
    --------
    >>> type(executor_for(1)).__name__, executor_for(4)
    ('Serial', LocalProcesses(workers=4))
    """
    return Serial() if workers == 1 else LocalProcesses(workers)
