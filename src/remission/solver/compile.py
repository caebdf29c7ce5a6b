"""From model text or network to a `Kernel`, through the cache on disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from remission.errors import ModelError, Problem
from remission.solver import cache
from remission.solver.cache import CompiledModel
from remission.solver.errors import model_error
from remission.solver.infusions import with_infusions
from remission.solver.kernel import Kernel
from remission.solver.machine import compile_object, host, suitable_lanes
from remission.solver.method import METHODS
from remission.solver.nesting import deep_formulas
from remission.solver.network import Network


def compile_antimony(
    text: str,
    monitors: Sequence[str] = (),
    outputs: Sequence[str] = (),
    method: str = "RODAS4P2",
    lanes: int | None = None,
) -> Kernel:
    """Compile a model written in Antimony; with a warm cache the text is not even read.

    Parameters
    ----------
    text : str
    monitors : sequence of str
        Names of states or rules whose rise through a threshold is to be found.
    outputs : sequence of str
        Names whose values `Kernel.observe` gives.
    method : str
        ``"RODAS4P2"`` (order 4), ``"VELDS4"`` (order 4, cheaper, and not L-stable), or ``"RODAS5P"`` (order 5) for
        tolerances of 1e-6 and below.
    lanes : int, optional
        Patients per vector, a power of two up to 16; by default what suits the model and this processor.

    Returns
    -------
    Kernel

    Raises
    ------
    ModelError

    Examples
    --------
    >>> compile_antimony("x = 8; x' = -k * x; k = 0.1;").parameters
    ('k',)
    """

    def read() -> Network:
        from remission.solver.reading import read_antimony

        return read_antimony(text)

    return _compile(("antimony", text), read, monitors, outputs, method, lanes)


def compile_file(
    path: str | Path,
    monitors: Sequence[str] = (),
    outputs: Sequence[str] = (),
    infused: Sequence[str] = (),
    method: str = "RODAS4P2",
    lanes: int | None = None,
) -> Kernel:
    """Compile a model from a file, SBML or Antimony, whichever it holds.

    Parameters
    ----------
    path : str or Path
    monitors, outputs, method, lanes
        As in `compile_antimony`.
    infused : sequence of str
        Names of states that get infusions (see `with_infusions`).

    Returns
    -------
    Kernel

    Raises
    ------
    ModelError
        If the file cannot be read, or what it says is not supported.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "decay.ant"
    ...     _ = file.write_text("A = 0; A' = -k*A; k = 0.2;")
    ...     compile_file(file, outputs=("A",), infused=("A",)).states
    ('A', 'inflow_A')
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise model_error("the model file cannot be read", where=str(path), found=reason) from None
    is_sbml = text.lstrip("\ufeff \t\r\n").startswith("<")

    def read() -> Network:
        from remission.solver.reading import read_antimony, read_sbml

        return with_infusions((read_sbml if is_sbml else read_antimony)(text), infused)

    source = ("sbml" if is_sbml else "antimony", (text, tuple(infused)))
    try:
        return _compile(source, read, monitors, outputs, method, lanes)
    except ModelError as error:
        raise ModelError([_in_file(problem, str(path)) for problem in error.problems]) from None


def _in_file(problem: Problem, file: str) -> Problem:
    return replace(problem, where=f"{file}, {problem.where}" if problem.where else file)


def compile_network(
    network: Network,
    monitors: Sequence[str] = (),
    outputs: Sequence[str] = (),
    method: str = "RODAS4P2",
    lanes: int | None = None,
) -> Kernel:
    """Compile a network; see `compile_antimony`.

    Examples
    --------
    >>> from remission.solver import read_antimony
    >>> compile_network(read_antimony("x = 8; x' = -k * x; k = 0.1;")).states
    ('x',)
    """
    return _compile(("network", network), lambda: network, monitors, outputs, method, lanes)


def _compile(
    source: tuple[str, object],
    read: Callable[[], Network],
    monitors: Sequence[str],
    outputs: Sequence[str],
    method: str,
    lanes: int | None,
) -> Kernel:
    if lanes not in (None, 1, 2, 4, 8, 16):
        raise model_error("a number of lanes that cannot be", where="lanes", found=str(lanes), allowed="1, 2, 4, 8, 16")
    if method not in METHODS:
        raise model_error("an unknown method", where="method", found=method, allowed=", ".join(METHODS))
    with deep_formulas():
        key = cache.cache_key(source, tuple(monitors), tuple(outputs), method, lanes, host())
        model = cache.load(key)
        if model is None:
            network = read()
            model = _build(network, monitors, outputs, method, lanes or suitable_lanes(len(network.states)))
            cache.store(key, model)
    return Kernel(model)


def _build(network: Network, monitors: Sequence[str], outputs: Sequence[str], method: str, lanes: int) -> CompiledModel:
    from remission.solver.driver import JOB
    from remission.solver.generate import generate
    from remission.solver.plan import make_plan

    plan = make_plan(network, monitors, outputs, METHODS[method])
    about = {
        "name": network.name,
        "states": network.states,
        "parameters": network.parameters,
        "outputs": tuple(outputs),
        "monitors": tuple(monitors),
        "defaults": network.defaults,
        "initial": network.initial,
        "lanes": lanes,
        "method": method,
        "layout": dict(plan.layout),
        "job": JOB,
    }
    return CompiledModel(compile_object(generate(plan, lanes)), about)
