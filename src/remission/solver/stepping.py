"""One step of all lanes: stages, error, acceptance, crossings, events. All of it lane by lane, no lane sees another."""

from __future__ import annotations

import math

from remission.solver.lane_memory import LaneMemory
from remission.solver.llvm_text import Code, Module
from remission.solver.method import Method
from remission.solver.plan import Plan

REACHED, CROSSED, FAILED = 1.0, 2.0, 10.0
"""Why a lane calls for service; `FAILED` plus a status code for a failure."""
SAFETY, SHRINK, GROW = 0.9, 0.15, 6.0
SMALLEST_STEP = 1e-13
GUESS = 0.02
"""The first step is one in which the states would change by about this part of themselves."""
BISECTIONS = 44


def write_stepping(module: Module, plan: Plan) -> None:
    """Write `step`, `locate`, `interpolate`, `fire`, `settle`."""
    _write_step(module, plan)
    if plan.monitors:
        _write_interpolate(module, plan)
        _write_locate(module, plan)
    if plan.events:
        _write_fire(module, plan)
    _write_settle(module, plan)


def _write_step(module: Module, plan: Plan) -> None:
    with module.function("step", ["ptr %lanes"]) as code:
        memory = LaneMemory(code, plan.layout)
        last, cut = _choose_step(code, memory, plan.method)
        memory.run("slope_jacobian", "y", "time", "q", "f", "J", "ft")
        memory.run("factor", "J", "inverse", "A")
        for stage in range(plan.method.stages):
            _write_stage(code, memory, plan, stage)
        error = _write_error(code, memory, plan)
        _control(code, memory, plan.method, error, last, cut)
        if plan.monitors:
            memory.run("monitors", "trial", "new_time", "q", "probe")
            _watch(code, memory, plan)
        _commit(code, memory, plan)
        if plan.events:
            running = code.compare("une", memory.get("call"), code.number(CROSSED))
            memory.put_flag("allowed", code.both(memory.flag("accept"), running))
            code.write("call void @fire(ptr %lanes)")


def _choose_step(code: Code, memory: LaneMemory, method: Method) -> tuple[str, str]:
    """The step tried: to the stop if that is near, half of the way if that is not much farther, else as proposed."""
    time, stop, step = memory.get("time"), memory.get("stop"), memory.get("step")
    rest = code.op("fsub", stop, time)
    half = code.op("fmul", rest, code.number(0.5))
    tried = code.select(code.compare("ogt", step, half), half, step)
    last = code.compare("oge", code.op("fmul", step, code.number(1.0001)), rest)
    tried = code.select(last, rest, tried)
    memory.put("try", tried)
    memory.put("inverse", code.op("fdiv", code.number(1 / method.gamma), tried))
    memory.put("new_time", code.select(last, stop, code.op("fadd", time, tried)))
    return last, code.compare("olt", tried, step)


def _write_stage(code: Code, memory: LaneMemory, plan: Plan, stage: int) -> None:
    method = plan.method
    tried = memory.get("try")
    per_step = code.op("fdiv", code.number(1.0), tried)
    weights = [code.op("fmul", per_step, code.number(x)) for x in method.c[stage]]
    time_weight = (
        code.op("fmul", tried, code.number(_tidy(method.time_slope[stage]))) if plan.uses_time else ""
    )
    slots = {name: memory.pointer(name) for name in ("y", "trial", "shift", "ft")}
    u = [code.place("%lanes", plan.layout["u"] + j * plan.size) for j in range(stage + 1)]

    def prepare(k: str, _: list[str]) -> list[str]:
        known = [code.load(u[j], k) for j in range(stage)]
        if stage:
            code.store(_stage_state(code, method, stage, slots, known, k), slots["trial"], k)
        shift = code.op("fmul", time_weight, code.load(slots["ft"], k)) if time_weight else code.number(0.0)
        for value, weight in zip(known, weights, strict=True):
            shift = code.fma(value, weight, shift)
        code.store(shift, slots["shift"], k)
        return []

    code.loop(plan.size, prepare)
    if stage:
        if plan.uses_time:
            fraction = code.number(_tidy(method.time_fraction[stage]))
            memory.put("stage_time", code.fma(tried, fraction, memory.get("time")))
        memory.run("slope", "trial", "stage_time", "q", "f")
    code.write(
        f"call void @solve(ptr {memory.pointer('A')}, ptr {memory.pointer('f')}, ptr {slots['shift']}, ptr {u[stage]})"
    )


def _tidy(x: float) -> float:
    """Zeros and ones of the method that came out of a matrix inversion."""
    return float(round(x)) if abs(x - round(x)) < 1e-13 else float(x)


