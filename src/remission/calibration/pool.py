"""Work shared out to processes that share nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def as_they_come(function: Callable[[Job], Result], jobs: Sequence[Job], workers: int) -> Iterator[Result]:
    """Results of a function in the order in which they are ready; one worker stays in this process.

    Examples
    --------
    >>> sorted(as_they_come(abs, [-2, 1], workers=1))
    [1, 2]
    """
    if workers == 1 or len(jobs) < 2:
        yield from map(function, jobs)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    context = get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=context, initializer=_end_with_parent) as pool:
        waiting = [pool.submit(function, job) for job in jobs]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _end_with_parent() -> None:
    """End this process when the one that started it is gone, also where that was killed and could say nothing."""
    import os
    from multiprocessing import parent_process
    from threading import Thread

    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()
