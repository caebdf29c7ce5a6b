"""Where the time of a step goes, against what the processor can do: times of the generated functions, one by one.

    python benchmarks/solver/parts.py [--models FOLDER] [--lanes 4 8] [--method VELDS4]

Every function of a model is called over and over on one vector of patients, so that its data lie in the nearest
cache, and its additions and multiplications are counted (a division counts as one). The peak is measured beside it:
independent multiply-adds on registers of the same width.
"""

from __future__ import annotations

import argparse
import ctypes
import re
import time
from importlib.resources import files
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np

from remission.solver import machine
from remission.solver.benchmark.compare import find_tasks
from remission.solver.benchmark.task import Task
from remission.solver.generate import generate
from remission.solver.llvm_text import Module
from remission.solver.method import METHODS, Method
from remission.solver.plan import make_plan

CALLS, ROUNDS = 100, 50
POINT = ("y", "time", "q")
PARTS = {"linearise": (*POINT, "inverse", "f", "ft", "A"), "slope": (*POINT, "f"), "solve": ("A", "f", "u")}
CHAINS = 16


def repeated(name: str, call: str) -> str:
    """A public function that runs a call a number of times."""
    return f"""define dso_local void @{name}(ptr %lanes, i64 %count) noinline nounwind {{
entry:
  br label %again
again:
  %i = phi i64 [0, %entry], [%next, %again]
  {call}
  %next = add i64 %i, 1
  %more = icmp ult i64 %next, %count
  br i1 %more, label %again, label %end
end:
  ret void
}}
"""


def operations(text: str, name: str) -> int:
    """Additions, multiplications and divisions in the assembly of a function."""
    body = re.search(rf"define internal void @{name}\(.*?\n}}", text, re.DOTALL)
    assert body is not None
    return len(re.findall(r" = f(?:add|sub|mul|div) ", body[0])) + 2 * body[0].count("@llvm.fma.")


def timed(text: str, names: list[str], memory: np.ndarray) -> dict[str, float]:
    """Nanoseconds of one call of each function, the best of many rounds."""
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), machine._target())
    engine.add_object_file(llvm.ObjectFileRef.from_data(machine.compile_object(text)))
    engine.finalize_object()
    found = {}
    for name in names:
        function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64)(engine.get_function_address(name))
        best, begin = np.inf, memory.copy()
        for _ in range(ROUNDS):
            memory[:] = begin
            function(memory.ctypes.data, 10)
            start = time.perf_counter()
            function(memory.ctypes.data, CALLS)
            best = min(best, time.perf_counter() - start)
        found[name] = best / CALLS * 1e9
    return found


def aligned(doubles: int) -> np.ndarray:
    """Zeros at an address that suits every width."""
    room = np.zeros(doubles + 16)
    skip = (-room.ctypes.data % 128) // 8
    return room[skip : skip + doubles]


def peak(lanes: int) -> float:
    """Measured additions and multiplications a nanosecond."""
    module = Module(lanes)
    with module.function("chains", ["ptr %lanes"]) as code:
        values = [code.load("%lanes", k) for k in range(CHAINS)]
        factor = code.load("%lanes", CHAINS)
        turns = 50
        values = code.loop(turns, lambda _, x: [code.fma(value, factor, factor) for value in x], values)
        for k, value in enumerate(values):
            code.store(value, "%lanes", k)
    text = module.text() + repeated("time_chains", "call void @chains(ptr %lanes)")
    spent = timed(text, ["time_chains"], aligned((CHAINS + 1) * lanes))["time_chains"]
    return 2 * CHAINS * turns * lanes / spent


def parts(task: Task, method: Method, lanes: int, limit: float) -> None:
    """Print one model."""
    plan = make_plan(task.network, (), task.volumes, method)
    layout, text = plan.layout, generate(plan, lanes)
    memory = aligned(layout["size"] * lanes)

    def put(slot: str, values: object) -> None:
        column = np.atleast_1d(np.asarray(values, float))
        start = layout[slot] * lanes
        memory[start : start + len(column) * lanes] = np.repeat(column, lanes)

    put("y", np.maximum(task.network.initial, 1.0))
    put("p", task.network.defaults)
    for slot, value in {"end": 1e9, "stop": 1e9, "step": 1e-3, "rtol": 1e-3, "live": 1, "grow": 1}.items():
        put(slot, value)
    put("inverse", 1e3 / method.gamma)
    put("max_steps", 1e18)
    put("atol", np.full(plan.size, 1e-4))
    calls = {"time_prepare": "prepare", **{f"time_{name}": name for name in PARTS}, "time_step": "step"}
    arguments = {"prepare": ("p", "q"), **PARTS}
    for public, name in calls.items():
        lines = [
            f"%p{k} = getelementptr inbounds {Module(lanes).vector}, ptr %lanes, i64 {layout[slot]}"
            for k, slot in enumerate(arguments.get(name, ()))
        ]
        given = ", ".join(f"ptr %p{k}" for k in range(len(lines))) or "ptr %lanes"
        text += repeated(public, "\n  ".join([*lines, f"call void @{name}({given})"]))
    spent = timed(text, list(calls), memory)
    slopes = sum(not method.at_same_point(stage) for stage in range(1, method.stages))
    times = {"linearise": 1, "slope": slopes, "solve": method.stages}
    step, rest, all_operations = spent["time_step"], spent["time_step"], 0
    print(f"{task.name}, {lanes} lanes: {step:.0f} ns a step, {step / lanes:.0f} ns a patient and step")
    for name, count in times.items():
        part, work = count * spent[f"time_{name}"], count * operations(text, name) * lanes
        rest, all_operations = rest - part, all_operations + work
        print(
            f"  {count} x {name:10} {part / step:5.0%}  {work / part:5.1f} operations a ns, "
            f"{work / part / limit:.0%} of peak"
        )
    sums = (*method.a, *method.c, method.e, () if method.m[-1] == 1.0 else method.m)
    stages = sum(2 * np.count_nonzero(row) for row in sums) * plan.size * lanes
    print(f"  the rest       {rest / step:5.0%}  sums over stages, error, step control")
    total = (all_operations + stages) / step
    print(f"  whole step            {total:5.1f} operations a ns, {total / limit:.0%} of peak")
    print(f"  memory of a vector    {layout['size'] * lanes * 8 / 1024:.0f} KiB")


def main() -> None:
    """Print a table for every model and width."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, help="folder with S.ant, M.ant, L.ant")
    parser.add_argument("--lanes", type=int, nargs="+", default=[machine.host_lanes()])
    parser.add_argument("--method", default="RODAS4P2", choices=METHODS)
    options = parser.parse_args()
    own = files("remission.biology").joinpath("mechanism.ant").read_text(encoding="utf-8")
    for lanes in options.lanes:
        limit = peak(lanes)
        print(f"peak with {lanes} lanes: {limit:.1f} operations a ns (multiply-add counts as two)")
        for task in find_tasks(own, options.models):
            parts(task, METHODS[options.method], lanes, limit)


if __name__ == "__main__":
    main()
