"""Events: which are due, in which order, and what they set.

As SBML Level 3 says (core specification, section 4.12): an event is due when its trigger becomes true; of
those due at one moment the one with the highest priority fires first; firing may set off others, or, if they
are not persistent, call them off. Delays are not supported. Between equals the standard asks for chance; here
a lot decides that follows from the day of the start and the number of events fired since, so that a patient's
course is the same in any company.
"""

from __future__ import annotations

from remission.solver.calls import FAILED
from remission.solver.lane_memory import LaneMemory
from remission.solver.llvm_text import Code, Module
from remission.solver.plan import Plan

LOT_FACTOR, LOT_STEP = 6364136223846793005, 1442695040888963407
MOST_AT_ONCE = 100_000.0
"""Events that may fire in one patient at one moment."""


def write_fire(module: Module, plan: Plan) -> None:
    """Let events fire in lanes marked `allowed`, one a lane and pass; a changed lane is `fresh`."""
    with module.function("fire", ["ptr %lanes"]) as code:
        memory = LaneMemory(code, plan.layout)
        memory.put("passes", code.number(0.0))
        code.label("again")
        memory.run("triggers", "y", "time", "q", "trigger_now")
        _queue(code, memory, plan)
        remember_triggers(code, memory, plan, "false")
        some = code.any(_waiting(code, memory, plan))
        code.write(f"br i1 {some}, label %execute, label %done\nexecute:")
        _execute(code, memory, plan)
        code.write("br label %again\ndone:")


def _events(plan: Plan) -> range:
    return range(len(plan.events))


def remember_triggers(code: Code, memory: LaneMemory, plan: Plan, unless: str) -> None:
    """Keep which triggers hold now, for lanes in which events may fire; not at all if an i1 is true."""
    allowed = memory.flag("allowed")
    keep = code.select(allowed, code.number(1.0), code.number(0.0))
    keep = code.let(f"select i1 {unless}, {code.module.vector} zeroinitializer, {code.module.vector} {keep}")
    mask = code.compare("ogt", keep, code.number(0.0))
    for k in _events(plan):
        memory.put_where("trigger", mask, memory.get("trigger_now", k), k)


def _queue(code: Code, memory: LaneMemory, plan: Plan) -> None:
    """Put what has become due on the list, with its values; take off what may not wait."""
    memory.run("values", "y", "time", "q", "values")
    memory.run("priorities", "y", "time", "q", "priority")
    allowed, at = memory.flag("allowed"), 0
    for k in _events(plan):
        event = plan.events[k]
        holds = memory.flag("trigger_now", k)
        places = range(at, at + len(event.assignments))
        due = code.both(allowed, code.both(holds, _news(code, memory, plan, k, places)))
        waiting = memory.flag("pending", k)
        if not event.persistent:
            waiting = code.both(waiting, holds)
        count = code.select(waiting, memory.get("pending", k), code.number(0.0))
        count = code.op("fadd", count, code.select(due, code.number(1.0), code.number(0.0)))
        memory.put("pending", count, k)
        for place in places:
            when = due if event.from_trigger_time else allowed
            memory.put_where("stored", when, memory.get("values", place), place)
        at += len(event.assignments)


def _news(code: Code, memory: LaneMemory, plan: Plan, k: int, places: range) -> str:
    """Mask of lanes where a trigger that holds is news; if the event absorbs, where a state would change."""
    if not plan.events[k].absorbing:
        return code.invert(memory.flag("trigger", k))
    differ = code.invert(memory.flag("live"))
    for place, (state, *_) in zip(places, plan.events[k].assignments, strict=True):
        differ = code.either(differ, code.compare("une", memory.get("values", place), memory.get("y", state)))
    return differ


def _waiting(code: Code, memory: LaneMemory, plan: Plan) -> str:
    result = memory.flag("pending", 0)
    for k in _events(plan)[1:]:
        result = code.either(result, memory.flag("pending", k))
    return result


def _execute(code: Code, memory: LaneMemory, plan: Plan) -> None:
    """In each lane fire one of the most urgent events on the list."""
    memory.run("sizes", "y", "time", "q", "sizes")
    waiting = _waiting(code, memory, plan)
    best = lot = code.number(float("-inf"))
    for k in _events(plan):
        urgency = code.select(memory.flag("pending", k), memory.get("priority", k), code.number(float("-inf")))
        best = code.intrinsic("maxnum", best, urgency)
    candidates, lots = [], []
    for k in _events(plan):
        urgent = code.compare("oge", memory.get("priority", k), best)
        candidates.append(code.both(memory.flag("pending", k), urgent))
        lots.append(_draw_lot(code, memory, waiting))
        lot = code.intrinsic("maxnum", lot, code.select(candidates[k], lots[k], code.number(0.0)))
    zero = doubt = code.number(0.0)
    free, at = waiting, 0
    for k in _events(plan):
        mask = code.both(free, code.both(candidates[k], code.compare("oeq", lots[k], lot)))
        free = code.both(free, code.invert(mask))
        memory.put_where("pending", mask, code.op("fsub", memory.get("pending", k), code.number(1.0)), k)
        for state, _, size in plan.events[k].assignments:
            value = memory.get("stored", at)
            if plan.graph.value(size) != 1:
                value = code.op("fmul", value, memory.get("sizes", at))
            changed = code.both(mask, code.compare("une", value, memory.get("y", state)))
            memory.put_where("y", mask, value, state)
            memory.put_where("fresh", changed, code.number(1.0))
            doubt = code.op("fadd", doubt, code.select(mask, code.op("fsub", value, value), zero))
            at += 1
    _fail(code, memory, plan, code.compare("uno", doubt, doubt), 4)  # infinity less infinity is no number
    _fail(code, memory, plan, _endless(code, memory, waiting), 5)


def _draw_lot(code: Code, memory: LaneMemory, lanes: str) -> str:
    """A number from 1 to 2, drawn in some lanes (linear congruence of Knuth, MMIX)."""
    before = code.bits(memory.get("lot"))
    drawn = code.whole_op("mul", before, code.integer(LOT_FACTOR))
    drawn = code.select_whole(lanes, code.whole_op("add", drawn, code.integer(LOT_STEP)), before)
    memory.put("lot", code.from_bits(drawn))
    return code.from_bits(
        code.whole_op("or", code.whole_op("lshr", drawn, code.integer(12)), code.integer(0x3FF << 52))
    )


def _endless(code: Code, memory: LaneMemory, waiting: str) -> str:
    """Mask of lanes in which too many events have fired at one moment."""
    passes = code.op("fadd", memory.get("passes"), code.select(waiting, code.number(1.0), code.number(0.0)))
    memory.put("passes", passes)
    return code.compare("oge", passes, code.number(MOST_AT_ONCE))


def _fail(code: Code, memory: LaneMemory, plan: Plan, lanes: str, status: int) -> None:
    """End some lanes with a code of `Status`: 4 not finite, 5 events without end."""
    memory.put_where("call", lanes, code.number(FAILED + status))
    memory.put_where("allowed", lanes, code.number(0.0))
    for k in _events(plan):
        memory.put_where("pending", lanes, code.number(0.0), k)
