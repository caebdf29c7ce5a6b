"""One step of all lanes: stages, error, acceptance, crossings, events. No lane sees another."""

from __future__ import annotations

from remission.solver.calls import CROSSED, FAILED, REACHED
from remission.solver.crossings import look_inside, write_interpolate, write_locate
from remission.solver.firing import remember_triggers, write_fire
from remission.solver.lane_memory import LaneMemory
from remission.solver.llvm_text import Code, Module
from remission.solver.method import Method
from remission.solver.plan import Plan
from remission.solver.settling import write_settle

SAFETY, SHRINK, GROW = 0.9, 0.15, 6.0
FIRST_GROW = 100.0
"""Growth allowed after the first step from a start or a dose, whose size is a guess or comes from another dose."""
SMALLEST_ERROR, LARGEST_ERROR = 1e-8, 1e30
SMALLEST_STEP = 1e-13
STRETCH = 1.1
"""A step may be longer by this factor if that saves another; the safety factor leaves room for it."""


def write_stepping(module: Module, plan: Plan) -> None:
    """Write `step`, `locate`, `interpolate`, `fire`, `settle`."""
    _write_step(module, plan)
    if plan.monitors or plan.events:
        write_interpolate(module, plan)
        write_locate(module, plan)
    if plan.events:
        write_fire(module, plan)
    write_settle(module, plan)


def _write_step(module: Module, plan: Plan) -> None:
    with module.function("step", ["ptr %lanes"]) as code:
        memory = LaneMemory(code, plan.layout)
        last, cut = _choose_step(code, memory, plan.method)
        memory.run("linearise", "y", "time", "q", "inverse", "f", "ft", "A")
        for stage in range(plan.method.stages):
            _write_stage(code, memory, plan, stage)
        error = _write_error(code, memory, plan)
        _control(code, memory, plan.method, error, last, cut)
        due = look_inside(code, memory, plan)
        _commit(code, memory, plan)
        if plan.events:
            running = code.compare("une", memory.get("call"), code.number(CROSSED))
            memory.put_flag("allowed", code.both(memory.flag("accept"), running))
            remember_triggers(code, memory, plan, due)
            with code.when(due):
                code.write("call void @fire(ptr %lanes)")


def _choose_step(code: Code, memory: LaneMemory, method: Method) -> tuple[str, str]:
    """The step tried: to the stop if that is near, half of the way if not much farther, else as proposed."""
    time, stop, step = memory.get("time"), memory.get("stop"), memory.get("step")
    rest = code.op("fsub", stop, time)
    half = code.op("fmul", rest, code.number(0.5))
    reach = code.op("fmul", step, code.number(STRETCH))
    tried = code.select(code.compare("ogt", reach, half), half, step)
    last = code.compare("oge", reach, rest)
    tried = code.select(last, rest, tried)
    memory.put("try", tried)
    per_step = code.op("fdiv", code.number(1.0), tried)
    memory.put("per_step", per_step)
    memory.put("inverse", code.op("fmul", code.number(1 / method.gamma), per_step))
    memory.put("new_time", code.select(last, stop, code.op("fadd", time, tried)))
    return last, code.compare("olt", tried, step)


def _write_stage(code: Code, memory: LaneMemory, plan: Plan, stage: int) -> None:
    """The right-hand side of a stage into `f`, and its u; a stage that stays adds what is new to what is there."""
    method = plan.method
    stays, moves = method.at_same_point(stage), stage > 0 and not method.at_same_point(stage)
    c, time_slope = method.c[stage], method.time_slope[stage]
    if stays:
        c = tuple(x - y for x, y in zip(c, (*method.c[stage - 1], 0.0), strict=True))
        time_slope -= method.time_slope[stage - 1]
    per_step = memory.get("per_step")
    weights = [code.op("fmul", per_step, code.number(x)) for x in c]
    time_weight = code.op("fmul", memory.get("try"), code.number(_tidy(time_slope))) if plan.uses_time else ""
    slots = {name: memory.pointer(name) for name in ("y", "trial", "f", "ft")}
    u = [code.place("%lanes", plan.layout["u"] + j * plan.size) for j in range(stage + 1)]

    def prepare(k: str, _: list[str]) -> list[str]:
        known = [code.load(u[j], k) for j in range(stage)]
        if moves:
            code.store(_state(code, method, method.a[stage], slots, known, k), slots["trial"], k)
        total = code.number(0.0) if moves else code.load(slots["f"], k)
        if time_weight:
            total = code.fma(time_weight, code.load(slots["ft"], k), total)
        for value, weight in zip(known, weights, strict=True):
            total = code.fma(value, weight, total)
        code.store(total, slots["f"], k)
        return []

    if stage or plan.uses_time:
        code.loop(plan.size, prepare)
    if moves:
        if plan.uses_time:
            fraction = code.number(_tidy(method.time_fraction[stage]))
            memory.put("stage_time", code.fma(memory.get("try"), fraction, memory.get("time")))
        memory.run("slope", "trial", "stage_time", "q", "f")
    code.write(f"call void @solve(ptr {memory.pointer('A')}, ptr {slots['f']}, ptr {u[stage]})")


def _tidy(x: float) -> float:
    """Zeros and ones of the method that came out of a matrix inversion."""
    return float(round(x)) if abs(x - round(x)) < 1e-13 else float(x)


