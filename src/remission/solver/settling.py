"""What is to be settled after a start or a jump before the next step is tried."""

from __future__ import annotations

from remission.solver.calls import CROSSED
from remission.solver.crossings import record
from remission.solver.lane_memory import LaneMemory
from remission.solver.llvm_text import Code, Module
from remission.solver.plan import Plan

GUESS = 0.02
"""The first step is one in which the states would change by about this part of themselves."""
SMALLEST_GUESS, LARGEST_GUESS = 1e-6, 1e3


def write_settle(module: Module, plan: Plan) -> None:
    """After starts and jumps: events, monitors above thresholds already, a first step if none is known."""
    with module.function("settle", ["ptr %lanes"]) as code:
        memory = LaneMemory(code, plan.layout)
        fresh = memory.flag("fresh")
        if plan.events:
            _begin_events(code, memory, plan)
            memory.put_flag("allowed", fresh)
            code.write("call void @fire(ptr %lanes)")
        if plan.monitors:
            memory.run("monitors", "y", "time", "q", "probe")
            for k in range(len(plan.monitors)):
                probe = memory.get("probe", k)
                hit = code.both(fresh, code.compare("oge", probe, memory.get("threshold", k)))
                record(code, memory, k, hit, memory.get("time"))
                memory.put_where("call", code.both(hit, memory.flag("terminal", k)), code.number(CROSSED))
                memory.put_where("monitor", fresh, probe, k)
        _guess_step(code, memory, plan)
        for name in ("fresh", "begin", "guess"):
            memory.put(name, code.number(0.0))


def _begin_events(code: Code, memory: LaneMemory, plan: Plan) -> None:
    """Triggers that hold as a patient is put in; those with `t0=false` may fire if its course begins here."""
    begin = memory.flag("begin")
    memory.run("triggers", "y", "time", "q", "trigger_now")
    for k, event in enumerate(plan.events):
        before = memory.get("trigger_now", k)
        if not event.initially_true:
            before = code.select(memory.flag("initial"), code.number(0.0), before)
        memory.put_where("trigger", begin, before, k)


def _guess_step(code: Code, memory: LaneMemory, plan: Plan) -> None:
    """A step in which the states change by a small part (after Hairer, Norsett and Wanner I, II.4)."""
    guess = memory.flag("guess")
    with code.when(code.any(guess)):
        memory.clear("f", plan.size)
        memory.run("slope", "y", "time", "q", "f")
        y, f, atol = (memory.pointer(name) for name in ("y", "f", "atol"))
        rtol = memory.get("rtol")

        def add(k: str, sums: list[str]) -> list[str]:
            value = code.load(y, k)
            scale = code.fma(rtol, code.intrinsic("fabs", value), code.load(atol, k))
            size = code.op("fdiv", value, scale)
            slope = code.op("fdiv", code.load(f, k), scale)
            return [code.fma(size, size, sums[0]), code.fma(slope, slope, sums[1])]

        size, slope = code.loop(plan.size, add, [code.number(0.0), code.number(0.0)])
        ratio = code.intrinsic("sqrt", code.op("fdiv", size, slope))
        found = code.op("fmul", code.number(GUESS), ratio)
        found = code.intrinsic(
            "minnum", code.intrinsic("maxnum", found, code.number(SMALLEST_GUESS)), code.number(LARGEST_GUESS)
        )
        step = memory.get("step")
        smaller = code.compare("olt", step, found)
        usable = code.both(smaller, code.compare("ogt", step, code.number(0.0)))
        memory.put_where("step", guess, code.select(usable, step, found))
