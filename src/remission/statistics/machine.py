"""Machine code for the one inner loop that trials counted in thousands spend their time in.

The loop walks one sorted trial and writes a row for each distinct event time; as array operations it would
take some thirty passes over every trial. It is written in LLVM's language and compiled when first used (some
tens of milliseconds); nothing else of the statistics needs it.
"""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any

import numpy as np

from remission.arrays import Array, Floats, Ints

# keys: (trials, patients), each row ascending; bit 0 the arm, bit 1 the event, the rest the time.
# present: how many keys of each row are patients. Each output is (trials, width); rows: how many were
# written.
_TEXT = """
define void @event_tables(ptr noalias %keys, i64 %trials, i64 %patients, ptr noalias %present, i64 %width,
                          ptr noalias %time, ptr noalias %risk, ptr noalias %risk1, ptr noalias %dead,
                          ptr noalias %dead1, ptr noalias %before, ptr noalias %rows, ptr noalias %sums) {
entry:
  br label %trial
trial:                                              ; for each trial
  %t = phi i64 [ 0, %entry ], [ %t.next, %written ]
  %more = icmp slt i64 %t, %trials
  br i1 %more, label %begin, label %end
begin:
  %offset = mul i64 %t, %patients
  %row = getelementptr i64, ptr %keys, i64 %offset
  %present.at = getelementptr i64, ptr %present, i64 %t
  %n = load i64, ptr %present.at
  %out.offset = mul i64 %t, %width
  br label %count
count:                                              ; patients of the treated arm
  %c = phi i64 [ 0, %begin ], [ %c.next, %counted ]
  %treated = phi i64 [ 0, %begin ], [ %treated.next, %counted ]
  %c.more = icmp slt i64 %c, %n
  br i1 %c.more, label %counted, label %walk.start
counted:
  %c.at = getelementptr i64, ptr %row, i64 %c
  %c.key = load i64, ptr %c.at
  %c.arm = and i64 %c.key, 1
  %treated.next = add i64 %treated, %c.arm
  %c.next = add i64 %c, 1
  br label %count
walk.start:
  br label %walk
walk:                                               ; for each run of equal times
  %i = phi i64 [ 0, %walk.start ], [ %j.next, %run.end ]
  %left1 = phi i64 [ %treated, %walk.start ], [ %left1.next, %run.end ]
  %s = phi double [ 1.0, %walk.start ], [ %s.next, %run.end ]
  %out = phi i64 [ 0, %walk.start ], [ %out.next, %run.end ]
  %u = phi double [ 0.0, %walk.start ], [ %u.next, %run.end ]
  %v = phi double [ 0.0, %walk.start ], [ %v.next, %run.end ]
  %o = phi double [ 0.0, %walk.start ], [ %o.next, %run.end ]
  %e = phi double [ 0.0, %walk.start ], [ %e.next, %run.end ]
  %walk.more = icmp slt i64 %i, %n
  br i1 %walk.more, label %run.start, label %fill
run.start:
  %first.at = getelementptr i64, ptr %row, i64 %i
  %first = load i64, ptr %first.at
  %moment = lshr i64 %first, 2
  br label %run
run:                                                ; for each patient with this time
  %j = phi i64 [ %i, %run.start ], [ %j.next, %run.more ]
  %d = phi i64 [ 0, %run.start ], [ %d.next, %run.more ]
  %d1 = phi i64 [ 0, %run.start ], [ %d1.next, %run.more ]
  %gone1 = phi i64 [ 0, %run.start ], [ %gone1.next, %run.more ]
  %key.at = getelementptr i64, ptr %row, i64 %j
  %key = load i64, ptr %key.at
  %arm = and i64 %key, 1
  %shifted = lshr i64 %key, 1
  %event = and i64 %shifted, 1
  %both = and i64 %event, %arm
  %gone1.next = add i64 %gone1, %arm
  %d.next = add i64 %d, %event
  %d1.next = add i64 %d1, %both
  %j.next = add i64 %j, 1
  %inside = icmp slt i64 %j.next, %n
  br i1 %inside, label %run.more, label %run.done
run.more:
  %next.at = getelementptr i64, ptr %row, i64 %j.next
  %next = load i64, ptr %next.at
  %next.moment = lshr i64 %next, 2
  %same = icmp eq i64 %next.moment, %moment
  br i1 %same, label %run, label %run.done
run.done:
  %any = icmp sgt i64 %d.next, 0
  br i1 %any, label %write, label %run.end
write:
  %left = sub i64 %n, %i
  %n.real = sitofp i64 %left to double
  %n1.real = sitofp i64 %left1 to double
  %d.real = sitofp i64 %d.next to double
  %d1.real = sitofp i64 %d1.next to double
  %bits = and i64 %first, -4
  %t.real = bitcast i64 %bits to double
  %cell = add i64 %out.offset, %out
  %time.at = getelementptr double, ptr %time, i64 %cell
  store double %t.real, ptr %time.at
  %risk.at = getelementptr double, ptr %risk, i64 %cell
  store double %n.real, ptr %risk.at
  %risk1.at = getelementptr double, ptr %risk1, i64 %cell
  store double %n1.real, ptr %risk1.at
  %dead.at = getelementptr double, ptr %dead, i64 %cell
  store double %d.real, ptr %dead.at
  %dead1.at = getelementptr double, ptr %dead1, i64 %cell
  store double %d1.real, ptr %dead1.at
  %before.at = getelementptr double, ptr %before, i64 %cell
  store double %s, ptr %before.at
  %share = fdiv double %d.real, %n.real
  %stay = fsub double 1.0, %share
  %s.lower = fmul double %s, %stay
  %expected = fmul double %share, %n1.real          ; log-rank sums: d n1 / n, and its hypergeometric variance
  %e.more = fadd double %e, %expected
  %o.more = fadd double %o, %d1.real
  %u.step = fsub double %expected, %d1.real
  %u.more = fadd double %u, %u.step
  %arm.share = fdiv double %n1.real, %n.real
  %other.share = fsub double 1.0, %arm.share
  %v.untied = fmul double %expected, %other.share
  %n.less = fsub double %n.real, 1.0
  %n.alive = fsub double %n.real, %d.real
  %alone = icmp eq i64 %left, 1
  %n.divisor = select i1 %alone, double 1.0, double %n.less
  %tie = fdiv double %n.alive, %n.divisor
  %v.step = fmul double %v.untied, %tie
  %v.more = fadd double %v, %v.step
  %out.more = add i64 %out, 1
  br label %run.end
run.end:
  %s.next = phi double [ %s, %run.done ], [ %s.lower, %write ]
  %out.next = phi i64 [ %out, %run.done ], [ %out.more, %write ]
  %u.next = phi double [ %u, %run.done ], [ %u.more, %write ]
  %v.next = phi double [ %v, %run.done ], [ %v.more, %write ]
  %o.next = phi double [ %o, %run.done ], [ %o.more, %write ]
  %e.next = phi double [ %e, %run.done ], [ %e.more, %write ]
  %left1.next = sub i64 %left1, %gone1.next
  br label %walk
fill:                                               ; the rest of the row: no events, at time infinity
  %f = phi i64 [ %out, %walk ], [ %f.next, %filled ]
  %f.more = icmp slt i64 %f, %width
  br i1 %f.more, label %filled, label %written
filled:
  %f.cell = add i64 %out.offset, %f
  %f.time = getelementptr double, ptr %time, i64 %f.cell
  store double 0x7FF0000000000000, ptr %f.time
  %f.risk = getelementptr double, ptr %risk, i64 %f.cell
  store double 1.0, ptr %f.risk
  %f.risk1 = getelementptr double, ptr %risk1, i64 %f.cell
  store double 0.0, ptr %f.risk1
  %f.dead = getelementptr double, ptr %dead, i64 %f.cell
  store double 0.0, ptr %f.dead
  %f.dead1 = getelementptr double, ptr %dead1, i64 %f.cell
  store double 0.0, ptr %f.dead1
  %f.before = getelementptr double, ptr %before, i64 %f.cell
  store double %s, ptr %f.before
  %f.next = add i64 %f, 1
  br label %fill
written:
  %rows.at = getelementptr i64, ptr %rows, i64 %t
  store i64 %out, ptr %rows.at
  %sums.cell = mul i64 %t, 4
  %u.at = getelementptr double, ptr %sums, i64 %sums.cell
  store double %u, ptr %u.at
  %v.at = getelementptr double, ptr %u.at, i64 1
  store double %v, ptr %v.at
  %o.at = getelementptr double, ptr %u.at, i64 2
  store double %o, ptr %o.at
  %e.at = getelementptr double, ptr %u.at, i64 3
  store double %e, ptr %e.at
  %t.next = add i64 %t, 1
  br label %trial
end:
  ret void
}
"""


