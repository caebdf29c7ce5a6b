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

    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(function, job) for job in jobs]
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
