"""A compiled model: advances a batch of patients in one call into machine code."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from remission.solver.arguments import checked_batch, checked_records, checked_tolerance
from remission.solver.cache import CompiledModel
from remission.solver.doses import Doses
from remission.solver.errors import data_error
from remission.solver.machine import load_functions

CHUNK = 4096
"""Patients per call into machine code: between two calls an interrupt from the keyboard is heard."""
DEFAULT_ATOL = 1e-6


@dataclass(frozen=True)
class Advanced:
    """Where each patient got to.

    Attributes
    ----------
    state : (patients, states)
    time_day : (patients,)
        Day reached: the stop day, the day of a terminal crossing, or where a failed patient was left.
    step_day : (patients,)
        Step to try first in the next call.
    dose_step_day : (patients,)
        Step to try after the next dose; NaN if there was none.
    status : int8 (patients,)
        Codes of `Status`.
    crossing_day : (patients, monitors)
        Day at which each monitor rose through its threshold; NaN if it did not.
    steps, rejected : int32 (patients,)
        Steps accepted and rejected.
    recorded : (patients, days, states)
        State on each recorded day, before what is given on it; NaN from where a patient was left.
    """

    state: np.ndarray
    time_day: np.ndarray
    step_day: np.ndarray
    dose_step_day: np.ndarray
    status: np.ndarray
    crossing_day: np.ndarray
    steps: np.ndarray
    rejected: np.ndarray
    recorded: np.ndarray


class Kernel:
    """A model in machine code.

    Attributes
    ----------
    states, parameters, outputs, monitors : tuple of str
    defaults : (parameters,)
        Default value of each parameter.
    initial_state : (states,)
        State at the start with default parameters.
    lanes : int
        Patients per vector.

    Examples
    --------
    >>> from remission.solver import compile_antimony
    >>> kernel = compile_antimony("x = 8; x' = -k * x; k = 0.1;")
    >>> import numpy as np
    >>> rates = np.array([[0.1], [0.2], [0.0]])
    >>> result = kernel.advance(np.full((3, 1), 8.0), rates, np.zeros(3), np.full(3, 10.0))
    >>> np.round(result.state[:, 0], 2).tolist()
    [2.94, 1.08, 8.0]
    """

    def __init__(self, model: CompiledModel) -> None:
        about = model.about
        self._model = model
        self.states: tuple[str, ...] = tuple(about["states"])
        self.parameters: tuple[str, ...] = tuple(about["parameters"])
        self.outputs: tuple[str, ...] = tuple(about["outputs"])
        self.monitors: tuple[str, ...] = tuple(about["monitors"])
        self.defaults = np.array(about["defaults"], float)
        self.initial_state = np.array(about["initial"], float)
        self.lanes: int = about["lanes"]
        self.method: str = about["method"]
        self._layout: dict[str, int] = about["layout"]
        self._job: tuple[str, ...] = tuple(about["job"])
        self._functions = load_functions(model.code, ("advance", "observe"))

    def __reduce__(self) -> tuple[type[Kernel], tuple[CompiledModel]]:
        """A kernel may be sent to other processes of this machine."""
        return type(self), (self._model,)

    def advance(
        self,
        state: np.ndarray,
        parameters: np.ndarray,
        start_day: np.ndarray,
        stop_day: np.ndarray,
        doses: Doses | None = None,
        thresholds: np.ndarray | None = None,
        terminal: Sequence[bool] | None = None,
        step_day: np.ndarray | None = None,
        dose_step_day: np.ndarray | None = None,
        rtol: float = 1e-3,
        atol: float | np.ndarray = DEFAULT_ATOL,
        max_steps: int = 100_000,
        initial: bool = False,
        record_day: np.ndarray | None = None,
    ) -> Advanced:
        """Carry every patient from its start day to its stop day.

        The bits of a patient's result depend on that patient's own numbers alone, not on the others in the
        call.

        Parameters
        ----------
        state : (patients, states)
            Not changed.
        parameters : (patients, parameters)
        start_day, stop_day : (patients,)
        doses : Doses, optional
            A dose at the start day is given at once; one at the stop day belongs to the next call.
        thresholds : (patients, monitors), optional
            A monitor is watched until its value first is at or above its threshold; infinity: not watched.
        terminal : sequence of bool, (monitors,), optional
            Whether a crossing stops the patient. Default: the first monitor does, the others do not.
        step_day : (patients,), optional
            Step to try first, as an earlier call returned it; NaN or 0: chosen here.
        dose_step_day : (patients,), optional
            Step to try after the first dose, as an earlier call returned it; NaN: chosen here.
        rtol : float
            Relative tolerance of each step; at most 1e-3, beyond which results were found to be unsafe.
        atol : float or (states,)
            Absolute tolerance, in the unit of each state; above 0.
        max_steps : int
            Steps, accepted and rejected, that a patient may take in this call.
        initial : bool
            Whether the patients' courses begin with this call: events with ``t0=false`` may fire at once.
        record_day : (patients, days) or (days,), optional
            Rising days, from the start day, at which the state is put down on the way: the bits are those of as many
            calls, one after the other, that hand their steps on.

        Returns
        -------
        Advanced

        Raises
        ------
        DataError
            If an array does not fit or holds what makes no sense. A patient whose integration fails raises
            nothing: see its `status`.
        """
        batch = checked_batch(self.states, self.parameters, state, parameters, start_day, stop_day)
        patients = len(batch.start_day)
        given = (doses or Doses.none(patients)).checked(batch.start_day, batch.stop_day, len(self.states))
        limits = self._thresholds(thresholds, patients)
        first_step = _steps(step_day, patients, "step_day")
        after_dose = _steps(dose_step_day, patients, "dose_step_day")
        records = checked_records(record_day, batch.start_day)
        result = Advanced(
            state=np.empty_like(batch.state),
            time_day=np.empty(patients),
            step_day=np.empty(patients),
            dose_step_day=np.empty(patients),
            status=np.empty(patients, np.int8),
            crossing_day=np.empty((patients, len(self.monitors))),
            steps=np.empty(patients, np.int32),
            rejected=np.empty(patients, np.int32),
            recorded=np.full((patients, records.shape[1] - 1, len(self.states)), np.nan),
        )
        lanes = self._lane_memory()
        self._set(lanes, "rtol", checked_tolerance(rtol))
        self._set(lanes, "atol", _tolerances(atol, self.states))
        self._set(lanes, "max_steps", _step_limit(max_steps))
        self._set(lanes, "initial", float(initial))
        self._set(lanes, "terminal", self._terminal(terminal))
        job = self._new_job(
            state=batch.state,
            parameters=batch.parameters,
            start_day=batch.start_day,
            stop_day=batch.stop_day,
            dose_offsets=given.offsets,
            dose_day=given.time_day,
            dose_state=given.state,
            dose_amount=given.amount,
            record_day=records,
            threshold=limits,
            step_day=first_step,
            dose_step_day=after_dose,
            recorded_out=result.recorded,
            state_out=result.state,
            time_out=result.time_day,
            step_out=result.step_day,
            dose_step_out=result.dose_step_day,
            status_out=result.status,
            crossing_out=result.crossing_day,
            steps_out=result.steps,
            rejected_out=result.rejected,
        )
        job[self._job.index("records")] = records.shape[1]
        for first in range(0, patients, CHUNK):
            job[self._job.index("next")] = first
            job[self._job.index("patients")] = min(first + CHUNK, patients)
            self._functions["advance"](lanes.ctypes.data, ctypes.addressof(job))
        return result

    def observe(self, state: np.ndarray, parameters: np.ndarray, time_day: np.ndarray) -> np.ndarray:
        """Values of the outputs.

        Parameters
        ----------
        state : (patients, states)
        parameters : (patients, parameters)
        time_day : (patients,)

        Returns
        -------
        (patients, outputs)

        Raises
        ------
        DataError
            If an array does not fit.

        Examples
        --------
        >>> from remission.solver import compile_antimony
        >>> import numpy as np
        >>> kernel = compile_antimony("x = 8; x' = -x; twice := 2 * x;", outputs=("twice",))
        >>> kernel.observe(np.array([[4.0], [5.0]]), np.zeros((2, 0)), np.zeros(2)).tolist()
        [[8.0], [10.0]]
        """
        batch = checked_batch(self.states, self.parameters, state, parameters, time_day, time_day)
        values = np.empty((len(batch.start_day), len(self.outputs)))
        if values.size:
            lanes = self._lane_memory()
            job = self._new_job(
                state=batch.state, parameters=batch.parameters, start_day=batch.start_day, outputs_out=values
            )
            job[self._job.index("patients")] = len(values)
            self._functions["observe"](lanes.ctypes.data, ctypes.addressof(job))
        return values

    # memory shared with machine code ------------------------------------------------------------------------

    def _lane_memory(self) -> np.ndarray:
        """Zeroed memory for one vector of patients, aligned to it; doubles."""
        alignment = 8 * self.lanes
        memory = np.zeros(self._layout["size"] * self.lanes + self.lanes)
        skip = (-memory.ctypes.data % alignment) // 8
        return memory[skip : skip + self._layout["size"] * self.lanes]

    def _set(self, lanes: np.ndarray, slot: str, values: np.ndarray | float) -> None:
        """The same values in every lane of a slot."""
        column = np.atleast_1d(values)
        start = self._layout[slot] * self.lanes
        lanes[start : start + len(column) * self.lanes] = np.repeat(column, self.lanes)

    def _new_job(self, **arrays: np.ndarray) -> ctypes.Array:
        """Addresses in the order that machine code expects; the arrays must outlive the call."""
        addresses = [arrays[name].ctypes.data if name in arrays else 0 for name in self._job]
        return (ctypes.c_int64 * len(self._job))(*addresses)

    # monitors -----------------------------------------------------------------------------------------------

    def _thresholds(self, thresholds: np.ndarray | None, patients: int) -> np.ndarray:
        shape = (patients, len(self.monitors))
        if thresholds is None:
            return np.full(shape, np.inf)
        limits = np.ascontiguousarray(thresholds, np.float64)
        if limits.shape != shape or np.isnan(limits).any():
            raise data_error(
                "thresholds do not fit",
                where="thresholds",
                found=f"shape {limits.shape}" if limits.shape != shape else "NaN",
                allowed=f"numbers or infinity, shape {shape}; monitors: {', '.join(self.monitors) or 'none'}",
            )
        return limits

    def _terminal(self, terminal: Sequence[bool] | None) -> np.ndarray:
        count = len(self.monitors)
        flags = [k == 0 for k in range(count)] if terminal is None else list(terminal)
        if len(flags) != count:
            raise data_error(
                "`terminal` does not fit the monitors",
                where="terminal",
                found=str(len(flags)),
                allowed=str(count),
            )
        return np.array(flags, float)


def _steps(values: np.ndarray | None, patients: int, name: str) -> np.ndarray:
    if values is None:
        return np.full(patients, np.nan)
    column = np.ascontiguousarray(values, np.float64)
    if column.shape != (patients,):
        raise data_error("an array does not fit", where=name, found=f"shape {column.shape}", allowed=f"({patients},)")
    return column


def _tolerances(atol: float | np.ndarray, states: tuple[str, ...]) -> np.ndarray:
    values = np.asarray(atol, float)
    if values.shape not in ((), (len(states),)) or not np.all(np.isfinite(values) & (values > 0)):
        raise data_error(
            "the absolute tolerance makes no sense",
            where="atol",
            found=str(atol),
            allowed=f"above 0; one number or {len(states)}",
        )
    return np.broadcast_to(values, (len(states),))


def _step_limit(max_steps: int) -> float:
    if not max_steps >= 1:
        raise data_error(
            "the limit on steps makes no sense", where="max_steps", found=str(max_steps), allowed="1 or more"
        )
    return float(max_steps)