def _stage_state(
    code: Code, method: Method, stage: int, slots: dict[str, str], known: list[str], k: str
) -> str:
    """y + sum a u; for the stiffly accurate last rows the state of the stage before plus its u."""
    row, before = method.a[stage], method.a[stage - 1]
    if stage > 1 and row == (*before, 1.0):
        return code.op("fadd", code.load(slots["trial"], k), known[-1])
    state = code.load(slots["y"], k)
    for value, a in zip(known, row, strict=True):
        state = code.fma(value, code.number(a), state)
    return state


def _write_error(code: Code, memory: LaneMemory, plan: Plan) -> str:
    """New state into `trial`; root mean square over all states of the error in units of the tolerance."""
    y, trial, atol = (memory.pointer(name) for name in ("y", "trial", "atol"))
    u = code.place("%lanes", plan.layout["u"] + (plan.method.stages - 1) * plan.size)
    rtol = memory.get("rtol")

    def add(k: str, carried: list[str]) -> list[str]:
        old, error = code.load(y, k), code.load(u, k)
        new = code.op("fadd", code.load(trial, k), error)
        code.store(new, trial, k)
        larger = code.intrinsic("maxnum", code.intrinsic("fabs", old), code.intrinsic("fabs", new))
        scaled = code.op("fdiv", error, code.fma(rtol, larger, code.load(atol, k)))
        return [code.fma(scaled, scaled, carried[0])]

    total = code.loop(plan.size, add, [code.number(0.0)])[0]
    return code.intrinsic("sqrt", code.op("fmul", total, code.number(1 / plan.size)))


def _control(code: Code, memory: LaneMemory, method: Method, error: str, last: str, cut: str) -> None:
    """Accept or reject, and choose the next step (Hairer and Wanner II, IV.7: safety, bounds, no growth after a no)."""
    one, zero = code.number(1.0), code.number(0.0)
    live = memory.flag("live")
    accept = code.both(code.compare("ole", error, one), live)
    reject = code.both(code.invert(code.compare("ole", error, one)), live)
    finite = code.compare("olt", error, code.number(1e30))
    bounded = code.select(finite, error, code.number(1e30))
    bounded = code.select(code.compare("ogt", bounded, code.number(1e-8)), bounded, code.number(1e-8))
    power = code.op("fmul", code.call("vlog", bounded), code.number(-1 / method.order))
    factor = code.op("fmul", code.number(SAFETY), code.call("vexp", power))
    factor = code.intrinsic(
        "maxnum", code.intrinsic("minnum", factor, memory.get("grow")), code.number(SHRINK)
    )
    step, tried = memory.get("step"), memory.get("try")
    proposed = code.op("fmul", tried, factor)
    kept = code.both(
        cut, code.compare("oge", factor, one)
    )  # a step cut at a stop says nothing against the one before
    proposed = code.select(kept, code.intrinsic("maxnum", step, proposed), proposed)
    memory.put("step", code.select(live, proposed, step))
    memory.put_where("grow", live, code.select(accept, code.number(GROW), one))
    _remember_first(code, memory, accept, factor)
    for name, mask in (("steps", accept), ("rejected", reject)):
        memory.put(name, code.op("fadd", memory.get(name), code.select(mask, one, zero)))
    memory.put_flag("accept", accept)
    memory.put_where("call", code.both(accept, last), code.number(REACHED))
    _give_up(code, memory, reject, finite)


def _remember_first(code: Code, memory: LaneMemory, accept: str, factor: str) -> None:
    """The first step accepted after a dose is the one to try after the next."""
    first = code.both(accept, memory.flag("first"))
    tried = memory.get("try")
    twice = code.op("fmul", tried, code.intrinsic("minnum", factor, code.number(2.0)))
    memory.put_where("dose_step", first, twice)
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


# crossings --------------------------------------------------------------------------------------------------


def _risen(code: Code, memory: LaneMemory, k: int) -> str:
    """Mask of accepted lanes whose monitor k rose through its threshold in this step."""
    threshold = memory.get("threshold", k)
    below = code.compare("olt", memory.get("monitor", k), threshold)
    above = code.compare("oge", memory.get("probe", k), threshold)
    return code.both(memory.flag("accept"), code.both(below, above))


def _watch(code: Code, memory: LaneMemory, plan: Plan) -> None:
    """Go and find the moment if any monitor rose."""
    risen = _risen(code, memory, 0)
    for k in range(1, len(plan.monitors)):
        risen = code.either(risen, _risen(code, memory, k))
    with code.when(code.any(risen)):
        code.write("call void @locate(ptr %lanes)")


