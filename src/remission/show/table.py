"""The result table in the terminal: the rows of the report, published beside simulated."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from remission.show.lines import Group, result_groups
from remission.texts import Words

if TYPE_CHECKING:
    from remission.show.gather import Folder


def run_table(run_folder: Folder, *, language: str = "en", width: int = 100, colour: bool = False) -> str:
    """The result table of a finished run as text: the same rows as in its report.

    Raises
    ------
    RunError
        If a file of the run is missing or has changed since it was written.
    """
    from remission.show.observed import words_for
    from remission.show.page import result_remarks
    from remission.show.results import published_results, read_arms, result_of

    words, study = words_for(run_folder, language), run_folder.definition
    arms, published = read_arms(run_folder, study, words), published_results(study)
    summary, rows = result_of(run_folder, arms, published)
    groups = result_groups([(arm.name, arm.label) for arm in arms], rows, summary, words)
    table = result_table(groups, words, width=width, colour=colour)
    remarks = result_remarks(rows, words, twins=run_folder.provenance.identity.filled == "twins")
    return "\n".join([table, *(textwrap.fill(remark, width) for remark in remarks)]) + "\n" * bool(remarks)


def result_table(groups: Sequence[Group], words: Words | None = None, *, width: int = 100, colour: bool = False) -> str:
    """The table as text.

    Parameters
    ----------
    groups : sequence of Group
        From `remission.show.lines.result_groups`.
    width : int
        Columns of the terminal.
    colour : bool
        Whether misses may be coloured with terminal codes; they are always marked in words too.

    Examples
    --------
    >>> print(result_table([]).strip())
    Nothing was simulated that could be shown.
    """
    words = words or Words()
    if not groups:
        return words("table.empty") + "\n"
    from rich.box import SIMPLE_HEAD
    from rich.console import Console, JustifyMethod
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    lines = [line for group in groups for line in group.lines]
    compared = any(line.published for line in lines)  # of a real cohort nothing was published
    columns = ("endpoint", "published", "simulated", "verdict", "evidence") if compared else ("endpoint", "simulated")
    for name in columns:
        justify: JustifyMethod = "right" if name in ("published", "simulated") else "left"
        shape: dict[str, Any] = {"endpoint": {"min_width": 22}, "evidence": {}}.get(name, {"no_wrap": True})
        table.add_column(Text(words(f"table.{name}")), justify=justify, **shape)
    for group in groups:
        table.add_row(Text(group.label, style="bold"))
        for line in group.lines:
            style = "bold red" if line.state == "missed" else ""
            cells = {
                "endpoint": f"  {line.endpoint}",
                "published": _with_interval(line.published, line.published_interval),
                "simulated": _with_interval(line.simulated, line.simulated_interval),
                "verdict": line.verdict,
                "evidence": line.evidence,
            }
            table.add_row(*(Text(cells[name], style=style if name == "verdict" else "") for name in columns))
    console = Console(file=io.StringIO(), width=width, force_terminal=colour, no_color=not colour, highlight=False)
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


def _with_interval(value: str, interval: str) -> str:
    return f"{value} ({interval})" if interval else value
