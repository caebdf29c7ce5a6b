"""The loop over a whole batch: lanes are filled from a queue, stepped together, served one by one, refilled.

A lane calls for service by a number in its slot `call`: -1 empty, 1 a dose or the end is reached, 2 a
terminal monitor crossed, 10 + status failed. Everything else is done for all lanes at once. The job (arrays
of the caller) is an array of 8-byte entries in the order of `JOB`.
"""

from __future__ import annotations

from remission.solver.calls import CROSSED, EMPTY, FAILED, REACHED
from remission.solver.firing import LOT_FACTOR, LOT_STEP
from remission.solver.lane_memory import LaneMemory
from remission.solver.llvm_text import Code, Module, double_bits
from remission.solver.plan import Plan
from remission.solver.stepping import FIRST_GROW, GROW

JOB = (
    "patients",
    "state",
    "parameters",
    "start_day",
    "stop_day",
    "dose_offsets",
    "dose_day",
    "dose_state",
    "dose_amount",
    "records",
    "record_day",
    "threshold",
    "step_day",
    "dose_step_day",
    "recorded_out",
    "state_out",
    "time_out",
    "step_out",
    "dose_step_out",
    "status_out",
    "crossing_out",
    "steps_out",
    "rejected_out",
    "next",
    "outputs_out",
)
"""Entries of a job: numbers of patients and of recorded days of each, pointers, the next patient in the queue."""

_NAN = double_bits(float("nan"))
_ARGUMENTS = ["ptr %lanes", "ptr %job"]


def write_driver(module: Module, plan: Plan) -> None:
    """Write `advance` and `observe`, the two functions that Python calls."""
    _write_record(module, plan)
    _write_doses(module, plan)
    _write_fill(module, plan)
    _write_finish(module, plan)
    _write_serve(module, plan)
    _write_advance(module, plan)
    _write_observe(module, plan)


class _Job:
    """Reads entries of the job."""

    def __init__(self, code: Code) -> None:
        self.code = code

    def pointer(self, name: str) -> str:
        return self.code.load_scalar("ptr", "%job", JOB.index(name))

    def count(self, name: str) -> str:
        return self.code.load_scalar("i64", "%job", JOB.index(name))

    def double(self, name: str, index: str) -> str:
        return self.code.load_scalar("double", self.pointer(name), index)

    def put(self, kind: str, name: str, index: str, value: str) -> None:
        self.code.store_scalar(kind, value, self.pointer(name), index)


def _copy_in(code: Code, memory: LaneMemory, source: str, patient: str, slot: str, count: int) -> None:
    """Row `patient` of an array into one lane of a slot."""
    if not count:
        return
    row = code.whole("mul", patient, count)

    def copy(k: str, _: list[str]) -> list[str]:
        value = code.load_scalar("double", source, code.whole("add", row, k))
        memory.put_lane(slot, "%lane", value, k)
        return []

    code.loop(count, copy)


def _copy_out(code: Code, memory: LaneMemory, target: str, patient: str, slot: str, count: int) -> None:
    """One lane of a slot into row `patient` of an array."""
    if not count:
        return
    row = code.whole("mul", patient, count)

    def copy(k: str, _: list[str]) -> list[str]:
        code.store_scalar("double", memory.get_lane(slot, "%lane", k), target, code.whole("add", row, k))
        return []

    code.loop(count, copy)


def _next_record(code: Code, memory: LaneMemory, job: _Job) -> str:
    """The next day at which a lane's state is recorded; each patient's last one is infinite."""
    row = code.whole("mul", memory.get_lane("patient", "%lane", kind="i64"), job.count("records"))
    return job.double("record_day", code.whole("add", row, memory.get_lane("record", "%lane", kind="i64")))


def _write_record(module: Module, plan: Plan) -> None:
    """`record`: put one lane's state down for every recorded day that it has come to."""
    with module.function("record", [*_ARGUMENTS, "i64 %lane"]) as code:
        memory, job = LaneMemory(code, plan.layout), _Job(code)
        code.label("next")
        due = code.let(f"fcmp ole double {_next_record(code, memory, job)}, {memory.get_lane('time', '%lane')}")
        code.write(f"br i1 {due}, label %take, label %done\ntake:")
        patient, record = (memory.get_lane(name, "%lane", kind="i64") for name in ("patient", "record"))
        rows = code.whole("sub", job.count("records"), 1)
        place = code.whole("add", code.whole("mul", patient, rows), record)
        _copy_out(code, memory, job.pointer("recorded_out"), place, "y", plan.size)
        memory.put_lane("record", "%lane", code.whole("add", record, 1), kind="i64")
        code.write("br label %next\ndone:")


