"""The page on the run folder, as far as it can be made from the columns themselves.

python -m remission.run.documentation docs/run-folder.md     rewrites the tables of the page
"""

from __future__ import annotations

import sys
from pathlib import Path

from remission.tables.columns import CONTENTS, TABLES, Column

BEGIN, END = "<!-- columns: made by remission.run.documentation -->", "<!-- end of columns -->"
_KINDS = {
    "bool": "true or false",
    "int8": "integer (8 bit)",
    "int16": "integer (16 bit)",
    "int64": "integer (64 bit)",
    "float64": "number",
    "category": "text (dictionary)",
    "text": "text",
}
_EMPTY = {"never": "", "not followed": "if not followed", "may": "yes"}


def tables_markdown() -> str:
    """Every column of every table as Markdown.

    Examples
    --------
    >>> "| `dose_mg` | number |  | amount given |" in tables_markdown()
    True
    """
    return "\n".join(_table(name) for name in TABLES)


def _table(name: str) -> str:
    head = [f"### {name}", "", f"{CONTENTS[name].capitalize()}.", ""]
    head += ["| column | kind | may be empty | meaning |", "|---|---|---|---|"]
    return "\n".join([*head, *map(_row, TABLES[name]), ""])


def _row(column: Column) -> str:
    values = f": {', '.join(column.values)}" if column.values and ":" not in column.meaning else ""
    return f"| `{column.name}` | {_KINDS[column.kind]} | {_EMPTY[column.empty]} | {column.meaning}{values} |"


def with_tables(page: str) -> str:
    """A page with its tables made anew.

    Examples
    --------
    >>> with_tables(f"before {BEGIN} old {END} after").split("###")[0]
    'before <!-- columns: made by remission.run.documentation -->\\n'
    """
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{tables_markdown()}{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.write_text(with_tables(place.read_text(encoding="utf-8")), encoding="utf-8")
