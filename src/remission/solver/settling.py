"""Events, and what is to be settled after a start or a jump before the next step is tried."""

from __future__ import annotations

from remission.solver.calls import CROSSED
from remission.solver.crossings import record
from remission.solver.lane_memory import LaneMemory
from remission.solver.llvm_text import Code, Module
from remission.solver.plan import Plan

GUESS = 0.02
"""The first step is one in which the states would change by about this part of themselves."""
SMALLEST_GUESS, LARGEST_GUESS = 1e-6, 1e3


def write_fire(module: Module, plan: Plan) -> None:
    """Let events fire in lanes marked `allowed`; what changed a state makes its lane `fresh`."""
    with module.function("fire", ["ptr %lanes"]) as code:
        memory = LaneMemory(code, plan.layout)
        memory.run("triggers", "y", "time", "q", "trigger_now")
        allowed = memory.flag("allowed")
        due = [_due(code, memory, plan, k, allowed) for k in range(len(plan.events))]
        some = due[0]
        for mask in due[1:]:
            some = code.either(some, mask)
        with code.when(code.any(some)):
            memory.run("values", "y", "time", "q", "values")
            at = 0
            for event, mask in zip(plan.events, due, strict=True):
                for state, _ in event.assignments:
                    value = memory.get("values", at)
                    changed = code.both(mask, code.compare("une", value, memory.get("y", state)))
                    memory.put_where("y", mask, value, state)
                    memory.put_where("fresh", changed, code.number(1.0))
                    at += 1
            memory.run("triggers", "y", "time", "q", "trigger_now")
        for k in range(len(plan.events)):
            memory.put_where("trigger", allowed, memory.get("trigger_now", k), k)


def _due(code: Code, memory: LaneMemory, plan: Plan, k: int, allowed: str) -> str:
    """Mask of lanes in which event k fires: its trigger has become true, or holds and absorbs."""
    holds = code.both(allowed, memory.flag("trigger_now", k))
    if plan.events[k].absorbing:
        return holds
    return code.both(holds, code.invert(memory.flag("trigger", k)))


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
    """A patient put in has the triggers that hold already; those with `t0=false` may fire at day 0."""
    begin = memory.flag("begin")
    memory.run("triggers", "y", "time", "q", "trigger_now")
    day_zero = code.compare("oeq", memory.get("time"), code.number(0.0))
    for k, event in enumerate(plan.events):
        before = memory.get("trigger_now", k)
        if not event.initially_true:
            before = code.select(day_zero, code.number(0.0), before)
        memory.put_where("trigger", begin, before, k)


def _guess_step(code: Code, memory: LaneMemory, plan: Plan) -> None:
    """A step in which the states change by a small part (after Hairer, Norsett and Wanner I, II.4)."""
    guess = memory.flag("guess")
    with code.when(code.any(guess)):
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
