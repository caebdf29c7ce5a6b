"""From LLVM assembly to object code for this processor, and from that to functions that Python can call."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Mapping

import llvmlite.binding as llvm

SMALL_MODEL = 16
"""States up to which two registers a value are faster than one."""
_LOCK = threading.Lock()
_LOADED: list[object] = []  # machine code must outlive every pointer into it


def processor_name() -> str:
    """This processor, as LLVM calls it."""
    return llvm.get_host_cpu_name()


def processor_features() -> Mapping[str, bool]:
    """Features of this processor; none where LLVM cannot tell (then plain code is made)."""
    try:
        return llvm.get_host_cpu_features()
    except RuntimeError:
        return {}


def host() -> str:
    """Processor and its features: what object code is good for."""
    return f"{llvm.get_process_triple()} {processor_name()} {_features()}"


def host_lanes() -> int:
    """Doubles in the widest vector register of this processor.

    Examples
    --------
    >>> host_lanes() in (2, 4, 8)
    True
    """
    features = processor_features()
    if features.get("avx512f"):
        return 8
    return 4 if features.get("avx2") or features.get("avx") else 2


def suitable_lanes(states: int) -> int:
    """Patients per vector for a model of so many states.

    In a small model operations wait for each other; a second register beside the first fills the gaps. With more states
    the vector leaves the nearest cache, and one register is faster (measured with AVX-512: docs/solver.md).
    """
    lanes = host_lanes()
    return 2 * lanes if lanes == 8 and states <= SMALL_MODEL else lanes


def _features() -> str:
    """The same as LLVM writes it, with whole 512-bit registers wherever they are there."""
    listed = [f"{'+' if there else '-'}{name}" for name, there in sorted(processor_features().items())]
    if processor_features().get("avx512f"):
        listed.append("-prefer-256-bit")
    return ",".join(listed)


def _target() -> llvm.TargetMachine:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=processor_name(),
        features=_features(),
        opt=2,
        jit=True,
        codemodel="jitdefault",
    )


def compile_object(text: str) -> bytes:
    """Object code of LLVM assembly.

    Parameters
    ----------
    text : str

    Returns
    -------
    bytes
        An object file for this processor.
    """
    with _LOCK:
        target, module = _optimised(text)
        return target.emit_object(module)


def _optimised(text: str) -> tuple[llvm.TargetMachine, llvm.ModuleRef]:
    target = _target()
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = llvm.get_process_triple(), str(target.target_data)
    module.verify()
    options = llvm.create_pipeline_tuning_options(speed_level=2)
    options.slp_vectorization = options.loop_vectorization = options.loop_unrolling = False
    builder = llvm.create_pass_builder(target, options)
    builder.getModulePassManager().run(module, builder)
    return target, module


def machine_code(text: str) -> str:
    """Machine code of LLVM assembly for this processor, to read.

    Parameters
    ----------
    text : str
        As `generate` writes it.

    Returns
    -------
    str
        Assembly of the processor, after all that LLVM has done to it.

    Examples
    --------
    >>> "ret" in machine_code("define double @twice(double %x) { %y = fadd double %x, %x ret double %y }")
    True
    """
    with _LOCK:
        target, module = _optimised(text)
        return target.emit_assembly(module)


def load_functions(code: bytes, names: tuple[str, ...]) -> dict[str, Callable[[int, int], None]]:
    """Functions of object code, each taking lane memory and a job; Python's lock is released meanwhile."""
    with _LOCK:
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target())
        engine.add_object_file(llvm.ObjectFileRef.from_data(code))
        engine.finalize_object()
        _LOADED.append(engine)
        prototype = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
        return {name: prototype(engine.get_function_address(name)) for name in names}
