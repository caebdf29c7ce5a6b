"""Whole courses: patients carried from stop to stop, each with days of its own, and results as Arrow tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from remission.solver.doses import Doses
from remission.solver.errors import data_error
from remission.solver.kernel import DEFAULT_ATOL, Kernel
from remission.solver.status import Status

if TYPE_CHECKING:
    import pyarrow


@dataclass
class Course:
    """A batch on its way; what is called at a stop may change any of it.

    Attributes
    ----------
    state : (patients, states)
    parameters : (patients, parameters)
    time_day : (patients,)
        Day reached.
    stop_day : (patients,)
        Next stop of each patient; NaN or infinity: none, the patient's course is over.
    doses : Doses
        Of the whole course; those before the day reached have been given.
    status : int8 (patients,)
        Codes of `Status`. A patient that failed is not carried on.
    """

    state: np.ndarray
    parameters: np.ndarray
    time_day: np.ndarray
    stop_day: np.ndarray
    doses: Doses
    status: np.ndarray


def start_course(
    kernel: Kernel,
    parameters: np.ndarray,
    stop_day: ArrayLike,
    doses: Doses | None = None,
    state: np.ndarray | None = None,
    start_day: ArrayLike = 0.0,
) -> Course:
    """A batch at its start.

    Parameters
    ----------
    kernel : Kernel
    parameters : (patients, parameters)
    stop_day : float or (patients,)
        First stop.
    doses : Doses, optional
    state : (patients, states), optional
        By default that of the model at its default parameters.
    start_day : float or (patients,)

    Examples
    --------
    >>> from remission.solver import compile_antimony
    >>> kernel = compile_antimony("x = 8; x' = -k * x; k = 0.1;")
    >>> start_course(kernel, np.array([[0.1], [0.2]]), 7.0).state.tolist()
    [[8.0], [8.0]]
    """
    patients = len(parameters)
    return Course(
        state=np.tile(kernel.initial_state, (patients, 1)) if state is None else np.array(state, float),
        parameters=np.array(parameters, float),
        time_day=np.array(np.broadcast_to(start_day, patients), float),
        stop_day=np.array(np.broadcast_to(stop_day, patients), float),
        doses=Doses.none(patients) if doses is None else doses,
        status=np.zeros(patients, np.int8),
    )


def follow(
    kernel: Kernel,
    course: Course,
    at_stop: Callable[[Course, np.ndarray], None],
    rtol: float = 1e-4,
    atol: float | np.ndarray = DEFAULT_ATOL,
) -> Course:
    """Carry a batch from stop to stop until nobody has another.

    Every patient goes to a stop of its own; then ``at_stop(course, due)`` is called once for the whole batch. It has
    to set a later ``course.stop_day`` for those who are to go on, and may change states, parameters and doses.

    Parameters
    ----------
    kernel : Kernel
    course : Course
        Changed in place.
    at_stop : callable
        Called with the course and a mask of the patients who have come to their stop.
    rtol, atol
        As in `Kernel.advance`.

    Returns
    -------
    Course

    Raises
    ------
    DataError
        If a stop does not lie after the day reached.

    Examples
    --------
    >>> from remission.solver import compile_antimony
    >>> kernel = compile_antimony("x = 8; x' = -k * x; k = 0.1;")
    >>> seen = []
    >>> def at_stop(course, due):
    ...     seen.append(course.time_day[due].tolist())
    ...     later = course.stop_day + 10.0
    ...     course.stop_day[due] = np.where(later > 30.0, np.nan, later)[due]
    >>> course = follow(kernel, start_course(kernel, np.array([[0.1], [0.2]]), [10.0, 25.0]), at_stop)
    >>> seen
    [[10.0, 25.0], [20.0], [30.0]]
    """
    first, step, dose_step = True, None, None
    while (due := np.isfinite(course.stop_day) & (course.status == Status.REACHED)).any():
        stop = np.where(due, course.stop_day, course.time_day)
        late = stop < course.time_day
        if not first:
            late |= due & (stop == course.time_day)
        if late.any():
            k = int(np.argmax(late))
            raise data_error(
                "a stop that does not lie ahead",
                where=f"patient {k}",
                found=f"day {stop[k]:g}",
                allowed=f"after day {course.time_day[k]:g}, or NaN to end the course",
            )
        doses = course.doses.within(course.time_day, stop)
        done = kernel.advance(
            *(course.state, course.parameters, course.time_day, stop, doses),
            step_day=step,
            dose_step_day=dose_step,
            rtol=rtol,
            atol=atol,
            initial=first,
        )
        first, step, dose_step = False, done.step_day, done.dose_step_day
        course.state[due], course.time_day[due], course.status[due] = (
            done.state[due],
            done.time_day[due],
            done.status[due],
        )
        course.stop_day[due & (course.status != Status.REACHED)] = np.nan
        at_stop(course, due)
    return course


def simulate(
    kernel: Kernel,
    parameters: np.ndarray,
    days: ArrayLike,
    doses: Doses | None = None,
    state: np.ndarray | None = None,
    rtol: float = 1e-4,
    atol: float | np.ndarray = DEFAULT_ATOL,
) -> pyarrow.Table:
    """Outputs of every patient on given days, as an Arrow table.

    Parameters
    ----------
    kernel : Kernel
        Compiled with the outputs wanted.
    parameters : (patients, parameters)
    days : (days,)
        Rising, from 0, the same for all.
    doses : Doses, optional
        See `schedule`.
    state : (patients, states), optional
        State at day 0; by default the model's.
    rtol, atol
        As in `Kernel.advance`.

    Returns
    -------
    pyarrow.Table
        Columns ``patient``, ``time_day``, the outputs, ``status`` (a sentence); patient after patient. From a failure
        on, outputs are null.

    Raises
    ------
    DataError
        If an array does not fit.

    Examples
    --------
    >>> from remission.solver import compile_antimony
    >>> kernel = compile_antimony("x = 8; x' = -k * x; k = 0.1;", outputs=("x",))
    >>> table = simulate(kernel, np.array([[0.1], [0.2]]), [0.0, 10.0])
    >>> table.column_names, table.num_rows
    (['patient', 'time_day', 'x', 'status'], 4)
    >>> [round(x, 2) for x in table["x"].to_pylist()]
    [8.0, 2.94, 8.0, 1.08]
    """
    wanted = np.atleast_1d(np.asarray(days, float))
    if wanted.ndim != 1 or not (np.isfinite(wanted).all() and (np.diff(wanted) > 0).all() and wanted[:1] >= 0):
        raise data_error("days that do not rise from 0", where="days", found=str(days), allowed="such as 0, 42, 84")
    patients = len(parameters)
    values = np.full((patients, len(wanted), len(kernel.outputs)), np.nan)
    course = start_course(kernel, parameters, wanted[-1], doses, state)
    done = kernel.advance(
        *(course.state, course.parameters, course.time_day, course.stop_day),
        course.doses.within(course.time_day, course.stop_day),
        rtol=rtol,
        atol=atol,
        initial=True,
        record_day=wanted,
    )
    patient, row = np.nonzero(np.isfinite(done.recorded).all(axis=2))
    if len(patient):
        values[patient, row] = kernel.observe(done.recorded[patient, row], course.parameters[patient], wanted[row])
    status = np.where(np.isnan(done.recorded).any(axis=2), done.status[:, None], np.int8(Status.REACHED))
    return _table(kernel, wanted, values, status)


def _table(kernel: Kernel, days: np.ndarray, values: np.ndarray, status: np.ndarray) -> pyarrow.Table:
    import pyarrow

    patients = len(values)
    columns = {
        "patient": pyarrow.array(np.repeat(np.arange(patients, dtype=np.int32), len(days))),
        "time_day": pyarrow.array(np.tile(days, patients)),
    }
    missing = (status != Status.REACHED).ravel()
    for k, name in enumerate(kernel.outputs):
        columns[name] = pyarrow.array(values[:, :, k].ravel(), mask=missing)
    sentences = pyarrow.array([code.sentence for code in Status])
    columns["status"] = pyarrow.DictionaryArray.from_arrays(pyarrow.array(status.ravel()), sentences)
    return pyarrow.table(columns)
