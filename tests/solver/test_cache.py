"""Compiled code on disk: found again, rebuilt when damaged, never half-written, never needed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from remission.solver import Kernel, compile, compile_antimony, compile_network, read_antimony

TEXT = "x = 8; x' = -k*x; k = 0.1;"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REMISSION_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the models that were built and not found."""
    built: list[str] = []
    build = compile._build
    monkeypatch.setattr(compile, "_build", lambda network, *rest: built.append(network.name) or build(network, *rest))
    return built


def works(kernel: Kernel) -> bool:
    result = kernel.advance(np.full((1, 1), 8.0), np.full((1, 1), 0.1), np.zeros(1), np.full(1, 10.0), rtol=1e-6)
    return bool(abs(result.state[0, 0] - 8 * np.exp(-1)) < 1e-4)


def test_the_second_time_is_from_the_cache(folder: Path, builds: list[str]) -> None:
    assert works(compile_antimony(TEXT))
    assert works(compile_antimony(TEXT))
    assert len(builds) == 1
    assert len(list(folder.glob("*.kernel"))) == 1
    assert not list(folder.glob("*.part"))


def test_everything_that_matters_is_in_the_key(folder: Path, builds: list[str]) -> None:
    network = read_antimony(TEXT)
    compile_antimony(TEXT)
    compile_antimony(TEXT + " ")
    compile_antimony(TEXT, monitors=("x",))
    compile_antimony(TEXT, outputs=("x",))
    compile_antimony(TEXT, method="RODAS5P")
    compile_antimony(TEXT, lanes=1)
    compile_network(network)
    assert len(builds) == 7
    compile_network(read_antimony(TEXT))
    assert len(builds) == 7


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda content: b"",
    "cut short": lambda content: content[: len(content) // 2],
    "one bit turned": lambda content: content[:-100] + bytes([content[-100] ^ 1]) + content[-99:],
    "another file": lambda content: b"not a kernel at all\n" * 100,
    "a changed name": lambda content: content.replace(b'"states"', b'"stages"'),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_entry_is_rebuilt(folder: Path, builds: list[str], damage: str) -> None:
    compile_antimony(TEXT)
    (entry,) = folder.glob("*.kernel")
    entry.write_bytes(DAMAGE[damage](entry.read_bytes()))
    assert works(compile_antimony(TEXT))
    assert works(compile_antimony(TEXT))
    assert len(builds) == 2


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, builds: list[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("REMISSION_CACHE", str(blocked / "cache"))
    assert works(compile_antimony(TEXT))
    assert len(builds) == 1


def test_a_warm_start_reads_no_model_text(folder: Path) -> None:
    compile_antimony(TEXT)
    program = f"""if True:
        import sys
        from remission.solver import compile_antimony
        compile_antimony({TEXT!r})
        print(sorted({{"antimony", "libsbml", "scipy"}} & set(sys.modules)))
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_two_processes_may_compile_at_once(folder: Path) -> None:
    program = f"""if True:
        import numpy as np
        from remission.solver import compile_antimony
        kernel = compile_antimony({TEXT!r})
        print(kernel.advance(np.ones((1, 1)), np.ones((1, 1)), np.zeros(1), np.ones(1)).state[0, 0])
    """
    running = [subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    answers = {process.communicate()[0] for process in running}
    assert len(answers) == 1
    assert all(process.returncode == 0 for process in running)
    assert len(list(folder.iterdir())) == 1
