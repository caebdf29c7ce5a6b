"""How far a run is, for the command line: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from remission.run.execute import Progress, Step

LINES = 10  # lines of progress in a log, whatever the size of the run


@contextmanager
def shown_progress(label: str, stream: TextIO | None = None) -> Iterator[Progress]:
    """A progress callback that shows itself while the context is open.

    Parameters
    ----------
    label : str
        What is being run.
    stream : text file, optional
        Standard error by default, so that the output can be piped.

    Examples
    --------
    >>> with shown_progress("keynote-006", sys.stdout) as progress:
    ...     progress(Step(1, 2, 512, 834))
    keynote-006: 1 of 2 blocks, 512 of 834 patients
    """
    place = stream or sys.stderr
    if place.isatty():
        with _bar(label, place) as show:
            yield show
    else:
        yield _lines(label, place)


@contextmanager
def _bar(label: str, place: TextIO) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(label),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("patients"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=place), transient=True) as bar:
        line = bar.add_task(label, total=None)

        def show(step: Step) -> None:
            bar.update(line, total=step.patients_total, completed=step.patients_done)
            for name in step.damaged if step.done == step.found else ():
                what = f"{name} had changed since it was written; it is made again"
                bar.console.print(what, markup=False, highlight=False, soft_wrap=True)

        yield show


def _lines(label: str, place: TextIO) -> Progress:
    shown = 0

    def show(step: Step) -> None:
        nonlocal shown
        for name in step.damaged if step.done == step.found else ():
            print(f"{label}: {name} had changed since it was written; it is made again", file=place)
        # Of what is left to do: a run that goes on begins with what it found.
        reached = (step.done - step.found) * LINES // max(step.total - step.found, 1)
        if reached > shown:
            shown = reached
            what = f"{step.done} of {step.total} blocks, {step.patients_done} of {step.patients_total} patients"
            print(f"{label}: {what}", file=place, flush=True)

    return show
