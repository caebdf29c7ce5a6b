"""Other solvers on the same task. A class a solver; making one compiles the model, `states` runs patients.

Each is used as its own documentation says is fast: compiled right-hand sides, no output but what is asked for,
parameters set as arrays. All but AMICI are started again at each dose; AMICI is given the doses as events of the
SBML.
"""

from __future__ import annotations

import math
import os
import sysconfig
import tempfile
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from remission.solver.benchmark.task import DOSE_DAYS, DOSE_EVERY, SEEN_DAYS, Task
from remission.solver.python_text import slope_source

MOST_STEPS = 100_000


class Peer(Protocol):
    """A solver ready to run one task."""

    def states(self, patients: int, rtol: float, atol: float) -> np.ndarray:
        """States of the first patients at the days seen, (patients, days, states)."""


def _ends() -> list[float]:
    return [float(day + DOSE_EVERY) for day in DOSE_DAYS]


class Amici:
    """AMICI: CVODES with sparse Jacobian from symbols, C++ made of the SBML."""

    def __init__(self, task: Task) -> None:
        scripts = sysconfig.get_path("scripts")  # its compiler helpers lie beside Python
        os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
        import logging

        import amici
        from amici.sim.sundials import RDataReporting_full

        logging.getLogger("amici").setLevel(logging.CRITICAL)
        self._folder = tempfile.TemporaryDirectory(prefix="remission-amici-")
        name = f"benchmark_{task.name}"
        importer = amici.SbmlImporter(task.sbml_with_doses, from_file=False)
        importer.sbml2amici(name, self._folder.name, verbose=False, generate_sensitivity_code=False)
        self._model = amici.import_model_module(name, self._folder.name).get_model()
        self._model.set_timepoints([float(day) for day in SEEN_DAYS])
        self._solver = self._model.create_solver()
        self._solver.set_max_steps(MOST_STEPS)
        self._solver.set_return_data_reporting_mode(RDataReporting_full)
        self._task = task
        own = list(self._model.get_free_parameter_ids())
        given = [name for name in own if name in task.network.parameters]
        self._from = [task.network.parameters.index(name) for name in given]
        self._into = [own.index(name) for name in given]
        states = list(self._model.get_state_ids())
        self._order = [states.index(name) for name in task.network.states]

    def states(self, patients: int, rtol: float, atol: float) -> np.ndarray:
        """See `Peer`."""
        self._solver.set_relative_tolerance(rtol)
        self._solver.set_absolute_tolerance(atol)
        values = np.array(self._model.get_free_parameters())
        found = np.empty((patients, len(SEEN_DAYS), len(self._order)))
        for k, parameters in enumerate(self._task.patients(patients)):
            values[self._into] = parameters[self._from]
            self._model.set_free_parameters(values)
            found[k] = self._model.simulate(solver=self._solver).x[:, self._order]
        return found


class RoadRunner:
    """libroadrunner: CVODE on right-hand sides compiled with LLVM."""

    def __init__(self, task: Task) -> None:
        import roadrunner

        roadrunner.Logger.disableLogging()
        self._runner = roadrunner.RoadRunner(task.sbml)
        self._runner.selections = list(task.network.states)
        self._task = task
        globals_ = list(self._runner.model.getGlobalParameterIds())
        given = [name for name in globals_ if name in task.network.parameters]
        self._slots = [globals_.index(name) for name in given]
        self._columns = [task.network.parameters.index(name) for name in given]
        self._drugs = [(task.network.states[state], amount) for state, amount in task.drugs]

    def states(self, patients: int, rtol: float, atol: float) -> np.ndarray:
        """See `Peer`."""
        runner, seen = self._runner, set(SEEN_DAYS)
        runner.integrator.relative_tolerance, runner.integrator.absolute_tolerance = rtol, atol
        runner.integrator.maximum_num_steps = MOST_STEPS
        found = np.empty((patients, len(SEEN_DAYS), len(self._task.network.states)))
        for k, parameters in enumerate(self._task.patients(patients)):
            runner.resetAll()
            runner.model.setGlobalParameterValues(self._slots, parameters[self._columns])
            row = 0
            for day in DOSE_DAYS:
                for drug, amount in self._drugs:
                    runner[drug] = runner[drug] + amount
                last = runner.simulate(day, day + DOSE_EVERY, 2)[-1]
                if day + DOSE_EVERY in seen:
                    found[k, row] = last
                    row += 1
        return found


def compiled_slope(task: Task) -> Callable:
    """The right-hand side ``slope(t, y, p, dy)`` compiled with numba."""
    import numba

    room: dict[str, Any] = {"math": math}
    exec(slope_source(task.network), room)
    return numba.njit(room["slope"], error_model="numpy")


class NumbaLsoda:
    """numbalsoda: LSODA in C++, right-hand side and loop over patients compiled with numba."""

    def __init__(self, task: Task) -> None:
        import numba
        import numbalsoda

        slope, size, count = compiled_slope(task), len(task.network.states), len(task.network.parameters)

        @numba.cfunc(numbalsoda.lsoda_sig)
        def right(t, y, dy, p):
            slope(t, numba.carray(y, (size,)), numba.carray(p, (count,)), numba.carray(dy, (size,)))

        address, lsoda = right.address, numbalsoda.lsoda
        drugs = np.array([state for state, _ in task.drugs])
        amounts = np.array([amount for _, amount in task.drugs])
        seen = np.isin(_ends(), SEEN_DAYS)

        @numba.njit
        def run(start, parameters, rtol, atol, found):
            for k in range(len(parameters)):
                y, row = start.copy(), 0
                for segment in range(len(seen)):
                    for j in range(len(drugs)):
                        y[drugs[j]] += amounts[j]
                    days = np.array([DOSE_EVERY * segment, DOSE_EVERY * (segment + 1)], np.float64)
                    y = lsoda(address, y, days, parameters[k], rtol, atol, MOST_STEPS)[0][1].copy()
                    if seen[segment]:
                        found[k, row] = y
                        row += 1

        self._task, self._right, self._run = task, right, run
        self.states(1, 1e-3, 1e-3)  # compiles

    def states(self, patients: int, rtol: float, atol: float) -> np.ndarray:
        """See `Peer`."""
        found = np.empty((patients, len(SEEN_DAYS), len(self._task.network.states)))
        self._run(np.array(self._task.network.initial), self._task.patients(patients), rtol, atol, found)
        return found