@lru_cache(maxsize=1)
def _compiled() -> tuple[Any, Any]:
    """The function, and the engine that must stay alive with it."""
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(
        opt=3, cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten()
    )
    module = binding.parse_assembly(_TEXT)
    module.verify()
    options = binding.create_pipeline_tuning_options(speed_level=2)
    binding.create_pass_builder(machine, options).getModulePassManager().run(
        module, binding.create_pass_builder(machine, options)
    )
    engine = binding.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    pointer, whole = ctypes.c_void_p, ctypes.c_int64
    kind = ctypes.CFUNCTYPE(None, pointer, whole, whole, pointer, whole, *[pointer] * 8)
    return kind(engine.get_function_address("event_tables")), engine


def event_rows(keys: Ints, present: Ints | int, width: int) -> tuple[Floats, Ints, Floats]:
    """Walk sorted trials.

    Parameters
    ----------
    keys : ndarray of int64, shape (trials, patients)
        Each row ascending, contiguous: bit 0 the arm, bit 1 the event, above them the bits of the time.
    present : int or ndarray of int, shape (trials,)
        How many of the keys, from the first, are patients.
    width : int
        At least the number of distinct event times of any trial.

    Returns
    -------
    columns : ndarray, shape (6, trials, width)
        Time, at risk, treated at risk, events, treated events, survival before.
    rows : ndarray of int64, shape (trials,)
        How many rows of each trial are event times; the others have no events, at time ``inf``.
    sums : ndarray, shape (trials, 4)
        Log-rank score (expected minus observed of the treated), its variance, observed and expected of the
        treated.

    Examples
    --------
    >>> times = np.array([[1.0, 2.0]]).view(np.int64) & ~3 | np.array([3, 2])
    >>> columns, rows, sums = event_rows(times, np.array([2]), 2)
    >>> print(columns[:, 0, 0], rows, sums[0])
    [1. 2. 1. 1. 1. 1.] [2] [-0.5   0.25  1.    0.5 ]
    """
    trials, patients = keys.shape
    cells = 6 * trials * width
    # One block of memory for all that comes and goes, because asking for an address takes longer than walking
    # a trial.
    block = np.empty(cells + 6 * trials)
    rows = block[cells : cells + trials].view(np.int64)
    block[cells + trials : cells + 2 * trials].view(np.int64)[:] = present
    base, step = _address(block), trials * width * 8
    rest = base + cells * 8
    _compiled()[0](
        _address(keys), trials, patients, rest + trials * 8, width,
        base, base + step, base + 2 * step, base + 3 * step, base + 4 * step, base + 5 * step,
        rest, rest + trials * 16,
    )  # fmt: skip
    return block[:cells].reshape(6, trials, width), rows, block[cells + 2 * trials :].reshape(trials, 4)


def _address(array: Array) -> int:
    """Where the numbers of a contiguous array lie; several times quicker to ask for than ``array.ctypes``."""
    return ctypes.addressof(ctypes.c_char.from_buffer(array.data)) if array.size else 0
