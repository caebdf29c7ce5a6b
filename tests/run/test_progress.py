"""How far a run is, on a terminal and in a log."""

from __future__ import annotations

import io

import pytest

from remission.run.execute import Step
from remission.run.progress import LINES, shown_progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def steps(total: int) -> list[Step]:
    return [Step(done, total, 512 * done, 512 * total) for done in range(total + 1)]


@pytest.mark.parametrize("total", [1, 3, 10, 977])
def test_a_log_has_few_lines_and_ends_complete(total: int) -> None:
    stream = io.StringIO()
    with shown_progress("k6", stream) as tell:
        for step in steps(total):
            tell(step)
    lines = stream.getvalue().splitlines()
    assert 1 <= len(lines) <= LINES
    assert lines[-1] == f"k6: {total} of {total} blocks, {512 * total} of {512 * total} patients"


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["log", "terminal"])
def test_damaged_files_are_named_once(stream: io.StringIO) -> None:
    with shown_progress("k6", stream) as tell:
        tell(Step(0, 1, 0, 512, damaged=("visits/A/00000.parquet",)))
        tell(Step(1, 1, 512, 512, damaged=("visits/A/00000.parquet",)))
    assert stream.getvalue().count("visits/A/00000.parquet") == 1
    assert "it is made again" in stream.getvalue()


def test_a_run_that_goes_on_counts_the_whole() -> None:
    stream = io.StringIO()
    with shown_progress("k6", stream) as tell:
        for done in (4, 6, 8):
            tell(Step(done, 8, 1024 * done, 8192, found=4))
    assert stream.getvalue().splitlines()[0] == "k6: 6 of 8 blocks, 6144 of 8192 patients"
    assert stream.getvalue().splitlines()[-1] == "k6: 8 of 8 blocks, 8192 of 8192 patients"


def test_a_terminal_shows_a_bar() -> None:
    stream = Terminal()
    with shown_progress("k6", stream) as tell:
        for step in steps(2):
            tell(step)
    assert "1024/1024" in stream.getvalue()
