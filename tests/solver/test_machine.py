"""Code for other processors: it can be made and uses their registers; what this one can run, it runs."""

from __future__ import annotations

import llvmlite.binding as llvm
import numpy as np
import pytest
from solver_models import LESIONS, MONITORS, OUTPUTS

from remission.solver import Doses, compile_antimony, machine
from remission.solver.generate import generate
from remission.solver.method import RODAS4P2
from remission.solver.plan import make_plan
from remission.solver.reading import read_antimony

PROCESSORS = {
    "AVX-512": ("x86_64-unknown-linux-gnu", "skylake-avx512", "-prefer-256-bit", 8, "zmm"),
    "AVX2": ("x86_64-unknown-linux-gnu", "haswell", "", 4, "vfmadd"),
    "SSE2": ("x86_64-unknown-linux-gnu", "x86-64", "", 2, "mulpd"),
    "NEON": ("aarch64-unknown-linux-gnu", "neoverse-n1", "", 2, "fmla"),
}


@pytest.mark.parametrize("processor", PROCESSORS)
def test_code_can_be_made_for(processor: str) -> None:
    triple, cpu, features, lanes, instruction = PROCESSORS[processor]
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(triple).create_target_machine(cpu=cpu, features=features, opt=1)
    text = generate(make_plan(read_antimony(LESIONS), MONITORS, OUTPUTS, RODAS4P2), lanes)
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = triple, str(target.target_data)
    module.verify()
    assert instruction in target.emit_assembly(module)


WIDTHS = {"SSE2": ("x86-64", {}, 2), "AVX2": ("haswell", {"avx": True, "avx2": True, "fma": True}, 4)}
WIDTHS["AVX-512"] = ("skylake-avx512", {**WIDTHS["AVX2"][1], "avx512f": True, "avx512vl": True, "avx512dq": True}, 8)


def course(lanes: int | None = None) -> np.ndarray:
    kernel = compile_antimony(LESIONS, MONITORS, OUTPUTS, lanes=lanes)
    parameters = kernel.defaults * np.linspace(0.7, 1.4, 21)[:, None]
    state = np.tile(kernel.initial_state, (21, 1))
    doses = Doses.of_lists([[(0.0, kernel.states.index("A"), 50.0)]] * 21)
    done = kernel.advance(state, parameters, np.zeros(21), np.full(21, 60.0), doses, rtol=1e-6)
    assert not done.status.any()
    return done.state


@pytest.mark.parametrize("width", WIDTHS)
def test_code_for_every_width_of_this_processor_runs_and_agrees(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = course()
    name, features, lanes = WIDTHS[width]
    if not features.items() <= dict(machine.processor_features()).items():
        pytest.skip(f"this processor has no {width}")
    monkeypatch.setattr(machine, "processor_name", lambda: name)
    monkeypatch.setattr(machine, "processor_features", lambda: features)
    assert machine.host_lanes() == lanes
    found = course()
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert np.array_equal(found, course(lanes=1))