def _write_doses(module: Module, plan: Plan) -> None:
    """`give_doses`: all doses due now, then the next stop."""
    with module.function("give_doses", [*_ARGUMENTS, "i64 %lane"]) as code:
        memory, job = LaneMemory(code, plan.layout), _Job(code)
        days, states, amounts = (job.pointer(name) for name in ("dose_day", "dose_state", "dose_amount"))
        now, end = memory.get_lane("time", "%lane"), memory.get_lane("end", "%lane")
        end = _sooner(code, _next_record(code, memory, job), end)
        memory.put_lane("stop", "%lane", end)
        code.label("next")
        dose, last = (memory.get_lane(name, "%lane", kind="i64") for name in ("dose", "dose_end"))
        left = code.let(f"icmp slt i64 {dose}, {last}")
        code.write(f"br i1 {left}, label %look, label %done\nlook:")
        day = code.load_scalar("double", days, dose)
        due = code.let(f"fcmp ole double {day}, {now}")
        code.write(f"br i1 {due}, label %give, label %later\ngive:")
        state = code.let(f"zext i32 {code.load_scalar('i32', states, dose)} to i64")
        amount = code.load_scalar("double", amounts, dose)
        before = memory.get_lane("y", "%lane", state)
        memory.put_lane("y", "%lane", code.let(f"fadd double {before}, {amount}"), state)
        memory.put_lane("dose", "%lane", code.whole("add", dose, 1), kind="i64")
        _expect_jump(code, memory)
        code.write("br label %next\nlater:")
        memory.put_lane("stop", "%lane", _sooner(code, day, end))
        code.label("done")


def _sooner(code: Code, day: str, other: str) -> str:
    """The sooner of two days."""
    return code.let(f"select i1 {code.let(f'fcmp olt double {day}, {other}')}, double {day}, double {other}")


def _expect_jump(code: Code, memory: LaneMemory) -> None:
    """After a dose: try the step that did after the last one; if there was none, guess one."""
    known = memory.get_lane("dose_step", "%lane")
    unknown = code.let(f"fcmp uno double {known}, {known}")
    step = memory.get_lane("step", "%lane")
    memory.put_lane("step", "%lane", code.let(f"select i1 {unknown}, double {step}, double {known}"))
    guess = code.let(f"select i1 {unknown}, double 1.0, double 0.0")
    memory.put_lane("guess", "%lane", guess)
    memory.put_lane("grow", "%lane", double_bits(FIRST_GROW))
    for name in ("first", "fresh"):
        memory.put_lane(name, "%lane", "1.0")


def _write_fill(module: Module, plan: Plan) -> None:
    """`fill`: put the next patient of the queue into a lane, or mark the lane as done."""
    with module.function("fill", [*_ARGUMENTS, "i64 %lane"]) as code:
        memory, job = LaneMemory(code, plan.layout), _Job(code)
        patient, patients = job.count("next"), job.count("patients")
        memory.put_lane("call", "%lane", "0.0")
        memory.put_lane("live", "%lane", "0.0")
        some = code.let(f"icmp slt i64 {patient}, {patients}")
        with code.when(some):
            code.store_scalar("i64", code.whole("add", patient, 1), "%job", JOB.index("next"))
            memory.put_lane("patient", "%lane", patient, kind="i64")
            _copy_in(code, memory, job.pointer("state"), patient, "y", plan.size)
            _copy_in(code, memory, job.pointer("parameters"), patient, "p", len(plan.network.parameters))
            _copy_in(code, memory, job.pointer("threshold"), patient, "threshold", len(plan.monitors))
            for k in range(len(plan.monitors)):
                memory.put_lane("crossing", "%lane", _NAN, k)
            _start_lane(code, memory, job, patient)
            first = _sooner(code, _next_record(code, memory, job), memory.get_lane("end", "%lane"))
            there = code.let(f"fcmp ole double {first}, {memory.get_lane('time', '%lane')}")
            call = code.let(f"select i1 {there}, double {double_bits(REACHED)}, double 0.0")
            memory.put_lane("call", "%lane", call)
            with code.when(code.let(f"xor i1 {there}, true")):
                code.write("call void @give_doses(ptr %lanes, ptr %job, i64 %lane)")


