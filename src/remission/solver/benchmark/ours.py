"""The solver of this package on the task."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np

from remission.solver.benchmark.task import DAYS, DOSE_DAYS, SEEN_DAYS, Task
from remission.solver.compile import compile_network
from remission.solver.doses import Doses


class Ours:
    """One method of ours on one task.

    Parameters
    ----------
    task : Task
    method : str
    lanes : int, optional
        Patients per vector; by default what suits the model and the processor.
    threads : int
        The patients are shared out among as many.
    """

    def __init__(self, task: Task, method: str = "RODAS4P2", lanes: int | None = None, threads: int = 1) -> None:
        self._task, self._threads = task, threads
        self.kernel = compile_network(task.network, outputs=task.volumes, method=method, lanes=lanes)

    def states(self, patients: int, rtol: float, atol: float) -> np.ndarray:
        """States of the first patients at the days seen, (patients, days, states)."""
        shares = self.shares(patients, rtol, atol)
        return np.concatenate(shares) if len(shares) > 1 else shares[0]

    def shares(self, patients: int, rtol: float, atol: float) -> list[np.ndarray]:
        """The same, each thread's as it was put down."""
        parameters = self._task.patients(patients)
        if self._threads == 1:
            return [self._run(parameters, rtol, atol)]
        parts = np.array_split(parameters, self._threads)
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(lambda part: self._run(part, rtol, atol), parts))

    def _run(self, parameters: np.ndarray, rtol: float, atol: float) -> np.ndarray:
        count, kernel = len(parameters), self.kernel
        state = np.tile(kernel.initial_state, (count, 1))
        start, stop = np.zeros(count), np.full(count, float(DAYS))
        done = kernel.advance(
            *(state, parameters, start, stop, _doses(self._task, count)),
            rtol=rtol,
            atol=atol,
            record_day=np.array(SEEN_DAYS, float),
        )
        return done.recorded

    def volumes(self, states: np.ndarray) -> np.ndarray:
        """Total tumour volumes of states at the days seen.

        Parameters
        ----------
        states : (patients, days, states)

        Returns
        -------
        (patients, days)
        """
        count, days, size = states.shape
        parameters = np.repeat(self._task.patients(count), days, axis=0)
        when = np.tile(np.array(SEEN_DAYS, float), count)
        flat = np.nan_to_num(states.reshape(-1, size), nan=0.0, posinf=0.0, neginf=0.0)
        values = self.kernel.observe(flat, parameters, when).sum(axis=1).reshape(count, days)
        return np.where(np.isfinite(states).all(axis=2), values, np.nan)


@cache
def _doses(task: Task, patients: int) -> Doses:
    """Made once, as the patients are: peers have their doses in the model."""
    drugs = task.drugs
    days = np.repeat(np.array(DOSE_DAYS, float), len(drugs))
    states = np.tile([state for state, _ in drugs], len(DOSE_DAYS))
    amounts = np.tile([amount for _, amount in drugs], len(DOSE_DAYS))
    offsets = np.arange(patients + 1) * len(days)
    return Doses(offsets, np.tile(days, patients), np.tile(states, patients), np.tile(amounts, patients))
