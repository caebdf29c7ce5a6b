"""Processes that are ready: imported and compiled before the first request, so that a change shows at once.

One process makes first looks; the others, which give way to it, make the rest of the patients. They end when the
server ends, however it ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection, get_context, parent_process
from threading import Event, Lock, Thread
from typing import Any

from remission.errors import RunError
from remission.run.plan import Task, available_cores
from remission.run.work import Work

POLL_SECONDS = 0.1
_GIVE_WAY = 5  # niceness of those who are not waited for


class CancelledError(Exception):
    """Whoever asked does not want it any more; finished blocks stay."""


@dataclass
class Workers:
    """The processes of a server; started when first used.

    Parameters
    ----------
    count : int, optional
        Processes besides that of first looks; by default one per core.
    """

    count: int = field(default_factory=available_cores)
    _pools: dict[bool, ProcessPoolExecutor] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def start(self) -> None:
        """Let every process import and compile what it will need."""
        self.submit(_ready, first=True)
        for _ in range(self.count):
            self.submit(_ready)

    def submit(self, function: Callable[..., Any], *arguments: Any, first: bool = False) -> Future[Any]:
        """Have something done by a process; ``first`` if a person waits for it."""
        with self._lock:
            try:
                return self._pool(first).submit(function, *arguments)
            except BrokenProcessPool:  # a process was ended from outside; start anew
                self._pools.pop(first).shutdown(wait=False)
                return self._pool(first).submit(function, *arguments)

    def _pool(self, first: bool) -> ProcessPoolExecutor:
        if first not in self._pools:
            size, nice = (1, 0) if first else (self.count, _GIVE_WAY)
            context = get_context("spawn")
            self._pools[first] = ProcessPoolExecutor(size, context, initializer=_begin, initargs=(nice,))
        return self._pools[first]

    def stop(self) -> None:
        """End the processes; what is unfinished leaves nothing."""
        with self._lock:
            for pool in self._pools.values():
                processes = list(getattr(pool, "_processes", {}).values())
                for process in processes:
                    process.kill()
                pool.shutdown(wait=True, cancel_futures=True)
            self._pools.clear()


@dataclass(frozen=True)
class WarmExecutor:
    """The executor of `remission.run.execute` for a server: its tasks go to processes that are ready.

    Parameters
    ----------
    workers : Workers
    cancelled : callable
        Whether to give up; asked while waiting.
    """

    workers: Workers
    cancelled: Callable[[], bool]

    def run(self, work: Work, tasks: Sequence[Task], done: Callable[[Task], None]) -> None:
        """Do the tasks; arguments as for every executor.

        Raises
        ------
        CancelledError
            When `cancelled` says so; tasks that have begun are finished by their processes.
        """
        waiting = {self.workers.submit(work, task): task for task in tasks}
        try:
            while waiting:
                ready, _ = wait(waiting, POLL_SECONDS, FIRST_COMPLETED)
                for future in ready:
                    result_of(future)
                    done(waiting.pop(future))
                if self.cancelled():
                    raise CancelledError
        finally:
            for future in waiting:
                future.cancel()


def wait_for(future: Future[Any], cancelled: Callable[[], bool]) -> Any:
    """The result of a process, unless it is not wanted any more.

    Raises
    ------
    CancelledError
        When `cancelled` says so.
    """
    while not wait([future], POLL_SECONDS).done:
        if cancelled():
            future.cancel()
            raise CancelledError
    return result_of(future)


def result_of(future: Future[Any]) -> Any:
    """What a process answered.

    Raises
    ------
    RunError
        If the process was ended from outside.
    """
    try:
        return future.result()
    except BrokenProcessPool:
        step = "ask again: finished blocks are kept; if it happens again, ask for fewer patients"
        raise RunError("a process of the server was ended, often for lack of memory", next_step=step) from None


def _begin(nice: int) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    with suppress(OSError, AttributeError):
        os.nice(nice)
    _ready()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(0)


_WARM = Event()


def _ready() -> None:
    """Import and compile once."""
    import signal

    if _WARM.is_set():
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's to handle
    from dataclasses import replace

    from remission.study import load_definition
    from remission.web.look import first_look

    first_look(replace(load_definition("keynote-006"), patients=16))
    _WARM.set()
