"""Code for processors that are not here: it can be made, and it uses their registers."""

from __future__ import annotations

import llvmlite.binding as llvm
import pytest
from solver_models import LESIONS, MONITORS, OUTPUTS

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
    machine = llvm.Target.from_triple(triple).create_target_machine(cpu=cpu, features=features, opt=1)
    text = generate(make_plan(read_antimony(LESIONS), MONITORS, OUTPUTS, RODAS4P2), lanes)
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = triple, str(machine.target_data)
    module.verify()
    assert instruction in machine.emit_assembly(module)