def _start_lane(code: Code, memory: LaneMemory, job: _Job, patient: str) -> None:
    memory.put_lane("time", "%lane", job.double("start_day", patient))
    memory.put_lane("end", "%lane", job.double("stop_day", patient))
    step = job.double("step_day", patient)
    memory.put_lane("step", "%lane", step)
    known = code.let(f"fcmp ogt double {step}, 0.0")
    memory.put_lane("guess", "%lane", code.let(f"select i1 {known}, double 0.0, double 1.0"))
    grow = code.let(f"select i1 {known}, double {double_bits(GROW)}, double {double_bits(FIRST_GROW)}")
    memory.put_lane("grow", "%lane", grow)
    memory.put_lane("dose_step", "%lane", job.double("dose_step_day", patient))
    for name, value in (("first", 0.0), ("steps", 0.0), ("rejected", 0.0)):
        memory.put_lane(name, "%lane", double_bits(value))
    day = code.let(f"bitcast double {job.double('start_day', patient)} to i64")
    memory.put_lane("lot", "%lane", code.whole("mul", code.whole("add", day, LOT_STEP), LOT_FACTOR), kind="i64")
    for name in ("begin", "fresh", "live"):
        memory.put_lane(name, "%lane", "1.0")
    memory.put_lane("record", "%lane", "0", kind="i64")
    offsets = job.pointer("dose_offsets")
    following = code.whole("add", patient, 1)
    memory.put_lane("dose", "%lane", code.load_scalar("i64", offsets, patient), kind="i64")
    memory.put_lane("dose_end", "%lane", code.load_scalar("i64", offsets, following), kind="i64")


def _write_finish(module: Module, plan: Plan) -> None:
    """`finish`: write one lane's results into the caller's arrays."""
    with module.function("finish", [*_ARGUMENTS, "i64 %lane", "i8 %status"]) as code:
        memory, job = LaneMemory(code, plan.layout), _Job(code)
        patient = memory.get_lane("patient", "%lane", kind="i64")
        _copy_out(code, memory, job.pointer("state_out"), patient, "y", plan.size)
        _copy_out(code, memory, job.pointer("crossing_out"), patient, "crossing", len(plan.monitors))
        job.put("double", "time_out", patient, memory.get_lane("time", "%lane"))
        job.put("double", "step_out", patient, memory.get_lane("step", "%lane"))
        job.put("double", "dose_step_out", patient, memory.get_lane("dose_step", "%lane"))
        job.put("i8", "status_out", patient, "%status")
        for name in ("steps", "rejected"):
            whole = code.let(f"fptosi double {memory.get_lane(name, '%lane')} to i32")
            job.put("i32", f"{name}_out", patient, whole)


def _write_serve(module: Module, plan: Plan) -> None:
    """`serve`: what a lane called for."""
    with module.function("serve", [*_ARGUMENTS, "i64 %lane"]) as code:
        memory = LaneMemory(code, plan.layout)
        call = memory.get_lane("call", "%lane")
        time, end = memory.get_lane("time", "%lane"), memory.get_lane("end", "%lane")
        stopped = code.let(f"fcmp oeq double {call}, {double_bits(REACHED)}")
        before_end = code.let(f"fcmp olt double {time}, {end}")
        goes_on = code.let(f"and i1 {stopped}, {before_end}")
        with code.when(stopped):
            code.write("call void @record(ptr %lanes, ptr %job, i64 %lane)")
        code.write(f"br i1 {goes_on}, label %dose, label %leave\ndose:")
        memory.put_lane("call", "%lane", "0.0")
        code.write("call void @give_doses(ptr %lanes, ptr %job, i64 %lane)\nbr label %out\nleave:")
        held = code.let(f"fcmp ogt double {call}, 0.0")
        with code.when(held):
            code.write(f"call void @finish(ptr %lanes, ptr %job, i64 %lane, i8 {_status(code, call)})")
        code.write("call void @fill(ptr %lanes, ptr %job, i64 %lane)")
        code.label("out")


