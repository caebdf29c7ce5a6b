"""Trajectories per CPU second at a measured error, against other solvers in the same run.

    python benchmarks/solver/ensemble.py [--patients 1000] [--json FILE]

Task: 735 days, 35 doses of each drug, output every 42 days, every parameter spread between patients; one
thread. A solver's rate is that of the loosest tolerance at which its largest relative error on the tumour's
volume, over all outputs and patients, is 1e-4 or less; the reference is our order-5 method at 1e-10,
which the peers' own errors confirm. SciPy's LSODA runs the same equations as Python code, libroadrunner the same
SBML where it is installed; they run fewer patients. Models: `clinic.ant` beside this file, and S, M, L of
`../shared` if present.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

from remission.solver import Doses, Kernel, compile_network, read_antimony
from remission.solver.antimony_text import antimony_to_sbml
from remission.solver.network import Network
from remission.solver.python_text import slope_source

HERE = Path(__file__).parent
SHARED = HERE.parents[1].parent / "shared" / "reference" / "models"
MODELS = {
    "S": (SHARED / "S.ant", ("Ac1",), "V", 1e-6),
    "M": (SHARED / "M.ant", ("Ac1", "Ac2"), "V_1", 1e-6),
    "L": (SHARED / "L.ant", ("Ac1", "Ac2"), "V_1", 1e-6),
    "clinic": (HERE / "clinic.ant", ("A1",), "burden", 1e-4),
}
DOSE, DOSE_EVERY, DAYS, SEEN_EVERY = 200.0, 21, 735, 42
ERROR = 1e-4
MOST_STATES_IN_PYTHON = 50
Run = Callable[[int, float], np.ndarray]


class Task:
    """One model, its patients, and what a solver is asked for."""

    def __init__(self, name: str, patients: int) -> None:
        path, drugs, self.output, self.atol = MODELS[name]
        text = re.sub(r"(?m)^\s*(ev\d+: )?at \(.*$", "", path.read_text())
        self.sbml, self.network = antimony_to_sbml(text), read_antimony(text)
        names = (self.output,)
        self.kernel = compile_network(self.network, outputs=names)
        self.fine = compile_network(self.network, outputs=names, method="RODAS5P")
        self.drugs = [self.kernel.states.index(drug) for drug in drugs]
        spread = np.random.default_rng(7).standard_normal((patients, len(self.kernel.parameters)))
        self.parameters = self.kernel.defaults * np.exp(0.15 * spread)
        self.seen = [float(day) for day in range(SEEN_EVERY, DAYS + 1, SEEN_EVERY)]

    def ours(self, kernel: Kernel, patients: int, rtol: float) -> np.ndarray:
        """Outputs of the first patients at every day seen, (patients, days)."""
        parameters = self.parameters[:patients]
        state, step = np.tile(kernel.initial_state, (patients, 1)), np.full(patients, np.nan)
        values, before = [], 0.0
        for day in self.seen:
            times = np.arange(before, day, DOSE_EVERY)
            per_patient = len(times) * len(self.drugs)
            doses = Doses(
                np.arange(patients + 1) * per_patient,
                np.tile(np.repeat(times, len(self.drugs)), patients),
                np.tile(np.tile(self.drugs, len(times)), patients),
                np.full(patients * per_patient, DOSE),
            )
            start, stop = np.full(patients, before), np.full(patients, day)
            done = kernel.advance(state, parameters, start, stop, doses, None, None, step, rtol, self.atol)
            if done.status.any():
                raise RuntimeError(f"{np.count_nonzero(done.status)} patients failed")
            state, step, before = done.state, done.step_day, day
            values.append(kernel.observe(state, parameters, stop)[:, 0])
        return np.array(values).T

    def observed(self, states: list[np.ndarray], patient: int) -> np.ndarray:
        """Outputs of one patient from states at the days seen."""
        rows = np.array(states)
        parameters = np.tile(self.parameters[patient], (len(rows), 1))
        return self.kernel.observe(rows, parameters, np.array(self.seen))[:, 0]


def scipy_runner(task: Task, network: Network) -> Run:
    """SciPy's LSODA, restarted at each dose."""
    room: dict = {"math": math}
    exec(slope_source(network), room)
    rates = [0.0] * len(network.states)

    def run(patient: int, rtol: float) -> np.ndarray:
        parameters = task.parameters[patient].tolist()

        def slope(t: float, y: np.ndarray) -> list[float]:
            room["slope"](t, y.tolist(), parameters, rates)
            return rates

        y, states = task.kernel.initial_state.copy(), []
        for day in range(0, int(task.seen[-1]), DOSE_EVERY):
            y[task.drugs] += DOSE
            y = solve_ivp(slope, (day, day + DOSE_EVERY), y, method="LSODA", rtol=rtol, atol=task.atol).y[:, -1]
            if day + DOSE_EVERY in task.seen:
                states.append(y.copy())
        return task.observed(states, patient)

    return run