def _state(
    code: Code, method: Method, weights: tuple[float, ...], slots: dict[str, str], known: list[str], k: str
) -> str:
    """y + sum of weighted u; where the weights are those of the stage before and a one, its state plus the last u."""
    if len(known) > 1 and weights == (*method.a[len(known) - 1], 1.0):
        return code.op("fadd", code.load(slots["trial"], k), known[-1])
    return _weighted(code, weights, known, code.load(slots["y"], k))


def _weighted(code: Code, weights: tuple[float, ...], known: list[str], start: str) -> str:
    """start + sum of weighted u."""
    for value, weight in zip(known, weights, strict=True):
        start = code.fma(value, code.number(weight), start) if weight else start
    return start


def _write_error(code: Code, memory: LaneMemory, plan: Plan) -> str:
    """New state into `trial`; root mean square over all states of the error in units of the tolerance."""
    method = plan.method
    slots = {name: memory.pointer(name) for name in ("y", "trial", "atol")}
    u = [code.place("%lanes", plan.layout["u"] + j * plan.size) for j in range(method.stages)]
    rtol = memory.get("rtol")

    def add(k: str, carried: list[str]) -> list[str]:
        old, known = code.load(slots["y"], k), [code.load(pointer, k) for pointer in u]
        new = _state(code, method, method.m, slots, known, k)
        code.store(new, slots["trial"], k)
        error = _weighted(code, method.e, known, code.number(0.0))
        larger = code.intrinsic("maxnum", code.intrinsic("fabs", old), code.intrinsic("fabs", new))
        scaled = code.op("fdiv", error, code.fma(rtol, larger, code.load(slots["atol"], k)))
        return [code.fma(scaled, scaled, carried[0])]

    total = code.loop(plan.size, add, [code.number(0.0)])[0]
    return code.intrinsic("sqrt", code.op("fmul", total, code.number(1 / plan.size)))


def _control(code: Code, memory: LaneMemory, method: Method, error: str, last: str, cut: str) -> None:
    """Accept or reject, and choose the next step (Hairer and Wanner II, IV.7)."""
    one, zero = code.number(1.0), code.number(0.0)
    live = memory.flag("live")
    accept = code.both(code.compare("ole", error, one), live)
    reject = code.both(code.invert(code.compare("ole", error, one)), live)
    finite = code.compare("olt", error, code.number(LARGEST_ERROR))
    bounded = code.select(finite, error, code.number(LARGEST_ERROR))
    bounded = code.intrinsic("maxnum", bounded, code.number(SMALLEST_ERROR))
    factor = code.op("fdiv", code.number(SAFETY), _root(code, bounded, method.order))
    factor = code.intrinsic("maxnum", code.intrinsic("minnum", factor, memory.get("grow")), code.number(SHRINK))
    step, tried = memory.get("step"), memory.get("try")
    proposed = code.op("fmul", tried, factor)
    kept = code.both(cut, code.compare("oge", factor, one))  # a step cut at a stop says nothing against the one before
    proposed = code.select(kept, code.intrinsic("maxnum", step, proposed), proposed)
    memory.put("step", code.select(live, proposed, step))
    memory.put_where("grow", live, code.select(accept, code.number(GROW), one))
    _remember_first(code, memory, accept, factor)
    for name, mask in (("steps", accept), ("rejected", reject)):
        memory.put(name, code.op("fadd", memory.get(name), code.select(mask, one, zero)))
    memory.put_flag("accept", accept)
    memory.put_where("call", code.both(accept, last), code.number(REACHED))
    _give_up(code, memory, reject, finite)


def _root(code: Code, x: str, order: int) -> str:
    """x^(1/order); two square roots cost less than an exponential and a logarithm."""
    if order == 4:
        return code.intrinsic("sqrt", code.intrinsic("sqrt", x))
    return code.call("vexp", code.op("fmul", code.call("vlog", x), code.number(1 / order)))


def _remember_first(code: Code, memory: LaneMemory, accept: str, factor: str) -> None:
    """The first step accepted after a dose is the one to try after the next."""
    first = code.both(accept, memory.flag("first"))
    tried = memory.get("try")
    memory.put_where("dose_step", first, code.op("fmul", tried, factor))
    memory.put_where("first", first, code.number(0.0))


def _give_up(code: Code, memory: LaneMemory, reject: str, finite: str) -> None:
    """Status codes of `Status`: 2 step too small, 3 too many steps, 4 not finite."""
    tiny = code.intrinsic("maxnum", code.intrinsic("fabs", memory.get("time")), code.number(1.0))
    tiny = code.op("fmul", tiny, code.number(SMALLEST_STEP))
    small = code.both(reject, code.compare("olt", memory.get("step"), tiny))
    memory.put_where("call", small, code.select(finite, code.number(FAILED + 2), code.number(FAILED + 4)))
    spent = code.op("fadd", memory.get("steps"), memory.get("rejected"))
    free = code.both(code.compare("oeq", memory.get("call"), code.number(0.0)), memory.flag("live"))
    over = code.both(free, code.compare("oge", spent, memory.get("max_steps")))
    memory.put_where("call", over, code.number(FAILED + 3))


def _commit(code: Code, memory: LaneMemory, plan: Plan) -> None:
    """Accepted lanes move on."""
    accept = memory.flag("accept")
    memory.put_where("time", accept, memory.get("new_time"))
    for k in range(len(plan.monitors)):
        memory.put_where("monitor", accept, memory.get("probe", k), k)
    y, trial = memory.pointer("y"), memory.pointer("trial")

    def move(k: str, _: list[str]) -> list[str]:
        code.store(code.select(accept, code.load(trial, k), code.load(y, k)), y, k)
        return []

    code.loop(plan.size, move)
