"""Moments inside an accepted step: an event is set off, a monitor rises through its threshold."""

from __future__ import annotations

import functools
import math

from remission.solver.calls import CROSSED
from remission.solver.graph import TIME
from remission.solver.lane_memory import LaneMemory
from remission.solver.llvm_text import Code, Module
from remission.solver.plan import Plan

BISECTIONS = 44
BISECTIONS_IN_TIME = 64
"""Where a trigger asks for the time: the event then fires at the very number that it names."""


def event_bisections(plan: Plan) -> int:
    """How often a step is halved to find a first event."""
    timed = any(TIME in plan.graph.support(event.trigger) for event in plan.events)
    return BISECTIONS_IN_TIME if timed else BISECTIONS


def _risen(code: Code, memory: LaneMemory, k: int) -> str:
    """Mask of accepted lanes whose monitor k rose through its threshold in this step."""
    threshold = memory.get("threshold", k)
    below = code.compare("olt", memory.get("monitor", k), threshold)
    above = code.compare("oge", memory.get("probe", k), threshold)
    return code.both(memory.flag("accept"), code.both(below, above))


def _set_off(code: Code, memory: LaneMemory, k: int, now: str = "trigger_now") -> str:
    """Mask of accepted lanes in which the trigger of event k has become true in this step."""
    newly = code.both(memory.flag(now, k), code.invert(memory.flag("trigger", k)))
    return code.both(memory.flag("accept"), newly)


def _some(code: Code, masks: list[str]) -> str:
    """Mask of lanes where any of the masks holds."""
    return functools.reduce(code.either, masks)


def look_inside(code: Code, memory: LaneMemory, plan: Plan) -> str:
    """Go and find the moment if any event was set off or any monitor rose; i1: whether any event is to fire."""
    masks, due = [], ""
    if plan.events:
        memory.run("triggers", "trial", "new_time", "q", "trigger_now")
        set_off = [_set_off(code, memory, k) for k in range(len(plan.events))]
        absorbed = [_absorbs(code, memory, plan, k) for k, event in enumerate(plan.events) if event.absorbing]
        due = code.any(_some(code, [*set_off, *absorbed]))
        masks += set_off
    if plan.monitors:
        memory.run("monitors", "trial", "new_time", "q", "probe")
        masks += [_risen(code, memory, k) for k in range(len(plan.monitors))]
    if masks:
        with code.when(code.any(_some(code, masks))):
            code.write("call void @locate(ptr %lanes)")
    return due


def _absorbs(code: Code, memory: LaneMemory, plan: Plan, k: int) -> str:
    """Mask of accepted lanes in which an absorbing event finds something left to empty."""
    zero = code.number(0.0)
    left = [code.compare("une", memory.get("trial", state), zero) for state, *_ in plan.events[k].assignments]
    holds = code.both(memory.flag("accept"), memory.flag("trigger_now", k))
    return code.both(holds, _some(code, left))


def write_interpolate(module: Module, plan: Plan) -> None:
    """State at `theta` of the step by the method's dense output, into `shift`; its day into `stage_time`."""
    method, n = plan.method, plan.size
    with module.function("interpolate", ["ptr %lanes"]) as code:
        memory = LaneMemory(code, plan.layout)
        theta = memory.get("theta")
        left = code.op("fsub", code.number(1.0), theta)
        memory.put("stage_time", code.fma(theta, memory.get("try"), memory.get("time")))
        y, whole, shift = (memory.pointer(name) for name in ("y", "whole", "shift"))
        rows = [code.place("%lanes", plan.layout["dense"] + r * n) for r in range(len(method.dense))]

        def blend(k: str, _: list[str]) -> list[str]:
            curve = code.load(rows[-1], k)
            for row in rows[-2::-1]:
                curve = code.fma(theta, curve, code.load(row, k))
            end = code.op("fmul", theta, code.fma(left, curve, code.load(whole, k)))
            code.store(code.fma(left, code.load(y, k), end), shift, k)
            return []

        code.loop(n, blend)


def write_locate(module: Module, plan: Plan) -> None:
    """Moments by bisection on the dense output: a first event ends the step, monitors come before it."""
    with module.function("locate", ["ptr %lanes"]) as code:
        memory = LaneMemory(code, plan.layout)
        if plan.method.dense_at_end:
            _write_end(code, memory, plan)
        _dense_vectors(code, plan)
        memory.put("limit", code.number(1.0))
        if plan.events:
            masks = [_set_off(code, memory, k) for k in range(len(plan.events))]
            some = _some(code, masks)
            with code.when(code.any(some)):
                _cut_at_event(code, memory, plan, some)
        for k in range(len(plan.monitors)):
            risen = _risen(code, memory, k)
            memory.put("fraction", code.number(2.0), k)
            with code.when(code.any(risen)):
                memory.put_where("fraction", risen, _bisect(code, memory, k), k)
        if plan.monitors:
            _end_at_crossing(code, memory, plan)


