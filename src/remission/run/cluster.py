"""A Dask cluster that is there already does the tasks; the files are the same as those of local processes.

The cluster is asked for nothing but time: tasks go out, files go to the run folder, and only the word that a task is
done comes back. Workers must see the run folder: a file system that all nodes share, or an object store.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from remission.errors import RunError
from remission.run.executors import Done
from remission.run.files import PROVENANCE
from remission.run.plan import Task
from remission.run.work import Work

_ONE_AT_A_TIME = Lock()
_SECONDS_TO_ANSWER = 15


@dataclass(frozen=True)
class Cluster:
    """The workers behind a Dask scheduler.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.
    """

    address: str

    def workers(self) -> int:
        """How many workers there are now, at least one: more may come while the run goes on.

        Raises
        ------
        RunError
            If Dask is not installed or the scheduler does not answer.
        """
        with _client(self.address) as client:
            return max(1, len(client.scheduler_info(n_workers=-1)["workers"]))

    def run(self, work: Work, tasks: Sequence[Task], done: Done) -> None:
        """Do the tasks; what is under way when an error or Ctrl-C comes is finished or given up by the cluster.

        Raises
        ------
        RunError
            If the scheduler is gone, a task ended several workers, or a worker does not see the folder.
        """
        with _client(self.address) as client:
            from distributed import as_completed

            # The work travels with each task: were it kept on one worker, it would be lost with that worker.
            futures = {client.submit(_do, work, task, pure=False): task for task in tasks}
            try:
                for future in as_completed(futures):
                    with _explained(futures[future], self.address):
                        future.result()
                    done(futures[future])
            finally:
                client.cancel(list(futures), force=True)


def _do(work: Work, task: Task) -> None:
    """A task, on a worker. A process works on one at a time, whatever its threads: they would share its memory."""
    if work.store.size(PROVENANCE) is None:
        from socket import gethostname

        raise RunError(
            "a worker of the cluster does not see the run folder",
            where=f"{work.store.place} on {gethostname()}",
            next_step="give a folder that every node shares, or an object store, with --out",
        )
    with _ONE_AT_A_TIME:
        work(task)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        step = "pip install 'remission[cluster]'"
        raise RunError("--cluster needs Dask", where="--cluster", found=address, next_step=step) from None
    try:
        client = Client(address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        step = "give the address that the scheduler prints, such as tcp://10.0.0.5:8786"
        found = (str(error).splitlines() or [type(error).__name__])[0]
        raise RunError(
            f"no Dask scheduler answers at {address}", where="--cluster", found=found, next_step=step
        ) from None
    with client, client.as_current():
        yield client


@contextmanager
def _explained(task: Task, address: str) -> Iterator[None]:
    from concurrent.futures import CancelledError

    from distributed import KilledWorker

    first, last = task.patients[[0, -1]]
    try:
        yield
    except KilledWorker as error:
        raise RunError(
            f"several workers ended while they worked on patients {first} to {last}",
            where="--cluster",
            found=str(error).splitlines()[0],
            next_step="give workers more memory, then run the same command again: finished blocks are kept",
        ) from None
    except CancelledError:
        step = "start the cluster again, then run the same command again: finished blocks are kept"
        raise RunError(f"the cluster at {address} is gone", where="--cluster", next_step=step) from None