def roadrunner_runner(task: Task) -> Run | None:
    """libroadrunner (CVODE, LLVM), restarted at each dose."""
    try:
        import roadrunner
    except ImportError:
        return None
    model = roadrunner.RoadRunner(task.sbml)
    states, names = task.kernel.states, task.kernel.parameters
    model.selections = list(states)

    def run(patient: int, rtol: float) -> np.ndarray:
        model.resetAll()
        model.integrator.relative_tolerance, model.integrator.absolute_tolerance = rtol, task.atol
        for name, value in zip(names, task.parameters[patient], strict=True):
            model[name] = value
        found = []
        for day in range(0, int(task.seen[-1]), DOSE_EVERY):
            for drug in task.drugs:
                model[states[drug]] = model[states[drug]] + DOSE
            row = model.simulate(day, day + DOSE_EVERY, 2)[-1]
            if day + DOSE_EVERY in task.seen:
                found.append(np.array(row))
        return task.observed(found, patient)

    return run


def error_of(found: np.ndarray, reference: np.ndarray) -> float:
    """Largest relative error; volumes below a thousandth of the largest count as that."""
    return float(np.max(np.abs(found - reference) / np.maximum(np.abs(reference), 1e-3 * reference.max())))


def measure(work: Callable[[float], np.ndarray], reference: np.ndarray, tolerances: list[float]) -> dict[str, float]:
    """Rate at the loosest tolerance that is accurate enough."""
    for rtol in tolerances:
        start = time.process_time()
        found = work(rtol)
        spent = time.process_time() - start
        error = error_of(found, reference[: len(found)])
        if error <= ERROR:
            break
    return {"rate": len(found) / spent, "rtol": rtol, "error": error}


def compare(name: str, patients: int, few: int) -> dict[str, dict[str, float]]:
    """All solvers on one model."""
    task = Task(name, patients)
    reference = task.ours(task.fine, patients, 1e-10)
    tolerances = [1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 1e-6, 1e-7, 1e-8]
    rows = {
        f"remission {kernel.method}": measure(
            lambda rtol, kernel=kernel: task.ours(kernel, patients, rtol), reference, tolerances
        )
        for kernel in (task.kernel, task.fine)
    }
    small = len(task.kernel.states) <= MOST_STATES_IN_PYTHON
    peers = {
        "SciPy LSODA": scipy_runner(task, task.network) if small else None,
        "libroadrunner": roadrunner_runner(task),
    }
    for peer, run in peers.items():
        if run is not None:
            rows[peer] = measure(
                lambda rtol, run=run: np.array([run(k, rtol) for k in range(few)]),
                reference,
                [3e-3, *tolerances],
            )
    return rows


def main() -> None:
    """Print a table; write it as JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--few", type=int, default=3, help="patients that the slow peers run")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    report = {}
    for name, (path, *_) in MODELS.items():
        if not path.exists():
            print(f"{name}: skipped, {path.name} is not on this machine")
            continue
        report[name] = rows = compare(name, options.patients, options.few)
        best = max(row["rate"] for solver, row in rows.items() if solver.startswith("remission"))
        print(f"{name}: trajectories per CPU second at a largest error of {ERROR:g}")
        for solver, row in rows.items():
            about = f"rtol {row['rtol']:.0e}  error {row['error']:.1e}  x {best / row['rate']:.1f}"
            print(f"  {solver:20} {row['rate']:10.1f}   {about}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