def _cut_at_event(code: Code, memory: LaneMemory, plan: Plan, some: str) -> None:
    """End the step of some lanes just after the moment at which a first trigger has become true."""

    def halve(_: str, bounds: list[str]) -> list[str]:
        low, high = bounds
        middle = code.op("fmul", code.number(0.5), code.op("fadd", low, high))
        memory.put("theta", middle)
        code.write("call void @interpolate(ptr %lanes)")
        memory.run("triggers", "shift", "stage_time", "q", "pending")
        events = range(len(plan.events))
        after = _some(code, [_set_off(code, memory, k, "pending") for k in events])
        return [code.select(after, low, middle), code.select(after, middle, high)]

    high = code.loop(event_bisections(plan), halve, [code.number(0.0), code.number(1.0)])[1]
    for k in range(len(plan.events)):
        memory.put("pending", code.number(0.0), k)  # lent to the bisection
    moment = code.fma(high, memory.get("try"), memory.get("time"))
    cut = code.both(some, code.compare("olt", moment, memory.get("new_time")))  # else the step ends there as it is
    memory.put_where("limit", cut, high)
    _end_at(code, memory, plan, cut, high)
    memory.put_where("call", cut, code.number(0.0))
    if plan.monitors:
        memory.run("monitors", "trial", "new_time", "q", "probe")


def _end_at(code: Code, memory: LaneMemory, plan: Plan, lanes: str, theta: str) -> None:
    """End the step of some lanes at a fraction of it."""
    memory.put("theta", theta)
    code.write("call void @interpolate(ptr %lanes)")
    shift, trial = memory.pointer("shift"), memory.pointer("trial")

    def end(k: str, _: list[str]) -> list[str]:
        code.store(code.select(lanes, code.load(shift, k), code.load(trial, k)), trial, k)
        return []

    code.loop(plan.size, end)
    memory.put_where("new_time", lanes, memory.get("stage_time"))


def _write_end(code: Code, memory: LaneMemory, plan: Plan) -> None:
    """The u at the end of the step, of a stage that starts from the new state and has no c."""
    memory.clear("f", plan.size)
    if plan.uses_time:
        h_gamma = code.op("fmul", memory.get("try"), code.number(plan.method.gamma))
        f, ft = memory.pointer("f"), memory.pointer("ft")

        def weigh(k: str, _: list[str]) -> list[str]:
            code.store(code.op("fmul", h_gamma, code.load(ft, k)), f, k)
            return []

        code.loop(plan.size, weigh)
    memory.run("slope", "trial", "new_time", "q", "f")
    end = code.place("%lanes", plan.layout["u"] + plan.method.stages * plan.size)
    code.write(f"call void @solve(ptr {memory.pointer('A')}, ptr {memory.pointer('f')}, ptr {end})")


def _dense_vectors(code: Code, plan: Plan) -> None:
    """The vectors of the dense output, and the state at the end of the whole step."""
    n, layout = plan.size, plan.layout
    trial, whole = (code.place("%lanes", layout[name]) for name in ("trial", "whole"))

    def keep(k: str, _: list[str]) -> list[str]:
        code.store(code.load(trial, k), whole, k)
        return []

    code.loop(n, keep)
    for r, row in enumerate(plan.method.dense):
        target = code.place("%lanes", layout["dense"] + r * n)
        u = [code.place("%lanes", layout["u"] + j * n) for j in range(len(row))]

        def combine(k: str, _: list[str], row: tuple = row, u: list[str] = u, target: str = target) -> list[str]:
            total = code.number(0.0)
            for pointer, h in zip(u, row, strict=True):
                total = code.fma(code.load(pointer, k), code.number(h), total)
            code.store(total, target, k)
            return []

        code.loop(n, combine)


def _bisect(code: Code, memory: LaneMemory, k: int) -> str:
    """Fraction of the step at which monitor k is at its threshold, from above; equal turns in all lanes."""
    threshold = memory.get("threshold", k)

    def halve(_: str, bounds: list[str]) -> list[str]:
        low, high = bounds
        middle = code.op("fmul", code.number(0.5), code.op("fadd", low, high))
        memory.put("theta", middle)
        code.write("call void @interpolate(ptr %lanes)")
        memory.run("monitors", "shift", "stage_time", "q", "inner")
        above = code.compare("oge", memory.get("inner", k), threshold)
        return [code.select(above, low, middle), code.select(above, middle, high)]

    return code.loop(BISECTIONS, halve, [code.number(0.0), memory.get("limit")])[1]


def _end_at_crossing(code: Code, memory: LaneMemory, plan: Plan) -> None:
    one = code.number(1.0)
    end = code.number(2.0)
    for k in range(len(plan.monitors)):
        terminal = code.select(memory.flag("terminal", k), memory.get("fraction", k), code.number(2.0))
        end = code.intrinsic("minnum", end, terminal)
    for k in range(len(plan.monitors)):
        fraction = memory.get("fraction", k)
        hit = code.both(code.compare("ole", fraction, one), code.compare("ole", fraction, end))
        record(code, memory, k, hit, code.fma(fraction, memory.get("try"), memory.get("time")))
    stopped = code.compare("ole", end, one)
    with code.when(code.any(stopped)):
        _end_at(code, memory, plan, stopped, end)
        memory.put_where("call", stopped, code.number(CROSSED))


def record(code: Code, memory: LaneMemory, k: int, hit: str, day: str) -> None:
    """Write down a crossing; it is not looked for again."""
    memory.put_where("crossing", hit, day, k)
    memory.put_where("threshold", hit, code.number(math.inf), k)