def _write_interpolate(module: Module, plan: Plan) -> None:
    """State at `theta` of the step by the method's dense output, into `shift`; its day into `stage_time`."""
    method, n = plan.method, plan.size
    with module.function("interpolate", ["ptr %lanes"]) as code:
        memory = LaneMemory(code, plan.layout)
        theta = memory.get("theta")
        left = code.op("fsub", code.number(1.0), theta)
        memory.put("stage_time", code.fma(theta, memory.get("try"), memory.get("time")))
        y, trial, shift = (memory.pointer(name) for name in ("y", "trial", "shift"))
        rows = [code.place("%lanes", plan.layout["dense"] + r * n) for r in range(len(method.dense))]

        def blend(k: str, _: list[str]) -> list[str]:
            curve = code.load(rows[-1], k)
            for row in rows[-2::-1]:
                curve = code.fma(theta, curve, code.load(row, k))
            end = code.op("fmul", theta, code.fma(left, curve, code.load(trial, k)))
            code.store(code.fma(left, code.load(y, k), end), shift, k)
            return []

        code.loop(n, blend)


def _write_locate(module: Module, plan: Plan) -> None:
    """Moments at which monitors rose, by bisection on the dense output; terminal ones end the step there."""
    with module.function("locate", ["ptr %lanes"]) as code:
        memory = LaneMemory(code, plan.layout)
        _dense_vectors(code, plan)
        for k in range(len(plan.monitors)):
            risen = _risen(code, memory, k)
            memory.put("fraction", code.number(2.0), k)
            with code.when(code.any(risen)):
                memory.put_where("fraction", risen, _bisect(code, memory, k), k)
        _end_at_crossing(code, memory, plan)


def _dense_vectors(code: Code, plan: Plan) -> None:
    n, layout = plan.size, plan.layout
    for r, row in enumerate(plan.method.dense):
        target = code.place("%lanes", layout["dense"] + r * n)
        u = [code.place("%lanes", layout["u"] + j * n) for j in range(len(row))]

        def combine(
            k: str, _: list[str], row: tuple = row, u: list[str] = u, target: str = target
        ) -> list[str]:
            total = code.number(0.0)
            for pointer, h in zip(u, row, strict=True):
                total = code.fma(code.load(pointer, k), code.number(h), total)
            code.store(total, target, k)
            return []

        code.loop(n, combine)


def _bisect(code: Code, memory: LaneMemory, k: int) -> str:
    """Fraction of the step at which monitor k is at its threshold, from above; the same turns for every lane."""
    threshold = memory.get("threshold", k)

    def halve(_: str, bounds: list[str]) -> list[str]:
        low, high = bounds
        middle = code.op("fmul", code.number(0.5), code.op("fadd", low, high))
        memory.put("theta", middle)
        code.write("call void @interpolate(ptr %lanes)")
        memory.run("monitors", "shift", "stage_time", "q", "inner")
        above = code.compare("oge", memory.get("inner", k), threshold)
        return [code.select(above, low, middle), code.select(above, middle, high)]

    return code.loop(BISECTIONS, halve, [code.number(0.0), code.number(1.0)])[1]


def _end_at_crossing(code: Code, memory: LaneMemory, plan: Plan) -> None:
    one = code.number(1.0)
    end = code.number(2.0)
    for k in range(len(plan.monitors)):
        terminal = code.select(memory.flag("terminal", k), memory.get("fraction", k), code.number(2.0))
        end = code.intrinsic("minnum", end, terminal)
    for k in range(len(plan.monitors)):
        fraction = memory.get("fraction", k)
        hit = code.both(code.compare("ole", fraction, one), code.compare("ole", fraction, end))
        _record(code, memory, k, hit, code.fma(fraction, memory.get("try"), memory.get("time")))
    stopped = code.compare("ole", end, one)
    with code.when(code.any(stopped)):
        memory.put("theta", end)
        code.write("call void @interpolate(ptr %lanes)")
        shift, trial = memory.pointer("shift"), memory.pointer("trial")

        def stop(k: str, _: list[str]) -> list[str]:
            code.store(code.select(stopped, code.load(shift, k), code.load(trial, k)), trial, k)
            return []

        code.loop(plan.size, stop)
        memory.put_where("new_time", stopped, memory.get("stage_time"))
        memory.put_where("call", stopped, code.number(CROSSED))


def _record(code: Code, memory: LaneMemory, k: int, hit: str, day: str) -> None:
    """Write down a crossing; it is not looked for again."""
    memory.put_where("crossing", hit, day, k)
    memory.put_where("threshold", hit, code.number(math.inf), k)


# events, starts and jumps -----------------------------------------------------------------------------------


def _write_fire(module: Module, plan: Plan) -> None:
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


def _write_settle(module: Module, plan: Plan) -> None:
    """After starts and jumps: events, monitors already above their thresholds, and a first step where none is known."""
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
                _record(code, memory, k, hit, memory.get("time"))
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
        found = code.intrinsic("minnum", code.intrinsic("maxnum", found, code.number(1e-6)), code.number(1e3))
        step = memory.get("step")
        smaller = code.compare("olt", step, found)
        usable = code.both(smaller, code.compare("ogt", step, code.number(0.0)))
        memory.put_where("step", guess, code.select(usable, step, found))
