"""The generated parts of docs/calibration.md: what each calibration found, and what was fixed and from where.

python -m remission.calibration.page docs/calibration.md FOLDER [FOLDER]     folders that `remission calibrate` and
                                                                            `remission sensitivity` wrote
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from remission.biology import load_tumour


def with_reports(page: str, reports: dict[str, str]) -> str:
    """A page with the sections of some names made anew: ``<!-- name -->`` to ``<!-- end of name -->``.

    Raises
    ------
    ValueError
        If the page has no such section.

    Examples
    --------
    >>> with_reports("a <!-- lung --> old <!-- end of lung --> z", {"lung": "new"})
    'a <!-- lung -->\\n\\nnew\\n\\n<!-- end of lung --> z'
    """
    for name, text in reports.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        if begin not in page or end not in page:
            raise ValueError(f"the page has no section {name}")
        before, rest = page.split(begin)
        page = f"{before}{begin}\n\n{text.strip()}\n\n{end}{rest.split(end)[1]}"
    return page


def fixed_table(tumour: str) -> str:
    """The rows of a tumour's table that were not fitted, with their source, as Markdown.

    Examples
    --------
    >>> fixed_table("lung").splitlines()[0]
    '| parameter | value | spread | source | evidence |'
    """
    lines = ["| parameter | value | spread | source | evidence |", "|---|---|---|---|---|"]
    for name, row in load_tumour(tumour).items():
        if row.kind == "fitted":
            continue
        spread = (
            " / ".join(f"{sd:g}" for sd in (row.sd_patient, row.sd_lesion)) if row.sd_patient + row.sd_lesion else ""
        )
        lines.append(f"| `{name}` | {row.value:g} {row.unit} | {spread} | {row.source} | {row.evidence} |")
    return "\n".join(lines)


def read_reports(folders: list[Path]) -> dict[str, str]:
    """Sections from folders of calibrations and sensitivities, and the fixed rows of their tumours."""
    reports = {}
    for folder in folders:
        for file in sorted(folder.glob("*.md")):
            text = file.read_text(encoding="utf-8")
            kind = re.match(r"`remission (\w+)", text)
            suffix = " sensitivity" if kind and kind[1] == "sensitivity" else ""
            reports[file.stem + suffix] = text
            reports[f"fixed in {file.stem}"] = fixed_table(file.stem)
    return reports


if __name__ == "__main__":
    place = Path(sys.argv[1])
    made = with_reports(place.read_text(encoding="utf-8"), read_reports([Path(folder) for folder in sys.argv[2:]]))
    place.write_text(made, encoding="utf-8")