class _Segments:
    """A solver called from Python once for each time between two doses."""

    def __init__(self, task: Task) -> None:
        self._task, self._slope = task, compiled_slope(task)
        self._rates = np.empty(len(task.network.states))
        self._parameters = np.array(task.network.defaults)

    def segment(self, y: np.ndarray, start: float, stop: float, rtol: float, atol: float) -> np.ndarray:
        """The state at the stop."""
        raise NotImplementedError

    def states(self, patients: int, rtol: float, atol: float) -> np.ndarray:
        """See `Peer`."""
        found = np.empty((patients, len(SEEN_DAYS), len(self._rates)))
        for k, parameters in enumerate(self._task.patients(patients)):
            self._parameters[:] = parameters
            y, row = np.array(self._task.network.initial), 0
            for stop in _ends():
                for state, amount in self._task.drugs:
                    y[state] += amount
                y = self.segment(y, stop - DOSE_EVERY, stop, rtol, atol)
                if stop in SEEN_DAYS:
                    found[k, row] = y
                    row += 1
        return found


class Cvode(_Segments):
    """CVODE (BDF) through scikit-sundae, right-hand side compiled with numba."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        from sksundae.cvode import CVODE

        self._make = CVODE

    def segment(self, y: np.ndarray, start: float, stop: float, rtol: float, atol: float) -> np.ndarray:
        """See `_Segments`."""

        def right(t: float, y: np.ndarray, dy: np.ndarray) -> None:
            self._slope(t, y, self._parameters, dy)

        solver = self._make(right, rtol=rtol, atol=atol, max_num_steps=MOST_STEPS)
        return np.array(solver.solve(np.array([start, stop]), y).y[-1])


class ScipyLsoda(_Segments):
    """LSODA through SciPy, right-hand side compiled with numba."""

    def segment(self, y: np.ndarray, start: float, stop: float, rtol: float, atol: float) -> np.ndarray:
        """See `_Segments`."""
        from scipy.integrate import odeint

        def right(t: float, y: np.ndarray) -> np.ndarray:
            self._slope(t, y, self._parameters, self._rates)
            return self._rates

        found = odeint(right, y, [start, stop], rtol=rtol, atol=atol, mxstep=MOST_STEPS, tfirst=True)
        return np.array(found[-1])


class Diffrax:
    """diffrax: all patients in one vectorised call on the processor, order 5, implicit or explicit."""

    method = "Kvaerno5"

    def __init__(self, task: Task) -> None:
        os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
        import diffrax
        import jax
        import jax.numpy as jnp

        jax.config.update("jax_enable_x64", True)
        room: dict[str, Any] = {"math": _JaxMath(jnp), "min": jnp.minimum, "max": jnp.maximum, "abs": jnp.abs}
        exec(slope_source(task.network), room)
        size, seen = len(task.network.states), np.isin(_ends(), SEEN_DAYS)
        drugs = np.zeros(size)
        for state, amount in task.drugs:
            drugs[state] += amount

        def right(t: Any, y: Any, p: Any) -> Any:
            rates: list[Any] = [0.0] * size
            room["slope"](t, y, p, rates)
            return jnp.stack([jnp.asarray(rate, float) for rate in rates])

        solver, saved = getattr(diffrax, self.method)(), diffrax.SaveAt(t1=True)

        def patient(parameters: Any, rtol: Any, atol: Any) -> Any:
            control = diffrax.PIDController(rtol=rtol, atol=atol)

            def segment(y: Any, start: Any) -> Any:
                found = diffrax.diffeqsolve(
                    *(diffrax.ODETerm(right), solver, start, start + DOSE_EVERY, None, y + drugs, parameters),
                    stepsize_controller=control, saveat=saved, max_steps=MOST_STEPS, throw=False,
                )  # fmt: skip
                return found.ys[0], found.ys[0]

            ends = jax.lax.scan(segment, jnp.asarray(task.network.initial), jnp.asarray(DOSE_DAYS, float))[1]
            return ends[seen]

        self._task = task
        self._run = jax.jit(jax.vmap(patient, in_axes=(0, None, None)))

    def states(self, patients: int, rtol: float, atol: float) -> np.ndarray:
        """See `Peer`."""
        return np.asarray(self._run(self._task.patients(patients), rtol, atol))


class DiffraxExplicit(Diffrax):
    """diffrax with Tsit5."""

    method = "Tsit5"


class _JaxMath:
    """The functions of `math` that equations use, for arrays of JAX."""

    def __init__(self, jnp: Any) -> None:
        self._jnp = jnp

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jnp, name)


PEERS: Mapping[str, Callable[[Task], Peer]] = {
    "AMICI": Amici,
    "numbalsoda": NumbaLsoda,
    "libroadrunner": RoadRunner,
    "CVODE (scikit-sundae)": Cvode,
    "SciPy LSODA": ScipyLsoda,
    "diffrax Tsit5": DiffraxExplicit,
    "diffrax Kvaerno5": Diffrax,
}
"""In the order in which they are run."""