def _status(code: Code, call: str) -> str:
    """0 for the end, 1 for a crossing, the code itself for a failure."""
    failed = code.let(f"fcmp oge double {call}, {double_bits(FAILED)}")
    crossed = code.let(f"fcmp oeq double {call}, {double_bits(CROSSED)}")
    less = code.let(f"fsub double {call}, {double_bits(FAILED)}")
    fine = code.let(f"select i1 {crossed}, double 1.0, double 0.0")
    status = code.let(f"select i1 {failed}, double {less}, double {fine}")
    return code.let(f"fptosi double {status} to i8")


def _write_advance(module: Module, plan: Plan) -> None:
    """`advance`: until every patient of the job is done."""
    with module.function("advance", _ARGUMENTS, public=True) as code:
        memory = LaneMemory(code, plan.layout)
        memory.put("call", code.number(EMPTY))
        memory.put("live", code.number(0.0))
        code.label("top")
        calling = code.any(code.compare("une", memory.get("call"), code.number(0.0)))
        code.write(f"br i1 {calling}, label %service, label %run\nservice:")
        _serve_all(code, memory)
        with code.when(code.any(memory.flag("begin"))):
            memory.run("prepare", "p", "q")
        code.write(f"br i1 {code.any(memory.flag('live'))}, label %settling, label %done\nsettling:")
        _settle_if_fresh(code, memory)
        code.write("br label %top\nrun:")
        code.write("call void @step(ptr %lanes)")
        if plan.events:
            _settle_if_fresh(code, memory)
        code.write("br label %top\ndone:")


def _serve_all(code: Code, memory: LaneMemory) -> None:
    """Serve the lanes that call, lowest first."""
    code.module.declare("declare i64 @llvm.cttz.i64(i64, i1)")
    calling = code.mask_bits(code.compare("une", memory.get("call"), code.number(0.0)))
    code.write("br label %serving\nserving:")
    code.write(f"%left = phi i64 [{calling}, %service], [%others, %serving]")
    lane = code.let("call i64 @llvm.cttz.i64(i64 %left, i1 true)")
    code.write(f"call void @serve(ptr %lanes, ptr %job, i64 {lane})")
    code.write(f"%others = and i64 %left, {code.whole('sub', '%left', 1)}")
    more = code.let("icmp ne i64 %others, 0")
    code.write(f"br i1 {more}, label %serving, label %served\nserved:")


def _settle_if_fresh(code: Code, memory: LaneMemory) -> None:
    with code.when(code.any(memory.flag("fresh"))):
        code.write("call void @settle(ptr %lanes)")


def _write_observe(module: Module, plan: Plan) -> None:
    """`observe`: outputs of all patients, a vector at a time; the last vector repeats the last patient."""
    lanes = module.lanes
    with module.function("observe", _ARGUMENTS, public=True) as code:
        memory, job = LaneMemory(code, plan.layout), _Job(code)
        patients = job.count("patients")
        groups = code.whole("udiv", code.whole("add", patients, lanes - 1), lanes)
        final = code.whole("sub", patients, 1)

        def group(index: str, _: list[str]) -> list[str]:
            first = code.whole("mul", index, lanes)

            def each(action: str) -> None:
                def visit(lane: str, _: list[str]) -> list[str]:
                    wanted = code.whole("add", first, lane)
                    inside = code.let(f"icmp slt i64 {wanted}, {final}")
                    patient = code.let(f"select i1 {inside}, i64 {wanted}, i64 {final}")
                    code.write(f"call void @{action}(ptr %lanes, ptr %job, i64 {lane}, i64 {patient})")
                    return []

                code.loop(lanes, visit)

            each("observe_in")
            memory.run("prepare", "p", "q")
            memory.run("outputs", "y", "time", "q", "outputs")
            each("observe_out")
            return []

        code.loop(groups, group)
    _write_observe_lane(module, plan)


def _write_observe_lane(module: Module, plan: Plan) -> None:
    arguments = [*_ARGUMENTS, "i64 %lane", "i64 %patient"]
    with module.function("observe_in", arguments) as code:
        memory, job = LaneMemory(code, plan.layout), _Job(code)
        _copy_in(code, memory, job.pointer("state"), "%patient", "y", plan.size)
        _copy_in(code, memory, job.pointer("parameters"), "%patient", "p", len(plan.network.parameters))
        memory.put_lane("time", "%lane", job.double("start_day", "%patient"))
    with module.function("observe_out", arguments) as code:
        memory, job = LaneMemory(code, plan.layout), _Job(code)
        _copy_out(code, memory, job.pointer("outputs_out"), "%patient", "outputs", len(plan.outputs))
