"""The table in the terminal: the rows of the page, misses marked in words."""

from __future__ import annotations

from remission.show import run_table

from .conftest import Page
from .synthetic import MadeRun


def test_same_rows_as_in_the_page(run: MadeRun, page: Page) -> None:
    text = run_table(run, width=160)
    results = [cells for state, cells in page.rows() if state in ("met", "missed", "not-judged")]
    assert len(results) > 60
    for cells in results:
        assert cells[0] in text
        number = cells[3] if len(cells) == 8 else cells[1]
        assert number in text


def test_misses_are_marked_without_colour(run: MadeRun) -> None:
    line = next(line for line in run_table(run, width=140).splitlines() if "Median overall survival" in line)
    assert "missed" in line
    assert "\x1b" not in line


def test_colour_only_when_asked(run: MadeRun) -> None:
    assert "\x1b" in run_table(run, colour=True)


def test_names_are_not_read_as_markup_of_the_terminal() -> None:
    from dataclasses import replace

    from .synthetic import PEMBROLIZUMAB, make_run

    made = make_run([replace(PEMBROLIZUMAB, patients=4, label="[red]A[/red]")], failed=0)
    assert "[red]A[/red]" in run_table(made)


def test_columns_of_published_results_stand_only_where_something_was_published(run: MadeRun) -> None:
    from .synthetic import make_run

    assert "Verdict" in run_table(run, width=140)
    text = run_table(make_run(failed=0), width=140)
    assert "Median overall survival" in text
    assert not any(name in text for name in ("Published", "Verdict", "Evidence"))
